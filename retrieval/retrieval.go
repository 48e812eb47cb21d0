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
	"time"

	"storybot/retrieval/analysis"
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
)

// Shared is the guild of sources that answer in every guild.
const Shared = record.Shared

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
	titles titles
	log    *slog.Logger
}

// Open is the corpus of a record, with its index in the folder dir.
func Open(db *record.DB, dir string, log *slog.Logger) *Corpus {
	return &Corpus{record: db, index: index.Open(dir, db.ID(), log), log: log}
}

// Close closes the index. The record stays open: it is its opener's.
func (c *Corpus) Close() { c.index.Close() }

// Put stores a source with its stories, in one step, and indexes what changed.
// See record.DB.Put. Once the record has it Put has succeeded: an index that
// could not be brought up to date is, at the next question.
func (c *Corpus) Put(ctx context.Context, source Source, stories []Story) (Change, error) {
	if err := index.CheckGuild(source.Guild); err != nil {
		return Change{}, err
	}
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
	seeded, err := c.record.Seed(ctx, source, stories)
	if seeded {
		c.follow(ctx, source.Guild)
	}
	return err
}

// Remove deletes a source of exactly that guild with all its stories, from the
// record and, with the same reservation as Put, from the index.
func (c *Corpus) Remove(ctx context.Context, guild, source string) (Source, error) {
	removed, err := c.record.Remove(ctx, guild, source)
	if err != nil {
		return Source{}, err
	}
	c.follow(ctx, guild)
	return removed, nil
}

func (c *Corpus) follow(ctx context.Context, guild string) {
	if err := c.index.Use(ctx, guild, func(f *index.File) error { return c.sync(ctx, guild, f, afterChange) }); err != nil {
		c.log.Warn("index not brought up to date; the next question will", "guild", guild, "error", err)
	}
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

// Sources, Source, Stories, FindStory, Revisions, Revision and Size read the
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

func (c *Corpus) Revisions(ctx context.Context, guild, story string) ([]Story, error) {
	return c.record.Revisions(ctx, guild, story)
}

func (c *Corpus) Revision(ctx context.Context, guild, story string, number int) (Story, error) {
	return c.record.Revision(ctx, guild, story, number)
}

func (c *Corpus) Size(ctx context.Context) (stories int, err error) { return c.record.Size(ctx) }

// Version names the state of the stories that a guild's questions see: it is
// another after every change.
func (c *Corpus) Version(ctx context.Context, guild string) (string, error) {
	versions, err := c.record.Versions(ctx, guild, Shared)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d.%d", versions[guild], versions[Shared]), nil
}

// use calls do with the index files of the guilds, brought to the record's
// versions.
func (c *Corpus) use(ctx context.Context, guilds []string, do func([]*index.File) error) error {
	versions, err := c.record.Versions(ctx, guilds...)
	if err != nil {
		return err
	}
	return c.open(ctx, guilds, versions, nil, do)
}

// open opens the files of the guilds one within the other, so that each stays
// open while do runs. A guild's own comes before the shared one, for which all
// guilds would wait while the first is brought up to date.
func (c *Corpus) open(ctx context.Context, guilds []string, versions map[string]int64, files []*index.File, do func([]*index.File) error) error {
	if len(guilds) == 0 {
		return do(files)
	}
	return c.index.Use(ctx, guilds[0], func(f *index.File) error {
		have, err := f.Version(ctx)
		if err != nil {
			return err
		}
		if have != versions[guilds[0]] {
			if err := c.sync(ctx, guilds[0], f, atQuestion); err != nil {
				return err
			}
		}
		return c.open(ctx, guilds[1:], versions, append(files, f), do)
	})
}

// An occasion is why an index is compared with the record.
type occasion int

const (
	afterChange occasion = iota // this process has changed the record
	atQuestion                  // a question finds them to differ
	onDemand                    // the operator wants the index made anew
)

// sync applies the difference between the record and the guild's index:
// stories that are new or have a newer revision, and stories that are gone.
func (c *Corpus) sync(ctx context.Context, guild string, file *index.File, why occasion) error {
	return file.Update(ctx, func(u *index.Update) (version int64, err error) {
		if why == onDemand {
			if err := u.Clear(); err != nil {
				return 0, err
			}
		}
		err = c.record.Snapshot(ctx, guild, func(s *record.Snapshot) error {
			version = s.Version
			if u.Version == s.Version {
				return nil // another question did the work while this one waited
			}
			return c.apply(ctx, guild, s, u, why)
		})
		return version, err
	})
}

func (c *Corpus) apply(ctx context.Context, guild string, s *record.Snapshot, u *index.Update, why occasion) error {
	start := time.Now()
	heads, err := s.Heads(ctx)
	if err != nil {
		return err
	}
	gone, err := u.Revisions()
	if err != nil {
		return err
	}
	var wanted []string
	for _, head := range heads {
		if gone[head.Story] != head.Revision {
			wanted = append(wanted, head.Story)
		}
		delete(gone, head.Story)
	}
	for story := range gone {
		if err := u.Remove(story); err != nil {
			return err
		}
	}
	if err := s.Each(ctx, wanted, func(story record.Story) error { return u.Put(indexed(story)) }); err != nil {
		return err
	}
	level, message := slog.LevelInfo, "index brought up to date"
	if why == atQuestion && u.Version < 0 && len(wanted) > 0 {
		level, message = slog.LevelWarn, "index was missing, damaged or of another version: built again"
	}
	c.log.Log(ctx, level, message, "guild", guild, "from", u.Version, "to", s.Version,
		"stories", len(wanted), "removed", len(gone), "took", time.Since(start).Round(time.Millisecond))
	return nil
}

func indexed(s record.Story) index.Story {
	story := index.Story{ID: s.ID, Revision: s.Revision, Title: s.Title, PublishedAt: s.PublishedAt}
	for _, p := range s.Paragraphs {
		story.Paragraphs = append(story.Paragraphs, analysis.Paragraph{Heading: p.Heading, Text: p.Text})
	}
	return story
}
