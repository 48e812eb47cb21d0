// Package data holds the story that a new database starts with, stories of
// other kinds and in other languages, and the questions that measure answers to
// them all, embedded in the program.
//
// The bundled story tells a news report of 8 July 2024 in our own words, as a
// demonstration: only words in quotation marks are the report's, and its relative
// dates stand as calendar dates. The stories in eval/ are invented, with all their people
// and places.
package data

import (
	"embed"
	"io/fs"
	"time"
)

var (
	//go:embed two-koreas.md
	story string

	//go:embed questions.*.json eval
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

// Questions are sets of questions in the shape of SQuAD 2 (Rajpurkar et al.
// 2018), some without an answer. Each file has all paragraphs of its story, in order.
//
// On the bundled story there are questions.en.json and, for models, which read
// across languages, questions.ko.json and questions.ru.json. In eval/ each set
// has the name of its story: eval/tale.ar.json asks about eval/tale.ar.md, in
// Arabic as that is.
func Questions() fs.FS { return questions }
