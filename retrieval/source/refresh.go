package source

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

// An Origin is where a person asks for a refresh.
type Origin int

const (
	Terminal Origin = iota
	Discord         // has no business with the operator's files
)

// A Report says what a refresh found in a source, by the number of its stories.
type Report struct {
	Source retrieval.Source // as it is after the refresh

	Added, Changed, Unchanged, Failed int

	// Reason is why nothing was read: with Failed what went wrong, else why the
	// source cannot be read again.
	Reason error
}

// Refresh reads sources of exactly that guild again and stores what is new in
// them; all of them when none is named. A name that the guild has no source of
// is record.ErrNotFound, and nothing is read. A story keeps the title and the
// date that it has. What cannot be read keeps its last text, and the source says
// why until it can be read. An error comes with the reports of what was done
// before it.
func Refresh(ctx context.Context, corpus *retrieval.Corpus, guild string, by Origin, ids ...string) ([]Report, error) {
	sources, err := named(ctx, corpus, guild, ids)
	if err != nil {
		return nil, err
	}
	var reports []Report
	for _, src := range sources {
		report, err := refresh(ctx, corpus, src, by)
		if errors.Is(err, record.ErrNotFound) {
			continue // removed meanwhile
		}
		if err != nil {
			return reports, err
		}
		reports = append(reports, report)
	}
	return reports, nil
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

func refresh(ctx context.Context, corpus *retrieval.Corpus, src retrieval.Source, by Origin) (Report, error) {
	switch {
	case src.Kind == "bundled":
		return Report{Source: src, Unchanged: src.Stories, Reason: ErrBundled}, nil
	case src.Kind != "file":
		return Report{Source: src, Unchanged: src.Stories, Reason: ErrUploadAgain}, nil
	case by != Terminal:
		return Report{Source: src, Unchanged: src.Stories, Reason: ErrTerminalOnly}, nil
	}
	report, err := refreshFile(ctx, corpus, src)
	if err != nil {
		return Report{}, err
	}
	report.Source, err = corpus.Source(ctx, src.Guild, src.ID)
	return report, err
}

func refreshFile(ctx context.Context, corpus *retrieval.Corpus, src retrieval.Source) (Report, error) {
	before, err := corpus.Stories(ctx, src.Guild, src.ID)
	if err != nil {
		return Report{}, err
	}
	_, story, err := File(src.Location, src.Title)
	if err != nil {
		return Report{Failed: 1, Reason: err}, corpus.Failed(ctx, src.Guild, src.ID, why(err))
	}
	for _, old := range before {
		if old.Key == story.Key {
			story.Title, story.PublishedAt = old.Title, old.PublishedAt
		}
	}
	src.Error = ""
	change, err := corpus.Put(ctx, src, []retrieval.Story{story})
	return Report{Added: len(change.Added), Changed: len(change.Changed), Unchanged: len(change.Unchanged)}, err
}

// why is an error as the source shows it to everyone who sees the source, so
// without the folders of the operator's machine.
func why(err error) string {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return strings.TrimPrefix(err.Error(), "source: ")
}
