package main

import (
	"context"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"storybot/retrieval"
)

// preparing is a context that has a bar drawn on stderr, when that is a terminal, while
// the index is built that a question needs; end takes the bar away.
func (p *program) preparing(ctx context.Context) (_ context.Context, end func()) {
	file, ok := p.screen()
	if !ok {
		return ctx, func() {}
	}
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(file), progressbar.OptionSetDescription("preparing the stories"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	told, drawn := false, false
	return retrieval.WithProgress(ctx, time.Second, func(done, all int) {
			switch {
			case all > 0:
				bar.ChangeMax(all)
				bar.Set(done) // a bar that cannot be drawn is no reason to stop
				drawn = done < all
			case !told:
				fmt.Fprintln(file, "The stories are being prepared.")
				told = true
			}
		}), func() {
			if drawn {
				bar.Clear()
			}
		}
}
