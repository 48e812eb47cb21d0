package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// Style is how a summary is written.
type Style = prompts.Style

// Styles.
const (
	Brief    = prompts.Brief
	Bullets  = prompts.Bullets
	Timeline = prompts.Timeline
)

// length is how many statements a summary of a style has: in quotes at most, by a
// model in several pieces rounded up for each.
func length(s Style) int {
	switch s {
	case Brief:
		return 3
	case Timeline:
		return 15
	}
	return 7
}

// A SummaryRequest asks for a summary in a guild.
type SummaryRequest struct {
	Guild   string
	User    string
	Channel string   // where it is asked for; "" in the terminal
	Private bool     // only who asks sees it
	Stories []string // ids; none stands for all that the guild sees
	Style   Style
	Since   time.Time // what has come since; zero: all
}

// Summarise summarises stories: by a model, checked as an answer is, or by the
// stories' own sentences. See Ask for show and errors. 'Not in the stories' is the
// summary of nothing.
func (b *Bot) Summarise(ctx context.Context, r SummaryRequest, show func(Answer)) (Answer, error) {
	start := time.Now()
	j, err := b.newJob(ctx, r.Guild, r.User, start)
	if err != nil {
		return Answer{}, err
	}
	key, err := j.key(ctx, ledger.Summary, r.Stories, r.Style, r.Since.Unix())
	if err != nil {
		return Answer{}, err
	}
	answer, _, repeated := j.repeat(ctx, key)
	if !repeated {
		if answer, err = j.summarise(ctx, r, show); err != nil {
			return Answer{}, err
		}
	}
	answer.Timings.Total = milliseconds(time.Since(start))
	j.keep(ctx, ledger.Entry{Kind: ledger.Summary, Channel: r.Channel, Private: r.Private, Story: r.only()}, key, answer)
	return answer, nil
}

// only is the story that is summarised, when it is one.
func (r SummaryRequest) only() string {
	if len(r.Stories) != 1 {
		return ""
	}
	return r.Stories[0]
}

func (j *job) summarise(ctx context.Context, r SummaryRequest, show func(Answer)) (Answer, error) {
	start := time.Now()
	gists, err := j.corpus.Digest(ctx, r.Guild, r.Since, r.Stories...)
	if err != nil {
		return Answer{}, err
	}
	read := time.Since(start)
	found := retrieval.Result{}
	for _, g := range gists {
		found.Language = cmp.Or(found.Language, g.Language)
		found.Passages = append(found.Passages, retrieval.Passage{Passage: g.Passage})
	}
	if r.Style == Timeline {
		show = nil // what is last may belong first
	}
	d := newDraft("", found, show)
	d.answer.Style, d.versions = r.Style, newVersions(gists)
	d.answer.Stories = storiesOf(gists)
	switch {
	case len(gists) == 0:
	case j.model == nil:
		d.answer.Fallback = j.fallback
		d.summariseInQuotes(r.Style)
	default:
		j.summariseByModel(ctx, d, gists, r.Style)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return Answer{}, err
	}
	d.passages = nil // nothing is near to a summary
	answer := d.finish()
	answer.Usage = j.usage()
	answer.Timings.Search = milliseconds(read)
	return answer, nil
}

// storiesOf counts the stories of paragraphs, which stand together.
func storiesOf(gists []retrieval.Gist) (n int) {
	for i, g := range gists {
		if i == 0 || g.Story != gists[i-1].Story {
			n++
		}
	}
	return n
}

// summaryQuestion is what a summary answers, where a question is asked for.
const summaryQuestion = "What matters most?"

// maxPieces is in how many pieces a model reads a summary's stories.
const maxPieces = 6

// summariseByModel has the model summarise the stories piece by piece. Where they
// are too long for that, it reads the most central sentences of each paragraph.
func (j *job) summariseByModel(ctx context.Context, d *draft, gists []retrieval.Gist, style Style) {
	d.answer.Mode = ModelMode
	room := j.window.room() - prompts.Summary(style, length(style), nil).Tokens()
	pieces := cut(condense(gists, maxPieces*room, room), room)
	if style == Brief { // what matters most cannot be told in pieces
		pieces = [][]prompts.Passage{condense(gists, room, room)}
	}
	var failed error
	if len(pieces) == 0 {
		failed = errTooLong // its sentences are
	}
	statements := (length(style) + len(pieces) - 1) / max(len(pieces), 1)
	for _, piece := range pieces {
		d.most += statements // a model may write any number
		req, err := j.window.fit(each(fewer(piece), func(some []prompts.Passage) prompts.Request { return prompts.Summary(style, statements, some) }))
		if err == nil {
			_, err = j.write(ctx, d, req)
		}
		if err != nil {
			j.log.WarnContext(ctx, "model failed", "answer", d.answer.ID, "error", err)
			failed = err
		}
		if err != nil && !mayFareBetter(err) {
			break
		}
	}
	if failed == nil && len(d.failed) > 0 && len(d.answer.Statements) < d.most {
		j.repair(ctx, d, summaryQuestion, "", slices.Concat(pieces...))
	}
	if style == Timeline {
		slices.SortStableFunc(d.answer.Statements, func(a, b Statement) int { return strings.Compare(a.Date, b.Date) })
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
	case len(d.answer.Statements) > 0:
		d.answer.Incomplete = failed != nil
	default:
		d.answer.Mode, d.answer.Fallback, d.most = QuoteMode, AllRemoved, 0
		if failed != nil || len(d.failed) == 0 { // it has written nothing
			d.answer.Fallback = fallbackFor(failed)
		}
		d.summariseInQuotes(style)
	}
}

// segments is how many parts of a long story are condensed each by itself, so that
// none is left out.
const segments = 25

// condense is the paragraphs as a model is shown them, numbered from 1, within
// so many tokens: where they have more, the most central sentences of each part.
// None is shown with more than most.
func condense(gists []retrieval.Gist, room, most int) []prompts.Passage {
	type place struct{ passage, sentence int }
	var parts [segments][]place
	total, before, inFull := 0, 0, 0
	for i, g := range gists {
		total += prompts.Tokens(g.Text)
		inFull += asShown(i, g, "").Tokens() + prompts.Tokens(g.Text)
	}
	for i, g := range gists {
		for k, s := range g.Sentences {
			part := &parts[min(before*segments/max(total, 1), segments-1)]
			*part = append(*part, place{i, k})
			before += prompts.Tokens(s.Of(g.Text))
		}
	}
	kept := make(map[place]bool)
	taken := make([]int, len(gists)) // tokens of each
	all := 0                         // of them
	for i, part := range parts {
		score := func(p place) float64 { return gists[p.passage].Sentences[p.sentence].Score }
		slices.SortStableFunc(part, func(a, b place) int { return cmp.Compare(score(b), score(a)) })
		due := room * (i + 1) / segments
		for _, p := range part {
			g := gists[p.passage]
			n := prompts.Tokens(g.Sentences[p.sentence].Of(g.Text) + omission)
			if taken[p.passage] == 0 {
				n += asShown(p.passage, g, omission).Tokens()
			}
			if inFull > room && (all >= due || all+n > room) || taken[p.passage]+n > most {
				continue
			}
			kept[p] = true
			taken[p.passage] += n
			all += n
		}
	}
	var some []prompts.Passage
	for i, g := range gists {
		for _, text := range excerptsOf(g, func(k int) bool { return kept[place{i, k}] }) {
			some = append(some, asShown(i, g, text))
		}
	}
	return some
}

// excerptsOf is the paragraph with the sentences that are kept: one text, or several
// where that is longer than a model is shown; none where nothing is kept.
func excerptsOf(g retrieval.Gist, kept func(sentence int) bool) []string {
	p := retrieval.Passage{Passage: g.Passage}
	texts, size := 0, 0     // size of the last, in characters
	in := make(map[int]int) // a sentence to its text, from 1
	for k, s := range g.Sentences {
		p.Sentences = append(p.Sentences, s.Sentence)
		if !kept(k) {
			continue
		}
		n := utf8.RuneCountInString(s.Of(g.Text) + omission)
		if texts == 0 || size+n > prompts.MaxText {
			texts, size = texts+1, len(omission)
		}
		in[k], size = texts, size+n
	}
	all := make([]string, texts)
	for i := range all {
		all[i] = excerpt(p, func(k int) bool { return in[k] == i+1 })
	}
	return all
}

// asShown is a paragraph as a model is shown it, with a text of it.
func asShown(i int, g retrieval.Gist, text string) prompts.Passage {
	p := retrieval.Passage{Passage: g.Passage}
	return prompts.Passage{Number: i + 1, Story: g.Title, Date: date(p), Heading: g.Heading, Text: text}
}

// cut cuts the passages into pieces of at most so many tokens, or one passage.
func cut(shown []prompts.Passage, most int) [][]prompts.Passage {
	var pieces [][]prompts.Passage
	room := 0
	for _, p := range shown {
		n := p.Tokens()
		if len(pieces) == 0 || n > room {
			pieces, room = append(pieces, nil), most
		}
		last := &pieces[len(pieces)-1]
		*last = append(*last, p)
		room -= n
	}
	return pieces
}
