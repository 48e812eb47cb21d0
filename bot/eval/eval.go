package eval

import (
	"context"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/retrieval"
	"storybot/retrieval/analysis"
)

// Options say how the questions are asked.
type Options struct {
	Within   bool                  // each of its own story alone
	Absent   bool                  // the answerable ones also with their own story left out
	Progress func(done, total int) // may be nil
}

// A Subject is what is measured: a bot and its corpus.
type Subject struct {
	Bot    *bot.Bot
	Corpus *retrieval.Corpus // empty; the sets' stories are put there
}

// location names the source that a set's stories are put under.
const location = "eval"

// Run indexes the stories of all sets together and asks every question.
func Run(ctx context.Context, s Subject, sets []Set, o Options) (Report, error) {
	start := time.Now()
	stories, err := index(ctx, s.Corpus, sets)
	if err != nil {
		return Report{}, err
	}
	indexed := time.Since(start)

	questions := flatten(sets, stories)
	outcomes := make(map[string][]outcome)
	for i, q := range questions {
		if o.Progress != nil {
			o.Progress(i, len(questions))
		}
		result, err := s.ask(ctx, q, o)
		if err != nil {
			return Report{}, err
		}
		outcomes[q.set] = append(outcomes[q.set], result)
	}
	if o.Progress != nil {
		o.Progress(len(questions), len(questions))
	}

	var all []outcome
	for _, set := range sets {
		all = append(all, outcomes[set.Name]...)
	}
	report := Report{Figures: figures(all, paragraphs(sets), o), IndexSeconds: indexed.Seconds()}
	if len(sets) > 1 {
		report.Files = make(map[string]Figures)
		for _, set := range sets {
			report.Files[set.Name] = figures(outcomes[set.Name], paragraphs([]Set{set}), o)
		}
	}
	return report, nil
}

// index puts the stories, in one source, and gives their ids by key.
func index(ctx context.Context, corpus *retrieval.Corpus, sets []Set) (map[string]string, error) {
	var stories []retrieval.Story
	ids := make(map[string]string)
	for _, set := range sets {
		for _, entry := range set.Data {
			story := entry.story()
			if _, ok := ids[story.Key]; !ok && len(story.Paragraphs) > 0 {
				ids[story.Key] = ""
				stories = append(stories, story)
			}
		}
	}
	change, err := corpus.Put(ctx, retrieval.Source{Kind: "file", Title: location, Location: location}, stories)
	if err != nil {
		return nil, err
	}
	for i, story := range stories {
		ids[story.Key] = change.Added[i]
	}
	return ids, nil
}

// A question is one to be asked, and what is known of its answer.
type question struct {
	set       string
	text      string
	story     string // id of its own
	paragraph int    // that it was asked on
	context   string // that paragraph
	answers   []string
	possible  bool
}

func flatten(sets []Set, stories map[string]string) []question {
	var questions []question
	for _, set := range sets {
		for _, entry := range set.Data {
			id := stories[entry.story().Key]
			for i, p := range entry.Paragraphs {
				for _, qa := range p.QAs {
					q := question{set: set.Name, text: qa.Question, story: id, paragraph: i + 1, context: spaced(p.Context)}
					for _, a := range qa.Answers {
						q.answers = append(q.answers, a.Text)
					}
					q.possible = !qa.Impossible && len(q.answers) > 0
					questions = append(questions, q)
				}
			}
		}
	}
	return questions
}

func paragraphs(sets []Set) int {
	n, seen := 0, make(map[string]bool)
	for _, set := range sets {
		for _, entry := range set.Data {
			if key := entry.story().Key; !seen[key] {
				seen[key] = true
				n += len(entry.Paragraphs)
			}
		}
	}
	return n
}

// An outcome is what became of a question.
type outcome struct {
	possible       bool
	rank           int  // of its paragraph, from 1; 0 when it is not among the first ten
	shown          bool // it, to a model
	shownAnswer    bool
	promptShare    float64 // of what sending the passages whole would take, in tokens
	abstained      bool
	abstainedApart bool // with its own story left out
	citedAnswer    bool
	citedParagraph bool
	quoteShare     float64
	uncited        int
	latency        time.Duration
}

// depth is how far down the gold paragraph is looked for: mrr@10.
const depth = 10

func (s Subject) ask(ctx context.Context, q question, o Options) (outcome, error) {
	var scope retrieval.Scope
	if o.Within {
		scope.Story = q.story
	}
	out := outcome{possible: q.possible}

	found, err := s.Corpus.Search(ctx, retrieval.Query{Scope: scope, Text: q.text, Limit: depth})
	if err != nil {
		return outcome{}, err
	}
	isGold := func(p retrieval.Passage) bool {
		return p.Story == q.story && p.Paragraph == q.paragraph || p.Text == q.context
	}
	out.rank = slices.IndexFunc(found.Passages, isGold) + 1
	reading := s.Bot.Reading(q.text, found)
	out.promptShare = float64(reading.Tokens) / float64(reading.Whole)
	for _, p := range reading.Shown {
		out.shown = out.shown || isGold(found.Passages[p.Number-1])
		out.shownAnswer = out.shownAnswer || holds(p.Text, q.answers)
	}

	start := time.Now()
	answer, err := s.Bot.Ask(ctx, bot.Question{Scope: scope, Text: q.text}, nil)
	if err != nil {
		return outcome{}, err
	}
	out.latency = time.Since(start)
	out.abstained = answer.Status == bot.NotInStories
	out.uncited = uncited(answer)
	if len(answer.Citations) > 0 {
		c := answer.Citations[0]
		out.citedAnswer = holds(c.Quote, q.answers)
		out.citedParagraph = c.StoryID == q.story && c.Paragraph == q.paragraph || c.Text == q.context
		out.quoteShare = float64(length(c.Quote)) / float64(length(c.Text))
	}

	if o.Absent && q.possible {
		apart, err := s.Bot.Ask(ctx, bot.Question{Scope: retrieval.Scope{Without: q.story}, Text: q.text}, nil)
		if err != nil {
			return outcome{}, err
		}
		out.abstainedApart = apart.Status == bot.NotInStories
	}
	return out, nil
}

// uncited counts the answer's statements that break the promise: without a
// citation, or with a quote that is not, byte for byte, in its paragraph.
func uncited(answer bot.Answer) int {
	n := 0
	for _, s := range answer.Statements {
		sound := len(s.Citations) > 0
		for _, number := range s.Citations {
			if number < 1 || number > len(answer.Citations) {
				sound = false
				continue
			}
			c := answer.Citations[number-1]
			sound = sound && c.Quote != "" && strings.Contains(c.Text, c.Quote)
		}
		if !sound {
			n++
		}
	}
	return n
}

// holds says that the quote holds one of the answers; case, punctuation and
// width do not count.
func holds(quote string, answers []string) bool {
	quote = folded(quote)
	return slices.ContainsFunc(answers, func(a string) bool {
		a = folded(a)
		return a != "" && strings.Contains(quote, a)
	})
}

// length counts words, and characters in scripts without spaces.
func length(text string) int {
	n := 0
	for _, t := range analysis.Tokens(text) {
		if t.Kind == analysis.Run {
			n += len([]rune(t.Text))
		} else {
			n++
		}
	}
	return n
}
