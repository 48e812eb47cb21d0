package grounding

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLocate(t *testing.T) {
	const harbour = "On 3 May the harbour master, Ana-Maria Ruiz, said: “We don’t close the port — not for 3, 800 tonnes of ice…” It snowed. The wind reached –12 degrees, or 10.4 knots, at 12:30."
	tests := []struct {
		name, paragraph, quote string
		want                   string // the paragraph's own bytes, or "" when not found
	}{
		{"as it stands", harbour, "The wind reached –12 degrees", "The wind reached –12 degrees"},
		{"plain marks", harbour, `"We don't close the port - not for`, "“We don’t close the port — not for"},
		{"marks put around", harbour, `“... the harbour master, Ana-Maria Ruiz, said […]”`, "the harbour master, Ana-Maria Ruiz, said"},
		{"number without its space", harbour, "the port — not for 3,800 tonnes", "the port — not for 3, 800 tonnes"},
		{"number without separator", harbour, "not for 3800 tonnes of ice", "not for 3, 800 tonnes of ice"},
		{"dots for an ellipsis", harbour, "tonnes of ice...” It snowed.", "tonnes of ice…” It snowed."},
		{"no-break spaces", harbour, "or\u00a010.4\u2009knots, at 12:30", "or 10.4 knots, at 12:30"},
		{"soft hyphens in the quote", harbour, "the har\u00adbour master, Ana-Maria Ruiz", "the harbour master, Ana-Maria Ruiz"},
		{"soft hyphens in the paragraph", "They met at the rail\u00adway station at noon.", "met at the railway station", "met at the rail\u00adway station"},
		{"a ligature", "The o\ufb03ce was shut for a week.", "The office was shut for", "The o\ufb03ce was shut for"},
		{"a whole short sentence", harbour, "It snowed.", "It snowed."},
		{"a short stretch", harbour, "close the port", ""},
		{"one word", harbour, "tonnes", ""},
		{"nothing", harbour, " “…” ", ""},
		{"another case", harbour, "the wind reached –12 degrees", ""},
		{"a changed word", harbour, "The gale reached –12 degrees, or", ""},
		{"a changed digit", harbour, "not for 3,900 tonnes of ice", ""},
		{"a gap", harbour, "On 3 May the harbour master … said: “We don’t close", ""},
		{"a gap in brackets", harbour, "On 3 May [...] We don’t close the port", ""},
		{"a torn word", harbour, "On 3 May the harbour mas", ""},
		{"a torn contraction", harbour, "t close the port — not for", ""},
		{"a torn number", harbour, "800 tonnes of ice… It snowed", ""},
		{"a torn decimal", harbour, "12 degrees, or 10", ""},
		{"a torn minus", harbour, "12 degrees, or 10.4 knots, at", ""},
		{"a torn time", harbour, "or 10.4 knots, at 12", ""},
		{"found at its whole words", "He saw the cart end there. He saw the cart end there today.", "the cart end there today", "the cart end there today"},
		{"a later place", "Men of 380 tribes came to the ford. Men of 38 tribes came to the well.", "Men of 38 tribes came", "Men of 38 tribes came"},
		{"a digit too few", "Men of 380 tribes came to the ford.", "Men of 38 tribes came", ""},
		{"two numbers in a row", "In 2014, 300 boats left the bay.", "300 boats left the bay", "300 boats left the bay"},
		{"Russian", "Министр сказал: «Мы не закрываем порт ни на один день».", `"Мы не закрываем порт ни на`, "«Мы не закрываем порт ни на"},
		{"German", "Er sagte: „Wir schließen den Hafen heute nicht.“", `"Wir schließen den Hafen heute nicht."`, "„Wir schließen den Hafen heute nicht.“"},
		{"Chinese", "港务局长说：“我们不会因为三千八百吨冰而关闭港口。”", "我们不会因为三千八百吨冰而关闭港口", "我们不会因为三千八百吨冰而关闭港口"},
		{"Chinese, short", "港务局长说：“我们不会因为三千八百吨冰而关闭港口。”", "三千八百吨冰", ""},
		{"Chinese, half-width marks", "他说：“我们不会关闭港口！”会议结束。", "我们不会关闭港口!", "我们不会关闭港口！"},
		{"Japanese", "港長は「氷のために港を閉鎖することはない」と述べた。", "氷のために港を閉鎖することはない", "氷のために港を閉鎖することはない"},
		{"Korean", "항만청장은 “얼음 때문에 항구를 닫지는 않는다”고 말했다.", "\"얼음 때문에 항구를 닫지는 않는다", "“얼음 때문에 항구를 닫지는 않는다"},
		{"Korean, a torn word", "항만청장은 “얼음 때문에 항구를 닫지는 않는다”고 말했다.", "얼음 때문에 항구를 닫지는 않", ""},
		{"Thai", "นายท่ากล่าวว่าจะไม่ปิดท่าเรือเพราะน้ำแข็ง", "จะไม่ปิดท่าเรือ", "จะไม่ปิดท่าเรือ"},
		{"Arabic", "قال مدير الميناء إن الميناء لن يغلق أبوابه اليوم.", "الميناء لن يغلق أبوابه اليوم", "الميناء لن يغلق أبوابه اليوم"},
		{"too long", strings.Repeat("word ", 1000), strings.Repeat("word ", 500), ""},
		{"invalid bytes", "The m\xffn went to the old town.", "went to the old town", "went to the old town"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if span, ok := Locate(test.paragraph, test.quote); ok {
				got = span.Of(test.paragraph)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Locate(%q) (-want +got):\n%s", test.quote, diff)
			}
		})
	}
}
