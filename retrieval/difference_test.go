package retrieval_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
)

// paragraphs makes paragraphs of texts; one that holds " | " has what stands before it
// for a heading.
func paragraphs(texts ...string) (all []retrieval.Paragraph) {
	for i, text := range texts {
		heading, after, ok := strings.Cut(text, " | ")
		if !ok {
			heading, after = "", text
		}
		all = append(all, retrieval.Paragraph{Number: i + 1, Heading: heading, Text: after})
	}
	return all
}

// shown is an edit with the numbers of its paragraphs, as "changed 1>2".
func shown(e retrieval.Edit) string {
	number := func(p *retrieval.Paragraph) string {
		if p == nil {
			return ""
		}
		return fmt.Sprint(p.Number)
	}
	return fmt.Sprintf("%s %s>%s", e.Kind, number(e.Before), number(e.After))
}

func TestDifference(t *testing.T) {
	const mayor, storm, bakery = "The mayor of Lund opened the bridge on Monday.", "A storm sank two boats in the harbour.", "Ida Holm bakes for the whole town."
	for _, test := range []struct {
		name          string
		before, after []retrieval.Paragraph
		want          []string
	}{
		{"nothing", nil, nil, nil},
		{"the same", paragraphs(mayor, storm), paragraphs(mayor, storm), []string{"same 1>1", "same 2>2"}},
		{"all new", nil, paragraphs(mayor, storm), []string{"added >1", "added >2"}},
		{"all gone", paragraphs(mayor, storm), nil, []string{"removed 1>", "removed 2>"}},
		{"added between", paragraphs(mayor, storm), paragraphs(mayor, bakery, storm), []string{"same 1>1", "added >2", "same 2>3"}},
		{"removed at the beginning", paragraphs(mayor, storm), paragraphs(storm), []string{"removed 1>", "same 2>1"}},
		{"removed between", paragraphs(mayor, bakery, storm), paragraphs(mayor, storm), []string{"same 1>1", "removed 2>", "same 3>2"}},
		{"changed", paragraphs(mayor, storm), paragraphs("The mayor of Lund opened the bridge on Tuesday.", storm), []string{"changed 1>1", "same 2>2"}},
		{"replaced", paragraphs(mayor, storm), paragraphs(bakery, storm), []string{"added >1", "removed 1>", "same 2>2"}},
		{"changed, and one before it", paragraphs(mayor), paragraphs(bakery, mayor+" Many came."), []string{"added >1", "changed 1>2"}},
		{"of two that are like it the likest", paragraphs(mayor+" He spoke at length about it.", mayor+" Many came."), paragraphs(mayor + " Many came there."),
			[]string{"changed 2>1", "removed 1>"}},
		{"moved to the end", paragraphs(mayor, storm, bakery), paragraphs(storm, bakery, mayor), []string{"same 2>1", "same 3>2", "moved 1>3"}},
		{"turned round", paragraphs(mayor, storm), paragraphs(storm, mayor), []string{"moved 2>1", "same 1>2"}},
		{"one of two alike goes", paragraphs(mayor, mayor, storm), paragraphs(mayor, storm), []string{"same 1>1", "removed 2>", "same 3>2"}},
		{"twice now", paragraphs(mayor, storm), paragraphs(mayor, storm, mayor), []string{"same 1>1", "same 2>2", "added >3"}},
		{"another heading", paragraphs("Monday | " + mayor), paragraphs("Tuesday | " + mayor), []string{"changed 1>1"}},
		{"no words", paragraphs("…", mayor), paragraphs("***", mayor), []string{"added >1", "removed 1>", "same 2>2"}},
		{"Chinese", paragraphs("市长星期一为大桥剪彩。", "暴风雨使两艘船沉没。"), paragraphs("市长星期二为大桥剪彩。", "暴风雨使两艘船沉没。"), []string{"changed 1>1", "same 2>2"}},
		{"Thai", paragraphs("นายกเทศมนตรีเปิดสะพานเมื่อวันจันทร์"), paragraphs("นายกเทศมนตรีเปิดสะพานเมื่อวันอังคาร"), []string{"changed 1>1"}},
		{"Korean", paragraphs("시장은 월요일에 다리를 열었다고 말했다."), paragraphs("시장은 화요일에 다리를 열었다고 말했다."), []string{"changed 1>1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, e := range retrieval.Difference(test.before, test.after) {
				got = append(got, shown(e))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestDifferenceOfMany has each of many paragraphs changed a little: each is found
// again where it is.
func TestDifferenceOfMany(t *testing.T) {
	var before, after []string
	for i := range 3000 {
		before = append(before, fmt.Sprintf("In town number %d the mayor opened a bridge on Monday.", i))
		after = append(after, fmt.Sprintf("In town number %d the mayor opened a bridge on Tuesday.", i))
	}
	for i, e := range retrieval.Difference(paragraphs(before...), paragraphs(after...)) {
		if e.Kind != retrieval.Changed || e.Before.Number != i+1 || e.After.Number != i+1 {
			t.Fatalf("edit %d is %s", i, shown(e))
		}
	}
}

// FuzzDifference holds that edits account for each paragraph of both sides once: in
// the order of the later one, and those that are the same in that of both.
func FuzzDifference(f *testing.F) {
	f.Add("a b c\nd e f\ng", "d e f\na b c x\ng\ng")
	f.Add("", "a")
	f.Add("H | a b\na b\nH | a b", "a b\nH | a b\nI | a b")
	f.Add("市长\nวันจันทร์\n월요일", "월요일\n市长 市长\nวัน")
	f.Fuzz(func(t *testing.T, one, other string) {
		before, after := paragraphs(strings.Split(one, "\n")...), paragraphs(strings.Split(other, "\n")...)
		var now, was []int
		last := 0
		for _, e := range retrieval.Difference(before, after) {
			if (e.Before == nil) != (e.Kind == retrieval.Added) || (e.After == nil) != (e.Kind == retrieval.Removed) {
				t.Fatalf("%s", shown(e))
			}
			if e.After != nil {
				now = append(now, e.After.Number)
			}
			if e.Before != nil {
				was = append(was, e.Before.Number)
			}
			if e.Kind == retrieval.Same || e.Kind == retrieval.Moved {
				if e.Before.Text != e.After.Text || e.Before.Heading != e.After.Heading {
					t.Errorf("%s: %q is not %q", shown(e), e.Before.Text, e.After.Text)
				}
			}
			if e.Kind == retrieval.Same {
				if e.Before.Number <= last {
					t.Errorf("%s comes after %d", shown(e), last)
				}
				last = e.Before.Number
			}
		}
		slices.Sort(was)
		for i := range max(len(was), len(before)) {
			if i >= len(was) || i >= len(before) || was[i] != i+1 {
				t.Fatalf("of %d paragraphs before, there are %v", len(before), was)
			}
		}
		for i := range max(len(now), len(after)) {
			if i >= len(now) || i >= len(after) || now[i] != i+1 {
				t.Fatalf("of %d paragraphs after, there are %v", len(after), now)
			}
		}
	})
}

// marked is a changed text: what was removed in [], what was added in {}.
func marked(stretches []retrieval.Stretch) string {
	var b strings.Builder
	for _, s := range stretches {
		switch s.Kind {
		case retrieval.Same:
			b.WriteString(s.Text)
		case retrieval.Removed:
			b.WriteString("[" + s.Text + "]")
		case retrieval.Added:
			b.WriteString("{" + s.Text + "}")
		}
	}
	return b.String()
}

func TestWords(t *testing.T) {
	for _, test := range []struct{ before, after, want string }{
		{"", "", ""},
		{"", "new", "{new}"},
		{"old", "", "[old]"},
		{"The same.", "The same.", "The same."},
		{"It closed on Monday.", "It closed on Tuesday.", "It closed on [Monday]{Tuesday}."},
		{"It cost 1,200 kronor.", "It cost 1,250 kronor.", "It cost [1,200]{1,250} kronor."},
		{"He said so.", "He never said so.", "He {never }said so."},
		{"He never said so.", "He said so.", "He [never ]said so."},
		{"Two boats sank, two people drowned.", "Three boats sank, two people were saved.", "[Two]{Three} boats sank, two people [drowned]{were saved}."},
		{"don't", "can't", "[don't]{can't}"},
		{"市长星期一剪彩。", "市长星期二剪彩。", "市长星期[一]{二}剪彩。"},
		{"시장은 월요일에 말했다.", "시장은 화요일에 말했다.", "시장은 [월요일에]{화요일에} 말했다."},
		{"👩‍👩‍👧 came", "👩‍👩‍👦 came", "[👩‍👩‍👧]{👩‍👩‍👦} came"},
	} {
		if got := marked(retrieval.Words(test.before, test.after)); got != test.want {
			t.Errorf("%q to %q:\n got %s\nwant %s", test.before, test.after, got, test.want)
		}
	}
}

// TestWordsThai changes a day: what is the same before and after it is told as such,
// and no vowel is parted from its consonant.
func TestWordsThai(t *testing.T) {
	const before, after = "เขาเปิดสะพานเมื่อวันจันทร์ที่เมือง", "เขาเปิดสะพานเมื่อวันอังคารที่เมือง"
	stretches := retrieval.Words(before, after)
	first, last := stretches[0], stretches[len(stretches)-1]
	if first.Kind != retrieval.Same || first.Text != "เขาเปิดสะพานเมื่อวัน" || last.Kind != retrieval.Same || last.Text != "ที่เมือง" {
		t.Errorf("%s", marked(stretches))
	}
}

// TestWordsOfMuch compares what is too long for it: one replaces the other, and what
// they begin and end with is the same.
func TestWordsOfMuch(t *testing.T) {
	var one, other strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&one, "a%d ", i)
		fmt.Fprintf(&other, "b%d ", i)
	}
	got := retrieval.Words("It began. "+one.String()+"It ended.", "It began. "+other.String()+"It ended.")
	want := []retrieval.Stretch{{Kind: retrieval.Same, Text: "It began. "}, {Kind: retrieval.Removed, Text: strings.TrimSpace(one.String())},
		{Kind: retrieval.Added, Text: strings.TrimSpace(other.String())}, {Kind: retrieval.Same, Text: " It ended."}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%.2000s", diff)
	}
}

// FuzzWords holds that what stayed and was removed is the text before, and what stayed
// and was added the text after.
func FuzzWords(f *testing.F) {
	f.Add("It closed on Monday.", "On Monday it had closed.")
	f.Add("市长星期一剪彩。", "市长剪彩星期二。")
	f.Add("เมื่อวันจันทร์", "เมื่อวันอังคาร")
	f.Add("a\xffb \x00", "\xff")
	f.Add("e\u0301 \u202e👩‍👩‍👧\r\n", "e 👩‍👩‍👦\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		var was, now strings.Builder
		stretches := retrieval.Words(before, after)
		for i, s := range stretches {
			if s.Text == "" || i > 0 && stretches[i-1].Kind == s.Kind {
				t.Errorf("%+v is an empty stretch, or as the one before it", s)
			}
			if s.Kind != retrieval.Added {
				was.WriteString(s.Text)
			}
			if s.Kind != retrieval.Removed {
				now.WriteString(s.Text)
			}
		}
		if was.String() != before || now.String() != after {
			t.Errorf("%q, %q: %+v", before, after, stretches)
		}
	})
}
