package record_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
)

// TestContext follows a paragraph through the revisions of its story.
func TestContext(t *testing.T) {
	db := open(t)
	id := put(t, db, file("g", "/a"), story("a", "one", "two", "three")).Added[0]
	paragraph := func(number int, text string) *record.Paragraph {
		return &record.Paragraph{Number: number, Heading: "H", Text: text}
	}
	asOf := noon.Add(time.Second)
	passage := func(revision, number int, text string) record.Passage {
		return record.Passage{Ref: record.Ref{Story: id, Revision: revision, Paragraph: number}, Heading: "H", Text: text, Title: "Story a",
			URL: "https://example.org/a", PublishedAt: noon, AsOf: asOf, Kind: "file", Location: "/a"}
	}
	check := func(name string, want record.Context) {
		t.Helper()
		got, err := db.Context(t.Context(), "g", want.Passage.Ref)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	first := noon.Add(time.Second)
	check("first", record.Context{Passage: passage(1, 1, "one"), After: paragraph(2, "two"),
		RevisedAt: first, Newest: 1, NewestAt: first, Now: paragraph(1, "one")})
	check("middle", record.Context{Passage: passage(1, 2, "two"), Before: paragraph(1, "one"), After: paragraph(3, "three"),
		RevisedAt: first, Newest: 1, NewestAt: first, Now: paragraph(2, "two")})

	put(t, db, file("g", "/a"), story("a", "two", "new", "two"))
	second := first.Add(time.Second)
	asOf = second
	check("moved, and to two places", record.Context{Passage: passage(1, 2, "two"), Before: paragraph(1, "one"), After: paragraph(3, "three"),
		RevisedAt: first, Newest: 2, NewestAt: second, Now: paragraph(1, "two")})
	check("gone", record.Context{Passage: passage(1, 3, "three"), Before: paragraph(2, "two"),
		RevisedAt: first, Newest: 2, NewestAt: second})

	for _, ref := range []record.Ref{{id, 1, 4}, {id, 1, 0}, {id, 3, 1}, {"none", 1, 1}} {
		if _, err := db.Context(t.Context(), "g", ref); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%+v: %v", ref, err)
		}
	}
}

func TestSize(t *testing.T) {
	db := open(t)
	put(t, db, file("g", "/a"), story("a", "one"), story("b", "two"))
	put(t, db, file(record.Shared, "/a"), story("a", "one"))
	put(t, db, file("g", "/a"), story("a", "changed"))
	if stories, err := db.Size(t.Context()); err != nil || stories != 3 {
		t.Errorf("%d stories, %v", stories, err)
	}
}
