package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// arrows are all imports of our packages by our packages, tests aside: what
// the package on the left may import. A new package needs a line here.
var arrows = map[string]string{
	"bot":                   "bot/grounding bot/ledger prompts retrieval",
	"bot/discord":           "bot bot/ledger retrieval retrieval/source",
	"bot/discord/local":     "",
	"bot/eval":              "bot bot/grounding retrieval retrieval/analysis",
	"bot/eval/plot":         "",
	"bot/grounding":         "retrieval/analysis",
	"bot/ledger":            "retrieval/record",
	"bot/llm":               "prompts",
	"cmd/storybot":          "*",
	"data":                  "",
	"prompts":               "",
	"retrieval":             "retrieval/analysis retrieval/index retrieval/record",
	"retrieval/analysis":    "",
	"retrieval/index":       "retrieval/analysis",
	"retrieval/record":      "",
	"retrieval/source":      "retrieval retrieval/analysis retrieval/record retrieval/source/extract retrieval/source/fetch",
	"bot/discord/local/web": "bot/discord/local",

	"retrieval/source/extract": "retrieval/analysis",
	"retrieval/source/fetch":   "",

	"bot/discord/internal/openapi": "", // for tests: nothing imports it
	"retrieval/record/recordtest":  "",
}

// vendors are the modules that one package each, or two, hide from the others.
var vendors = map[string]string{
	"github.com/bwmarrin/discordgo":       "bot/discord",
	"github.com/jackc/pgx":                "retrieval/record",
	"github.com/mattn/go-sqlite3":         "retrieval/index retrieval/record",
	"github.com/prometheus/client_golang": "cmd/storybot",
	"github.com/sashabaranov/go-openai":   "bot/llm",
}

// A listed package is what 'go list -json' tells of it.
type listed struct {
	ImportPath string
	Imports    []string // without those of its tests
}

// violations are the imports that no arrow allows, and the packages that have
// no line.
func violations(packages []listed) (all []string) {
	allows := func(list, name string) bool { return list == "*" || slices.Contains(strings.Fields(list), name) }
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, "storybot/")
		allowed, known := arrows[name]
		if !known {
			all = append(all, name+" has no line in arrows")
		}
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, "storybot/"); ok && !allows(allowed, ours) {
				all = append(all, name+" -> "+ours)
			}
			for vendor, users := range vendors {
				if (path == vendor || strings.HasPrefix(path, vendor+"/")) && !allows(users, name) {
					all = append(all, name+" -> "+path)
				}
			}
		}
	}
	return all
}

func TestArrows(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "-tags", "sqlite_fts5", "storybot/...")
	list.Stderr = os.Stderr
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []listed
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if !slices.ContainsFunc(packages, func(p listed) bool { return p.ImportPath == "storybot/retrieval" && len(p.Imports) > 0 }) {
		t.Fatalf("go list does not tell the imports: %.200s", output)
	}
	for _, v := range violations(packages) {
		t.Error(v)
	}
}

// TestArrowsAreHeld has each kind of violation be noticed.
func TestArrowsAreHeld(t *testing.T) {
	got := violations([]listed{
		{"storybot/bot", []string{"fmt", "storybot/retrieval", "storybot/bot/discord"}},
		{"storybot/retrieval/analysis", []string{"golang.org/x/text/unicode/norm", "storybot/retrieval"}},
		{"storybot/bot/llm", []string{"github.com/sashabaranov/go-openai", "storybot/prompts", "github.com/bwmarrin/discordgo"}},
		{"storybot/retrieval/record", []string{"github.com/jackc/pgx/v5/stdlib", "github.com/mattn/go-sqlite3"}},
		{"storybot/bot/ledger", []string{"github.com/jackc/pgx/v5/stdlib"}},
		{"storybot/cmd/storybot", []string{"storybot/bot", "github.com/mattn/go-sqlite3"}},
		{"storybot/util", []string{"storybot/data"}},
	})
	want := []string{
		"bot -> bot/discord",
		"retrieval/analysis -> retrieval",
		"bot/llm -> github.com/bwmarrin/discordgo",
		"bot/ledger -> github.com/jackc/pgx/v5/stdlib",
		"cmd/storybot -> github.com/mattn/go-sqlite3",
		"util has no line in arrows",
		"util -> data",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
