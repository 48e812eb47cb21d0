package source

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source/extract"
)

const (
	// batch is how many stories of a feed are stored at a time: few, so that questions
	// do not wait, and what a killed process has read is not lost.
	batch = 20
	// An entry that was published lately is read again at every refresh, but not more
	// often than that: what is corrected mostly is so soon, and few feeds tell.
	recent    = 7 * 24 * time.Hour
	readAgain = 6 * time.Hour
)

// feed reads a feed, and of its entries those that may have changed.
func (r *reading) feed(ctx context.Context, thorough bool) error {
	src := r.src
	known := src.Copy
	if thorough || len(r.failing) > 0 { // to read entries it takes the feed's text, the same or not
		known = retrieval.Copy{}
	}
	response, err := r.again(ctx, known)
	if isGone(err) {
		err = ErrFeedGone
	}
	if err != nil {
		return r.failed(ctx, err)
	}
	var doc extract.FeedDoc
	if !response.NotModified {
		if doc, err = extract.Feed(response.Body, response.Type, response.URL); err != nil {
			return r.failed(ctx, err)
		}
		doc.Entries = keyed(doc.Entries, r.before)
		src.Title = cmp.Or(src.GivenTitle, feedTitle(doc, src.Location))
	}
	reads, err := r.entries(ctx, src, doc.Entries, response.Private, thorough)
	if err != nil {
		return err
	}
	now := r.k.corpus.Now()
	// Until here it was put as it was checked before: it was not read yet.
	src.CheckedAt = time.Time{}
	src.Error, src.Code, src.DueAt = "", "", later(next(src.Schedule, now), dueByTTL(src.Schedule, now, doc.TTL))
	if !response.NotModified {
		src.Copy = copyOf(response)
	}
	if reads.tried > 0 && reads.failed == reads.tried && reads.first != nil {
		src.Error, src.Code = why(reads.first), Code(reads.first)
	}
	return r.put(ctx, src, nil)
}

func dueByTTL(schedule string, now time.Time, ttl time.Duration) time.Time {
	if schedule == "" || ttl == 0 {
		return time.Time{}
	}
	return now.Add(ttl)
}

// tally is what came of the entries that were read.
type tally struct {
	tried, failed int
	first         error // of the failures
}

// entries reads a feed's entries, and those of its stories that it does not tell of
// any more but which were published lately.
func (r *reading) entries(ctx context.Context, src retrieval.Source, entries []extract.Entry, private, thorough bool) (tally, error) {
	listed := make(map[string]bool, len(entries))
	for _, e := range entries {
		listed[e.Key] = true
	}
	for _, s := range r.before {
		if !listed[s.Key] && s.Address != "" && r.isRecent(s) {
			entries = append(entries, extract.Entry{Key: s.Key, Title: s.Title, Author: s.Author, Link: s.Address, Published: s.PublishedAt, Modified: s.ModifiedAt})
		}
	}
	slices.SortStableFunc(entries[len(listed):], func(a, b extract.Entry) int { return cmp.Compare(a.Key, b.Key) })
	var t tally
	var read []retrieval.Story
	var full error // the guild may have no more stories; those that it has are corrected
	flush := func() error {
		if len(read) == 0 {
			return nil
		}
		stories := read
		read = nil
		err := r.put(ctx, src, stories)
		if !errors.As(err, new(*record.QuotaError)) {
			return err
		}
		full = err
		return r.put(ctx, src, slices.DeleteFunc(stories, func(s retrieval.Story) bool { return !r.knows(s.Key) }))
	}
	tell := func(done int) {
		if r.progress != nil {
			r.progress(Progress{Source: src, Done: done, Total: len(entries)})
		}
	}
	for i, entry := range entries {
		tell(i)
		old, known := r.before[entry.Key]
		if full != nil && !known {
			r.report.Failed++
			continue
		}
		if !thorough && r.settled(entry, old, known, listed[entry.Key]) {
			if known {
				r.report.Unchanged++
			} else {
				r.report.Failed++
			}
			continue
		}
		t.tried++
		story, err := r.k.entryStory(ctx, src, entry, private, old)
		if !listed[entry.Key] {
			story.Mark = old.Mark
		}
		if err == nil && known {
			err = r.doubtful(old, story, entry.Link)
		}
		switch {
		case err == nil:
			if read = append(read, story); len(read) < batch {
				continue
			}
			if err := flush(); err != nil {
				return t, err
			}
		case isGone(err) && known:
			if err := r.withdrawn(ctx, old); err != nil {
				return t, err
			}
		case !notThere(ctx, err), errors.As(err, new(*record.QuotaError)): // what follows fails no less
			return t, cmp.Or(flush(), err)
		default:
			err = ofEntry(entry, err)
			t.failed++
			t.first = cmp.Or(t.first, err)
			r.report.tell(StoryReport{What: Failed, ID: old.ID, Title: entry.Title, Address: entry.Link, Revision: old.Revision, Reason: err})
			if err := r.failedStory(ctx, entry.Key, err, story); err != nil {
				return t, err
			}
		}
	}
	tell(len(entries))
	err := flush() // which may set full
	return t, cmp.Or(err, full)
}

func (r *reading) knows(key string) bool {
	_, known := r.before[key]
	return known
}

// isRecent reports whether a story may still be corrected.
func (r *reading) isRecent(s retrieval.Story) bool {
	at := s.PublishedAt
	if at.IsZero() {
		at = s.RevisedAt
	}
	return r.k.corpus.Now().Sub(at) < recent
}

// settled reports whether nothing is to be expected of reading an entry now.
func (r *reading) settled(e extract.Entry, old retrieval.Story, known, listed bool) bool {
	now := r.k.corpus.Now()
	within := func(at time.Time, d time.Duration) bool { // not what a wrong clock has put into the future
		return !at.After(now) && now.Sub(at) < d
	}
	if f, ok := r.failing[e.Key]; ok && within(f.At, backoff(f.Failures)) {
		return true
	}
	if !known {
		return false
	}
	if listed && old.Mark != mark(e) {
		return false
	}
	return !r.isRecent(old) || within(old.CheckedAt, readAgain)
}

// entryStory is the story of an entry: what the feed has of it, or the page to which
// it links, unless that is the copy that is known of old. private says that the page
// may be in the operator's networks: only a feed that is there itself may lead there.
func (k *Keeper) entryStory(ctx context.Context, src retrieval.Source, e extract.Entry, private bool, old retrieval.Story) (retrieval.Story, error) {
	published := e.Published
	if published.Equal(e.Modified) && !old.PublishedAt.IsZero() {
		published = old.PublishedAt // Atom need not tell it, and then it is the day of the last change
	}
	story := retrieval.Story{
		Key: e.Key, Title: titleOf(e.Title, extract.Article{Paragraphs: e.Paragraphs}), URL: withoutSession(e.Link), Author: e.Author, PublishedAt: published, ModifiedAt: e.Modified,
		Paragraphs: paragraphs(e.Paragraphs), Mark: mark(e),
	}
	if len(e.Paragraphs) > 0 {
		return story, nil
	}
	if e.Link == "" {
		return retrieval.Story{}, ErrEmpty
	}
	var known retrieval.Copy
	if old.Address == e.Link { // what is elsewhere may be older than that, and is not the same
		known = old.Copy
	}
	response, err := k.get(ctx, src.Guild, e.Link, private, known)
	if err != nil {
		return retrieval.Story{}, err
	}
	if response.NotModified {
		story = old
		story.Mark, story.Address = mark(e), e.Link
		return story, nil
	}
	article, err := article(response)
	if err != nil {
		return retrieval.Story{}, err
	}
	page := storyOf(article, response, e.Key)
	page.Mark, page.Address = story.Mark, e.Link
	page.Author = cmp.Or(page.Author, story.Author)
	if page.PublishedAt.IsZero() {
		page.PublishedAt = story.PublishedAt
	}
	if e.Title != "" { // of the two, the one without the site's name
		page.Title = story.Title
	}
	return page, nil
}

// mark is what a feed tells of an entry, to know a change by.
func mark(e extract.Entry) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %d %d\n", e.Title, withoutSession(e.Link), e.Published.Unix(), e.Modified.Unix())
	for _, p := range e.Paragraphs {
		fmt.Fprintf(h, "%q %q\n", p.Heading, p.Text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
