package analysis_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

func TestTerms(t *testing.T) {
	for _, test := range []struct{ name, lang, text, want string }{
		{"English", "en", "Korea's leaders were visiting 3,800 cities", "korea leader were visit 3800 citi"},
		{"German", "de", "Häuser, größte Straßen", "haus grosst strass"},
		{"French", "fr", "l'État français était élu", "etat franc etait elu"},
		{"Spanish", "es", "naciones españolas", "nacion espanol"},
		{"Russian", "ru", "Ещё Кореи, Корею и Корее", "ещ кор кор и кор"},
		{"Turkish", "tr", "Işıklar İstanbul'da", "isik istanbul"},
		{"Arabic", "ar", "الكُتُب المدينة", "كتب مدين"},
		{"no stemmer", "uk", "Кореї наївність", "кореї наївність"},
		{"no language", "", "Cafés naïve œuvre Łódź", "cafes naive oeuvre lodz"},
		{"another script than the language's", "ru", "running Кореи", "running кор"},
		{"Korean particles", "ko", "김정은은 김정은이", "김정 정은 은은 김정 정은 은이"},
		{"Chinese", "zh", "普京访问8次", "普京 京访 访问 8 次"},
		{"one character", "ja", "雨 が", "雨 が"},
		{"Thai", "th", "ปูติน", "ปูต ูติ ติน"},
		{"longer than any word", "en", strings.Repeat("walking", 10), strings.Repeat("walking", 10)},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(analysis.Terms(test.text, test.lang), " ")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTermsMeet asks with one form of a word for another.
func TestTermsMeet(t *testing.T) {
	for _, test := range []struct{ name, lang, text, question string }{
		{"café", "fr", "un café", "cafe"},
		{"naïve", "en", "naïve", "NAIVE"},
		{"ß", "de", "Straße", "Strasse"},
		{"ё", "ru", "самолёт", "самолета"},
		{"combining marks", "es", "Pen\u0303a", "Peña"},
		{"plural", "en", "missile", "missiles"},
		{"case", "ru", "в Москве", "Москва"},
		{"possessive", "en", "Peskov’s", "Peskov"},
		{"article", "it", "dell’arte", "arte"},
		{"thousands", "de", "3.800", "3,800"},
		{"ordinal", "en", "8 July", "8th"},
		{"particle", "ko", "푸틴은", "푸틴이"},
		{"Latin with particle", "ko", "NATO는", "NATO가"},
		{"number with particle", "ko", "19일에", "19일"},
		{"vowel points", "ar", "مُحَمَّد", "محمد"},
		{"full width", "ja", "ＮＡＴＯ", "NATO"},
		{"Thai digits", "th", "พ.ศ. ๒๕๖๗", "2567"},
	} {
		t.Run(test.name, func(t *testing.T) {
			held := make(map[string]bool)
			for _, term := range analysis.Terms(test.text, test.lang) {
				held[term] = true
			}
			for _, group := range analysis.Groups(test.question, []string{test.lang}) {
				for _, term := range group.Terms {
					if held[term] {
						return
					}
				}
			}
			t.Errorf("%q is not found in %q (%v)", test.question, test.text, held)
		})
	}
}

func TestGroups(t *testing.T) {
	for _, test := range []struct {
		name, question string
		langs          []string
		want           string // groups apart by spaces, variants by slashes
	}{
		{"nothing", "?!", []string{"en"}, ""},
		{"one language", "cities and cities", []string{"en"}, "citi/cities and"},
		{"several", "leading", []string{"de", "en", "fr"}, "leading/lead"},
		{"no language of the index is known", "Nations", []string{""}, "nations"},
		{"numbers have one form", "3,800 3800", []string{"en", "de"}, "3800"},
		{"a gram a group", "김정은이 정은", []string{"ko", "en"}, "김정 정은 은이"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, group := range analysis.Groups(test.question, test.langs) {
				got = append(got, strings.Join(group.Terms, "/"))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGrams(t *testing.T) {
	for _, test := range []struct {
		word string
		n    int
		want string
	}{
		{"", 4, ""},
		{"war", 4, "war"},
		{"korea", 4, "kore orea"},
		{"корея", 4, "коре орея"},
	} {
		if diff := cmp.Diff(test.want, strings.Join(analysis.Grams(test.word, test.n), " ")); diff != "" {
			t.Errorf("%s: %s", test.word, diff)
		}
	}
}
