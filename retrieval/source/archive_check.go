package source

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

// maxKey bounds short texts of an archive, in bytes.
const maxKey = 4096

// check tidies what is said of a source, and refuses what no source can be.
func (s *archivedSource) check() error {
	s.Title, s.GivenTitle = plain(s.Title), plain(s.GivenTitle)
	switch {
	case !isName(s.Location):
		return fmt.Errorf("its location cannot be %.100q", s.Location)
	case len(s.Title) > maxKey || len(s.GivenTitle) > maxKey:
		return errors.New("its title is too long")
	case s.Origin != record.Terminal && s.Origin != record.Discord:
		return fmt.Errorf("its origin cannot be %.100q", s.Origin)
	case s.Days < 0 || s.Days > MaxDays:
		return ErrDays
	}
	if _, err := parseArchiveTime(s.GivenDate); err != nil {
		return err
	}
	switch s.Kind {
	case "page", "feed":
		if _, err := Link(s.Location); err != nil {
			return fmt.Errorf("%w: %.100q", err, s.Location)
		}
	case "file":
		if !filepath.IsAbs(s.Location) {
			return fmt.Errorf("the path of a file cannot be %.100q", s.Location)
		}
	case "attachment", "pasted":
		if len(s.Location) <= len(s.Kind)+1 || s.Location[:len(s.Kind)+1] != s.Kind+"/" || s.Schedule != "" {
			return fmt.Errorf("its location cannot be %.100q, nor has it a schedule", s.Location)
		}
	default:
		return fmt.Errorf("there is no kind %.100q", s.Kind)
	}
	if s.Schedule != "" {
		schedule, err := Schedule(s.Schedule)
		if err != nil {
			return err
		}
		s.Schedule = schedule
	}
	return nil
}

// isName reports whether a text can name a source or a story: a short one without
// control characters.
func isName(text string) bool {
	return text != "" && len(text) <= maxKey && strings.IndexFunc(text, unicode.IsControl) < 0
}

// story tidies a story, and refuses what cannot be one.
func (s archivedStory) story() (retrieval.Story, error) {
	to := retrieval.Story{Key: s.Key, Title: plain(s.Title), Author: plain(s.Author)}
	if s.Withdrawn {
		to.Withdrawn = record.Gone
	}
	if !isName(s.Key) {
		return to, fmt.Errorf("its key cannot be %.100q", s.Key)
	}
	if len(to.Title) > maxKey || len(to.Author) > maxKey {
		return to, errors.New("its title or author is too long")
	}
	if tag, err := language.Parse(s.Language); err == nil && s.Language != "" {
		to.Language = tag.String()
	}
	// A feed may link to what is no address of the web: that is left out.
	if _, err := Link(s.URL); err == nil {
		to.URL = s.URL
	}
	if _, err := Link(s.Address); err == nil {
		to.Address = s.Address
	}
	var err error
	for _, at := range []struct {
		from string
		to   *time.Time
	}{{s.PublishedAt, &to.PublishedAt}, {s.ModifiedAt, &to.ModifiedAt}, {s.CheckedAt, &to.CheckedAt}} {
		if *at.to, err = parseArchiveTime(at.from); err != nil {
			return to, err
		}
	}
	size := 0
	for i, p := range s.Paragraphs {
		q := retrieval.Paragraph{Heading: plain(p.Heading), Text: plain(p.Text)}
		if q.Text == "" {
			return to, fmt.Errorf("paragraph %d is empty", i+1)
		}
		size += len(q.Heading) + len(q.Text)
		to.Paragraphs = append(to.Paragraphs, q)
	}
	switch {
	case size > MaxFile:
		return to, ErrTooLarge
	case len(to.Paragraphs) == 0:
		return to, ErrEmpty
	}
	return to, nil
}

func parseArchiveTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("a time is as 2024-07-08T12:00:00Z, not %.100q", text)
	}
	return t.UTC(), nil
}
