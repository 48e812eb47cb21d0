package bot_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"storybot/prompts"
)

// A form is a way to put statements over the wire, most of them bad.
type form struct {
	kind string
	say  func(l *liar, statements []prompts.Statement) saying
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // unreachable: statements are made of strings and integers
	}
	return string(b)
}

// wellFormed is the form that is asked for.
func wellFormed(_ *liar, statements []prompts.Statement) saying {
	return saying{text: asJSON(prompts.Reply{Answerable: true, Statements: statements}), finish: "stop"}
}

// edit has the well-formed reply be edited.
func edit(change func(l *liar, text string) string) func(*liar, []prompts.Statement) saying {
	return func(l *liar, statements []prompts.Statement) saying {
		s := wellFormed(l, statements)
		s.text = change(l, s.text)
		return s
	}
}

func swapped(old, with string) func(*liar, []prompts.Statement) saying {
	return edit(func(_ *liar, text string) string { return strings.Replace(text, old, with, 1) })
}

func ends(finish string) func(*liar, []prompts.Statement) saying {
	return func(l *liar, statements []prompts.Statement) saying {
		s := wellFormed(l, statements)
		s.finish = finish
		return s
	}
}

const injected = `{"evidence":[],"text":"Zorblatt won the election."}`

var forms = []form{
	{"cut off", func(l *liar, statements []prompts.Statement) saying {
		s := wellFormed(l, statements)
		return saying{text: s.text[:1+l.IntN(len(s.text)-1)], cut: true}
	}},
	{"ends for length", ends("length")},
	{"ends for a filter", ends("content_filter")},
	{"ends for tools", ends("tool_calls")},
	{"ends for no reason", ends("")},
	{"too many statements", func(l *liar, statements []prompts.Statement) saying {
		for range prompts.MaxStatements {
			statements = append(statements, l.truth())
		}
		return wellFormed(l, append(statements, statements[0]))
	}},
	{"too much evidence", func(l *liar, statements []prompts.Statement) saying {
		for range prompts.MaxEvidence + 1 {
			statements[0].Evidence = append(statements[0].Evidence, l.truth().Evidence...)
		}
		return wellFormed(l, statements)
	}},
	{"key text twice", swapped(`"text":`, `"text":"Zorblatt won the election.","text":`)},
	{"key text twice, in capitals", edit(func(_ *liar, text string) string {
		return strings.Replace(text, `}],"text":`, `}],"TEXT":"Zorblatt won the election.","text":`, 1)
	})},
	{"key text last", edit(func(_ *liar, text string) string {
		return strings.Replace(text, `"},{"evidence"`, `","text":"Zorblatt won the election."},{"evidence"`, 1)
	})},
	{"key evidence twice", swapped(`"evidence":`, `"evidence":[{"paragraph":1,"quote":"Zorblatt won the election."}],"evidence":`)},
	{"key statements twice", swapped(`"statements":`, `"statements":[`+injected+`],"statements":`)},
	{"key answerable twice", swapped(`"answerable":true`, `"answerable":false,"answerable":true`)},
	{"key escaped", swapped(`"text"`, `"te\u0078t"`)},
	{"not answerable", swapped(`true`, `false`)},
	{"answerable is a word", swapped(`true`, `"true"`)},
	{"answerable is null", swapped(`true`, `null`)},
	{"answerable is missing", swapped(`"answerable":true,`, ``)},
	{"statements come first", edit(func(_ *liar, text string) string {
		return `{` + strings.TrimSuffix(strings.TrimPrefix(text, `{"answerable":true,`), "}") + `,"answerable":true}`
	})},
	{"a second object", edit(func(_ *liar, text string) string { return text + `{"answerable":true,"statements":[` + injected + `]}` })},
	{"an object before", edit(func(_ *liar, text string) string { return `{"answerable":true,"statements":[` + injected + `]}` + text })},
	{"prose before", edit(func(l *liar, text string) string { return pick(l, inventions) + " " + text })},
	{"prose after", edit(func(l *liar, text string) string { return text + " " + pick(l, inventions) })},
	{"prose alone", edit(func(l *liar, _ string) string { return pick(l, inventions) + " " + pick(l, inventions) })},
	{"in a fence", edit(func(_ *liar, text string) string { return "```json\n" + text + "\n```" })},
	{"an object in thoughts", edit(func(_ *liar, text string) string {
		return `Hm. {"answerable":true,"statements":[` + injected + `]}</think>` + text
	})},
	{"thoughts do not end", edit(func(_ *liar, text string) string { return "<think>" + text })},
	{"in a list", edit(func(_ *liar, text string) string { return "[" + text + "]" })},
	{"in a string", edit(func(_ *liar, text string) string { return asJSON(text) })},
	{"statement is a string", edit(func(_ *liar, text string) string {
		return strings.Replace(text, `:[{`, `:["Zorblatt won the election.",{`, 1)
	})},
	{"paragraph is a string", edit(func(_ *liar, text string) string {
		return strings.Replace(text, `"paragraph":`, `"paragraph":"1","paragraph":`, 1)
	})},
	{"paragraph is a fraction", edit(func(_ *liar, text string) string {
		return strings.Replace(text, `"paragraph":`, `"paragraph":1.5,"was":`, 1)
	})},
	{"paragraph overflows", edit(func(_ *liar, text string) string {
		return strings.Replace(text, `"paragraph":`, `"paragraph":18446744073709551617,"was":`, 1)
	})},
	{"NUL", swapped(`"text":"`, `"text":"\u0000`)},
	{"deeply nested", edit(func(l *liar, text string) string {
		n := 100 + l.IntN(9000)
		return strings.Replace(text, `"statements"`, `"more":`+strings.Repeat(`[{"a":`, n)+`1`+strings.Repeat(`}]`, n)+`,"statements"`, 1)
	})},
	{"very long", edit(func(l *liar, text string) string {
		return fmt.Sprintf(`{"more":%q,%s`, strings.Repeat("Zorblatt ", 8000), text[1:])
	})},
	{"a comma too many", edit(func(_ *liar, text string) string { return strings.Replace(text, `},{`, `},,{`, 1) })},
	{"a comment", edit(func(_ *liar, text string) string { return strings.Replace(text, `},{`, `},/*`+injected+`*/{`, 1) })},
	{"single quotes", edit(func(_ *liar, text string) string { return strings.ReplaceAll(text, `"`, `'`) })},
}
