package analysis_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

// vocabulary says which terms the words of a text make.
func vocabulary(text, lang string) func(term string) bool {
	terms := make(map[string]bool)
	for _, term := range analysis.Terms(text, lang) {
		terms[term] = true
	}
	return func(term string) bool { return terms[term] }
}

func TestParts(t *testing.T) {
	for _, test := range []struct{ lang, word, words, want string }{
		{"de", "friedensvertrag", "der Frieden, ein Vertrag, die Rage", "fried vertrag"},
		{"de", "kindergärten", "Kinder im Garten", "kind gart"},
		{"de", "schulhaus", "Schulen und Häuser", "schul haus"},
		{"de", "donaudampfschiff", "Donau Dampf Schiff", "donau dampf schiff"},
		{"de", "frühstück", "früh ein Stück", "fruh stuck"},
		{"de", "friedensvertrag", "Frieden", ""},
		{"de", "ausland", "aus dem Land", ""},
		{"nl", "vredesverdrag", "vrede verdrag", "vred verdrag"},
		{"sv", "fredsavtal", "fred avtal", "fred avtal"},
		{"nb", "fredsavtale", "fred avtale", "fred avtal"},
		{"fi", "rauhansopimus", "rauhan sopimus", "rauha sopimus"},
		{"hu", "békeszerződés", "béke szerződés", "bek szerzodes"},
		{"en", "spiderman", "a spider and a man", "spider man"},
		{"en", "together", "to get her", ""},
		{"de", "", "", ""},
		{"de", "haus", "Haus", ""},
	} {
		got := analysis.Parts(test.word, test.lang, vocabulary(test.words, test.lang))
		if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", test.word, diff)
		}
	}
}

func TestInCompound(t *testing.T) {
	for _, test := range []struct {
		lang, part, term, words string
		want                    bool
	}{
		{"de", "vertrag", "friedensvertrag", "Frieden", true},
		{"de", "vertrag", "vertragsbruch", "Bruch", true},
		{"de", "haus", "schulhaus", "Schulen", true},
		{"de", "vertrag", "vertraglich", "Bruch", false},
		{"de", "rage", "frage", "Frieden", false},
		{"de", "vertrag", "vertrag", "Vertrag", false},
		{"sv", "avtal", "fredsavtal", "fred", true},
		{"en", "ball", "snowball", "snow", true},
		{"en", "ball", "snowballs", "ice", false},
	} {
		if got := analysis.InCompound(test.part, test.term, test.lang, vocabulary(test.words, test.lang)); got != test.want {
			t.Errorf("%s in %s: %v", test.part, test.term, got)
		}
	}
}
