package discord

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/bot/ledger"
	"storybot/retrieval"
)

func (asker) Replay(context.Context, ledger.Entry, int) (bot.Replayed, error) {
	return bot.Replayed{}, errors.New("nothing is asked again here")
}

const (
	tramText = "The tram to Fossum is driven by Liv Dahl since March."
	tramAsks = "Who drives the tram to Fossum?"
)

// newReplaying is a world with a real bot, and its server.
func newReplaying(t *testing.T, adjust ...func(*Server)) (*world, *Server) {
	t.Helper()
	var s *Server
	w := newWorld(t, nil, append(adjust, func(running *Server) { s = running })...)
	w.put(w.guild.ID, "The bridge", bridgeText)
	return w, s
}

// unanswered asks what the stories do not tell.
func (w *world) unanswered(user local.User, channel local.Channel, more ...local.Option) local.Message {
	w.t.Helper()
	m := w.use(user, channel, "ask", append(options("question", tramAsks), more...)...)
	contains(w.t, m, w.phrase("answer_not_in_stories"))
	return m
}

// wish presses the button of somebody who wants to be told.
func (w *world) wish(user local.User, m local.Message) {
	w.t.Helper()
	kept := w.press(user, m, w.button(m, "tell:"))
	contains(w.t, kept, w.phrase("wish_kept"))
	if !isEphemeral(kept) {
		w.t.Error("all can see who waits for an answer")
	}
}

// wishes counts what is kept of who waits.
func (w *world) wishes() (n int) {
	w.t.Helper()
	if err := w.db.View(w.t.Context(), func(tx *sql.Tx) error { return tx.QueryRow(`SELECT COUNT(*) FROM wishes`).Scan(&n) }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// told waits until something is in a person's direct messages.
func (w *world) told(dm local.Channel) local.Message {
	w.t.Helper()
	if err := w.Wait(w.ctx, func() bool { return len(w.Messages(dm.ID)) > 0 }); err != nil {
		w.t.Fatalf("not told: %v\n%s", err, w.log)
	}
	checkPings(w.t, w.Messages(dm.ID), w.App().ID)
	return w.Messages(dm.ID)[0]
}

// addTram has a moderator add the story that answers.
func (w *world) addTram() {
	w.t.Helper()
	file := w.Upload(local.File{Name: "tram.txt", Data: []byte(tramText)})
	contains(w.t, w.use(w.ann, w.general, "sources add", options("file", file, "title", "The tram", "link", "https://news.example/tram")...), "is added")
}

// Who wants to be told hears of it as soon as a moderator has added a story that answers,
// once, also when the bot is started anew, with the question, the quote and where it stands.
// Moderators see that it can be answered, and that it cannot when the story is removed.
func TestTold(t *testing.T) {
	t.Parallel()
	w, _ := newReplaying(t)
	bob, cara := w.member("bob"), w.member("cara")
	bobs, caras := w.OpenDM(bob), w.OpenDM(cara)
	m := w.unanswered(bob, w.general)
	w.wish(bob, m)
	w.wish(cara, m) // who has not asked
	w.wish(w.ann, m)
	contains(t, w.press(w.ann, m, w.button(m, "tell:")), w.phrase("wish_taken_back"))
	w.use(bob, w.general, "ask", options("question", "When does the zoo open on Sundays?")...)
	if list := w.use(w.ann, w.general, "gaps"); strings.Contains(list.Embeds[0].Title, "now") {
		t.Errorf("nothing has changed: %q", list.Embeds[0].Title)
	}

	w.addTram()
	got := w.told(bobs)
	contains(t, got, "You asked to be told: the stories of Readers answer this now.", "> "+tramAsks, "“"+tramText+"” [1]",
		"[The tram](<https://news.example/tram#:~:text=", "¶ 1")
	contains(t, w.told(caras), tramText)
	list := w.use(w.ann, w.general, "gaps")
	contains(t, list, "2 questions that the stories could not answer · 1 can be answered now",
		tramAsks+" · asked 1 time", "✅ can be answered now: “"+tramText+"” — The tram · ¶ 1")
	if first, _, _ := strings.Cut(list.Embeds[0].Description, "\n"); !strings.Contains(first, tramAsks) {
		t.Errorf("first is %q", first)
	}
	for _, secret := range []string{bob.ID, "bob", cara.ID} {
		if strings.Contains(list.Embeds[0].Description, secret) {
			t.Errorf("moderators are told who asked: %q", list.Embeds[0].Description)
		}
	}

	var s *Server
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	if n := w.wishes(); n != 0 {
		t.Errorf("%d are to be told still", n)
	}
	w.run(nil, func(running *Server) { s = running })
	if err := w.Wait(w.ctx, func() bool { return w.Identified() > 1 }); err != nil {
		t.Fatal(err)
	}
	sources, err := w.corpus.Sources(t.Context(), w.guild.ID)
	if err != nil {
		t.Fatal(err)
	}
	tram := sources[slices.IndexFunc(sources, func(src retrieval.Source) bool { return src.Title == "The tram" })]
	w.put(w.guild.ID, "The orchids", orchidText)
	s.replayAll(w.ctx)
	contains(t, w.use(w.ann, w.general, "gaps"), "1 can be answered now")
	if _, err := w.corpus.Remove(t.Context(), w.guild.ID, tram.ID); err != nil {
		t.Fatal(err)
	}
	s.replayAll(w.ctx)
	if list := w.use(w.ann, w.general, "gaps"); strings.Contains(list.Embeds[0].Title+list.Embeds[0].Description, "can be answered now") {
		t.Errorf("the story is gone: %q", list.Embeds[0].Description)
	}
	for _, dm := range []local.Channel{bobs, caras} {
		if all := w.Messages(dm.ID); len(all) != 1 {
			t.Errorf("told %d times", len(all))
		}
	}
	if all := w.Messages(w.dm.ID); len(all) > 0 {
		t.Errorf("who took it back is told: %q", all[0].Content)
	}
}

// Who waits is told in the language that they read, in a direct message too what they asked
// there; a wish for what can be answered already is fulfilled at the next look.
func TestToldWhereAsked(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t)
	w.SetLocale(w.ann.ID, "ko")
	w.response(w.Slash(w.ann.ID, w.dm.ID, "server", options("name", w.guild.ID)...))
	m := w.response(w.Slash(w.ann.ID, w.dm.ID, "ask", options("question", tramAsks)...))
	bob := w.member("bob")
	bobs := w.OpenDM(bob)
	private := w.unanswered(bob, w.general, options("private", "true")...)
	w.press(w.ann, m, w.button(m, "tell:"))
	w.SetLocale(w.ann.ID, "en-US")
	w.addTram()
	tells := func(m local.Message) bool {
		return strings.HasPrefix(m.Content, "기다리시던 답입니다. 이제 Readers의 기사로") && strings.Contains(m.Content, tramText)
	}
	if err := w.Wait(w.ctx, func() bool { return slices.ContainsFunc(w.Messages(w.dm.ID), tells) }); err != nil {
		t.Fatalf("not told: %v\n%s", err, w.log)
	}
	w.wish(bob, private)
	s.replayAll(w.ctx)
	contains(t, w.told(bobs), tramText)
}

// Nobody is told who may not see the question or its answer any more, or does not want to;
// and they are not kept.
func TestNotTold(t *testing.T) {
	t.Parallel()
	hide := func(w *world, channel string) error {
		return w.SetOverwrite(channel, local.Overwrite{ID: w.guild.ID, Type: local.OverwriteRole, Deny: local.PermViewChannel})
	}
	for name, happens := range map[string]func(w *world, bob local.User, asked local.Channel) error{
		"left":    func(w *world, bob local.User, _ local.Channel) error { return w.RemoveMember(w.guild.ID, bob.ID) },
		"hidden":  func(w *world, _ local.User, asked local.Channel) error { return hide(w, asked.ID) },
		"deleted": func(w *world, _ local.User, asked local.Channel) error { return w.RemoveChannel(asked.ID) },
		"hidden from them": func(w *world, bob local.User, asked local.Channel) error {
			return w.SetOverwrite(asked.ID, local.Overwrite{ID: bob.ID, Type: local.OverwriteMember, Deny: local.PermViewChannel})
		},
		"no direct messages": func(w *world, bob local.User, _ local.Channel) error {
			w.CloseDMs(bob.ID, true)
			return nil
		},
		"forgotten": func(w *world, bob local.User, _ local.Channel) error {
			asked := w.use(bob, w.general, "forget-me")
			contains(w.t, w.press(bob, asked, w.button(asked, "forget")), "1 answer, 0 pieces of feedback, 1 wish to be told")
			return nil
		},
		"whose question it was is forgotten": func(w *world, bob local.User, _ local.Channel) error {
			_, err := w.ledger.Forget(w.t.Context(), bob.ID)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := newReplaying(t)
			w.faulty = true
			bob := w.member("bob")
			dm := w.OpenDM(bob)
			asked := w.AddChannel(w.guild.ID, "trams")
			m := w.unanswered(bob, asked)
			w.wish(bob, m)
			if err := happens(w, bob, asked); err != nil {
				t.Fatal(err)
			}
			w.put(w.guild.ID, "The tram", tramText)
			s.replayAll(w.ctx)
			s.replayAll(w.ctx)
			if all := w.Messages(dm.ID); len(all) > 0 {
				t.Errorf("told: %q", all[0].Content)
			}
			if n := w.wishes(); n != 0 {
				t.Errorf("%d wishes are kept\n%s", n, w.log)
			}
			if strings.Contains(w.log.String(), "telling of answers") {
				t.Errorf("it is a failure: %s", w.log)
			}
		})
	}
}

// In a thread those are told who see its channel, in a private one its members.
func TestToldOfThread(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t)
	w.faulty = true
	bob, cara := w.member("bob"), w.member("cara")
	bobs, caras := w.OpenDM(bob), w.OpenDM(cara)
	said, err := w.Say(w.ann.ID, w.general.ID, "About trams")
	if err != nil {
		t.Fatal(err)
	}
	public := w.thread(bob, w.general, said.ID)
	private, err := w.StartPrivateThread(w.ann.ID, w.general.ID, "Trams", w.App().ID, cara.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.wish(bob, w.unanswered(bob, public))
	m := w.unanswered(cara, private)
	w.wish(cara, m)
	// As if he had been in it.
	id, _ := parseCustomID(w.button(m, "tell:"))
	if _, err := w.ledger.Wish(t.Context(), ledger.Wish{Entry: id.answer, User: bob.ID, Guild: w.guild.ID, Channel: private.ID, Language: "en"}); err != nil {
		t.Fatal(err)
	}
	w.put(w.guild.ID, "The tram", tramText)
	s.replayAll(w.ctx)
	if b, c := len(w.Messages(bobs.ID)), len(w.Messages(caras.ID)); b != 1 || c != 1 || w.wishes() != 0 {
		t.Errorf("told %d and %d times, %d wishes\n%s", b, c, w.wishes(), w.log)
	}
}

// What changes in one guild is told in no other, though the same was asked there.
func TestToldInOneGuild(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t)
	eve := w.AddUser("eve")
	other := w.AddGuild("Gardeners", eve)
	theirs := w.AddChannel(other.ID, "general")
	eves := w.OpenDM(eve)
	w.wish(eve, w.unanswered(eve, theirs))
	w.unanswered(w.ann, w.general)
	w.put(w.guild.ID, "The tram", tramText)
	s.replayAll(w.ctx)
	contains(t, w.use(w.ann, w.general, "gaps"), "can be answered now")
	if list := w.use(eve, theirs, "gaps"); strings.Contains(list.Embeds[0].Description, "Liv Dahl") {
		t.Errorf("another guild's story: %q", list.Embeds[0].Description)
	}
	if all := w.Messages(eves.ID); len(all) > 0 || w.wishes() != 1 {
		t.Errorf("told of another guild's story: %+v, %d wishes", all, w.wishes())
	}
	w.put("", "Everybody's tram", tramText)
	s.replayAll(w.ctx)
	contains(t, w.told(eves), tramText, "Gardeners")
}

// A client that makes up what it sends waits for no answer that its person does not see, and
// for none that there is.
func TestForgedWish(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t)
	w.faulty = true
	bob, eve := w.member("bob"), w.AddUser("eve")
	other := w.AddGuild("Gardeners", eve)
	theirs := w.AddChannel(other.ID, "general")
	elsewhere := w.AddChannel(w.guild.ID, "elsewhere")
	public := w.unanswered(w.ann, w.general)
	private := w.unanswered(w.ann, w.general, options("private", "true")...)
	answered := w.slash("What will the new bridge cost?")
	summary := w.use(w.ann, w.general, "summary")
	eves := w.unanswered(eve, theirs)
	bobs := w.unanswered(bob, elsewhere)
	tell := func(m local.Message, prefix string) string {
		id, _ := parseCustomID(w.button(m, prefix))
		return customID{kind: "tell", answer: id.answer}.String()
	}
	for name, try := range map[string]struct {
		user local.User
		on   local.Message
		id   string
	}{
		"another guild's":    {eve, eves, tell(public, "tell:")},
		"another channel's":  {bob, bobs, tell(public, "tell:")},
		"somebody's private": {bob, public, tell(private, "tell:")},
		"answered":           {w.ann, public, tell(answered, "good:")},
		"a summary":          {w.ann, public, tell(summary, "good:")},
		"nothing":            {w.ann, public, "tell:k3v9x2m4p6q7a"},
	} {
		got := w.response(w.PressForged(try.user.ID, try.on.ID, try.id))
		contains(t, got, w.phrase("citation_forgotten"))
		if n := w.wishes(); n != 0 {
			t.Fatalf("%s: %d wishes", name, n)
		}
	}
	w.put(w.guild.ID, "The tram", tramText)
	s.replayAll(w.ctx)
	if all := w.Messages(w.OpenDM(eve).ID); len(all) > 0 {
		t.Errorf("told: %q", all[0].Content)
	}
}

// Two processes tell a person once; and one that cannot know whether it has is followed by
// one that finds out.
func TestToldOnce(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	w := emptyWorld(t)
	w.faulty = true
	var s *Server
	w.run(nil, func(running *Server) { s = running })
	if err := w.Online(w.ctx); err != nil {
		t.Fatal(err)
	}
	other := w.server(testToken, nil)
	other.user, other.app = s.user, s.app
	other.now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	bob, cara := w.member("bob"), w.member("cara")
	bobs, caras := w.OpenDM(bob), w.OpenDM(cara)
	w.wish(bob, w.unanswered(bob, w.general))
	id, _ := parseCustomID(w.button(w.unanswered(cara, w.general), "tell:"))
	w.put(w.guild.ID, "The tram", tramText)
	done := make(chan bool)
	go func() { other.replayAll(w.ctx); done <- true }()
	s.replayAll(w.ctx)
	<-done
	if n := len(w.Messages(bobs.ID)); n != 1 || w.wishes() != 0 {
		t.Errorf("told %d times, %d wishes left\n%s", n, w.wishes(), w.log)
	}
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}

	posts := func() (n int) {
		for _, r := range w.Requests() {
			if r.Method == http.MethodPost && r.Path == "/channels/"+caras.ID+"/messages" {
				n++
			}
		}
		return n
	}
	w.SetFaults(local.Faults{Request: func(method, path string) local.RequestFault {
		if method == http.MethodPost && path == "/channels/"+caras.ID+"/messages" {
			return local.RequestFault{Status: http.StatusBadGateway, Served: true}
		}
		return local.RequestFault{}
	}})
	if _, err := w.ledger.Wish(t.Context(), ledger.Wish{Entry: id.answer, User: cara.ID, Guild: w.guild.ID, Channel: w.general.ID, Language: "en"}); err != nil {
		t.Fatal(err)
	}
	other.replyLimit = 500 * time.Millisecond
	other.replayAll(w.ctx)
	if n := len(w.Messages(caras.ID)); n != 1 || w.wishes() != 1 {
		t.Fatalf("told %d times, %d wishes left\n%s", n, w.wishes(), w.log)
	}
	w.SetFaults(local.Faults{})
	other.replyLimit = 10 * time.Second
	before := posts()
	other.replayAll(w.ctx) // somebody may be at it
	later.Store(int64(3 * time.Minute))
	if n := posts(); n != before || w.wishes() != 1 {
		t.Errorf("%d posts more, %d wishes left", n-before, w.wishes())
	}
	other.replayAll(w.ctx)
	if n := len(w.Messages(caras.ID)); n != 1 || posts() != before || w.wishes() != 0 {
		t.Errorf("told %d times, %d posts more, %d wishes left\n%s", n, posts()-before, w.wishes(), w.log)
	}
}

// No more people are told in a minute than Discord likes; the others are later.
func TestTellingIsBounded(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t, func(s *Server) { s.tellings = rate.NewLimiter(rate.Every(time.Hour), 2) })
	m := w.unanswered(w.ann, w.general)
	for _, name := range []string{"bob", "cara", "dora"} {
		w.wish(w.member(name), m)
	}
	w.put(w.guild.ID, "The tram", tramText)
	s.replayAll(w.ctx)
	s.replayAll(w.ctx)
	if n := w.wishes(); n != 1 {
		t.Errorf("%d wait still", n)
	}
	s.tellings.SetLimit(rate.Inf)
	s.replayAll(w.ctx)
	if n := w.wishes(); n != 0 {
		t.Errorf("%d wait still", n)
	}
}

// A citation that somebody finds wrong is shown with what is cited once the story is another.
func TestWrongCitationReplayed(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t)
	w.put(w.guild.ID, "The tram", strings.ReplaceAll(tramText, "Liv Dahl", "a robot"))
	answer := w.use(w.ann, w.general, "ask", options("question", tramAsks)...)
	contains(t, answer, "a robot")
	w.press(w.ann, answer, w.button(answer, "wrong:"))
	s.replayAll(w.ctx)
	if list := w.use(w.ann, w.general, "feedback"); strings.Contains(list.Embeds[0].Description, "now cites") {
		t.Errorf("nothing has changed: %q", list.Embeds[0].Description)
	}
	w.put(w.guild.ID, "The tram", tramText)
	s.replayAll(w.ctx)
	contains(t, w.use(w.ann, w.general, "feedback"), "The tram · ¶ 1: The tram to Fossum is driven by a robot", "✅ now cites: “The tram to Fossum is driven by Liv Dahl")
}

// A question at which the bot panics keeps nobody from being told of another.
func TestReplayPanics(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t)
	bob := w.member("bob")
	dm := w.OpenDM(bob)
	w.use(w.ann, w.general, "ask", options("question", "When does the zoo open on Sundays?")...)
	w.wish(bob, w.unanswered(bob, w.general))
	s.replayAll(w.ctx)
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	other := w.server(testToken, nil)
	other.user, other.app = s.user, s.app
	other.bot = zooless{other.bot}
	w.put(w.guild.ID, "The tram", tramText)
	other.replayAll(w.ctx)
	if n := len(w.Messages(dm.ID)); n != 1 || !strings.Contains(w.log.String(), "discord: panic") {
		t.Errorf("told %d times\n%s", n, w.log)
	}
}

// A zooless bot panics when it is asked again about the zoo.
type zooless struct{ Bot }

func (p zooless) Replay(ctx context.Context, e ledger.Entry, wrong int) (bot.Replayed, error) {
	if strings.Contains(e.Question, "zoo") {
		panic("the zoo")
	}
	return p.Bot.Replay(ctx, e, wrong)
}

// However long an index takes to be built, who waits is told when it is.
func TestReplayWaitsForTheIndex(t *testing.T) {
	t.Parallel()
	w, s := newReplaying(t)
	bob := w.member("bob")
	dm := w.OpenDM(bob)
	w.wish(bob, w.unanswered(bob, w.general))
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	other := w.server(testToken, nil)
	other.user, other.app = s.user, s.app
	able := other.bot
	other.bot = unprepared{able}
	w.put(w.guild.ID, "The tram", tramText)
	for range maxReplayTries + 1 {
		other.replayAll(w.ctx)
	}
	other.bot = able
	other.replayAll(w.ctx)
	if n := len(w.Messages(dm.ID)); n != 1 {
		t.Errorf("told %d times\n%s", n, w.log)
	}
}

// An unprepared bot has an index that is being built.
type unprepared struct{ Bot }

func (unprepared) Replay(context.Context, ledger.Entry, int) (bot.Replayed, error) {
	return bot.Replayed{}, fmt.Errorf("%w: %w", retrieval.ErrPreparing, context.DeadlineExceeded)
}

// Lists are within Discord's limits, and so is what tells of an answer, whatever is in them.
func TestReplayTextsFit(t *testing.T) {
	const most = 99999
	long := strings.Repeat("[*long*] ", 500)
	found := &ledger.Found{Title: long, Paragraph: most, Quote: long}
	for _, say := range testTexts(t).languages {
		raw, err := json.Marshal(bot.Answer{Citations: []bot.Citation{{N: 99, Story: long, Paragraph: most, Quote: long}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, now := range []*ledger.Found{nil, found} {
			o := ledger.Opinion{Feedback: ledger.Feedback{Kind: ledger.WrongCitation, Citation: 99, At: time.Now()}, Asked: ledger.Entry{Question: long, Answer: raw}, Now: now}
			if n := length("- " + feedbackLine(say, o)); n > maxLine {
				t.Errorf("%s: an opinion has %d characters", say.code, n)
			}
			g := ledger.Gap{Question: long, Count: most, People: most, LastAsked: time.Now(), Missed: true, Now: now}
			if n := length("- " + gapLine(say, g)); n > maxLine {
				t.Errorf("%s: a gap has %d characters", say.code, n)
			}
		}
		s := &Server{texts: say.texts, guilds: newGuilds()}
		s.guilds.enter(guildEvent{ID: "1", guildFacts: guildFacts{Name: long}})
		quote := strings.Repeat("A tram is driven by somebody. ", 60)
		a := bot.Answer{Status: bot.Answered, Question: long}
		for n := range 3 {
			a.Statements = append(a.Statements, bot.Statement{Text: quote, Citations: []int{n + 1}, Support: bot.SupportQuote})
			a.Citations = append(a.Citations, bot.Citation{N: n + 1, StoryID: "s", Story: long, Paragraph: n + 1, Quote: quote, Text: quote, URL: "https://news.example/" + strings.Repeat("a", maxLink/2)})
		}
		opening, m, err := s.fulfilment(t.Context(), ledger.Wish{Guild: "1", Language: say.code}, bot.Replayed{Answer: a, News: &a.Citations[1]})
		if err != nil {
			t.Fatal(err)
		}
		if n := length(m.content); n > maxContent {
			t.Errorf("%s: %d characters tell of an answer", say.code, n)
		}
		if !strings.HasPrefix(m.content, opening) || !strings.Contains(m.content, "[2]") || len(m.components) > 0 {
			t.Errorf("%s: told %q", say.code, m.content)
		}
	}
}
