package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval/record"
)

// A clinic is a set-up in which nothing is wrong yet: a bot in a server of a local Discord,
// a model and its judge, and a database of the current folder.
type clinic struct {
	*local.Server
	t       *testing.T
	web     *httptest.Server
	environ []string // what is added last holds
	guild   local.Guild
	general local.Channel
}

func newClinic(t *testing.T, token string, adjust func(*local.Options)) *clinic {
	t.Helper()
	t.Chdir(t.TempDir())
	opts := local.Options{Token: token, Name: "storybot", Now: time.Now, Limits: local.Unlimited}
	if adjust != nil {
		adjust(&opts)
	}
	c := &clinic{Server: local.New(opts), t: t}
	c.web = httptest.NewServer(c.Server)
	t.Cleanup(func() { c.Close(); c.web.Close() })
	c.guild = c.AddGuild("Readers", c.AddUser("ann"))
	c.general = c.AddChannel(c.guild.ID, "general")
	c.environ = []string{"DISCORD_TOKEN=" + token, "DISCORD_API_URL=" + c.web.URL + "/api", "STORYBOT_CONTACT=ann@example.org"}
	c.serveModel(healthyModel)
	succeed(t, nil, "ask", "Who is Peskov?")
	return c
}

// set sets a variable, or, without a value, takes it away.
func (c *clinic) set(name, value string) { c.environ = append(c.environ, name+"="+value) }

// serveModel makes a server the model's.
func (c *clinic) serveModel(h http.HandlerFunc) {
	server := httptest.NewServer(h)
	c.t.Cleanup(server.Close)
	c.set("OPENAI_BASE_URL", server.URL+"/v1")
	c.set("OPENAI_API_KEY", secretKey)
	c.set("OPENAI_MODEL", "small")
	c.set("STORYBOT_JUDGE_MODEL", "wise:latest")
}

func (c *clinic) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// deny takes permissions from the bot in a channel.
func (c *clinic) deny(channel local.Channel, p local.Permissions) {
	c.must(c.SetOverwrite(channel.ID, local.Overwrite{ID: c.guild.BotRole, Type: local.OverwriteRole, Deny: p}))
}

// settings changes what moderators have set, by the terminal.
func (c *clinic) settings(change string) {
	succeed(c.t, nil, "settings", "--guild", c.guild.ID, change)
}

// store writes settings past all checks.
func (c *clinic) store(value string) {
	update(c.t, "storybot.db", func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO settings (guild, value) VALUES (?, ?)`, c.guild.ID, value)
		return err
	})
}

// invited is the address at which the bot is invited.
func (c *clinic) invited() string { return "oauth2/authorize?client_id=" + c.App().ID }

// doctor runs 'storybot doctor', twice: once for the lines that a person reads. Nothing
// may be in the folder afterwards that was not there before.
func (c *clinic) doctor(args ...string) (invocation, []finding) {
	c.t.Helper()
	before := filesHere(c.t)
	human := invoke(c.t, c.t.Context(), environment(c.environ), append([]string{"doctor"}, args...)...)
	got := invoke(c.t, c.t.Context(), environment(c.environ), append([]string{"doctor", "--json"}, args...)...)
	var findings []finding
	c.must(json.Unmarshal([]byte(got.stdout), &findings))
	if got.status != human.status {
		c.t.Errorf("status %d with --json, else %d", got.status, human.status)
	}
	if after := filesHere(c.t); !slices.Equal(before, after) {
		c.t.Errorf("files before: %q, after: %q", before, after)
	}
	for _, f := range findings {
		if f.Check == "model speed" || f.Check == "disk" { // two measurements
			continue
		}
		if !strings.Contains(human.stdout, f.Detail) || !strings.Contains(human.stdout, f.Mend) || (f.Status == statusOK) != (f.Mend == "") {
			c.t.Errorf("%+v, but\n%s", f, human.stdout)
		}
	}
	return human, findings
}

// environment is what a process sees: the last value of each variable.
func environment(environ []string) []string {
	var last []string
	for i, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		later := slices.ContainsFunc(environ[i+1:], func(other string) bool { return strings.HasPrefix(other, name+"=") })
		if !later && value != "" {
			last = append(last, variable)
		}
	}
	return last
}

func filesHere(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// modelServer serves two models, and answers as complete does.
func modelServer(complete http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"data": [{"id": "small"}, {"id": "wise:latest"}]}`)
			return
		}
		complete(w, r)
	}
}

// trialReply is what a model says that does as it is told, also one that judges.
func trialReply(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := reply(true, map[string]any{"evidence": []any{map[string]any{"paragraph": 1, "quote": "The harbour reopened on Monday"}}, "text": "The harbour reopened on Monday."})
	if strings.Contains(string(body), `"wise:latest"`) {
		text = `{"supported": [true]}`
	}
	completing(text)(w, r)
}

var healthyModel = modelServer(trialReply)

// refusing is a model server that does not take requests that hold one of words.
func refusing(words ...string) http.HandlerFunc {
	return modelServer(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, word := range words {
			if strings.Contains(string(body), `"`+word+`"`) {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprintf(w, `{"error": {"message": "unknown response_format %s, in what %s sent"}}`, word, r.Header.Get("Authorization"))
				return
			}
		}
		completing(reply(true))(w, r)
	})
}

func without(path string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, path) {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}
}

// clockAt has Discord's clock be so far ahead of ours.
func clockAt(d time.Duration) func(*local.Options) {
	return func(o *local.Options) { o.Now = func() time.Time { return time.Now().Add(d) } }
}

func serveAt(t *testing.T, h http.HandlerFunc) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func (c *clinic) failRequests(path string, status int) {
	c.SetFaults(local.Faults{Request: func(_, at string) (f local.RequestFault) {
		if strings.HasSuffix(at, path) {
			f.Status = status
		}
		return f
	}})
}

// private makes a channel that nobody sees who is given no way in.
func (c *clinic) private(name string) local.Channel {
	channel := c.AddChannel(c.guild.ID, name)
	c.must(c.SetOverwrite(channel.ID, local.Overwrite{ID: c.guild.ID, Type: local.OverwriteRole, Deny: local.PermViewChannel}))
	return channel
}

// damageDatabase overwrites a page in the middle.
func damageDatabase(c *clinic) {
	file, err := os.OpenFile("storybot.db", os.O_RDWR, 0)
	c.must(err)
	info, err := file.Stat()
	c.must(err)
	_, err = file.WriteAt([]byte(strings.Repeat("\xff", 4096)), info.Size()-4096)
	c.must(err)
	c.must(file.Close())
}

// anotherDatabase puts another in its place, which knows nothing of the index.
func anotherDatabase(c *clinic) {
	c.must(os.Remove("storybot.db"))
	db, err := record.Open(c.t.Context(), "storybot.db")
	c.must(err)
	c.must(db.Close())
}

// leaveQuestion leaves a question in the inbox, as a bot does that is killed.
func leaveQuestion(c *clinic) {
	db, err := record.Open(c.t.Context(), "storybot.db")
	c.must(err)
	defer db.Close()
	inbox, err := ledger.OpenInbox(c.t.Context(), db)
	c.must(err)
	_, err = inbox.Claim(c.t.Context(), ledger.Request{ID: "81384788765712384", Kind: ledger.MessageRequest, Channel: c.general.ID, At: time.Now()})
	c.must(err)
	c.must(inbox.Close())
}
