package source

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/source/extract"
	"storybot/retrieval/source/fetch"
)

// Errors that a person can act on.
var (
	ErrTooLarge = fmt.Errorf("source: larger than %d MiB", MaxFile>>20)
	ErrNotFile  = errors.New("source: not a file")

	// ErrFeedGone is a feed whose publisher says that its address is no more: that says nothing of the
	// stories that it told of.
	ErrFeedGone = errors.New("source: the feed is gone (410): its stories stay; remove the source, or add the feed's new address")

	// ErrLong is a refresh by schedule that was ended for the sake of the other sources.
	ErrLong = errors.New("source: it takes long; the rest is read next time")

	ErrTerminalOnly = errors.New("source: files are read again from the terminal only")
	ErrUploadAgain  = errors.New("source: what was uploaded or pasted changes when it is given again")
	ErrBundled      = errors.New("source: the bundled story never changes")
)

// Errors of what is fetched, and of what was to be read there, that callers tell
// apart: see packages fetch and extract.
var (
	ErrAddress     = fetch.ErrAddress
	ErrPrivate     = fetch.ErrPrivate
	ErrPort        = fetch.ErrPort
	ErrRedirects   = fetch.ErrRedirects
	ErrSlow        = fetch.ErrSlow
	ErrRobots      = fetch.ErrRobots
	ErrUnreachable = fetch.ErrUnreachable
	ErrEncoding    = fetch.ErrEncoding
	ErrLargePage   = fetch.ErrTooLarge

	ErrNotText     = extract.ErrNotText
	ErrEmpty       = extract.ErrEmpty
	ErrNeedsScript = extract.ErrNeedsScript
	ErrPaywall     = extract.ErrPaywall
	ErrBotWall     = extract.ErrBotWall
	ErrErrorPage   = extract.ErrErrorPage
	ErrNoArticle   = extract.ErrNoArticle
	ErrTooComplex  = extract.ErrTooComplex
	ErrPDF         = extract.ErrPDF
	ErrScanned     = extract.ErrScanned
	ErrFeed        = extract.ErrFeed
)

// A StatusError is what a server answers in place of what was asked for.
type StatusError = fetch.StatusError

// Code is an error in a word, for who tells it in words of their own: one of the codes
// below, "status 404", or "quota stories 200"; "" for an error that is not for people. Of
// several in one the first of the list holds.
func Code(err error) string {
	var quota *retrieval.QuotaError
	var status *StatusError
	var before told
	if errors.As(err, &before) {
		return before.code
	}
	if errors.As(err, &quota) {
		return fmt.Sprintf("quota %s %d", quota.What, quota.Max)
	}
	for _, c := range codes() {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	switch {
	case errors.As(err, &status):
		return fmt.Sprintf("status %d", status.Code)
	case errors.Is(err, ErrRobots): // the last: a site that is down has no robots.txt either
		return "robots"
	}
	return ""
}

// A told error is what a source shows of one that another process had.
type told struct{ text, code string }

func (t told) Error() string { return t.text }

// A coded error has a word that stands for it, also in records: it stays.
type coded struct {
	err  error
	code string
}

func codes() []coded {
	return []coded{
		{ErrTooLarge, "too_large"},
		{ErrLargePage, "too_large"},
		{ErrTerminalOnly, "terminal_only"},
		{ErrUploadAgain, "upload_again"},
		{ErrBundled, "bundled"},
		{ErrShrunk, "shrunk"},
		{ErrElsewhere, "elsewhere"},
		{ErrFeedGone, "feed_gone"},
		{ErrLong, "long"},
		{ErrNeedsScript, "needs_script"},
		{ErrPaywall, "paywall"},
		{ErrBotWall, "bot_wall"},
		{ErrErrorPage, "no_page"},
		{ErrNoArticle, "no_article"},
		{ErrTooComplex, "too_complex"},
		{ErrPDF, "pdf"},
		{ErrScanned, "scanned"},
		{ErrFeed, "feed"},
		{ErrNotText, "not_text"},
		{ErrEmpty, "empty"},
		{ErrLink, "address"},
		{ErrAddress, "address"},
		{ErrPrivate, "private"},
		{ErrPort, "port"},
		{ErrRedirects, "redirects"},
		{ErrSlow, "slow"},
		{ErrUnreachable, "no_server"},
		{ErrEncoding, "encoding"},
	}
}

// why is an error as the source shows it to everyone who sees the source, so
// without the folders of the operator's machine.
func why(err error) string {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	text := err.Error()
	for _, name := range []string{"source: ", "fetch: ", "extract: ", "record: "} {
		text = strings.ReplaceAll(text, name, "")
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
}
