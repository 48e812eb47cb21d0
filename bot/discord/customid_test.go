package discord

import (
	"strings"
	"testing"
)

func TestCustomID(t *testing.T) {
	for _, tt := range []struct {
		text string
		want customID
	}{
		{"cite:k3v9x2m4p6q7a:12", customID{kind: "cite", answer: "k3v9x2m4p6q7a", n: 12}},
		{"near:a1:1", customID{kind: "near", answer: "a1", n: 1}},
		{"cites:a1:2", customID{kind: "cites", answer: "a1", n: 2}},
		{"page:a1:9999:pt-BR", customID{kind: "page", answer: "a1", n: 9999, lang: "pt-BR"}},
		{"good:a1", customID{kind: "good", answer: "a1", n: 0}},
		{"wrong:a1", customID{kind: "wrong", answer: "a1", n: 0}},
		{"missed:a1", customID{kind: "missed", answer: "a1", n: 0}},
		{"tell:a1", customID{kind: "tell", answer: "a1"}},
		{"which:a1", customID{kind: "which", answer: "a1", n: 0}},
		{"forget", customID{kind: "forget"}},
		{"keep", customID{kind: "keep"}},
	} {
		if got, ok := parseCustomID(tt.text); got != tt.want || !ok || got.String() != tt.text {
			t.Errorf("parseCustomID(%q) = %+v, %v, want %+v", tt.text, got, ok, tt.want)
		}
	}
	for _, text := range []string{
		"", ":", "cite", "cite:", "cite:a1", "cite:a1:", "cite:a1:0", "cite:a1:-1", "cite:a1:+1", "cite:a1:01", "cite:a1:1:1", "cite:a1:10000",
		"cite:a1:99999999999999999999", "cite::1", "cite:A1:1", "cite:a 1:1", "cite:../a:1", "cite:аb:1", "cite:" + strings.Repeat("a", 33) + ":1",
		"Cite:a1:1", "cite:a1:1 ", " cite:a1:1", "good", "good:a1:1", "tell", "tell:", "tell:a1:1", "forget:a1", "keep:1", "src:list:1", "open:a1:1", "cite:a1:1\n", "cite:a1:１",
	} {
		if got, ok := parseCustomID(text); ok {
			t.Errorf("parseCustomID(%q) = %+v", text, got)
		}
	}
}

// FuzzCustomID: what is read is written the same, within Discord's limit.
func FuzzCustomID(f *testing.F) {
	f.Add("cite:k3v9x2m4p6q7a:12")
	f.Add("forget")
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := parseCustomID(text); ok && (got.String() != text || len(text) > 100) {
			t.Errorf("parseCustomID(%q) = %+v", text, got)
		}
	})
}
