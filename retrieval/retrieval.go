// Package retrieval finds the passages that answer a question, in the stories
// of a guild and in the shared ones.
//
// A Corpus keeps two things together: the record, which is the truth, and the
// index, which is derived from it. Before every search the two are compared,
// so that a crash between them, a deleted or damaged index, a new analysis, a
// restored record, or a change that another process made heals by itself.
package retrieval

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// The record's words, as they are used wherever stories are talked of.
type (
	Source    = record.Source
	Story     = record.Story
	Change    = record.Change
	Ref       = record.Ref
	Paragraph = record.Paragraph
	Copy      = record.Copy
	Failing   = record.Failing
	Head      = record.Head
	Hold      = record.Hold

	QuotaError = record.QuotaError
)

// Shared is the guild of sources that answer in every guild.
const Shared = record.Shared

// Why stories do not answer any more.
const (
	Gone    = record.Gone
	Expired = record.Expired
)

// Errors of the record's that callers tell apart.
var (
	ErrNotFound  = record.ErrNotFound
	ErrAmbiguous = record.ErrAmbiguous
	ErrBusy      = record.ErrBusy
)

// A Corpus is the stories of all guilds, searchable. It may be used by any
// number of goroutines, and several processes may have one on the same record
// and folder.
type Corpus struct {
	record *record.DB
	index  *index.Set
	upkeep upkeep
	titles titles
	log    *slog.Logger
}

// Open is the corpus of a record, with its index in the folder dir.
func Open(db *record.DB, dir string, log *slog.Logger) *Corpus {
	c := &Corpus{record: db, index: index.Open(dir, db.ID(), log), log: log}
	c.upkeep.open()
	return c
}

// SetIndexBudget bounds what the index takes on the disk, in bytes; 0: nothing does. It is
// to be called before the first question. See index.Set.
func (c *Corpus) SetIndexBudget(bytes int64) { c.index.Budget = bytes }

// Close closes the index, when what is at it has ended. The record stays open:
// it is its opener's.
func (c *Corpus) Close() {
	c.upkeep.close()
	c.index.Close()
}

// Put stores a source with its stories, in one step, and indexes what changed.
// See record.DB.Put. Once the record has it Put has succeeded: an index that
// could not be brought up to date is, at the next question.
func (c *Corpus) Put(ctx context.Context, source Source, stories []Story) (Change, error) {
	if err := index.CheckGuild(source.Guild); err != nil {
		return Change{}, err
	}
	defer c.upkeep.changing(source.Guild)()
	change, err := c.record.Put(ctx, source, stories)
	if err != nil {
		return Change{}, err
	}
	c.follow(ctx, source.Guild)
	return change, nil
}

// Import stores a source with its stories as another record knew them: see
// record.DB.Import.
func (c *Corpus) Import(ctx context.Context, source Source, stories []Story) (Change, error) {
	if err := index.CheckGuild(source.Guild); err != nil {
		return Change{}, err
	}
	defer c.upkeep.changing(source.Guild)()
	change, err := c.record.Import(ctx, source, stories)
	if err != nil {
		return Change{}, err
	}
	c.follow(ctx, source.Guild)
	return change, nil
}

// Snapshot shows the stories of exactly one guild as they are at one moment: see
// record.DB.Snapshot.
func (c *Corpus) Snapshot(ctx context.Context, guild string, read func(*record.Snapshot) error) error {
	return c.record.Snapshot(ctx, guild, read)
}

// Seed puts a source once in the life of the record: see record.DB.Seed.
func (c *Corpus) Seed(ctx context.Context, source Source, stories []Story) error {
	defer c.upkeep.changing(source.Guild)()
	seeded, err := c.record.Seed(ctx, source, stories)
	if seeded {
		c.follow(ctx, source.Guild)
	}
	return err
}

// Remove deletes a source of exactly that guild with all its stories, from the
// record and, with the same reservation as Put, from the index.
func (c *Corpus) Remove(ctx context.Context, guild, source string) (Source, error) {
	defer c.upkeep.changing(guild)()
	removed, err := c.record.Remove(ctx, guild, source)
	if err != nil {
		return Source{}, err
	}
	c.follow(ctx, guild)
	return removed, nil
}

// Reindex makes the indexes of the guilds again from the record; of all that
// have or had stories when none is named. Searches see the old ones meanwhile.
func (c *Corpus) Reindex(ctx context.Context, guilds ...string) error {
	if len(guilds) == 0 {
		versions, err := c.record.Versions(ctx)
		if err != nil {
			return err
		}
		guilds = slices.Sorted(maps.Keys(versions))
	}
	for _, guild := range guilds {
		err := c.index.Use(ctx, guild, func(f *index.File) error { return c.sync(ctx, guild, f, onDemand) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Sources, Source, Stories, FindStory, StoryAt, Revisions, Revision and Size read the
// record: see there.
func (c *Corpus) Sources(ctx context.Context, guild string) ([]Source, error) {
	return c.record.Sources(ctx, guild)
}

func (c *Corpus) Source(ctx context.Context, guild, id string) (Source, error) {
	return c.record.Source(ctx, guild, id)
}

func (c *Corpus) Stories(ctx context.Context, guild, source string) ([]Story, error) {
	return c.record.Stories(ctx, guild, source)
}

func (c *Corpus) FindStory(ctx context.Context, guild, name string) (Story, error) {
	return c.record.FindStory(ctx, guild, name)
}

func (c *Corpus) StoryAt(ctx context.Context, guild, location string, addresses ...string) (Story, error) {
	return c.record.StoryAt(ctx, guild, location, addresses...)
}

func (c *Corpus) Revisions(ctx context.Context, guild, story string) ([]Story, error) {
	return c.record.Revisions(ctx, guild, story)
}

func (c *Corpus) Revision(ctx context.Context, guild, story string, number int) (Story, error) {
	return c.record.Revision(ctx, guild, story, number)
}

func (c *Corpus) Size(ctx context.Context) (stories int, err error) { return c.record.Size(ctx) }

// Version names the state of the stories that a guild's questions see: it is
// another after every change that they see.
func (c *Corpus) Version(ctx context.Context, guild string) (version string, err error) {
	guilds := []string{guild, Shared}
	err = c.use(ctx, guilds, func(files []*index.File) error {
		var versions [2]int64
		for i, file := range files {
			if versions[i], err = file.Version(ctx); err != nil {
				return err
			}
		}
		version = versionOf(versions[0], versions[1])
		return nil
	}, func() (map[string]int64, error) { return c.record.Versions(ctx, guilds...) })
	return version, err
}

// Versions gives what Version is of every guild once its index follows the record: one query
// for all.
func (c *Corpus) Versions(ctx context.Context) (of func(guild string) string, err error) {
	versions, err := c.record.Versions(ctx)
	if err != nil {
		return nil, err
	}
	return func(guild string) string { return versionOf(versions[guild], versions[Shared]) }, nil
}

// versionOf is made of the versions of a guild's own stories, and of the shared ones.
func versionOf(own, shared int64) string { return fmt.Sprintf("%d.%d", own, shared) }
