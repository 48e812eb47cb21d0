package local

import "testing"

// The page "Permissions": bases, overwrites in their order, and what is
// denied implicitly.
func TestPermissions(t *testing.T) {
	const (
		view    = PermViewChannel
		send    = PermSendMessages
		embed   = PermEmbedLinks
		history = PermReadMessageHistory
	)
	tests := []struct {
		name       string
		everyone   Permissions
		roles      []Permissions // that Bob has
		overwrites func(everyone, first, second, bob string) []Overwrite
		want       Permissions
	}{
		{"base: @everyone", view | send, nil, nil, view | send},
		{"base: roles add up", view, []Permissions{send, history}, nil, view | send | history},
		{"base: an administrator may all", 0, []Permissions{PermAdministrator}, nil, PermAll},
		{"an administrator is not overwritten", view, []Permissions{PermAdministrator}, func(e, _, _, bob string) []Overwrite {
			return []Overwrite{{ID: bob, Type: OverwriteMember, Deny: view}}
		}, PermAll},
		{"@everyone is denied", view | send, nil, func(e, _, _, _ string) []Overwrite {
			return []Overwrite{{ID: e, Deny: send}}
		}, view},
		{"@everyone is allowed", view, nil, func(e, _, _, _ string) []Overwrite {
			return []Overwrite{{ID: e, Allow: send}}
		}, view | send},
		{"a role comes after @everyone", view, []Permissions{0}, func(e, first, _, _ string) []Overwrite {
			return []Overwrite{{ID: first, Allow: send}, {ID: e, Deny: send}}
		}, view | send},
		{"of roles allowing wins, whatever their order", view | send, []Permissions{0, 0}, func(_, first, second, _ string) []Overwrite {
			return []Overwrite{{ID: first, Allow: send}, {ID: second, Deny: send}}
		}, view | send},
		{"the member comes last", view | send, []Permissions{0}, func(_, first, _, bob string) []Overwrite {
			return []Overwrite{{ID: bob, Type: OverwriteMember, Deny: send}, {ID: first, Allow: send}}
		}, view},
		{"another's overwrites", view | send, nil, func(_, first, _, _ string) []Overwrite {
			return []Overwrite{{ID: "1", Type: OverwriteMember, Deny: view}, {ID: "2", Deny: view}}
		}, view | send},
		{"without View Channel nothing", view | send | history, nil, func(e, _, _, _ string) []Overwrite {
			return []Overwrite{{ID: e, Deny: view}}
		}, 0},
		{"without Send Messages no embeds, files, mentions", view | embed | PermAttachFiles | PermMentionEveryone | PermSendTTS | history, nil, nil, view | history},
	}
	for _, tt := range tests {
		c := newClient(t, false)
		bob := c.AddUser("bob")
		must(t, c.AddMember(c.guild.ID, bob))
		must(t, c.SetRole(c.guild.ID, c.guild.ID, tt.everyone))
		ids := []string{"", ""}
		for i, p := range tt.roles {
			role, err := c.AddRole(c.guild.ID, "role", p)
			must(t, err)
			must(t, c.Grant(c.guild.ID, bob.ID, role.ID))
			ids[i] = role.ID
		}
		if tt.overwrites != nil {
			for _, o := range tt.overwrites(c.guild.ID, ids[0], ids[1], bob.ID) {
				must(t, c.SetOverwrite(c.general.ID, o))
			}
		}
		if got := c.Permissions(bob.ID, c.general.ID); got != tt.want {
			t.Errorf("%s: %b, want %b", tt.name, got, tt.want)
		}
		if got := c.Permissions(c.ann.ID, c.general.ID); got != PermAll {
			t.Errorf("%s: the owner may %b", tt.name, got)
		}
	}
}

// "Inherited Permissions (Threads)": a thread is as its parent, but that
// writing needs Send Messages in Threads; a private one is for its members.
func TestThreadPermissions(t *testing.T) {
	c := newClient(t, false)
	bob := c.AddUser("bob")
	must(t, c.AddMember(c.guild.ID, bob))
	public, err := c.StartThread(c.ann.ID, c.general.ID, "", "public")
	must(t, err)
	private, err := c.StartPrivateThread(c.ann.ID, c.general.ID, "private")
	must(t, err)
	if _, err := c.Say(bob.ID, public.ID, "hi"); err != nil {
		t.Error(err)
	}
	if _, err := c.Say(bob.ID, private.ID, "hi"); err == nil {
		t.Error("someone not invited wrote in a private thread")
	}
	must(t, c.SetOverwrite(c.general.ID, Overwrite{ID: c.guild.ID, Deny: PermSendMessages}))
	if _, err := c.Say(bob.ID, public.ID, "hi"); err != nil {
		t.Errorf("Send Messages kept someone from a thread: %v", err)
	}
	must(t, c.SetOverwrite(c.general.ID, Overwrite{ID: c.guild.ID, Deny: PermSendInThreads}))
	if _, err := c.Say(bob.ID, public.ID, "hi"); err == nil {
		t.Error("wrote in a thread without the permission")
	}
	must(t, c.SetOverwrite(c.general.ID, Overwrite{ID: c.guild.ID, Deny: PermViewChannel}))
	if _, err := c.Say(bob.ID, public.ID, "hi"); err == nil {
		t.Error("wrote in a thread of a channel that they do not see")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What the bot may not do is refused with the code of the page "Opcodes and
// Status Codes".
func TestRefusals(t *testing.T) {
	const reply = `{"content":"a","message_reference":{"message_id":"$said"}}`
	tests := []struct {
		name               string
		deny               Permissions // the bot, in the channel
		method, path, body string
		status, code       int
	}{
		{"hidden channel", PermViewChannel, "GET", "/channels/$channel", "", 403, 50001},
		{"hidden channel's messages", PermViewChannel, "GET", "/channels/$channel/messages", "", 403, 50001},
		{"hidden channel, send", PermViewChannel, "POST", "/channels/$channel/messages", `{"content":"a"}`, 403, 50001},
		{"may not send", PermSendMessages, "POST", "/channels/$channel/messages", `{"content":"a"}`, 403, 50013},
		{"may not send, typing", PermSendMessages, "POST", "/channels/$channel/typing", "", 403, 50013},
		{"may not embed", PermEmbedLinks, "POST", "/channels/$channel/messages", `{"embeds":[{"title":"t"}]}`, 403, 50013},
		{"may not read, reply", PermReadMessageHistory, "POST", "/channels/$channel/messages", reply, 403, 160002},
		{"may not read, one message", PermReadMessageHistory, "GET", "/channels/$channel/messages/$said", "", 403, 50013},
		{"may not read, all messages", PermReadMessageHistory, "GET", "/channels/$channel/messages", "", 200, 0},
		{"may not react", PermAddReactions, "PUT", "/channels/$channel/messages/$said/reactions/%F0%9F%91%8D/@me", "", 403, 50013},
		{"may react with what is there", PermAddReactions, "PUT", "/channels/$channel/messages/$said/reactions/%E2%9C%85/@me", "", 204, 0},
		{"may not start threads", PermCreatePublicThreads, "POST", "/channels/$channel/messages/$said/threads", `{"name":"n"}`, 403, 50013},
		{"others' reactions", 0, "DELETE", "/channels/$channel/messages/$said/reactions/%E2%9C%85/$ann", "", 403, 50013},
		{"others' messages, delete", 0, "DELETE", "/channels/$channel/messages/$said", "", 403, 50013},
		{"others' messages, edit", 0, "PATCH", "/channels/$channel/messages/$said", `{"content":"a"}`, 403, 50005},
		{"rename the channel", 0, "PATCH", "/channels/$channel", `{"name":"n"}`, 403, 50013},
		{"DM: others' messages", 0, "DELETE", "/channels/$dm/messages/$whispered", "", 403, 50003},
		{"DM: threads", 0, "POST", "/channels/$dm/messages/$whispered/threads", `{"name":"n"}`, 403, 50003},
		{"forum: a message", 0, "POST", "/channels/$forum/messages", `{"content":"a"}`, 400, 40058},
		{"no emoji", 0, "PUT", "/channels/$channel/messages/$said/reactions/word/@me", "", 400, 10014},
		{"nobody to write to", 0, "POST", "/users/@me/channels", `{"recipient_id":"1"}`, 400, 50033},
		{"unknown user", 0, "GET", "/users/1", "", 404, 10013},
		{"unknown member", 0, "GET", "/guilds/$guild/members/$stranger", "", 404, 10007},
		{"unknown guild", 0, "GET", "/guilds/1", "", 404, 10004},
		{"no thread", 0, "GET", "/channels/$channel/thread-members/@me", "", 400, 50024},
	}
	for _, tt := range tests {
		c := newClient(t, false)
		v := c.variables()
		if tt.deny != 0 {
			must(t, c.SetOverwrite(c.general.ID, Overwrite{ID: c.App().ID, Type: OverwriteMember, Deny: tt.deny}))
		}
		status, body := c.api(tt.method, v.Replace(tt.path), v.Replace(tt.body))
		if code, _ := body["code"].(float64); status != tt.status || int(code) != tt.code {
			t.Errorf("%s: %d %v, want %d with code %d", tt.name, status, body, tt.status, tt.code)
		}
		if list, _ := body["list"].([]any); status == 200 && len(list) > 0 {
			t.Errorf("%s: %v", tt.name, list)
		}
	}
}

// A person whose DMs are closed, or who has left the last guild they share
// with the bot, can be opened a channel with but not written to.
func TestClosedDM(t *testing.T) {
	c := newClient(t, false)
	open := func() int {
		status, _ := c.api("POST", "/channels/"+c.dm.ID+"/messages", `{"content":"a"}`)
		return status
	}
	if status, dm := c.api("POST", "/users/@me/channels", `{"recipient_id":"`+c.ann.ID+`"}`); status != 200 || dm["id"] != c.dm.ID {
		t.Errorf("opened %v", dm)
	}
	if status := open(); status != 200 {
		t.Errorf("open: %d", status)
	}
	c.CloseDMs(c.ann.ID, true)
	if status, body := c.api("POST", "/channels/"+c.dm.ID+"/messages", `{"content":"a"}`); status != 403 || body["code"] != 50007.0 {
		t.Errorf("closed: %d %v", status, body)
	}
	c.CloseDMs(c.ann.ID, false)
	must(t, c.RemoveMember(c.guild.ID, c.ann.ID))
	if status := open(); status != 403 {
		t.Errorf("no guild shared: %d", status)
	}
	if _, err := c.Say(c.ann.ID, c.general.ID, "hi"); err == nil {
		t.Error("someone who left wrote in the guild")
	}
	must(t, c.RemoveMember(c.guild.ID, c.App().ID))
	if status, body := c.api("GET", "/channels/"+c.general.ID, ""); status != 403 || body["code"] != 50001.0 {
		t.Errorf("a guild the bot left: %d %v", status, body)
	}
	if status, body := c.api("GET", "/guilds/"+c.guild.ID, ""); status != 404 {
		t.Errorf("a guild the bot left: %d %v", status, body)
	}
}

// What a bot that manages messages and threads may do to those of others.
func TestModeration(t *testing.T) {
	c := newClient(t, false)
	v := c.variables()
	must(t, c.SetRole(c.guild.ID, c.guild.BotRole, PermBot|PermManageMessages|PermManageThreads|PermManageChannels))
	const said = "/channels/$channel/messages/$said"
	c.follow([]step{
		{"DELETE", said + "/reactions/%E2%9C%85/$ann", "", 204, nil},
		{"GET", said, "", 200, has("reactions", nil)},
		{"PATCH", said, `{"flags":4}`, 200, has("flags", FlagSuppressEmbeds)},
		{"PATCH", said, `{"flags":0,"content":"forged"}`, 403, has("code", 50005)},
		{"DELETE", said, "", 204, nil},
		{"PATCH", "/channels/$thread", `{"name":"closed","locked":true,"archived":true}`, 200, has("name", "closed", "thread_metadata.locked", true)},
		{"PUT", "/channels/$thread/thread-members/$ann", "", 400, has("code", 50083)},
		{"DELETE", "/channels/$thread", "", 200, has("id", "$thread")},
		{"GET", "/channels/$thread", "", 404, has("code", 10003)},
		{"PATCH", "/channels/$channel", `{"name":"hall"}`, 200, has("name", "hall")},
		{"DELETE", "/channels/$forum", "", 200, has("id", "$forum")},
		{"DELETE", "/channels/$dm", "", 200, has("id", "$dm")},
	}, v)
}
