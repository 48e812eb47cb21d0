package grounding

import "maps"

// longestAttribution is how many words tell who said something at most: said Mina
// Rourke, who organised the petition.
const longestAttribution = 10

// cutAttribution leaves out of both texts who said it, when the one tells it at its
// beginning and the other, in the same words, at its end, and gives what it weighed in
// the statement: "It will rain, Strand thinks" is "Strand thinks that it will rain".
func cutAttribution(statement, source []word) (restOfStatement, restOfSource []word, weight int) {
	opening, closing := openingAttribution(statement), closingAttribution(source)
	if said := statement[:opening]; sameSpeakers(said, source[closing:]) {
		return statement[opening:], source[:closing], weigh(said)
	}
	opening, closing = openingAttribution(source), closingAttribution(statement)
	if said := statement[closing:]; sameSpeakers(said, source[:opening]) {
		return statement[:closing], source[opening:], weigh(said)
	}
	return statement, source, 0
}

// openingAttribution is where the words end that tell at the beginning who said it; 0
// when there are none. Who says it comes before the word for that (Strand says), or, where
// that is the first word, in the rest of its clause (according to Strand).
func openingAttribution(words []word) int {
	for i, w := range words[:min(longestAttribution, len(words))] {
		switch {
		case w.sentence != words[0].sentence:
			return 0
		case w.marks&speech == 0:
			continue
		}
		end := i + 1
		if i == 0 {
			for end < len(words) && words[end].clause == w.clause {
				end++
			}
		} else if end < len(words) && words[end].Text == "that" {
			end++
		}
		if end > longestAttribution {
			return 0
		}
		return end
	}
	return 0
}

// closingAttribution is where the words begin that tell at the end who said it, with
// the clause that has the word for that; len(words) when there are none.
func closingAttribution(words []word) int {
	for i := len(words) - 1; i >= max(0, len(words)-longestAttribution); i-- {
		if words[i].marks&speech == 0 {
			continue
		}
		for i > 0 && words[i-1].clause == words[i].clause {
			i--
		}
		if i > 0 && len(words)-i <= longestAttribution {
			return i
		}
		break
	}
	return len(words)
}

// sameSpeakers says that two attributions have the same words, but for those that
// only say that somebody said it.
func sameSpeakers(a, b []word) bool {
	names := func(words []word) map[string]bool {
		set := make(map[string]bool)
		for _, w := range words {
			if w.isContent() && w.marks&speech == 0 {
				set[w.key] = true
			}
		}
		return set
	}
	speakers := names(a)
	return len(speakers) > 0 && maps.Equal(speakers, names(b))
}

func weigh(words []word) int {
	weight := 0
	for _, w := range words {
		weight += w.weight()
	}
	return weight
}
