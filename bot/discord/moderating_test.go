package discord

import (
	"strings"
	"testing"

	"storybot/bot/discord/local"
	"storybot/bot/ledger"
)

// refuses fails the test unless a person was told that something is for moderators, alone.
func (w *world) refuses(what string, m local.Message) {
	w.t.Helper()
	if !strings.Contains(m.Content, "That is for moderators") || len(m.Embeds) > 0 || !isEphemeral(m) {
		w.t.Errorf("%s is not refused: %q %+v", what, m.Content, m.Embeds)
	}
}

// member is somebody in the world's guild who is no moderator.
func (w *world) member(name string) local.User {
	w.t.Helper()
	user := w.AddUser(name)
	if err := w.AddMember(w.guild.ID, user); err != nil {
		w.t.Fatal(err)
	}
	return user
}

func options(pairs ...string) (list []local.Option) {
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, local.Option{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

// What is for moderators is refused to everybody else, whatever their client sends, and
// nothing is changed.
func TestOnlyModerators(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	story := w.put(w.guild.ID, "The bridge", bridgeText)
	bob := w.member("bob")
	file := w.Upload(local.File{Name: "a.txt", Data: []byte(orchidText)})
	for _, try := range []struct {
		command string
		options []local.Option
	}{
		{"sources list", nil},
		{"sources show", options("source", story.SourceID)},
		{"sources add", nil},
		{"sources add", options("file", file)},
		{"sources remove", options("source", story.SourceID)},
		{"sources refresh", nil},
		{"sources add", options("link", "http://news.example/ferry")},
		{"sources plan", options("source", story.SourceID, "refresh", "manual")},
		{"gaps", nil},
		{"feedback", nil},
		{"settings show", nil},
		{"settings history", nil},
		{"settings channels", options("add", w.general.ID)},
		{"settings auto", options("add", w.general.ID, "threshold", "0.1")},
		{"settings roles", options("add", w.guild.ID)},
		{"settings language", options("language", "ko")},
		{"settings check", options("mode", "normal")},
		{"settings budget", options("server", "1")},
		{"settings revisions", options("keep", "1")},
		{"settings private", options("default", "true")},
		{"settings log", options("channel", w.general.ID)},
	} {
		w.refuses(try.command, w.response(w.SlashForged(bob.ID, w.general.ID, try.command, try.options...)))
	}
	answer := w.slash("What will the new bridge cost?")
	for _, name := range controls {
		for _, about := range []string{"", story.SourceID, channelsSetting} {
			id := control{name: name, page: 1, about: about}.String()
			w.refuses(id, w.response(w.PressForged(bob.ID, answer.ID, id)))
			w.refuses(id, w.response(w.PressForged(bob.ID, answer.ID, id, w.general.ID)))
		}
	}
	if c := w.suggested(bob, "sources show", "source", "bridge"); len(c) > 0 {
		t.Errorf("somebody is told of sources: %+v", c)
	}
	if sources, err := w.corpus.Sources(t.Context(), w.guild.ID); err != nil || len(sources) != 1 {
		t.Errorf("the sources are %+v, %v", sources, err)
	}
	if acts, _, err := w.ledger.Acts(t.Context(), w.guild.ID, 10, 0); err != nil || len(acts) != 0 {
		t.Errorf("the acts are %+v, %v", acts, err)
	}
}

// suggested is what is suggested to somebody who is typing an option of a moderator's
// command, though the command may not be offered to them.
func (w *world) suggested(user local.User, command, option, typed string) []local.CommandChoice {
	w.t.Helper()
	if err := w.AllowCommand(w.guild.ID, strings.Fields(command)[0], w.guild.ID); err != nil {
		w.t.Fatal(err)
	}
	i, err := w.Suggest(user.ID, w.general.ID, command, option, local.Option{Name: option, Value: typed})
	if err != nil {
		w.t.Fatal(err)
	}
	choices, err := w.Choices(w.ctx, i.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return choices
}

// Members of a role that the guild has set are moderators as long as they have it, and as
// long as it is set.
func TestModeratorRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.member("bob")
	role, err := w.AddRole(w.guild.ID, "Editors", 0)
	if err != nil {
		t.Fatal(err)
	}
	show := func() local.Message { return w.response(w.SlashForged(bob.ID, w.general.ID, "settings show")) }
	w.refuses("without a role", show())
	contains(t, w.use(w.ann, w.general, "settings roles", options("add", role.ID)...), "<@&"+role.ID+">")
	w.refuses("the role is another's", show())
	if err := w.Grant(w.guild.ID, bob.ID, role.ID); err != nil {
		t.Fatal(err)
	}
	contains(t, show(), "Moderators' roles", "<@&"+role.ID+">")
	if err := w.Revoke(w.guild.ID, bob.ID, role.ID); err != nil {
		t.Fatal(err)
	}
	refusal := show()
	w.refuses("without the role again", refusal)
	contains(t, refusal, "<@&"+role.ID+">")
	if err := w.Grant(w.guild.ID, bob.ID, role.ID); err != nil {
		t.Fatal(err)
	}
	contains(t, show(), "Moderators' roles")
	contains(t, w.use(w.ann, w.general, "settings roles", options("remove", role.ID)...), "none")
	w.refuses("the role is not set any more", show())
	contains(t, w.use(w.ann, w.general, "settings roles", options("add", w.guild.ID)...), "Everybody has that role")
	if s := w.settings(); len(s.Roles) > 0 {
		t.Errorf("moderators are %q", s.Roles)
	}
}

func (w *world) settings() ledger.Settings {
	w.t.Helper()
	s, err := w.ledger.Settings(w.t.Context(), w.guild.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// Who may not any more what they could when a button was put before them cannot press it.
func TestPermissionLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	story := w.put(w.guild.ID, "The bridge", bridgeText)
	bob := w.member("bob")
	role, err := w.AddRole(w.guild.ID, "Managers", local.PermManageGuild)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Grant(w.guild.ID, bob.ID, role.ID); err != nil {
		t.Fatal(err)
	}
	asked := w.use(bob, w.general, "sources remove", options("source", story.SourceID)...)
	contains(t, asked, "Remove “The bridge”")
	if err := w.Revoke(w.guild.ID, bob.ID, role.ID); err != nil {
		t.Fatal(err)
	}
	w.refuses("the button", w.press(bob, asked, w.button(asked, "mod:remove:")))
	if _, err := w.corpus.Source(t.Context(), w.guild.ID, story.SourceID); err != nil {
		t.Errorf("the source is gone: %v", err)
	}
}

func FuzzControl(f *testing.F) {
	for _, c := range []control{{name: sourcesControl, page: 3}, {name: showControl, page: 1, about: "k3v9x2m4p6q7a"}} {
		f.Add(c.String())
	}
	for _, text := range []string{"", "mod:", "mod:list:0:", "mod:sources:01:", "mod:sources:+1:", "mod:sources:1:a:b", "cite:a:1", "sources:1:"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := parseControl(text)
		if !ok {
			return
		}
		if c.String() != text || len(text) > 100 || c.page < 1 {
			t.Errorf("%q is read as %+v", text, c)
		}
		if _, both := parseCustomID(text); both {
			t.Errorf("%q is somebody else's too", text)
		}
	})
}
