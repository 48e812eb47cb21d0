//go:build unix

package source_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"storybot/retrieval/source"
)

// TestNoFile gives what is no file. A pipe that nobody writes to must not keep
// the reader waiting.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path string
		want       error
	}{
		{"missing", filepath.Join(dir, "none.txt"), fs.ErrNotExist},
		{"directory", dir, source.ErrNotFile},
		{"named pipe", pipe, source.ErrNotFile},
		{"link to a pipe", link, source.ErrNotFile},
		{"device", "/dev/null", source.ErrNotFile},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, _, err := source.File(test.path, ""); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}
