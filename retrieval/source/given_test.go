package source_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

// told is a source by its location, and its story by title and paragraphs.
func told(src retrieval.Source, story retrieval.Story) string {
	parts := []string{src.Location, story.Title}
	for _, p := range story.Paragraphs {
		parts = append(parts, p.Text)
	}
	return strings.Join(parts, "|")
}

func TestAttachment(t *testing.T) {
	for _, test := range []struct {
		name  string
		file  string
		title string
		bytes string
		want  string
	}{
		{"text", "odda.txt", "", "The harbour is closed.\nRain.", "attachment/odda.txt|The harbour is closed.|The harbour is closed.|Rain."},
		{"Markdown", "odda.md", "", "# Odda\n\nRain.", "attachment/odda.md|Odda|Rain."},
		{"title given", "odda.md", " My\ntitle ", "# Odda\n\nRain.", "attachment/odda.md|My title|Rain."},
		{"UTF-16", "a.txt", "", "\xFF\xFEA\x00\xE4\x00.\x00", "attachment/a.txt|Aä.|Aä."},
		{"folders", `../up\C:\dir/odda.md`, "T", "Rain.", "attachment/odda.md|T|Rain."},
		{"no name", "../..", "T", "Rain.", "attachment/unnamed.txt|T|Rain."},
		{"unseen characters", "od\u202Eda\x07\n.txt", "T\u202E\x1B[31m", "Rain.", "attachment/odda .txt|T[31m|Rain."},
		{"composed", "A\u0308.txt", "T", "Rain.", "attachment/Ä.txt|T|Rain."},
		{"long name", strings.Repeat("x", 300) + ".md", "", "# T\n\nRain.", "attachment/" + strings.Repeat("x", 200) + "….md|T|Rain."},
	} {
		t.Run(test.name, func(t *testing.T) {
			src, story, err := source.Attachment(test.file, test.title, []byte(test.bytes))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, told(src, story)); diff != "" {
				t.Error(diff)
			}
			if src.Kind != "attachment" || src.Title != story.Title || story.Key != src.Location {
				t.Errorf("%+v, key %q", src, story.Key)
			}
		})
	}
}

func TestPasted(t *testing.T) {
	long := strings.Repeat("Lorem ipsum ", 10)
	for _, test := range []struct {
		name, title, text, want string
	}{
		{"lines", "Odda", "Closed.\nRain.", "pasted/Odda|Odda|Closed.|Rain."},
		{"heading", "", "# Odda\nClosed by\nrain.", "pasted/Odda|Odda|Closed by rain."},
		{"first words", "", long, "pasted/Lorem ipsum Lorem ipsum Lorem ipsum Lorem ipsum Lorem ipsum…|Lorem ipsum Lorem ipsum Lorem ipsum Lorem ipsum Lorem ipsum…|" + strings.TrimSpace(long)},
		{"first words without spaces", "", strings.Repeat("항", 61), "pasted/" + strings.Repeat("항", 60) + "…|" + strings.Repeat("항", 60) + "…|" + strings.Repeat("항", 61)},
		{"number sign", "T", "#1 story\nRain.", "pasted/T|T|#1 story|Rain."},
	} {
		t.Run(test.name, func(t *testing.T) {
			src, story, err := source.Pasted(test.title, test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, told(src, story)); diff != "" {
				t.Error(diff)
			}
			if src.Kind != "pasted" || story.Key != src.Location {
				t.Errorf("%+v, key %q", src, story.Key)
			}
		})
	}
}

func TestBadGiven(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       error
	}{
		{"empty", "", source.ErrEmpty},
		{"only a heading", "# Odda", source.ErrEmpty},
		{"binary", "\x7FELF\x00", source.ErrNotText},
		{"too large", strings.Repeat("a", source.MaxFile+1), source.ErrTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, _, err := source.Attachment("a.md", "", []byte(test.text)); !errors.Is(err, test.want) {
				t.Errorf("attachment: %v", err)
			}
			if _, _, err := source.Pasted("", test.text); !errors.Is(err, test.want) {
				t.Errorf("pasted: %v", err)
			}
		})
	}
}

// FuzzAttachment gives any name, title and bytes: what comes of them can be
// stored, and is named on one line, without folders and of bounded length.
func FuzzAttachment(f *testing.F) {
	f.Add("../a\u202E.md", "", []byte("# T\n\nOne."))
	f.Add("e"+strings.Repeat("\u0301", 300), "\xFF", []byte("One."))
	f.Fuzz(func(t *testing.T, name, title string, raw []byte) {
		src, story, err := source.Attachment(name, title, raw)
		if err != nil {
			return
		}
		short, ok := strings.CutPrefix(src.Location, "attachment/")
		if !ok || short == "" || strings.ContainsAny(src.Location+story.Title, "\x00\n\r\x1B\u202E") || strings.ContainsAny(short, `/\`) {
			t.Errorf("location %q, title %q", src.Location, story.Title)
		}
		if n := utf8.RuneCountInString(short); n > 220 || !utf8.ValidString(src.Location+story.Title) {
			t.Errorf("%d characters: %q", n, src.Location)
		}
		if n := utf8.RuneCountInString(story.Title); n == 0 || n > 201 {
			t.Errorf("title of %d characters: %q", n, story.Title)
		}
	})
}
