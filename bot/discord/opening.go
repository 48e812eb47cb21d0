package discord

import (
	"context"
	"encoding/json"
	"errors"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/retrieval"
)

// kept is an answer that was given before, to be gone on with by a component of the message
// that shows it. It is errForgotten unless it was given in that channel of that guild, and,
// in a DM or privately, to this person: whatever a custom id says. In a DM the person has to
// be a member, now, of the guild whose stories it is from.
func (s *Server) kept(ctx context.Context, v *visit, id string) (ledger.Entry, error) {
	e, err := s.ledger.Entry(ctx, id)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return ledger.Entry{}, errForgotten
	case err != nil:
		return ledger.Entry{}, err
	case e.Channel != v.Channel || v.Guild != "" && e.Guild != v.Guild || (v.Guild == "" || e.Private) && e.User != v.User:
		return ledger.Entry{}, errForgotten
	}
	if v.Guild == "" && e.Guild != "" {
		in, err := s.isMember(ctx, e.Guild, v.User)
		if err != nil {
			return ledger.Entry{}, err
		}
		if !in {
			return ledger.Entry{}, errForgotten
		}
	}
	return e, nil
}

// opened is a kept answer as it was given.
type opened struct {
	ledger.Entry
	answer bot.Answer
	check  bot.FactCheck
}

func (s *Server) open(ctx context.Context, v *visit, id string) (opened, error) {
	e, err := s.kept(ctx, v, id)
	if err != nil {
		return opened{}, err
	}
	return openEntry(e)
}

// openEntry is what an entry says.
func openEntry(e ledger.Entry) (opened, error) {
	o := opened{Entry: e}
	if e.Kind == ledger.Check {
		return o, json.Unmarshal(e.Answer, &o.check)
	}
	return o, json.Unmarshal(e.Answer, &o.answer)
}

// pages are the answer's, as they were shown.
func (o opened) pages(say *phrases) []message {
	if o.Kind == ledger.Check {
		return factCheck(say, o.check)
	}
	return pages(say, o.answer, false)
}

// citation is the answer's with that number, among those that it cites or, where it cites
// none, those that come nearest.
func (o opened) citation(n int) (bot.Citation, bool) {
	all := append(o.answer.Citations[:len(o.answer.Citations):len(o.answer.Citations)], o.check.Citations...)
	for _, near := range o.answer.Nearest {
		all = append(all, near.Citation)
	}
	for _, c := range all {
		if c.N == n {
			return c, true
		}
	}
	return bot.Citation{}, false
}

// openPlan opens a cited paragraph, for the eyes of who wants to see it.
func (s *Server) openPlan(v *visit, answer string, n int) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		o, err := s.open(ctx, v, answer)
		if err != nil {
			return response{}, err
		}
		c, ok := o.citation(n)
		if !ok {
			return response{}, errForgotten
		}
		now, err := s.corpus.Context(ctx, o.Guild, retrieval.Ref{Story: c.StoryID, Revision: c.Revision, Paragraph: c.Paragraph})
		switch {
		case err == nil:
			return privately(citation(v.say, c, &now)), nil
		case errors.Is(err, retrieval.ErrNotFound): // the answer remembers it
			return privately(citation(v.say, c, nil)), nil
		}
		return response{}, err
	})
}

// pagePlan shows another page of an answer, in the language in which its pages were laid
// out.
func (s *Server) pagePlan(v *visit, id customID) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		o, err := s.open(ctx, v, id.answer)
		if err != nil {
			return response{}, err
		}
		all := o.pages(s.texts.in(id.lang))
		if id.n > len(all) {
			return response{}, errForgotten
		}
		return inPlace(all[id.n-1]), nil
	})
}
