package bot

import "storybot/retrieval"

// An Explanation says why an answer rests on its passages.
type Explanation struct {
	Terms    []retrieval.Term   `json:"terms"`    // of the question, heaviest first
	Passages []ExplainedPassage `json:"passages"` // that the answer was made from, best first
	Strength float64            `json:"strength"` // of the evidence, 0 to 1: see retrieval.Evidence
	Needed   float64            `json:"needed"`   // for an answer; a question in another language than the stories needs none
	Foreign  bool               `json:"foreign"`  // the question is in one
	Unknown  []string           `json:"unknown"`  // names, numbers and dates of the question that none of the best passages holds
}

// An ExplainedPassage is a passage with what its score is made of.
type ExplainedPassage struct {
	StoryID   string             `json:"story_id"`
	Story     string             `json:"story"` // title
	Paragraph int                `json:"paragraph"`
	Text      string             `json:"text"`
	Score     float64            `json:"score"` // 0 to 1
	Features  retrieval.Features `json:"features"`
}

// explain says why the passages led to the answer, or to none.
func (j *job) explain(found retrieval.Result, fallback Fallback) *Explanation {
	e := Explanation{
		Terms: found.Terms, Passages: []ExplainedPassage{}, Strength: found.Evidence.Strength, Needed: minStrength,
		Unknown: append([]string{}, found.Evidence.Unknown...),
	}
	if j.model != nil && fallback == NoFallback {
		e.Needed, e.Foreign = minModelStrength, found.Evidence.Foreign
	}
	for _, p := range found.Passages {
		e.Passages = append(e.Passages, ExplainedPassage{p.Story, p.Title, p.Paragraph, p.Text, p.Score, p.Features})
	}
	return &e
}
