package retrieval

import (
	"context"

	"storybot/retrieval/record"
)

// A Context is a cited paragraph with what stands around it and what has become of
// it since.
type Context struct {
	record.Context
	// Became is what the newest revision has in place of the paragraph, where it
	// has it changed; nil when it has the same text, or nothing like it.
	Became *Paragraph
}

// Context finds a cited paragraph. It is ErrNotFound when there is none, or not for
// that guild.
func (c *Corpus) Context(ctx context.Context, guild string, ref Ref) (Context, error) {
	found, err := c.record.Context(ctx, guild, ref)
	if err != nil || found.Now != nil || found.Newest == ref.Revision {
		return Context{Context: found}, err
	}
	before, err := c.record.Revision(ctx, guild, ref.Story, ref.Revision)
	if err != nil {
		return Context{}, err
	}
	after, err := c.record.Revision(ctx, guild, ref.Story, found.Newest)
	if err != nil {
		return Context{}, err
	}
	context := Context{Context: found}
	for _, e := range Difference(before.Paragraphs, after.Paragraphs) {
		if e.Kind == Changed && e.Before.Number == ref.Paragraph {
			context.Became = e.After
		}
	}
	return context, nil
}
