package source

import (
	"cmp"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source/extract"
)

// What names what is given is bounded, in Unicode characters.
const (
	maxName    = 200
	maxTitle   = 200
	maxHeading = 500 // a file's title
	firstWords = 60
)

// Attachment makes a source with one story of a text, Markdown, HTML or PDF file
// that was uploaded. A file of the same name is the same source again. The title is
// the one given, else the one in it, else the first words.
func Attachment(name, title string, raw []byte) (retrieval.Source, retrieval.Story, error) {
	if len(raw) > MaxFile {
		return retrieval.Source{}, retrieval.Story{}, ErrTooLarge
	}
	name = fileName(name)
	article, err := extract.Document(raw, name)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, err
	}
	src, story := given("attachment", name, titleOf(title, article), article)
	return src, story, nil
}

// Pasted makes a source with one story of a text that was pasted. One of the
// same title is the same source again. The title is found as Attachment's.
func Pasted(title, text string) (retrieval.Source, retrieval.Story, error) {
	if len(text) > MaxFile {
		return retrieval.Source{}, retrieval.Story{}, ErrTooLarge
	}
	if _, err := extract.Decode([]byte(text), "text/plain; charset=utf-8"); err != nil {
		return retrieval.Source{}, retrieval.Story{}, err
	}
	name := "pasted.txt"
	if heading.MatchString(text) {
		name = "pasted.md"
	}
	article, err := written(name, text)
	if err != nil {
		return retrieval.Source{}, retrieval.Story{}, err
	}
	title = titleOf(title, article)
	src, story := given("pasted", title, title, article)
	return src, story, nil
}

// heading is a line that only Markdown has; nothing else tells what a pasted
// text is.
var heading = regexp.MustCompile(`(?m)^ {0,3}#{1,6}[ \t]+\S`)

func given(kind, name, title string, article extract.Article) (retrieval.Source, retrieval.Story) {
	location := kind + "/" + name
	return retrieval.Source{Kind: kind, Origin: record.Discord, Title: title, Location: location}, storyIn(article, location, title)
}

// titleOf is the title that was given, else the article's own, else its first words.
func titleOf(title string, article extract.Article) string {
	title = cmp.Or(plain(title), plain(article.Title))
	if title == "" && len(article.Paragraphs) > 0 {
		return shortened(plain(article.Paragraphs[0].Text), firstWords)
	}
	return shortened(title, maxTitle)
}

// fileName is the name of a file without its folders. Its ending, which tells
// what is in it, stays when the name is shortened.
func fileName(name string) string {
	name = plain(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if strings.Trim(name, "./") == "" {
		return "unnamed.txt"
	}
	ending := path.Ext(name)
	if len(ending) > len(".markdown") {
		ending = ""
	}
	return shortened(strings.TrimSuffix(name, ending), maxName) + ending
}

// plain is text on one line, composed, without what is not seen: control
// characters, and those that turn the direction of what stands beside them. Of
// the invisible ones the joiners stay, which some scripts and emoji need.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200C', r == '\u200D':
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return norm.NFC.String(strings.Join(strings.Fields(text), " "))
}

// shortened is the beginning of a text, of at most limit characters and "…":
// up to the last space in it, if it has one, and never a part of what is seen as
// one character.
func shortened(text string, limit int) string {
	end, space, n := 0, 0, 0
	for g := graphemes.FromString(text); g.Next(); {
		if n += utf8.RuneCountInString(g.Value()); n > limit {
			return strings.TrimRightFunc(text[:cmp.Or(space, end)], unicode.IsSpace) + "…"
		}
		if g.Value() == " " {
			space = end
		}
		end = g.End()
	}
	return text
}
