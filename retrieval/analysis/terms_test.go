package analysis_test

import (
	"strings"
	"sync"
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
		{"Turkish", "tr", "Işıklar İstanbul'da", "isik isiklar istanbul"},
		{"Arabic", "ar", "الكُتُب المدينة وبالمدينة للمدينة", "كتب مدين مدين مدين"},
		{"hyphens", "en", "the Spider-Man’s e\u2011mails", "the spider man spiderman e mail email"},
		{"names of several parts", "en", "Kim Jong-un, F-16", "kim jong un jongun f 16 f16"},
		{"numbers apart", "fr", "3 800 et 1 000 000", "3 800 3800 et 1 000 1000 000 1000000"},
		{"units", "en", "1,000km in the 1990s", "1000km 1000 in the 1990s"},
		{"Ukrainian", "uk", "Кореї, Корею", "кор кор"},
		{"Polish", "pl", "Warszawa, w Warszawie", "warszaw w warszaw"},
		{"Greek", "el", "ΑΝΘΡΩΠΟΣ, του ανθρώπου", "ανθρωπ του ανθρωπ"},
		{"Hebrew", "he", "בלבנון לבנון", "נון נון"},
		{"Hindi", "hi", "देशों के हिन्दी", "देश के हिंद"},
		{"Persian", "fa", "کتاب\u200Cها", "كتاب ها كتاب"},
		{"no stemmer", "vi", "Đà Nẵng", "da nang"},
		{"a stem that an accent changes", "es", "nació", "nac naci"},
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
		{"hyphen or none", "en", "Spider-Man", "Spiderman"},
		{"none or hyphen", "en", "Spiderman", "Spider-Man"},
		{"none or space", "en", "Spiderman", "Who is Spider Man"},
		{"prefix", "en", "to cooperate", "co-operate"},
		{"e-mail", "en", "email", "e‐mail"},
		{"soft hyphen", "en", "co\u00ADoperate", "cooperate"},
		{"letter and number", "ru", "Су-57", "Су57"},
		{"apostrophe or none", "en", "O’Neill", "ONeill"},
		{"French name", "en", "D’Artagnan", "Dartagnan"},
		{"acronym", "en", "the U.K.", "UK"},
		{"degree", "en", "a Ph.D.", "PhD"},
		{"initials", "en", "J. R. R. Tolkien", "J.R.R."},
		{"Russian initials", "ru", "А. С. Пушкин", "А.С."},
		{"cedilla", "ro", "naţiuni", "națiuni"},
		{"Turkish capitals", "tr", "Diyarbakır", "DİYARBAKIR"},
		{"Greek capitals", "el", "άνθρωπος", "ΑΝΘΡΩΠΟΣ"},
		{"tones", "vi", "Hà Nội", "ha noi"},
		{"accent left out", "es", "¿Dónde nació?", "nacio"},
		{"two spellings", "de", "München", "Muenchen"},
		{"two spellings, the other way", "de", "Mueller", "Müller"},
		{"hamza", "ar", "إسرائيل", "اسرائيل"},
		{"Persian letters", "ar", "مكتبي", "مکتبی"},
		{"Persian half space", "fa", "می\u200Cشود", "میشود"},
		{"Persian plural", "fa", "کتاب\u200Cها", "کتاب"},
		{"Hebrew prefix", "he", "במוסקבה", "מוסקבה"},
		{"nukta", "hi", "ज़रूरत", "जरूरत"},
		{"nasal", "hi", "हिन्दी", "हिंदी"},
		{"Ukrainian case", "uk", "Україну", "України"},
		{"thousands with spaces", "fr", "1 000 000 habitants", "1,000,000"},
		{"thousands with an apostrophe", "de", "3’800", "3800"},
		{"percent", "en", "50 percent", "50%"},
		{"unit", "en", "1000 km", "1,000km"},
		{"number word", "en", "two dams", "2"},
		{"digits", "ru", "2 плотины", "две"},
		{"French ordinal", "fr", "le 1er mai", "1"},
		{"Spanish ordinal", "es", "8º", "8"},
		{"date", "de", "am 08.03.2023", "2023"},
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
		{"a hyphen", "the Spider-Man", []string{"en"}, "the spider/spiderman man/spiderman"},
		{"a space", "the World Cup", []string{"en"}, "the world/worldcup cup/worldcup"},
		{"numbers and their words", "the two 8", []string{"en", "de"}, "the two/2/zwei 8/eight/acht"},
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

// TestTermsTogether has several read texts of several languages at a time, as
// indexing and questions do.
func TestTermsTogether(t *testing.T) {
	want := make([]string, len(samples))
	for i, s := range samples {
		want[i] = strings.Join(analysis.Terms(s.text, s.lang), " ")
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i, s := range samples {
				if got := strings.Join(analysis.Terms(s.text, s.lang), " "); got != want[i] {
					t.Errorf("%s: %s, want %s", s.lang, got, want[i])
				}
			}
		})
	}
	group.Wait()
}

func TestIsCount(t *testing.T) {
	for _, test := range []struct {
		word, lang string
		want       bool
	}{
		{"3,800", "en", true},
		{"Two", "en", true},
		{"two", "de", false},
		{"fire", "da", true}, // four
		{"fire", "en", false},
		{"две", "ru", true},
		{"one", "en", false},
		{"dam", "en", false},
	} {
		if got := analysis.IsCount(analysis.Tokens(test.word)[0], test.lang); got != test.want {
			t.Errorf("%q in %q: %v", test.word, test.lang, got)
		}
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
