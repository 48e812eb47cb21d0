package grounding

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"storybot/retrieval/analysis"
)

// paragraphs start the fuzzing in several scripts.
var paragraphs = []string{
	ferry,
	"He said: “We can’t pay $3.5m — not in 2014, nor for 3, 800 men…”",
	"Песков заявил, что Россия не согласна с 12 предложениями. Это было 8 июля.",
	"佩斯科夫8日表示，俄罗斯不同意这种做法，三千八百人参加了会议。",
	"페스코프 대변인은 8일 러시아는 이 접근법에 동의하지 않는다고 말했다.",
	"นายกเทศมนตรีกล่าวว่าสะพานใหม่จะมีค่าใช้จ่าย 3,800 บาทต่อวัน",
	"قال بيسكوف إن روسيا لا توافق على هذا النهج في ٨ يوليو.",
	"\xff\u200b\u0301 ½ ﷺ o\ufb03ce 12 300 400",
}

// The span that Locate gives reads as the quote does.
func FuzzLocate(f *testing.F) {
	for _, p := range paragraphs {
		f.Add(p, p)
		f.Add(p, p[len(p)/3:])
		f.Add(p, "“"+p[:len(p)/2]+"…”")
	}
	f.Fuzz(func(t *testing.T, paragraph, quote string) {
		span, ok := Locate(paragraph, quote)
		if !ok {
			return
		}
		if span.Start < 0 || span.Start >= span.End || span.End > len(paragraph) {
			t.Fatalf("span %v of %d bytes", span, len(paragraph))
		}
		if utf8.ValidString(paragraph) && !utf8.ValidString(span.Of(paragraph)) {
			t.Errorf("span %v cuts a character", span)
		}
		got, want := trimAdded(normalize(span.Of(paragraph)).text), trimAdded(normalize(quote).text)
		if got != want {
			t.Errorf("found %q, want %q", got, want)
		}
	})
}

// Whatever a model says, what is shown has its quotes in the paragraph, and no
// number and no name but the paragraph's.
func FuzzCheck(f *testing.F) {
	for _, p := range paragraphs {
		for _, s := range analysis.Sentences(p) {
			f.Add(s.Of(p), p, s.Of(p))
			f.Add(s.Of(p)[len(s.Of(p))/4:], p, p)
		}
	}
	f.Fuzz(func(t *testing.T, statement, paragraph, quote string) {
		v := Check(statement, []Evidence{{Paragraph: paragraph, Quote: quote}}, Strict)
		if v.Closeness < 0 || v.Closeness > 1 {
			t.Errorf("closeness %v", v.Closeness)
		}
		if v.Decision == Removed {
			if v.Quotes != nil || v.Why == "" {
				t.Errorf("removed with %+v", v)
			}
			return
		}
		located, ok := Locate(paragraph, quote)
		if !ok || len(v.Quotes) != 1 {
			t.Fatalf("%v with quotes %v, located %v", v.Decision, v.Quotes, ok)
		}
		if q := v.Quotes[0]; q.Start < 0 || q.Start > located.Start || q.End < located.End || q.End > len(paragraph) {
			t.Errorf("quotes %v, located %v of %d bytes", q, located, len(paragraph))
		}
		if v.Decision == Replaced {
			return
		}
		evidence := []Evidence{{Paragraph: paragraph}}
		s := newClaim(statement, evidence)
		k := knownFrom(evidence, s.lang)
		if v.Translated {
			s.numbers = quantities(k.withoutDates(s.text, s.dates))
		}
		if number, found := k.unknownNumber(s.numbers); found {
			t.Errorf("%v with the number %s", v.Decision, number)
		}
		if date, found := k.unknownDate(s.dates); found {
			t.Errorf("%v with the date %s", v.Decision, date.Of(statement))
		}
		if i := slices.IndexFunc(s.words, k.mayBeUnknownName); i >= 0 && !v.Translated {
			t.Errorf("%v with the name %s", v.Decision, s.words[i].written)
		}
		if why := improper(statement, []Evidence{{Paragraph: paragraph}}); why != "" {
			t.Errorf("%v, though: %s", v.Decision, why)
		}
	})
}

// A sentence of the paragraph with another digit in one place, or with a name that the paragraph
// does not have, is never shown, with its quote or without.
func FuzzCheckChanged(f *testing.F) {
	for _, p := range paragraphs {
		f.Add(p, uint(0), uint(7), byte('3'))
		f.Add(p, uint(1), uint(40), byte('9'))
	}
	f.Add("Tarde er 1 d4. On", uint(58), uint(3), byte('²')) // in another language by one word
	f.Fuzz(func(t *testing.T, paragraph string, sentence, place uint, digit byte) {
		sentences := analysis.Sentences(paragraph)
		if len(sentences) == 0 {
			return
		}
		quote := sentences[sentence%uint(len(sentences))].Of(paragraph)
		check := func(statement string) {
			v := Check(statement, []Evidence{{Paragraph: paragraph, Quote: quote}}, Strict)
			if v.Decision >= ShownWithQuote {
				t.Errorf("%v: %q for %q, %.2f", v.Decision, statement, quote, v.Closeness)
			}
		}
		i := int(place % uint(len(quote)))
		if at := strings.IndexAny(quote[i:], "0123456789"); at >= 0 && '0' <= digit && digit <= '9' && quote[i+at] != digit {
			check(quote[:i+at] + string(digit) + quote[i+at+1:])
		}
		const name = " Zhqvek "
		if at := strings.IndexByte(quote[i:], ' '); at > 0 && len(analysis.Tokens(quote[:i])) > 0 && !strings.Contains(paragraph, "hqvek") {
			check(quote[:i+at] + name + quote[i+at+1:])
		}
	})
}
