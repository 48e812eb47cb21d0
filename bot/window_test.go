package bot

import (
	"fmt"
	"iter"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/prompts"
)

// TestWindowLearns has a server say what requests took that were estimated at a
// thousand tokens.
func TestWindowLearns(t *testing.T) {
	for _, tt := range []struct {
		name     string
		tokens   int
		reported []int
		room     int
	}{
		{"nothing said", 3000, nil, 3000},
		{"the default", 0, nil, DefaultPromptTokens},
		{"as estimated", 3000, []int{1000}, 3000},
		{"half as much again", 3000, []int{1500}, 2000},
		{"rises at once", 3000, []int{1000, 1000, 1500}, 2000},
		{"falls slowly", 3000, []int{1500, 1000}, 2086}, // of 1.5, an eighth of the way to 1
		{"less than estimated, as a server says that cuts or remembers", 3000, []int{200, 1}, 3000},
		{"what no tokenizer needs", 3000, []int{9000}, 1500},
		{"never too little for a request", 1200, []int{2000}, MinPromptTokens},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWindow(tt.tokens)
			for _, n := range tt.reported {
				w.learn(1000, n)
			}
			if got := w.room(); got != tt.room {
				t.Errorf("%d, want %d", got, tt.room)
			}
		})
	}
}

func TestWindowFits(t *testing.T) {
	request := func(tokens int) prompts.Request {
		return prompts.Request{System: fmt.Sprintf("%0*d", 4*tokens-40, tokens)}
	}
	requests := func(tokens ...int) iter.Seq[prompts.Request] {
		return func(yield func(prompts.Request) bool) {
			for _, n := range tokens {
				if !yield(request(n)) {
					return
				}
			}
		}
	}
	for _, tt := range []struct {
		name string
		from iter.Seq[prompts.Request]
		want int // 0: none fits
	}{
		{"the first that fits", requests(3000, 2000, 1999, 500), 2000},
		{"none fits", requests(3000, 2001), 0},
		{"none there", requests(), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newWindow(2000).fit(tt.from)
			if tt.want == 0 && err != errTooLong || tt.want > 0 && got.Tokens() != tt.want {
				t.Errorf("%d tokens, error %v", got.Tokens(), err)
			}
		})
	}
}

// TestWindowIsShared has many answers learn at once; the race detector looks on.
func TestWindowIsShared(t *testing.T) {
	w := newWindow(0)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 100 {
				w.learn(1000, 900+n+i)
				if room := w.room(); room < MinPromptTokens || room > DefaultPromptTokens {
					t.Errorf("room %d", room)
				}
			}
		})
	}
	all.Wait()
}

// TestShorterConversation forgets what was said longest ago first, and what was asked
// last at the end.
func TestShorterConversation(t *testing.T) {
	var got []string
	for turns := range shorter([]prompts.Turn{{Question: "1", Statements: []string{"a"}}, {Question: "2", Statements: []string{"b", "c"}}}) {
		got = append(got, fmt.Sprint(turns))
	}
	want := []string{"[{1 [a]} {2 [b c]}]", "[{2 [b c]}]", "[{2 [b]}]", "[{2 []}]", "[]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
