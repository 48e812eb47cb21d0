package main

import (
	"database/sql"
	"encoding/base64"
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
	"storybot/bot/llm"
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

// TestDoctorFindsNothing examines a set-up in which nothing is wrong. Discord's rate limits
// are kept to, no session is begun, and nothing is changed there.
func TestDoctorFindsNothing(t *testing.T) {
	c := newClinic(t, secretToken, func(o *local.Options) { o.Limits = nil })
	got, findings := c.doctor()
	for _, f := range findings {
		if f.Status != statusOK {
			t.Errorf("%+v", f)
		}
	}
	if got.status != statusDone || got.stderr != "" || !strings.HasSuffix(got.stdout, fmt.Sprintf("\n\n%d ok, 0 warnings, 0 failed.\n", len(findings))) {
		t.Errorf("status %d\n%s\n%s", got.status, got.stdout, got.stderr)
	}
	for _, want := range []string{c.invited(), "Readers (" + c.guild.ID + "): all that is needed in 1 channel", "small", "wise:latest judges"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in\n%s", want, got.stdout)
		}
	}
	if sessions, refused := c.Identified(), c.InvalidRequests(); sessions != 0 || refused != 0 {
		t.Errorf("%d sessions were begun, %d requests refused", sessions, refused)
	}
	for _, r := range c.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
}

// TestDoctorWhileServing examines a bot that is being served: it answers meanwhile and
// afterwards.
func TestDoctorWhileServing(t *testing.T) {
	t.Chdir(t.TempDir())
	s := serve(t)
	web := httptest.NewServer(s.Server)
	defer web.Close()
	environ := []string{"DISCORD_TOKEN=" + secretToken, "DISCORD_API_URL=" + web.URL + "/api"}
	const asked, said = "What did Peskov say about choosing between the two Koreas?", "We oppose this approach."
	s.ask(t, asked)
	done := make(chan invocation, 1)
	go func() { done <- invoke(t, s.ctx, environ, "doctor") }()
	for range 5 {
		if m := s.ask(t, asked); !strings.Contains(m.Content, said) {
			t.Errorf("meanwhile: %s", m.Content)
		}
	}
	if got := <-done; got.status != statusDone {
		t.Errorf("status %d\n%s", got.status, got.stdout)
	}
	if m := s.ask(t, asked); !strings.Contains(m.Content, said) {
		t.Errorf("afterwards: %s", m.Content)
	}
}

// TestDoctor brings about each fault in turn: it is named, with what mends it, nothing
// else is said to have failed but what follows from it, and no secret is printed.
func TestDoctor(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fault  func(*clinic)
		adjust func(*local.Options)
		token  string
		args   []string

		check  string
		status status
		detail string
		mend   string // parts, all of them
	}{
		// What is set.
		{name: "misspelt", fault: func(c *clinic) { c.set("STORYBOT_REDA_MESSAGES", "true") },
			check: "settings", status: statusWarning, detail: "STORYBOT_REDA_MESSAGES is no setting", mend: "help config"},
		{name: "not a truth value", fault: func(c *clinic) { c.set("STORYBOT_READ_MESSAGES", "s3cretly") },
			check: "settings", status: statusBroken, detail: "STORYBOT_READ_MESSAGES has to be true or false", mend: "help config"},
		{name: "no file with the token", fault: func(c *clinic) { c.set("DISCORD_TOKEN", ""); c.set("DISCORD_TOKEN_FILE", "missing.txt") },
			check: "settings", status: statusBroken, detail: "DISCORD_TOKEN_FILE cannot be read", mend: "help config"},
		{name: "all networks", fault: func(c *clinic) { c.set("STORYBOT_FETCH_ALLOW", "10.1.0.0/16,0.0.0.0/0") },
			check: "egress", status: statusWarning, detail: "opens 0.0.0.0/0 to", mend: "for example 10.1.2.0/24"},
		{name: "a cloud's credentials", fault: func(c *clinic) { c.set("STORYBOT_FETCH_ALLOW", "169.254.0.0/16") },
			check: "egress", status: statusWarning, detail: "opens 169.254.0.0/16 to", mend: "Name only the networks"},
		{name: "a private network", fault: func(c *clinic) { c.set("STORYBOT_FETCH_ALLOW", "10.0.0.0/8,fd00::/8") },
			check: "egress", status: statusOK, detail: "from 10.0.0.0/8, fd00::/8 too"},
		{name: "no contact", fault: func(c *clinic) { c.set("STORYBOT_CONTACT", "") },
			check: "contact", status: statusWarning, detail: "STORYBOT_CONTACT is not set", mend: "web address or a mailbox"},

		// The database.
		{name: "no database", fault: func(c *clinic) { c.must(os.Remove("storybot.db")) },
			check: "database", status: statusOK, detail: "storybot.db does not exist yet"},
		{name: "no folder", args: []string{"--db", "no/c.db"},
			check: "database", status: statusBroken, detail: "no/c.db does not exist, and cannot be made", mend: "Make the folder"},
		{name: "another file", fault: func(c *clinic) { write(c.t, "storybot.db", strings.Repeat("This is a story.\n", 1000)) },
			check: "database", status: statusBroken, detail: "not a storybot database, or it is damaged", mend: "restore a backup"},
		{name: "damaged inside", fault: damageDatabase,
			check: "integrity", status: statusBroken, detail: "damaged", mend: "restore a backup"},
		{name: "newer", fault: func(c *clinic) { c.must(os.Remove("storybot.db")); newer(c.t, "storybot.db") },
			check: "database", status: statusBroken, detail: "made by a newer version", mend: "Update storybot"},
		{name: "empty file", fault: func(c *clinic) { c.must(os.Truncate("storybot.db", 0)) },
			check: "database", status: statusOK, detail: "is empty yet"},
		{name: "damaged index", fault: func(c *clinic) { c.must(os.WriteFile("storybot.index/shared.db", []byte("no index"), 0o600)) },
			check: "index", status: statusWarning, detail: "shared: the file is damaged", mend: "storybot reindex"},
		{name: "index of another database", fault: anotherDatabase,
			check: "index", status: statusOK, detail: "1 of another version or database"},
		{name: "index is a file", args: []string{"--index", "storybot.db"},
			check: "index", status: statusBroken, detail: "not a directory", mend: "--index"},
		{name: "damaged inbox", fault: func(c *clinic) { write(c.t, "storybot.inbox", strings.Repeat("no inbox\n", 1000)) },
			check: "inbox", status: statusBroken, detail: "the inbox cannot be opened", mend: "move that file away"},
		{name: "questions wait", fault: leaveQuestion,
			check: "inbox", status: statusOK, detail: "1 question from Discord"},
		{name: "impossible setting", fault: func(c *clinic) { c.store(`{"threshold": 7}`) },
			check: "server settings", status: statusWarning, detail: "threshold is a number from 0 to 1", mend: "storybot settings --guild "},
		{name: "unknown setting", fault: func(c *clinic) { c.store(`{"volume": 11}`) },
			check: "server settings", status: statusWarning, detail: "volume: this version of storybot does not know it", mend: "Update storybot"},
		{name: "unreadable settings", fault: func(c *clinic) { c.store(`{"threshold": "high"`) },
			check: "server settings", status: statusBroken, detail: "unexpected end", mend: "DELETE FROM settings WHERE guild"},

		// The bot in Discord.
		{name: "no token", fault: func(c *clinic) { c.set("DISCORD_TOKEN", "") },
			check: "token", status: statusWarning, detail: "not set: only the terminal works", mend: "DISCORD_TOKEN_FILE"},
		{name: "another token", fault: func(c *clinic) { c.set("DISCORD_TOKEN", "s3cret.token.of-another") },
			check: "token", status: statusBroken, detail: "Discord refused the token", mend: "Copy the token anew"},
		{name: "a token was reset", fault: func(c *clinic) { c.ResetToken() },
			check: "token", status: statusBroken, detail: "Discord refused the token", mend: "Copy the token anew"},
		{name: "no token at all", fault: func(c *clinic) { c.set("DISCORD_TOKEN", "s3cret token") },
			check: "token", status: statusBroken, detail: "characters in it that no token has", mend: "Copy the token anew"},
		{name: "Discord is away", fault: func(c *clinic) { c.web.Close() },
			check: "Discord", status: statusBroken, detail: "connection refused", mend: "firewall"},
		{name: "Discord fails", fault: func(c *clinic) { c.failRequests("/users/@me", http.StatusServiceUnavailable) },
			check: "Discord", status: statusBroken, detail: "503", mend: "firewall"},
		{name: "not Discord", fault: func(c *clinic) { c.set("DISCORD_API_URL", serveAt(c.t, html)) },
			check: "Discord", status: statusBroken, detail: "the answer is not Discord's", mend: "DISCORD_API_URL"},
		{name: "another API", fault: func(c *clinic) { c.set("DISCORD_API_URL", serveAt(c.t, http.NotFound)) },
			check: "Discord", status: statusBroken, detail: "this is not Discord's API", mend: "DISCORD_API_URL"},
		{name: "no address", fault: func(c *clinic) { c.set("DISCORD_API_URL", "discord") },
			check: "Discord", status: statusBroken, detail: "DISCORD_API_URL is not a web address", mend: "DISCORD_API_URL"},
		{name: "another application's token", token: base64.RawStdEncoding.EncodeToString([]byte("81384788765712384")) + ".s3cret.token",
			check: "application", status: statusWarning, detail: "the bot 81384788765712384, but who answers says", mend: "DISCORD_API_URL"},
		{name: "no intent", fault: func(c *clinic) { c.set("STORYBOT_READ_MESSAGES", "true") },
			check: "intents", status: statusBroken, detail: "no Message Content intent", mend: "Switch Message Content on"},
		{name: "the intent", fault: func(c *clinic) { c.set("STORYBOT_READ_MESSAGES", "true") }, adjust: func(o *local.Options) { o.Privileged = true },
			check: "intents", status: statusOK, detail: "Message Content is on, as"},
		{name: "an intent for nothing", adjust: func(o *local.Options) { o.Privileged = true },
			check: "intents", status: statusOK, detail: "can be switched off"},
		{name: "moderators want it", fault: func(c *clinic) { c.settings("auto=" + c.general.ID) },
			check: "intents", status: statusWarning, detail: "moderators want unasked answers", mend: "STORYBOT_READ_MESSAGES=true"},
		{name: "clock a little off", adjust: clockAt(-20 * time.Second),
			check: "clock", status: statusWarning, detail: "20s ahead of Discord's", mend: "timedatectl"},
		{name: "clock wrong", adjust: clockAt(time.Hour),
			check: "clock", status: statusBroken, detail: "1h0m0s behind Discord's", mend: "timedatectl"},
		{name: "no way to the gateway", fault: func(c *clinic) {
			c.SetFaults(local.Faults{Payload: func(string) local.PayloadFault { return local.PayloadFault{Cut: true} }})
		}, check: "gateway", status: statusBroken, detail: "waiting for the gateway's hello", mend: "wss"},
		{name: "few sessions left", fault: func(c *clinic) { c.SpendStarts(950) },
			check: "gateway", status: statusWarning, detail: "50 of 1000 sessions are left", mend: "again and again"},
		{name: "no sessions left", fault: func(c *clinic) { c.SpendStarts(990) },
			check: "gateway", status: statusBroken, detail: "10 of 1000 sessions are left: 'storybot serve' waits", mend: "again and again"},

		// Where it is to serve.
		{name: "in no server", fault: func(c *clinic) { c.must(c.RemoveMember(c.guild.ID, c.App().ID)) },
			check: "permissions", status: statusWarning, detail: "in no server yet", mend: "Invite it: https://discord.com/"},
		{name: "in many servers", fault: func(c *clinic) {
			for range maxGuilds + 1 {
				c.AddGuild("Writers")
			}
		}, check: "permissions", status: statusOK, detail: "2 more servers are not looked at; --guild ID looks at one"},
		{name: "not in that server", args: []string{"--guild", "81384788765712384"},
			check: "permissions", status: statusBroken, detail: "not in server 81384788765712384", mend: "Invite it: https://discord.com/"},
		{name: "a role without permissions", fault: func(c *clinic) {
			c.must(c.SetRole(c.guild.ID, c.guild.BotRole, 0))
			c.must(c.SetRole(c.guild.ID, c.guild.ID, local.PermViewChannel))
		}, check: "permissions", status: statusBroken, detail: "lacks Send Messages, Send Messages in Threads, Read Message History in #general", mend: "oauth2/authorize?client_id="},
		{name: "hidden, the only channel", fault: func(c *clinic) { c.deny(c.general, local.PermViewChannel) },
			check: "permissions", status: statusBroken, detail: "lacks View Channel in #general", mend: "Edit Channel, Permissions"},
		{name: "hidden, one of two", fault: func(c *clinic) { c.deny(c.AddChannel(c.guild.ID, "news"), local.PermViewChannel) },
			check: "permissions", status: statusWarning, detail: "lacks View Channel in #news", mend: "Edit Channel, Permissions"},
		{name: "may not write", fault: func(c *clinic) { c.deny(c.AddChannel(c.guild.ID, "news"), local.PermSendMessages) },
			check: "permissions", status: statusWarning, detail: "lacks Send Messages in #news", mend: "Edit Channel, Permissions"},
		{name: "may not write in threads", fault: func(c *clinic) { c.deny(c.AddForum(c.guild.ID, "help"), local.PermSendInThreads) },
			check: "permissions", status: statusWarning, detail: "lacks Send Messages in Threads in #help", mend: "Edit Channel, Permissions"},
		{name: "may not read", fault: func(c *clinic) { c.deny(c.general, local.PermReadMessageHistory) },
			check: "permissions", status: statusWarning, detail: "lacks Read Message History in #general", mend: "Edit Channel, Permissions"},
		{name: "a forum needs no more", fault: func(c *clinic) { c.deny(c.AddForum(c.guild.ID, "help"), local.PermSendMessages) },
			check: "permissions", status: statusOK, detail: "all that is needed in 2 channels"},
		{name: "a private channel", fault: func(c *clinic) { c.private("moderators") },
			check: "permissions", status: statusOK, detail: "all that is needed in 1 channel; it does not see 1 private channel"},
		{name: "a private channel that settings name", fault: func(c *clinic) { c.settings("channels=" + c.general.ID + "," + c.private("moderators").ID) },
			check: "permissions", status: statusBroken, detail: "lacks View Channel in #moderators", mend: "Edit Channel, Permissions"},
		{name: "may not write where settings want it", fault: func(c *clinic) {
			news := c.AddChannel(c.guild.ID, "news")
			c.deny(news, local.PermSendMessages)
			c.settings("audit_channel=" + news.ID)
		}, check: "permissions", status: statusBroken, detail: "lacks Send Messages in #news", mend: "Edit Channel, Permissions"},
		{name: "not where it serves", fault: func(c *clinic) {
			c.deny(c.AddChannel(c.guild.ID, "news"), local.PermViewChannel)
			c.settings("channels=" + c.general.ID)
		}, check: "permissions", status: statusOK, detail: "all that is needed in 1 channel"},
		{name: "a deleted channel", fault: func(c *clinic) { c.settings("channels=" + c.general.ID + ",81384788765712384") },
			check: "permissions", status: statusWarning, detail: "/settings channels names channel 81384788765712384, which is not there any more", mend: "storybot settings --guild "},
		{name: "deleted channels alone", fault: func(c *clinic) { c.settings("channels=81384788765712384") },
			check: "permissions", status: statusBroken, detail: "which is not there any more", mend: "storybot settings --guild "},
		{name: "a thread", fault: func(c *clinic) {
			ann := c.Guild(c.guild.ID).OwnerID
			post, err := c.Post(ann, c.AddForum(c.guild.ID, "help").ID, "Who is Peskov?", local.Draft{Content: "Who?"})
			c.must(err)
			c.settings("channels=" + post.ID)
		}, check: "permissions", status: statusOK, detail: "all that is needed in 1 channel"},

		// The model.
		{name: "no model", fault: func(c *clinic) { c.set("OPENAI_API_KEY", ""); c.set("OPENAI_BASE_URL", "") },
			check: "model", status: statusOK, detail: "none is configured: answers are quotes"},
		{name: "its server is away", fault: func(c *clinic) { c.set("OPENAI_BASE_URL", "http://ann:s3cret@127.0.0.1:1/v1") },
			check: "model server", status: statusBroken, detail: "connection refused", mend: "Start the model's server"},
		{name: "wrong key", fault: func(c *clinic) { c.serveModel(failing(http.StatusUnauthorized)) },
			check: "model server", status: statusBroken, detail: "does not accept the key", mend: "OPENAI_API_KEY"},
		{name: "quota used up", fault: func(c *clinic) { c.serveModel(modelServer(failing(http.StatusPaymentRequired))) },
			check: "model server", status: statusWarning, detail: "quota is used up", mend: "account"},
		{name: "it fails", fault: func(c *clinic) { c.serveModel(modelServer(failing(http.StatusInternalServerError))) },
			check: "model server", status: statusBroken, detail: "has failed or is overloaded", mend: "log"},
		{name: "a page", fault: func(c *clinic) { c.serveModel(html) },
			check: "model server", status: statusBroken, detail: "not an API's reply", mend: "/v1"},
		{name: "no list of models", fault: func(c *clinic) { c.serveModel(without("/models", trialReply)) },
			check: "model server", status: statusWarning, detail: "does not list its models", mend: "OPENAI_BASE_URL"},
		{name: "no such model", fault: func(c *clinic) {
			c.serveModel(modelServer(failing(http.StatusNotFound)))
			c.set("OPENAI_MODEL", "large")
		},
			check: "model", status: statusBroken, detail: "the server has no model large (it has small, wise:latest)", mend: "Set OPENAI_MODEL to one that it has"},
		{name: "answers to any name", fault: func(c *clinic) { c.set("OPENAI_MODEL", "large") },
			check: "model", status: statusWarning, detail: "large is not one that the server lists", mend: "Set OPENAI_MODEL to one of them"},
		{name: "chosen by the server", fault: func(c *clinic) { c.set("OPENAI_MODEL", "") },
			check: "model", status: statusOK, detail: "small"},
		{name: "by its whole name", fault: func(c *clinic) { c.set("OPENAI_MODEL", "wise"); c.set("STORYBOT_JUDGE_MODEL", "") },
			check: "model", status: statusOK, detail: "wise"},
		{name: "no JSON schema", fault: func(c *clinic) { c.serveModel(refusing("json_schema")) },
			check: "model JSON", status: statusWarning, detail: "only json_object", mend: "newer version of the server"},
		{name: "no response_format", fault: func(c *clinic) { c.serveModel(refusing("response_format")) },
			check: "model JSON", status: statusWarning, detail: "in words alone", mend: "newer version of the server"},
		{name: "prose", fault: func(c *clinic) { c.serveModel(modelServer(completing("On Monday."))) },
			check: "model JSON", status: statusWarning, detail: "not of the form", mend: "larger model"},
		{name: "no such judge", fault: func(c *clinic) {
			c.serveModel(modelServer(func(w http.ResponseWriter, r *http.Request) {
				if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), "wise:latest") {
					failing(http.StatusNotFound)(w, r)
					return
				}
				completing(reply(true))(w, r)
			}))
		}, check: "judge", status: statusBroken, detail: "no model wise:latest", mend: "STORYBOT_JUDGE_MODEL"},
		{name: "a judge that does not judge", fault: func(c *clinic) { c.serveModel(modelServer(completing(reply(true)))) },
			check: "judge", status: statusWarning, detail: "gave no judgement", mend: "larger model"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token := secretToken
			if tt.token != "" {
				token = tt.token
			}
			c := newClinic(t, token, tt.adjust)
			if tt.fault != nil {
				tt.fault(c)
			}
			got, findings := c.doctor(tt.args...)
			i := slices.IndexFunc(findings, func(f finding) bool {
				return f.Check == tt.check && f.Status == tt.status && strings.Contains(f.Detail, tt.detail) && strings.Contains(f.Mend, tt.mend)
			})
			if i < 0 {
				t.Errorf("want %s %s %q %q\n%s", tt.check, tt.status, tt.detail, tt.mend, got.stdout)
			}
			status := statusDone
			if tt.status == statusBroken {
				status = statusFailed
			}
			if got.status != status {
				t.Errorf("exit status %d\n%s\n%s", got.status, got.stdout, got.stderr)
			}
		})
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

// TestDoctorMeasures has what no test can wait for, or fill.
func TestDoctorMeasures(t *testing.T) {
	for _, tt := range []struct {
		got  finding
		want status
	}{
		{diskFinding(".", 10<<30), statusOK},
		{diskFinding(".", 500<<20), statusWarning},
		{diskFinding(".", 10<<20), statusBroken},
		{speedFinding(llm.Examination{FirstToken: time.Second}), statusOK},
		{speedFinding(llm.Examination{FirstToken: 6 * time.Second}), statusWarning},
		{speedFinding(llm.Examination{FirstToken: time.Second, Err: llm.ErrTimeout}), statusOK},
		{speedFinding(llm.Examination{Err: llm.ErrTimeout}), statusWarning},
		{new(program).serverFinding(llm.Examination{Err: llm.ErrTimeout}), statusOK}, // it has listed its models
		{new(program).serverFinding(llm.Examination{Err: llm.ErrTimeout, ListErr: llm.ErrTimeout}), statusBroken},
	} {
		if tt.got.Status != tt.want || (tt.want == statusOK) != (tt.got.Mend == "") {
			t.Errorf("%+v, want %s", tt.got, tt.want)
		}
	}
}

// TestInvite has the link ask for exactly the permissions with which nothing is missing.
func TestInvite(t *testing.T) {
	c := newClinic(t, secretToken, nil)
	got := succeed(t, environment(c.environ), "invite").stdout
	bits := local.PermViewChannel | local.PermSendMessages | local.PermSendInThreads | local.PermReadMessageHistory
	want := fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d\n", c.App().ID, bits)
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.must(c.SetRole(c.guild.ID, c.guild.ID, 0))
	for p := local.Permissions(1); p <= bits; p <<= 1 {
		if !bits.Has(p) {
			continue
		}
		c.must(c.SetRole(c.guild.ID, c.guild.BotRole, bits&^p))
		if _, findings := c.doctor(); countOf(findings, statusOK) == len(findings) {
			t.Errorf("permission %d is not missed", p)
		}
	}
	c.must(c.SetRole(c.guild.ID, c.guild.BotRole, bits))
	if got, findings := c.doctor(); countOf(findings, statusOK) != len(findings) {
		t.Errorf("permissions as invited are not enough:\n%s", got.stdout)
	}

	c.set("DISCORD_TOKEN", "s3cret.token.of-another")
	if got := invoke(t, t.Context(), environment(c.environ), "invite"); got.status != statusFailed || !strings.Contains(got.stderr, "Discord refused the token") || !strings.Contains(got.stderr, "Copy the token anew") {
		t.Errorf("another token: %+v", got)
	}
}
