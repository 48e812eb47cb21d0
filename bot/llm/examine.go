package llm

import (
	"context"
	"strings"
	"time"

	"storybot/prompts"
)

// An Examination is what a server and its model did when they were tried.
type Examination struct {
	Models  []string // that the server lists
	ListErr error    // why it lists none; not every server does

	Model      string        // that was asked; "" when none could be chosen
	Reply      string        // as far as it came
	FirstToken time.Duration // from the question to the first text; 0 when none came
	Format     string        // how the server is asked for JSON: "json_schema", "json_object", or "" where it takes neither
	Err        error         // one of this package's, as Complete's
}

// Lists reports whether the server lists a model. Ollama adds ":latest" to names without
// a tag.
func (e Examination) Lists(model string) bool {
	for _, m := range e.Models {
		if m == model || m == model+":latest" {
			return true
		}
	}
	return false
}

// Examine asks the server what models it has, and the model for an answer to try.
func (c *Client) Examine(ctx context.Context, try prompts.Request) Examination {
	var e Examination
	listed := make(chan struct{})
	go func() {
		defer close(listed)
		list, err := c.api.ListModels(ctx)
		if err != nil {
			e.ListErr = c.explain(ctx, err)
			return
		}
		for _, m := range list.Models {
			e.Models = append(e.Models, m.ID)
		}
	}()
	begun := time.Now()
	var first time.Duration
	completion, err := c.Complete(ctx, try, func(string) {
		if first == 0 {
			first = time.Since(begun)
		}
	})
	<-listed
	d := *c.dialect.Load()
	e.Model, e.Reply, e.FirstToken, e.Err = d.model, strings.TrimSpace(completion.Text), first, err
	switch d.format {
	case jsonSchema:
		e.Format = "json_schema"
	case jsonObject:
		e.Format = "json_object"
	}
	return e
}
