package record

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNumbered(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"SELECT 1", "SELECT 1"},
		{"a = ? AND b IN (?, ?)", "a = $1 AND b IN ($2, $3)"},
		{"a = '?' AND b = ?", "a = '?' AND b = $1"},
		{"a = 'it''s ?' AND \"c?\" = ?", "a = 'it''s ?' AND \"c?\" = $1"},
		{"a -- why?\n= ?", "a -- why?\n= $1"},
		{"a = ? -- why?", "a = $1 -- why?"},
		{"a = '?", "a = '?"},
		{"Frage? ü = ?", "Frage$1 ü = $2"},
	} {
		if got := numbered(test.query); got != test.want {
			t.Errorf("%q: %q, want %q", test.query, got, test.want)
		}
	}
}

func TestStatements(t *testing.T) {
	script := `-- It's first; no.
A 'x;''-- y' (b, -- why; that's it
  c); -- as said
B "d;";
-- The end; of it.`
	want := []string{"A 'x;''-- y' (b, \n  c)", `B "d;"`}
	if diff := cmp.Diff(want, statements(script)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRedacted(t *testing.T) {
	for _, test := range []struct{ name, want, base string }{
		{"c.db", "c.db", "c"},
		{"folder.d/c.db", "folder.d/c.db", "folder.d/c"},
		{"postgres://bot:hunter2@db.example.org/stories?sslmode=require", "postgres://bot:xxxxx@db.example.org/stories?sslmode=require", "stories"},
		{"postgresql://db.example.org/stories?password=hunter2", "postgresql://db.example.org/stories?password=xxxxx", "stories"},
		{"postgresql://db.example.org/stories?sslpassword=hunter2", "postgresql://db.example.org/stories?sslpassword=xxxxx", "stories"},
		{"postgres://bot:hunter2%zz@db/x", "postgres://…", "storybot"},
		{"postgres://bot:1/hunter2@db/x", "postgres://…", "storybot"},
		{"postgres://bot:1?hunter2@db/x", "postgres://…", "storybot"},
		{"postgres://bot:1#hunter2@db/x", "postgres://…", "storybot"},
	} {
		if got, base := Redacted(test.name), Base(test.name); got != test.want || base != test.base {
			t.Errorf("%q: %q and %q, want %q and %q", test.name, got, base, test.want, test.base)
		}
	}
}
