package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"

	"storybot/bot/grounding"
	"storybot/bot/ledger"
	"storybot/prompts"
	"storybot/retrieval"
)

// passages is how many passages an answer is made from.
const passages = 10

// maxTurns is how much of a conversation a follow-up is understood by: what was
// asked last counts.
const maxTurns = 4

// errImproper is a rewritten question that is none.
var errImproper = errors.New("bot: the model's rewritten question is not proper")

// turns are the conversation that the question goes on with, and the stories that the last
// answer cites.
func (b *Bot) turns(ctx context.Context, q Question) (turns []prompts.Turn, cited []string, err error) {
	if q.After == "" {
		return nil, nil, nil
	}
	if b.ledger == nil {
		return nil, nil, ErrNoAnswer
	}
	entries, err := b.ledger.Conversation(ctx, q.Guild, q.After, maxTurns)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil, ErrNoAnswer
	}
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		var said Answer
		if err := json.Unmarshal(e.Answer, &said); err != nil {
			return nil, nil, err
		}
		cited = nil
		for _, c := range said.Citations {
			cited = append(cited, c.StoryID)
		}
		turn := prompts.Turn{Question: e.Standalone}
		for _, s := range said.Statements {
			turn.Statements = append(turn.Statements, s.Text)
		}
		turns = append(turns, turn)
	}
	return turns, cited, nil
}

// sameStory is how well a passage of the stories that were cited last has to fit a question
// that cannot be understood alone, against the best of all: such a question is about them.
const sameStory = 0.5

// ofSame are the passages of those stories, if there are any that fit; else all.
func ofSame(found []retrieval.Passage, stories []string) []retrieval.Passage {
	var same []retrieval.Passage
	for _, p := range found {
		if slices.Contains(stories, p.Story) && p.Score >= sameStory*found[0].Score {
			same = append(same, p)
		}
	}
	if len(same) == 0 {
		return found
	}
	return same
}

// query is what is searched for when a question is asked.
func (q Question) query(turns []prompts.Turn) retrieval.Query {
	query := retrieval.Query{Guild: q.Guild, Scope: q.Scope, Text: q.Text, At: q.At, Limit: passages}
	if n := len(turns); n > 0 {
		query.After = turns[n-1].Question
	}
	return query
}

// search finds the passages for a question, and gives it as it stands alone. A
// model rewrites a follow-up, and a question in a language that the stories are
// not in; without one a follow-up takes along the words of the question before, which it is
// then given with.
func (j *job) search(ctx context.Context, q Question, turns []prompts.Turn) (as wording, found retrieval.Result, err error) {
	query := q.query(turns)
	found, err = j.corpus.Search(ctx, query)
	as.question = q.Text
	if found.Carried {
		as.question = together(query.After, q.Text)
		found.Passages = ofSame(found.Passages, j.cited)
	}
	as.topic = topicOf(as.question, found.Terms)
	if err != nil || j.model == nil || len(turns) == 0 && !found.Evidence.Foreign {
		return as, found, err
	}
	rewritten, err := j.rewrite(ctx, q.Text, turns, slices.DeleteFunc(found.Languages, func(lang string) bool { return lang == "" }))
	if err != nil {
		j.log.WarnContext(ctx, "a question was not rewritten", "error", err)
		return as, found, nil
	}
	query.After = ""
	var results []retrieval.Result
	for _, rewording := range append([]prompts.Query{{Text: rewritten.Question}}, rewritten.Queries...) {
		query.Text = rewording.Text
		result, err := j.corpus.Search(ctx, query)
		if errors.Is(err, retrieval.ErrNoWords) {
			continue
		}
		if err != nil {
			return wording{}, retrieval.Result{}, err
		}
		results = append(results, result)
	}
	if len(results) == 0 {
		return as, found, nil
	}
	merged := merge(results)
	if !mayAnswer(merged) && mayAnswer(found) { // it was made another question
		return as, found, nil
	}
	merged.Language = found.Language // the asker's, whatever was searched for
	as.question = rewritten.Question
	if len(turns) > 0 { // else what was asked tells the topic as well, and not each time in other words
		as.topic = topicOf(as.question, merged.Terms)
	}
	return as, merged, nil
}

// together is a question with the one before it, as they were asked; what was asked
// longest ago goes first when they are too long.
func together(before, question string) string {
	both := []rune(before + " " + question)
	return strings.TrimSpace(string(both[max(0, len(both)-MaxQuestion):]))
}

// proper says that a text which a model has made of a question holds nothing that no
// question does: links, mentions, marks of a talk with a model, data.
func proper(text string) bool {
	self := grounding.Evidence{Paragraph: text, Quote: text}
	return !strings.ContainsAny(text, "{}") && grounding.Check(text, []grounding.Evidence{self}, grounding.Normal).Decision != grounding.Removed
}

// rewrite has the model say the question so that it can be searched for.
func (j *job) rewrite(ctx context.Context, question string, turns []prompts.Turn, languages []string) (prompts.Rewritten, error) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	req, err := j.window.fit(each(shorter(turns), func(turns []prompts.Turn) prompts.Request { return prompts.Rewrite(question, turns, languages) }))
	if err != nil {
		return prompts.Rewritten{}, err
	}
	completion, err := j.ask(ctx, req, nil)
	if err != nil {
		return prompts.Rewritten{}, err
	}
	rewritten, err := prompts.ParseRewritten(completion.Text)
	if err == nil && !proper(rewritten.Question) {
		err = errImproper
	}
	rewritten.Queries = slices.DeleteFunc(rewritten.Queries, func(q prompts.Query) bool { return !proper(q.Text) })
	return rewritten, err
}

// shorter are the turns of a conversation, then ever less of them: what was said
// longest ago goes first, what was asked last goes last.
func shorter(turns []prompts.Turn) iter.Seq[[]prompts.Turn] {
	return func(yield func([]prompts.Turn) bool) {
		for ; len(turns) > 1; turns = turns[1:] {
			if !yield(turns) {
				return
			}
		}
		for _, last := range turns {
			for said := range fewer(last.Statements) {
				if !yield([]prompts.Turn{{Question: last.Question, Statements: said}}) {
					return
				}
			}
			if !yield([]prompts.Turn{{Question: last.Question}}) {
				return
			}
		}
		yield(nil)
	}
}

// merge is what several searches for one question found: each passage once, at
// its best, and the evidence of the search that has the most.
func merge(results []retrieval.Result) retrieval.Result {
	best := slices.MaxFunc(results, func(a, b retrieval.Result) int { return cmp.Compare(a.Evidence.Strength, b.Evidence.Strength) })
	var all []retrieval.Passage
	for _, r := range results {
		all = append(all, r.Passages...)
	}
	slices.SortStableFunc(all, func(a, b retrieval.Passage) int { return cmp.Compare(b.Score, a.Score) })
	best.Passages = nil
	for _, p := range all {
		same := func(have retrieval.Passage) bool { return have.Ref == p.Ref }
		if len(best.Passages) < passages && !slices.ContainsFunc(best.Passages, same) {
			best.Passages = append(best.Passages, p)
		}
	}
	return best
}
