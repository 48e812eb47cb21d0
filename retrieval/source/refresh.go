package source

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

// A Report says what a refresh found in a source, by the number of its stories.
type Report struct {
	Source retrieval.Source // as it is after the refresh

	Added, Changed, Unchanged, Withdrawn, Failed int

	// Stories are those of which there is something to tell: all but the unchanged,
	// up to maxReported.
	Stories []StoryReport

	// Reason is why nothing was read: with Failed what went wrong, else why the
	// source cannot be read again; and, beside what was read, why it is not all.
	Reason error
}

// A StoryReport says what a refresh found of one story.
type StoryReport struct {
	What     What
	ID       string // "" when it is not stored
	Title    string
	Address  string // where it was read, or ""
	Revision int    // the newest
	Edits    Edits  // of Changed
	Reason   error  // of Failed
}

// What became of a story.
type What string

const (
	Added     What = "added"
	Changed   What = "changed"
	Withdrawn What = "withdrawn"
	Failed    What = "failed"
)

// Edits count paragraphs by what became of them.
type Edits struct {
	Added, Changed, Removed, Moved int
}

// maxReported bounds the stories in a report: more than anybody reads.
const maxReported = 1000

// tell enters a story.
func (r *Report) tell(s StoryReport) {
	switch s.What {
	case Added:
		r.Added++
	case Changed:
		r.Changed++
	case Withdrawn:
		r.Withdrawn++
	case Failed:
		r.Failed++
	}
	if len(r.Stories) < maxReported {
		r.Stories = append(r.Stories, s)
	}
}

// With is the report on the refresh of a feed together with what Add had stored of it: what is
// unchanged since then was added.
func (r Report) With(found Found, stored retrieval.Change) Report {
	if n := len(stored.Added); n > 0 && r.Unchanged >= n {
		r.Added, r.Unchanged = r.Added+n, r.Unchanged-n
		r.Stories = append([]StoryReport{{What: Added, ID: stored.Added[0], Title: found.Stories[0].Title, Address: found.Stories[0].Address, Revision: 1}}, r.Stories...)
	}
	return r
}

// Progress is how far the refresh of a source is, in stories.
type Progress struct {
	Source      retrieval.Source
	Done, Total int // Total may grow
}

// Refresh reads sources of exactly that guild again and stores what is new in
// them; all of them when none is named. A name that the guild has no source of
// is record.ErrNotFound, and nothing is read. What is said of a source by a person
// stays: the title and the date of a file, and those that were given with a page.
// What cannot be read keeps its last text, and the source says why until it can be
// read.
//
// A source that is being refreshed, by this process or another, is not read twice:
// the report is on that refresh. Only a feed is read again after it, when that was not a
// refresh of this kind, or another process's: by schedule not all entries are read. An error
// comes with the reports of what was done
// before it; when ctx ends, what was read by then is stored. progress, unless nil,
// is called by several goroutines.
func (k *Keeper) Refresh(ctx context.Context, guild string, by Origin, progress func(Progress), ids ...string) ([]Report, error) {
	sources, err := named(ctx, k.corpus, guild, ids)
	if err != nil {
		return nil, err
	}
	reports := make([]*Report, len(sources))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, src := range sources {
		group.Go(func() error {
			report, err := k.once(ctx, src, by, src.Kind == "feed", progress)
			if errors.Is(err, record.ErrNotFound) {
				return nil // removed meanwhile
			}
			if err == nil || report.Added+report.Changed+report.Withdrawn > 0 {
				reports[i] = &report
			}
			return err
		})
	}
	err = group.Wait()
	var done []Report
	for _, r := range reports {
		if r != nil {
			done = append(done, *r)
		}
	}
	return done, err
}

// named are the guild's own sources of those ids, each once and in their order.
func named(ctx context.Context, corpus *retrieval.Corpus, guild string, ids []string) ([]retrieval.Source, error) {
	seen, err := corpus.Sources(ctx, guild)
	if err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(seen, func(s retrieval.Source) bool { return s.Guild != guild })
	if len(ids) == 0 {
		return own, nil
	}
	var sources []retrieval.Source
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		at := slices.IndexFunc(own, func(s retrieval.Source) bool { return s.ID == id })
		if at < 0 {
			return nil, record.ErrNotFound
		}
		sources = append(sources, own[at])
	}
	return sources, nil
}

// readable is why a source cannot be read again; nil when it can be.
func readable(src retrieval.Source, by Origin) error {
	switch src.Kind {
	case "bundled":
		return ErrBundled
	case "attachment", "pasted":
		return ErrUploadAgain
	case "file":
		if by != Terminal {
			return ErrTerminalOnly
		}
	}
	return nil
}

// read refreshes a source that is held. thorough: all entries of a feed, as a person
// wants it, whatever was read or has failed lately.
func (k *Keeper) read(ctx context.Context, src retrieval.Source, by Origin, thorough bool, progress func(Progress)) (Report, error) {
	if reason := readable(src, by); reason != nil {
		return Report{Source: src, Unchanged: src.Stories, Reason: reason}, nil
	}
	r, err := k.newReading(ctx, src, progress)
	if err != nil {
		return Report{Source: src}, err
	}
	if src.Kind == "feed" {
		err = r.feed(ctx, thorough)
	} else {
		err = r.single(ctx)
	}
	var full *record.QuotaError
	if errors.As(err, &full) {
		err = r.failed(ctx, full)
	}
	// What was read is told, also when the rest was not.
	if src, wrong := k.corpus.Source(context.WithoutCancel(ctx), src.Guild, src.ID); wrong == nil {
		r.report.Source = src
	} else if err == nil {
		err = wrong
	}
	return r.report, err
}

// A reading is one refresh of a source.
type reading struct {
	k        *Keeper
	src      retrieval.Source
	before   map[string]retrieval.Story // by key, also those that answer no more
	failing  map[string]retrieval.Failing
	progress func(Progress)
	report   Report
}

func (k *Keeper) newReading(ctx context.Context, src retrieval.Source, progress func(Progress)) (reading, error) {
	stories, err := k.corpus.Stories(ctx, src.Guild, src.ID)
	if err != nil {
		return reading{}, err
	}
	failing, err := k.corpus.Failing(ctx, src.Guild, src.ID)
	if err != nil {
		return reading{}, err
	}
	r := reading{k: k, src: src, failing: failing, before: make(map[string]retrieval.Story, len(stories)), progress: progress, report: Report{Source: src}}
	for _, s := range stories {
		r.before[s.Key] = s
	}
	return r, nil
}

// failed enters why nothing was read.
func (r *reading) failed(ctx context.Context, err error) error {
	if !notThere(ctx, err) {
		return err
	}
	r.report.Failed++
	r.report.Reason = err
	return r.k.corpus.Failed(ctx, r.src.Guild, r.src.ID, why(err), Code(err), r.k.dueAfter(r.src, err))
}

// put stores stories that were read, and the source as it is now. As long as there
// is more to read, what is known of the source's copy stays.
func (r *reading) put(ctx context.Context, src retrieval.Source, stories []retrieval.Story) error {
	// What was read is stored, though the time for reading more is over.
	ctx = context.WithoutCancel(ctx)
	change, err := r.k.corpus.Put(ctx, src, stories)
	if err != nil {
		return err
	}
	r.report.Unchanged += len(change.Unchanged)
	for _, s := range stories {
		before, known := r.before[s.Key]
		revision, changed := change.Revisions[before.ID]
		if known && !changed {
			continue
		}
		told := StoryReport{What: Added, Title: s.Title, Address: s.Address, Revision: 1}
		if known {
			told.What, told.ID, told.Revision = Changed, before.ID, revision
			told.Edits = Count(retrieval.Difference(before.Paragraphs, s.Paragraphs))
		}
		r.report.tell(told)
	}
	return nil
}

// Count counts what retrieval.Difference tells.
func Count(edits []retrieval.Edit) (n Edits) {
	for _, e := range edits {
		switch e.Kind {
		case retrieval.Added:
			n.Added++
		case retrieval.Changed:
			n.Changed++
		case retrieval.Removed:
			n.Removed++
		case retrieval.Moved:
			n.Moved++
		}
	}
	return n
}

// withdrawn enters that a story's publisher has withdrawn it.
func (r *reading) withdrawn(ctx context.Context, s retrieval.Story) error {
	if s.Withdrawn == record.Gone {
		r.report.Unchanged++
		return nil
	}
	if err := r.k.corpus.Withdraw(ctx, r.src.Guild, s.ID); err != nil {
		return err
	}
	r.report.tell(StoryReport{What: Withdrawn, ID: s.ID, Title: s.Title, Address: s.Address, Revision: s.Revision})
	return nil
}
