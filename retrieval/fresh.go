package retrieval

import (
	"context"
	"time"
)

// Failed, Due, DueAfter, Hold, Release, FailedEntry, Failing and Fetch keep what a refresh
// has to know in the record: see there.
func (c *Corpus) Failed(ctx context.Context, guild, source, why, code string, due time.Time) error {
	return c.record.Failed(ctx, guild, source, why, code, due)
}

func (c *Corpus) Due(ctx context.Context, limit int) ([]Source, error) {
	return c.record.Due(ctx, limit)
}

func (c *Corpus) DueAfter(ctx context.Context, after time.Time) ([]Source, error) {
	return c.record.DueAfter(ctx, after)
}

func (c *Corpus) Hold(ctx context.Context, source, holder string, dead Hold) (held bool, by Hold, err error) {
	return c.record.Hold(ctx, source, holder, dead)
}

func (c *Corpus) Release(ctx context.Context, source, holder string, read bool) error {
	return c.record.Release(ctx, source, holder, read)
}

func (c *Corpus) FailedEntry(ctx context.Context, guild, source, key, why, refused string) error {
	return c.record.FailedEntry(ctx, guild, source, key, why, refused)
}

func (c *Corpus) Failing(ctx context.Context, guild, source string) (map[string]Failing, error) {
	return c.record.Failing(ctx, guild, source)
}

func (c *Corpus) Fetch(ctx context.Context, guild string) error { return c.record.Fetch(ctx, guild) }

// Now is the record's clock.
func (c *Corpus) Now() time.Time { return c.record.Now() }

// Plan enters when a source is read again and how long its stories answer: see
// record.DB.Plan.
func (c *Corpus) Plan(ctx context.Context, guild, source, schedule string, due time.Time, days int) error {
	defer c.upkeep.changing(guild)()
	if err := c.record.Plan(ctx, guild, source, schedule, due, days); err != nil {
		return err
	}
	c.follow(ctx, guild)
	return nil
}

// Withdraw has a story answer no more: see record.DB.Withdraw.
func (c *Corpus) Withdraw(ctx context.Context, guild, story string) error {
	defer c.upkeep.changing(guild)()
	if err := c.record.Withdraw(ctx, guild, story); err != nil {
		return err
	}
	c.follow(ctx, guild)
	return nil
}

// Expire has those stories answer no more that are older than their sources let
// them be. Of which guilds is known only afterwards, so a question in between may do
// with the index what this is about to do.
func (c *Corpus) Expire(ctx context.Context) error {
	guilds, err := c.record.Expire(ctx)
	for _, guild := range guilds {
		c.follow(ctx, guild)
	}
	return err
}
