package prompts_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/prompts"
)

func ExampleParseReply() {
	reply, err := prompts.ParseReply(`Here you are: {"answerable": true, "statements": [
		{"evidence": [{"paragraph": 2, "quote": "the harbour reopened on Monday"}], "text": "The harbour reopened on Monday."}]}`)
	fmt.Println(reply.Statements[0].Text, reply.Statements[0].Evidence[0].Paragraph, err)
	// Output: The harbour reopened on Monday. 2 <nil>
}

func TestParseReply(t *testing.T) {
	const object = `{"answerable": true, "statements": [{"evidence": [{"paragraph": 1, "quote": "q"}], "text": "t"}]}`
	said := prompts.Reply{Answerable: true, Statements: []prompts.Statement{
		{Evidence: []prompts.Evidence{{Paragraph: 1, Quote: "q"}}, Text: "t"},
	}}
	quoted := prompts.Reply{Answerable: true, Statements: []prompts.Statement{
		{Evidence: []prompts.Evidence{{Paragraph: 1, Quote: "<think>{q}</think>"}}, Text: "t"},
	}}
	statement := func(evidence int) string {
		return `{"evidence": [` + list(evidence, `{"paragraph": 1, "quote": "q"}`) + `], "text": "t"}`
	}
	reply := func(statements int) string {
		return `{"answerable": true, "statements": [` + list(statements, statement(1)) + `]}`
	}
	tests := []struct {
		name string
		text string
		want prompts.Reply
		err  error
	}{
		{"object", object, said, nil},
		{"white space", " \n" + object + "\n ", said, nil},
		{"code fence", "```json\n" + object + "\n```", said, nil},
		{"prose around", "Sure! Here it is:\n" + object + "\nI hope this helps.", said, nil},
		{"reasoning", "<think>\nMaybe {\"answerable\": false}?\n</think>\n\n" + object, said, nil},
		{"reasoning, opened by the template", "Maybe {} …</think>" + object, said, nil},
		{"long reasoning", "<think>" + strings.Repeat("hm ", 30_000) + "</think>" + object, said, nil},
		{"tags and braces in a quote", strings.Replace(object, `"q"`, `"<think>{q}</think>"`, 1), quoted, nil},
		{"unknown field", `{"confidence": 1, ` + object[1:], said, nil},
		{"repeated key", `{"answerable": false, ` + object[1:], said, nil},
		{"no answer", `{"answerable": false, "statements": []}`, prompts.Reply{Statements: []prompts.Statement{}}, nil},
		{"no answer, no list", `{"answerable": false}`, prompts.Reply{}, nil},

		{"nothing", "", prompts.Reply{}, prompts.ErrNoReply},
		{"prose", "The harbour reopened on Monday.", prompts.Reply{}, prompts.ErrNoReply},
		{"list", `[]`, prompts.Reply{}, prompts.ErrNoReply},
		{"braces the wrong way", "} {", prompts.Reply{}, prompts.ErrNoReply},
		{"reasoning that never ends", "<think>I wonder", prompts.Reply{}, prompts.ErrNoReply},
		{"another object", `{"error": "busy"}`, prompts.Reply{}, prompts.ErrBadReply},
		{"two objects", object + object, prompts.Reply{}, prompts.ErrBadReply},
		{"cut short", object[:80] + "}", prompts.Reply{}, prompts.ErrBadReply},
		{"number as a string", `{"answerable": true, "statements": [{"evidence": [{"paragraph": "1"}]}]}`, prompts.Reply{}, prompts.ErrBadReply},
		{"null", `{"answerable": null, "statements": []}`, prompts.Reply{}, prompts.ErrBadReply},
		{"invalid UTF-8", object[:len(object)-4] + "\xff" + object[len(object)-4:], prompts.Reply{}, prompts.ErrBadReply},

		{"too many bytes", `{"answerable": true, "x": "` + strings.Repeat("x", 64<<10) + `"}`, prompts.Reply{}, prompts.ErrLongReply},
		{"too many statements", reply(prompts.MaxStatements + 1), prompts.Reply{}, prompts.ErrLongReply},
		{"too much evidence", `{"answerable": true, "statements": [` + statement(prompts.MaxEvidence+1) + `]}`, prompts.Reply{}, prompts.ErrLongReply},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := prompts.ParseReply(tt.text)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error = %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
	if got, err := prompts.ParseReply(reply(prompts.MaxStatements)); err != nil || len(got.Statements) != prompts.MaxStatements {
		t.Errorf("the longest reply: %d statements, %v", len(got.Statements), err)
	}
}

func list(n int, item string) string {
	return strings.TrimSuffix(strings.Repeat(item+",", n), ",")
}

// FuzzParseReply holds that whatever a model says is a Reply or an error, and
// that a Reply written as JSON is read as the same Reply.
func FuzzParseReply(f *testing.F) {
	f.Add(`{"answerable": true, "statements": [{"evidence": [{"paragraph": 1, "quote": "q"}], "text": "t"}]}`)
	f.Add("<think>{</think>```json\n{\"answerable\": false, \"statements\": null}\n```")
	f.Add(`{"ANSWERABLE": true, "statements": [null, {"evidence": [null]}], "statements": [{"text": "\ud800<"}]}`)
	f.Add(`{"answerable": true, "statements": [{"evidence": [{"paragraph": 1e400}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		reply, err := prompts.ParseReply(text)
		if err != nil {
			return
		}
		again, err := json.Marshal(reply)
		if err != nil {
			t.Fatal(err)
		}
		got, err := prompts.ParseReply(string(again))
		if errors.Is(err, prompts.ErrLongReply) {
			return // escapes can lengthen a reply past its bound
		}
		if diff := cmp.Diff(reply, got); diff != "" || err != nil {
			t.Errorf("read again: %v\n%s", err, diff)
		}
	})
}
