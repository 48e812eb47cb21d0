package source_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

// TestMain is also the other process that a test needs: the test binary run again,
// which refreshes all sources in a folder.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SOURCE_TEST_REFRESHER"); dir != "" {
		if err := refreshAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func openFolder(ctx context.Context, dir string) (*record.DB, *retrieval.Corpus, *source.Keeper, error) {
	db, err := record.Open(ctx, filepath.Join(dir, "c.db"))
	if err != nil {
		return nil, nil, nil, err
	}
	log := slog.New(slog.DiscardHandler)
	corpus := retrieval.Open(db, filepath.Join(dir, "c.index"), log)
	client := fetch.New(fetch.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	keeper := source.New(source.Config{Corpus: corpus, Client: client, Log: log})
	source.SetLease(keeper, 100*time.Millisecond) // so that who follows a killed one does not wait
	return db, corpus, keeper, nil
}

func refreshAll(dir string) error {
	_, _, keeper, err := openFolder(context.Background(), dir)
	if err != nil {
		return err
	}
	_, err = keeper.Refresh(context.Background(), "g", source.Terminal, nil)
	return err
}

// generation is what marks the texts of one state of the site.
var generation = regexp.MustCompile(`Generation(\d+)`)

// TestKilledRefresh kills a process that refreshes a feed of 500 stories, twenty times
// at random. Each time every story is wholly as it was or as it is, search answers
// from what is stored, nothing is damaged; and in the end a refresh completes.
func TestKilledRefresh(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	const stories, paragraphs, kills = 500, 3, 20
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(7, 7))
	s := newSite(t)
	var now, requests, killAt atomic.Int64
	kill := make(chan bool, 1)
	var entries [][2]string
	for i := range stories {
		path := fmt.Sprintf("/%03d", i)
		entries = append(entries, [2]string{path, fmt.Sprintf("Story %d", i)})
		s.serve(path, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) == killAt.Load() {
				kill <- true
			}
			var texts []string
			for p := range paragraphs {
				texts = append(texts, fmt.Sprintf("Lighthouse%d has Generation%d in part %d.", i, now.Load(), p))
			}
			document("text/plain", strings.Join(texts, "\n\n"))(w, r) // quick to read
		})
	}
	s.serve("/feed.xml", document("application/rss+xml", strings.ReplaceAll(feed(entries...), "http://news.example", s.URL)))

	db, corpus, keeper, err := openFolder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	found, err := keeper.Look(t.Context(), "g", s.URL+"/feed.xml", source.Terminal)
	if err != nil {
		t.Fatal(err)
	}
	change, err := keeper.Add(t.Context(), found)
	if err != nil {
		t.Fatal(err)
	}
	for range kills {
		now.Add(1)
		requests.Store(0)
		killAt.Store(int64(random.IntN(stories)))
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "SOURCE_TEST_REFRESHER="+dir)
		child.Stderr = os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		select {
		case <-kill:
			// It goes on for a moment, so that it is killed in the midst of anything.
			<-time.After(time.Duration(random.IntN(40)) * time.Millisecond)
			child.Process.Kill()
			<-ended
		case err := <-ended:
			if err != nil || killAt.Load() > 0 {
				t.Fatalf("the refresh was not killed: %v", err)
			}
		}
		whole(t, corpus, change.Source, now.Load())
		intact(t, dir)
	}
	reports, err := keeper.Refresh(t.Context(), "g", source.Terminal, nil)
	if err != nil || reports[0].Failed > 0 || reports[0].Added+reports[0].Changed+reports[0].Unchanged != stories {
		t.Fatalf("the last refresh: %+v, %v", reports, err)
	}
	all, err := corpus.Stories(t.Context(), "g", change.Source)
	if err != nil {
		t.Fatal(err)
	}
	for _, story := range all {
		if got := generation.FindStringSubmatch(story.Paragraphs[0].Text)[1]; got != fmt.Sprint(now.Load()) {
			t.Errorf("%s is of generation %s", story.Title, got)
		}
	}
	corpus.Close()
	db.Close()
}

// whole has each story be of one generation, and be found as it is stored.
func whole(t *testing.T, corpus *retrieval.Corpus, id string, newest int64) {
	t.Helper()
	stories, err := corpus.Stories(t.Context(), "g", id)
	if err != nil {
		t.Fatal(err)
	}
	for i, story := range stories {
		marks := make(map[string]bool)
		for _, p := range story.Paragraphs {
			for _, m := range generation.FindAllStringSubmatch(p.Text, -1) {
				marks[m[1]] = true
			}
		}
		if len(marks) != 1 || len(story.Paragraphs) != 3 {
			t.Errorf("generation %d: %s is of %d generations, with %d paragraphs", newest, story.Title, len(marks), len(story.Paragraphs))
		}
		if i%50 != 0 {
			continue
		}
		name := regexp.MustCompile(`Lighthouse\d+`).FindString(story.Paragraphs[0].Text)
		found, err := corpus.Search(t.Context(), retrieval.Query{Guild: "g", Text: name, Limit: 3})
		if err != nil || len(found.Passages) == 0 {
			t.Fatalf("%s is not found: %v", name, err)
		}
		for _, p := range found.Passages {
			if p.Story != story.ID || p.Revision != story.Revision {
				t.Errorf("%s: found revision %d of %s, stored is %d of %s", name, p.Revision, p.Story, story.Revision, story.ID)
			}
		}
	}
}

// intact has SQLite check the record and the indexes.
func intact(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "c.index", "*.db"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range append(files, filepath.Join(dir, "c.db")) {
		db, err := sql.Open("sqlite3", "file:"+path+"?mode=ro")
		if err != nil {
			t.Fatal(err)
		}
		var says string
		if err := db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&says); err != nil || says != "ok" {
			t.Errorf("%s: %s, %v", filepath.Base(path), says, err)
		}
		db.Close()
	}
}
