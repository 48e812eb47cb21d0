package analysis_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

// seeds are texts in many scripts, and what has been trouble.
var seeds = []string{
	"", "Peskov’s 3,800 U.S. missiles: l'homme, dell'arte, o'neill's 8th 1990s", "_a_ 1_000 x² ⑴ ½ ﷺ ①.", "Ещё ё\u0308 й",
	"J\u030C e\u200D\u0308 \u0301", "８일 NATO는 코로나19가 ㅤ", "ｺｰﾋｰ コーヒー 々〇", "๒๕๖๗ ภาษาไทย", "مُحَمَّد مـحمد ٣٫٥", `צה"ל שָׁלוֹם`,
	"दक्षिण ਪੰਜਾਬੀ தமிழ்", "a\xffb\xe4\xb8", "1️⃣👩‍👩‍👧 \u202Eabc\u202C", "Mr. J. R. Smith. No. 5? “Yes.”", "他说：“不。”她走了。",
	"Spider-Man’s e\u2011mail of J. R. R. Tolkien to D'Angelo, F-16, 1 234 567 km², 1\u202F000km 24.12.2023", "کتاب\u200Cها می\u200Cشود", "न्ँ़क \u0301A. \u200FB. C",
	"# T\n\nOne\n===\n```\n# c\n\n```\n\uFEFF\uFEFF# A #\r\n\r\u2029b", "e\x00\u0301\n \n\u00A0\nx", strings.Repeat("กขค งจ ", 60),
}

var languages = strings.Split(" ar cs da de el en es fa fi fr he hi hu id it ja nb nl pl pt ro ru sv th tr uk", " ")

// FuzzTerms holds what the index relies on: terms can be joined with spaces
// and quoted, and the ASCII tokenizer takes each as it is.
func FuzzTerms(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkTokens(t, text)
		normal := analysis.Normalize(text)
		if again := analysis.Normalize(normal); again != normal {
			t.Errorf("Normalize: %q, then %q", normal, again)
		}
		analysis.Language(text)
		for _, lang := range languages {
			terms := analysis.Terms(text, lang)
			for _, term := range terms {
				if !isTerm(term) {
					t.Errorf("%s: term %q", lang, term)
				}
			}
			for _, group := range analysis.Groups(text, []string{lang}) {
				if !slices.Contains(terms, group.Terms[0]) {
					t.Errorf("%s: the text's own %q is not among its terms", lang, group.Terms)
				}
			}
			if text != "" && analysis.Stem(text, lang) == "" {
				t.Errorf("%s: Stem is empty", lang)
			}
		}
	})
}

// FuzzQuote has each word of a stretch of a text be found in the text.
func FuzzQuote(f *testing.F) {
	for i, seed := range seeds {
		f.Add(seed, uint(i), uint(i+3))
	}
	f.Fuzz(func(t *testing.T, text string, first, last uint) {
		tokens := analysis.Tokens(text)
		if len(tokens) == 0 {
			return
		}
		n := uint(len(tokens))
		first, last = min(first%n, last%n), max(first%n, last%n)
		quote := text[tokens[first].Start:tokens[last].End]
		for _, lang := range languages {
			terms := analysis.TermsOf(tokens, lang)
			for _, group := range analysis.Groups(quote, []string{lang}) {
				found := slices.ContainsFunc(group.Terms, func(term string) bool { return slices.Contains(terms, term) })
				if !found {
					t.Errorf("%s: %q of %q is not among the terms of %q", lang, group.Terms, quote, text)
				}
			}
		}
	})
}

// FuzzParts has a compound have two or three parts, all of them known.
func FuzzParts(f *testing.F) {
	f.Add("friedensvertrag", "vertrag fried")
	f.Add("donaudampfschiff", "donau dampf schiff")
	f.Fuzz(func(t *testing.T, word, words string) {
		for _, lang := range []string{"", "de", "sv", "ru"} {
			known := func(term string) bool { return term != "" && strings.Contains(words, term) }
			parts := analysis.Parts(word, lang, known)
			if len(parts) == 1 || len(parts) > 3 {
				t.Errorf("%s: %q has the parts %q", lang, word, parts)
			}
			for _, part := range parts {
				if !known(part) {
					t.Errorf("%s: %q of %q is not known", lang, part, word)
				}
			}
			analysis.InCompound(words, word, lang, known)
		}
	})
}

func checkTokens(t *testing.T, text string) {
	t.Helper()
	end := 0
	for _, token := range analysis.Tokens(text) {
		if token.Start >= token.End || token.End > len(text) || token.End < end {
			t.Fatalf("span %v after %d", token.Span, end)
		}
		end = token.End
		if analysis.Normalize(token.Text) != token.Text {
			t.Errorf("token %q is not in normal form", token.Text)
		}
	}
}

func isTerm(term string) bool {
	return term != "" && utf8.ValidString(term) && !strings.ContainsFunc(term, func(r rune) bool {
		mark := r < utf8.RuneSelf && r != '.' && unicode.In(r, unicode.P, unicode.S)
		return mark || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.IsUpper(r)
	})
}

// FuzzSentences has the spans come in order, not overlap, begin and end at
// characters, and leave out nothing but space.
func FuzzSentences(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, s := range analysis.Sentences(text) {
			if s.Start < end || s.Start >= s.End || s.End > len(text) {
				t.Fatalf("%v after %d", s, end)
			}
			if between := text[end:s.Start]; strings.TrimSpace(between) != "" {
				t.Errorf("left out %q", between)
			}
			if utf8.ValidString(text) && !utf8.ValidString(s.Of(text)) {
				t.Errorf("cut within a character: %q", s.Of(text))
			}
			end = s.End
		}
		if rest := text[end:]; strings.TrimSpace(rest) != "" {
			t.Errorf("left out %q", rest)
		}
	})
}

// FuzzParseDocument has a plain text that was read be read the same again, and
// no paragraph be empty or more than a line.
func FuzzParseDocument(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		markdown := analysis.ParseDocument("a.md", text)
		doc := analysis.ParseDocument("a.txt", text)
		for _, p := range slices.Concat(doc.Paragraphs, markdown.Paragraphs) {
			oneLine := strings.Join(strings.Fields(p.Text), " ")
			if p.Text == "" || p.Text != oneLine || strings.ContainsFunc(p.Text, unicode.IsControl) {
				t.Errorf("paragraph %q", p.Text)
			}
		}
		var texts []string
		for _, p := range doc.Paragraphs {
			texts = append(texts, p.Text)
		}
		again := analysis.ParseDocument("a.txt", strings.Join(texts, "\n\n"))
		if diff := cmp.Diff(doc, again); diff != "" {
			t.Error(diff)
		}
	})
}
