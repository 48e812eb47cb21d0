package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"storybot/retrieval"
)

// TestStillPreparing has time run out before an index is built.
func TestStillPreparing(t *testing.T) {
	var said strings.Builder
	p := &program{stderr: &said}
	status := p.complain(t.Context(), fmt.Errorf("%w: %w", retrieval.ErrPreparing, context.DeadlineExceeded))
	const want = "storybot: the stories are still being prepared for questions: time ran out\n" +
		"  Give more time with --timeout, or have it done by 'storybot reindex', which takes what it needs.\n"
	if status != statusFailed || said.String() != want {
		t.Errorf("%d, %q", status, said.String())
	}
}
