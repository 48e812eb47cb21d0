package grounding_test

import (
	"fmt"

	"storybot/bot/grounding"
)

func ExampleCheck() {
	evidence := []grounding.Evidence{{
		Paragraph: "It rained. The mayor said that the new bridge may cost 3,800 crowns a day.",
		Quote:     "the new bridge may cost 3800 crowns",
	}}
	for _, statement := range []string{
		"The mayor said the new bridge may cost 3,800 crowns a day.",
		"The mayor said the new bridge will cost 3,800 crowns a day.",
		"The mayor said the new bridge may cost 3,900 crowns a day.",
	} {
		v := grounding.Check(statement, evidence, grounding.Strict)
		switch v.Decision {
		case grounding.Shown:
			fmt.Println("shown:", statement)
		case grounding.Replaced:
			fmt.Println("replaced:", v.Quotes[0].Of(evidence[0].Paragraph))
		case grounding.Removed:
			fmt.Println("removed:", v.Why)
		}
	}
	// Output:
	// shown: The mayor said the new bridge may cost 3,800 crowns a day.
	// replaced: The mayor said that the new bridge may cost 3,800 crowns a day.
	// removed: The passage does not have the number 3900.
}
