package retrieval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/retrieval/index"
)

// use calls do with the index files of the guilds, each as it is at one moment,
// and brought to the record's version if that can be had soon.
//
// A question is to find what any process has stored, but not to wait for a
// refresh of thousands of paragraphs. The index of before is no wrong answer:
// revisions stay as they are, so that what it finds can be cited, and what was
// removed the record no longer gives. So there are three cases of an index that
// is not of the record's version:
//
//   - It is of no version, as it is new, was damaged or deleted, or is of another
//     record or analysis. It has no answer: the question has it built, which goes
//     on without it, and waits for that: see WithProgress and ErrPreparing.
//   - Somebody is at it: a change by this process, which goes on with the
//     index, or an update by any. The question is answered from the old, at
//     once. That lasts no longer than the update, which always ends: it is
//     rolled back when its process dies, and then the next case holds.
//   - Nobody is: another process has changed the record and not come to the
//     index yet, or has died before. The question begins the update, which goes
//     on without it, and waits for patience at most. That is enough for some
//     dozens of stories, so that these are found at once. How long an update
//     will take cannot be told without reading what differs; time can.
//
// Who has changed the record sees the change: see Put.
func (c *Corpus) use(ctx context.Context, guilds []string, do func([]*index.File) error) error {
	versions, err := c.record.Versions(ctx, guilds...)
	if err != nil {
		return err
	}
	waited := make(map[string]bool)
	for {
		err := c.open(ctx, guilds, versions, waited, nil, do)
		var b *behind
		if !errors.As(err, &b) {
			return err
		}
		// Not within Set.Use: the update may need the connections of all who wait.
		wait := c.catchUp
		if b.unbuilt {
			wait = c.build
		}
		if err := wait(ctx, b.guild); err != nil {
			return err
		}
		waited[b.guild] = true
	}
}

// A behind is that a guild's index is of no version, or of an older one than the
// record, and nobody is at it.
type behind struct {
	guild   string
	unbuilt bool
}

func (b *behind) Error() string {
	return fmt.Sprintf("retrieval: the index of guild %q is behind", b.guild) // unreachable for who calls use
}

// open opens the files of the guilds one within the other, so that each stays
// open while do runs. A guild's own comes before the shared one, for which all
// guilds would wait while the first is brought up to date.
func (c *Corpus) open(ctx context.Context, guilds []string, versions map[string]int64, waited map[string]bool, files []*index.File, do func([]*index.File) error) error {
	if len(guilds) == 0 {
		return freeze(ctx, files, func() error { return do(files) })
	}
	guild := guilds[0]
	return c.index.Use(ctx, guild, func(f *index.File) error {
		if err := c.check(ctx, guild, f, versions[guild], waited[guild]); err != nil {
			return err
		}
		return c.open(ctx, guilds[1:], versions, waited, append(files, f), do)
	})
}

// check has the guild's file be one to answer from, or says that it is behind.
func (c *Corpus) check(ctx context.Context, guild string, f *index.File, want int64, waited bool) error {
	// Looked at before the file: a change that ends in between has reached it.
	changing := c.upkeep.changed(guild)
	have, err := f.Version(ctx)
	switch {
	case err != nil || have == want:
		return err
	case have < 0:
		return &behind{guild, true}
	case waited || changing:
		return nil
	}
	busy, err := f.Busy(ctx)
	if err != nil || busy {
		return err
	}
	// Who was at it may have ended, with a version that the record had not yet
	// when this question came.
	versions, err := c.record.Versions(ctx, guild)
	if err != nil {
		return err
	}
	if have, err = f.Version(ctx); err != nil || have == versions[guild] {
		return err
	}
	return &behind{guild, false}
}

// freeze calls do while the files seem not to change.
func freeze(ctx context.Context, files []*index.File, do func() error) error {
	if len(files) == 0 {
		return do()
	}
	return files[0].Freeze(ctx, func() error { return freeze(ctx, files[1:], do) })
}

// patience is how long a question waits for an index that it found behind: less
// than a person notices beside what Discord takes.
const patience = 500 * time.Millisecond

// catchUp has the guild's index brought up to date in the background, unless
// that is under way or a change comes to it anyway, and waits until it is or has
// taken for patience.
func (c *Corpus) catchUp(ctx context.Context, guild string) error {
	if c.upkeep.changed(guild) {
		return nil
	}
	u := c.update(guild)
	if u == nil {
		return nil
	}
	late := time.NewTimer(time.Until(u.begun.Add(patience)))
	defer late.Stop()
	select {
	case <-u.done:
	case <-late.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// build has the guild's index, which is of no version, built in the background,
// unless that is under way, and waits until it is.
func (c *Corpus) build(ctx context.Context, guild string) error {
	u := c.update(guild)
	if u == nil {
		return errClosed
	}
	return u.built(ctx)
}

var errClosed = errors.New("retrieval: the corpus is closed")

// update brings the guild's index to the record's version in the background,
// unless that is under way; nil when the corpus is closed.
func (c *Corpus) update(guild string) *update {
	return c.upkeep.begin(guild, func(ctx context.Context, u *update) (err error) {
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("retrieval: panic: %v", cause)
				c.log.Error("index not brought up to date", "guild", guild, "panic", cause)
			}
		}()
		ctx = WithProgress(ctx, 0, func(done, all int) {
			u.written.Store(int64(done))
			u.all.Store(int64(all))
		})
		return c.follow(ctx, guild, atQuestion)
	})
}
