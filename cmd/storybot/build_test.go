package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestBuildNeeds builds the program in the two ways that cannot work; the
// compiler's message has to say what is missing.
func TestBuildNeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the compiler")
	}
	for _, tt := range []struct{ name, cgo, tags, want string }{
		{"the tag", "1", "", "build_with_tags_sqlite_fts5"},
		{"cgo", "0", "sqlite_fts5", "build_with_CGO_ENABLED_1_and_a_C_compiler"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			build := exec.Command("go", "build", "-buildvcs=false", "-o", os.DevNull, "-tags", tt.tags, ".")
			build.Env = append(os.Environ(), "CGO_ENABLED="+tt.cgo)
			if out, err := build.CombinedOutput(); err == nil || !strings.Contains(string(out), tt.want) {
				t.Errorf("error %v, want a message with %s:\n%s", err, tt.want, out)
			}
		})
	}
}
