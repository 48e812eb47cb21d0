package source_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

func TestSchedule(t *testing.T) {
	for text, want := range map[string]string{
		"every 30m": "every 30m", " Every  90m ": "every 1h30m", "every 1h": "every 1h", "every 24h": "every 24h", "every 5m": "every 5m",
		"daily 06:00": "daily 06:00", "DAILY 6:05": "daily 06:05", "manual": "",
		"": "!", "every 4m": "!", "every 9000h": "!", "every": "!", "every day": "!", "every -1h": "!", "daily": "!", "daily 24:00": "!",
		"daily 06:00 07:00": "!", "hourly": "!", "@every 1s": "!", "* * * * *": "!", "daily 06:00\n* * * * *": "!",
	} {
		got, err := source.Schedule(text)
		if err != nil {
			got = "!"
			if !errors.Is(err, source.ErrSchedule) {
				t.Errorf("%q: %v", text, err)
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzSchedule has what is read as a schedule be one that is read the same again,
// and that comes again.
func FuzzSchedule(f *testing.F) {
	f.Add("every 30m")
	f.Add("daily 06:00")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := source.Schedule(text)
		if err != nil || got == "" {
			return
		}
		if again, err := source.Schedule(got); err != nil || again != got {
			t.Errorf("%q is %q, and that %q, %v", text, got, again, err)
		}
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		if due := source.Next(got, now); !due.After(now) || due.Sub(now) > 366*24*time.Hour {
			t.Errorf("%q comes at %v", got, due)
		}
	})
}

// TestDue tells when a source is read next after what it has answered.
func TestDue(t *testing.T) {
	l, s := open(t), newSite(t) // it is noon
	k := l.keeper(t, s.config())
	s.html("/a", "The harbour", long("The harbour is closed."))
	id := l.add(t, k, "g", "http://news.example/a", source.Discord)
	due := func() string {
		t.Helper()
		src, err := l.Source(t.Context(), "g", id)
		if err != nil {
			t.Fatal(err)
		}
		if src.DueAt.IsZero() {
			return "never"
		}
		return src.DueAt.Sub(l.now()).String()
	}
	plan := func(schedule string) {
		t.Helper()
		if _, err := k.Plan(t.Context(), "g", id, schedule, -1, source.Discord); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	step := func(name string) { got = append(got, name+": "+due()) }
	step("added") // daily 06:00
	plan("every 5m")
	step("planned")
	l.later(5 * time.Minute)
	k.ServeDue(t.Context())
	step("read")
	s.status("/a", 500)
	for range 4 {
		l.later(24 * time.Hour)
		k.ServeDue(t.Context())
		step("failed")
	}
	s.status("/a", 429, "Retry-After", "7200")
	l.later(24 * time.Hour)
	k.ServeDue(t.Context())
	step("told to wait")
	plan("manual")
	step("manual")
	plan("daily 06:00")
	step("daily")
	s.status("/a", 410)
	refreshed(t, l.keeper(t, s.config()), "g", id)
	step("gone")
	want := []string{
		"added: 18h0m0s", "planned: 5m0s", "read: 5m0s", "failed: 5m0s", "failed: 10m0s", "failed: 20m0s", "failed: 40m0s",
		"told to wait: 2h0m0s", "manual: never", "daily: 17h55m0s", "gone: never",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestPlan has only what can be read again be planned, by who may.
func TestPlan(t *testing.T) {
	l, s := open(t), newSite(t)
	k := l.keeper(t, s.config())
	l.file(t, "g", "File", "One.")
	src, story, err := source.Pasted("Pasted", "One.")
	l.put(t, "g", src, story, err)
	l.put(t, retrieval.Shared, retrieval.Source{Kind: "bundled", Title: "Bundled", Location: "bundled.md"},
		retrieval.Story{Key: "b", Title: "Bundled", Paragraphs: []retrieval.Paragraph{{Text: "One."}}}, nil)
	for _, test := range []struct {
		guild, title, schedule string
		days                   int
		by                     source.Origin
		want                   error
	}{
		{"g", "File", "every 1h", -1, source.Terminal, nil},
		{"g", "File", "every 1h", -1, source.Discord, source.ErrTerminalOnly},
		{"g", "File", "hourly", -1, source.Terminal, source.ErrSchedule},
		{"g", "File", "", 36501, source.Terminal, source.ErrDays},
		{"g", "Pasted", "every 1h", -1, source.Terminal, source.ErrUploadAgain},
		{"g", "Pasted", "manual", 3, source.Discord, nil},
		{"", "Bundled", "every 1h", -1, source.Terminal, source.ErrBundled},
		{"g", "Bundled", "manual", -1, source.Terminal, retrieval.ErrNotFound},
		{"h", "File", "manual", -1, source.Terminal, retrieval.ErrNotFound},
	} {
		if _, err := k.Plan(t.Context(), test.guild, l.ids[test.title], test.schedule, test.days, test.by); !errors.Is(err, test.want) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// TestWrongClock has what was planned while the clock was wrong be read when it is right
// again, and nothing before its time.
func TestWrongClock(t *testing.T) {
	l, s := open(t), newsroom(t)
	k := l.keeper(t, s.config())
	s.html("/page", "The plan", long("The plan is secret."))
	page, feed := l.add(t, k, "g", "http://news.example/page", source.Discord), l.add(t, k, "g", feedAddress, source.Discord)
	if _, err := k.Plan(t.Context(), "g", page, "every 48h", -1, source.Discord); err != nil {
		t.Fatal(err)
	}
	k.ServeDue(t.Context())
	s.requests()
	k.ServeDue(t.Context())
	if got := s.requests(); len(got) > 0 {
		t.Errorf("read before their time: %q", got)
	}
	const wrong = 10 * 365 * 24 * time.Hour
	l.later(wrong)
	refreshed(t, k, "g", page)
	refreshed(t, k, "g", feed)
	l.later(-wrong)
	s.requests()
	k.ServeDue(t.Context())
	var got []string
	for _, path := range s.requests() {
		path, _, _ = strings.Cut(path, " ")
		got = append(got, path)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"/a", "/b", "/c", "/feed.xml", "/page"}, got); diff != "" {
		t.Error(diff)
	}
	for _, id := range []string{page, feed} {
		if src, err := l.Source(t.Context(), "g", id); err != nil || src.DueAt.Sub(l.now()) > 48*time.Hour {
			t.Errorf("%s is due %v, %v", src.Kind, src.DueAt, err)
		}
	}
}
