package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/analysis"
	"storybot/retrieval/record"
	"storybot/retrieval/source/extract"
	"storybot/retrieval/source/fetch"
)

// Found is what there is at an address, before it is a source.
type Found struct {
	Source retrieval.Source // of kind "page" or "feed"
	// Stories are those that were read: a page's, or the newest of a feed.
	Stories []retrieval.Story
	Entries int      // how many stories a feed tells of
	Feeds   []string // addresses of feeds that the page tells of
	Stored  string   // the id of the source, as a feed, that has the page's story already; ""

	// Known is the source that the guild has at that address already, if its ID is not "". What
	// a person has said of it is Source's too.
	Known retrieval.Source
}

// maxLooked is how many entries of a feed are tried until one can be read.
const maxLooked = 3

// Look finds out what there is at an address for a guild. Nothing is stored but that
// it was fetched. A page without a story of its own that tells of a feed is that
// feed's.
func (k *Keeper) Look(ctx context.Context, guild, address string, by Origin) (Found, error) {
	address, err := Link(address)
	if err != nil {
		return Found{}, err
	}
	if address == "" {
		return Found{}, ErrLink
	}
	r, err := k.get(ctx, guild, address, by == Terminal, retrieval.Copy{})
	if err != nil {
		return Found{}, err
	}
	src := retrieval.Source{Guild: guild, Origin: string(by), Location: cmp.Or(r.Moved, withoutFragment(address))}
	if extract.KindOf(r.Body, r.Type, pathOf(r.URL)) == extract.KindFeed {
		return k.lookAtFeed(ctx, src, r)
	}
	article, err := article(r)
	noStory := errors.Is(err, extract.ErrNoArticle) || errors.Is(err, extract.ErrNeedsScript) && isFront(r.URL)
	if noStory && len(article.Feeds) > 0 {
		feed, wrong := k.get(ctx, guild, article.Feeds[0], by == Terminal && r.Private, retrieval.Copy{})
		if wrong != nil {
			return Found{}, errors.Join(err, wrong)
		}
		src.Location = cmp.Or(feed.Moved, article.Feeds[0])
		return k.lookAtFeed(ctx, src, feed)
	}
	if err != nil {
		return Found{}, err
	}
	src.Kind, src.Schedule, src.Copy, src.Private = "page", pageSchedule, copyOf(r), isPrivate(r)
	story := storyOf(article, r, src.Location)
	src.Title = story.Title
	known, err := k.known(ctx, &src)
	if err != nil {
		return Found{}, err
	}
	same, err := k.corpus.StoryAt(ctx, guild, src.Location, src.Location, r.URL, story.URL)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return Found{}, err
	}
	return Found{Source: src, Stories: []retrieval.Story{asGiven(src, story)}, Entries: 1, Feeds: article.Feeds, Stored: same.SourceID, Known: known}, nil
}

// known is what the guild has at a source's address already, of which what a person has said
// is entered in the source.
func (k *Keeper) known(ctx context.Context, src *retrieval.Source) (retrieval.Source, error) {
	own, err := named(ctx, k.corpus, src.Guild, nil)
	if err != nil {
		return retrieval.Source{}, err
	}
	at := slices.IndexFunc(own, func(s retrieval.Source) bool { return s.Location == src.Location })
	if at < 0 {
		return retrieval.Source{}, nil
	}
	had := own[at]
	src.Title = cmp.Or(had.GivenTitle, src.Title)
	src.GivenTitle, src.GivenDate, src.Schedule, src.Days = had.GivenTitle, had.GivenDate, had.Schedule, had.Days
	return had, nil
}

func (k *Keeper) lookAtFeed(ctx context.Context, src retrieval.Source, r fetch.Response) (Found, error) {
	feed, err := extract.Feed(r.Body, r.Type, r.URL)
	if err != nil {
		return Found{}, err
	}
	src.Kind, src.Schedule, src.Private = "feed", feedSchedule, isPrivate(r)
	src.Title = feedTitle(feed, src.Location)
	known, err := k.known(ctx, &src)
	if err != nil {
		return Found{}, err
	}
	feed.Entries = keyed(feed.Entries, nil)
	found := Found{Source: src, Entries: len(feed.Entries), Known: known}
	// Newest first is the custom of feeds, not their rule. What has no date comes last.
	slices.SortStableFunc(feed.Entries, func(a, b extract.Entry) int { return b.Published.Compare(a.Published) })
	var failed error
	for _, entry := range feed.Entries[:min(maxLooked, len(feed.Entries))] {
		story, err := k.entryStory(ctx, src, entry, r.Private, retrieval.Story{})
		if err == nil {
			found.Stories = []retrieval.Story{story}
			return found, nil
		}
		if !notThere(ctx, err) {
			return Found{}, err
		}
		failed = cmp.Or(failed, ofEntry(entry, err))
	}
	// A feed may be empty today. One of which no entry can be read is of no use.
	return found, failed
}

// ofEntry is an error with the address at which an entry of a feed is read.
func ofEntry(e extract.Entry, err error) error {
	if e.Link == "" {
		return err
	}
	return fmt.Errorf("%s: %w", e.Link, err)
}

// isPrivate reports whether what was found is kept at an address in the operator's
// networks.
func isPrivate(r fetch.Response) bool {
	if r.Moved != "" {
		return r.Private
	}
	return r.AskedPrivate
}

// feedTitle is what a feed calls itself, else its host.
func feedTitle(feed extract.FeedDoc, location string) string {
	title := shortened(plain(feed.Title), maxTitle)
	if u, err := url.Parse(location); title == "" && err == nil {
		title = u.Hostname()
	}
	return cmp.Or(title, location)
}

// Add makes what was found a source, planned as it says. Of a feed the other
// entries are read by the next refresh.
func (k *Keeper) Add(ctx context.Context, found Found) (retrieval.Change, error) {
	src := found.Source
	src.DueAt = next(src.Schedule, k.corpus.Now())
	if src.Kind == "feed" && src.Schedule != "" {
		src.DueAt = k.corpus.Now()
	}
	for i := range found.Stories {
		found.Stories[i] = asGiven(src, found.Stories[i])
	}
	return k.corpus.Put(ctx, src, found.Stories)
}

// article is what was fetched, as an article: a page, or a document.
func article(r fetch.Response) (extract.Article, error) {
	name := pathOf(r.URL)
	switch extract.KindOf(r.Body, r.Type, name) {
	case extract.KindHTML:
		return extract.Page(r.Body, r.Type, r.URL)
	case extract.KindPDF:
		return extract.PDF(r.Body)
	case extract.KindText, extract.KindMarkdown:
		text, err := extract.Decode(r.Body, r.Type)
		if err != nil {
			return extract.Article{}, err
		}
		return written(name, text)
	}
	return extract.Article{}, extract.ErrNotText
}

// pathOf is the name of what is at an address, as far as the address tells.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return path.Base(u.Path)
}

// isFront reports whether an address is that of a site's first page.
func isFront(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Path == "/" && u.RawQuery == ""
}

func withoutFragment(address string) string {
	before, _, _ := strings.Cut(address, "#")
	return before
}

// storyOf makes a story of an article that was fetched.
func storyOf(a extract.Article, r fetch.Response, key string) retrieval.Story {
	s := retrieval.Story{
		Key: key, URL: withoutSession(cmp.Or(a.URL, r.URL)), Author: a.Author, Language: a.Language, PublishedAt: a.Published, ModifiedAt: a.Modified,
		Paragraphs: paragraphs(a.Paragraphs), Copy: copyOf(r),
	}
	s.Title = titleOf("", a)
	return s
}

func paragraphs(from []analysis.Paragraph) []retrieval.Paragraph {
	to := make([]retrieval.Paragraph, len(from))
	for i, p := range from {
		to[i] = retrieval.Paragraph{Heading: p.Heading, Text: p.Text}
	}
	return to
}

// copyOf names what was fetched, by where it was and what its server calls it: ASCII
// that can be sent back.
func copyOf(r fetch.Response) retrieval.Copy {
	visible := func(text string) string {
		for _, c := range []byte(text) {
			if c < ' ' || c > '~' {
				return ""
			}
		}
		return text
	}
	return retrieval.Copy{ETag: visible(r.ETag), LastModified: visible(r.LastModified), From: r.URL}
}
