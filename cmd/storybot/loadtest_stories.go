package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/record"
)

const (
	storyParagraphs = 20 // of a made-up story
	storiesAtOnce   = 50 // that are stored in one transaction
)

// The stories are made up, the same ones every time. All servers tell of the same
// places, each with permits of its own, so that an answer shows whose story it is from.
var (
	buildings                = strings.Fields("mill bridge lighthouse bakery harbour library forge chapel ferry quarry orchard market")
	syllables                = strings.Fields("var nel oka tur mis bel dra fon gar hul ist jen kol lum nor pel ras sut ven wyl")
	adjectives, nouns, verbs = strings.Fields("old narrow quiet broken famous northern wet empty painted heavy early distant"),
		strings.Fields("keeper wall river barrel storm winter bell council garden road fisherman letter window boat ladder teacher"),
		strings.Fields("crossed mended watched carried counted found praised sold opened followed hid measured")
)

// place is what a server's paragraph tells of, by its number from 0.
func place(paragraph int) string {
	name, n := "", paragraph/len(buildings)
	for range 4 {
		name += syllables[n%len(syllables)]
		n /= len(syllables)
	}
	if n > 0 {
		name += strconv.Itoa(n)
	}
	return buildings[paragraph%len(buildings)] + " of " + strings.ToUpper(name[:1]) + name[1:]
}

// questionOn is what is asked about it.
func questionOn(paragraph int) string {
	return "Under which permit is the " + place(paragraph) + " kept?"
}

// A permit is the answer. Revision is that of its story.
type permit struct{ guild, paragraph, revision int }

func (p permit) String() string { return fmt.Sprintf("k%dp%dr%d", p.guild, p.paragraph, p.revision) }

var permitForm = regexp.MustCompile(`\bk(\d+)p(\d+)r(\d+)\b`)

// permits are those that a text names.
func permits(text string) (all []permit) {
	for _, m := range permitForm.FindAllStringSubmatch(text, -1) {
		var n [3]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1]) // digits; one too large is nobody's
		}
		all = append(all, permit{n[0], n[1], n[2]})
	}
	return all
}

// paragraph is a paragraph's text: the answer, and three sentences around it.
func (p permit) text() string {
	chance := rand.New(rand.NewPCG(uint64(p.guild), uint64(p.paragraph)))
	pick := func(words []string) string { return words[chance.IntN(len(words))] }
	sentence := func() string {
		return fmt.Sprintf("The %s %s %s the %s %s near the %s of %s.", pick(adjectives), pick(nouns), pick(verbs), pick(adjectives), pick(nouns),
			pick(nouns), place(chance.IntN(1_000_000)))
	}
	return fmt.Sprintf("%s %s The %s is kept under permit %s. %s", sentence(), sentence(), place(p.paragraph), p, sentence())
}

// madeUp is a server's stories: its number, its id at Discord, and how many paragraphs.
type madeUp struct {
	number     int
	id         string
	paragraphs int
}

func (m madeUp) source() retrieval.Source {
	return retrieval.Source{Guild: m.id, Kind: "pasted", Origin: record.Discord, Title: "Chronicle", Location: "pasted/chronicle"}
}

// stories is how many there are.
func (m madeUp) stories() int { return (m.paragraphs + storyParagraphs - 1) / storyParagraphs }

// story is one of them, by its number from 0, in its revision.
func (m madeUp) story(number, revision int) retrieval.Story {
	s := retrieval.Story{Key: strconv.Itoa(number), Title: fmt.Sprintf("Chronicle, part %d", number+1), Language: "en"}
	first := number * storyParagraphs
	for n := first; n < min(first+storyParagraphs, m.paragraphs); n++ {
		s.Paragraphs = append(s.Paragraphs, retrieval.Paragraph{Text: permit{m.number, n, revision}.text()})
	}
	return s
}

// tell stores all of them.
func (m madeUp) tell(ctx context.Context, corpus *retrieval.Corpus) error {
	var batch []retrieval.Story
	for number := range m.stories() {
		batch = append(batch, m.story(number, 1))
		if len(batch) < storiesAtOnce && number < m.stories()-1 {
			continue
		}
		if _, err := corpus.Put(ctx, m.source(), batch); err != nil {
			return err
		}
		batch = nil
	}
	return nil
}
