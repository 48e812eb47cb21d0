package bot_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"storybot/bot/ledger"
	"storybot/data"
	"storybot/retrieval"
	"storybot/retrieval/analysis"
)

// A world is all stories of ours, in seven languages, and guilds that check them in
// three modes.
type world struct {
	corpus    *retrieval.Corpus
	ledger    *ledger.Ledger
	witness   *witness
	questions []string   // words of each paragraph, which find it
	people    []labelled // what people wrote of paragraphs
	hidden    []string   // sentences that none of the guilds may be told
}

// labelled is a statement on paragraphs, with what people say of it: see data/eval.
type labelled struct {
	Paragraphs       []string
	Statement, Quote string
	Supported        bool
	Kind             string
}

var guildsByMode = map[ledger.Strictness]string{ledger.Strict: "11", ledger.Normal: "12", ledger.Verbatim: "13"}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{hidden: []string{
		"Quorvane keeps the silver of Odda under the old mill by the river.",
		"The bridge at Odda was closed by Quorvane in 2011, to save money.",
	}}
	w.corpus, w.ledger = newLibrary(t)
	for mode, guild := range guildsByMode {
		if _, _, err := w.ledger.Change(t.Context(), guild, "", func(s *ledger.Settings) { s.Check = mode }); err != nil {
			t.Fatal(err)
		}
	}
	documents := map[string]string{data.Story().Name: data.Story().Markdown}
	files, err := fs.Glob(data.Questions(), "eval/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(data.Questions(), file)
		if err != nil {
			t.Fatal(err)
		}
		switch path.Ext(file) {
		case ".md":
			documents[path.Base(file)] = string(text)
		case ".jsonl":
			w.addLabelled(t, path.Base(file), text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		doc := analysis.ParseDocument(name, documents[name])
		var paragraphs []string
		for _, p := range doc.Paragraphs {
			paragraphs = append(paragraphs, p.Text)
		}
		w.add(t, name, doc.Title, paragraphs)
	}
	put(t, w.corpus, retrieval.Source{Guild: "99", Kind: "file", Location: "/vault.txt"}, storyAt("", "The vault", w.hidden[0]))
	bridge := retrieval.Source{Kind: "file", Location: "/bridge.txt"}
	put(t, w.corpus, bridge, storyAt("", "The bridge", w.hidden[1]))
	put(t, w.corpus, bridge, storyAt("", "The bridge", "The bridge at Odda was opened by Ana Ruiz in 2012, to great joy."))
	w.witness = newWitness(t, w.corpus, slices.Collect(maps.Values(guildsByMode)), canaries...)
	return w
}

// addLabelled adds the different paragraphs of a file of labelled statements.
func (w *world) addLabelled(t *testing.T, name string, lines []byte) {
	t.Helper()
	var paragraphs []string
	for decoder := json.NewDecoder(bytes.NewReader(lines)); ; {
		var l labelled
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		w.people = append(w.people, l)
		paragraphs = append(paragraphs, l.Paragraphs...)
	}
	slices.Sort(paragraphs)
	w.add(t, name, "Paragraphs of "+name, slices.Compact(paragraphs))
}

func (w *world) add(t *testing.T, name, title string, paragraphs []string) {
	t.Helper()
	address := "https://stories.example/" + name
	put(t, w.corpus, retrieval.Source{Kind: "page", Title: title, Location: address}, storyAt(address, title, paragraphs...))
	for _, p := range paragraphs {
		w.questions = append(w.questions, questionOf(p))
	}
}

// questionOf is a few words of a paragraph, which find it.
func questionOf(paragraph string) string {
	words := strings.Fields(sentencesOf(paragraph)[0])
	question := []rune(strings.Join(words[:min(len(words), 6)], " "))
	return string(question[:min(len(question), 40)])
}
