package extract

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocument(t *testing.T) {
	for _, tt := range []struct{ name, raw, file, title, want string }{
		{"text", "One line\nwrapped.\n\nAn\u200bother\u202e one.", "a.txt", "", "One line wrapped.\nAnother one.\n"},
		{"text in windows-1251", in(t, "windows-1251", "Мост через реку закроют.\n\nНа девять месяцев."), "a.txt", "", "Мост через реку закроют.\nНа девять месяцев.\n"},
		{"text without a name", "A line.", "", "", "A line.\n"},
		{"Markdown", "# The mill\n\nIt turns.\n\n## Who\n\nAnn.", "a.MD", "The mill", "It turns.\n[Who] Ann.\n"},
		{"Markdown after a mark", "\xEF\xBB\xBF# The mill\n\nIt turns.", "a.markdown", "The mill", "It turns.\n"},
		{"PDF", string(makePDF(set("F2", 20, 72, 740, "The mill") + set("F1", 11, 72, 700, "It turns again since Monday, they say."))), "a.pdf", "The mill", "It turns again since Monday, they say.\n"},
		{"a short page", "<html><title>The mill</title><body><p>It turns.</p><ul><li>on Monday</li><li>on Friday</li></ul>", "a.html", "The mill", "It turns.\non Monday; on Friday\n"},
	} {
		got, err := Document([]byte(tt.raw), tt.file)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.title+"\n"+tt.want, got.Title+"\n"+texts(got.Paragraphs)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
	for _, tt := range []struct {
		name, raw, file string
		want            error
	}{
		{"nothing", "", "a.txt", ErrEmpty},
		{"blank", " \n\n ", "a.txt", ErrEmpty},
		{"without a word", "* * *\n\n---", "a.txt", ErrEmpty},
		{"only a heading", "# Title", "a.md", ErrEmpty},
		{"a feed", "<rss version='2.0'><channel></channel></rss>", "a.xml", ErrNotText},
		{"an image", "\x89PNG\r\n\x1a\n\x00", "a.txt", ErrNotText},
		{"JSON", "{}", "a.json", ErrNotText},
		{"a broken PDF", "%PDF-1.4\n", "a.pdf", ErrPDF},
	} {
		if got, err := Document([]byte(tt.raw), tt.file); !errors.Is(err, tt.want) {
			t.Errorf("%s: %q, error %v; want %v", tt.name, texts(got.Paragraphs), err, tt.want)
		}
	}
}
