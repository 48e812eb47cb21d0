package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"storybot/retrieval"
)

// Errors of archives.
var (
	ErrArchive      = errors.New("source: not a file that 'storybot sources export' has written")
	ErrArchiveNewer = errors.New("source: the file was exported by a newer version of storybot")
	ErrOtherKind    = errors.New("source: there is a source of another kind")
)

// Bounds of an archive, so that no file takes much memory, whatever is in it: a piece
// of JSON is read at once, and a character of a story may be six bytes in it.
const (
	maxPiece    = 6*MaxFile + 1<<20
	maxArchived = 100_000 // sources
)

// An Archive is what Export has written: read, and found to be sound.
type Archive struct {
	Guild      string // whose it was; "": the shared sources
	ExportedAt time.Time
	Settings   json.RawMessage // of the guild; nil: there are none
	Sources    int
	Stories    int

	file    io.ReadSeeker
	sources []archivedSource
}

// ReadArchive reads a file through, one story in memory at a time, and keeps it to read
// the stories from. It is ErrArchive, with the place, for what it could not import all of.
func ReadArchive(file io.ReadSeeker) (*Archive, error) {
	a := &Archive{file: file}
	locations := make(map[string]bool)
	keys := make(map[string]bool)
	err := walkArchive(file, walk{
		header: func(h archiveHeader) { a.Guild, a.ExportedAt, a.Settings = h.Guild, h.ExportedAt, h.Settings },
		begin:  func(int) error { clear(keys); return nil },
		story: func(_ int, s retrieval.Story) error {
			if keys[s.Key] {
				return fmt.Errorf("another has the key %q too", s.Key)
			}
			keys[s.Key] = true
			a.Stories++
			return nil
		},
		end: func(_ int, s archivedSource) error {
			if locations[s.Location] {
				return fmt.Errorf("another has the location %q too", s.Location)
			}
			if len(a.sources) == maxArchived {
				return fmt.Errorf("there are more than %d", maxArchived)
			}
			locations[s.Location] = true
			a.sources = append(a.sources, s)
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	a.Sources = len(a.sources)
	return a, nil
}

// A walk is told of what is in an archive: of each source that it begins, its stories,
// and, at its end, what is said of it. An error ends it.
type walk struct {
	header func(archiveHeader)
	begin  func(source int) error
	story  func(source int, s retrieval.Story) error
	end    func(source int, s archivedSource) error
}

// walkArchive reads an archive. The members of its objects may come in any order. An
// error of a walk's own comes as ErrArchive too, unless it is stopped.
func walkArchive(r io.Reader, w walk) error {
	in := &piecewise{r: r}
	a := archiveReader{in: in, dec: json.NewDecoder(in), walk: w}
	a.dec.DisallowUnknownFields()
	err := a.read()
	var own stopped
	switch {
	case err == nil || errors.Is(err, ErrArchiveNewer):
		return err
	case errors.As(err, &own):
		return own.error
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("it ends too early")
	}
	return fmt.Errorf("%w: %w", ErrArchive, err)
}

// A stopped walk ends with an error that is not the archive's.
type stopped struct{ error }

// piecewise reads no more than a piece may take.
type piecewise struct {
	r    io.Reader
	left int
}

func (p *piecewise) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, fmt.Errorf("a part of it is larger than a story may be, %d MiB", MaxFile>>20)
	}
	n, err := p.r.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}

type archiveReader struct {
	in  *piecewise
	dec *json.Decoder
	walk
	sources int
}

func (a *archiveReader) token() (json.Token, error) {
	a.in.left = maxPiece
	return a.dec.Token()
}

func (a *archiveReader) decode(to any) error {
	a.in.left = maxPiece
	return a.dec.Decode(to)
}

// each reads an object or a list, whose elements or members use reads; name is "" in a
// list.
func (a *archiveReader) each(open json.Delim, use func(name string) error) error {
	if t, err := a.token(); err != nil || t != open {
		return orElse(err, fmt.Errorf("it has %v where %q should be", t, open.String()))
	}
	seen := make(map[string]bool)
	for {
		a.in.left = maxPiece
		if !a.dec.More() {
			_, err := a.token()
			return err
		}
		var name string
		if open == '{' {
			t, err := a.token()
			if err != nil {
				return err
			}
			name, _ = t.(string)
			if seen[name] {
				return fmt.Errorf("%q is there twice", name)
			}
			seen[name] = true
		}
		if err := use(name); err != nil {
			return err
		}
	}
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (a *archiveReader) read() error {
	var h archiveHeader
	err := a.each('{', func(name string) (err error) {
		switch name {
		case "storybot_export":
			if err = a.decode(&h.Version); err == nil && h.Version > archiveVersion {
				err = fmt.Errorf("%w: its format is %d, the newest known here %d", ErrArchiveNewer, h.Version, archiveVersion)
			}
		case "exported_at":
			err = a.decode(&h.ExportedAt)
		case "guild":
			err = a.decode(&h.Guild)
		case "settings":
			err = a.decode(&h.Settings)
		case "sources":
			err = a.each('[', func(string) error { return a.source() })
		default:
			err = fmt.Errorf("%.100q is not known", name)
		}
		return err
	})
	if err != nil {
		return err
	}
	if h.Version != archiveVersion {
		return errors.New(`"storybot_export" does not tell its format`)
	}
	if t, err := a.token(); err != io.EOF {
		return orElse(err, fmt.Errorf("%v stands after its end", t))
	}
	if a.header != nil {
		a.header(h)
	}
	return nil
}

func (a *archiveReader) source() error {
	var s archivedSource
	n, stories := a.sources, 0
	a.sources++
	place := func(err error) error {
		if err == nil || errors.As(err, new(stopped)) {
			return err
		}
		return fmt.Errorf("source %d: %w", n+1, err)
	}
	if err := a.begin(n); err != nil {
		return place(err)
	}
	err := a.each('{', func(name string) error {
		switch name {
		case "kind":
			return a.decode(&s.Kind)
		case "title":
			return a.decode(&s.Title)
		case "location":
			return a.decode(&s.Location)
		case "origin":
			return a.decode(&s.Origin)
		case "schedule":
			return a.decode(&s.Schedule)
		case "days":
			return a.decode(&s.Days)
		case "given_title":
			return a.decode(&s.GivenTitle)
		case "given_date":
			return a.decode(&s.GivenDate)
		case "private":
			return a.decode(&s.Private)
		case "stories":
			return a.each('[', func(string) error {
				stories++
				var from archivedStory
				err := a.decode(&from)
				var to retrieval.Story
				if err == nil {
					to, err = from.story()
				}
				if err == nil {
					err = a.story(n, to)
				}
				if err != nil && !errors.As(err, new(stopped)) {
					err = fmt.Errorf("story %d: %w", stories, err)
				}
				return err
			})
		}
		return fmt.Errorf("%.100q is not known", name)
	})
	if err == nil {
		err = s.check()
	}
	if err == nil {
		err = a.end(n, s)
	}
	return place(err)
}
