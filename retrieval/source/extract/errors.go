package extract

import "errors"

// Why nothing can be had from what was given. Each is one that a person can
// understand; what is wrong in detail is wrapped beside it.
var (
	ErrNotText    = errors.New("extract: not text, or in a character set that cannot be told")
	ErrEmpty      = errors.New("extract: there is no text in it")
	ErrTooComplex = errors.New("extract: too large or too deeply nested to be read")

	ErrNeedsScript = errors.New("extract: the page is empty without JavaScript")
	ErrPaywall     = errors.New("extract: the text is for subscribers only")
	ErrBotWall     = errors.New("extract: the site asks for proof of a person")
	ErrErrorPage   = errors.New("extract: the page says that it was not found or failed")
	ErrNoArticle   = errors.New("extract: no text on the page reads as an article")

	ErrPDF     = errors.New("extract: the PDF file cannot be read")
	ErrScanned = errors.New("extract: the PDF file has pictures of text only")
	ErrFeed    = errors.New("extract: the feed cannot be read")
)
