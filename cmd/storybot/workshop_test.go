package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"storybot/bot/discord/local"
)

// A workshop is a folder in which the commands that the documentation shows can be
// carried out: with the files and stories that they name, an example.org, and a
// Discord.
type workshop struct {
	dir     string
	files   fs.FS // of the one that others are copied from
	environ []string
	shared  string // ids of sources: a shared one, and one of guild's
	own     string
	site    string // stands in for https://example.org
	discord *local.Server
}

// guild is the server of all examples.
const guild = "81384788765712384"

const theTitle = `# The title

The mayor paid for the new bridge of Odda, the council said on 8 July 2024.

The bridge opened in May. It cost two million crowns, and the mayor paid for it.
`

// workshopFiles are in the folder, beside data/.
var workshopFiles = map[string]string{
	"report.md":   "# The report\n\nThe council met on Monday.\n",
	"report.txt":  "The council met on Monday.\n",
	"news.md":     "# The news\n\nThe harbour was closed on Monday.\n",
	"rules.md":    "# The rules\n\nBe kind to others.\n",
	"article.txt": "The mayor paid for the new bridge of Odda.\n",
	"title.md":    theTitle,
	"another.md":  strings.ReplaceAll(strings.Replace(theTitle, "The title", "Another title", 1), "bridge", "road"),
	"token.txt":   secretToken + "\n",
}

// exampleSite are the pages of https://example.org.
func exampleSite(w http.ResponseWriter, r *http.Request) {
	var paragraphs strings.Builder
	for _, what := range []string{"harbour", "bridge", "school", "road to the lake", "library", "market"} {
		fmt.Fprintf(&paragraphs, "<p>The council of Odda met on Monday and spoke about the %[1]s. Two members asked what the %[1]s would cost the town, and who is to pay for it; the mayor answered that this year nobody has to.</p>\n", what)
	}
	switch {
	case r.URL.Path == "/robots.txt":
		http.NotFound(w, r)
	case strings.HasSuffix(r.URL.Path, ".xml"):
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>News</title><item><title>One</title><link>http://%s/one</link></item></channel></rss>`, r.Host)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<html><head><title>The council</title></head><body><article><h1>The council</h1>\n%s</article></body></html>", &paragraphs)
	}
}

// newWorkshop is a fresh copy of the workshop that the tests of this process share.
func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	if raced {
		t.Skip("the commands are carried out without the race detector")
	}
	template, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	w := *template
	w.dir = t.TempDir()
	if err := os.CopyFS(w.dir, template.files); err != nil {
		t.Fatal(err)
	}
	update(t, filepath.Join(w.dir, "storybot.db"), func(tx *sql.Tx) error {
		_, err := tx.Exec(`UPDATE sources SET location = REPLACE(location, ?, ?)`, template.dir, w.dir)
		return err
	})
	data, err := filepath.Abs("../../data")
	if err == nil {
		err = os.Symlink(data, filepath.Join(w.dir, "data"))
	}
	if err != nil {
		t.Fatal(err)
	}

	site := httptest.NewServer(http.HandlerFunc(exampleSite))
	t.Cleanup(site.Close)
	w.site = site.URL
	w.discord = local.New(local.Options{Token: secretToken, Name: "storybot", Now: time.Now})
	api := httptest.NewServer(w.discord)
	t.Cleanup(func() { w.discord.Close(); api.Close() })
	w.discord.AddGuild("Readers", w.discord.AddUser("ann"))
	w.environ = append(template.environ, "DISCORD_API_URL="+api.URL+"/api", "STORYBOT_FETCH_ALLOW=127.0.0.0/8", "TMPDIR="+t.TempDir())
	return &w
}

// prepared is the workshop that others are copied from: its files, and no servers.
var prepared = sync.OnceValues(func() (*workshop, error) {
	dir, err := os.MkdirTemp("", "storybot-workshop-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	w := &workshop{dir: dir, environ: []string{"PATH=" + os.Getenv("PATH")}}
	for name, content := range workshopFiles {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	questions, err := os.ReadFile("../../data/questions.en.json")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"squad.json", "xquad.en.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), questions, 0o600); err != nil {
			return nil, err
		}
	}
	sourceID := regexp.MustCompile(`source ([a-z2-7]+)`)
	for _, line := range []string{
		"storybot sources add --date 2024-07-08 title.md",     // the ids of this one,
		"storybot sources add --guild " + guild + " rules.md", // and of this one
		"storybot sources add another.md",
		"cat title.md > changed.md; echo 'It has four lanes.' >> changed.md; mv changed.md title.md; storybot sources refresh",
		"storybot sources export --guild " + guild + " server.json; gzip --keep server.json",
		"storybot ask 'Who paid for the bridge?'",
		"cp storybot.db storybot-2026-11-20.db",
	} {
		said, err := w.run(context.Background(), line)
		if err != nil {
			return nil, err
		}
		if id := sourceID.FindStringSubmatch(said); id != nil && w.shared == "" {
			w.shared = id[1]
		} else if id != nil && w.own == "" {
			w.own = id[1]
		}
	}
	files := make(fstest.MapFS)
	w.files = files
	return w, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir+"/")] = &fstest.MapFile{Data: content, Mode: 0o600}
		return err
	})
})

// run has a shell carry out a line in the folder, and gives what it prints.
func (w *workshop) run(ctx context.Context, line string) (stdout string, err error) {
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", line)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.dir, w.environ, &out, &complaints
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s\n%w\n%s%s", line, err, &out, &complaints)
	}
	return out.String(), nil
}

var (
	// prefix is what stands before storybot in a line: another command, and settings of
	// its environment.
	prefix = `((?:^|\| )(?:[A-Z_]+=\S+ )*)`
	// elsewhere are the ways to run storybot from source, and inside one in a container,
	// which has the token.
	elsewhere = regexp.MustCompile(prefix + `(?:go run -tags sqlite_fts5 \./cmd/storybot|\./storybot)\b`)
	inside    = regexp.MustCompile(prefix + `docker compose -f \S+ (?:exec storybot /storybot|run --rm storybot)\b`)
	asAnother = regexp.MustCompile(`^sudo (?:-u storybot )?((?:[A-Z_]+=\S+ )*storybot )`)
	ours      = regexp.MustCompile(prefix + `storybot\b`)
	lasting   = regexp.MustCompile(prefix + `storybot (serve|demo)\b`)
)

// command is a line of the documentation as it can be carried out here; "" when it is
// another program's.
func (w *workshop) command(line string) string {
	line = elsewhere.ReplaceAllString(line, "${1}storybot")
	line = inside.ReplaceAllString(line, "${1}DISCORD_TOKEN_FILE=token.txt storybot")
	line = asAnother.ReplaceAllString(line, "$1")
	if !ours.MatchString(line) {
		return ""
	}
	source := w.shared
	if strings.Contains(line, guild) {
		source = w.own
	}
	line = strings.NewReplacer("SOURCE", source, "k3v9x2m4p6q7a", source, "https://example.org", w.site, "/var/lib/storybot/", "", "/var/backups/", "", "/data/", "", "127.0.0.1:9090", "127.0.0.1:0", "/etc/storybot/discord-token", "token.txt").Replace(line)
	if strings.Contains(line, "sources add") && strings.Contains(line, "http://") && !strings.Contains(line, "--yes") {
		line = strings.Replace(line, "sources add", "sources add --yes", 1) // nobody can be asked here
	}
	if strings.Contains(line, "storybot demo") {
		line = strings.Replace(line, "storybot demo", "storybot demo --addr 127.0.0.1:0", 1)
		line = strings.Replace(line, " --open", "", 1)
	}
	if strings.Contains(line, "storybot loadtest") { // a little load will do
		line, _, _ = strings.Cut(line, " #")
		line = regexp.MustCompile(`--within \S+`).ReplaceAllString(line, "--within 1us")
		line = regexp.MustCompile(`--growth \S+`).ReplaceAllString(line, "--growth 1,2")
		line += " --guilds 2 --paragraphs 100 --rate 5 --duration 1s"
	}
	return line
}

// do carries out a line of the documentation, and gives what it prints. What runs until
// it is interrupted is, once it does what it is there for.
func (w *workshop) do(t *testing.T, line string) (stdout string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	command := w.command(line)
	if command == "" {
		t.Fatalf("%s: no command of ours", line)
	}
	do := w.run
	if lasting.MatchString(command) {
		do = w.runLasting
	}
	stdout, err := do(ctx, command)
	if err != nil {
		t.Errorf("%s: %v", line, err)
	}
	if strings.Contains(stdout, "s3cret") {
		t.Errorf("%s prints a secret: %s", line, stdout)
	}
	return stdout
}

// runLasting starts a line, waits for what it is to do, and interrupts it.
func (w *workshop) runLasting(ctx context.Context, line string) (stdout string, err error) {
	line = lasting.ReplaceAllString(line, "${1}exec storybot $2")
	var complaints bytes.Buffer
	said := make(talk)
	cmd := exec.CommandContext(ctx, "bash", "-c", line)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.dir, w.environ, said, &complaints
	if err := cmd.Start(); err != nil {
		return "", err
	}
	running, end := context.WithCancel(ctx)
	exit := make(chan error, 1)
	go func() {
		exit <- cmd.Wait()
		end()
	}()
	if strings.Contains(line, "storybot serve") {
		err = w.discord.Online(running)
	} else {
		select {
		case <-said: // its address: the page is there
		case <-running.Done():
			err = running.Err()
		}
	}
	err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM), <-exit)
	if err != nil {
		err = fmt.Errorf("%s\n%w\n%s", line, err, &complaints)
	}
	return "", err
}

// talk is closed when something is written to it.
type talk chan struct{}

func (t talk) Write(p []byte) (int, error) {
	select {
	case <-t:
	default:
		close(t)
	}
	return len(p), nil
}
