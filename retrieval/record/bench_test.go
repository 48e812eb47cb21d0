package record_test

import (
	"fmt"
	"testing"

	"storybot/retrieval/record"
)

func BenchmarkPut(b *testing.B) {
	db := open(b)
	texts := make([]string, 20)
	for i := 0; b.Loop(); i++ {
		for p := range texts {
			texts[p] = fmt.Sprintf("Paragraph %d of revision %d, about as long as one in the news: a sentence or two.", p, i)
		}
		put(b, db, file("g", "/a"), story("a", texts...))
	}
}

func BenchmarkPutUnchanged(b *testing.B) {
	db := open(b)
	for b.Loop() {
		put(b, db, file("g", "/a"), story("a", "one", "two", "three"))
	}
}

// BenchmarkParagraphs reads what one question needs, of 20,000 paragraphs.
func BenchmarkParagraphs(b *testing.B) {
	db := open(b)
	texts := make([]string, 20)
	for p := range texts {
		texts[p] = fmt.Sprintf("Paragraph %d, about as long as one in the news: a sentence or two.", p)
	}
	var stories []record.Story
	for i := range 1000 {
		stories = append(stories, story(fmt.Sprint(i), texts...))
	}
	ids := put(b, db, file("g", "/a"), stories...).Added
	refs := make([]record.Ref, 50)
	for i := range refs {
		refs[i] = record.Ref{Story: ids[i*997%1000], Revision: 1, Paragraph: i%20 + 1}
	}
	for b.Loop() {
		passages, _, err := db.Paragraphs(b.Context(), "g", refs)
		if err != nil || len(passages) != len(refs) {
			b.Fatal(len(passages), err)
		}
	}
}
