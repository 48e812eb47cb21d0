package source

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

// archiveVersion is that of the format which Export writes. It is raised when a file
// holds what an older program would lose.
const archiveVersion = 1

// An archive is one JSON object: what the following have, and "sources". Times are
// RFC 3339, in UTC.
type (
	archiveHeader struct {
		Version    int             `json:"storybot_export"`
		ExportedAt time.Time       `json:"exported_at"`
		Guild      string          `json:"guild"` // "": the shared sources
		Settings   json.RawMessage `json:"settings,omitempty"`
	}
	// archivedSource has "stories" too, a list of archivedStory.
	archivedSource struct {
		Kind       string `json:"kind"`
		Title      string `json:"title"`
		Location   string `json:"location"`
		Origin     string `json:"origin"`
		Schedule   string `json:"schedule"` // "": read again by hand only
		Days       int    `json:"days"`
		GivenTitle string `json:"given_title"`
		GivenDate  string `json:"given_date"` // "" unknown, as all times that follow
		Private    bool   `json:"private,omitempty"`
	}
	archivedStory struct {
		Key         string              `json:"key"`
		Title       string              `json:"title"`
		URL         string              `json:"url"`
		Author      string              `json:"author"`
		Language    string              `json:"language"`
		PublishedAt string              `json:"published_at"`
		ModifiedAt  string              `json:"modified_at"`
		CheckedAt   string              `json:"checked_at"` // when it was found to be so at its source
		Address     string              `json:"address"`
		Withdrawn   bool                `json:"withdrawn,omitempty"` // by its publisher
		Paragraphs  []archivedParagraph `json:"paragraphs"`
	}
	archivedParagraph struct {
		Heading string `json:"heading"`
		Text    string `json:"text"`
	}
)

// Export writes the sources of exactly that guild, as they are at one moment, with the
// newest revisions of their stories, for ReadArchive; and the guild's settings as JSON,
// unless they are nil. The bundled story, which every record has, is left out. It says
// how much there is. One story is in memory at a time.
func Export(ctx context.Context, corpus *retrieval.Corpus, guild string, settings json.RawMessage, w io.Writer) (sources, stories int, err error) {
	e := exporter{out: bufio.NewWriter(w)}
	header, err := json.Marshal(archiveHeader{archiveVersion, corpus.Now().UTC().Truncate(time.Second), guild, settings})
	if err != nil {
		return 0, 0, err
	}
	err = corpus.Snapshot(ctx, guild, func(s *record.Snapshot) error {
		// The header goes on with what follows.
		e.open(header, "sources")
		all, err := s.Sources(ctx)
		if err != nil {
			return err
		}
		for _, src := range all {
			if src.Kind == "bundled" {
				continue
			}
			if err := e.source(ctx, s, src); err != nil {
				return err
			}
		}
		e.out.WriteString("\n]}\n")
		return e.out.Flush()
	})
	return e.sources, e.stories, err
}

// An exporter writes an archive. Its writer keeps the first error, which the next
// flush gives.
type exporter struct {
	out              *bufio.Writer
	sources, stories int
}

// open writes an object, and begins a last member of it, which is a list.
func (e *exporter) open(object []byte, list string) {
	e.out.Write(bytes.TrimSuffix(object, []byte("}")))
	e.out.WriteString(`,"` + list + `":[`)
}

func (e *exporter) next(n int) {
	if n > 0 {
		e.out.WriteByte(',')
	}
	e.out.WriteByte('\n')
}

func (e *exporter) source(ctx context.Context, s *record.Snapshot, src retrieval.Source) error {
	stories, err := s.Of(ctx, src.ID)
	if err != nil {
		return err
	}
	object, err := encode(archivedSource{
		Kind: src.Kind, Title: src.Title, Location: src.Location, Origin: src.Origin, Schedule: src.Schedule, Days: src.Days,
		GivenTitle: src.GivenTitle, GivenDate: archiveTime(src.GivenDate), Private: src.Private,
	})
	if err != nil {
		return err
	}
	e.next(e.sources)
	e.open(object, "stories")
	for i, story := range stories {
		e.next(i)
		err := s.Each(ctx, []string{story.ID}, func(story retrieval.Story) error {
			line, err := encode(archived(story))
			if err == nil {
				_, err = e.out.Write(line)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	e.out.WriteString("]}")
	e.sources, e.stories = e.sources+1, e.stories+len(stories)
	return nil
}

func archived(s retrieval.Story) archivedStory {
	to := archivedStory{
		Key: s.Key, Title: s.Title, URL: s.URL, Author: s.Author, Language: s.Language, PublishedAt: archiveTime(s.PublishedAt),
		ModifiedAt: archiveTime(s.ModifiedAt), CheckedAt: archiveTime(s.CheckedAt), Address: s.Address, Withdrawn: s.Withdrawn == record.Gone,
	}
	for _, p := range s.Paragraphs {
		to.Paragraphs = append(to.Paragraphs, archivedParagraph{p.Heading, p.Text})
	}
	return to
}

// encode is JSON on one line, in which < and & stay readable.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return bytes.TrimSpace(b.Bytes()), err
}

// archiveTime is "" for a time that is not known, or that RFC 3339 cannot tell.
func archiveTime(t time.Time) string {
	if t = t.UTC(); t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}
