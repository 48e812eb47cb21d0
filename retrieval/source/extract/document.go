package extract

import (
	"errors"
	"fmt"

	"storybot/retrieval/analysis"
)

// Document reads a file that a person gave: text, Markdown, HTML or PDF, told
// apart by KindOf. The name is the file's; its ending counts.
//
// A page that does not read as an article is read whole, for it was meant.
// Errors are those of Page and PDF, ErrNotText for a file of another kind (a
// feed is none: it has many documents), and ErrEmpty when there is no text in
// it.
func Document(raw []byte, name string) (Article, error) {
	switch kind := KindOf(raw, "", name); kind {
	case KindPDF:
		return PDF(raw)
	case KindHTML:
		return pageFile(raw)
	case KindText, KindMarkdown:
		text, err := Decode(raw, "")
		if err != nil {
			return Article{}, err
		}
		// The name's ending is what ParseDocument goes by.
		doc := analysis.ParseDocument("."+extension(kind), text)
		return file(clean(doc.Title), doc.Paragraphs)
	case KindFeed:
		return Article{}, fmt.Errorf("%w: it is a feed", ErrNotText)
	}
	if len(raw) == 0 {
		return Article{}, ErrEmpty
	}
	return Article{}, ErrNotText
}

// extension is the ending of files of a kind.
func extension(kind Kind) string {
	if kind == KindMarkdown {
		return "md"
	}
	return "txt"
}

// pageFile reads a page that was saved to a file.
func pageFile(raw []byte) (Article, error) {
	text, err := Decode(raw, "")
	if err != nil {
		return Article{}, err
	}
	if amplifies(text) {
		return Article{}, ErrTooComplex
	}
	article, err := Page([]byte(text), "text/html; charset=utf-8", "")
	if !errors.Is(err, ErrNoArticle) {
		return article, err
	}
	return file(article.Title, fragment(text, ""))
}

// file is the article with that title and these paragraphs, or ErrEmpty.
func file(title string, paragraphs []analysis.Paragraph) (Article, error) {
	paragraphs = cleanParagraphs(paragraphs)
	if paragraphs == nil {
		return Article{}, ErrEmpty
	}
	return Article{Title: shorten(title, maxTitle), Paragraphs: paragraphs}, nil
}
