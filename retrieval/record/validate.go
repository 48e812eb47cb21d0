package record

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// validate refuses what could not be read back and cited as it was given.
func validate(source Source, stories []Story) error {
	if source.Location == "" {
		return fmt.Errorf("%w: its source has no location", ErrInvalid)
	}
	if !storable(source.Guild, source.Kind, source.Title, source.Location, source.Error, source.Code,
		source.Origin, source.Schedule, source.GivenTitle, source.ETag, source.LastModified, source.From) {
		return fmt.Errorf("%w: its source is described in bytes that are not text", ErrInvalid)
	}
	seen := make(map[string]bool, len(stories))
	for _, story := range stories {
		if seen[story.Key] {
			return fmt.Errorf("%w: another has the key %q too", ErrInvalid, story.Key)
		}
		seen[story.Key] = true
		if err := story.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (s Story) validate() error {
	if !storable(s.Key, s.Title, s.URL, s.Author, s.Language, s.Address, s.Mark, s.ETag, s.LastModified, s.From) {
		return fmt.Errorf("%w: its key %q, or what describes it, is not text", ErrInvalid, s.Key)
	}
	if len(s.Paragraphs) == 0 {
		return fmt.Errorf("%w: %q has no paragraphs", ErrInvalid, s.Title)
	}
	for i, p := range s.Paragraphs {
		if p.Text == "" || !storable(p.Heading, p.Text) {
			return fmt.Errorf("%w: paragraph %d of %q is empty or not text", ErrInvalid, i+1, s.Title)
		}
	}
	return nil
}

// storable says whether both databases can hold the text: PostgreSQL takes
// neither NUL nor anything but UTF-8.
func storable(texts ...string) bool {
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return false
		}
	}
	return true
}
