package record_test

import (
	"sync"
	"testing"

	"storybot/retrieval/record"
)

func guild(id string, version any) record.Statement {
	return record.Statement{SQL: `INSERT INTO guilds (id, version) VALUES (?, ?)`, Args: []any{id, version}}
}

// TestWriteAllOrNothing has a statement fail: none is stored, and the next are, as all
// arguments are.
func TestWriteAllOrNothing(t *testing.T) {
	db := open(t)
	for range 20 { // more than there are connections
		if err := db.Write(t.Context(), guild("a", 1), guild("b", nil), guild("c", 1)); err == nil {
			t.Fatal("a guild has no version")
		}
	}
	if err := db.Write(t.Context(), guild("a\x00\xff", true), guild("b", 2)); err != nil {
		t.Fatal(err)
	}
	if n, sum := number(t, db, `SELECT COUNT(*) FROM guilds`), number(t, db, `SELECT SUM(version) FROM guilds`); n != 2 || sum != 3 {
		t.Errorf("%d guilds with %d versions", n, sum)
	}
}

// TestWriteAtOnce has many change the same at once: what loses to another is done again.
func TestWriteAtOnce(t *testing.T) {
	db := open(t)
	if err := db.Write(t.Context(), guild("a", 0)); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 10 {
				if err := db.Write(t.Context(), record.Statement{SQL: `UPDATE guilds SET version = version + 1 WHERE id = ?`, Args: []any{"a"}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if n := number(t, db, `SELECT version FROM guilds`); n != 80 {
		t.Errorf("%d of 80 changes", n)
	}
}
