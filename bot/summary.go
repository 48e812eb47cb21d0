package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

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

// length is how many statements a summary of a style has at most.
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
	defer j.account(ctx)
	gists, err := b.corpus.Digest(ctx, r.Guild, r.Since, r.Stories...)
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
	d.answer.Style = r.Style
	switch {
	case len(gists) == 0:
	case j.model == nil:
		d.answer.Fallback = j.fallback
		d.summariseInQuotes(gists, r.Style)
	default:
		j.summariseByModel(ctx, d, gists, r.Style)
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return Answer{}, err
	}
	d.passages = nil // nothing is near to a summary
	answer := d.finish()
	answer.Usage = j.usage()
	answer.Timings = Timings{Search: milliseconds(read), Total: milliseconds(time.Since(start))}
	j.keep(ctx, ledger.Entry{Kind: ledger.Summary}, "", answer)
	return answer, nil
}

// summariseInQuotes states the sentences that together say most, in the order of
// the stories; a timeline, those that tell a time, in its order.
func (d *draft) summariseInQuotes(gists []retrieval.Gist, style Style) {
	points := pointsOf(gists)
	if style == Timeline {
		points = slices.DeleteFunc(points, func(p point) bool { return p.When == "" })
	}
	chosen := choose(points, length(style))
	slices.SortStableFunc(chosen, func(a, b point) int {
		if c := strings.Compare(a.When, b.When); style == Timeline && c != 0 { // as ISO 8601 dates sort
			return c
		}
		return cmp.Compare(a.place, b.place)
	})
	for _, p := range chosen {
		d.quote(d.passages[p.passage], p.span)
	}
}

// A point is a sentence that may be stated.
type point struct {
	retrieval.Point
	passage int
	place   int            // in the stories
	span    retrieval.Span // with the sentence that it refers to
	worth   float64
}

// What a sentence is worth beside its centrality.
const (
	opening   = 1.15 // the first of a paragraph: it often says what the rest is about
	leaning   = 0.6  // cannot be understood alone, nor with the sentence before
	shortRest = 0.5  // says less than a clause
	minPoint  = 30   // bytes of a clause
)

func pointsOf(gists []retrieval.Gist) []point {
	var points []point
	for i, g := range gists {
		for k, s := range g.Sentences {
			p := point{Point: s, passage: i, place: len(points), span: s.Span, worth: s.Score}
			switch {
			case k == 0:
				p.worth *= opening
			case s.RefersBack && !g.Sentences[k-1].RefersBack:
				p.span.Start = g.Sentences[k-1].Start
			}
			if s.RefersBack && p.span == s.Span {
				p.worth *= leaning
			}
			if s.End-s.Start < minPoint {
				p.worth *= shortRest
			}
			points = append(points, p)
		}
	}
	return points
}

const (
	crowded = 0.3  // what a point is worth once its paragraph is represented: a summary is of the whole
	aside   = 0.25 // of the most that any is worth: what is worth less is about something else
)

// choose takes the n points that are worth most, each for what those taken before
// have not said (maximal marginal relevance, Carbonell & Goldstein 1998).
func choose(points []point, n int) []point {
	var chosen []point
	said := make([]float64, len(points)) // what is left of each point's worth
	most := 0.0
	for i, p := range points {
		said[i] = 1
		most = max(most, p.worth)
	}
	for len(chosen) < n {
		best, worth := -1, 0.0
		for i, p := range points {
			if w := p.worth * said[i]; p.worth >= aside*most && w > worth {
				best, worth = i, w
			}
		}
		if best < 0 {
			break
		}
		taken := points[best]
		chosen = append(chosen, taken)
		for i, p := range points {
			left := 1 - p.Like(taken.Point)
			switch {
			case p.passage != taken.passage:
			case p.span.Start < taken.span.End && taken.span.Start < p.span.End:
				left = 0
			default:
				left = min(left, crowded)
			}
			said[i] = min(said[i], left)
		}
	}
	return chosen
}

// A model reads a summary's stories in pieces.
const (
	maxPiece  = 2500 // tokens of text
	maxPieces = 6
)

// summariseByModel has the model summarise the stories piece by piece. Where they
// are too long for that, it reads the most central sentences of each paragraph.
func (j *job) summariseByModel(ctx context.Context, d *draft, gists []retrieval.Gist, style Style) {
	d.answer.Mode = ModelMode
	pieces := cut(condense(gists, maxPiece*maxPieces))
	if style == Brief { // what matters most cannot be told in pieces
		pieces = [][]prompts.Passage{condense(gists, maxPiece)}
	}
	each := (length(style) + len(pieces) - 1) / len(pieces)
	var failed error
	for _, piece := range pieces {
		if _, err := j.write(ctx, d, prompts.Summary(style, each, piece)); err != nil {
			j.log.Warn("model failed", "answer", d.answer.ID, "error", err)
			failed = err
		}
	}
	if style == Timeline {
		d.answer.Statements = slices.DeleteFunc(d.answer.Statements, func(s Statement) bool { return s.Date == "" })
		slices.SortStableFunc(d.answer.Statements, func(a, b Statement) int { return strings.Compare(a.Date, b.Date) })
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
	case len(d.answer.Statements) > 0:
		d.answer.Incomplete = failed != nil
	default:
		d.answer.Mode, d.answer.Fallback = QuoteMode, AllRemoved
		if failed != nil {
			d.answer.Fallback = ModelFailed
		}
		d.summariseInQuotes(gists, style)
	}
}

// segments is how many parts of a long story are condensed each by itself, so that
// none is left out.
const segments = 25

// condense is the paragraphs as a model is shown them, numbered from 1, within
// about so many tokens: where they have more, the most central sentences of each
// part.
func condense(gists []retrieval.Gist, room int) []prompts.Passage {
	type place struct{ passage, sentence int }
	var parts [segments][]place
	total, before := 0, 0
	for _, g := range gists {
		total += prompts.Tokens(g.Text)
	}
	for i, g := range gists {
		for k, s := range g.Sentences {
			part := &parts[min(before*segments/max(total, 1), segments-1)]
			*part = append(*part, place{i, k})
			before += prompts.Tokens(s.Of(g.Text))
		}
	}
	kept := make(map[place]bool)
	for _, part := range parts {
		score := func(p place) float64 { return gists[p.passage].Sentences[p.sentence].Score }
		slices.SortStableFunc(part, func(a, b place) int { return cmp.Compare(score(b), score(a)) })
		left := room / segments
		for _, p := range part {
			if left <= 0 && total > room {
				break
			}
			kept[p] = true
			left -= prompts.Tokens(gists[p.passage].Sentences[p.sentence].Of(gists[p.passage].Text))
		}
	}
	var shown []prompts.Passage
	for i, g := range gists {
		p := retrieval.Passage{Passage: g.Passage}
		for _, s := range g.Sentences {
			p.Sentences = append(p.Sentences, s.Sentence)
		}
		text := excerpt(p, func(k int) bool { return kept[place{i, k}] })
		if text != strings.TrimSpace(omission) {
			shown = append(shown, prompts.Passage{Number: i + 1, Story: g.Title, Date: date(p), Heading: g.Heading, Text: text})
		}
	}
	return shown
}

// cut cuts the passages into pieces of at most maxPiece tokens, or one passage.
func cut(shown []prompts.Passage) [][]prompts.Passage {
	var pieces [][]prompts.Passage
	room := 0
	for _, p := range shown {
		n := prompts.Tokens(p.Text)
		if len(pieces) == 0 || n > room {
			pieces, room = append(pieces, nil), maxPiece
		}
		last := &pieces[len(pieces)-1]
		*last = append(*last, p)
		room -= n
	}
	return pieces
}
