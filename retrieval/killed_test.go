package retrieval_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

// TestMain is also the other process that a test needs: the test binary run
// again, with a folder to write to.
func TestMain(m *testing.M) {
	if dir := os.Getenv("RETRIEVAL_TEST_WRITER"); dir != "" {
		if err := writeForEver(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// openFiles opens the corpus in the folder.
func openFiles(ctx context.Context, dir string) (*record.DB, *retrieval.Corpus, error) {
	db, err := record.Open(ctx, filepath.Join(dir, "c.db"))
	if err != nil {
		return nil, nil, err
	}
	return db, retrieval.Open(db, filepath.Join(dir, "c.index"), slog.New(slog.NewTextHandler(io.Discard, nil))), nil
}

// writeForEver puts, revises and removes stories, and prints a line after each
// change. All paragraphs of a revision have its number in them. In between it
// refreshes a feed: see feedOf.
func writeForEver(dir string) error {
	ctx := context.Background()
	_, corpus, err := openFiles(ctx, dir)
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		var texts []string
		for range 1 + i%6 {
			texts = append(texts, fmt.Sprintf("Harbour revision%d.", i)+strings.Repeat(" Filler of a page.", 50*(i%3)))
		}
		change, err := corpus.Put(ctx, source("g", fmt.Sprint("/", i%4)), []retrieval.Story{story("a", texts...), story("b", texts...)})
		if err != nil {
			return err
		}
		if i%5 == 4 {
			if _, err := corpus.Remove(ctx, "g", change.Source); err != nil {
				return err
			}
		}
		for batch := range slices.Chunk(feedOf(i), 10) {
			if _, err := corpus.Put(ctx, source("feed", "/feed"), batch); err != nil {
				return err
			}
		}
		fmt.Println(i)
	}
}

// feedOf is a revision of a feed of 40 stories. All paragraphs of it have its
// number in them, and how many the story has.
func feedOf(revision int) (stories []retrieval.Story) {
	for s := range 40 {
		n := 1 + (revision+s)%4
		texts := slices.Repeat([]string{fmt.Sprintf("Ferry revision%d of %d.", revision, n)}, n)
		stories = append(stories, story(fmt.Sprint(s), texts...))
	}
	return stories
}

// TestKilledWriter kills a process in the midst of its writing, again and
// again. Each time search answers from whole stories, as a new index would, no
// file is damaged, and the feed can be refreshed.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		writer := exec.Command(os.Args[0])
		writer.Env = append(os.Environ(), "RETRIEVAL_TEST_WRITER="+dir)
		writer.Stderr = os.Stderr
		output, err := writer.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(output)
		for until := 1 + random.IntN(4); until > 0 && lines.Scan(); until-- {
		}
		<-time.After(time.Duration(random.IntN(30_000)) * time.Microsecond) // into the next round
		writer.Process.Kill()
		io.Copy(io.Discard, output)
		writer.Wait()

		db, corpus, err := openFiles(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		checkFeed(t, corpus)
		checkIntegrity(t, dir)
		refreshed := feedOf(random.IntN(1000))
		if _, err := corpus.Put(t.Context(), source("feed", "/feed"), refreshed); err != nil {
			t.Error(err)
		}
		checkFeed(t, corpus)
		healed := harbours(t, corpus)
		checkWhole(t, db, healed)
		if err := corpus.Reindex(t.Context(), "g"); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(harbours(t, corpus), healed); diff != "" {
			t.Errorf("unlike a new index: %s", diff)
		}
		corpus.Close()
		db.Close()
	}
}

// checkFeed has search find each story of the feed in one revision, all of it.
func checkFeed(t *testing.T, corpus *retrieval.Corpus) {
	t.Helper()
	sources, err := corpus.Sources(t.Context(), "feed")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	stories, err := corpus.Stories(t.Context(), "feed", sources[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stories {
		result, err := corpus.Search(t.Context(), retrieval.Query{Guild: "feed", Text: "ferry", Scope: retrieval.Scope{Story: s.ID}, Limit: 10})
		if err != nil || len(result.Passages) == 0 {
			t.Fatalf("story %s is not found: %v", s.Key, err)
		}
		for _, p := range result.Passages {
			if p.Text != result.Passages[0].Text || !strings.HasSuffix(p.Text, fmt.Sprintf(" of %d.", len(result.Passages))) {
				t.Errorf("story %s: %q among %d passages", s.Key, p.Text, len(result.Passages))
			}
		}
	}
}

// checkIntegrity has SQLite look at the record and at all index files.
func checkIntegrity(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "c.index", "*.db"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range append(files, filepath.Join(dir, "c.db")) {
		db, err := sql.Open("sqlite3", "file:"+file)
		if err != nil {
			t.Fatal(err)
		}
		var found string
		if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&found); err != nil || found != "ok" {
			t.Errorf("%s: %s, %v", filepath.Base(file), found, err)
		}
		db.Close()
	}
}

// harbours are the passages that the writer's stories have.
func harbours(t *testing.T, corpus *retrieval.Corpus) map[record.Ref]string {
	t.Helper()
	result, err := corpus.Search(t.Context(), retrieval.Query{Guild: "g", Text: "harbour", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[record.Ref]string)
	for _, p := range result.Passages {
		texts[p.Ref] = p.Text
	}
	return texts
}

// checkWhole has the passages be those of the newest revisions: 48 at most, so
// that a search finds them all.
func checkWhole(t *testing.T, db *record.DB, passages map[record.Ref]string) {
	t.Helper()
	newest := make(map[record.Ref]string)
	err := db.Snapshot(t.Context(), "g", func(s *record.Snapshot) error {
		heads, err := s.Heads(t.Context())
		if err != nil {
			return err
		}
		var ids []string
		for _, head := range heads {
			ids = append(ids, head.Story)
		}
		return s.Each(t.Context(), ids, func(story record.Story) error {
			for _, p := range story.Paragraphs {
				newest[record.Ref{Story: story.ID, Revision: story.Revision, Paragraph: p.Number}] = p.Text
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(newest, passages); diff != "" {
		t.Errorf("unlike the record: %s", diff)
	}
}
