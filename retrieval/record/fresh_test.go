package record_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

const day = 24 * time.Hour

// clocked is a record whose clock stands still until it is moved.
func clocked(t testing.TB) (*record.DB, *time.Time) {
	t.Helper()
	db := openAt(t, recordtest.Name(t))
	now := noon
	db.Now = func() time.Time { return now }
	return db, &now
}

func sourceOf(t testing.TB, db *record.DB, guild, id string) record.Source {
	t.Helper()
	s, err := db.Source(t.Context(), guild, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func feed(guild, location, schedule string, due time.Time) record.Source {
	return record.Source{Guild: guild, Kind: "feed", Title: "Feed", Location: location, Schedule: schedule, DueAt: due}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestPutKeepsThePlan puts a source again, by somebody who knows less of it: what
// was planned, given and trusted stays.
func TestPutKeepsThePlan(t *testing.T) {
	db, now := clocked(t)
	first := feed("g", "https://example.org/f", "every 1h", noon.Add(time.Hour))
	first.Origin, first.Days, first.GivenTitle, first.GivenDate = record.Terminal, 30, "Given", noon
	first.Copy = record.Copy{ETag: `"1"`, LastModified: "yesterday"}
	id := put(t, db, first).Source
	want := sourceOf(t, db, "g", id)
	if want.Origin != record.Terminal || want.Days != 30 || want.GivenTitle != "Given" || !want.GivenDate.Equal(noon) || want.ETag != `"1"` {
		t.Errorf("read back as %+v", want)
	}

	*now = noon.Add(time.Minute)
	again := feed("g", "https://example.org/f", "daily 06:00", noon.Add(day))
	again.Origin, again.Days = record.Discord, 5
	put(t, db, again)
	want.CheckedAt, want.Copy = *now, record.Copy{}
	if diff := cmp.Diff(want, sourceOf(t, db, "g", id)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// A refresh, which knows the schedule, says when the next one is.
	read := sourceOf(t, db, "g", id)
	read.DueAt = noon.Add(2 * time.Hour)
	put(t, db, read)
	if got := sourceOf(t, db, "g", id).DueAt; !got.Equal(noon.Add(2 * time.Hour)) {
		t.Errorf("due at %v", got)
	}

	discord := feed("g", "https://example.org/other", "", time.Time{})
	id = put(t, db, discord).Source
	if got := sourceOf(t, db, "g", id).Origin; got != record.Discord {
		t.Errorf("without an origin it is %q", got)
	}
	discord.Origin = record.Terminal
	put(t, db, discord)
	if got := sourceOf(t, db, "g", id).Origin; got != record.Terminal {
		t.Errorf("the operator adds it too: %q", got)
	}
}

// TestFailures counts failures in a row, and says when the next try is.
func TestFailures(t *testing.T) {
	db, now := clocked(t)
	id := put(t, db, feed("g", "https://example.org/f", "every 1h", noon.Add(time.Hour))).Source
	for n := 1; n <= 3; n++ {
		*now = now.Add(time.Hour)
		due := now.Add(time.Duration(n) * time.Hour)
		must(t, db.Failed(t.Context(), "g", id, "no answer", "no_server", due))
		if got := sourceOf(t, db, "g", id); got.Failures != n || !got.DueAt.Equal(due) || got.Error != "no answer" || got.Code != "no_server" || !got.CheckedAt.Equal(*now) {
			t.Errorf("after %d: %+v", n, got)
		}
	}
	must(t, db.Failed(t.Context(), "g", id, "gone", "status 410", time.Time{}))
	if got := sourceOf(t, db, "g", id); !got.DueAt.IsZero() || got.Failures != 4 {
		t.Errorf("never again: %+v", got)
	}
	read := sourceOf(t, db, "g", id)
	read.Error, read.Code, read.DueAt = "", "", now.Add(time.Hour)
	put(t, db, read)
	if got := sourceOf(t, db, "g", id); got.Failures != 0 || got.Error+got.Code != "" || got.DueAt.IsZero() {
		t.Errorf("read again: %+v", got)
	}
}

// TestDue lists what is due, the longest due first, of all guilds.
func TestDue(t *testing.T) {
	db, now := clocked(t)
	var ids []string
	for i, after := range []time.Duration{2 * time.Hour, time.Hour, 3 * time.Hour} {
		ids = append(ids, put(t, db, feed([]string{"g", "", "h"}[i], "https://example.org/f", "every 1h", noon.Add(after))).Source)
	}
	put(t, db, feed("g", "https://example.org/never", "", time.Time{}))
	check := func(after time.Duration, limit int, want ...string) {
		t.Helper()
		*now = noon.Add(after)
		due, err := db.Due(t.Context(), limit)
		must(t, err)
		var got []string
		for _, s := range due {
			got = append(got, s.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", after, diff)
		}
	}
	check(time.Hour-1, 9)
	check(time.Hour, 9, ids[1])
	check(3*time.Hour, 9, ids[1], ids[0], ids[2])
	check(3*time.Hour, 2, ids[1], ids[0])
	must(t, db.Plan(t.Context(), "h", ids[2], "every 1h", noon.Add(9*time.Hour), 0))
	check(3*time.Hour, 9, ids[1], ids[0])
}

// TestDueManual ends the schedule of a source while it is being read: what that
// reading says of the next one does not count.
func TestDueManual(t *testing.T) {
	for _, failed := range []bool{false, true} {
		db, now := clocked(t)
		id := put(t, db, feed("g", "https://example.org/f", "every 1h", noon)).Source
		read := sourceOf(t, db, "g", id)
		must(t, db.Plan(t.Context(), "g", id, "", time.Time{}, 0))
		read.DueAt = noon.Add(time.Hour)
		if failed {
			must(t, db.Failed(t.Context(), "g", id, "no answer", "", read.DueAt))
		} else {
			put(t, db, read)
		}
		*now = noon.Add(day)
		if due, err := db.Due(t.Context(), 9); len(due) > 0 || err != nil {
			t.Errorf("failed %v: due by itself: %+v, %v", failed, due, err)
		}
		if got := sourceOf(t, db, "g", id); !got.DueAt.IsZero() {
			t.Errorf("failed %v: due at %v", failed, got.DueAt)
		}
	}
}

// TestHold has two want to refresh one source: it is the other's only when it has seen the
// hold of the one stand still, and counts what was read.
func TestHold(t *testing.T) {
	db, now := clocked(t)
	id := put(t, db, feed("g", "https://example.org/f", "", time.Time{})).Source
	var by record.Hold
	hold := func(holder string, dead record.Hold, want bool) {
		t.Helper()
		var held bool
		var err error
		if held, by, err = db.Hold(t.Context(), id, holder, dead); held != want || err != nil {
			t.Errorf("%s: held %v, %v", holder, held, err)
		}
		*now = now.Add(day) // clocks say nothing
	}
	hold("one", record.Hold{}, true)
	hold("two", record.Hold{}, false)
	seen := by
	hold("one", record.Hold{}, true) // goes on
	hold("two", seen, false)
	if by == seen || by.Holder != "one" {
		t.Errorf("held by %+v, before %+v", by, seen)
	}
	seen = by
	put(t, db, feed("g", "https://example.org/f", "", time.Time{})) // it took so long that one could not go on meanwhile
	hold("two", seen, false)
	must(t, db.Release(t.Context(), id, "two", true)) // not its own
	hold("two", seen, false)
	hold("two", by, true) // one was killed
	hold("one", record.Hold{}, false)
	must(t, db.Release(t.Context(), id, "two", false))
	hold("one", record.Hold{}, true)
	if got := sourceOf(t, db, "g", id).Readings; got != 0 {
		t.Errorf("read %d times", got)
	}
	must(t, db.Release(t.Context(), id, "one", true))
	if got := sourceOf(t, db, "g", id).Readings; got != 1 {
		t.Errorf("read %d times", got)
	}
	_, err := db.Remove(t.Context(), "g", id)
	must(t, err)
	if held, _, err := db.Hold(t.Context(), id, "two", record.Hold{}); held || !errors.Is(err, record.ErrNotFound) {
		t.Errorf("a source that is no more: held %v, %v", held, err)
	}
}

// answers says whether a story is found, as by a question, and what is said of it.
func answers(t testing.TB, db *record.DB, guild, story string) (bool, string) {
	t.Helper()
	_, err := db.FindStory(t.Context(), guild, story)
	revisions, wrong := db.Revisions(t.Context(), guild, story)
	must(t, wrong)
	heads := 0
	must(t, db.Snapshot(t.Context(), guild, func(s *record.Snapshot) error {
		all, err := s.Heads(t.Context())
		for _, h := range all {
			if h.Story == story {
				heads++
			}
		}
		return err
	}))
	contents, wrong := db.Contents(t.Context(), guild, time.Time{}, story)
	must(t, wrong)
	if (err == nil) != (heads == 1) || (err == nil) != (len(contents) > 0) {
		t.Errorf("it is found: %v, to be indexed: %d, to be summarised: %d", err, heads, len(contents))
	}
	return err == nil, revisions[0].Withdrawn
}

// TestWithdraw has a publisher withdraw a story, and bring it back.
func TestWithdraw(t *testing.T) {
	db, now := clocked(t)
	change := put(t, db, feed("g", "https://example.org/f", "", time.Time{}), story("a", "one"), story("b", "two"))
	a, b := change.Added[0], change.Added[1]
	check := func(story string, want bool, why string, wantVersion int64) {
		t.Helper()
		if got, withdrawn := answers(t, db, "g", story); got != want || withdrawn != why {
			t.Errorf("answers %v, withdrawn %q", got, withdrawn)
		}
		if got := version(t, db, "g"); got != wantVersion {
			t.Errorf("version %d, want %d", got, wantVersion)
		}
	}
	for _, guild := range []string{record.Shared, "h"} {
		must(t, db.Withdraw(t.Context(), guild, a))
	}
	check(a, true, "", 1)
	*now = noon.Add(time.Hour)
	must(t, db.Withdraw(t.Context(), "g", a))
	check(a, false, record.Gone, 2)
	check(b, true, "", 2)
	must(t, db.Withdraw(t.Context(), "g", a)) // again: nothing
	check(a, false, record.Gone, 2)
	ref := record.Ref{Story: a, Revision: 1, Paragraph: 1}
	c, err := db.Context(t.Context(), "g", ref)
	if err != nil || c.Withdrawn != record.Gone || !c.WithdrawnAt.Equal(*now) || c.Passage.Text != "one" {
		t.Errorf("what cited it opens as %+v, %v", c, err)
	}
	if found, _, err := db.Paragraphs(t.Context(), "g", []record.Ref{ref}); len(found) > 0 || err != nil {
		t.Errorf("a search gives it: %+v, %v", found, err)
	}

	if got := put(t, db, feed("g", "https://example.org/f", "", time.Time{}), story("a", "one")); len(got.Changed) != 1 {
		t.Errorf("it came back as %+v", got)
	}
	check(a, true, "", 3)
	must(t, db.Withdraw(t.Context(), "g", a))
	put(t, db, feed("g", "https://example.org/f", "", time.Time{}), story("a", "one, corrected"))
	check(a, true, "", 5)
	if c, err := db.Context(t.Context(), "g", ref); err != nil || c.Withdrawn != "" || !c.WithdrawnAt.IsZero() || c.Newest != 2 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestExpire has stories end by when they were published, or else by when they came.
func TestExpire(t *testing.T) {
	db, now := clocked(t)
	src := feed("g", "https://example.org/f", "", time.Time{})
	src.Days = 10
	old, undated := story("old", "one"), story("undated", "two")
	old.PublishedAt, undated.PublishedAt = noon.Add(-9*day), time.Time{}
	change := put(t, db, src, old, undated)
	oldID, undatedID := change.Added[0], change.Added[1]
	other := put(t, db, feed("h", "https://example.org/f", "", time.Time{}), old).Added[0] // of a source that lets stories be
	expire := func(want ...string) {
		t.Helper()
		got, err := db.Expire(t.Context())
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	check := func(guild, story string, want bool, why string) {
		t.Helper()
		if got, withdrawn := answers(t, db, guild, story); got != want || withdrawn != why {
			t.Errorf("answers %v, withdrawn %q", got, withdrawn)
		}
	}
	*now = noon.Add(day - time.Second)
	expire()
	*now = noon.Add(day)
	expire("g")
	expire()
	check("g", oldID, false, record.Expired)
	check("g", undatedID, true, "")
	check("h", other, true, "")
	if g, h := version(t, db, "g"), version(t, db, "h"); g != 2 || h != 1 {
		t.Errorf("versions %d and %d", g, h)
	}
	// The same again is as old as it was; a new date makes it younger.
	put(t, db, src, old)
	check("g", oldID, false, record.Expired)
	old.PublishedAt = noon
	put(t, db, src, old)
	check("g", oldID, true, "")
	*now = noon.Add(10 * day)
	expire("g")
	check("g", oldID, false, record.Expired)
	check("g", undatedID, false, record.Expired)
	// One that comes too late does not answer from the beginning.
	late := story("late", "three")
	late.PublishedAt = noon.Add(-day)
	check("g", put(t, db, src, late).Added[0], false, record.Expired)
	// What is gone stays so.
	must(t, db.Withdraw(t.Context(), "g", oldID))
	check("g", oldID, false, record.Gone)

	plan := func(days int) {
		t.Helper()
		must(t, db.Plan(t.Context(), "g", change.Source, "", time.Time{}, days))
	}
	plan(0)
	check("g", undatedID, true, "")
	check("g", oldID, false, record.Gone)
	plan(5)
	check("g", undatedID, false, record.Expired)
}

// TestPlan is of exactly one guild.
func TestPlan(t *testing.T) {
	db, _ := clocked(t)
	id := put(t, db, feed("g", "https://example.org/f", "every 1h", noon)).Source
	for _, guild := range []string{record.Shared, "h"} {
		if err := db.Plan(t.Context(), guild, id, "", time.Time{}, 1); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("guild %q: %v", guild, err)
		}
	}
	if got := sourceOf(t, db, "g", id); got.Schedule != "every 1h" || got.Days != 0 {
		t.Errorf("%+v", got)
	}
	due := noon.Add(day)
	must(t, db.Plan(t.Context(), "g", id, "daily 06:00", due, 7))
	if got := sourceOf(t, db, "g", id); got.Schedule != "daily 06:00" || got.Days != 7 || !got.DueAt.Equal(due) {
		t.Errorf("%+v", got)
	}
}

// TestFailingEntries counts what could not be read of a feed, until it can be or is
// long past.
func TestFailingEntries(t *testing.T) {
	db, now := clocked(t)
	src := feed("g", "https://example.org/f", "", time.Time{})
	id := put(t, db, src).Source
	fail := func(key, why, refused string) {
		t.Helper()
		must(t, db.FailedEntry(t.Context(), "g", id, key, why, refused))
	}
	check := func(want map[string]record.Failing) {
		t.Helper()
		got, err := db.Failing(t.Context(), "g", id)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	check(map[string]record.Failing{})
	fail("a", "first", "")
	fail("b", "paywall", "")
	*now = noon.Add(time.Hour)
	fail("a", "second", "text")
	check(map[string]record.Failing{"a": {"a", "second", 2, *now, "text", 1, *now}, "b": {"b", "paywall", 1, noon, "", 1, noon}})
	put(t, db, src, story("a", "one"))
	check(map[string]record.Failing{"b": {"b", "paywall", 1, noon, "", 1, noon}})
	*now = noon.Add(40 * day)
	fail("c", "short", "text")
	check(map[string]record.Failing{"c": {"c", "short", 1, *now, "text", 1, *now}})
	since := *now
	*now = now.Add(time.Hour)
	fail("c", "shorter", "text")
	check(map[string]record.Failing{"c": {"c", "shorter", 2, *now, "text", 2, since}})
	fail("c", "no answer", "")
	check(map[string]record.Failing{"c": {"c", "no answer", 3, *now, "", 1, *now}})

	for _, guild := range []string{record.Shared, "h"} {
		if err := db.FailedEntry(t.Context(), guild, id, "x", "not yours", ""); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("guild %q: %v", guild, err)
		}
		if got, err := db.Failing(t.Context(), guild, id); len(got) > 0 || err != nil {
			t.Errorf("guild %q reads %v, %v", guild, got, err)
		}
	}
	if err := db.FailedEntry(t.Context(), "g", id, "x", "\xFF", ""); !errors.Is(err, record.ErrInvalid) {
		t.Error(err)
	}
	_, err := db.Remove(t.Context(), "g", id)
	must(t, err)
	if n := number(t, db, `SELECT COUNT(*) FROM failing`); n != 0 {
		t.Errorf("%d are left of a source that is no more", n)
	}
}
