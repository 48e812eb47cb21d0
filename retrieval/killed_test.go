package retrieval_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
// change. All paragraphs of a revision have its number in them.
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
		fmt.Println(i)
	}
}

// TestKilledWriter kills a process in the midst of its writing, again and
// again. Each time search answers from whole stories, as a new index would.
func TestKilledWriter(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	for range 12 {
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
		for until := 1 + random.IntN(30); until > 0 && lines.Scan(); until-- {
		}
		writer.Process.Kill()
		io.Copy(io.Discard, output)
		writer.Wait()

		db, corpus, err := openFiles(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
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
