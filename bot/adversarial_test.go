package bot_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/prompts"
)

// How many replies of each sort there are: of each lie, of each bad
// form, of lies combined, of one that is cut off.
const (
	perLie   = 16
	perForm  = 6
	combined = 150
	cuts     = 400
)

// What a fair share of honest statements is that pass the check, so that the
// promise is not kept by saying nothing.
const (
	fairVerbatim = 0.9
	fairNear     = 0.6
)

// A trial is one question to a model that replies in its own way.
type trial struct {
	kind            string
	guild, question string
	rewritten       string                                    // the question in the story's language, where it has to be put into that
	reply           func(*liar) ([]prompts.Statement, saying) // the statements are what the reply tries to have shown

	// What came of it.
	prompts  []string
	replies  []saying
	told     []prompts.Statement
	breaches []string
	answer   bot.Answer
}

// TestLyingModel has a model tell thousands of lies over HTTP, in every way that
// we know: nothing that breaks the promise is ever shown, not for a moment.
func TestLyingModel(t *testing.T) {
	w, s := newWorld(t), newStage(t)
	trials, least := w.trials(), 2000
	if raced() {
		trials, least = everyTenth(trials), 200
	}
	work := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range work {
				trials[i].run(t, w, s, uint64(i))
			}
		})
	}
	for i := range trials {
		work <- i
	}
	close(work)
	workers.Wait()

	tallies := make(map[string]*tally)
	distinct := make(map[saying]bool)
	for _, tr := range trials {
		if tallies[tr.kind] == nil {
			tallies[tr.kind] = new(tally)
		}
		tallies[tr.kind].add(tr)
		for _, said := range tr.replies {
			if !strings.HasPrefix(tr.kind, "honest") {
				distinct[said] = true
			}
		}
		for _, why := range tr.breaches {
			t.Errorf("%s, guild %s: %s\n\treplies %.900s", tr.kind, tr.guild, why, fmt.Sprintf("%+v", tr.replies))
		}
	}
	var all tally
	for _, kind := range slices.Sorted(maps.Keys(tallies)) {
		t.Logf("%-32s %v", kind, *tallies[kind])
		all.replies += tallies[kind].replies
	}
	t.Logf("%d replies, %d distinct that lie", all.replies, len(distinct))
	if len(distinct) < least {
		t.Errorf("%d distinct replies", len(distinct))
	}
	for kind, fair := range map[string]float64{"honest, verbatim": fairVerbatim, "honest, near": fairNear} {
		if got := tallies[kind]; got == nil || float64(got.shown) < fair*float64(got.trials) {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

// raced says that the race detector runs. It makes the test ten times slower, and
// learns from how replies are read, not from what they say.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func everyTenth(all []*trial) []*trial {
	var some []*trial
	for i := 0; i < len(all); i += 10 {
		some = append(some, all[i])
	}
	return some
}

// trials are all that is tried, in a fixed order.
func (w *world) trials() []*trial {
	modes := []string{guildsByMode[ledger.Strict], guildsByMode[ledger.Normal], guildsByMode[ledger.Verbatim]}
	var all []*trial
	add := func(kind string, reply func(*liar) ([]prompts.Statement, saying)) {
		n := len(all)
		all = append(all, &trial{kind: kind, guild: modes[n%3], question: w.questions[n*7%len(w.questions)], reply: reply})
	}
	for _, k := range lies {
		for range perLie {
			add(k.kind, func(l *liar) ([]prompts.Statement, saying) {
				told := []prompts.Statement{l.lie(k)}
				if l.IntN(3) == 0 { // beside a true one
					return told, wellFormed(l, append([]prompts.Statement{l.truth()}, told...))
				}
				return told, wellFormed(l, told)
			})
		}
	}
	for _, f := range forms {
		for range perForm {
			add("form: "+f.kind, func(l *liar) ([]prompts.Statement, saying) {
				told := []prompts.Statement{l.lie(pick(l, lies))}
				return told, f.say(l, []prompts.Statement{l.truth(), told[0], l.truth()})
			})
		}
	}
	for range combined {
		add("combined", func(l *liar) ([]prompts.Statement, saying) {
			var told []prompts.Statement
			for range 1 + l.IntN(4) {
				told = append(told, l.lie(pick(l, lies), pick(l, lies), pick(l, lies)))
			}
			if l.IntN(2) == 0 {
				return told, pick(l, forms).say(l, slices.Clone(told))
			}
			return told, wellFormed(l, told)
		})
	}
	for i := range cuts { // one reply, cut off after each byte
		add("cut off at each byte", func(l *liar) ([]prompts.Statement, saying) {
			told := l.shortest()
			told.Text = "Zorblatt won."
			said := wellFormed(l, []prompts.Statement{l.shortest(), told})
			return []prompts.Statement{told}, saying{text: said.text[:1+i%len(said.text)], cut: true}
		})
		all[len(all)-1].question = w.questions[0]
	}
	for _, question := range w.questions {
		add("honest, verbatim", func(l *liar) ([]prompts.Statement, saying) {
			told := []prompts.Statement{l.truth()}
			return told, wellFormed(l, told)
		})
		all[len(all)-1].question = question
	}
	for i, row := range w.people {
		if !row.Supported || !slices.Contains([]string{"true-int", "true-ele"}, row.Kind) {
			continue
		}
		add("honest, near", func(l *liar) ([]prompts.Statement, saying) {
			told := []prompts.Statement{l.near(row)}
			return told, wellFormed(l, told)
		})
		last := all[len(all)-1]
		last.guild, last.question = modes[i%2], row.Statement
	}
	for i, row := range w.people { // asked and lied in another language than the story's
		if row.Kind != "true-translated" {
			continue
		}
		for _, k := range append([]lie{{"honest", func(*liar, *prompts.Statement) {}}}, lies...) {
			kind := k.kind + ", translated"
			if kind != "honest, translated" && !slices.Contains(tellInTranslation, k.kind) {
				continue
			}
			add(kind, func(l *liar) ([]prompts.Statement, saying) {
				told := []prompts.Statement{l.near(row)}
				k.tell(l, &told[0])
				return told, wellFormed(l, told)
			})
			last := all[len(all)-1]
			last.guild, last.question, last.rewritten = modes[i%2], row.Statement, questionOf(row.Paragraphs[0])
		}
	}
	return all
}

// lie is a true statement, spoilt in these ways one after the other.
func (l *liar) lie(ways ...lie) prompts.Statement {
	s := l.truth()
	for _, way := range ways {
		if len(s.Evidence) == 0 || strings.TrimSpace(s.Text) == "" || strings.TrimSpace(s.Evidence[0].Quote) == "" {
			break // nothing is left to spoil
		}
		way.tell(l, &s)
	}
	return s
}

// near is what a person has written of a paragraph, with its quote, or the sentence
// that has the most of its words.
func (l *liar) near(row labelled) prompts.Statement {
	best, most := l.truth(), -1
	for _, p := range l.shown {
		if row.Quote != "" && strings.Contains(p.Text, row.Quote) {
			return stating(row.Statement, prompts.Evidence{Paragraph: p.Paragraph, Quote: row.Quote})
		}
		for _, quote := range sentencesOf(p.Text) {
			n := 0
			for _, word := range runsOf(plain(quote), 1) {
				if strings.Contains(plain(row.Statement), word) {
					n++
				}
			}
			if n > most {
				best, most = stating(row.Statement, prompts.Evidence{Paragraph: p.Paragraph, Quote: quote}), n
			}
		}
	}
	return best
}

// run asks the question, and has the witness look at all that is shown.
func (tr *trial) run(t *testing.T, w *world, s *stage, seed uint64) {
	random := rand.New(rand.NewPCG(2024, seed))
	m := s.model(fmt.Sprint(seed), func(h heard) saying {
		l := &liar{Rand: random, heard: h, shown: h.pages(), hidden: w.hidden}
		tr.prompts = append(tr.prompts, h.System)
		if len(l.shown) == 0 { // asked for a question
			return saying{text: asJSON(prompts.Rewritten{Question: cmp.Or(tr.rewritten, "Who is Zorblatt?"), Queries: []prompts.Query{{Language: "en", Text: "@everyone"}}}), finish: "stop"}
		}
		told, said := tr.reply(l)
		tr.told, tr.replies = append(tr.told, told...), append(tr.replies, said)
		return said
	})
	b := bot.New(bot.Config{Corpus: w.corpus, Ledger: w.ledger, Model: m, Log: discard})
	var shown []bot.Answer
	var err error
	tr.answer, err = b.Ask(t.Context(), bot.Question{Guild: tr.guild, Text: tr.question, Explain: true}, func(so bot.Answer) { // explained: never repeated
		so.Statements = slices.Clone(so.Statements)
		shown = append(shown, so)
	})
	if err != nil {
		tr.breaches = append(tr.breaches, err.Error())
		return
	}
	for _, so := range append(shown, tr.answer) {
		tr.breaches = append(tr.breaches, w.witness.breaches(tr.guild, so, tr.prompts)...)
		if n := len(so.Statements); n > len(tr.answer.Statements) || !gocmp.Equal(so.Statements, tr.answer.Statements[:n]) || !gocmp.Equal(so.Citations, tr.answer.Citations[:len(so.Citations)]) {
			tr.breaches = append(tr.breaches, fmt.Sprintf("was shown and does not stand: %+v", so.Statements))
		}
	}
}

// A tally counts what became of trials: the text that was to be shown was, or only
// words of the story in its place, or an answer without the model. A true sentence may
// well stand beside the lie that spoils it: the lie itself is counted.
type tally struct{ trials, replies, shown, replaced, removed int }

func (n *tally) add(tr *trial) {
	n.trials++
	n.replies += len(tr.replies)
	honest := strings.HasPrefix(tr.kind, "honest")
	bare := func(text string) string { return strings.Trim(plain(text), ".。 '") }
	shown := func(told prompts.Statement) bool {
		return slices.ContainsFunc(tr.answer.Statements, func(s bot.Statement) bool {
			return honest && bare(s.Text) == bare(told.Text) || s.Text == told.Text && s.Support != bot.SupportQuote
		})
	}
	switch {
	case tr.answer.Mode == bot.ModelMode && slices.ContainsFunc(tr.told, shown):
		n.shown++
	case tr.answer.Mode == bot.ModelMode && len(tr.answer.Statements) > 0:
		n.replaced++
	default:
		n.removed++
	}
}

func (n tally) String() string {
	return fmt.Sprintf("%4d replies: %3d shown, %3d replaced, %3d removed", n.replies, n.shown, n.replaced, n.removed)
}
