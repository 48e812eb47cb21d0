package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/retrieval"
)

// A question is one as it was asked in Discord.
type question struct {
	text    string
	story   string          // as the person named it: an id or a title; "" for all
	scope   retrieval.Scope // of it, where that is known already
	private bool
	echo    bool   // others do not see what was asked
	follows *heard // the message that asks it; nil for a command
	unasked bool   // nobody put it to the bot
}

// questionPlan answers a question that was put to the bot.
func (s *Server) questionPlan(ctx context.Context, v *visit, q question) (plan, error) {
	if err := s.answersHere(ctx, v); err != nil {
		return plan{counts: true}, err
	}
	if strings.TrimSpace(q.text) == "" {
		return plan{counts: true}, bot.ErrEmptyQuestion
	}
	if q.story != "" && v.Guild != "" { // in a DM whose story it is takes a while to find out
		var err error
		if q.scope, err = s.scope(ctx, v.Guild, q.story); err != nil {
			return plan{counts: true}, err
		}
	}
	p := plan{private: q.private, counts: true, work: s.answering(v, q, 0)}
	if q.echo {
		p.echo = q.text
	}
	return p, nil
}

// answering asks the bot. With a threshold it is silent where the answer is not sure
// enough.
func (s *Server) answering(v *visit, q question, threshold float64) work {
	return func(ctx context.Context, show func(message)) (message, error) {
		asked, err := s.audience(ctx, v)
		if err == nil && q.scope.Story == "" {
			q.scope, err = s.scope(ctx, asked.guild, q.story)
		}
		if err != nil {
			return message{}, err
		}
		chat := q.follows != nil && isChat(q.text) // whoever uses a command means it
		text := bot.Question{
			Guild: asked.guild, User: v.User, Channel: v.Channel, Private: q.private, Scope: q.scope, Text: q.text, At: v.At, Threshold: threshold,
		}
		if chat {
			text.Threshold = max(threshold, leastThreshold) // it is no gap if the stories do not tell
		} else {
			text.After = s.conversation(ctx, v, asked.guild, q.follows)
		}
		a, err := s.ask(ctx, text, func(a bot.Answer) { show(pages(v.say, inProgress(a), q.echo)[0]) })
		if err != nil {
			return message{}, err
		}
		switch {
		case a.Status == bot.Answered:
		case chat && !q.unasked:
			return message{}, bot.ErrEmptyQuestion
		case q.unasked:
			return message{}, errSilence
		}
		m := pages(v.say, a, q.echo)[0]
		if v.Guild == "" && asked.note == "" && a.Status != bot.Answered {
			asked.note = v.say.say("server_shared")
		}
		return asked.noted(m), nil
	}
}

// chatWords is how many words somebody who says hello or thanks uses at most.
const chatWords = 2

// isChat reports whether a text is too short to ask anything, and does not look like a
// question either: "thanks", "안녕하세요". It is looked for in the stories all the same.
func isChat(text string) bool {
	return len(strings.Fields(text)) <= chatWords && !retrieval.IsQuestion(text)
}

// inProgress is an answer as it is shown while it grows.
func inProgress(a bot.Answer) bot.Answer {
	a.Incomplete = false // that goes without saying
	a.ID = ""            // it is not kept yet, so its buttons would open nothing
	return a
}

// ask asks the bot. What was forgotten meanwhile is no conversation to go on with.
func (s *Server) ask(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
	a, err := s.bot.Ask(ctx, q, show)
	if errors.Is(err, bot.ErrNoAnswer) && q.After != "" {
		q.After = ""
		a, err = s.bot.Ask(ctx, q, show)
	}
	if err == nil {
		s.log.InfoContext(ctx, "discord: answered", "answer", a.ID, "guild", q.Guild, "status", a.Status, "mode", a.Mode, "ms", a.Timings.Total)
	}
	return a, err
}

// An audience is whose stories a question is asked of.
type audience struct {
	guild string
	note  string // for the person, where it goes without saying nowhere else
}

// noted is a message with the note below, if there is one.
func (a audience) noted(m message) message {
	if a.note == "" {
		return m
	}
	return m.noting(a.note)
}

// audience is the guild in which something is asked; in a DM the one that the person has
// picked, if they are a member of it now.
func (s *Server) audience(ctx context.Context, v *visit) (audience, error) {
	if v.Guild != "" {
		return audience{guild: v.Guild}, nil
	}
	picked, err := s.ledger.Picked(ctx, v.User)
	if err != nil || picked == "" {
		return audience{}, err
	}
	name := oneLine(s.guilds.name(picked), maxName)
	in, err := s.isMember(ctx, picked, v.User)
	switch {
	case err != nil:
		return audience{}, err
	case !in:
		return audience{note: v.say.say("server_not_member", "Server", name)}, nil
	}
	return audience{picked, v.say.say("server_picked", "Server", name)}, nil
}

// maxName bounds a server's name in a note, in characters.
const maxName = 60

// isMember asks Discord whether a person is in a guild, and the bot too. It is never
// remembered: who has left does not see a guild's stories any more.
func (s *Server) isMember(ctx context.Context, guild, user string) (bool, error) {
	err := s.api.call(ctx, http.MethodGet, discordgo.EndpointGuildMember(guild, user), nil, nil)
	if isGone(err) || isForbidden(err) {
		return false, nil
	}
	return err == nil, err
}

// askedOf is whose stories something is asked of, and which of them.
func (s *Server) askedOf(ctx context.Context, v *visit, story string) (audience, retrieval.Scope, error) {
	asked, err := s.audience(ctx, v)
	if err != nil {
		return audience{}, retrieval.Scope{}, err
	}
	scope, err := s.scope(ctx, asked.guild, story)
	return asked, scope, err
}

// scope is the story of that id or exact title alone; all stories when it is "".
func (s *Server) scope(ctx context.Context, guild, story string) (retrieval.Scope, error) {
	if story == "" {
		return retrieval.Scope{}, nil
	}
	found, err := s.corpus.FindStory(ctx, guild, strings.TrimSpace(story))
	if errors.Is(err, retrieval.ErrNotFound) || errors.Is(err, retrieval.ErrAmbiguous) {
		err = errNoStory
	}
	return retrieval.Scope{Story: found.ID}, err
}

// conversationLife is how long a question in a DM goes on with what was asked before. In a
// thread, which is about one thing, and in a reply it always does.
const conversationLife = time.Hour

// conversation is the id of the answer that a question goes on from: the one that it
// replies to, the one that its thread was begun from, or the last one in the thread or DM.
// It is "" when there is none. What cannot be found out is not worth failing for.
func (s *Server) conversation(ctx context.Context, v *visit, guild string, m *heard) string {
	var candidates []func() (ledger.Entry, error)
	if m != nil && m.Reference != nil && m.Reference.MessageID != "" {
		candidates = append(candidates, func() (ledger.Entry, error) { return s.answerIn(ctx, m.Reference.MessageID, v.Channel, m.Referenced) })
	}
	switch parent, err := s.parentOf(ctx, v); {
	case err != nil:
		s.log.WarnContext(ctx, "discord: reading a channel", "channel", v.Channel, "error", err)
	case v.Guild == "" || parent != "":
		candidates = append(candidates, func() (ledger.Entry, error) { return s.lastAnswer(ctx, v, guild) })
		if parent != "" && (m == nil || !opensPost(m)) { // a thread has the id of the message that it was begun from
			candidates = append(candidates, func() (ledger.Entry, error) { return s.answerIn(ctx, v.Channel, parent, nil) })
		}
	}
	for _, find := range candidates {
		e, err := find()
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			s.log.WarnContext(ctx, "discord: looking for the conversation", "channel", v.Channel, "error", err)
		}
		if err == nil && mayFollow(v, guild, e) {
			return e.ID
		}
	}
	return ""
}

// parentOf is the channel of a thread, "" elsewhere.
func (s *Server) parentOf(ctx context.Context, v *visit) (string, error) {
	if v.Guild == "" {
		return "", nil
	}
	return s.parent(ctx, v.Channel)
}

// answerIn is the answer that a message of the bot's shows; any other message is a
// ledger.ErrNotFound.
func (s *Server) answerIn(ctx context.Context, id, channel string, m *heard) (ledger.Entry, error) {
	if m == nil {
		m = new(heard)
		err := s.api.call(ctx, http.MethodGet, discordgo.EndpointChannelMessage(channel, id), nil, m)
		if refused(err) { // deleted, or it may not be read
			return ledger.Entry{}, ledger.ErrNotFound
		}
		if err != nil {
			return ledger.Entry{}, err
		}
	}
	if m.Author == nil || m.Author.ID != s.user {
		return ledger.Entry{}, ledger.ErrNotFound
	}
	for _, row := range m.Components {
		for _, c := range row.Components {
			if id, ok := parseCustomID(c.CustomID); ok && id.answer != "" {
				return s.ledger.Entry(ctx, id.answer)
			}
		}
	}
	return ledger.Entry{}, ledger.ErrNotFound
}

// lastAnswer is the last one in the channel.
func (s *Server) lastAnswer(ctx context.Context, v *visit, guild string) (ledger.Entry, error) {
	e, err := s.ledger.LastIn(ctx, guild, v.Channel)
	if err == nil && v.Guild == "" && v.At.Sub(e.AskedAt) > conversationLife {
		err = ledger.ErrNotFound
	}
	return e, err
}

// mayFollow reports whether a person may go on from an answer: one of a question, in the
// same guild, that they have seen.
func mayFollow(v *visit, guild string, e ledger.Entry) bool {
	seen := e.User == v.User || !e.Private && v.Guild != ""
	return e.Kind == ledger.Ask && e.Guild == guild && seen
}

// answersHere is an errElsewhere where the guild's moderators do not want answers.
func (s *Server) answersHere(ctx context.Context, v *visit) error {
	if v.Guild == "" {
		return nil
	}
	in, err := s.isIn(ctx, v.Guild, v.Channel, v.settings.Channels)
	if err != nil || in || len(v.settings.Channels) == 0 {
		return err
	}
	if v.Kind == ledger.MessageRequest { // only a command can be answered without others seeing it
		return errSilence
	}
	return elsewhere{v.settings.Channels}
}

// isIn reports whether a channel of a guild is one of these, or a thread in one.
func (s *Server) isIn(ctx context.Context, guild, channel string, channels []string) (bool, error) {
	switch {
	case guild == "" || len(channels) == 0:
		return false, nil
	case slices.Contains(channels, channel):
		return true, nil
	}
	parent, err := s.parent(ctx, channel)
	return parent != "" && slices.Contains(channels, parent), err
}
