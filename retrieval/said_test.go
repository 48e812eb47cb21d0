package retrieval_test

import (
	"testing"
	"time"

	"storybot/retrieval"
)

// TestSharedWords counts content words in whatever form, and numbers not at all.
func TestSharedWords(t *testing.T) {
	for _, tt := range []struct {
		sentence, text string
		shared, all    int
	}{
		{"The mine has produced gold since 1931.", "The mine of Varda has produced copper since 1931.", 2, 3},
		{"The mines produce copper.", "The mine of Varda has produced copper since 1931.", 3, 3},
		{"It is 400.", "There were 400 of them.", 0, 0},
		{"Мост откроют в октябре.", "Сомов заявил, что мост через Велю откроют в сентябре.", 2, 3},
		{"矿山生产铜。", "矿山生产铜。", 4, 4},
		{"矿山生产金。", "矿山生产铜。", 3, 4},
		{"축제 예산은 3억 원이었다.", "축제 예산은 2억 원이었다.", 7, 7},
		{"", "Anything.", 0, 0},
	} {
		if shared, all := retrieval.SharedWords(tt.sentence, tt.text); shared != tt.shared || all != tt.all {
			t.Errorf("%q in %q: %d of %d, want %d of %d", tt.sentence, tt.text, shared, all, tt.shared, tt.all)
		}
	}
}

// TestShareName tells a name that two texts have from words that they have.
func TestShareName(t *testing.T) {
	for sentence, want := range map[string]bool{
		"The owner, Karel Dostal, spoke.": true, "The mine of Lunde closed.": false, "The strike went on.": false,
	} {
		if got := retrieval.ShareName(sentence, "Dostal called the strike illegal, and so did the mine's union."); got != want {
			t.Errorf("%q: %v, want %v", sentence, got, want)
		}
	}
}

// TestTimes takes the dates out of a sentence; relative ones only when it is known
// when it was written.
func TestTimes(t *testing.T) {
	written := time.Date(2024, 5, 6, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		sentence string
		written  time.Time
		n        int
		rest     string
	}{
		{"The ferry stopped on 3 May 2024 in Odda.", time.Time{}, 1, "The ferry stopped on in Odda."},
		{"The ferry stopped yesterday.", written, 1, "The ferry stopped ."},
		{"The ferry stopped yesterday.", time.Time{}, 0, "The ferry stopped yesterday."},
		{"Мост откроют в сентябре.", written, 1, "Мост откроют в ."},
		{"It has 12 windows.", written, 0, "It has 12 windows."},
	} {
		told, rest := retrieval.Times(tt.sentence, tt.written)
		if len(told) != tt.n || rest != tt.rest {
			t.Errorf("%q: %d dates, rest %q; want %d, %q", tt.sentence, len(told), rest, tt.n, tt.rest)
		}
	}
}
