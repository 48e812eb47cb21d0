package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/local"
)

// TestDoctor brings about each fault in turn: it is named, with what mends it; the status is
// 1 where it is grave, else 0; and no secret is printed.
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
