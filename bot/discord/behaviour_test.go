package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/local"
	"storybot/bot/ledger"
)

// set changes a guild's settings as its moderators do.
func (w *world) set(change func(*ledger.Settings)) {
	w.t.Helper()
	if _, _, err := w.ledger.Change(w.t.Context(), w.guild.ID, w.ann.ID, change); err != nil {
		w.t.Fatal(err)
	}
}

// A person over the limit is told when it is over, once; others are served.
func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting, func(s *Server) { s.allowance = newAllowance(Rates{User: 2, Channel: 100, Guild: 100}) })
	bob := w.AddUser("bob")
	if err := w.AddMember(w.guild.ID, bob); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		contains(t, w.slash("Closed?"), "[1]")
	}
	over := w.slash("Closed?")
	contains(t, over, "<t:", ":R>")
	if !isEphemeral(over) {
		t.Error("all see that somebody asks too often")
	}
	mention := "<@" + w.App().ID + "> Closed?"
	contains(t, w.use(bob, w.general, "ask", local.Option{Name: "question", Value: "Closed?"}), "[1]")
	w.ask(w.general, mention) // told already, so nothing is said
	said, err := w.Say(bob.ID, w.general.ID, mention)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reply(w.ctx, said.ID); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.Messages(w.general.ID) {
		if m.Reference != nil && m.Author.ID == w.App().ID && m.Reference.MessageID != said.ID {
			t.Errorf("who asks too often is told again: %q", m.Content)
		}
	}
}

// One question of a person is answered at a time.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var now, most int
	release := make(chan struct{})
	asked := make(chan string, 10)
	w := newWorld(t, func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		asked <- q.Text
		<-release
		mu.Lock()
		now--
		mu.Unlock()
		return quoting(ctx, q, show)
	})
	questions := []local.Message{w.ask(w.dm, "One?"), w.ask(w.dm, "Two?"), w.ask(w.dm, "Three?")}
	<-asked
	close(release)
	for _, q := range questions {
		if _, err := w.Reply(w.ctx, q.ID); err != nil {
			t.Fatalf("%v\n%s", err, w.log)
		}
	}
	if most != 1 {
		t.Errorf("%d questions of one person at once", most)
	}
}

// What is ready when the interaction's token does not hold any more is posted, unless it
// was for one person's eyes.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var later time.Duration
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(later)
	}
	release := make(chan struct{})
	asked := make(chan struct{}, 2)
	w := emptyWorld(t, func(o *local.Options) { o.Now = now })
	w.faulty = true // the token is tried
	w.run(func(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
		asked <- struct{}{}
		<-release
		return quoting(ctx, q, show)
	}, func(s *Server) { s.now = now })
	if err := w.Online(w.ctx); err != nil {
		t.Fatal(err)
	}
	bob := w.AddUser("bob")
	if err := w.AddMember(w.guild.ID, bob); err != nil {
		t.Fatal(err)
	}
	question := local.Option{Name: "question", Value: "Was it *closed*?"}
	for _, who := range []struct {
		user    local.User
		private string
	}{{w.ann, "false"}, {bob, "true"}} {
		if _, err := w.Slash(who.user.ID, w.general.ID, "ask", question, local.Option{Name: "private", Value: who.private}); err != nil {
			t.Fatal(err)
		}
	}
	<-asked
	<-asked
	mu.Lock()
	later = ledger.TokenLife + time.Minute
	mu.Unlock()
	close(release)
	answers := func() (posted []local.Message) {
		for _, m := range w.Messages(w.general.ID) {
			if m.Author.ID == w.App().ID && strings.Contains(m.Content, "[1]") {
				posted = append(posted, m)
			}
		}
		return posted
	}
	if err := w.Wait(w.ctx, func() bool { return len(answers()) > 0 }); err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	w.stop()
	if err := w.stopped(); err != nil { // with all that it was at
		t.Fatal(err)
	}
	posted := answers()
	if len(posted) != 1 || isEphemeral(posted[0]) {
		t.Fatalf("posted: %+v", posted)
	}
	contains(t, posted[0], "<@"+w.ann.ID+">", "closed", "The harbour was closed on Monday.")
}

// Moderators can name the channels in which the bot answers.
func TestChannels(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	news := w.AddChannel(w.guild.ID, "news")
	w.set(func(s *ledger.Settings) { s.Channels = []string{news.ID} })
	const q = "What will the new bridge cost?"
	refused := w.slash(q)
	contains(t, refused, "<#"+news.ID+">")
	if !isEphemeral(refused) {
		t.Error("all see that the bot does not answer here")
	}
	mention := "<@" + w.App().ID + "> " + q
	quiet := w.ask(w.general, mention)
	said, err := w.Say(w.ann.ID, news.ID, "For the thread.")
	if err != nil {
		t.Fatal(err)
	}
	contains(t, w.say(w.thread(w.ann, news, said.ID), mention), "40 million")
	contains(t, w.say(news, mention), "40 million")
	for _, m := range w.Messages(w.general.ID) {
		if m.Reference != nil && m.Reference.MessageID == quiet.ID {
			t.Errorf("answered in another channel: %q", m.Content)
		}
	}
}

// In channels and forums that moderators name the bot answers unasked what it is sure of,
// and keeps silent otherwise.
func TestUnasked(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t, func(o *local.Options) { o.Privileged = true })
	w.run(nil, func(s *Server) {
		s.reads = true
		s.gateway.intents = intents(true)
	})
	if err := w.Online(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.put(w.guild.ID, "The bridge", bridgeText)
	forum := w.AddForum(w.guild.ID, "questions")
	w.set(func(s *ledger.Settings) { s.Auto = []string{w.general.ID, forum.ID}; s.Threshold = 0.5 })
	say := func(c local.Channel, text string) string {
		m, err := w.Say(w.ann.ID, c.ID, text)
		if err != nil {
			t.Fatal(err)
		}
		return m.ID
	}
	quiet := []string{
		say(w.general, "Who wrote the opera about penguins?"), // not in the stories
		say(w.general, "The new bridge would cost 40 million crowns."),
	}
	contains(t, w.say(w.general, "What will the new bridge cost?"), "40 million")
	post, err := w.Post(w.ann.ID, forum.ID, "What will the new bridge cost?", local.Draft{Content: "I would like to know."})
	if err != nil {
		t.Fatal(err)
	}
	reply, err := w.Reply(w.ctx, post.ID)
	if err != nil {
		t.Fatalf("%v\n%s", err, w.log)
	}
	contains(t, reply, "40 million")
	elsewhere := w.AddChannel(w.guild.ID, "elsewhere")
	quiet = append(quiet, say(elsewhere, "What will the new bridge cost?"))
	contains(t, w.say(elsewhere, "<@"+w.App().ID+"> What will the new bridge cost?"), "40 million")
	for _, c := range []local.Channel{w.general, elsewhere} {
		for _, m := range w.Messages(c.ID) {
			for _, id := range quiet {
				if m.Reference != nil && m.Reference.MessageID == id {
					t.Errorf("answered unasked: %q", m.Content)
				}
			}
		}
	}
	if _, total, err := w.ledger.Gaps(t.Context(), w.guild.ID, 10, 0); err != nil || total.All != 0 {
		t.Errorf("%+v gaps of what nobody asked, %v", total, err)
	}
}

// The presence says how many stories there are, and keeps up with them.
func TestPresence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quoting)
	for _, want := range []string{"1 story", "2 stories"} {
		w.put(w.guild.ID, "The bridge "+want, bridgeText)
		err := w.Wait(w.ctx, func() bool {
			_, activities := w.Presence()
			return len(activities) == 1 && activities[0].Name == want
		})
		if err != nil {
			t.Fatalf("the presence never said %q: %v", want, err)
		}
	}
}

// Whoever turns the pages of a long answer, in whatever language, meets every statement: a
// page begins where the one before has ended. Nobody turns them for others.
func TestPagesFollow(t *testing.T) {
	t.Parallel()
	const statements = 60
	long := bot.Answer{ID: "a1", Status: bot.Answered, Mode: bot.ModelMode, Fallback: bot.BudgetUsedUp, Incomplete: true, Question: strings.Repeat("What happened then? ", 12)}
	for n := range statements {
		c := cite(n+1, 1, storm[0])
		c.Text = fmt.Sprintf("Paragraph %d.", n)
		long.Citations = append(long.Citations, c)
		long.Statements = append(long.Statements, bot.Statement{
			Text: fmt.Sprintf("Statement %d of many%s", n, strings.Repeat(" and on", n%9)), Citations: []int{n + 1}, Support: bot.SupportTranslated,
		})
	}
	w := newWorld(t, func(context.Context, bot.Question, func(bot.Answer)) (bot.Answer, error) { return long, nil })
	said, err := json.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	err = w.ledger.Keep(t.Context(), ledger.Entry{
		ID: long.ID, Guild: w.guild.ID, Channel: w.general.ID, User: w.ann.ID, Kind: ledger.Ask, Answer: said, AskedAt: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	bob := w.AddUser("bob")
	if err := w.AddMember(w.guild.ID, bob); err != nil {
		t.Fatal(err)
	}
	w.SetLocale(bob.ID, "ru")
	first := w.slash(long.Question)
	all := first.Content
	for page, n := first, 2; !strings.Contains(all, fmt.Sprintf("Statement %d of", statements-1)) && n < statements; n++ {
		page = w.press(bob, page, w.button(page, fmt.Sprintf("page:a1:%d:", n)))
		if !isEphemeral(page) {
			t.Fatalf("page %d is for all to see", n)
		}
		all += "\n" + page.Content
	}
	for n := range statements {
		if !strings.Contains(all, fmt.Sprintf("Statement %d of many", n)) {
			t.Errorf("statement %d is on no page", n)
		}
	}
	for _, m := range w.Messages(w.general.ID) {
		if m.ID == first.ID && m.Content != first.Content {
			t.Error("somebody has turned the page for all")
		}
	}
}

// What a modified client says with components of other messages does not change what the bot
// has said to all.
func TestForgedComponents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	public := w.slash("What will the new bridge cost?")
	bob := w.AddUser("bob")
	if err := w.AddMember(w.guild.ID, bob); err != nil {
		t.Fatal(err)
	}
	id := w.entryOf(public).ID
	for _, forged := range []string{"keep", "forget", "which:" + id, "page:" + id + ":1:ko"} {
		if got := w.response(w.PressForged(bob.ID, public.ID, forged, "1")); !isEphemeral(got) {
			t.Errorf("%s: %q is for all to see", forged, got.Content)
		}
	}
	for _, m := range w.Messages(w.general.ID) {
		if m.ID == public.ID && m.Content != public.Content {
			t.Errorf("the answer became %q", m.Content)
		}
	}
}

// A hello is no gap, and gets no page of paragraphs.
func TestChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	me := "<@" + w.App().ID + "> "
	w.say(w.general, me+"What will the new bridge cost?")
	for _, text := range []string{"hello", "thanks!", "안녕하세요"} {
		contains(t, w.say(w.general, me+text), "Ask me about the stories")
	}
	contains(t, w.say(w.general, me+"bridge"), "[1]") // a word that they tell of is looked up
	if _, total, err := w.ledger.Gaps(t.Context(), w.guild.ID, 10, 0); err != nil || total.All != 0 {
		t.Errorf("%+v gaps, %v", total, err)
	}
}

// Nobody is told of what a killed bot has left undone, if nobody had asked it.
func TestUnaskedLeftUndone(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	said, err := w.Say(w.ann.ID, w.general.ID, "Who knows?")
	if err != nil {
		t.Fatal(err)
	}
	dead, err := ledger.OpenInbox(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	claimed, err := dead.Claim(t.Context(), ledger.Request{
		ID: said.ID, Kind: ledger.MessageRequest, Guild: w.guild.ID, Channel: w.general.ID, User: w.ann.ID, At: time.Now(), Unasked: true,
	})
	if err != nil || !claimed {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	w.run(quoting)
	if err := w.Online(w.ctx); err != nil {
		t.Fatal(err)
	}
	contains(t, w.slash("Closed?"), "[1]")
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.Messages(w.general.ID) {
		if m.Reference != nil && m.Reference.MessageID == said.ID {
			t.Errorf("the bot said %q", m.Content)
		}
	}
	inbox, err := ledger.OpenInbox(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	defer inbox.Close()
	if n, err := inbox.Unfinished(t.Context()); n != 0 || err != nil {
		t.Errorf("%d requests are left, %v", n, err)
	}
}
