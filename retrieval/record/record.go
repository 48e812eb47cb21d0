// Package record keeps what must not be lost: sources, stories, their
// revisions and paragraphs, and the database handle that other tables share.
//
// Everything else, the search index above all, can be made again from it.
package record

import "time"

// Shared is the guild of sources that answer in every guild.
const Shared = ""

// A Source is where stories come from. It belongs to one guild, or to all
// when Guild is Shared. Guild and Location together name it: putting the
// same pair again updates the source.
type Source struct {
	ID        string // made here
	Guild     string
	Kind      string // "bundled", "page", "feed", "file", "attachment" or "pasted"
	Title     string
	Location  string    // absolute path, URL, or kind and name
	Error     string    // why the last check failed, or ""
	Code      string    // that in a word, for who tells it in other words; "" for none
	Status    string    // "failed" when there is an Error, else "ok"; set when read
	Stories   int       // how many it has; set when read
	AddedAt   time.Time // UTC, to the millisecond, as all times here; set when put
	CheckedAt time.Time // when it was put, unless the Put said when, or could not be read, last

	Origin     string    // where it was added: Terminal, or Discord, which is less trusted; the first Put says, and Terminal stays
	Schedule   string    // when it is read again by itself, "" never; the first Put says, later Plan
	DueAt      time.Time // when that is next; zero: never
	Days       int       // after its publication that a story of it answers; 0: for good; the first Put says, later Plan
	Failures   int       // in a row; set when read
	Readings   int       // how often it was read again, also in vain: see DB.Release; set when read
	GivenTitle string    // by a person, which beats what is read; "" none
	GivenDate  time.Time
	Private    bool // it was in the operator's networks when it was added in the terminal, and may be read there; the last Put from there says
	Copy
}

// Origins of sources.
const (
	Terminal = "terminal"
	Discord  = "discord"
)

// A Copy names what was read at an address, to ask whether it has changed since.
// https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
type Copy struct {
	ETag         string
	LastModified string
	From         string // where it was found, after redirects; "" unknown
}

// A Story is one article or text, as its newest revision has it. Every
// difference in Title, URL, PublishedAt or Paragraphs makes a revision.
type Story struct {
	ID          string // made here
	SourceID    string // made here
	Guild       string // its source's; set when read
	Key         string // names the story within its source, also after a change
	Title       string
	URL         string    // where a reader finds it, or ""
	PublishedAt time.Time // zero when unknown
	Author      string    // "" when unknown, as Language
	Language    string    // BCP 47, as the page says
	ModifiedAt  time.Time // as the page says; zero when unknown
	Revision    int       // newest, from 1; made here
	RevisedAt   time.Time // when that revision was stored; made here
	Paragraphs  []Paragraph

	Address     string    // where it is read from; "" when that is where its source is
	Mark        string    // what its feed told of it when it was read, to know a change by; "" none
	CheckedAt   time.Time // when it was put last, changed or not; made here
	Withdrawn   string    // why it does not answer: Gone, Expired, or "" when it does; set when read
	WithdrawnAt time.Time
	Copy
}

// Why a story does not answer any more. What has cited it still opens.
const (
	Gone    = "gone"    // its publisher has withdrawn it
	Expired = "expired" // it is older than its source lets stories be
)

// A Paragraph is the citable unit. Its number counts from 1 within its
// revision and is made here; Heading is the section it stands in, or "".
type Paragraph struct {
	Number  int
	Heading string
	Text    string
}

// A Ref names a paragraph for good: revisions are never rewritten.
type Ref struct {
	Story     string
	Revision  int
	Paragraph int
}

// A Change says what Put did with each story it was given, by story id.
type Change struct {
	Source    string // the source's id
	Added     []string
	Changed   []string
	Unchanged []string
	Revisions map[string]int // the newest, of those that are Changed; nil: there are none
}

// A Head is the newest revision of a story.
type Head struct {
	Story    string
	Revision int
}

// A Passage is a paragraph with all that citing it takes, as the revision
// that its Ref names has it.
type Passage struct {
	Ref
	Heading     string
	Text        string
	Title       string // of the story, as URL and PublishedAt
	URL         string
	PublishedAt time.Time
	ModifiedAt  time.Time // as the page says; zero when unknown
	AsOf        time.Time // when the newest revision was last found to be so at its source
	Kind        string    // of the source, as Location
	Location    string
}
