package analysis_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

func TestTokens(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"case and punctuation", `Hello, "World" (again)!`, "hello world again"},
		{"nothing to find", " \t\n…— !?😀👍🏽 «»“”", ""},
		{"possessive", "Peskov's, Peskov’s and Moscows' words", "peskov peskov and moscows words"},
		{"contractions", "don't they're it’ll Rock'n'roll", "dont theyre itll rock roll"},
		{"French elision", "l'homme qu'il aujourd’hui d’État", "homme quil aujourd hui état"},
		{"Italian elision", "dell'arte l’Italia", "dell arte italia"},
		{"Irish names", "O'Neill's O’Brien", "oneill obrien"},
		{"elided twice", "l'o'neill's d'l'eau", "oneill eau"},
		{"Ukrainian apostrophe", "об'єкт комп’ютер", "обєкт компютер"},
		{"acronyms", "U.S. U.S.A., z.B. Ph.D.", "us usa zb phd"},
		{"initials", "J. R. R. Tolkien, J.R.R. Tolkien; A. Smith. B. Jones", "jrr tolkien jrr tolkien a smith b jones"},
		{"no initials", "in Group A. I think. Plan B. A new", "in group a i think plan b a new"},
		{"Hebrew acronyms", `צה"ל צה״ל`, "צהל צהל"},
		{"missing space", "the end.Next one", "the end next one"},
		{"emphasis in Markdown", "_this_ __that__ snake_case *and* `code`", "this that snake case and code"},
		{"address", "a@b.org https://example.org/x", "a b org https example org x"},
		{"hyphens", "well-known 8-го", "well known 8 го"},
		{"thousands", "3,800 3.800 1,234,567 1.234.567 3’800", "3800 3800 1234567 1234567 3800"},
		{"dates and lists", "24.12.2023 08.03.23 1,2,3 192.168.1.10", "24 12 2023 8 3 23 1 2 3 192 168 1 10"},
		{"Indian thousands", "12,34,567", "1234567"},
		{"decimals", "3.5 3,5 1,234.5 1.234,5 0.25 0.125", "3.5 3.5 1234.5 1234.5 0.25 0.125"},
		{"with units", "1,000km 3.5m 20% $5bn", "1000km 3.5m 20 5bn"},
		{"ordinals", "1st 2nd 3rd 8th 21st 1er 2ème 8º 8.", "1 2 3 8 21 1 2 8 8"},
		{"decades", "1990s '90s", "1990s 90s"},
		{"letters and digits", "F-16 f16 Covid-19 B2B 24/7 10:30", "f 16 f16 covid 19 b2b 24 7 10 30"},
		{"digits of other scripts", "３，８００ ٣٫٥ ١٩٩٠ ۲۰۲۴ २०२४ ๒๕๖๗", "3800 3 5 1990 2024 2024 2567"},
		{"signs for numbers", "x² ½ ① ⑴ Ⅷ", "x 2 1 2 1 1 viii"},
		{"full width", "ＮＡＴＯ ａｂｃ", "nato abc"},
		{"ligatures", "ﬁnal ﷺ", "final صلي الله عليه وسلم"},
		{"invisible characters", "so\u00ADft zero\u200Bwidth\u2060join \u202Eright\u202C", "soft zero widthjoin right"},
		{"invisible letters", "\u3164 \u115F\u1160", ""},
		{"keycap", "1️⃣", "1"},
		{"lone marks", "\u0301 a\u0301 \u0300b", "á b"},
		{"Russian ё", "Ещё Её е\u0308лка", "еще ее елка"},
		{"Russian й", "Й и\u0306", "й й"},
		{"Arabic vowel points", "مُحَمَّد مـحـمـد", "محمد محمد"},
		{"Persian joiner", "می\u200Cشود", "مي شود"},
		{"Hebrew vowel points", "שָׁלוֹם", "שלום"},
		{"Hindi keeps its vowels", "दक्षिण कोरिया", "दक्षिण कोरिया"},
		{"Chinese", "普京访问平壤。", "普京访问平壤"},
		{"Japanese", "プーチン大統領は、コーヒー", "プーチン大統領は コーヒー"},
		{"half-width kana", "ｺｰﾋｰ ﾄﾞﾙ", "コーヒー ドル"},
		{"Korean", "김정은은 평양에서", "김정은은 평양에서"},
		{"Thai", "ประธานาธิบดี ปูติน", "ประธานาธิบดี ปูติน"},
		{"numbers in Korean", "8일에 2024년 코로나19가", "8 일에 2024 년 코로나 19 가"},
		{"Latin in Korean", "NATO는 KBS뉴스", "nato 는 kbs 뉴스"},
		{"numbers in Chinese and Thai", "2024年6月 ปี2024", "2024 年 6 月 ปี 2024"},
		{"scripts side by side", "ไทย中文latinкирилл", "ไทย 中文 latinкирилл"},
		{"invalid UTF-8", "a\xffb \xe4\xb8", "a b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, token := range analysis.Tokens(test.text) {
				got = append(got, token.Text)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTokenKinds(t *testing.T) {
	const text = "L'homme de Séoul, 8일 1990s 東京"
	type token struct {
		Of, Text string
		Kind     analysis.Kind
		Upper    bool
	}
	want := []token{
		{"L'homme", "homme", analysis.Word, true},
		{"de", "de", analysis.Word, false},
		{"Séoul", "séoul", analysis.Word, true},
		{"8일", "8", analysis.Number, false},
		{"8일", "일", analysis.Run, false},
		{"1990s", "1990s", analysis.Number, false},
		{"東京", "東京", analysis.Run, false},
	}
	var got []token
	for _, t := range analysis.Tokens(text) {
		got = append(got, token{t.Of(text), t.Text, t.Kind, t.Upper})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNormalize(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"plain text 3.5", "plain text 3.5"},
		{"LOUD Text", "loud text"},
		{"Café Cafe\u0301 ﬁ", "café café fi"},
		{"İstanbul IĞDIR", "istanbul iğdir"},
		{"Straße STRASSE", "straße strasse"},
		{"it’s ‘quoted’ мʼята", "it's 'quoted' м'ята"},
		{"Ёж ёж", "еж еж"},
		{"٣٥ ３５ 𝟛𝟝", "35 35 35"},
		{"ẞ ǅ Ǆ", "ß dž dž"},
		{"J\u030C j\u030C", "ǰ ǰ"},
		{"ノﾞ が", "ノ が"},
	} {
		if diff := cmp.Diff(test.want, analysis.Normalize(test.text)); diff != "" {
			t.Errorf("%q: %s", test.text, diff)
		}
	}
}

// TestNormalizeEveryCharacter goes through Unicode: the normal form of a
// normal form is itself, and every decimal digit is one of ASCII's.
func TestNormalizeEveryCharacter(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		once := analysis.Normalize(string(r))
		if twice := analysis.Normalize(once); twice != once {
			t.Errorf("%U: %q, then %q", r, once, twice)
		}
		if unicode.IsDigit(r) && (len(once) != 1 || once[0] < '0' || once[0] > '9') {
			t.Errorf("%U: %q", r, once)
		}
	}
}

// TestLongRun would take minutes if the pieces of a run were joined one by
// one.
func TestLongRun(t *testing.T) {
	for _, script := range []string{"漢", "กา"} {
		text := strings.Repeat(script, 1<<20)
		tokens := analysis.Tokens(text)
		if len(tokens) != 1 || tokens[0].Text != text {
			t.Errorf("%s: %d tokens", script, len(tokens))
		}
	}
}

// TestLongPatterns would take minutes if what may be put together were looked
// at from each of its pieces.
func TestLongPatterns(t *testing.T) {
	for _, piece := range []string{"A. ", "A.", "abc'", "ab'", "a-", "000 ", "1\u202F", "1,", "1.", "_", "کتاب\u200C", "\u200C", "א\"", "a\u0301"} {
		text := strings.Repeat(piece, 1<<18)
		analysis.Terms(text, analysis.Language(text))
	}
}
