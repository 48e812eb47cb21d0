package prompts_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"storybot/prompts"
)

func ExampleReader() {
	var r prompts.Reader
	for _, piece := range []string{
		`Here you are: </think>{"answerable": true, "statements": [{"evidence": [{"paragraph": 2, `,
		`"quote": "the harbour reopened on Monday"}], "text": "The harbour reopened on Monday."}`,
		`]}`,
	} {
		for _, s := range r.Write(piece) {
			fmt.Println(s.Text, s.Evidence[0].Paragraph)
		}
	}
	_, err := r.Close()
	fmt.Println(err)
	// Output:
	// The harbour reopened on Monday. 2
	// <nil>
}

// parseReply reads a whole reply.
func parseReply(text string) (prompts.Reply, error) {
	var r prompts.Reader
	r.Write(text)
	return r.Close()
}

func TestReply(t *testing.T) {
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
		{"unknown field that looks like an element", object[:len(object)-1] + `, "statements[]": {"text": "more"}}`, said, nil},
		{"no answer", `{"answerable": false, "statements": []}`, prompts.Reply{}, nil},
		{"no answer, no list", `{"answerable": false}`, prompts.Reply{}, nil},

		{"nothing", "", prompts.Reply{}, prompts.ErrNoReply},
		{"prose", "The harbour reopened on Monday.", prompts.Reply{}, prompts.ErrNoReply},
		{"list", `[]`, prompts.Reply{}, prompts.ErrNoReply},
		{"braces the wrong way", "} {", prompts.Reply{}, prompts.ErrBadReply},
		{"reasoning that never ends", "<think>I wonder", prompts.Reply{}, prompts.ErrNoReply},
		{"another object", `{"error": "busy"}`, prompts.Reply{}, prompts.ErrBadReply},
		{"says twice whether", `{"answerable": false, ` + object[1:], prompts.Reply{}, prompts.ErrBadReply},
		{"two lists", object[:len(object)-1] + `, "statements": []}`, prompts.Reply{}, prompts.ErrBadReply},
		{"an object for a list", `{"answerable": true, "statements": {}}`, prompts.Reply{}, prompts.ErrBadReply},
		{"a null statement", `{"answerable": true, "statements": [null]}`, prompts.Reply{}, prompts.ErrBadReply},
		{"a string for a statement", `{"answerable": true, "statements": ["t"]}`, prompts.Reply{}, prompts.ErrBadReply},
		{"no comma", strings.Replace(object, `, "statements"`, ` "statements"`, 1), prompts.Reply{}, prompts.ErrBadReply},
		{"two commas", strings.Replace(object, `]}`, `],,}`, 1), prompts.Reply{}, prompts.ErrBadReply},
		{"wrong brackets", strings.Replace(object, `}]}`, `}}}`, 1), prompts.Reply{}, prompts.ErrBadReply},
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
			got, err := parseReply(tt.text)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error = %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
	if got, err := parseReply(reply(prompts.MaxStatements)); err != nil || len(got.Statements) != prompts.MaxStatements {
		t.Errorf("the longest reply: %d statements, %v", len(got.Statements), err)
	}
}

func list(n int, item string) string {
	return strings.TrimSuffix(strings.Repeat(item+",", n), ",")
}

// FuzzReply holds that whatever a model says is a Reply or an error, and
// that a Reply written as JSON is read as the same Reply.
func FuzzReply(f *testing.F) {
	f.Add(`{"answerable": true, "statements": [{"evidence": [{"paragraph": 1, "quote": "q"}], "text": "t"}]}`)
	f.Add("<think>{</think>```json\n{\"answerable\": false, \"statements\": null}\n```")
	f.Add(`{"ANSWERABLE": true, "statements": [null, {"evidence": [null]}], "statements": [{"text": "\ud800<"}]}`)
	f.Add(`{"answerable": true, "statements": [{"evidence": [{"paragraph": 1e400}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		reply, err := parseReply(text)
		if err != nil {
			return
		}
		again, err := json.Marshal(reply)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseReply(string(again))
		if errors.Is(err, prompts.ErrLongReply) {
			return // escapes can lengthen a reply past its bound
		}
		if diff := cmp.Diff(reply, got); diff != "" || err != nil {
			t.Errorf("read again: %v\n%s", err, diff)
		}
	})
}

// TestReaderGivesEarly has a reply come byte by byte: each statement is given with
// the bracket that ends it.
func TestReaderGivesEarly(t *testing.T) {
	const first, second = `{"evidence": [{"paragraph": 1, "quote": "}],"}], "text": "a{"}`, `{"text": "b\\\"}", "evidence": []}`
	for _, tt := range []struct {
		name, text string
		after      []string // what has come when each statement is given
	}{
		{"in order", `{"answerable": true, "statements": [` + first + ` , ` + second + `]}`,
			[]string{`{"answerable": true, "statements": [` + first, `{"answerable": true, "statements": [` + first + ` , ` + second}},
		{"answerable last", `{"statements": [` + first + `], "answerable": true }`,
			[]string{`{"statements": [` + first + `], "answerable": true }`}},
		{"not answerable", `{"answerable": false, "statements": [` + first + `]}`, nil},
		{"fenced", "```json\n" + `{"answerable": true, "statements": [` + first + "]}\n```",
			[]string{"```json\n" + `{"answerable": true, "statements": [` + first}},
		{"thoughts first", `So {"answerable": true, "statements": [` + second + `]} </think>{"answerable": true, "statements": [` + first + `]}`,
			[]string{`So {"answerable": true, "statements": [` + second + `]} </think>{"answerable": true, "statements": [` + first}},
		{"broken later", `{"answerable": true, "statements": [` + first + `, 7, ` + second + `]}`,
			[]string{`{"answerable": true, "statements": [` + first}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r prompts.Reader
			var after []string
			for i := range len(tt.text) {
				for range r.Write(tt.text[i : i+1]) {
					after = append(after, tt.text[:i+1])
				}
			}
			if diff := cmp.Diff(tt.after, after); diff != "" {
				t.Errorf("given after (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzReader cuts replies into pieces of the sizes given, and the rest: what is
// given as they come is what the whole text says, however it is cut, and what a
// reader of all JSON finds there.
func FuzzReader(f *testing.F) {
	f.Add(`{"answerable": true, "statements": [{"evidence": [{"paragraph": 1, "quote": "q"}], "text": "t"}]}`, []byte{3})
	f.Add("hm </think>```{\"statements\": [{}], \"answerable\": true}", []byte{0, 1, 5})
	f.Add(`{"answerable": true, "statements": [{}, {}, [], {}]}`, []byte{7, 0})
	f.Add(`{"answerable": true, "statements[]": {}, "answerable[]": 1}`, []byte{})
	f.Fuzz(func(t *testing.T, text string, sizes []byte) {
		var cut prompts.Reader
		var given []prompts.Statement
		rest := text
		for _, size := range slices.Concat(sizes, []byte{255}) {
			n := min(len(rest), int(size))
			given = append(given, cut.Write(rest[:n])...)
			rest = rest[n:]
		}
		given = append(given, cut.Write(rest)...)
		reply, err := cut.Close()

		var whole prompts.Reader
		if diff := cmp.Diff(whole.Write(text), given, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("given at once and in pieces (-at once +in pieces):\n%s", diff)
		}
		again, errAgain := parseReply(text)
		if diff := cmp.Diff(again, reply); diff != "" || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Errorf("in pieces: %v, whole: %v\n%s", err, errAgain, diff)
		}
		if len(given) > prompts.MaxStatements {
			t.Errorf("%d statements given", len(given))
		}
		if err != nil {
			return
		}
		// None are given when prose before the object may have been thoughts.
		if diff := cmp.Diff(reply.Statements, given); diff != "" && len(given) > 0 {
			t.Errorf("given (-reply +given):\n%s", diff)
		}
		if !reply.Answerable && len(given) > 0 {
			t.Errorf("%d statements of an answer that is none", len(given))
		}
		if want := decode(t, text); !cmp.Equal(want, reply, cmpopts.EquateEmpty()) {
			t.Errorf("reply (-JSON +reader):\n%s", cmp.Diff(want, reply))
		}
	})
}

// decode reads the object in a reply's text that a Reader has accepted.
func decode(t *testing.T, text string) (reply prompts.Reply) {
	t.Helper()
	if trimmed := strings.TrimLeft(text, " \t\r\n"); trimmed[0] != '{' && trimmed[0] != '`' {
		if _, after, ok := strings.Cut(text, "</think>"); ok {
			text = after
		}
	}
	var fields map[string]json.RawMessage // unlike a struct's, its keys are exact
	if err := json.NewDecoder(strings.NewReader(text[strings.IndexByte(text, '{'):])).Decode(&fields); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(fields["answerable"], &reply.Answerable); err != nil {
		t.Fatal(err)
	}
	if list, ok := fields["statements"]; ok {
		if err := json.Unmarshal(list, &reply.Statements); err != nil {
			t.Fatal(err)
		}
	}
	return reply
}

func BenchmarkReader(b *testing.B) {
	statement := `{"evidence": [{"paragraph": 1, "quote": "` + strings.Repeat("the harbour reopened on Monday ", 80) + `"}], "text": "The harbour reopened."}`
	text := `{"answerable": true, "statements": [` + list(prompts.MaxStatements, statement) + `]}`
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var r prompts.Reader
		for i := range len(text) {
			r.Write(text[i : i+1])
		}
		if _, err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// TestOtherReplies reads the replies that are no answers. The shape that each
// prompt shows is one that its schema allows and its parser reads.
func TestOtherReplies(t *testing.T) {
	rewritten := func(text string) (any, error) { return prompts.ParseRewritten(text) }
	finding := func(text string) (any, error) { return prompts.ParseFinding(text) }
	judgement := func(text string) (any, error) { return prompts.ParseJudgement(text, 2) }
	for _, tt := range []struct {
		name  string
		req   prompts.Request
		parse func(string) (any, error)
		want  any
		bad   []string
	}{
		{"rewrite", prompts.Rewrite("?", nil, nil), rewritten,
			prompts.Rewritten{Question: "Who closed the harbour?", Queries: []prompts.Query{{Language: "ko", Text: "누가 항구를 폐쇄했나?"}}},
			[]string{``, `{}`, `{"question": " "}`, `{"question": 1}`, `[]`, `{"question": "Who?", "queries": "Who?"}`}},
		{"verdict", prompts.Check("?", "", nil), finding,
			prompts.Finding{Verdict: prompts.Supported, Evidence: []prompts.Evidence{{Paragraph: 1, Quote: "words copied from passage 1"}}},
			[]string{``, `{}`, `{"verdict": "true"}`, `{"verdict": "supported", "evidence": [` + list(6, `{}`) + `]}`}},
		{"judge", prompts.Judge(nil), judgement, []bool{true, false},
			[]string{``, `{}`, `{"supported": [true]}`, `{"supported": [true, true, true]}`, `{"supported": ["true", "true"]}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, shape, _ := strings.Cut(tt.req.System, "\n{")
			for _, text := range []string{"{" + shape, "Well, {…}.</think>\n```json\n{" + shape + "\n```"} {
				got, err := tt.parse(text)
				if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
					t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
				}
			}
			if err := validate(t, compile(t, tt.req.Schema), "{"+shape); err != nil {
				t.Errorf("the schema does not allow the shape that is shown: %v", err)
			}
			for _, text := range tt.bad {
				if got, err := tt.parse(text); err == nil {
					t.Errorf("%q is read as %+v", text, got)
				}
			}
		})
	}
	if got, err := prompts.ParseRewritten("```json\n{\"question\": \"What does </think> end?\"}\n```"); err != nil || got.Question != "What does </think> end?" {
		t.Errorf("a mark in a fence: %+v, %v", got, err)
	}
	if got, err := prompts.ParseJudgement(`{"supported": [true, null]}`, 2); err != nil || got[1] {
		t.Errorf("no judgement supports: %v, %v", got, err)
	}
}

// TestTokens holds the estimate to what a tokenizer of 100,000 tokens and more
// makes of such texts: about a token for four letters of English, one for a
// character of Chinese.
func TestTokens(t *testing.T) {
	for text, most := range map[string]int{"": 0, "The harbour reopened on Monday.": 9, "Порт открылся": 8, "港口重新开放": 8} {
		if got := prompts.Tokens(text); got > most || got < most/2 {
			t.Errorf("%q: %d tokens, want %d to %d", text, got, most/2, most)
		}
	}
}
