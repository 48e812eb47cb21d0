package retrieval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/retrieval/index"
)

// use calls search with the index files of the guilds, each as it is at one moment, and
// read after it, to read what was found from the record, with the record's versions of the
// guilds at that time. If an index is of another version it is brought to the record's, if
// that can be had soon, and both are called again: so a question whose indexes are up to
// date, as nearly all are, goes to the record once.
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
// A guild is waited for once: its record may change all the time.
//
// Who has changed the record sees the change: see Put.
func (c *Corpus) use(ctx context.Context, guilds []string, search func([]*index.File) error, read func() (versions map[string]int64, err error)) error {
	seen := make(map[string]bool) // guilds whose index was found to be of another version
	for {
		searched := make(map[string]int64)
		err := c.open(ctx, guilds, nil, func(files []*index.File) (err error) {
			for i, guild := range guilds {
				if searched[guild], err = files[i].Version(ctx); err != nil {
					return err
				}
			}
			return search(files)
		})
		// Not within Set.Use: what is built may need the connections of all who wait.
		var missing *unbuilt
		if errors.As(err, &missing) {
			if err := c.build(ctx, missing.guild); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		versions, err := read()
		if err != nil {
			return err
		}
		again := false
		for _, guild := range guilds {
			if searched[guild] == versions[guild] || seen[guild] {
				continue
			}
			seen[guild] = true
			leave, err := c.attended(ctx, guild)
			if err != nil {
				return err
			}
			if leave {
				continue
			}
			if err := c.catchUp(ctx, guild); err != nil {
				return err
			}
			again = true
		}
		if !again {
			return nil
		}
	}
}

// An unbuilt is that a guild's index is of no version.
type unbuilt struct{ guild string }

func (u *unbuilt) Error() string {
	return fmt.Sprintf("retrieval: the index of guild %q is not built", u.guild) // unreachable for who calls use
}

// open calls do with the files of the guilds, which seem not to change meanwhile. They are
// opened one within the other, so that each stays open. A guild's own comes before the
// shared one, for which all guilds would wait while the first is built.
func (c *Corpus) open(ctx context.Context, guilds []string, files []*index.File, do func([]*index.File) error) error {
	if len(guilds) == 0 {
		return freeze(ctx, files, func() error { return do(files) })
	}
	guild := guilds[0]
	return c.index.Use(ctx, guild, func(f *index.File) error {
		version, err := f.Version(ctx)
		if err == nil && version < 0 {
			err = &unbuilt{guild}
		}
		if err != nil {
			return err
		}
		return c.open(ctx, guilds[1:], append(files, f), do)
	})
}

// attended says that somebody is at the guild's index.
func (c *Corpus) attended(ctx context.Context, guild string) (is bool, err error) {
	if c.upkeep.changed(guild) {
		return true, nil
	}
	err = c.index.Use(ctx, guild, func(f *index.File) error {
		is, err = f.Busy(ctx)
		return err
	})
	return is, err
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
