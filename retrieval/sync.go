package retrieval

import (
	"context"
	"log/slog"
	"time"

	"storybot/retrieval/analysis"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// follow brings the guild's index to the record's version. That it could not is in
// the log.
func (c *Corpus) follow(ctx context.Context, guild string, why occasion) error {
	ended, err := c.upkeep.wait(ctx, guild)
	if err == nil {
		defer ended()
		err = c.index.Use(ctx, guild, func(f *index.File) error { return c.syncBehind(ctx, guild, f, why) })
	}
	if err != nil && ctx.Err() == nil {
		c.log.Warn("index not brought up to date; the next question will", "guild", guild, "error", err)
	}
	return err
}

// syncBehind is sync when the file is of another version than the record: what
// finds that nothing changed needs no lock.
func (c *Corpus) syncBehind(ctx context.Context, guild string, file *index.File, why occasion) error {
	versions, err := c.record.Versions(ctx, guild)
	if err != nil {
		return err
	}
	have, err := file.Version(ctx)
	if err != nil || have == versions[guild] {
		return err
	}
	return c.sync(ctx, guild, file, why)
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
	tell, err := telling(ctx, s, u, why)
	if err != nil {
		return err
	}
	err = s.Each(ctx, wanted, func(story record.Story) error {
		if err := u.Put(indexed(story)); err != nil {
			return err
		}
		tell(len(story.Paragraphs))
		return nil
	})
	if err != nil {
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

// telling is what is to be called for each number of paragraphs that are done, so
// that who waits for an index to be built knows how far that is.
func telling(ctx context.Context, s *record.Snapshot, u *index.Update, why occasion) (tell func(paragraphs int), err error) {
	if why == afterChange || u.Version >= 0 {
		return func(int) {}, nil
	}
	all, err := s.Size(ctx)
	p, done, last := progressOf(ctx), 0, time.Now()
	return func(paragraphs int) {
		done += paragraphs
		if now := time.Now(); now.Sub(last) >= p.every || done == all {
			last = now
			p.show(done, all)
		}
	}, err
}

func indexed(s record.Story) index.Story {
	story := index.Story{ID: s.ID, Revision: s.Revision, Title: s.Title, PublishedAt: s.PublishedAt}
	for _, p := range s.Paragraphs {
		story.Paragraphs = append(story.Paragraphs, analysis.Paragraph{Heading: p.Heading, Text: p.Text})
	}
	return story
}
