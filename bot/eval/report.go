package eval

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A Report is the figures over all questions and, of several files, each.
type Report struct {
	Figures
	IndexSeconds float64            `json:"index_seconds"`
	Files        map[string]Figures `json:"files,omitempty"`
}

// Figures measure a set of questions. Shares are from 0 to 1.
type Figures struct {
	Questions    int `json:"questions"`
	Answerable   int `json:"answerable"`
	Unanswerable int `json:"unanswerable"`
	Paragraphs   int `json:"paragraphs"`

	// Of the answerable questions: is the gold paragraph found, and where.
	RecallAt1  Share `json:"recall@1"`
	RecallAt5  Share `json:"recall@5"`
	RecallAt10 Share `json:"recall@10"`
	MRRAt10    Share `json:"mrr@10"` // mean of 1/rank (Voorhees 1999)

	// Of the answerable questions: what a model is given to read of the ten best
	// passages, whether or not there is one. Does it hold some of the gold paragraph,
	// and a gold answer; how long is the request, as estimated in tokens, against one
	// with the passages whole.
	PromptRecall Share `json:"prompt_recall"`
	PromptAnswer Share `json:"prompt_answer"`
	PromptShare  Share `json:"prompt_share"` // mean

	// Of the answerable questions: does the answer's first citation hold a
	// gold answer, and stand in the gold paragraph. An abstention counts as a miss.
	CitedAt1          Share `json:"cited@1"`
	CitedParagraphAt1 Share `json:"cited_paragraph@1"`
	QuoteShare        Share `json:"quote_share"` // of its paragraph, that the first quote takes; mean over answers

	AbstainedUnanswerable Share  `json:"abstained_unanswerable"`
	AbstainedAnswerable   Share  `json:"abstained_answerable"`
	AbstainedAbsent       *Share `json:"abstained_absent,omitempty"` // answerable, but their story left out

	UncitedStatements int `json:"uncited_statements"` // must be 0

	Latency Latency `json:"latency_ms"` // of a whole answer
}

// A Row is a figure for people, under its JSON name.
type Row struct{ Name, Value string }

// Rows are the figures in the order of their JSON.
func (f Figures) Rows() []Row {
	rows := []Row{
		{"questions", strconv.Itoa(f.Questions)},
		{"answerable", strconv.Itoa(f.Answerable)},
		{"unanswerable", strconv.Itoa(f.Unanswerable)},
		{"paragraphs", strconv.Itoa(f.Paragraphs)},
		{"recall@1", f.RecallAt1.String()},
		{"recall@5", f.RecallAt5.String()},
		{"recall@10", f.RecallAt10.String()},
		{"mrr@10", f.MRRAt10.String()},
		{"prompt_recall", f.PromptRecall.String()},
		{"prompt_answer", f.PromptAnswer.String()},
		{"prompt_share", f.PromptShare.String()},
		{"cited@1", f.CitedAt1.String()},
		{"cited_paragraph@1", f.CitedParagraphAt1.String()},
		{"quote_share", f.QuoteShare.String()},
		{"abstained_unanswerable", f.AbstainedUnanswerable.String()},
		{"abstained_answerable", f.AbstainedAnswerable.String()},
	}
	if f.AbstainedAbsent != nil {
		rows = append(rows, Row{"abstained_absent", f.AbstainedAbsent.String()})
	}
	return append(rows,
		Row{"uncited_statements", strconv.Itoa(f.UncitedStatements)},
		Row{"latency_ms p50/p95/p99", fmt.Sprintf("%.2f/%.2f/%.2f", f.Latency.P50, f.Latency.P95, f.Latency.P99)})
}

// A Share is a mean of numbers from 0 to 1.
type Share float64

// MarshalJSON rounds to four places: more would be noise.
func (s Share) MarshalJSON() ([]byte, error) {
	return json.Marshal(math.Round(float64(s)*1e4) / 1e4)
}

func (s Share) String() string { return strconv.FormatFloat(float64(s), 'f', 3, 64) }

// Latency is in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// figures sums up outcomes.
func figures(outcomes []outcome, paragraphs int, o Options) Figures {
	f := Figures{Questions: len(outcomes), Paragraphs: paragraphs}
	var answered, abstainedUnanswerable, abstainedAnswerable, apart int
	var latencies []time.Duration
	for _, out := range outcomes {
		latencies = append(latencies, out.latency)
		f.UncitedStatements += out.uncited
		if out.quoteShare > 0 {
			answered++
			f.QuoteShare += Share(out.quoteShare)
		}
		if !out.possible {
			f.Unanswerable++
			abstainedUnanswerable += count(out.abstained)
			continue
		}
		f.Answerable++
		abstainedAnswerable += count(out.abstained)
		apart += count(out.abstainedApart)
		f.CitedAt1 += Share(count(out.citedAnswer))
		f.CitedParagraphAt1 += Share(count(out.citedParagraph))
		f.RecallAt1 += Share(count(out.rank == 1))
		f.RecallAt5 += Share(count(out.rank >= 1 && out.rank <= 5))
		f.RecallAt10 += Share(count(out.rank > 0))
		f.PromptRecall += Share(count(out.shown))
		f.PromptAnswer += Share(count(out.shownAnswer))
		f.PromptShare += Share(out.promptShare)
		if out.rank > 0 {
			f.MRRAt10 += 1 / Share(out.rank)
		}
	}
	for _, share := range []*Share{
		&f.RecallAt1, &f.RecallAt5, &f.RecallAt10, &f.MRRAt10, &f.CitedAt1, &f.CitedParagraphAt1,
		&f.PromptRecall, &f.PromptAnswer, &f.PromptShare,
	} {
		*share /= Share(max(f.Answerable, 1))
	}
	f.QuoteShare /= Share(max(answered, 1))
	f.AbstainedUnanswerable = ratio(abstainedUnanswerable, f.Unanswerable)
	f.AbstainedAnswerable = ratio(abstainedAnswerable, f.Answerable)
	if o.Absent {
		absent := ratio(apart, f.Answerable)
		f.AbstainedAbsent = &absent
	}
	f.Latency = quantiles(latencies)
	return f
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func ratio(n, of int) Share { return Share(n) / Share(max(of, 1)) }

// quantiles are by the nearest rank: the least latency that a share q of all
// does not exceed.
func quantiles(latencies []time.Duration) Latency {
	if len(latencies) == 0 {
		return Latency{}
	}
	slices.Sort(latencies)
	at := func(q float64) float64 {
		d := latencies[int(math.Ceil(q*float64(len(latencies))))-1]
		return float64(d.Round(10*time.Microsecond)) / float64(time.Millisecond)
	}
	return Latency{P50: at(0.50), P95: at(0.95), P99: at(0.99)}
}

// folded is text for comparing answers: compatibility forms composed, lower
// case, punctuation and symbols gone, single spaces.
func folded(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return -1
	}, norm.NFKC.String(text))
	return spaced(text)
}
