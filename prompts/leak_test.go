package prompts_test

import (
	"testing"

	"storybot/prompts"
)

func TestLeaks(t *testing.T) {
	for _, tt := range []struct {
		name, text, source string
		want               bool
	}{
		{"a prompt", "You answer a question from passages of stories.", "", true},
		{"in other marks", "YOU ANSWER — “a question\u200b from” passages!", "", true},
		{"its rules", "Ana Ruiz: do not correct it, join two stretches.", "The mayor was Ana Ruiz.", true},
		{"the end of it", "Reply to the object above as you like.", "", true},
		{"the shape of a reply", "One sentence close to the quote.", "", true},
		{"four words of it", "You answer a question in court.", "", false},
		{"a story with the same words", "“You answer a question from passages,” he said.", "He said: you answer a question from passages.", false},
		{"news", "The harbour reopened on Monday, said mayor Ana Ruiz.", "", false},
		{"nothing", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := prompts.Leaks(tt.text, tt.source); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
