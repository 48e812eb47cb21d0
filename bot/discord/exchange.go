package discord

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
	"storybot/retrieval"
)

// An exchange is one thing that a person asks of the bot, and the way back to them.
type exchange struct {
	request ledger.Request
	plan    func(context.Context, *visit) (plan, error) // asked once the request is claimed
	found   bool                                        // it was read in the channel, later
	counts  bool                                        // it is a question, by its plan
	heard   time.Time
	reply   reply
	say     *phrases
	log     *slog.Logger // marks what is logged with the id that the person may be shown
}

// A visit is who asks something of the bot, where, and what holds there.
type visit struct {
	ledger.Request
	member   *member // who asks, by an interaction in a guild; else nil
	settings ledger.Settings
	say      *phrases
}

// A plan is how an exchange is served: at once, in the response to an interaction, or by
// work that takes its time, which is done once the request is acknowledged.
type plan struct {
	private bool   // who asked is the only one to see the reply
	updates bool   // the reply takes the place of the message whose component was used; that one is private
	reads   bool   // from the web, which takes its time: it waits for others that do, and not for questions
	counts  bool   // as a question, of which people and places have only so many; also beside an error
	echo    string // the question, where others do not see what was asked
	atOnce  func(context.Context) (response, error)
	work    work
}

// rightAway is a plan for what is done at once, for the eyes of who asks alone.
func rightAway(do func(context.Context) (response, error)) plan {
	return plan{private: true, atOnce: do}
}

// work does what takes time, and hands what there is so far to show.
type work func(ctx context.Context, show func(message)) (message, error)

// fromInteraction is the exchange that an interaction opens; false for one that the bot
// does not know.
func (s *Server) fromInteraction(i *interaction) (exchange, bool) {
	if i.Token == "" || i.invoker() == "" {
		return exchange{}, false
	}
	find := s.planner(i)
	if find == nil {
		return exchange{}, false
	}
	s.guilds.reads(i.invoker(), i.Locale)
	x := s.exchange(requestOf(i))
	x.plan = func(ctx context.Context, v *visit) (plan, error) {
		v.member = i.Member
		p, err := find(ctx, v, i)
		if p.atOnce != nil {
			p.atOnce = i.forItsEyes(p.atOnce)
		}
		p.updates = p.updates && i.isOnPrivate()
		return p, err
	}
	return x, true
}

// requestOf is what an interaction asks, as the inbox keeps it.
func requestOf(i *interaction) ledger.Request {
	return ledger.Request{
		Kind: ledger.CommandRequest, ID: i.ID, Token: i.Token, Guild: i.GuildID, Channel: i.ChannelID, User: i.invoker(), Locale: i.Locale,
	}
}

// fromMessage is the exchange that a message opens: one that mentions the
// bot or replies to it, any in a DM, or any at all where the bot answers unasked. False
// for all others, and for those of bots, webhooks and Discord itself.
func (s *Server) fromMessage(m *heard) (exchange, bool) {
	written := m.Type == discordgo.MessageTypeDefault || m.Type == discordgo.MessageTypeReply
	if !written || m.Author == nil || m.Author.Bot || m.WebhookID != "" {
		return exchange{}, false
	}
	unasked := m.GuildID != "" && !s.named(m)
	if unasked && !s.answersUnasked(m) {
		return exchange{}, false
	}
	x := s.exchange(ledger.Request{
		Kind: ledger.MessageRequest, ID: m.ID, Guild: m.GuildID, Channel: m.ChannelID, User: m.Author.ID, Locale: s.localeOf(m), Unasked: unasked,
	})
	q := question{text: s.withoutMentions(m), follows: m, unasked: unasked}
	x.plan = func(ctx context.Context, v *visit) (plan, error) {
		if unasked {
			return s.unaskedPlan(v, q), nil
		}
		return s.questionPlan(ctx, v, q)
	}
	return x, true
}

// localeOf is what the writer of a message reads: what they were last known to, else what
// the guild does, else the language that they write in.
func (s *Server) localeOf(m *heard) string {
	return cmp.Or(s.guilds.readBy(m.Author.ID), s.guilds.locale(m.GuildID), retrieval.Language(m.Content))
}

// named reports whether a message mentions the bot, or replies to it with a ping.
func (s *Server) named(m *heard) bool {
	return strings.Contains(m.Content, "<@"+s.user+">") || strings.Contains(m.Content, "<@!"+s.user+">") ||
		slices.ContainsFunc(m.Mentions, func(u *discordgo.User) bool { return u.ID == s.user })
}

// withoutMentions is a message's text without the bot's mention, and with
// people's names in place of theirs.
func (s *Server) withoutMentions(m *heard) string {
	names := []string{"<@" + s.user + ">", " ", "<@!" + s.user + ">", " "}
	for _, u := range m.Mentions {
		names = append(names, "<@"+u.ID+">", u.Username, "<@!"+u.ID+">", u.Username)
	}
	return strings.TrimSpace(strings.NewReplacer(names...).Replace(m.Content))
}

// late is the exchange of a message that was read in its channel. It may have been
// declined before, which nobody remembers.
func (x exchange) late() exchange {
	x.found = true
	if r, ok := x.reply.(*messageReply); ok {
		r.late = true
	}
	return x
}

func (s *Server) exchange(r ledger.Request) exchange {
	r.At = parseSnowflake(r.ID).made()
	return exchange{
		request: r,
		heard:   time.Now(),
		reply:   s.replyTo(r),
		say:     s.texts.in(r.Locale),
		log:     s.log.With("id", shortID(r), "guild", r.Guild),
	}
}

// id names the exchange to people and in the log.
func (x exchange) id() string { return shortID(x.request) }

func shortID(r ledger.Request) string { return parseSnowflake(r.ID).short() }

// visit is what holds for an exchange.
func (s *Server) visit(ctx context.Context, x *exchange) (*visit, error) {
	settings, err := s.ledger.Settings(ctx, x.request.Guild)
	if err != nil {
		return nil, err
	}
	x.say = s.texts.in(settings.Language, x.request.Locale, s.guilds.locale(x.request.Guild))
	return &visit{Request: x.request, settings: settings, say: x.say}, nil
}
