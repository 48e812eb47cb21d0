package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// A codeBlock is one of a Markdown document: fenced, or indented by four or more.
type codeBlock struct {
	line     int    // in the document, from 1
	language string // of a fenced one
	lines    []string
}

func codeBlocks(text string) (blocks []codeBlock) {
	open, fenced, blank := false, false, true
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch language, fence := strings.CutPrefix(trimmed, "```"); {
		case fence && fenced:
			open, fenced = false, false
		case fence:
			open, fenced = true, true
			blocks = append(blocks, codeBlock{line: i + 1, language: language})
		case open && (fenced || strings.HasPrefix(line, "    ")):
			last := &blocks[len(blocks)-1]
			last.lines = append(last.lines, trimmed)
		case blank && strings.HasPrefix(line, "    ") && trimmed != "":
			open = true
			blocks = append(blocks, codeBlock{line: i + 1, lines: []string{trimmed}})
		case trimmed != "":
			open = false
		}
		blank = trimmed == ""
	}
	return blocks
}

// others are programs whose commands cannot be carried out here. What they are told of
// the repository's files is looked at.
var others = []string{"docker", "sudo", "journalctl", "git", "cd", ".ci/run"}

// TestDocuments carries out every command that README and the guides show in a block. Of
// those that cannot be, as other programs', and of the commands within sentences it sees
// to it that what they name is there.
func TestDocuments(t *testing.T) {
	names, err := filepath.Glob("guides/*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no guides: %v", err)
	}
	for _, name := range append(names, "../../README.md") {
		text := readFile(t, name)
		for _, b := range codeBlocks(text) {
			if b.language != "" && b.language != "sh" {
				continue
			}
			t.Run(fmt.Sprintf("%s:%d", filepath.Base(name), b.line), func(t *testing.T) {
				t.Parallel()
				b.carryOut(t, newWorkshop(t))
			})
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), link[1])); err != nil {
				t.Errorf("%s: %v", filepath.Base(name), err)
			}
		}
		for _, span := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(text, -1) {
			mentioned(t, filepath.Base(name), span[1])
		}
	}
}

// carryOut does what a block shows. In one with prompts, what stands below a command is
// what it prints, but for lines of "…".
func (b codeBlock) carryOut(t *testing.T, w *workshop) {
	prompts := slices.ContainsFunc(b.lines, func(line string) bool { return strings.HasPrefix(line, "$ ") })
	var printed []string
	for _, line := range b.lines {
		command, isCommand := strings.CutPrefix(line, "$ ")
		if prompts && !isCommand {
			if line != "" && line != "…" && !slices.Contains(printed, line) {
				t.Errorf("%q is not among what is printed:\n%s", line, strings.Join(printed, "\n"))
			}
			continue
		}
		switch words := strings.Fields(command); {
		case len(words) == 0 || strings.HasPrefix(command, "#"):
		case w.command(command) != "":
			printed = nil
			for line := range strings.Lines(w.do(t, command)) {
				printed = append(printed, strings.TrimSpace(line))
			}
		case words[0] == "go" && words[1] == "test":
			checkGoTest(t, command)
		case words[0] == "go" || slices.Contains(others, words[0]):
			for _, word := range words {
				path := strings.TrimPrefix(word, "./")
				if (strings.HasPrefix(path, "cmd/") || strings.HasPrefix(path, ".ci/")) && !strings.HasSuffix(path, "token.txt") {
					if _, err := os.Stat(filepath.Join("../..", path)); err != nil {
						t.Errorf("%s: %v", command, err)
					}
				}
			}
		default:
			t.Errorf("%s: nothing is known of this command", command)
		}
	}
}

var (
	repositoryPath = regexp.MustCompile(`^(bot|cmd|data|prompts|retrieval)(/[\w.-]+)+$`)
	discordCommand = regexp.MustCompile(`^/[a-z-]+( [a-z]+)?$`)
	// served are paths of the program's own address, which look like commands.
	served = []string{"/metrics", "/healthz", "/readyz"}
)

// mentioned looks at a command, or a path of the repository, that stands in a sentence.
func mentioned(t *testing.T, document, span string) {
	t.Helper()
	switch words := strings.Fields(span); {
	case repositoryPath.MatchString(span) && !strings.Contains(span, "CODE"):
		if _, err := os.Stat(filepath.Join("../..", span)); err != nil {
			t.Errorf("%s: %v", document, err)
		}
	case discordCommand.MatchString(span) && !slices.Contains(served, span):
		name := strings.ReplaceAll(strings.ReplaceAll(span[1:], " ", "_"), "-", "_")
		if !strings.Contains(readFile(t, "../../bot/discord/texts/en.toml"), "\ncommand_"+name+"_name = ") {
			t.Errorf("%s: Discord has no command %s", document, span)
		}
	case len(words) > 1 && words[0] == "go" && words[1] == "test":
		checkGoTest(t, span)
	case len(words) > 1 && words[0] == "storybot":
		p := &program{stdout: io.Discard, stderr: io.Discard}
		root := p.root()
		root.InitDefaultHelpCmd()
		cmd, rest, err := root.Find(words[1:])
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err != nil || cmd == root || cmd.HasSubCommands() && isUnknown(cmd, cmd.Flags().Args()) {
			t.Errorf("%s: %s: there is no such command: %v", document, span, err)
		}
	}
}

// isUnknown says whether a command that has others is asked for one that is not there;
// it is when its arguments are words in small letters.
func isUnknown(cmd *cobra.Command, args []string) bool {
	return !cmd.Runnable() || len(args) > 0 && regexp.MustCompile(`^[a-z]+$`).MatchString(args[0])
}

var (
	goTestFlags = regexp.MustCompile(`^-(run|bench|fuzz)$`)
	// wholeFlags are those of go test itself that stand here.
	wholeFlags = []string{"-tags", "-v", "-race", "-count", "-benchtime", "-fuzztime", "-timeout", "-short", "-args"}
)

// checkGoTest sees to it that the packages, tests and flags of a 'go test' are there.
func checkGoTest(t *testing.T, command string) {
	t.Helper()
	command, _, _ = strings.Cut(command, " #")
	before, after, found := strings.Cut(command, "go test ")
	if !found || strings.Contains(before, " ") && !strings.Contains(before, "=") {
		t.Errorf("%s: go test cannot be read", command)
		return
	}
	var sources strings.Builder
	var patterns []string
	words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(after, -1)
	tagged := false
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case strings.HasPrefix(word, "./"):
			for _, file := range testFiles(t, word) {
				sources.WriteString(readFile(t, file))
			}
		case goTestFlags.MatchString(word):
			i++
			patterns = append(patterns, word[1:]+" "+strings.Trim(words[i], "'"))
		case word == "-tags":
			i++
			tagged = words[i] == "sqlite_fts5"
		}
	}
	if !tagged || sources.Len() == 0 {
		t.Errorf("%s: without -tags sqlite_fts5, or without tests", command)
	}
	for _, pattern := range patterns {
		kind, names, _ := strings.Cut(pattern, " ")
		function := map[string]string{"run": "Test|Fuzz|Example", "bench": "Benchmark", "fuzz": "Fuzz"}[kind]
		declared := regexp.MustCompile(`(?m)^func ((?:`+function+`)\w*)\(`).FindAllStringSubmatch(sources.String(), -1)
		for _, name := range strings.Split(names, "|") {
			name, _, _ = strings.Cut(name, "/")
			is := regexp.MustCompile(name)
			if name != "^$" && !slices.ContainsFunc(declared, func(d []string) bool { return is.MatchString(d[1]) }) {
				t.Errorf("%s: there is no %s %s", command, kind, name)
			}
		}
	}
	for _, word := range words {
		name, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(word, "-") && !goTestFlags.MatchString(word) && !slices.Contains(wholeFlags, name) &&
			!regexp.MustCompile(`flag\.\w+\("`+name[1:]+`"`).MatchString(sources.String()) {
			t.Errorf("%s: no test has the flag %s", command, word)
		}
	}
}

// testFiles are those of a package, or of all when its path ends in "...".
func testFiles(t *testing.T, pkg string) (files []string) {
	t.Helper()
	folder := filepath.Join("../..", strings.TrimSuffix(pkg, "..."))
	if !strings.HasSuffix(pkg, "...") {
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, "_test.go") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
