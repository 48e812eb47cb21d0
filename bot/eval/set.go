// Package eval turns question sets into figures: how well passages are found,
// answers are cited, and silence is kept.
package eval

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"storybot/retrieval"
)

// ErrNoQuestions is a file in the shape of SQuAD that asks nothing.
var ErrNoQuestions = errors.New("eval: the file holds no questions")

// A Set is a file of questions, in the shape of SQuAD 1 or 2 (Rajpurkar et al. 2016,
// 2018): each entry of data is a story, each context one of its paragraphs.
type Set struct {
	Name string  `json:"-"`
	Data []Entry `json:"data"`
}

// An Entry is a story and the questions on it.
type Entry struct {
	Title      string `json:"title"`
	Paragraphs []struct {
		Context string `json:"context"`
		QAs     []QA   `json:"qas"`
	} `json:"paragraphs"`
}

// A QA is a question with the stretches of its paragraph that answer it: none when the
// paragraph does not.
type QA struct {
	Question string `json:"question"`
	Answers  []struct {
		Text string `json:"text"`
	} `json:"answers"`
	Impossible bool `json:"is_impossible"`
}

// Read reads a set under a name for people.
func Read(name string, r io.Reader) (Set, error) {
	set := Set{Name: name}
	if err := json.NewDecoder(r).Decode(&set); err != nil {
		return Set{}, fmt.Errorf("eval: %s is not a question set in the shape of SQuAD: %w", name, err)
	}
	for _, entry := range set.Data {
		for _, p := range entry.Paragraphs {
			if len(p.QAs) > 0 {
				return set, nil
			}
		}
	}
	return Set{}, fmt.Errorf("%w: %s", ErrNoQuestions, name)
}

// story is the entry as a story to index. Entries with the same title and
// paragraphs, in one file or several, have the same key and are one story.
func (e Entry) story() retrieval.Story {
	s := retrieval.Story{Title: e.Title}
	for _, p := range e.Paragraphs {
		s.Paragraphs = append(s.Paragraphs, retrieval.Paragraph{Text: spaced(p.Context)})
	}
	s.Key = storyKey(s)
	return s
}

func storyKey(s retrieval.Story) string {
	var b strings.Builder
	b.WriteString(s.Title)
	for _, p := range s.Paragraphs {
		b.WriteByte('\n')
		b.WriteString(p.Text)
	}
	text := b.String()
	if len(text) <= keyPrefix {
		return text
	}
	return strings.ToValidUTF8(text[:keyPrefix], "") + fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
}

// keyPrefix is how many bytes of a story its key begins with: a record's keys are short.
const keyPrefix = 1000

// spaced is text with single spaces, as stored.
func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }
