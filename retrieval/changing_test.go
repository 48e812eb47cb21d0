package retrieval

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"

	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// TestRecordChangesAllTheTime has another process change the record whenever a question has
// searched, and never come to the index: the question waits for the first change alone.
func TestRecordChangesAllTheTime(t *testing.T) {
	dir := t.TempDir()
	db, err := record.Open(t.Context(), filepath.Join(dir, "c.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := Open(db, filepath.Join(dir, "c.index"), slog.New(slog.DiscardHandler))
	defer c.Close()
	searched := 0
	search := func([]*index.File) error { searched++; return nil }
	changed := func() (map[string]int64, error) {
		if searched > 10 {
			return nil, errors.New("it waits for every change")
		}
		_, err := db.Put(t.Context(), Source{Guild: "g", Kind: "file", Title: "A", Location: "/a"},
			[]Story{{Key: "a", Title: "A", Paragraphs: []Paragraph{{Text: fmt.Sprint("Ferry ", searched)}}}})
		if err != nil {
			return nil, err
		}
		return db.Versions(t.Context(), "g", Shared)
	}
	if err := c.use(t.Context(), []string{"g", Shared}, search, changed); err != nil {
		t.Error(err)
	}
	if searched != 2 {
		t.Errorf("searched %d times", searched)
	}
}
