package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPageGolden: each page in testdata/pages says what stands beside it. A
// page begins with a comment, which is its address.
func TestPageGolden(t *testing.T) {
	pages, err := filepath.Glob("testdata/pages/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	for _, path := range pages {
		t.Run(filepath.Base(path), func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(Page(raw, "text/html; charset=utf-8", addressIn(raw)))
			golden := strings.TrimSuffix(path, ".html") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("run with -update if this is meant (-want +got):\n%s", diff)
			}
		})
	}
}

func addressIn(page []byte) string {
	_, rest, _ := strings.Cut(string(page), "<!-- ")
	address, _, _ := strings.Cut(rest, " -->")
	return address
}

// golden is an article as its golden file has it.
func golden(a Article, err error) string {
	var out strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	when := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format(time.RFC3339)
	}
	if err != nil {
		line("error", err.Error())
	}
	line("title", a.Title)
	line("author", a.Author)
	line("language", a.Language)
	line("published", when(a.Published))
	line("modified", when(a.Modified))
	line("url", a.URL)
	line("feeds", strings.Join(a.Feeds, " "))
	heading := ""
	for _, p := range a.Paragraphs {
		if p.Heading != heading {
			heading = p.Heading
			fmt.Fprintf(&out, "\n# %s\n", heading)
		}
		fmt.Fprintf(&out, "\n%s\n", p.Text)
	}
	return out.String()
}
