package local

import (
	"strings"
	"testing"
)

// What Discord's client does not let a person do.
func TestPeople(t *testing.T) {
	c := newClient(t, false)
	bob := c.AddUser("bob")
	must(t, c.AddMember(c.guild.ID, bob))
	quiet := c.AddChannel(c.guild.ID, "quiet")
	must(t, c.SetOverwrite(quiet.ID, Overwrite{ID: c.guild.ID, Deny: PermSendMessages | PermAddReactions | PermCreatePublicThreads}))
	hidden := c.AddChannel(c.guild.ID, "hidden")
	must(t, c.SetOverwrite(hidden.ID, Overwrite{ID: c.guild.ID, Deny: PermViewChannel}))
	forum := c.AddForum(c.guild.ID, "forum")
	anns, err := c.Say(c.ann.ID, quiet.ID, "rules")
	must(t, err)
	own, err := c.Say(bob.ID, c.general.ID, "hi")
	must(t, err)
	secret, err := c.Say(c.ann.ID, hidden.ID, "secret")
	must(t, err)
	send := func(channel string, d Draft) error { _, err := c.Send(bob.ID, channel, d); return err }
	edit := func(message, content string) error { _, err := c.Edit(bob.ID, message, content); return err }
	thread := func(channel, message, name string) error {
		_, err := c.StartThread(bob.ID, channel, message, name)
		return err
	}
	post := func(channel string, d Draft) error { _, err := c.Post(bob.ID, channel, "post", d); return err }
	tests := []struct {
		name string
		err  error
		want string // in it; "" for none
	}{
		{"send", send(c.general.ID, Draft{Content: "hi"}), ""},
		{"send a file", send(c.general.ID, Draft{Files: []File{{Name: "a", Data: []byte("x")}}}), ""},
		{"reply", send(c.general.ID, Draft{Content: "hi", ReplyTo: own.ID}), ""},
		{"send nothing", send(c.general.ID, Draft{Content: " \n"}), "empty message"},
		{"send too much", send(c.general.ID, Draft{Content: strings.Repeat("ü", 2001)}), "Invalid Form Body"},
		{"send where one may not", send(quiet.ID, Draft{Content: "hi"}), "Missing Permissions"},
		{"send where one does not see", send(hidden.ID, Draft{Content: "hi"}), "does not see"},
		{"send to a forum", send(forum.ID, Draft{Content: "hi"}), "forum"},
		{"reply to nothing", send(c.general.ID, Draft{Content: "hi", ReplyTo: "1"}), "Invalid Form Body"},
		{"edit", edit(own.ID, "hello"), ""},
		{"edit another's", edit(anns.ID, "hello"), "another user"},
		{"edit what one does not see", edit(secret.ID, "hello"), "does not see"},
		{"react", c.React(bob.ID, own.ID, "👍"), ""},
		{"react where one may not", c.React(bob.ID, anns.ID, "👍"), "Missing Permissions"},
		{"react with a word", c.React(bob.ID, own.ID, "yes"), "Unknown Emoji"},
		{"take back", c.Unreact(bob.ID, own.ID, "👍"), ""},
		{"type", c.Type(bob.ID, c.general.ID), ""},
		{"type where one may not", c.Type(bob.ID, quiet.ID), "Missing Permissions"},
		{"start a thread", thread(c.general.ID, own.ID, "talk"), ""},
		{"start it again", thread(c.general.ID, own.ID, "talk"), "already"},
		{"start one without a message", thread(c.general.ID, "", "talk"), ""},
		{"start one where one may not", thread(quiet.ID, "", "talk"), "Missing Permissions"},
		{"start one in a DM", thread(c.dm.ID, "", "talk"), "is not in channel"},
		{"start one without a name", thread(c.general.ID, "", ""), "Invalid Form Body"},
		{"post", post(forum.ID, Draft{Content: "first"}), ""},
		{"post nothing", post(forum.ID, Draft{}), "empty message"},
		{"post in a channel", post(c.general.ID, Draft{Content: "first"}), "for forums"},
		{"delete another's", c.Delete(bob.ID, anns.ID), "Missing Permissions"},
		{"delete", c.Delete(bob.ID, own.ID), ""},
		{"delete again", c.Delete(bob.ID, own.ID), "sees no message"},
		{"the owner may", c.Delete(c.ann.ID, anns.ID), ""},
	}
	for _, tt := range tests {
		if (tt.err == nil) != (tt.want == "") || tt.err != nil && !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, tt.err, tt.want)
		}
	}
}

// Nothing is made of what there is not.
func TestStrangers(t *testing.T) {
	c := newClient(t, false)
	bob, stranger := c.AddUser("bob"), User{ID: "1", Username: "stranger"}
	for name, made := range map[string]Channel{
		"AddChannel": c.AddChannel("1", "nowhere"), "AddForum": c.AddForum("1", "nowhere"),
		"OpenDM": c.OpenDM(stranger), "OpenDM with a bot": c.OpenDM(c.App()),
	} {
		if made.ID != "" {
			t.Errorf("%s made a channel", name)
		}
		if c.SetOverwrite(made.ID, Overwrite{ID: bob.ID, Allow: PermViewChannel}) == nil || c.SetNSFW(made.ID, true) == nil {
			t.Errorf("%s: it can be changed", name)
		}
		if _, err := c.Say(c.ann.ID, made.ID, "hi"); err == nil {
			t.Errorf("%s: one can write in it", name)
		}
	}
	if g := c.AddGuild("strange", stranger); g.ID != "" {
		t.Errorf("a guild %+v", g)
	}
	if g := c.AddGuild("twice", bob, bob, c.App()); len(g.Members) != 2 {
		t.Errorf("members %+v", g.Members)
	}
	tests := map[string]error{
		"AddMember": c.AddMember(c.guild.ID, stranger), "Grant": c.Grant(c.guild.ID, c.ann.ID, "1"),
		"Grant @everyone": c.Grant(c.guild.ID, c.ann.ID, c.guild.ID),
	}
	for _, invited := range []string{"1", bob.ID} { // who is no member
		_, tests["StartPrivateThread "+invited] = c.StartPrivateThread(c.ann.ID, c.general.ID, "private", invited)
	}
	_, tests["StartPrivateThread in a DM"] = c.StartPrivateThread(c.ann.ID, c.dm.ID, "private", bob.ID)
	for name, err := range tests {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if g := c.Guild(c.guild.ID); len(g.Members) != 2 || len(g.Members[1].Roles) != 0 || len(c.Channels(c.ann.ID, c.guild.ID)) != 1 {
		t.Errorf("%+v with %+v", g, c.Channels(c.ann.ID, c.guild.ID))
	}
}

// A forum post's first message is found by its id, the thread's.
func TestFirstOfPost(t *testing.T) {
	c := newClient(t, true)
	post, err := c.Post(c.ann.ID, c.AddForum(c.guild.ID, "forum").ID, "post", Draft{Content: "first"})
	must(t, err)
	if status, body := c.api("GET", "/channels/"+post.ID+"/messages/"+post.ID, ""); status != 200 || body["content"] != "first" {
		t.Errorf("%d %v", status, body)
	}
}

// A reply pings the one replied to, unless its author turns that off.
func TestSilentReply(t *testing.T) {
	c := newClient(t, false)
	bob := c.AddUser("bob")
	must(t, c.AddMember(c.guild.ID, bob))
	said, err := c.Say(c.ann.ID, c.general.ID, "hi")
	must(t, err)
	loud, err := c.Send(bob.ID, c.general.ID, Draft{Content: "hi", ReplyTo: said.ID})
	must(t, err)
	silent, err := c.Send(bob.ID, c.general.ID, Draft{Content: "hi", ReplyTo: said.ID, Silent: true})
	must(t, err)
	if len(loud.Mentions) != 1 || len(silent.Mentions) != 0 {
		t.Errorf("loud pings %v, silent %v", loud.Mentions, silent.Mentions)
	}
}

// A thread that is archived opens when someone writes in it; one that is
// locked only for moderators.
func TestLockedThread(t *testing.T) {
	c := newClient(t, false)
	bob := c.AddUser("bob")
	must(t, c.AddMember(c.guild.ID, bob))
	thread, err := c.StartThread(bob.ID, c.general.ID, "", "talk")
	must(t, err)
	must(t, c.ArchiveThread(bob.ID, thread.ID, true, false))
	said, err := c.Say(bob.ID, thread.ID, "again")
	must(t, err)
	if c.Channel(thread.ID).Thread.Archived {
		t.Error("writing did not open the thread")
	}
	if err := c.ArchiveThread(bob.ID, thread.ID, true, true); err == nil {
		t.Error("a thread was locked without the permission")
	}
	must(t, c.ArchiveThread(c.ann.ID, thread.ID, true, true))
	if _, err := c.Say(bob.ID, thread.ID, "again"); err == nil {
		t.Error("wrote in a locked thread")
	}
	if _, err := c.Edit(bob.ID, said.ID, "again?"); err == nil {
		t.Error("edited in an archived thread")
	}
	path := "/channels/" + thread.ID + "/messages"
	if status, body := c.api("POST", path, `{"content":"a"}`); status != 400 || body["code"] != 160005.0 {
		t.Errorf("the bot in a locked thread: %d %v", status, body)
	}
	must(t, c.ArchiveThread(c.ann.ID, thread.ID, false, true))
	if _, err := c.Edit(bob.ID, said.ID, "again?"); err == nil {
		t.Error("edited in a locked thread")
	}
	must(t, c.ArchiveThread(c.ann.ID, thread.ID, false, false))
	if status, body := c.api("POST", path, `{"content":"a"}`); status != 200 {
		t.Errorf("the bot in a thread that was unlocked: %d %v", status, body)
	}
}

// The events of what people do, each with its own intent and no other: the
// page "Gateway", "List of Intents".
func TestEvents(t *testing.T) {
	c := newClient(t, true)
	bob := c.AddUser("bob")
	said, err := c.Say(c.ann.ID, c.general.ID, "said")
	must(t, err)
	secret := c.AddChannel(c.guild.ID, "secret")
	must(t, c.SetOverwrite(secret.ID, Overwrite{ID: c.App().ID, Type: OverwriteMember, Deny: PermViewChannel}))
	var role Role
	var thread, forum Channel
	steps := []struct {
		do     func() error
		intent int
		events string // "" for none
	}{
		{func() error { return c.AddMember(c.guild.ID, bob) }, intentGuildMembers, "GUILD_MEMBER_ADD"},
		{func() error { role, err = c.AddRole(c.guild.ID, "r", 0); return err }, intentGuilds, "GUILD_ROLE_CREATE"},
		{func() error { return c.SetMentionable(c.guild.ID, role.ID, true) }, intentGuilds, "GUILD_ROLE_UPDATE"},
		{func() error { return c.Grant(c.guild.ID, bob.ID, role.ID) }, intentGuildMembers, "GUILD_MEMBER_UPDATE"},
		{func() error { return c.SetNick(c.guild.ID, bob.ID, "Bobby") }, intentGuildMembers, "GUILD_MEMBER_UPDATE"},
		{func() error { return c.Revoke(c.guild.ID, bob.ID, role.ID) }, intentGuildMembers, "GUILD_MEMBER_UPDATE"},
		{func() error { return c.RemoveRole(c.guild.ID, role.ID) }, intentGuilds, "GUILD_ROLE_DELETE"},
		{func() error { return c.SetGuildLocale(c.guild.ID, "de") }, intentGuilds, "GUILD_UPDATE"},
		{func() error { forum = c.AddForum(c.guild.ID, "f"); return nil }, intentGuilds, "CHANNEL_CREATE"},
		{func() error { _, err := c.Post(bob.ID, forum.ID, "n", Draft{Content: "a"}); return err }, intentGuilds, "THREAD_CREATE"},
		{func() error { _, err := c.Post(bob.ID, forum.ID, "n", Draft{Content: "a"}); return err }, intentGuildMessages, "MESSAGE_CREATE"},
		{func() error { return c.RemoveChannel(forum.ID) }, intentGuilds, "THREAD_DELETE THREAD_DELETE CHANNEL_DELETE"},
		{func() error {
			return c.SetOverwrite(c.general.ID, Overwrite{ID: bob.ID, Type: OverwriteMember, Deny: PermAttachFiles})
		}, intentGuilds, "CHANNEL_UPDATE"},
		{func() error { _, err := c.Say(bob.ID, c.general.ID, "hi"); return err }, intentGuildMessages, "MESSAGE_CREATE"},
		{func() error { _, err := c.Say(bob.ID, c.general.ID, "hi"); return err }, intentDirectMessages, ""},
		{func() error { _, err := c.Say(bob.ID, secret.ID, "hi"); return err }, intentGuildMessages, ""},
		{func() error { _, err := c.Say(c.ann.ID, c.dm.ID, "hi"); return err }, intentDirectMessages, "MESSAGE_CREATE"},
		{func() error { _, err := c.Edit(c.ann.ID, said.ID, "hi"); return err }, intentGuildMessages, "MESSAGE_UPDATE"},
		{func() error { return c.React(bob.ID, said.ID, "👍") }, intentGuildReactions, "MESSAGE_REACTION_ADD"},
		{func() error { return c.Unreact(bob.ID, said.ID, "👍") }, intentGuildReactions, "MESSAGE_REACTION_REMOVE"},
		{func() error { return c.Type(bob.ID, c.general.ID) }, intentGuildTyping, "TYPING_START"},
		{func() error { return c.Type(c.ann.ID, c.dm.ID) }, intentDirectTyping, "TYPING_START"},
		{func() error { thread, err = c.StartThread(bob.ID, c.general.ID, said.ID, "t"); return err }, intentGuilds, "THREAD_CREATE"},
		{func() error { _, err := c.Say(c.ann.ID, thread.ID, "hi"); return err }, intentGuildMembers, "THREAD_MEMBERS_UPDATE"},
		{func() error { return c.ArchiveThread(c.ann.ID, thread.ID, true, false) }, intentGuilds, "THREAD_UPDATE"},
		{func() error { return c.RemoveChannel(thread.ID) }, intentGuilds, "THREAD_DELETE"},
		{func() error { return c.Delete(c.ann.ID, said.ID) }, intentGuildMessages, "MESSAGE_DELETE"},
		{func() error { return c.SetNick(c.guild.ID, c.App().ID, "Helper") }, intentDirectMessages, "GUILD_MEMBER_UPDATE"},
		{func() error { return c.SetOverwrite(secret.ID, Overwrite{ID: c.App().ID, Type: OverwriteMember}) }, intentGuilds, "CHANNEL_UPDATE THREAD_LIST_SYNC"},
		{func() error { return c.RemoveMember(c.guild.ID, bob.ID) }, intentGuildMembers, "GUILD_MEMBER_REMOVE"},
		{func() error { return c.RemoveMember(c.guild.ID, c.App().ID) }, intentGuilds, "GUILD_DELETE"},
		{func() error { return c.AddMember(c.guild.ID, c.App()) }, intentGuilds, "GUILD_CREATE"},
	}
	c.commands(everything)
	for n, s := range steps {
		ws := c.identify(s.intent)
		if s.intent&intentGuilds != 0 && len(c.state.guilds) > 0 {
			c.read(ws) // the guild
		}
		if err := s.do(); err != nil {
			t.Fatalf("step %d, %s: %v", n, s.events, err)
		}
		for _, want := range strings.Fields(s.events) {
			if p := c.read(ws); p.Type != want {
				t.Errorf("step %d: got %s, want %s", n, p.Type, want)
			}
		}
		if len(c.state.guilds) > 0 {
			// Nothing more came before the next event, which comes to all.
			i, err := c.Slash(c.ann.ID, c.dm.ID, "ask")
			must(t, err)
			if p := c.read(ws); p.Data["id"] != i.ID {
				t.Errorf("step %d, %s: also got %s %v", n, s.events, p.Type, p.Data)
			}
		}
		ws.Close()
	}
}
