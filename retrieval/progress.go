package retrieval

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrPreparing is beside the deadline's error when that came before the index
// was built. The building goes on while the corpus is open: the question can be asked again.
var ErrPreparing = errors.New("retrieval: the stories are still being prepared for questions")

// A progress is who wants to know how far the building of an index is.
type progress struct {
	every time.Duration
	show  func(done, all int)
}

type progressKey struct{}

// WithProgress has show called now and then, at most every so often, while a
// question with the context waits for an index to be built, or Reindex builds
// one: with how many paragraphs are in it, of how many; none of none while that
// is not known, as when another process builds it. It is called in the
// question's goroutine. Where it was called, it is called once more with all when
// the index is built, if this process has built it.
func WithProgress(ctx context.Context, every time.Duration, show func(done, all int)) context.Context {
	return context.WithValue(ctx, progressKey{}, &progress{every, show})
}

// progressOf is who wants to know by the context; one that nobody hears without.
func progressOf(ctx context.Context) *progress {
	if p, ok := ctx.Value(progressKey{}).(*progress); ok {
		return p
	}
	return &progress{time.Hour, func(int, int) {}}
}

// built waits until the update has ended.
func (u *update) built(ctx context.Context) error {
	p := progressOf(ctx)
	now := time.NewTicker(max(p.every, time.Millisecond))
	defer now.Stop()
	for shown := false; ; shown = true {
		select {
		case <-u.done:
			if all := int(u.all.Load()); shown && all > 0 && u.err == nil {
				p.show(all, all)
			}
			return u.err
		case <-now.C:
			p.show(int(u.written.Load()), int(u.all.Load()))
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return fmt.Errorf("%w: %w", ErrPreparing, ctx.Err())
			}
			return ctx.Err()
		}
	}
}
