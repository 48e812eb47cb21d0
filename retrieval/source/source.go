// Package source turns what stories come from into stories.
package source

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"storybot/retrieval"
	"storybot/retrieval/analysis"
)

// Errors that a person can act on.
var (
	ErrNotText  = errors.New("source: not a text file in UTF-8 or UTF-16")
	ErrEmpty    = errors.New("source: there is no text in it")
	ErrTooLarge = fmt.Errorf("source: larger than %d MiB", MaxFile>>20)
	ErrNotFile  = errors.New("source: not a file")

	ErrTerminalOnly = errors.New("source: files are read again from the terminal only")
	ErrUploadAgain  = errors.New("source: what was uploaded or pasted changes when it is given again")
	ErrBundled      = errors.New("source: the bundled story never changes")
)

// MaxFile bounds a file, in bytes: the longest novels have five million.
const MaxFile = 10 << 20

// File reads a text or Markdown file as a source with one story. The title is
// the one given, else the first heading, else the file's name.
func File(path, title string) (retrieval.Source, retrieval.Story, error) {
	location, err := filepath.Abs(path)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, fmt.Errorf("source: %w", err)
	}
	text, err := read(location)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, err
	}
	story, err := Text(filepath.Base(location), title, text)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, err
	}
	story.Key = location
	return retrieval.Source{Kind: "file", Title: story.Title, Location: location}, story, nil
}

// read is the text of a file.
func read(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("source: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", ErrNotFile
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("source: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return "", fmt.Errorf("source: %w", err)
	}
	return decode(raw)
}

// decode is the text that a file's bytes hold.
func decode(raw []byte) (string, error) {
	if len(raw) > MaxFile {
		return "", ErrTooLarge
	}
	// A byte order mark tells UTF-16; without one the text is UTF-8 as it is.
	decoded, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), raw)
	if err != nil || !utf8.Valid(decoded) || strings.ContainsRune(string(decoded), 0) {
		return "", ErrNotText
	}
	return string(decoded), nil
}

// Text makes a story of a text; the name's ending tells Markdown from plain
// text. The title is the one given, else the first heading, else the name.
func Text(name, title, text string) (retrieval.Story, error) {
	doc := analysis.ParseDocument(name, text)
	return story(doc, name, cmp.Or(strings.TrimSpace(title), doc.Title, strings.TrimSuffix(name, filepath.Ext(name))))
}

func story(doc analysis.Document, key, title string) (retrieval.Story, error) {
	if len(doc.Paragraphs) == 0 {
		return retrieval.Story{}, ErrEmpty
	}
	story := retrieval.Story{Key: key, Title: title}
	for _, p := range doc.Paragraphs {
		story.Paragraphs = append(story.Paragraphs, retrieval.Paragraph{Heading: p.Heading, Text: p.Text})
	}
	return story, nil
}
