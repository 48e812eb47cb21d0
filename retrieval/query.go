package retrieval

import (
	"cmp"
	"math"
	"slices"

	"storybot/retrieval/analysis"
)

// maxGroups bounds the words of a question that are searched for, rarest
// first: a question of 2,000 characters has up to 400.
const maxGroups = 48

// A query is an analysed question.
type query struct {
	lang    string // of the question; "" when it cannot be told
	foreign bool   // it is in a language that the collection does not hold
	ask     ask
	groups  []group
	total   float64        // of the groups' weights
	terms   map[string]int // a term's group
	grams   map[string]int // a gram's place in counts.grams
}

// A group is a word or number of the question, or a gram of a script without
// spaces.
type group struct {
	analysis.Group
	common bool    // a function word
	name   bool    // a number, or a word written like a name
	weight float64 // inverse document frequency
	next   int     // the group of the next content word in the question; -1 after the last
	grams  []int   // of a word: places in counts.grams
}

// The background is an imagined collection that every index is weighed
// together with, so that a story of ten paragraphs does not take each of its
// words for a rare one, or for a common one.
const (
	backgroundParagraphs = 1000
	backgroundCommon     = 600 // paragraphs of the background that hold a function word
	backgroundOther      = 2   // and any other word
)

// gramSize is how many characters of a word are compared where its stem is
// not found: inflections and compounds that no stemmer knows (McNamee &
// Mayfield 2004 found four best for most European languages).
const gramSize = 4

// newQuery analyses the question for a collection of so many paragraphs in
// the languages langs. frequency gives the number of paragraphs that hold each
// of some terms.
func newQuery(question string, langs []string, paragraphs int, frequency func(terms []string) ([]int, error)) (*query, error) {
	lang := analysis.Language(question)
	q := &query{
		lang:    lang,
		foreign: lang != "" && !slices.Contains(langs, lang),
		ask:     askOf(question, lang),
		terms:   make(map[string]int),
		grams:   make(map[string]int),
	}
	var terms []string
	capitals := capitalsTell(question, lang)
	for _, g := range analysis.Groups(question, langs) {
		common := analysis.IsCommon(g.Token, lang)
		name := isQuantity(g.Token) || capitals && g.Upper && g.Start > 0 && !common
		q.groups = append(q.groups, group{Group: g, common: common, name: name})
		terms = append(terms, g.Terms...)
	}
	held, err := frequency(terms)
	if err != nil {
		return nil, err
	}
	for i := range q.groups {
		g := &q.groups[i]
		n := 0 // hold one variant or another; the sum is near enough
		for range g.Terms {
			n += held[0]
			held = held[1:]
		}
		g.weight = idf(min(n, paragraphs), paragraphs, g.common)
	}
	slices.SortStableFunc(q.groups, func(a, b group) int { return cmp.Compare(b.weight, a.weight) })
	q.groups = q.groups[:min(len(q.groups), maxGroups)]
	q.number()
	q.link()
	return q, nil
}

// link makes pairs of the content words that follow one another in the
// question.
func (q *query) link() {
	var order []int
	for i := range q.groups {
		q.groups[i].next = -1
		if !q.groups[i].common {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(q.groups[a].Start, q.groups[b].Start) })
	for n := 1; n < len(order); n++ {
		q.groups[order[n-1]].next = order[n]
	}
}

// number gives terms and grams their places.
func (q *query) number() {
	for i := range q.groups {
		g := &q.groups[i]
		q.total += g.weight
		for _, term := range g.Terms {
			if _, taken := q.terms[term]; !taken {
				q.terms[term] = i
			}
		}
		if g.Kind != analysis.Word {
			continue
		}
		for _, gram := range analysis.Grams(analysis.Stem(g.Text, ""), gramSize) {
			place, ok := q.grams[gram]
			if !ok {
				place = len(q.grams)
				q.grams[gram] = place
			}
			g.grams = append(g.grams, place)
		}
	}
}

// idf is the inverse document frequency of a term that so many of the
// paragraphs hold (Robertson & Zaragoza 2009; kept positive, as in Lucene),
// together with the background.
func idf(held, paragraphs int, common bool) float64 {
	n, df := float64(paragraphs+backgroundParagraphs), float64(held+backgroundOther)
	if common {
		df = float64(held + backgroundCommon)
	}
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// searchTerms are what the first stage searches for: function words only when
// there is nothing else, as they cost most and tell least.
func (q *query) searchTerms() []string {
	var terms, common []string
	for _, g := range q.groups {
		if g.common {
			common = append(common, g.Terms...)
		} else {
			terms = append(terms, g.Terms...)
		}
	}
	if len(terms) == 0 {
		return common
	}
	return terms
}

// isQuantity says that the token is a plain number: 8, 3.5, but not 1990s.
func isQuantity(t analysis.Token) bool {
	if t.Kind != analysis.Number {
		return false
	}
	for _, r := range t.Text {
		if r != '.' && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// capitalsTell says that a capital letter marks a name in the question: not
// in German, where every noun has one, nor in a Question Written Like This.
func capitalsTell(question, lang string) bool {
	if lang == "de" {
		return false
	}
	return slices.ContainsFunc(analysis.Tokens(question), func(t analysis.Token) bool {
		return t.Kind == analysis.Word && !t.Upper
	})
}
