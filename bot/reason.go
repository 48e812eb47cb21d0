package bot

import "storybot/bot/grounding"

// A Reason is what decided on a claim, or why nothing could.
type Reason string

// Reasons.
const (
	SaysSo         Reason = "says_so"
	Disagreement   Reason = "disagreement" // one story says so, another contradicts
	Opposite       Reason = "opposite"
	Denial         Reason = "denial"
	AnotherNumber  Reason = "number"
	AnotherDate    Reason = "date"
	NotTold        Reason = "not_told"
	Undecided      Reason = "undecided"       // by words, and there is no model
	NoVerdict      Reason = "no_verdict"      // the model gave none
	NoModel        Reason = "no_model"        // it did not answer
	ModelUndecided Reason = "model_undecided" // it says that the stories do not say
	ModelUnsound   Reason = "model_unsound"   // it decides without them
	ModelReads     Reason = "model_reads"
)

// reasons are the reasons in words.
var reasons = map[Reason]string{
	SaysSo:         "The story says so.",
	Disagreement:   "One story says so; another does not agree.",
	Opposite:       "The story says the opposite.",
	Denial:         "One denies what the other says.",
	AnotherNumber:  "The story has another number.",
	AnotherDate:    "The story has another date.",
	NotTold:        "The stories do not tell of it.",
	Undecided:      "The stories tell of such things, but their words do not decide it.",
	NoVerdict:      "Their words do not decide it, and the model gave no verdict.",
	NoModel:        "Their words do not decide it, and the model did not answer.",
	ModelUndecided: "The stories do not say, as the model reads them.",
	ModelUnsound:   "The model decides it, but not by the stories: ",
	ModelReads:     "So the model reads the quote.",
}

// reasonFor is the reason of a contradiction.
func reasonFor(d grounding.Difference) Reason {
	switch d {
	case grounding.DiffersInSense:
		return Opposite
	case grounding.DiffersInNegation:
		return Denial
	}
	return AnotherNumber
}
