package grounding_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/grounding"
)

func TestCompare(t *testing.T) {
	const (
		harbour = "The harbour of Odda was closed for 5 days after the storm. The mayor did not resign."
		days    = "The harbour of Odda was closed for 5 days after the storm."
		mayor   = "The mayor did not resign."
		prices  = "Prices of bread rose by 3.5 percent in May."
		ru      = "Гавань Одды была закрыта пять дней после шторма."
		ko      = "오다 항구는 폭풍 뒤 5일 동안 폐쇄되었다."
		zh      = "奥达港在暴风雨后关闭了五天。"
	)
	for _, tt := range []struct {
		claim, paragraph, quote string
		want                    grounding.Relation
	}{
		{days, harbour, days, grounding.Supports},
		{"The harbour of Odda was closed for five days.", harbour, days, grounding.Supports},
		{"The harbour of Odda was closed for 7 days after the storm.", harbour, days, grounding.Contradicts},
		{"The harbour of Odda was opened for 5 days after the storm.", harbour, days, grounding.Contradicts},
		{"The harbour of Odda was not closed after the storm.", harbour, days, grounding.Contradicts},
		{"The mayor resigned.", harbour, mayor, grounding.Contradicts},
		{"Prices of bread fell by 3.5 percent in May.", prices, prices, grounding.Contradicts},
		{"Prices of bread rose by 4 percent in May.", prices, prices, grounding.Contradicts},
		{"Prices of bread did not fall in May.", prices, prices, grounding.Undecided}, // twice turned
		{"The harbour of Bergen was closed for 7 days after the storm.", harbour, days, grounding.Undecided},
		{"The harbour of Odda was closed for 7 days after the strike.", harbour, days, grounding.Undecided},
		{"The mayor of Odda wrote a book.", harbour, mayor, grounding.Undecided},
		{"The harbour is at https://evil.example.", harbour, days, grounding.Undecided},
		{days, harbour, "another quote than the paragraph has", grounding.Undecided},
		{"Did the mayor not resign?", "Did the mayor resign?", "Did the mayor resign?", grounding.Undecided},
		{"Гавань Одды была закрыта семь дней после шторма.", ru, ru, grounding.Contradicts},
		{"Гавань Одды не была закрыта после шторма.", ru, ru, grounding.Contradicts},
		{"奥达港在暴风雨后关闭了七天。", zh, zh, grounding.Contradicts},
		{"오다 항구는 폭풍 뒤 7일 동안 폐쇄되었다.", ko, ko, grounding.Contradicts},
	} {
		got, why := grounding.Compare(tt.claim, grounding.Evidence{Paragraph: tt.paragraph, Quote: tt.quote})
		if got != tt.want || (why != grounding.NoDifference) != (got == grounding.Contradicts) {
			t.Errorf("%q: %d, want %d; %d", tt.claim, got, tt.want, why)
		}
	}
}

func TestClaims(t *testing.T) {
	for text, want := range map[string][]string{
		"The harbour was closed. … It may open!\n\nNobody: hurt?": {"The harbour was closed.", "… It may open!", "Nobody: hurt?"},
		"港口关闭了。市长说话了。":                                            {"港口关闭了。", "市长说话了。"},
		"":                                                        nil, "?!": nil,
	} {
		if diff := cmp.Diff(want, grounding.Claims(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
