package record_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-sqlite3"

	"storybot/retrieval/record"
)

func TestFindStory(t *testing.T) {
	db := open(t)
	titled := func(key, title string) record.Story {
		s := story(key, "text of "+key)
		s.Title = title
		return s
	}
	shared := put(t, db, file(record.Shared, "/shared"), titled("s1", "One"), titled("s2", "Twice"))
	own := put(t, db, file("g", "/own"), titled("o1", "Twice"), titled("o2", "Old"), titled("o3", shared.Added[0]))
	put(t, db, file("g", "/own"), titled("o2", "New"))
	put(t, db, file("h", "/hidden"), titled("h", "Hidden"))

	for _, test := range []struct {
		name, want string // key of the story found
		err        error
		candidates []string // keys
	}{
		{"One", "s1", nil, nil},
		{own.Added[0], "o1", nil, nil},
		{shared.Added[0], "s1", nil, nil}, // the title of o3 too
		{"New", "o2", nil, nil},
		{"Twice", "", record.ErrAmbiguous, []string{"s2", "o1"}},
		{"Old", "", record.ErrNotFound, []string{"s1", "s2", "o1", "o2", "o3"}},
		{"one", "", record.ErrNotFound, []string{"s1", "s2", "o1", "o2", "o3"}},
		{"Hidden", "", record.ErrNotFound, []string{"s1", "s2", "o1", "o2", "o3"}},
		{"", "", record.ErrNotFound, []string{"s1", "s2", "o1", "o2", "o3"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := db.FindStory(t.Context(), "g", test.name)
			if !errors.Is(err, test.err) || found.Key != test.want {
				t.Fatalf("found %q, %v", found.Key, err)
			}
			if found.Paragraphs != nil { // of which a book has megabytes
				t.Errorf("paragraphs %v", found.Paragraphs)
			}
			var candidates []string
			if stories, ok := errors.AsType[*record.StoryError](err); ok {
				for _, s := range stories.Candidates {
					candidates = append(candidates, s.Key)
				}
			}
			if diff := cmp.Diff(test.candidates, candidates); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindStoryBoundsItsCandidates(t *testing.T) {
	db := open(t)
	var stories []record.Story
	for i := range 50 {
		s := story(fmt.Sprintf("%02d", i), "text")
		s.Title = "Same"
		stories = append(stories, s)
	}
	put(t, db, file("g", "/a"), stories...)
	for _, name := range []string{"Same", "Other"} {
		_, err := db.FindStory(t.Context(), "g", name)
		got, ok := errors.AsType[*record.StoryError](err)
		if !ok || len(got.Candidates) != 20 || got.Candidates[0].Key != "00" || got.Candidates[19].Key != "19" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParagraphsInTheOrderAsked(t *testing.T) {
	db := open(t)
	var texts []string
	for i := range 100 {
		texts = append(texts, fmt.Sprint("text ", i+1))
	}
	change := put(t, db, file("g", "/a"), story("a", texts...))
	var refs []record.Ref
	var want []string
	for range 30 { // also many, and each several times
		for i := range 100 {
			n := (i*37)%100 + 1
			refs = append(refs, record.Ref{Story: change.Added[0], Revision: 1, Paragraph: n}, record.Ref{Story: "missing", Revision: 1, Paragraph: n})
			want = append(want, fmt.Sprint("text ", n))
		}
	}
	passages, versions, err := db.Paragraphs(t.Context(), "g", refs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int64{"g": 1, record.Shared: 0}, versions); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, p := range passages {
		got = append(got, p.Text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, refs := range map[string][]record.Ref{"nothing asked": nil, "nothing there": {{Story: "missing"}}} {
		if none, versions, err := db.Paragraphs(t.Context(), "g", refs); err != nil || len(none) != 0 || versions["g"] != 1 {
			t.Errorf("%s: %v, %v, %v", name, none, versions, err)
		}
	}
}

// TestSnapshotIsOneMoment changes the guild while a snapshot of it is read.
func TestSnapshotIsOneMoment(t *testing.T) {
	db := open(t)
	first := put(t, db, file("g", "/a"), story("a", "old", "and older"))
	put(t, db, file(record.Shared, "/s"), story("s", "shared"))
	err := db.Snapshot(t.Context(), "g", func(s *record.Snapshot) error {
		put(t, db, file("g", "/a"), story("a", "new"), story("b", "added"))
		if s.Version != 1 {
			t.Errorf("version %d", s.Version)
		}
		heads, err := s.Heads(t.Context())
		if diff := cmp.Diff([]record.Head{{Story: first.Added[0], Revision: 1}}, heads); diff != "" {
			t.Error(diff)
		}
		if err != nil {
			return err
		}
		if size, err := s.Size(t.Context()); size != 2 || err != nil {
			t.Errorf("%d paragraphs, %v", size, err)
		}
		return s.Each(t.Context(), []string{"missing", first.Added[0]}, func(s record.Story) error {
			if s.ID != first.Added[0] || s.Revision != 1 || s.Paragraphs[0].Text != "old" {
				t.Errorf("read %+v", s)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
	versions, err := db.Versions(t.Context(), "g", record.Shared, "other")
	if diff := cmp.Diff(map[string]int64{"g": 2, record.Shared: 1}, versions); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// TestSnapshotKeepsItsReadersError fails as a damaged index does: no fault of
// the record.
func TestSnapshotKeepsItsReadersError(t *testing.T) {
	db := open(t)
	change := put(t, db, file("g", "/a"), story("a", "one"), story("b", "two"))
	damaged := sqlite3.Error{Code: sqlite3.ErrCorrupt}
	calls := 0
	err := db.Snapshot(t.Context(), "g", func(s *record.Snapshot) error {
		return s.Each(t.Context(), change.Added, func(record.Story) error { calls++; return damaged })
	})
	if err != damaged || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// TestContents reads stories in the order of publication, and what has come since
// a time.
func TestContents(t *testing.T) {
	db := open(t)
	now := time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)
	db.Now = func() time.Time { return now }
	day := func(n int) time.Time { return time.Date(2024, 5, n, 0, 0, 0, 0, time.UTC) }
	at := func(key string, published time.Time, texts ...string) record.Story {
		s := story(key, texts...)
		s.PublishedAt = published
		return s
	}
	ids := put(t, db, file("g", "/own"), at("later", day(4), "l1", "l2"), at("sooner", day(2), "s1")).Added
	put(t, db, file(record.Shared, "/shared"), at("shared", day(3), "h1"))
	put(t, db, file("h", "/hidden"), at("hidden", day(1), "x"))
	now = day(10)
	put(t, db, file("g", "/own"), at("later", day(4), "l1", "changed"), at("sooner", day(2), "s1"), at("new", day(9), "n1"))

	for _, test := range []struct {
		name  string
		since time.Time
		ids   []string
		want  []string
	}{
		{"all", time.Time{}, nil, []string{"s1", "h1", "l1", "changed", "n1"}},
		{"named", time.Time{}, ids[:1], []string{"l1", "changed"}},
		{"since before all", day(1).Add(-time.Hour), nil, []string{"s1", "h1", "l1", "changed", "n1"}},
		{"since the change", day(5), nil, []string{"changed", "n1"}},
		{"since, of one", day(5), ids[1:], nil},
		{"since later", day(11), nil, nil},
		{"another guild's", time.Time{}, []string{"nosuch"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			passages, err := db.Contents(t.Context(), "g", test.since, test.ids...)
			var got []string
			for _, p := range passages {
				got = append(got, p.Text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
