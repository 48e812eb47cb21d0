package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

func TestSettings(t *testing.T) {
	l, db := open(t)
	check := func(guild string, want ledger.Strictness) {
		t.Helper()
		if s, err := l.Settings(t.Context(), guild); s.Check != want || s.Threshold != 0.4 || err != nil {
			t.Errorf("guild %q: %+v, %v", guild, s, err)
		}
	}
	check("1", ledger.Strict)
	put := func(value string) {
		t.Helper()
		err := db.Update(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(context.Background(), `INSERT INTO settings (guild, value) VALUES ('1', ?)
				ON CONFLICT (guild) DO UPDATE SET value = excluded.value`, value)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	put(`{"newer": [1]}`)
	check("1", ledger.Strict)
	if s, _, err := l.Change(t.Context(), "1", "", func(s *ledger.Settings) { s.Check = ledger.Normal }); s.Check != ledger.Normal || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	check("1", ledger.Normal)
	check("2", ledger.Strict)
	var value string
	err := db.View(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT value FROM settings WHERE guild = '1'`).Scan(&value)
	})
	if !strings.Contains(value, `"check":"normal"`) || !strings.Contains(value, `"newer":[1]`) || err != nil {
		t.Errorf("stored %s: %v", value, err)
	}
	put(`nonsense`)
	if _, err := ledger.New(db).Settings(t.Context(), "1"); err == nil {
		t.Error("settings that are none are read")
	}
}

// TestSettingsOfOthers has two processes change settings: each knows of its own change at
// once, and of the other's within ten seconds.
func TestSettingsOfOthers(t *testing.T) {
	l, db := open(t)
	now := noon
	db.Now = func() time.Time { return now }
	terminal := ledger.New(db)
	change := func(l *ledger.Ledger, check ledger.Strictness) {
		t.Helper()
		if _, _, err := l.Change(t.Context(), "1", "", func(s *ledger.Settings) { s.Check = check }); err != nil {
			t.Fatal(err)
		}
	}
	want := func(want ledger.Strictness) {
		t.Helper()
		if s, err := l.Settings(t.Context(), "1"); s.Check != want || err != nil {
			t.Errorf("%s, %v, want %s", s.Check, err, want)
		}
	}
	want(ledger.Strict)
	change(l, ledger.Normal)
	want(ledger.Normal)
	now = now.Add(9 * time.Second)
	change(terminal, ledger.Verbatim)
	want(ledger.Normal)
	now = now.Add(time.Second)
	want(ledger.Verbatim)
	now = now.Add(-time.Hour) // the clock is set back
	change(terminal, ledger.Strict)
	want(ledger.Strict)
}

// TestSettingsUncertain has nobody hear of a change that is stored: it holds at once.
func TestSettingsUncertain(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	line := recordtest.Serve(t).Line(t)
	db, err := record.Open(t.Context(), line.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	l := ledger.New(db)
	if _, err := l.Settings(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	line.BreakAtCommit()
	if _, _, err := l.Change(t.Context(), "1", "7", func(s *ledger.Settings) { s.Private = true }); !errors.Is(err, record.ErrUncertain) {
		t.Error(err)
	}
	if s, err := l.Settings(t.Context(), "1"); !s.Private || err != nil {
		t.Errorf("private %v, %v", s.Private, err)
	}
}

// TestChange changes several settings at once: each is noted, in its guild alone; what
// stays as it is is not, and what is refused changes nothing.
func TestChange(t *testing.T) {
	l, db := open(t)
	db.Now = func() time.Time { return noon }
	change := func(user string, change func(*ledger.Settings)) ledger.Settings {
		t.Helper()
		s, acts, err := l.Change(t.Context(), "1", user, change)
		if err != nil {
			t.Fatal(err)
		}
		noted, total, err := l.Acts(t.Context(), "1", 10, 0)
		if err != nil || len(noted) != total || total < len(acts) {
			t.Fatalf("%d acts of %d, %v", len(noted), total, err)
		}
		for i, a := range acts {
			if diff := cmp.Diff(a, noted[len(acts)-1-i]); diff != "" {
				t.Errorf("noted (-want +got):\n%s", diff)
			}
		}
		return s
	}
	change("7", func(s *ledger.Settings) {
		s.Check, s.Channels, s.Threshold = ledger.Verbatim, []string{"11", "12", "11", ""}, 0.75
	})
	got := change("", func(s *ledger.Settings) {
		s.Channels, s.Private, s.Language, s.UserBudget = nil, true, "pt-BR", 1000
		s.Check = ledger.Verbatim // as it is
	})
	want := ledger.Settings{Check: ledger.Verbatim, Language: "pt-BR", Private: true, Channels: []string{}, Auto: []string{}, Threshold: 0.75, Roles: []string{}, UserBudget: 1000, Revisions: 20}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if read, err := l.Settings(t.Context(), "1"); err != nil || !cmp.Equal(want, read) {
		t.Errorf("read %+v, %v", read, err)
	}
	change("7", func(*ledger.Settings) {})
	for _, wrong := range []func(*ledger.Settings){
		func(s *ledger.Settings) { s.Check = "lax" },
		func(s *ledger.Settings) { s.Threshold = 1.1 },
		func(s *ledger.Settings) { s.Roles = []string{"@everyone"} },
		func(s *ledger.Settings) { s.Language = "no such" },
		func(s *ledger.Settings) { s.GuildBudget = -1 },
		func(s *ledger.Settings) { s.AuditChannel = "general" },
		func(s *ledger.Settings) { s.Revisions = 0 },
	} {
		if _, acts, err := l.Change(t.Context(), "1", "7", wrong); !errors.Is(err, ledger.ErrSetting) || acts != nil {
			t.Errorf("%+v, %v", acts, err)
		}
	}
	var told []string
	acts, total, err := l.Acts(t.Context(), "1", 10, 0)
	if err != nil || total != 7 {
		t.Errorf("%d acts, %v", total, err)
	}
	for _, a := range acts {
		told = append(told, a.User+" "+a.What+": "+a.Detail)
	}
	if diff := cmp.Diff([]string{
		" settings.user_budget: 0 -> 1000",
		" settings.channels: 11,12 -> none",
		" settings.private: false -> true",
		" settings.language: none -> pt-BR",
		"7 settings.threshold: 0.4 -> 0.75",
		"7 settings.channels: none -> 11,12",
		"7 settings.check: strict -> verbatim",
	}, told); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if page, total, err := l.Acts(t.Context(), "1", 2, 5); err != nil || total != 7 || len(page) != 2 || page[1] != acts[6] {
		t.Errorf("a page: %+v of %d, %v", page, total, err)
	}
	if _, total, err := l.Acts(t.Context(), "2", 10, 0); total != 0 || err != nil {
		t.Errorf("another guild reads %d acts, %v", total, err)
	}
}

// TestSet sets each setting from the text that All gives of it.
func TestSet(t *testing.T) {
	l, _ := open(t)
	s, err := l.Settings(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	unset := s.All()
	for _, set := range []ledger.Setting{
		{"check", "normal"}, {"language", "ko"}, {"private", "true"}, {"channels", "1,2"}, {"auto", "3"}, {"threshold", "0.25"},
		{"roles", "4"}, {"audit_channel", "5"}, {"guild_budget", "100000"}, {"user_budget", "5000"}, {"revisions", "3"},
	} {
		if err := s.Set(set.Name, set.Value); err != nil {
			t.Errorf("%+v: %v", set, err)
		}
		if all := s.All(); !cmp.Equal(set, all[slices.IndexFunc(all, func(one ledger.Setting) bool { return one.Name == set.Name })]) {
			t.Errorf("%+v: %+v", set, all)
		}
	}
	before := s.All()
	numbers := ""
	for i := range 101 {
		numbers += strconv.Itoa(i) + ","
	}
	for _, wrong := range []ledger.Setting{{"chekc", "strict"}, {"check", "lax"}, {"private", "perhaps"}, {"channels", "1,general"}, {"threshold", "NaN"},
		{"threshold", "-0.1"}, {"user_budget", "1e3"}, {"language", "?"}, {"auto", numbers}, {"revisions", "0"},
		{"revisions", "1001"}, {"revisions", "all"}} {
		if err := s.Set(wrong.Name, wrong.Value); !errors.Is(err, ledger.ErrSetting) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if diff := cmp.Diff(before, s.All()); diff != "" {
		t.Errorf("what is refused changes something:\n%s", diff)
	}
	for _, set := range before {
		if err := s.Set(set.Name, ""); err != nil {
			t.Errorf("clear %s: %v", set.Name, err)
		}
	}
	if diff := cmp.Diff(unset, s.All()); diff != "" {
		t.Errorf("cleared (-want +got):\n%s", diff)
	}
}
