package main

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"storybot/retrieval/record"
)

// TestBadInput gives the program what it cannot use: each time one clear
// sentence, perhaps with a line of advice, and status 1.
func TestBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "story.txt", "The harbour of Odda was closed on Monday.\n")
	write(t, "binary", "\x7fELF\x02\x01\x01\x00\x00\xff\xfe\x80")
	write(t, "empty.txt", "")
	write(t, "blank.txt", "\n \t\n\n")
	write(t, "headings.md", "# Nothing\n\n## At all\n")
	write(t, "closed.txt", "The harbour of Odda was closed on Monday.\n")
	write(t, "closed.db", "")
	for _, name := range []string{"closed.txt", "closed.db"} {
		if err := os.Chmod(name, 0); err != nil {
			t.Fatal(err)
		}
	}
	write(t, "damaged.db", strings.Repeat("This is a story.\n", 1000))
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	newer(t, "newer.db")
	succeed(t, nil, "sources", "list")

	for _, tt := range []struct {
		name   string
		args   []string
		stderr string // its first line
	}{
		{"empty question", []string{"ask", ""}, `^the question has no words$`},
		{"blank question", []string{"ask", " \n\t"}, `^the question has no words$`},
		{"punctuation", []string{"ask", "?!… — «»"}, `^the question has no words$`},
		{"emoji", []string{"ask", "😀🤷‍♀️🇰🇷"}, `^the question has no words$`},
		{"invisible characters", []string{"ask", "\u200b\u200d\ufeff"}, `^the question has no words$`},
		{"100 kB question", []string{"ask", strings.Repeat("Who is Peskov? ", 7000)}, `^the question has more than 2000 characters$`},
		{"100 kB of one letter", []string{"ask", strings.Repeat("a", 100_000)}, `^the question has more than 2000 characters$`},
		{"invalid UTF-8 question", []string{"ask", "Who is Pesk\xf6v?"}, `^the text is not valid UTF-8$`},
		{"binary file", []string{"sources", "add", "binary"}, `^binary: not text`},
		{"empty file", []string{"sources", "add", "empty.txt"}, `^empty.txt: there is no text in it$`},
		{"blank file", []string{"sources", "add", "blank.txt"}, `^blank.txt: there is no text in it$`},
		{"only headings", []string{"sources", "add", "headings.md"}, `^headings.md: there is no text in it$`},
		{"title not text", []string{"sources", "add", "--title", "\xff", "story.txt"}, `not text$`},
		{"directory", []string{"sources", "add", "folder"}, `^folder: not a file$`},
		{"missing file", []string{"sources", "add", "missing.txt"}, `^missing.txt: .*no such file or directory$`},
		{"unreadable file", []string{"sources", "add", "closed.txt"}, `^closed.txt: .*permission denied$`},
		{"database is a directory", []string{"ask", "--db", "folder", "Who?"}, `^open folder: the database cannot be opened`},
		{"database in no directory", []string{"ask", "--db", "no/c.db", "Who?"}, `^open no/c.db: the database cannot be opened`},
		{"password in the address of a database", []string{"ask", "--db", "postgres://bot:pa55@127.0.0.1:1/db", "Who?"}, `^open postgres://…@127.0.0.1:1/db: the database cannot be reached: dial tcp 127.0.0.1:1: connect: connection refused$`},
		{"unreadable database", []string{"ask", "--db", "closed.db", "Who?"}, `^open closed.db: the database cannot be opened`},
		{"not a database", []string{"ask", "--db", "damaged.db", "Who?"}, `^open damaged.db: the file is not a storybot database`},
		{"newer database", []string{"ask", "--db", "newer.db", "Who?"}, `^open newer.db: the database was made by a newer version`},
		{"unknown source", []string{"sources", "show", "nope"}, `^there is no such source or story$`},
		{"index is a file", []string{"ask", "--index", "story.txt", "Who is Peskov?"}, `story.txt: not a directory$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if os.Geteuid() == 0 && strings.HasPrefix(tt.name, "unreadable") {
				t.Skip("root may read everything")
			}
			got := invoke(t, t.Context(), nil, tt.args...)
			if got.status != statusFailed || got.stdout != "" {
				t.Errorf("exit status %d\n%s", got.status, got.stdout)
			}
			sentence, advice, _ := strings.Cut(strings.TrimSuffix(got.stderr, "\n"), "\n")
			if what, ok := strings.CutPrefix(sentence, "storybot: "); !ok || !regexp.MustCompile(tt.stderr).MatchString(what) {
				t.Errorf("got %q, want %s", sentence, tt.stderr)
			}
			if advice != "" && (!strings.HasPrefix(advice, "  ") || strings.Contains(advice, "\n")) {
				t.Errorf("advice is %q", advice)
			}
		})
	}

	// Nothing was lost, and nothing added.
	if list := succeed(t, nil, "sources", "list").stdout; strings.Count(list, "\n") != 2 {
		t.Errorf("sources:\n%s", list)
	}
	succeed(t, nil, "ask", "Who is Peskov?")
}

// newer makes a database of a later version.
func newer(t *testing.T, path string) {
	t.Helper()
	succeed(t, nil, "sources", "list", "--db", path)
	update(t, path, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO storybot_migrations (version, applied_at) VALUES (1000, 0)`)
		return err
	})
}

func update(t *testing.T, path string, write func(*sql.Tx) error) {
	t.Helper()
	db, err := record.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(t.Context(), write); err != nil {
		t.Fatal(err)
	}
}

// TestStoryIsNotObeyed has a story with what a terminal would act on: it is
// printed without.
func TestStoryIsNotObeyed(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", "The harbour of Odda was \x1b[31mclosed\x1b]0;title\a on\u009b Monday. It will stay so until the wind has calmed down.\n")
	for _, args := range [][]string{
		{"sources", "add", "--title", "The \x1b[2Jharbour", "harbour.txt"},
		{"sources", "list"},
		{"ask", "When was the harbour of Odda closed?"},
		{"ask", "What did the mayor of Odda say of the harbour?"},
	} {
		if got := succeed(t, nil, args...).stdout; strings.ContainsAny(got, "\x1b\a\u009b") {
			t.Errorf("%q prints %q", args, got)
		}
	}
}

// TestOtherProcessWrites asks while another process is in the midst of a long
// write: reading goes on, writing waits for its time and says why it failed.
func TestOtherProcessWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("waits five seconds for a lock")
	}
	t.Chdir(t.TempDir())
	write(t, "story.txt", "The harbour of Odda was closed on Monday.\n")
	succeed(t, nil, "ask", "Who is Peskov?")
	update(t, "storybot.db", func(*sql.Tx) error {
		succeed(t, nil, "ask", "--timeout", "3s", "Who is Peskov?")
		got := invoke(t, t.Context(), nil, "sources", "add", "story.txt")
		if got.status != statusFailed || !strings.HasPrefix(got.stderr, "storybot: the database is locked by another process") {
			t.Errorf("exit status %d\n%s", got.status, got.stderr)
		}
		return nil
	})
	succeed(t, nil, "sources", "add", "story.txt")
}

// TestInterrupted stops the program while it works, and while it waits for what is typed.
func TestInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	for signal, status := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143} {
		for _, args := range [][]string{{"ask", "Who is Peskov?"}, {"check", "-"}, {"sources", "import", "-"}} {
			ctx, stop := context.WithCancelCause(t.Context())
			stdin := unanswered{func() { stop(stopped{signal}) }}
			if args[0] == "ask" {
				stop(stopped{signal})
			}
			var stdout, stderr bytes.Buffer
			got := run(ctx, args, nil, stdin, &stdout, &stderr)
			if got != status || stdout.Len() > 0 || stderr.String() != "storybot: interrupted; nothing was lost\n" {
				t.Errorf("%q, %v: exit status %d\n%s", args, signal, got, &stderr)
			}
		}
	}
}

// An unanswered reader calls a function when it is read from, and gives nothing.
type unanswered struct{ asked func() }

func (u unanswered) Read([]byte) (int, error) {
	u.asked()
	select {}
}
