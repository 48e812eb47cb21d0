package discord

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

const (
	bridgeText = "The old bridge over the Lune was closed on 3 May 2024.\n\nMayor Anna Berg said that a new bridge would cost 40 million crowns. The council pays for it.\n\nWork begins in August. Until then a ferry carries people across."
	orchidText = "The orchid house of Vesta burned down on 9 June 2024.\n\nKeeper Milo Trent saved 300 plants from the flames."
)

// put gives a guild a story; "" gives it to all.
func (w *world) put(guild, title, text string) retrieval.Story {
	w.t.Helper()
	src, story, err := source.Pasted(title, text)
	if err != nil {
		w.t.Fatal(err)
	}
	src.Guild = guild
	story.URL = "https://news.example/" + strings.ToLower(strings.ReplaceAll(title, " ", "-"))
	story.PublishedAt = time.Date(2024, 5, 4, 0, 0, 0, 0, time.UTC)
	change, err := w.corpus.Put(w.t.Context(), src, []retrieval.Story{story})
	if err != nil {
		w.t.Fatal(err)
	}
	id := slices.Concat(change.Added, change.Changed, change.Unchanged)[0]
	found, err := w.corpus.FindStory(w.t.Context(), guild, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// restart puts a new process of the real bot in the place of the one that runs.
func (w *world) restart() {
	w.t.Helper()
	before := w.Identified()
	w.stop()
	if err := w.stopped(); err != nil {
		w.t.Fatal(err)
	}
	w.run(nil)
	if err := w.Wait(w.ctx, func() bool { return w.Identified() > before }); err != nil {
		w.t.Fatal(err)
	}
	if err := w.Online(w.ctx); err != nil {
		w.t.Fatal(err)
	}
}

// response waits for the bot's response to an interaction that a person has made.
func (w *world) response(i local.Interaction, err error) local.Message {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	m, err := w.Response(w.ctx, i.ID)
	if err == nil && stillAtIt(m) {
		err = w.Wait(w.ctx, func() bool {
			m, err = w.Response(w.ctx, i.ID)
			return err != nil || !stillAtIt(m)
		})
	}
	if err != nil {
		w.t.Fatalf("no response: %v\n%s", err, w.log)
	}
	return m
}

func (w *world) use(user local.User, channel local.Channel, command string, options ...local.Option) local.Message {
	w.t.Helper()
	return w.response(w.Slash(user.ID, channel.ID, command, options...))
}

func (w *world) press(user local.User, m local.Message, id string, values ...string) local.Message {
	w.t.Helper()
	return w.response(w.Press(user.ID, m.ID, id, values...))
}

// replyTo writes a reply with a ping.
func (w *world) replyTo(user local.User, m local.Message, content string) local.Message {
	w.t.Helper()
	said, err := w.Send(user.ID, m.ChannelID, local.Draft{Content: content, ReplyTo: m.ID})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.reply(said)
}

// componentsOf are the custom ids on a message.
func componentsOf(m local.Message) []string {
	var ids []string
	var walk func([]component)
	walk = func(all []component) {
		for _, c := range all {
			if c.CustomID != "" {
				ids = append(ids, c.CustomID)
			}
			walk(c.Components)
		}
	}
	for _, raw := range m.Components {
		var c component
		if err := json.Unmarshal(raw, &c); err != nil {
			panic("the local Discord keeps components that are none: " + err.Error())
		}
		walk([]component{c})
	}
	return ids
}

// button is the custom id on a message that begins so.
func (w *world) button(m local.Message, prefix string) string {
	w.t.Helper()
	for _, id := range componentsOf(m) {
		if strings.HasPrefix(id, prefix) {
			return id
		}
	}
	w.t.Fatalf("no component %s… on %q: %q", prefix, m.Content, componentsOf(m))
	return ""
}

func isEphemeral(m local.Message) bool { return m.Flags&local.FlagEphemeral != 0 }

// contains fails the test unless a message has all of the texts.
func contains(t testing.TB, m local.Message, wants ...string) {
	t.Helper()
	all := m.Content
	for _, e := range m.Embeds {
		all += "\n" + e.Title + "\n" + e.Description
	}
	for _, want := range wants {
		if !strings.Contains(all, want) {
			t.Errorf("the message lacks %q:\n%s", want, all)
		}
	}
}

// entryOf is the ledger's entry of the answer that a message shows.
func (w *world) entryOf(m local.Message) ledger.Entry {
	w.t.Helper()
	id, ok := parseCustomID(w.button(m, "good:"))
	if !ok {
		w.t.Fatal("a custom id of ours is not read")
	}
	e, err := w.ledger.Entry(w.t.Context(), id.answer)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) thread(user local.User, channel local.Channel, message string) local.Channel {
	w.t.Helper()
	c, err := w.StartThread(user.ID, channel.ID, message, "About the bridge")
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// People ask in every way that there is, and get the same answer.
func TestAskEveryWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	w.put("", "The shared bridge", strings.ReplaceAll(bridgeText, "Anna Berg", "Anna Holm"))
	const q = "What will the new bridge cost?"
	message, err := w.Say(w.ann.ID, w.general.ID, q)
	if err != nil {
		t.Fatal(err)
	}
	mention := "<@" + w.App().ID + "> "
	thread := w.thread(w.ann, w.general, message.ID)
	tests := []struct {
		name string
		ask  func() local.Message
	}{
		{"command", func() local.Message { return w.slash(q) }},
		{"mention", func() local.Message { return w.say(w.general, mention+q) }},
		{"thread", func() local.Message { return w.say(thread, mention+q) }},
		{"direct message", func() local.Message { return w.say(w.dm, q) }},
		{"command in a direct message", func() local.Message {
			return w.use(w.ann, w.dm, "ask", local.Option{Name: "question", Value: q})
		}},
		{"reply", func() local.Message { return w.replyTo(w.ann, w.say(w.general, mention+"When does work begin?"), q) }},
		{"message menu", func() local.Message { return w.response(w.Menu(w.ann.ID, askMenu, message.ID)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.ask()
			contains(t, got, "40 million crowns", "[1]", "bridge](<https://news.example/", "#:~:text=", "¶ 2", "2024-05-04")
			e := w.entryOf(got)
			if e.User != w.ann.ID || e.Channel != got.ChannelID || e.Status != string(bot.Answered) {
				t.Errorf("kept: user %q, channel %q, status %q", e.User, e.Channel, e.Status)
			}
			if private := tt.name == "message menu"; isEphemeral(got) != private || e.Private != private {
				t.Errorf("ephemeral %v, private %v", isEphemeral(got), e.Private)
			}
		})
	}
}

// A question may be asked of one story, for the eyes of who asks alone.
func TestAskOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	orchids := w.put(w.guild.ID, "The orchids", orchidText)
	ask := func(options ...local.Option) local.Message {
		return w.use(w.ann, w.general, "ask", append([]local.Option{{Name: "question", Value: "What will the new bridge cost?"}}, options...)...)
	}
	if got := ask(local.Option{Name: "private", Value: "true"}); !isEphemeral(got) {
		t.Errorf("all can see %q", got.Content)
	}
	if got := ask(); isEphemeral(got) {
		t.Errorf("nobody else can see %q", got.Content)
	}
	if got := ask(local.Option{Name: "story", Value: orchids.ID}); strings.Contains(got.Content, "40 million") {
		t.Errorf("another story answered: %q", got.Content)
	}
	contains(t, ask(local.Option{Name: "story", Value: "The bridge"}), "40 million")
	if got := ask(local.Option{Name: "story", Value: "No such story"}); strings.Contains(got.Content, "40 million") {
		t.Errorf("no story of that name, and yet %q", got.Content)
	}
}

// Follow-ups are understood in a thread, in a chain of replies and in a DM, also by a bot
// that was started anew.
func TestFollowUps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	w.put("", "The bridge again", bridgeText)
	mention := "<@" + w.App().ID + "> "
	first := w.say(w.general, mention+"What did Mayor Anna Berg say?")
	thread := w.thread(w.ann, w.general, first.ID) // begun from the answer
	inDM := w.say(w.dm, "What did Mayor Anna Berg say?")
	w.restart()
	tests := []struct {
		name  string
		ask   func() local.Message
		after local.Message
	}{
		{"reply", func() local.Message { return w.replyTo(w.ann, first, "And who pays for it?") }, first},
		{"thread of the answer", func() local.Message { return w.say(thread, mention+"And who pays for it?") }, first},
		{"direct message", func() local.Message { return w.say(w.dm, "And who pays for it?") }, inDM},
	}
	for _, tt := range tests {
		got := tt.ask()
		contains(t, got, "The council pays for it.")
		if after, want := w.entryOf(got).After, w.entryOf(tt.after).ID; after != want {
			t.Errorf("%s: follows %q, want %q", tt.name, after, want)
		}
	}
	second := w.say(thread, mention+"When does work begin?")
	third := w.say(thread, mention+"Until when?")
	if got, want := w.entryOf(third).After, w.entryOf(second).ID; got != want {
		t.Errorf("in a thread the last answer is followed: %q, want %q", got, want)
	}
	if e := w.entryOf(w.say(w.general, mention+"When does work begin?")); e.After != "" {
		t.Errorf("a new question in a channel follows %q", e.After)
	}
}

// A citation opens at a click, privately, also for others and after a restart; and what
// has become of the text since is told.
func TestOpenCitation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	got := w.slash("What will the new bridge cost?")
	w.restart()
	bob := w.AddUser("bob")
	if err := w.AddMember(w.guild.ID, bob); err != nil {
		t.Fatal(err)
	}
	id := w.button(got, "cite:")
	opened := w.press(bob, got, id)
	if !isEphemeral(opened) {
		t.Error("a paragraph is opened for all to see")
	}
	contains(t, opened, "**Mayor Anna Berg said that a new bridge would cost 40 million crowns.**", "The council pays for it.",
		"closed on 3 May 2024", "Work begins in August", "#:~:text=", "2024-05-04")

	w.put(w.guild.ID, "The bridge", strings.Replace(bridgeText, "40 million", "55 million", 1))
	changed := w.press(bob, got, id)
	contains(t, changed, "40 million", "words this paragraph differently", "cost ~~40~~ **55** million crowns")
	sources, err := w.corpus.Sources(t.Context(), w.guild.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.corpus.Remove(t.Context(), w.guild.ID, sources[0].ID); err != nil {
		t.Fatal(err)
	}
	contains(t, w.press(bob, got, id), "40 million", w.phrase("citation_withdrawn"))
}

// A summary, and what a text claims, are to be had by commands.
func TestSummaryAndCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	story := w.put(w.guild.ID, "The bridge", bridgeText)
	for _, style := range []string{"brief", "bullets", "timeline"} {
		got := w.use(w.ann, w.general, "summary", local.Option{Name: "story", Value: story.ID}, local.Option{Name: "style", Value: style})
		contains(t, got, "closed on 3 May 2024", "[1]", "¶ 1")
		w.press(w.ann, got, w.button(got, "cite:"))
	}
	contains(t, w.use(w.ann, w.general, "summary"), "[1]")
	if got := w.use(w.ann, w.general, "summary", local.Option{Name: "since", Value: "last week"}); strings.Contains(got.Content, "[1]") {
		t.Errorf("no date, and yet %q", got.Content)
	}
	claims := "The new bridge would cost 40 million crowns. The old bridge was closed on 4 May 2024. The moon is made of cheese."
	got := w.use(w.ann, w.general, "check", local.Option{Name: "text", Value: claims})
	contains(t, got, "✅", "❌", "❔", "[1]", "¶ 1")
	contains(t, w.press(w.ann, got, w.button(got, "cite:")), "**")
	said, err := w.Say(w.ann.ID, w.general.ID, "The old bridge was closed on 4 May 2024.")
	if err != nil {
		t.Fatal(err)
	}
	menu := w.response(w.Menu(w.ann.ID, checkMenu, said.ID))
	contains(t, menu, "❌")
	if !isEphemeral(menu) {
		t.Error("somebody's words are checked for all to see")
	}
}

// Stories are suggested as their titles are typed, in any script, those of the guild and
// the shared ones.
func TestSuggestStories(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	w.put("", "한국은행 기준금리 동결", "한국은행은 기준금리를 동결했다.")
	w.put("", "Ёлка на площади", "На площади поставили ёлку.")
	for typed, want := range map[string]string{"bri": "The bridge", "기준": "한국은행 기준금리 동결", "елка": "Ёлка на площади"} {
		i, err := w.Suggest(w.ann.ID, w.general.ID, "ask", "story", local.Option{Name: "story", Value: typed})
		if err != nil {
			t.Fatal(err)
		}
		choices, err := w.Choices(w.ctx, i.ID)
		if err != nil {
			t.Fatalf("%v\n%s", err, w.log)
		}
		if len(choices) != 1 || choices[0].Name != want {
			t.Errorf("%q suggests %+v, want %q", typed, choices, want)
		}
	}
}

// What people think of an answer is kept, with all that its question can be asked again by.
func TestFeedback(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	story := w.put(w.guild.ID, "The bridge", bridgeText)
	got := w.use(w.ann, w.general, "ask", local.Option{Name: "question", Value: "What will the new bridge cost?"}, local.Option{Name: "story", Value: story.ID})
	silent := w.slash("Who wrote the opera about penguins?")
	for _, press := range []struct {
		m  local.Message
		id string
	}{{got, "good:"}, {got, "good:"}, {got, "wrong:"}, {silent, "missed:"}} {
		thanks := w.press(w.ann, press.m, w.button(press.m, press.id))
		if ids := componentsOf(thanks); len(ids) > 0 {
			thanks = w.press(w.ann, thanks, ids[0], "1")
		}
		if !isEphemeral(thanks) || thanks.Content == "" {
			t.Errorf("%s: %+v", press.id, thanks)
		}
	}
	opinions, total, err := w.ledger.Feedback(t.Context(), w.guild.ID, 10, 0)
	if err != nil || total != 3 {
		t.Fatalf("%d opinions, %v, want 3: %+v", total, err, opinions)
	}
	wrong := opinions[slices.IndexFunc(opinions, func(o ledger.Opinion) bool { return o.Kind == ledger.WrongCitation })]
	if wrong.Citation != 1 || wrong.User != w.ann.ID || wrong.Asked.Question != "What will the new bridge cost?" || wrong.Asked.Story != story.ID || wrong.Asked.AskedAt.IsZero() {
		t.Errorf("kept %+v", wrong)
	}
	gaps, _, err := w.ledger.Gaps(t.Context(), w.guild.ID, 10, 0)
	if err != nil || len(gaps) != 1 || gaps[0].Question != "Who wrote the opera about penguins?" || gaps[0].Count != 1 {
		t.Errorf("gaps %+v, %v", gaps, err)
	}
}

// 'Not in the stories' offers what comes nearest, to be opened.
func TestNotInStories(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	got := w.slash("Who designed the bridge of Kyoto in 1850?")
	contains(t, got, w.phrase("answer_not_in_stories"), "The bridge", "¶")
	contains(t, w.press(w.ann, got, w.button(got, "near:")), "bridge")
}

// The help has examples from the guild's own stories.
func TestHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	got := w.use(w.ann, w.general, "help")
	contains(t, got, "The bridge", "/ask", "/summary", "/check")
	if !isEphemeral(got) {
		t.Error("help for all to see")
	}
	if other := w.AddGuild("Gardeners", w.ann); true {
		c := w.AddChannel(other.ID, "general")
		if got := w.use(w.ann, c, "help"); strings.Contains(got.Content, "The bridge") {
			t.Errorf("another guild's story: %q", got.Content)
		}
	}
}

// What is kept about a person is deleted when they want it, and only theirs.
func TestForgetMe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	bob := w.AddUser("bob")
	if err := w.AddMember(w.guild.ID, bob); err != nil {
		t.Fatal(err)
	}
	const q = "What will the new bridge cost?"
	mine := w.slash(q)
	his := w.use(bob, w.general, "ask", local.Option{Name: "question", Value: q})
	w.press(w.ann, mine, w.button(mine, "good:"))
	asked := w.use(w.ann, w.general, "forget-me")
	contains(t, w.press(w.ann, asked, w.button(asked, "keep")), w.phrase("forget_cancelled"))
	w.press(w.ann, mine, w.button(mine, "cite:")) // it is there still
	asked = w.use(w.ann, w.general, "forget-me")
	w.press(w.ann, asked, w.button(asked, "forget"))
	contains(t, w.press(w.ann, mine, w.button(mine, "cite:")), w.phrase("citation_forgotten"))
	contains(t, w.press(bob, his, w.button(his, "cite:")), "40 million")
	if _, total, err := w.ledger.Feedback(t.Context(), w.guild.ID, 10, 0); err != nil || total != 0 {
		t.Errorf("%d opinions, %v", total, err)
	}
}

// phrase is a text of the bot's in English.
func (w *world) phrase(key string) string {
	w.t.Helper()
	all, err := loadTexts()
	if err != nil {
		w.t.Fatal(err)
	}
	text := all.in("en").say(key)
	if text == key {
		w.t.Fatalf("there is no text %q", key)
	}
	return text
}

// The bot speaks the language of who asks.
func TestLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	seen := make(map[string]bool)
	for _, locale := range []string{"en-US", "ko", "ru"} {
		w.SetLocale(w.ann.ID, locale)
		got := w.slash("Who wrote the opera about penguins?")
		want, err := loadTexts()
		if err != nil {
			t.Fatal(err)
		}
		contains(t, got, want.in(locale).say("answer_not_in_stories"))
		seen[got.Content] = true
		commands, err := json.Marshal(w.Available(w.ann.ID, w.general.ID))
		if err != nil {
			t.Fatal(err)
		}
		seen[string(commands)] = true
	}
	if len(seen) != 6 {
		t.Errorf("two languages say the same: %v", seen)
	}
}
