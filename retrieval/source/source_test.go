package source_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

func TestFile(t *testing.T) {
	for _, test := range []struct {
		name  string
		file  string
		bytes string
		title string // asked for
		want  string // title and paragraphs
	}{
		{"text", "a story.txt", "One.\nTwo.", "", "a story|One.|Two."},
		{"no ending", "story", "One.\n\nTwo\nthree.", "", "story|One.|Two three."},
		{"title given", "a.txt", "One.", " My title ", "My title|One."},
		{"Markdown", "a.md", "# Heading\n\nOne.\n\n## Part\n\nTwo.", "", "Heading|One.|Part: Two."},
		{"Markdown without heading", "a.markdown", "One.", "", "a|One."},
		{"title over heading", "a.md", "# Heading\n\nOne.", "Mine", "Mine|One."},
		{"UTF-8 with byte order mark", "a.md", "\xEF\xBB\xBF# Über\n\nÄ.", "", "Über|Ä."},
		{"UTF-16 little-endian", "a.txt", "\xFF\xFEA\x00\xE4\x00.\x00", "", "a|Aä."},
		{"UTF-16 big-endian", "a.txt", "\xFE\xFF\x00A\x00\xE4\x00.", "", "a|Aä."},
		{"Latin-1, which nothing tells", "a.txt", "Caf\xE9 ferm\xE9.", "", "a|Café fermé."},
		{"CRLF", "a.txt", "One.\r\nTwo.\r\n", "", "a|One.|Two."},
		{"as large as may be", "a.txt", "One." + strings.Repeat(" ", source.MaxFile-4), "", "a|One."},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.file)
			write(t, path, test.bytes)
			src, story, err := source.File(path, test.title)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{story.Title}
			for _, p := range story.Paragraphs {
				if p.Heading != "" {
					p.Text = p.Heading + ": " + p.Text
				}
				got = append(got, p.Text)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
				t.Error(diff)
			}
			want := retrieval.Source{Kind: "file", Origin: "terminal", Title: story.Title, Location: path}
			if diff := cmp.Diff(want, src); diff != "" || story.Key != path {
				t.Errorf("key %q, %s", story.Key, diff)
			}
		})
	}
}

func TestBadFile(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes string
		want  error
	}{
		{"empty", "", source.ErrEmpty},
		{"only space", " \n\t\r\n", source.ErrEmpty},
		{"only a byte order mark", "\xEF\xBB\xBF", source.ErrEmpty},
		{"no words", "***\n\n---\n", source.ErrEmpty},
		{"binary", "\x7FELF\x02\x01\x01\x00\x00", source.ErrNotText},
		{"NUL", "One.\x00Two.", source.ErrNotText},
		{"UTF-16 without a mark", "O\x00n\x00e\x00", source.ErrNotText},
		{"too large", string(bytes.Repeat([]byte("a"), source.MaxFile+1)), source.ErrTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.txt")
			write(t, path, test.bytes)
			if _, story, err := source.File(path, ""); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v; %d paragraphs", err, test.want, len(story.Paragraphs))
			}
		})
	}
}

// TestRelativePath has a file be the same source from any folder.
func TestRelativePath(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	write(t, path, "One.")
	t.Chdir(dir)
	src, story, err := source.File("./a.txt", "")
	if err != nil || src.Location != path || story.Key != path {
		t.Errorf("%+v, %v", src, err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
