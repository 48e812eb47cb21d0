package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shape is a JSON value with every string, number and boolean in it replaced
// by its type, and every list by its first element.
func shape(value any) any {
	switch value := value.(type) {
	case map[string]any:
		of := make(map[string]any)
		for name, v := range value {
			of[name] = shape(v)
		}
		return of
	case []any:
		if len(value) == 0 {
			return []any{}
		}
		return []any{shape(value[0])}
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "boolean"
	}
	return value
}

type (
	object = map[string]any
	list   = []any
)

// TestJSON holds the output of --json to what the README promises, key by key.
func TestJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", "The harbour of Odda was closed on Monday.\n")
	write(t, "set.json", `{"data": [{"title": "The harbour", "paragraphs": [{"context": "The harbour of Odda was closed on Monday.",
		"qas": [{"question": "When was the harbour closed?", "answers": [{"text": "Monday"}]}]}]}]}`)
	write(t, "other.json", `{"data": [{"title": "The bakery", "paragraphs": [{"context": "A loaf of rye costs 32 kronor.",
		"qas": [{"question": "What does a loaf of rye cost?", "answers": [{"text": "32 kronor"}]}]}]}]}`)

	citation := object{
		"n": "number", "source": "string", "story_id": "string", "story": "string", "published": "string", "revision": "number", "paragraph": "number",
		"quote": "string", "text": "string", "url": "string", "as_of": "string", "modified": "string",
	}
	near := object{"score": "number"}
	for key, value := range citation {
		near[key] = value
	}
	answer := func(statements, citations, nearest list) object {
		return object{
			"id": "string", "status": "string", "mode": "string", "question": "string", "language": "string", "fallback": "string",
			"incomplete": "boolean", "statements": statements, "citations": citations, "nearest": nearest, "removed": list{},
			"usage":      object{"prompt_tokens": "number", "completion_tokens": "number"},
			"timings_ms": object{"search": "number", "total": "number"},
		}
	}
	statement := object{"text": "string", "citations": list{"number"}, "support": "string"}
	source := func() object {
		return object{
			"id": "string", "guild": "string", "kind": "string", "title": "string", "location": "string", "stories": "number",
			"checked_at": "string", "status": "string", "error": "string",
			"origin": "string", "schedule": "string", "due_at": "string", "days": "number",
		}
	}
	shown := source()
	shown["stories"] = list{object{
		"id": "string", "title": "string", "revision": "number", "url": "string", "published_at": "string",
		"modified_at": "string", "revised_at": "string", "checked_at": "string", "author": "string", "language": "string", "withdrawn": "string",
		"paragraphs": list{object{"number": "number", "heading": "string", "text": "string"}},
	}}
	figures := func() object {
		of := object{"latency_ms": object{"p50": "number", "p95": "number", "p99": "number"}}
		for key := range strings.FieldsSeq(`questions answerable unanswerable paragraphs recall@1 recall@5 recall@10 mrr@10
			prompt_recall prompt_answer prompt_share cited@1
			cited_paragraph@1 quote_share abstained_unanswerable abstained_answerable uncited_statements`) {
			of[key] = "number"
		}
		return of
	}
	report, reports := figures(), figures()
	report["index_seconds"], reports["index_seconds"] = "number", "number"
	report["abstained_absent"] = "number"
	reports["files"] = object{"set.json": figures(), "other.json": figures()}

	summary := answer(list{statement}, list{citation}, list{})
	summary["style"], summary["stories"] = "string", "number"
	check := func(claim object, citations list) object {
		return object{
			"id": "string", "mode": "string", "fallback": "string", "incomplete": "boolean", "claims": list{claim}, "citations": citations,
			"usage":      object{"prompt_tokens": "number", "completion_tokens": "number"},
			"timings_ms": object{"search": "number", "total": "number"},
		}
	}
	claim := func(citations ...any) object {
		return object{"reason": "string", "text": "string", "verdict": "string", "why": "string", "citations": append(list{}, citations...)}
	}

	id := "" // of the source that is added
	for _, tt := range []struct {
		name string
		args []string
		want object
	}{
		{"answered", []string{"ask", "Who is Peskov?"}, answer(list{statement}, list{citation}, list{})},
		{"not in the stories", []string{"ask", "What did China say?"}, answer(list{}, list{}, list{near})},
		{"add", []string{"sources", "add", "harbour.txt"}, shown},
		{"list", []string{"sources", "list"}, object{"sources": list{source()}}},
		{"show", []string{"sources", "show", "ID"}, shown},
		{"refresh", []string{"sources", "refresh", "ID"}, object{"sources": list{object{
			"id": "string", "added": "number", "changed": "number", "unchanged": "number", "withdrawn": "number", "failed": "number", "errors": list{}}}}},
		{"summary", []string{"summary", "--style", "brief", "ID"}, summary},
		{"supported", []string{"check", "The harbour of Odda was closed on Monday."}, check(claim("number"), list{citation})},
		{"undecided", []string{"check", "The moon is made of cheese."}, check(claim(), list{})},
		{"settings", []string{"settings"}, object{
			"check": "string", "language": "string", "private": "boolean", "channels": list{}, "auto": list{}, "threshold": "number",
			"roles": list{}, "audit_channel": "string", "guild_budget": "number", "user_budget": "number", "revisions": "number",
		}},
		{"usage", []string{"usage"}, object{"days": list{}}},
		{"remove", []string{"sources", "remove", "ID"}, source()},
		{"list of none", []string{"--db", "empty.db", "sources", "list"}, object{"sources": list{}}},
		{"eval", []string{"eval", "--absent", "set.json"}, report},
		{"eval of several", []string{"eval", "set.json", "other.json"}, reports},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "list of none" {
				empty(t, "empty.db")
			}
			for i, arg := range tt.args {
				if arg == "ID" {
					tt.args[i] = id
				}
			}
			var got object
			decode(t, succeed(t, nil, append(tt.args, "--json")...).stdout, &got)
			if tt.name == "add" {
				id, _ = got["id"].(string)
			}
			if diff := cmp.Diff(tt.want, shape(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// empty makes a database without sources.
func empty(t *testing.T, path string) {
	t.Helper()
	var all struct{ Sources []struct{ ID string } }
	decode(t, succeed(t, nil, "sources", "list", "--json", "--db", path).stdout, &all)
	for _, s := range all.Sources {
		succeed(t, nil, "sources", "remove", s.ID, "--db", path)
	}
}

func decode(t *testing.T, text string, value any) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	if err := dec.Decode(value); err != nil || dec.More() {
		t.Fatalf("not one JSON value: %v\n%s", err, text)
	}
}
