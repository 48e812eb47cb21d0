package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

// An Imported source says what became of its stories.
type Imported struct {
	Source                    retrieval.Source // as it is after the import
	Added, Changed, Unchanged int
	Trusted                   bool // it was known and not trusted, and is now
}

// Import stores the sources of an archive for a guild, whosever they were. Stories get
// ids of their own; the same again changes nothing. What is said by the guild of a
// source that it has already stays: its schedule, its days, and that it is trusted.
//
// An archive may be anybody's, so it gains no trust: unless trust says that its word is
// the operator's own, its pages and feeds are of Discord's origin, which reach no
// private network; and its files, of which the next refresh would read what is at that
// path here, become attachments. One that the guild has already, at that very path,
// stays a file.
//
// What has been stored when an error comes is told with it, and stays; to import again
// completes it. It is a *record.QuotaError when the guild would have too much.
func (a *Archive) Import(ctx context.Context, corpus *retrieval.Corpus, guild string, trust bool) ([]Imported, error) {
	targets, err := a.targets(ctx, corpus, guild, trust)
	if err != nil {
		return nil, err
	}
	if _, err := a.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	i := importer{ctx: ctx, corpus: corpus, archive: a, targets: targets}
	err = walkArchive(a.file, walk{begin: i.begin, story: i.story, end: i.end})
	return i.done, err
}

// A target is a source as it is stored.
type target struct {
	retrieval.Source
	key         string // in place of the location as a story's key, or ""
	unaddressed bool   // what its stories are read from is not taken over
	trusted     bool   // as Imported says
}

// targets are the archive's sources as the guild will have them.
func (a *Archive) targets(ctx context.Context, corpus *retrieval.Corpus, guild string, trust bool) ([]target, error) {
	own, err := named(ctx, corpus, guild, nil)
	if err != nil {
		return nil, err
	}
	known := make(map[string]retrieval.Source)
	for _, s := range own {
		known[s.Location] = s
	}
	var all []target
	for n, from := range a.sources {
		given, _ := parseArchiveTime(from.GivenDate) // has been read before
		to := target{Source: retrieval.Source{
			Guild: guild, Kind: from.Kind, Title: from.Title, Location: from.Location, Origin: record.Discord,
			Schedule: from.Schedule, DueAt: next(from.Schedule, corpus.Now()), Days: from.Days, GivenTitle: from.GivenTitle, GivenDate: given,
		}}
		old, isKnown := known[from.Location]
		switch {
		case isKnown && old.Kind != from.Kind:
			return nil, fmt.Errorf("%w at %s: a %s, and source %d of the file is a %s", ErrOtherKind, from.Location, old.Kind, n+1, from.Kind)
		case isKnown:
			to.Origin, to.Private, to.Schedule, to.DueAt, to.Days = old.Origin, old.Private, old.Schedule, old.DueAt, old.Days
			to.unaddressed = old.Origin == record.Terminal && !trust
			if to.trusted = trust && from.Origin == record.Terminal && old.Origin != record.Terminal; to.trusted {
				to.Origin, to.Private = from.Origin, from.Private
			}
		case from.Kind == "file" && !trust:
			to.Kind, to.Schedule, to.DueAt = "attachment", "", retrieval.Source{}.DueAt
			to.Location = ImportedFile(from.Location)
			to.key = to.Location
		case trust:
			to.Origin = from.Origin
			to.Private = from.Private && from.Origin == record.Terminal
		}
		all = append(all, to)
	}
	return all, nil
}

// ImportedFile is the location of the attachment that an import without trust makes of a
// file: what is uploaded has no folder in its name, so is never taken for it, nor is a file
// of that name which was elsewhere.
func ImportedFile(path string) string {
	sum := sha256.Sum256([]byte(path))
	return "attachment/" + hex.EncodeToString(sum[:4]) + "/" + fileName(path)
}

// An importer stores stories a few at a time, as questions wait for a long write.
type importer struct {
	ctx     context.Context // of the one import
	corpus  *retrieval.Corpus
	archive *Archive
	targets []target
	read    []retrieval.Story
	size    int // of their texts
	done    []Imported
}

var errAltered = errors.New("source: the file was altered while it was read")

// maxRead bounds the texts of the stories that are stored at once, in bytes.
const maxRead = MaxFile

func (i *importer) begin(n int) error {
	if n >= len(i.targets) {
		return stopped{errAltered}
	}
	i.done = append(i.done, Imported{Source: i.targets[n].Source, Trusted: i.targets[n].trusted})
	return i.flush(n) // a source may have no stories
}

func (i *importer) story(n int, s retrieval.Story) error {
	t := i.targets[n]
	if t.key != "" && s.Key == i.archive.sources[n].Location {
		s.Key = t.key
	}
	if t.unaddressed {
		s.Address = ""
	}
	i.read = append(i.read, s)
	for _, p := range s.Paragraphs {
		i.size += len(p.Text)
	}
	if len(i.read) < batch && i.size < maxRead {
		return nil
	}
	return i.flush(n)
}

func (i *importer) end(n int, s archivedSource) error {
	if s != i.archive.sources[n] {
		return stopped{errAltered}
	}
	if len(i.read) == 0 {
		return nil
	}
	return i.flush(n)
}

func (i *importer) flush(n int) error {
	if err := i.ctx.Err(); err != nil {
		return stopped{err}
	}
	change, err := i.corpus.Import(i.ctx, i.targets[n].Source, i.read)
	if err != nil {
		if at := len(i.done) - 1; i.done[at].Source.ID == "" {
			i.done = i.done[:at] // nothing of it is stored
		}
		return stopped{err}
	}
	i.read, i.size = nil, 0
	one := &i.done[len(i.done)-1]
	one.Source.ID = change.Source
	one.Added += len(change.Added)
	one.Changed += len(change.Changed)
	one.Unchanged += len(change.Unchanged)
	return nil
}
