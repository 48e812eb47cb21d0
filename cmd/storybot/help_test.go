package main

import (
	"strings"
	"testing"
)

// shellLines are the commands in a text of them: comments are left out.
func shellLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestHelpExamples carries out every example of every command's help; each has some.
func TestHelpExamples(t *testing.T) {
	p := &program{}
	root := p.root()
	root.InitDefaultHelpCmd()
	for _, cmd := range allCommands(root) {
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			t.Parallel()
			lines := shellLines(cmd.Example)
			if len(lines) == 0 {
				t.Error("no example")
			}
			if cmd.Long == "" {
				t.Error("no description")
			}
			w := newWorkshop(t)
			for _, line := range lines {
				w.do(t, line)
			}
		})
	}
}
