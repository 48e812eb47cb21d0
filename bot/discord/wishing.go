package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/bot/ledger"
)

// wishPlan notes that a person wants to be told when a question can be answered, or takes
// that back: anyone who sees that it was not.
func (s *Server) wishPlan(v *visit, answer string) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		e, err := s.kept(ctx, v, answer)
		if err != nil {
			return response{}, err
		}
		w := ledger.Wish{Entry: e.ID, User: v.User, Guild: e.Guild, Language: v.say.code, At: v.At}
		if v.Guild != "" { // there others see the question, as long as they see the channel
			w.Channel = v.Channel
		}
		wished, err := s.ledger.Wish(ctx, w)
		switch {
		case errors.Is(err, ledger.ErrNotFound):
			return response{}, errForgotten
		case err != nil:
			return response{}, err
		case !wished:
			return privately(message{content: v.say.say("wish_taken_back")}), nil
		}
		return privately(message{content: v.say.say("wish_kept")}), nil
	})
}

const (
	// maxTellings is how many people are told in a minute: Discord takes a bot that writes to
	// many for one that sends spam.
	maxTellings = 10
	// maxFulfillable is how many wishes are looked at at once.
	maxFulfillable = 100
	// claimLife is how long a process waits, by its own clock, after it has seen that another
	// tells a person, which takes seconds. It is within the few minutes in which Discord posts
	// a message of one nonce once.
	claimLife = 2 * time.Minute
)

// fulfil tells people of answers that they wait for, as many as may be told now. Direct
// messages are the first shard's: one process tells all, so that they are not too many.
func (s *Server) fulfil(ctx context.Context) {
	if !s.connections.serves("") {
		return
	}
	wishes, err := s.ledger.Fulfillable(ctx, maxFulfillable)
	for _, w := range s.unclaimed(wishes) {
		if ctx.Err() != nil || s.tellings.Tokens() < 1 {
			break // the others at the next look
		}
		err = errors.Join(err, s.fulfilOne(ctx, w))
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("discord: telling of answers", "error", err)
	}
}

// A claimed is a claim of a wish.
type claimed struct {
	entry, user string
	claims      int
}

// unclaimed are the wishes that nobody has claimed, or whose claim this process has seen for
// so long that nothing comes of it.
func (s *Server) unclaimed(wishes []ledger.Wish) (free []ledger.Wish) {
	now, seen := s.now(), make(map[claimed]time.Time)
	for _, w := range wishes {
		if w.Claims > 0 {
			c := claimed{w.Entry, w.User, w.Claims}
			seen[c] = now
			if since, known := s.again.claimed[c]; known {
				seen[c] = since
			}
			if now.Sub(seen[c]) < claimLife {
				continue
			}
		}
		free = append(free, w)
	}
	s.again.claimed = seen
	return free
}

// fulfilOne tells one person, if the question can still be answered, once, whoever else is
// about to, and whatever becomes of this process. Who is no member any more, does not see
// the channel in which it was asked, or takes no messages, is not told, now or later. A
// panic is an error. What fails is left, as it is claimed, until others have had their turn.
func (s *Server) fulfilOne(ctx context.Context, w ledger.Wish) (err error) {
	defer caught(&err)
	ctx, cancel := context.WithTimeout(ctx, s.replyLimit)
	defer cancel()
	claimed, err := s.ledger.ClaimWish(ctx, w)
	if err != nil || !claimed {
		return err
	}
	e, err := s.ledger.Entry(ctx, w.Entry)
	if errors.Is(err, ledger.ErrNotFound) { // forgotten meanwhile, and the wish with it
		return nil
	}
	if err != nil {
		return err
	}
	now, err := s.bot.Replay(ctx, e, 0)
	if err != nil || now.News == nil { // the stories have changed again, and will be asked
		return err
	}
	sees, err := s.sees(ctx, w.Guild, w.Channel, w.User)
	if err != nil {
		return err
	}
	if !sees {
		return s.ledger.EndWish(ctx, w)
	}
	var dm discordgo.Channel
	err = s.api.call(ctx, http.MethodPost, discordgo.EndpointUserChannels("@me"), map[string]string{"recipient_id": w.User}, &dm)
	if refused(err) {
		return s.ledger.EndWish(ctx, w)
	}
	if err != nil {
		return err
	}
	return s.write(ctx, w, dm.ID, now)
}

// write posts the answer that somebody waits for in their direct messages, unless it stands
// there already: a process that had claimed it before is gone.
func (s *Server) write(ctx context.Context, w ledger.Wish, dm string, now bot.Replayed) error {
	opening, m, err := s.fulfilment(ctx, w, now)
	if err != nil {
		return err
	}
	told := false
	if w.Claims > 0 {
		told, err = s.wasTold(ctx, dm, w.At, opening)
	}
	if err == nil && !told {
		err = s.api.call(ctx, http.MethodPost, discordgo.EndpointChannelMessages(dm), m.post(nil, nonceOf(w)), nil)
		if !refused(err) { // it is sent, or may be
			s.tellings.Reserve()
		}
	}
	switch {
	case err == nil:
		s.log.Info("discord: told somebody of an answer", "guild", w.Guild, "answer", w.Entry)
	case refused(err): // mostly, who takes no messages
		s.log.Info("discord: somebody cannot be told of an answer", "guild", w.Guild, "answer", w.Entry, "error", err)
	default: // they may have been told or not, which the next claim finds out
		return err
	}
	// However little time is left, nobody is to be told twice.
	return s.ledger.EndWish(context.WithoutCancel(ctx), w)
}

// fulfilment is the message that tells somebody of an answer, and the lines that it begins
// with, which are the same whatever the answer is.
func (s *Server) fulfilment(ctx context.Context, w ledger.Wish, now bot.Replayed) (opening string, m message, err error) {
	say := s.texts.in(w.Language)
	opening = say.say("wish_fulfilled_shared")
	if w.Guild != "" {
		name := s.guilds.name(w.Guild)
		if name == "" { // the gateway is yet to tell
			var of discordgo.Guild
			if err := s.api.call(ctx, http.MethodGet, discordgo.EndpointGuild(w.Guild), nil, &of); err != nil {
				return "", message{}, err
			}
			name = of.Name
		}
		opening = say.say("wish_fulfilled", "Server", oneLine(name, maxName))
	}
	a := now.Answer
	opening += "\n" + quoted(a.Question)
	all := pages(say, a, false)
	if len(all) > 1 { // there is nothing to turn them by
		a.Statements = slices.DeleteFunc(slices.Clone(a.Statements), func(st bot.Statement) bool { return !slices.Contains(st.Citations, now.News.N) })
		all = pages(say, a, false)
	}
	m = all[0]
	m.content = opening + m.content
	return strings.TrimSpace(opening), m, nil
}

// wasTold reports whether a message that begins so stands in a person's direct messages since
// they wished for it, by Discord's clock.
func (s *Server) wasTold(ctx context.Context, dm string, wished time.Time, opening string) (bool, error) {
	for after := firstAt(wished); ; {
		page, err := s.api.messages(ctx, dm, after)
		for _, m := range page {
			if m.Author != nil && m.Author.ID == s.user && strings.HasPrefix(m.Content, opening) {
				return true, nil
			}
			after = max(after, parseSnowflake(m.ID))
		}
		if err != nil || len(page) < pageSize {
			return false, err
		}
	}
}

// nonceOf names the message that fulfils a wish, in 25 characters.
func nonceOf(w ledger.Wish) string {
	sum := sha256.Sum256([]byte(w.Entry + " " + w.User))
	return "w" + hex.EncodeToString(sum[:12])
}
