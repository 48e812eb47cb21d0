package record_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
)

// TestBackupWhileWriting copies a record again and again while a process writes to it:
// each copy holds all that was stored before, nothing by half, and only its owner may read
// it.
func TestBackupWhileWriting(t *testing.T) {
	folder := t.TempDir()
	path, to := filepath.Join(folder, "c.db"), filepath.Join(folder, "c.backup")
	writer, output := startWriter(t, path)
	defer func() {
		writer.Process.Kill()
		writer.Wait()
	}()
	acknowledged := make(map[record.Ref]string)
	for range 5 {
		for until := len(acknowledged) + 20; len(acknowledged) < until && output.Scan(); {
			acknowledge(acknowledged, output.Text())
		}
		e, err := record.Backup(t.Context(), path, to, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(to)
		if err != nil || info.Mode() != 0o600 || e.Sources != 1 || e.Stories != 3 || e.Bytes != info.Size() {
			t.Errorf("%+v, %v, %v", e, info, err)
		}
		copied := filepath.Join(t.TempDir(), "copy.db")
		if _, err := record.Restore(t.Context(), to, copied, false, nil); err != nil {
			t.Fatal(err)
		}
		db := openAt(t, copied)
		checkIntegrity(t, db)
		revisions := number(t, db, `SELECT COUNT(*) FROM revisions`)
		if got := number(t, db, `SELECT COUNT(*) FROM paragraphs`); got != revisions*written || version(t, db, "g") != int64(revisions) {
			t.Errorf("%d paragraphs and version %d with %d revisions", got, version(t, db, "g"), revisions)
		}
		for ref, text := range acknowledged {
			ref.Paragraph = 1
			if found, _, err := db.Paragraphs(t.Context(), "g", []record.Ref{ref}); err != nil || len(found) != 1 || !strings.HasPrefix(found[0].Text, text) {
				t.Fatalf("%v is not in the copy: %v, %v", ref, found, err)
			}
		}
	}
	if len(acknowledged) < 100 {
		t.Errorf("only %d were written", len(acknowledged))
	}
}

// large makes a record of several steps of copying, with a paragraph of that text.
func large(t *testing.T, path, text string) {
	t.Helper()
	db, err := record.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, db, file("g", "/a"), story("a", text, strings.Repeat("filler ", 650_000)))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// says is the first paragraph of the record that large has made.
func says(t *testing.T, path string) string {
	t.Helper()
	db, err := record.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	checkIntegrity(t, db)
	sources, err := db.Sources(t.Context(), "g")
	if err != nil || len(sources) != 1 {
		t.Fatal(sources, err)
	}
	stories, err := db.Stories(t.Context(), "g", sources[0].ID)
	if err != nil || len(stories) != 1 {
		t.Fatal(stories, err)
	}
	return stories[0].Paragraphs[0].Text
}

// copyAndStop is the process that TestKilledCopies kills: it backs up or restores, and
// stops for good at the step of that number, when it has told so.
func copyAndStop(what, from, to string, at int) error {
	do := record.Backup
	if what == "restore" {
		do = record.Restore
	}
	step := 0
	_, err := do(context.Background(), from, to, true, func(int, int) {
		if step++; step == at {
			fmt.Println("stopped")
			select {}
		}
	})
	return err
}

// TestKilledCopies kills a backup and a restore at each of their steps. The record, the
// backup that there was, and what is restored from stay whole, and the next one succeeds.
func TestKilledCopies(t *testing.T) {
	// A backup takes two steps; a restore as many for a copy to check, and two more, the
	// last of which replaces the record.
	for what, last := range map[string]int{"backup": 2, "restore": 4} {
		for at := 1; ; at++ {
			folder := t.TempDir()
			from, to := filepath.Join(folder, "from.db"), filepath.Join(folder, "to.db")
			large(t, from, "new")
			large(t, to, "old")
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), "RECORD_TEST_COPY="+what, "RECORD_TEST_FROM="+from, "RECORD_TEST_TO="+to, "RECORD_TEST_STEP="+fmt.Sprint(at))
			child.Stderr = os.Stderr
			output, err := child.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			said := make([]byte, len("stopped"))
			if _, err := io.ReadFull(output, said); err != nil { // it has no step of that number
				if err := child.Wait(); err != nil || at <= last {
					t.Errorf("%s without a stop at step %d: %v", what, at, err)
				}
				break
			}
			child.Process.Kill()
			child.Wait()
			got := says(t, from) + " " + says(t, to)
			if done := what == "restore" && at == last; !done && got != "new old" || done && got != "new new" {
				t.Errorf("%s, killed at step %d: %s", what, at, got)
			}
			if err := copyAndStop(what, from, to, 0); err != nil {
				t.Errorf("%s after one that was killed: %v", what, err)
			}
			if got := says(t, to); got != "new" {
				t.Errorf("%s after one that was killed: %s", what, got)
			}
		}
	}
}

// TestRestore puts a backup over a record, over nothing, over a damaged one, and over one
// whose process was killed. It has a new id each time, and what old logs hold does not come
// back.
func TestRestore(t *testing.T) {
	backup := filepath.Join(t.TempDir(), "backup")
	large(t, backup, "kept")
	killed := func(t *testing.T, path string) {
		writer, output := startWriter(t, path)
		for range 10 {
			output.Scan()
		}
		writer.Process.Kill()
		writer.Wait()
		if info, err := os.Stat(path + "-wal"); err != nil || info.Size() == 0 {
			t.Fatal("no log is left")
		}
	}
	ids := make(map[string]bool)
	for _, tt := range []struct {
		name string
		make func(t *testing.T, path string)
	}{
		{"a record", func(t *testing.T, path string) { large(t, path, "old") }},
		{"nothing", func(*testing.T, string) {}},
		{"a killed process's", killed},
		{"a log without a database", func(t *testing.T, path string) {
			killed(t, path)
			os.Remove(path)
		}},
		{"a damaged one with a log", func(t *testing.T, path string) {
			killed(t, path)
			os.Remove(path + "-shm")
			if err := os.WriteFile(path, bytes.Repeat([]byte("damaged "), 4096), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path+"-wal", []byte("damaged"), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"a newer one", newer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "c.db")
			tt.make(t, path)
			before, err := os.ReadFile(path)
			if err == nil {
				if _, err := record.Restore(t.Context(), backup, path, false, nil); !errors.Is(err, record.ErrOccupied) {
					t.Errorf("without force: %v", err)
				}
				if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
					t.Error("without force it was changed")
				}
			}
			if _, err := record.Restore(t.Context(), backup, path, err == nil, nil); err != nil {
				t.Fatal(err)
			}
			if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
				t.Errorf("the folder holds %v, %v", entries, err)
			}
			if got := says(t, path); got != "kept" {
				t.Errorf("restored: %s", got)
			}
			id := openAt(t, path).ID()
			if ids[id] || id == openAt(t, backup).ID() {
				t.Errorf("the id %s is another's", id)
			}
			ids[id] = true
		})
	}
}

// TestRestoreRefuses restores what is no backup of ours: the record stays.
func TestRestoreRefuses(t *testing.T) {
	whole, foreign := recordBytes(t), foreignBytes(t)
	write := func(content []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name string
		make func(t *testing.T, path string)
		want error
	}{
		{"nothing", func(*testing.T, string) {}, os.ErrNotExist},
		{"text", write([]byte(strings.Repeat("This is a story.\n", 1000))), record.ErrBackup},
		{"empty", write(nil), record.ErrBackup},
		{"truncated", write(whole[:len(whole)-4096]), record.ErrBackup},
		{"overwritten", write(append(whole[:len(whole)-4096:len(whole)], bytes.Repeat([]byte{0xff}, 4096)...)), record.ErrBackup},
		{"another program's", write(foreign), record.ErrBackup},
		{"what is beside a record", func(t *testing.T, path string) {
			beside, err := openAt(t, filepath.Join(filepath.Dir(path), "other.db")).Beside(t.Context(), "notes", notes("a"))
			if err != nil {
				t.Fatal(err)
			}
			write(closed(t, strings.TrimSuffix(path, "backup")+"other.notes", beside.Close))(t, path)
		}, record.ErrBackup},
		{"newer", newer, record.ErrNewer},
		{"directory", func(t *testing.T, path string) { os.Mkdir(path, 0o700) }, record.ErrUnreadable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			backup, path := filepath.Join(folder, "backup"), filepath.Join(folder, "c.db")
			tt.make(t, backup)
			large(t, path, "old")
			if _, err := record.Restore(t.Context(), backup, path, true, nil); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), backup) {
				t.Errorf("Restore: %v", err)
			}
			if got := says(t, path); got != "old" {
				t.Errorf("now it is %s", got)
			}
		})
	}
}

// TestRestoreInUse restores while the record is open, and opens it while it is restored.
func TestRestoreInUse(t *testing.T) {
	folder := t.TempDir()
	backup, path := filepath.Join(folder, "backup"), filepath.Join(folder, "c.db")
	large(t, backup, "new")
	large(t, path, "old")
	db := openAt(t, path)
	if _, err := record.Restore(t.Context(), backup, path, true, nil); !errors.Is(err, record.ErrInUse) {
		t.Errorf("while it is open: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	opened := make(chan string)
	begun := false
	_, err := record.Restore(t.Context(), backup, path, true, func(int, int) {
		if !begun {
			begun = true
			go func() {
				db, err := record.Open(context.Background(), path)
				if err != nil {
					opened <- err.Error()
					return
				}
				defer db.Close()
				opened <- db.ID()
			}()
		}
	})
	if err != nil {
		t.Error(err)
	}
	if got, want := <-opened, openAt(t, path).ID(); got != want {
		t.Errorf("who waited has %s, not %s", got, want)
	}
	if got := says(t, path); got != "new" {
		t.Errorf("restored: %s", got)
	}
}

// TestBackupRefuses copies what cannot be, or to where it cannot be: what is there stays,
// and nothing else is left.
// TestBackupSweeps has the next backup take away what a killed one has left, and not what
// another is writing.
func TestBackupSweeps(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	openAt(t, path)
	left, written := filepath.Join(dir, ".storybot-1"), filepath.Join(dir, ".storybot-2")
	for name, age := range map[string]time.Duration{left: 25 * time.Hour, written: time.Minute} {
		must(t, os.WriteFile(name, []byte("a copy"), 0o600))
		must(t, os.Chtimes(name, time.Time{}, time.Now().Add(-age)))
	}
	if _, err := record.Backup(t.Context(), path, filepath.Join(dir, "backup"), false, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what a killed backup has left is still there: %v", err)
	}
	if _, err := os.Stat(written); err != nil {
		t.Error(err)
	}
}

func TestBackupRefuses(t *testing.T) {
	folder := t.TempDir()
	path, taken, linked := filepath.Join(folder, "c.db"), filepath.Join(folder, "taken"), filepath.Join(folder, "link")
	large(t, path, "text")
	damaged := recordBytes(t)
	for name, content := range map[string][]byte{"taken": []byte("taken"), "damaged": append(damaged[:len(damaged)-4096:len(damaged)], bytes.Repeat([]byte{0xff}, 4096)...)} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(path, linked); err != nil {
		t.Skip(err)
	}
	ended, end := context.WithCancel(t.Context())
	defer end()
	for _, tt := range []struct {
		name, from, to string
		force          bool
		want           error
	}{
		{"a file is there", path, taken, false, record.ErrExists},
		{"no folder", path, filepath.Join(folder, "missing", "backup"), false, os.ErrNotExist},
		{"no record", filepath.Join(folder, "missing"), taken, true, os.ErrNotExist},
		{"a damaged record", filepath.Join(folder, "damaged"), taken, true, record.ErrNotDatabase},
		{"itself", path, linked, true, record.ErrSelf},
		{"ended", path, taken, true, context.Canceled},
	} {
		_, err := record.Backup(ended, tt.from, tt.to, tt.force, func(int, int) {
			if tt.name == "ended" {
				end()
			}
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	var names []string
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"c.db", "damaged", "link", "taken"}, names); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if content, err := os.ReadFile(taken); string(content) != "taken" || err != nil {
		t.Errorf("the file that was there: %.20q, %v", content, err)
	}
}
