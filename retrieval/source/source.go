// Package source turns what stories come from into stories, and keeps them fresh:
// pages and feeds of the web, files, what is uploaded and what is pasted.
//
// A Keeper looks at an address, adds what it finds, and reads it again when that is
// asked for or planned. What is at an address is got by package fetch, and what it
// says by package extract.
package source

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/analysis"
	"storybot/retrieval/record"
	"storybot/retrieval/source/extract"
)

// MaxFile bounds a file, in bytes: the longest novels have five million.
const MaxFile = 10 << 20

// File reads a text, Markdown, HTML or PDF file as a source with one story. The
// title is the one given, else the one in it, else the file's name.
func File(path, title string) (retrieval.Source, retrieval.Story, error) {
	location, err := filepath.Abs(path)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, fmt.Errorf("source: %w", err)
	}
	raw, err := read(location)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, err
	}
	name := filepath.Base(location)
	article, err := extract.Document(raw, name)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, err
	}
	title = cmp.Or(strings.TrimSpace(title), article.Title, strings.TrimSuffix(name, filepath.Ext(name)))
	story := storyIn(article, location, title)
	return retrieval.Source{Kind: "file", Origin: record.Terminal, Title: story.Title, Location: location}, story, nil
}

// read is what is in a file.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotFile
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if len(raw) > MaxFile {
		return nil, ErrTooLarge
	}
	return raw, nil
}

// Text makes a story of a text; the name's ending tells Markdown from plain
// text. The title is the one given, else the first heading, else the name.
func Text(name, title, text string) (retrieval.Story, error) {
	article, err := written(name, text)
	if err != nil {
		return retrieval.Story{}, err
	}
	return storyIn(article, name, cmp.Or(strings.TrimSpace(title), article.Title, strings.TrimSuffix(name, filepath.Ext(name)))), nil
}

// written is a text as an article, whose title is its first heading.
func written(name, text string) (extract.Article, error) {
	doc := analysis.ParseDocument(name, text)
	if len(doc.Paragraphs) == 0 {
		return extract.Article{}, ErrEmpty
	}
	return extract.Article{Title: doc.Title, Paragraphs: doc.Paragraphs}, nil
}

// storyIn is the story of an article that was not fetched.
func storyIn(a extract.Article, key, title string) retrieval.Story {
	return retrieval.Story{
		Key: key, Title: shortened(title, maxHeading), Author: a.Author, Language: a.Language, PublishedAt: a.Published, ModifiedAt: a.Modified,
		URL: a.URL, Paragraphs: paragraphs(a.Paragraphs),
	}
}
