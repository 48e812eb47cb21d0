package retrieval

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// maxGroups bounds the words of a question that are searched for, rarest
// first: a question of 2,000 characters has up to 400.
const maxGroups = 48

// A query is an analysed question.
type query struct {
	lang    string // of the question; "" when it cannot be told
	foreign bool   // it is in a language that the collection does not hold
	carries bool   // the words of the question before it are among its groups
	ask     ask
	groups  []group
	dates   []date
	total   float64          // of the groups' weights
	terms   map[string][]int // a term's groups
	grams   map[string]int   // a gram's place in counts.grams
}

// A group is a word or number of the question, or a gram of a script without
// spaces.
type group struct {
	analysis.Group
	paragraphs int      // that hold it
	function   bool     // a function word, or of the phrase that asks
	frequent   bool     // most paragraphs do, or many and it is a function word
	name       bool     // a number, or a word written like a name
	dated      bool     // of a date that depends on when the question is asked: its words only hint at it
	weight     float64  // inverse document frequency
	compounds  []string // terms that the word is a part of, or made of: they are searched for, and left to the grams to weigh
	stem       []rune   // of a word, in no language: names are compared by it
	next       int      // the group of the next content word in the question; -1 after the last
	grams      []int    // places in counts.grams
}

// The background is an imagined collection that every index is weighed
// together with, so that a story of ten paragraphs does not take each of its
// words for a rare one, or for a common one.
const (
	backgroundParagraphs = 500
	backgroundCommon     = 300 // paragraphs of the background that hold a function word
	backgroundOther      = 1   // and any other word
)

// A word is frequent when more than a share of the paragraphs hold it.
const (
	frequentShare = 0.5
	commonShare   = 0.05 // of a function word: of many languages in an index each has few paragraphs
)

// weighTerm is the inverse document frequency of a term that so many of the
// paragraphs hold, and whether it is frequent. A function word weighs no more
// than in the background, however many languages the index holds, unless the
// index says that it is none.
func weighTerm(held, paragraphs int, common bool) (weight float64, frequent bool) {
	n := float64(paragraphs + backgroundParagraphs)
	if !common {
		df := float64(held + backgroundOther)
		return idf(df, n), df > frequentShare*n
	}
	df := float64(held + backgroundCommon)
	if df <= commonShare*n {
		return idf(df, n), false
	}
	return min(idf(df, n), idf(backgroundCommon, backgroundParagraphs)), true
}

// idf is the inverse document frequency of a term that df of n paragraphs hold
// (Robertson & Zaragoza 2009; kept positive, as in Lucene).
func idf(df, n float64) float64 { return math.Log(1 + (n-df+0.5)/(df+0.5)) }

// A question that points back, or says as little as this, cannot be understood
// without the one before it.
const (
	fewWords      = 2   // that are no function words
	runWord       = 3   // characters of a script without spaces for each
	carriedCredit = 0.5 // weight of the earlier question's words
	carriedShare  = 0.5 // the most that they weigh together beside a question that says itself what it is about
)

// A question with a name and more words than these says what it is about, whatever
// else it points back to.
const enoughWords = 3

// newQuery analyses a question for a collection.
func newQuery(ctx context.Context, question Query, c collection) (*query, error) {
	text := question.Text
	tokens := analysis.Tokens(text)
	lang := analysis.LanguageOf(tokens)
	if lang == "" && len(c.langs) == 1 {
		lang = c.langs[0]
	}
	asked := askOf(tokens, lang)
	carries, most := false, math.Inf(1)
	after, meant := "", date{}
	if question.After != "" {
		if carries, most = leansBack(tokens, asked.Span, lang); carries {
			after = question.After
			if then, ok := thenOf(tokens, lang); ok {
				if meant, ok, after = then.from(after, question.At); ok {
					meant.Span, meant.text = then.Span, then.Of(text)
				}
			}
			text += "\n" + after
			tokens = analysis.Tokens(text)
		}
	}
	q := &query{
		carries: carries,
		lang:    lang,
		foreign: lang != "" && !slices.Contains(c.langs, lang) && !slices.Contains(c.langs, ""),
		ask:     asked.ask,
		terms:   make(map[string][]int),
		grams:   make(map[string]int),
	}
	var terms []string
	groups := analysis.Groups(text, c.langs)
	for _, g := range groups {
		terms = append(terms, g.Terms...)
	}
	held, err := c.frequencies(ctx, terms)
	if err != nil {
		return nil, err
	}
	named := names(tokens, lang)
	for _, g := range groups {
		n := 0 // hold one variant or another; the sum is near enough
		for range g.Terms {
			n += held[0]
			held = held[1:]
		}
		n = min(n, c.paragraphs)
		common := analysis.IsCommon(g.Token, lang) || within(g.Token, asked.Span)
		weight, frequent := weighTerm(n, c.paragraphs, common)
		name := isQuantity(g.Token) || named[g.Start]
		if g.Start > len(question.Text) {
			weight, name = carriedCredit*weight, false // the stories need not know it
		}
		q.groups = append(q.groups, group{Group: g, paragraphs: n, weight: weight, function: common, frequent: frequent, name: name})
	}
	q.limitCarried(most, len(question.Text))
	slices.SortStableFunc(q.groups, func(a, b group) int { return cmp.Compare(b.weight, a.weight) })
	q.groups = q.groups[:min(len(q.groups), maxGroups)]
	q.date(question.Text, question.At)
	if meant.text != "" {
		q.mean(meant)
	}
	q.number(tokens)
	q.link()
	return q, q.compound(ctx, c)
}

// leansBack says that a question of these tokens, which begins with the phrase
// asks, needs the one before it, and how much the words of that may weigh for each
// weight of its own: those of a question that is short, but points to nothing, and of one that
// points back though it has a name and enough words, may be about something else.
func leansBack(tokens []analysis.Token, asks Span, lang string) (leans bool, most float64) {
	words, refers := 0, analysis.Refers(tokens, lang)
	for _, t := range tokens {
		switch {
		case t.Kind == analysis.Run:
			words += utf8.RuneCountInString(t.Text) / runWord
		case !analysis.IsCommon(t, lang) && !within(t, asks):
			words++
		}
	}
	most = carriedShare
	if refers && (words <= enoughWords || len(names(tokens, lang)) == 0) {
		most = math.Inf(1)
	}
	return refers || words <= fewWords, most
}

// limitCarried limits what the words of the earlier question, which begin at the
// place end, weigh together, for each weight of the question's own. Words that no paragraph
// holds are none to find anything by.
func (q *query) limitCarried(most float64, end int) {
	var own, carried float64
	for _, g := range q.groups {
		switch {
		case g.Start >= end:
			carried += g.weight
		case g.paragraphs > 0 && !g.function:
			own += g.weight
		}
	}
	if own == 0 || carried <= most*own {
		return
	}
	for i := range q.groups {
		if q.groups[i].Start >= end {
			q.groups[i].weight *= most * own / carried
		}
	}
}

// number gives terms and grams their places.
func (q *query) number(tokens []analysis.Token) {
	for i := range q.groups {
		g := &q.groups[i]
		q.total += g.weight
		for _, term := range g.Terms {
			if !g.dated {
				q.terms[term] = append(q.terms[term], i)
			}
		}
		var grams []string
		switch g.Kind {
		case analysis.Word:
			g.stem = []rune(analysis.Stem(g.Text, ""))
			grams = wordGrams(string(g.stem))
		case analysis.Run:
			grams = runGrams(g.Text, tokens)
		}
		for _, gram := range grams {
			place, ok := q.grams[gram]
			if !ok {
				place = len(q.grams)
				q.grams[gram] = place
			}
			g.grams = append(g.grams, place)
		}
	}
}

// link makes pairs of the content words that follow one another in the
// question.
func (q *query) link() {
	var order []int
	for i := range q.groups {
		q.groups[i].next = -1
		if !q.groups[i].frequent {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(q.groups[a].Start, q.groups[b].Start) })
	for n := 1; n < len(order); n++ {
		q.groups[order[n-1]].next = order[n]
	}
}

// searchTerms are what the first stage searches for: frequent words only when
// there is nothing else, as they cost most and tell least.
func (q *query) searchTerms() []string {
	var terms, frequent []string
	for _, g := range q.groups {
		if g.frequent {
			frequent = append(frequent, g.Terms...)
		} else {
			terms = append(append(terms, g.Terms...), g.compounds...)
		}
	}
	if len(terms) == 0 {
		return frequent
	}
	return terms
}

// isQuantity says that the token is a plain number: 8, 3.5, but not 1990s.
func isQuantity(t analysis.Token) bool {
	return t.Kind == analysis.Number && strings.Trim(t.Text, ".0123456789") == ""
}

// names are the places of the words that are written like names: with a
// capital, but for the first. In German, where every noun has one, it takes two
// in a row to tell, and the last of them is the name: Präsidentin Lie. A
// Question Written Like This tells nothing.
func names(tokens []analysis.Token, lang string) map[int]bool {
	found := make(map[int]bool)
	capital := func(i int) bool {
		return i < len(tokens) && tokens[i].Kind == analysis.Word && tokens[i].Upper && !analysis.IsCommon(tokens[i], lang)
	}
	small := false
	for i, t := range tokens {
		small = small || t.Kind == analysis.Word && !t.Upper
		if i > 0 && capital(i) && (lang != "de" || capital(i-1) && !capital(i+1)) {
			found[t.Start] = true
		}
	}
	if !small {
		return nil
	}
	return found
}

// within says that a word or number of a text is in a stretch of it.
func within(t analysis.Token, s Span) bool {
	return t.Kind != analysis.Run && s.Start <= t.Start && t.End <= s.End
}
