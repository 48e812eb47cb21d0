// Package data holds the story that a new database starts with and the
// questions that measure answers to it, embedded in the program.
//
// The story tells a news report of 8 July 2024 in our own words, as a
// demonstration: only words in quotation marks are the report's, and its relative
// dates stand as calendar dates.
package data

import (
	"embed"
	"io/fs"
	"time"
)

var (
	//go:embed two-koreas.md
	story string

	//go:embed questions.*.json
	questions embed.FS
)

// A Document is a text in Markdown and where it comes from: its title is the first
// heading, paragraphs are separated by blank lines, other headings name sections.
type Document struct {
	Name       string // the file's base name
	Provenance string // one line for the reader of a list of sources
	Published  time.Time
	Markdown   string
}

// Story is the bundled story, published on the day of the events that it tells.
func Story() Document {
	return Document{
		Name:       "two-koreas.md",
		Provenance: "Bundled example: our own telling of a news report",
		Published:  time.Date(2024, time.July, 8, 0, 0, 0, 0, time.UTC),
		Markdown:   story,
	}
}

// Questions are sets of questions on the story, in the shape of SQuAD 2
// (Rajpurkar et al. 2018), a third of them without an answer: questions.en.json,
// and for models, which read across languages, questions.ko.json and
// questions.ru.json. Each file has all paragraphs of the story, in order.
func Questions() fs.FS { return questions }
