package source

import (
	"errors"
	"fmt"

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
