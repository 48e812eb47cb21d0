package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
)

// asked is a question of a user's in guild 1, n minutes after noon, on a topic that the
// stories do not tell of.
func asked(id, user, topic string, n int) ledger.Entry {
	e := entry(id, "1", "")
	e.User, e.Channel, e.Topic, e.Status = user, "c", topic, ledger.NotInStories
	e.Question = topic + " " + id
	e.AskedAt = noon.Add(time.Duration(n) * time.Minute)
	return e
}

func topics(t *testing.T, l *ledger.Ledger, guild string) []string {
	t.Helper()
	gaps, total, err := l.Gaps(t.Context(), guild, 10, 0)
	if err != nil || total != len(gaps) {
		t.Fatalf("%d of %d gaps: %v", len(gaps), total, err)
	}
	list := []string{}
	for _, g := range gaps {
		list = append(list, g.Topic)
	}
	return list
}

func TestGaps(t *testing.T) {
	l, db := open(t)
	answered := asked("e5", "8", "bridge", 5)
	answered.Status = "answered"
	other := asked("e6", "8", "opera", 6)
	other.Guild = "2"
	check := asked("e7", "8", "opera", 7)
	check.Kind = ledger.Check
	keep(t, l, asked("e1", "7", "opera", 1), asked("e2", "7", "opera", 2), asked("e3", "8", "opera", 3), asked("e4", "8", "penguin", 4), answered, other, check)
	gaps, total, err := l.Gaps(t.Context(), "1", 1, 0)
	want := []ledger.Gap{{Topic: "opera", Question: "opera e3", Count: 3, People: 2, LastAsked: noon.Add(3 * time.Minute)}}
	if diff := cmp.Diff(want, gaps); diff != "" || total != 2 || err != nil {
		t.Errorf("%d, %v (-want +got):\n%s", total, err, diff)
	}
	if diff := cmp.Diff([]string{"opera", "penguin"}, topics(t, l, "1")); diff != "" {
		t.Error(diff)
	}
	if gaps, _, _ := l.Gaps(t.Context(), "1", 1, 1); len(gaps) != 1 || gaps[0].Topic != "penguin" {
		t.Errorf("the second page has %+v", gaps)
	}

	// Somebody says that an answer is none.
	if err := l.GiveFeedback(t.Context(), ledger.Feedback{Entry: "e5", Guild: "1", User: "8", Kind: ledger.Missed, At: noon}); err != nil {
		t.Fatal(err)
	}
	gaps, _, err = l.Gaps(t.Context(), "1", 10, 0)
	if err != nil || len(gaps) != 3 || gaps[1].Topic != "bridge" || !gaps[1].Missed || gaps[0].Missed {
		t.Errorf("%+v, %v", gaps, err)
	}

	// What is dismissed stays away until it is asked again.
	db.Now = func() time.Time { return noon.Add(time.Hour) }
	if err := l.DismissGap(t.Context(), "1", "9", "opera"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bridge", "penguin"}, topics(t, l, "1")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"opera"}, topics(t, l, "2")); diff != "" {
		t.Errorf("another guild's: %s", diff)
	}
	keep(t, l, asked("e8", "7", "opera", 61))
	if diff := cmp.Diff([]string{"opera", "bridge", "penguin"}, topics(t, l, "1")); diff != "" {
		t.Error(diff)
	}
	acts, _, err := l.Acts(t.Context(), "1", 10, 0)
	wantActs := []ledger.Act{{Guild: "1", User: "9", What: "gaps.dismiss", Detail: "opera", At: noon.Add(time.Hour)}}
	if diff := cmp.Diff(wantActs, acts); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestFeedback(t *testing.T) {
	l, _ := open(t)
	e := asked("e1", "7", "opera", 1)
	e.Private, e.Story, e.After = true, "s", "e0"
	keep(t, l, e)
	wrong := ledger.Feedback{Entry: "e1", Guild: "1", User: "8", Kind: ledger.WrongCitation, Citation: 2, At: noon.Add(time.Hour)}
	good := ledger.Feedback{Entry: "e1", Guild: "1", User: "8", Kind: ledger.Good, At: noon.Add(2 * time.Hour)}
	for _, f := range []ledger.Feedback{wrong, wrong, good} {
		if err := l.GiveFeedback(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []ledger.Feedback{{Entry: "e1", Guild: "2", User: "8", Kind: ledger.Good}, {Entry: "e9", Guild: "1", User: "8", Kind: ledger.Good}} {
		if err := l.GiveFeedback(t.Context(), f); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	got, total, err := l.Feedback(t.Context(), "1", 10, 0)
	if diff := cmp.Diff([]ledger.Opinion{{Feedback: good, Asked: e}, {Feedback: wrong, Asked: e}}, got); diff != "" || total != 2 || err != nil {
		t.Errorf("%d, %v (-want +got):\n%s", total, err, diff)
	}
	if got, total, err := l.Feedback(t.Context(), "2", 10, 0); len(got)+total != 0 || err != nil {
		t.Errorf("another guild's: %+v, %v", got, err)
	}
}

func TestLastIn(t *testing.T) {
	l, _ := open(t)
	private := asked("e3", "7", "opera", 3)
	private.Private = true
	summary := asked("e4", "7", "", 4)
	summary.Kind = ledger.Summary
	elsewhere := asked("e5", "7", "opera", 5)
	elsewhere.Channel = "d"
	keep(t, l, asked("e1", "7", "opera", 1), asked("e2", "8", "opera", 2), private, summary, elsewhere)
	if e, err := l.LastIn(t.Context(), "1", "c"); e.ID != "e2" || err != nil {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err := l.LastIn(t.Context(), "2", "c"); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("another guild's: %+v, %v", e, err)
	}
}

// A person is forgotten in all guilds, and nobody else is. What their questions took today
// counts until the day is over.
func TestForget(t *testing.T) {
	l, db := open(t)
	db.Now = func() time.Time { return noon }
	theirs, others := asked("e1", "7", "opera", 1), asked("e2", "8", "opera", 2)
	theirs.Guild = "2"
	keep(t, l, theirs, asked("e3", "7", "opera", 3), others)
	for _, f := range []ledger.Feedback{
		{Entry: "e2", Guild: "1", User: "7", Kind: ledger.Good}, {Entry: "e2", Guild: "1", User: "8", Kind: ledger.Good}, {Entry: "e3", Guild: "1", User: "8", Kind: ledger.Good},
	} {
		if err := l.GiveFeedback(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []time.Time{noon, noon.AddDate(0, 0, -1), noon.AddDate(0, 0, -1)} {
		for _, user := range []string{"7", "8"} {
			if err := l.Spend(t.Context(), "1", user, at, ledger.Spending{PromptTokens: 10}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(l.Pick(t.Context(), "7", "1"), l.Pick(t.Context(), "8", "2")); err != nil {
		t.Fatal(err)
	}
	if guilds, err := l.Guilds(t.Context(), "7"); len(guilds) != 2 || guilds[0] != "1" || err != nil {
		t.Errorf("asked in %q, %v", guilds, err)
	}
	if gone, err := l.Forget(t.Context(), "7"); gone != (ledger.Forgotten{Answers: 2, Opinions: 1}) || err != nil {
		t.Errorf("forgot %+v, %v", gone, err)
	}
	for id, want := range map[string]error{"e1": ledger.ErrNotFound, "e2": nil, "e3": ledger.ErrNotFound} {
		if _, err := l.Entry(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("entry %s: %v, want %v", id, err, want)
		}
	}
	if list, total, err := l.Feedback(t.Context(), "1", 10, 0); total != 1 || list[0].User != "8" || err != nil {
		t.Errorf("%+v, %v", list, err)
	}
	for user, want := range map[string]string{"7": "", "8": "2"} {
		if guild, err := l.Picked(t.Context(), user); guild != want || err != nil {
			t.Errorf("%s has picked %q, %v", user, guild, err)
		}
	}
	spent := func(at time.Time) (guild, user int64) {
		g, u, err := l.Spent(t.Context(), "1", "7", at)
		if err != nil {
			t.Fatal(err)
		}
		return g.PromptTokens, u.PromptTokens
	}
	if guild, user := spent(noon); guild != 20 || user != 10 {
		t.Errorf("today %d and %d", guild, user)
	}
	if guild, user := spent(noon.AddDate(0, 0, -1)); guild != 40 || user != 0 {
		t.Errorf("yesterday %d and %d", guild, user)
	}
	db.Now = func() time.Time { return noon.AddDate(0, 0, 1) }
	if err := l.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if guild, user := spent(noon); guild != 20 || user != 0 {
		t.Errorf("a day later %d and %d", guild, user)
	}
	if gone, err := l.Forget(t.Context(), ""); gone != (ledger.Forgotten{}) || err != nil {
		t.Errorf("the terminal was forgotten: %+v, %v", gone, err)
	}
}

// Each setting that is changed is one act, and what stays as it was is none.
func TestChangesAreActs(t *testing.T) {
	l, db := open(t)
	db.Now = func() time.Time { return noon }
	change := func(change func(*ledger.Settings)) []ledger.Act {
		_, acts, err := l.Change(t.Context(), "1", "7", change)
		if err != nil {
			t.Fatal(err)
		}
		return acts
	}
	got := change(func(s *ledger.Settings) { s.Channels, s.Private, s.Check = []string{"5", "6"}, true, ledger.Strict })
	want := []ledger.Act{
		{Guild: "1", User: "7", What: "settings.channels", Detail: "none -> 5, 6", At: noon},
		{Guild: "1", User: "7", What: "settings.private", Detail: "false -> true", At: noon},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if again := change(func(s *ledger.Settings) { s.Channels, s.Private = []string{"5", "6"}, true }); len(again) > 0 {
		t.Errorf("nothing was changed, and yet %+v", again)
	}
	if got := change(func(s *ledger.Settings) { s.Channels = nil }); len(got) != 1 || got[0].Detail != "5, 6 -> none" {
		t.Errorf("%+v", got)
	}
	acts, total, err := l.Acts(t.Context(), "1", 10, 0)
	if total != 3 || len(acts) != 3 || err != nil {
		t.Errorf("%+v, %d, %v", acts, total, err)
	}
	if s, err := l.Settings(t.Context(), "1"); len(s.Channels) != 0 || !s.Private || s.Threshold != ledger.DefaultThreshold || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
}
