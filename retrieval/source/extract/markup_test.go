package extract

import (
	"fmt"
	"strings"
	"testing"
)

func TestAmplifies(t *testing.T) {
	var bold strings.Builder
	for i := range 400 {
		fmt.Fprintf(&bold, "<b id=%d>", i)
	}
	for _, tt := range []struct {
		name, markup string
		want         bool
	}{
		{"a long article", strings.Repeat("<p>One <b>bold</b> and <a href=x>linked</a> word.</p>", 20_000), false},
		{"tags that nobody closed", strings.Repeat("<p><font size=2>word", 300), false},
		{"four hundred in each paragraph", bold.String() + strings.Repeat("<p>x", 5000), true},
	} {
		if got := amplifies(tt.markup); got != tt.want {
			t.Errorf("%s: amplifies() = %v", tt.name, got)
		}
		feed := item2("", "<content:encoded><![CDATA["+tt.markup+"]]></content:encoded>")
		if doc, err := Feed([]byte(feed), "", ""); err != nil || tt.want && doc.Entries[0].Paragraphs != nil {
			t.Errorf("%s: %d paragraphs, %v", tt.name, len(doc.Entries[0].Paragraphs), err)
		}
	}
}
