package record_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"storybot/retrieval/record"
)

func Example() {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	db, err := record.Open(ctx, filepath.Join(folder, "storybot.db"))
	if err != nil {
		panic(err)
	}
	defer db.Close()

	source := record.Source{Guild: "1234", Kind: "file", Title: "Ferry", Location: "/ferry.txt"}
	for _, text := range []string{"The ferry runs daily.", "The ferry runs on Sundays."} {
		story := record.Story{Key: "ferry", Title: "Ferry", Paragraphs: []record.Paragraph{{Text: text}}}
		if _, err := db.Put(ctx, source, []record.Story{story}); err != nil {
			panic(err)
		}
	}

	story, err := db.FindStory(ctx, "1234", "Ferry")
	if err != nil {
		panic(err)
	}
	passages, _, err := db.Paragraphs(ctx, "1234", []record.Ref{{Story: story.ID, Revision: 2, Paragraph: 1}, {Story: story.ID, Revision: 1, Paragraph: 1}})
	if err != nil {
		panic(err)
	}
	for _, p := range passages {
		fmt.Println(p.Revision, p.Text)
	}
	// Output:
	// 2 The ferry runs on Sundays.
	// 1 The ferry runs daily.
}
