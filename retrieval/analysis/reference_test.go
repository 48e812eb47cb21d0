package analysis_test

import (
	"testing"

	"storybot/retrieval/analysis"
)

func TestRefersBack(t *testing.T) {
	for _, test := range []struct {
		lang, sentence string
		want           bool
	}{
		{"en", "He said no.", true},
		{"en", "“It was late,” she said.", true},
		{"en", "The mayor said no.", false},
		{"en", "Her Majesty's ship sank.", true}, // not told from a pronoun
		{"de", "Der Vertrag gilt.", false},
		{"nl", "Het kabinet viel.", false},
		{"hu", "Az elnök nemet mondott.", false},
		{"da", "Der er ingen aftale.", true},
		{"de", "Sie gilt.", true},
		{"ru", "Его партия проиграла.", true},
		{"ru", "Партия проиграла.", false},
		{"ar", "وهو رئيس الحزب.", true},
		{"zh", "他说不。", true},
		{"zh", "市长说不。", false},
		{"ja", "これは違う。", true},
		{"ko", "그는 아니라고 했다.", true},
		{"th", "เขาบอกว่าไม่", true},
		{"", "He said no.", false},
		{"en", "", false},
	} {
		if got := analysis.RefersBack(analysis.Tokens(test.sentence), test.lang); got != test.want {
			t.Errorf("%s %q: %v", test.lang, test.sentence, got)
		}
	}
}

func TestRefers(t *testing.T) {
	for _, test := range []struct {
		lang, question string
		want           bool
	}{
		{"en", "And what did he say the day before?", true},
		{"en", "What did the mayor say?", false},
		{"de", "Und was sagte sie dazu?", true},
		{"ru", "Что сказал его помощник?", true},
		{"zh", "后来他说了什么？", true},
		{"zh", "市长说了什么？", false},
		{"en", "", false},
	} {
		if got := analysis.Refers(analysis.Tokens(test.question), test.lang); got != test.want {
			t.Errorf("%s %q: %v", test.lang, test.question, got)
		}
	}
}
