package record_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// TestMain is also the other process that some tests need: the test binary
// run again, with a database to write to or to copy.
func TestMain(m *testing.M) {
	if what := os.Getenv("RECORD_TEST_COPY"); what != "" {
		step, _ := strconv.Atoi(os.Getenv("RECORD_TEST_STEP"))
		if err := copyAndStop(what, os.Getenv("RECORD_TEST_FROM"), os.Getenv("RECORD_TEST_TO"), step); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if path := os.Getenv("RECORD_TEST_WRITER"); path != "" {
		if err := writeForEver(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// written is how many paragraphs each revision of writeForEver's has.
const written = 5

// writeForEver prints the record's id, then, as soon as it is stored, each
// revision as "story revision text": the text that its paragraphs begin with.
func writeForEver(path string) error {
	ctx := context.Background()
	db, err := record.Open(ctx, path)
	if err != nil {
		return err
	}
	fmt.Println(db.ID())
	for i := 0; ; i++ {
		text := fmt.Sprintf("%d-%d", os.Getpid(), i)
		stored := story(fmt.Sprint(i % 3))
		for p := range written {
			long := strings.Repeat(" filler", 100*(i%5)) // several pages, at times
			stored.Paragraphs = append(stored.Paragraphs, record.Paragraph{Text: fmt.Sprintf("%s-%d%s", text, p, long)})
		}
		change, err := db.Put(ctx, file("g", "/a"), []record.Story{stored})
		if err != nil {
			return err
		}
		found, err := db.FindStory(ctx, "g", append(change.Added, change.Changed...)[0])
		if err != nil {
			return err
		}
		fmt.Println(found.ID, found.Revision, text)
	}
}

// startWriter starts writeForEver as a process; its output ends when it does.
func startWriter(t *testing.T, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), "RECORD_TEST_WRITER="+path)
	writer.Stderr = os.Stderr
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	return writer, bufio.NewScanner(output)
}

// TestKilledWriterLosesNothing kills a process in the midst of its writing,
// from before it has made the file on.
func TestKilledWriterLosesNothing(t *testing.T) {
	path := recordtest.Name(t)
	random := rand.New(rand.NewPCG(1, 2))
	acknowledged := make(map[record.Ref]string) // by the first paragraph
	for round := range 20 {
		writer, output := startWriter(t, path)
		lines := 0
		for until := random.IntN(10) * round; lines < until && output.Scan(); lines++ {
			acknowledge(acknowledged, output.Text())
		}
		writer.Process.Kill()
		for output.Scan() { // what it printed before it died
			acknowledge(acknowledged, output.Text())
		}
		writer.Wait()
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was written")
	}

	db := openAt(t, path)
	checkIntegrity(t, db)
	for ref, text := range acknowledged {
		var refs []record.Ref
		for p := range written {
			refs = append(refs, record.Ref{Story: ref.Story, Revision: ref.Revision, Paragraph: p + 1})
		}
		passages, _, err := db.Paragraphs(t.Context(), "g", refs)
		if err != nil || len(passages) != written {
			t.Fatalf("%v: %d paragraphs, %v", ref, len(passages), err)
		}
		for p, passage := range passages {
			if !strings.HasPrefix(passage.Text, fmt.Sprintf("%s-%d", text, p)) {
				t.Errorf("%v: %.40q, want %q", passage.Ref, passage.Text, text)
			}
		}
	}
	revisions := number(t, db, `SELECT COUNT(*) FROM revisions`)
	if got := number(t, db, `SELECT COUNT(*) FROM paragraphs`); got != revisions*written {
		t.Errorf("%d paragraphs in %d revisions", got, revisions)
	}
	if got := version(t, db, "g"); got != int64(revisions) {
		t.Errorf("version %d after %d revisions", got, revisions)
	}
}

// acknowledge enters a line of writeForEver's; the first of each process, and
// one that the kill cut off, say nothing.
func acknowledge(acknowledged map[record.Ref]string, line string) {
	var ref record.Ref
	var text string
	if n, _ := fmt.Sscan(line, &ref.Story, &ref.Revision, &text); n == 3 {
		acknowledged[ref] = text
	}
}

func checkIntegrity(t *testing.T, db *record.DB) {
	t.Helper()
	if recordtest.Remote() {
		return // PostgreSQL checks itself
	}
	err := db.View(t.Context(), func(tx *sql.Tx) error {
		var result string
		if err := tx.QueryRow(`PRAGMA integrity_check`).Scan(&result); err != nil || result != "ok" {
			t.Errorf("integrity: %s, %v", result, err)
		}
		if err := tx.QueryRow(`PRAGMA foreign_key_check`).Scan(&result); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("foreign keys: %s, %v", result, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestProcessesCreateOneRecord has several processes create the same file at
// once: all succeed, and have the same record.
func TestProcessesCreateOneRecord(t *testing.T) {
	for range 5 {
		path := recordtest.Name(t)
		var writers []*exec.Cmd
		var outputs []*bufio.Scanner
		for range 4 {
			writer, output := startWriter(t, path)
			writers, outputs = append(writers, writer), append(outputs, output)
		}
		var ids []string
		for _, output := range outputs {
			if !output.Scan() {
				t.Error("a process failed")
			}
			ids = append(ids, output.Text())
		}
		for _, writer := range writers {
			writer.Process.Kill()
			writer.Wait()
		}
		for _, id := range ids {
			if id == "" || id != ids[0] {
				t.Errorf("records %q", ids)
			}
		}
	}
}

// TestTwoHandlesWrite has two handles, as two processes have them, write to
// one source and to their own at once: no write fails or is lost.
func TestTwoHandlesWrite(t *testing.T) {
	const each = 50
	path := recordtest.Name(t)
	handles := []*record.DB{openAt(t, path), openAt(t, path)}
	var writers sync.WaitGroup
	for h, db := range handles {
		writers.Go(func() {
			for i := range each {
				_, both := db.Put(t.Context(), file("g", "/both"), []record.Story{story("a", fmt.Sprint(h, i))})
				_, own := db.Put(t.Context(), file("g", fmt.Sprint("/own", h)), []record.Story{story(fmt.Sprint(i), "text")})
				if err := errors.Join(both, own); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if got := version(t, handles[0], "g"); got != 4*each {
		t.Errorf("version %d, want %d", got, 4*each)
	}
	want := [][2]any{{"sources", 3}, {"stories", 2*each + 1}, {"revisions", 4 * each}, {"paragraphs", 4 * each}}
	if diff := cmp.Diff(want, counts(t, handles[1])); diff != "" {
		t.Error(diff)
	}
}

// TestReadersSeeOldOrNew reads two stories while both are replaced: never one
// new and one old, never a part.
func TestReadersSeeOldOrNew(t *testing.T) {
	db := open(t)
	state := func(i int) []record.Story {
		texts := make([]string, 1+i%7)
		for p := range texts {
			texts[p] = fmt.Sprint(i)
		}
		return []record.Story{story("a", texts...), story("b", texts...)}
	}
	source := put(t, db, file("g", "/a"), state(0)...).Source
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 6 {
		readers.Go(func() {
			for last := 0; ; {
				stories, err := db.Stories(t.Context(), "g", source)
				if err != nil {
					t.Error(err)
					return
				}
				now := stories[0].Revision - 1
				if diff := cmp.Diff(texts(state(now)), texts(stories)); diff != "" || now < last {
					t.Errorf("after %d: %s", last, diff)
					return
				}
				last = now
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 200 {
		put(t, db, file("g", "/a"), state(i+1)...)
	}
	close(done)
	readers.Wait()
}

func texts(stories []record.Story) (all [][]string) {
	for _, s := range stories {
		var own []string
		for _, p := range s.Paragraphs {
			own = append(own, p.Text)
		}
		all = append(all, own)
	}
	return all
}

// TestFullDisk bounds the file's size, to which SQLite says what it says to a
// full disk: the write fails as a whole, and works again when there is room.
func TestFullDisk(t *testing.T) {
	recordtest.OnlyFile(t)
	db := open(t)
	source := put(t, db, file("g", "/a"), story("a", "old")).Source
	execute(t, db, `PRAGMA max_page_count = 1`) // which SQLite takes as: no more than now
	large := story("a", "new", strings.Repeat("text ", 100_000))

	if _, err := db.Put(t.Context(), file("g", "/a"), []record.Story{story("b", "fits"), large}); !errors.Is(err, record.ErrFull) {
		t.Fatalf("Put: %v", err)
	}
	stories, err := db.Stories(t.Context(), "g", source)
	if diff := cmp.Diff([][]string{{"old"}}, texts(stories)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if got := version(t, db, "g"); got != 1 {
		t.Errorf("version %d", got)
	}
	execute(t, db, `PRAGMA max_page_count = 1000000`)
	put(t, db, file("g", "/a"), large)
}

func TestReadOnlyFile(t *testing.T) {
	recordtest.OnlyFile(t)
	db := open(t)
	put(t, db, file("g", "/a"), story("a", "old"))
	execute(t, db, `PRAGMA query_only = on`) // the code of a read-only file, for root too
	if _, err := db.Put(t.Context(), file("g", "/a"), []record.Story{story("a", "new")}); !errors.Is(err, record.ErrUnreadable) {
		t.Errorf("Put: %v", err)
	}
	if sources, err := db.Sources(t.Context(), "g"); err != nil || len(sources) != 1 {
		t.Errorf("Sources: %v, %v", sources, err)
	}
}

// TestLockedRecord holds the write lock, as a long import does: another
// process opens the record and reads, and only its writes fail.
func TestLockedRecord(t *testing.T) {
	recordtest.OnlyFile(t)
	path := recordtest.Name(t)
	holder := openAt(t, path)
	if _, err := holder.Seed(t.Context(), file("g", "/seed"), nil); err != nil {
		t.Fatal(err)
	}
	impatient := openAt(t, path)
	err := holder.Update(t.Context(), func(*sql.Tx) error {
		other := openAt(t, path)
		if _, err := other.Sources(t.Context(), "g"); err != nil {
			t.Errorf("Sources: %v", err)
		}
		if _, err := other.Seed(t.Context(), file("g", "/seed"), nil); err != nil {
			t.Errorf("Seed: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		start := time.Now()
		if _, err := impatient.Put(ctx, file("g", "/a"), nil); !errors.Is(err, record.ErrBusy) {
			t.Errorf("Put: %v", err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("Put waited %v, longer than its context", took)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
