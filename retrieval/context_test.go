package retrieval_test

import (
	"errors"
	"testing"

	"storybot/retrieval"
)

// TestContext opens what was cited, after it was changed, moved, removed and withdrawn.
func TestContext(t *testing.T) {
	lib := open(t)
	put := func(texts ...string) string {
		t.Helper()
		change, err := lib.Put(t.Context(), source("g", "/a"), []retrieval.Story{story("a", texts...)})
		if err != nil {
			t.Fatal(err)
		}
		return append(change.Added, change.Changed...)[0]
	}
	const mayor, storm, bakery = "The mayor opened the bridge on Monday.", "A storm sank two boats in the harbour.", "Ida Holm bakes for the whole town."
	id := put(mayor, storm, bakery)
	at := func(revision, number int) retrieval.Ref {
		return retrieval.Ref{Story: id, Revision: revision, Paragraph: number}
	}
	check := func(name string, ref retrieval.Ref, text, now, became string) {
		t.Helper()
		c, err := lib.Context(t.Context(), "g", ref)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := of(c.Now); c.Passage.Text != text || got != now || of(c.Became) != became {
			t.Errorf("%s: %q is now %q and became %q", name, c.Passage.Text, got, of(c.Became))
		}
	}
	check("as it is", at(1, 1), mayor, mayor, "")

	const corrected = "The mayor opened the bridge on Tuesday."
	put(bakery, corrected)
	check("corrected", at(1, 1), mayor, "", corrected)
	check("removed", at(1, 2), storm, "", "")
	check("moved", at(1, 3), bakery, bakery, "")
	check("the newest", at(2, 2), corrected, corrected, "")

	if err := lib.Withdraw(t.Context(), "g", id); err != nil {
		t.Fatal(err)
	}
	check("withdrawn", at(1, 1), mayor, "", corrected)
	if c, err := lib.Context(t.Context(), "g", at(1, 1)); err != nil || c.Withdrawn != "gone" || c.WithdrawnAt.IsZero() {
		t.Errorf("withdrawn: %q, %v", c.Withdrawn, err)
	}
	for _, ref := range []retrieval.Ref{at(3, 1), at(1, 4), {Story: "none", Revision: 1, Paragraph: 1}} {
		if _, err := lib.Context(t.Context(), "g", ref); !errors.Is(err, retrieval.ErrNotFound) {
			t.Errorf("%+v: %v", ref, err)
		}
	}
	for _, guild := range []string{"h", retrieval.Shared} {
		if _, err := lib.Context(t.Context(), guild, at(1, 1)); !errors.Is(err, retrieval.ErrNotFound) {
			t.Errorf("guild %q: %v", guild, err)
		}
	}
}

// of is a paragraph's text; "" of none.
func of(p *retrieval.Paragraph) string {
	if p == nil {
		return ""
	}
	return p.Text
}
