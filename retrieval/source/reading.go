package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source/fetch"
)

// single reads a source that has one story: a page or a file.
func (r *reading) single(ctx context.Context) error {
	src := r.src
	var story retrieval.Story
	var err error
	if src.Kind == "file" {
		story, err = r.file()
	} else {
		story, err = r.page(ctx)
	}
	before, known := r.before[story.Key]
	switch {
	case isGone(err):
		return r.gone(ctx, err)
	case err == nil && known:
		err = r.doubtful(before, story, src.Location)
	}
	if err != nil && notThere(ctx, err) {
		if err := r.failedStory(ctx, src.Location, err, story); err != nil {
			return err
		}
	}
	if err != nil {
		return r.failed(ctx, err)
	}
	src.Error, src.Code, src.Copy, src.DueAt = "", "", story.Copy, next(src.Schedule, r.k.corpus.Now())
	src.Title, src.CheckedAt = story.Title, time.Time{}
	return r.put(ctx, src, []retrieval.Story{story})
}

// file reads the operator's file again. The story keeps the title, the link and the
// date that it has.
func (r *reading) file() (retrieval.Story, error) {
	_, story, err := File(r.src.Location, r.src.Title)
	if err != nil {
		return retrieval.Story{}, err
	}
	if old, ok := r.before[story.Key]; ok {
		story.Title, story.PublishedAt, story.URL = old.Title, old.PublishedAt, old.URL
	}
	return story, nil
}

// page fetches the page again.
func (r *reading) page(ctx context.Context) (retrieval.Story, error) {
	old, known := r.before[r.src.Location]
	if !known {
		r.src.Copy = retrieval.Copy{} // there is nothing to keep
	}
	response, err := r.again(ctx, r.src.Copy)
	if err != nil {
		return retrieval.Story{}, err
	}
	if response.NotModified {
		old.Copy = r.src.Copy
		return old, nil
	}
	article, err := article(response)
	if err != nil {
		return retrieval.Story{}, err
	}
	return asGiven(r.src, storyOf(article, response, r.src.Location)), nil
}

// again fetches what is at the source's address, unless it is the copy that is known. A
// name may lead elsewhere than when the source was added: into the operator's networks
// only what was there then may lead.
func (r *reading) again(ctx context.Context, known retrieval.Copy) (fetch.Response, error) {
	response, err := r.k.get(ctx, r.src.Guild, r.src.Location, r.src.Private, known)
	if errors.Is(err, fetch.ErrPrivate) && r.src.Origin == record.Terminal && !r.src.Private {
		err = fmt.Errorf("%w, as it was when it was added; add it again in the terminal if that is meant", ErrPrivate)
	}
	return response, err
}

// asGiven is a story with what a person has said of its source.
func asGiven(src retrieval.Source, story retrieval.Story) retrieval.Story {
	if src.Kind == "feed" {
		return story
	}
	story.Title = cmp.Or(src.GivenTitle, story.Title)
	if !src.GivenDate.IsZero() {
		story.PublishedAt = src.GivenDate
	}
	return story
}

// gone withdraws what the publisher says is gone for good.
func (r *reading) gone(ctx context.Context, err error) error {
	for _, s := range r.before {
		if err := r.withdrawn(ctx, s); err != nil {
			return err
		}
	}
	r.report.Reason = err
	return r.k.corpus.Failed(ctx, r.src.Guild, r.src.ID, why(err), Code(err), time.Time{})
}
