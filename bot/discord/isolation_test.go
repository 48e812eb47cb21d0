package discord

import (
	"strings"
	"testing"

	"storybot/bot/discord/local"
)

// Nobody of one guild gets at another guild's text, whichever way they try, also with a
// client that sends what it likes.
func TestIsolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.faulty = true // it is asked for members who are none
	w.put(w.guild.ID, "The bridge", bridgeText)
	eve := w.AddUser("eve")
	other := w.AddGuild("Gardeners", eve)
	theirs := w.AddChannel(other.ID, "general")
	eveDM := w.OpenDM(eve)
	w.put(other.ID, "The orchids", orchidText)
	// She knows all that there is to know of an answer that was given there.
	answer := w.slash("What will the new bridge cost?")
	kept := w.entryOf(answer)
	story := w.storyID(w.guild.ID, "The bridge")
	const q = "What will the new bridge cost, Mayor Anna Berg?"
	mention := "<@" + w.App().ID + "> "
	hers := w.use(eve, theirs, "ask", local.Option{Name: "question", Value: "What burned down on 9 June 2024?"})
	contains(t, hers, "orchid house")
	said, err := w.Say(eve.ID, theirs.ID, q)
	if err != nil {
		t.Fatal(err)
	}
	thread := w.thread(eve, theirs, said.ID)
	sayAs := func(c local.Channel, text string) local.Message {
		m, err := w.Say(eve.ID, c.ID, text)
		if err != nil {
			t.Fatal(err)
		}
		return w.reply(m)
	}
	ask := func(c local.Channel, options ...local.Option) local.Message {
		return w.use(eve, c, "ask", append([]local.Option{{Name: "question", Value: q}}, options...)...)
	}
	forged := func(id string, values ...string) func() local.Message {
		return func() local.Message { return w.response(w.PressForged(eve.ID, hers.ID, id, values...)) }
	}
	for name, try := range map[string]func() local.Message{
		"command":             func() local.Message { return ask(theirs) },
		"command, story":      func() local.Message { return ask(theirs, local.Option{Name: "story", Value: story}) },
		"command, title":      func() local.Message { return ask(theirs, local.Option{Name: "story", Value: "The bridge"}) },
		"mention":             func() local.Message { return sayAs(theirs, mention+q) },
		"thread":              func() local.Message { return sayAs(thread, mention+q) },
		"reply":               func() local.Message { return w.replyTo(eve, hers, q) },
		"direct message":      func() local.Message { return sayAs(eveDM, q) },
		"direct message, cmd": func() local.Message { return ask(eveDM, local.Option{Name: "story", Value: story}) },
		"message menu":        func() local.Message { return w.response(w.Menu(eve.ID, askMenu, said.ID)) },
		"check": func() local.Message {
			return w.use(eve, theirs, "check", local.Option{Name: "text", Value: "The new bridge would cost 50 million crowns."})
		},
		"check menu":        func() local.Message { return w.response(w.Menu(eve.ID, checkMenu, said.ID)) },
		"summary":           func() local.Message { return w.use(eve, theirs, "summary") },
		"summary, story":    func() local.Message { return w.use(eve, theirs, "summary", local.Option{Name: "story", Value: story}) },
		"help":              func() local.Message { return w.use(eve, theirs, "help") },
		"citation":          forged("cite:" + kept.ID + ":1"),
		"nearest":           forged("near:" + kept.ID + ":1"),
		"menu of citations": forged("cites:"+kept.ID+":1", "1"),
		"page":              forged("page:" + kept.ID + ":1:en"),
		"page 2":            forged("page:" + kept.ID + ":2:en"),
		"opinion":           forged("wrong:" + kept.ID),
		"opinion, which":    forged("which:"+kept.ID, "1"),
		"picked server": func() local.Message {
			w.response(w.Slash(eve.ID, eveDM.ID, "server", local.Option{Name: "name", Value: w.guild.ID}))
			return sayAs(eveDM, q)
		},
		"picked, and left": func() local.Message {
			if err := w.ledger.Pick(t.Context(), eve.ID, w.guild.ID); err != nil {
				t.Fatal(err)
			}
			return sayAs(eveDM, q)
		},
		"opened in a direct message": func() local.Message {
			dm := sayAs(eveDM, q)
			return w.response(w.PressForged(eve.ID, dm.ID, "cite:"+kept.ID+":1"))
		},
	} {
		got := try()
		text := got.Content
		for _, e := range got.Embeds {
			text += e.Title + e.Description
		}
		for _, secret := range []string{"40 million", "council pays", "The bridge", "ferry carries"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %q is shown to another guild: %s", name, secret, text)
			}
		}
	}
	for _, c := range []local.Channel{theirs, eveDM} {
		i, err := w.Suggest(eve.ID, c.ID, "ask", "story", local.Option{Name: "story", Value: "The bridge"})
		if err != nil {
			t.Fatal(err)
		}
		choices, err := w.Choices(w.ctx, i.ID)
		if err != nil || len(choices) > 0 {
			t.Errorf("suggested: %+v, %v", choices, err)
		}
	}
	if opinions, total, err := w.ledger.Feedback(t.Context(), w.guild.ID, 10, 0); err != nil || total != 0 {
		t.Errorf("another guild's opinions are kept: %+v, %v", opinions, err)
	}
}

// In a DM questions are asked of the server that the person has picked, as long as they
// are a member of it.
func TestPickedServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.faulty = true // it is asked for a member who has left
	w.put(w.guild.ID, "The bridge", bridgeText)
	w.put("", "The orchids", orchidText)
	w.AddGuild("Gardeners", w.ann) // without one in common Discord has no DM
	const q = "What will the new bridge cost?"
	if got := w.say(w.dm, q); strings.Contains(got.Content, "40 million") {
		t.Errorf("a server's story in a DM that has picked none: %q", got.Content)
	}
	i, err := w.Suggest(w.ann.ID, w.dm.ID, "server", "name", local.Option{Name: "name", Value: "read"})
	if err != nil {
		t.Fatal(err)
	}
	choices, err := w.Choices(w.ctx, i.ID)
	if err != nil || len(choices) != 2 || choices[1].Name != "Readers" {
		t.Fatalf("suggested %+v, %v\n%s", choices, err, w.log)
	}
	contains(t, w.use(w.ann, w.dm, "server", local.Option{Name: "name", Value: "readers"}), "Readers")
	got := w.say(w.dm, q)
	contains(t, got, "40 million", "Readers")
	contains(t, w.say(w.dm, "What burned down on 9 June 2024?"), "orchid house")
	contains(t, w.press(w.ann, got, w.button(got, "cite:")), "**")

	if err := w.RemoveMember(w.guild.ID, w.ann.ID); err != nil {
		t.Fatal(err)
	}
	if left := w.say(w.dm, q); strings.Contains(left.Content, "40 million") {
		t.Errorf("who has left a server sees its stories: %q", left.Content)
	}
	contains(t, w.press(w.ann, got, w.button(got, "cite:")), w.phrase("citation_forgotten"))
	if err := w.AddMember(w.guild.ID, w.ann); err != nil {
		t.Fatal(err)
	}
	contains(t, w.say(w.dm, q), "40 million")
	contains(t, w.use(w.ann, w.dm, "server"), "Readers")
	contains(t, w.use(w.ann, w.dm, "server", local.Option{Name: "name", Value: choices[0].Value.(string)}), w.phrase("server_cleared"))
	contains(t, w.use(w.ann, w.dm, "server"), w.phrase("server_shared"))
	if got := w.say(w.dm, q); strings.Contains(got.Content, "40 million") {
		t.Errorf("a server's story after the choice was taken back: %q", got.Content)
	}
}

func (w *world) storyID(guild, title string) string {
	w.t.Helper()
	story, err := w.corpus.FindStory(w.t.Context(), guild, title)
	if err != nil {
		w.t.Fatal(err)
	}
	return story.ID
}
