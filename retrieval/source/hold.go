package source

import (
	"context"
	"sync"
	"time"

	"storybot/retrieval"
)

// alone refreshes a source while no other process does. One that was at it when
// this was asked for has done the work, unless thorough is wanted: what it has left out
// is not known.
func (k *Keeper) alone(ctx context.Context, src retrieval.Source, by Origin, thorough bool, progress func(Progress)) (Report, error) {
	asked := k.corpus.Now()
	waited, err := k.hold(ctx, src.ID)
	if err != nil {
		return Report{Source: src}, err
	}
	stop := k.keepHolding(ctx, src.ID)
	defer stop()
	now, err := k.corpus.Source(ctx, src.Guild, src.ID)
	if err != nil {
		return Report{Source: src}, err
	}
	if src = now; waited && !thorough && !src.CheckedAt.Before(asked) {
		return justRead(src), nil
	}
	return k.read(ctx, src, by, thorough, progress)
}

// justRead is the report on a source that another process has refreshed.
func justRead(src retrieval.Source) Report {
	if src.Error != "" {
		return Report{Source: src, Failed: 1, Reason: told{src.Error, src.Code}}
	}
	return Report{Source: src, Unchanged: src.Stories}
}

// hold waits until no other process refreshes the source, and says whether one did.
func (k *Keeper) hold(ctx context.Context, id string) (waited bool, err error) {
	for {
		held, err := k.corpus.Hold(ctx, id, k.holder, k.corpus.Now().Add(k.lease))
		if err != nil || held {
			return waited, err
		}
		waited = true
		select {
		case <-ctx.Done():
			return waited, ctx.Err()
		case <-time.After(k.lease / 10):
		}
	}
}

// keepHolding holds the source until it is stopped. A hold that is lost, as while
// the machine slept, harms nothing: what two refreshes store is the same.
func (k *Keeper) keepHolding(ctx context.Context, id string) (stop func()) {
	ctx = context.WithoutCancel(ctx)
	done := make(chan struct{})
	var held sync.WaitGroup
	held.Go(func() {
		tick := time.NewTicker(k.lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if _, err := k.corpus.Hold(ctx, id, k.holder, k.corpus.Now().Add(k.lease)); err != nil {
					k.log.Warn("a refresh is not held any more", "source", id, "error", err)
				}
			}
		}
	})
	return func() {
		close(done)
		held.Wait()
		if err := k.corpus.Release(ctx, id, k.holder); err != nil {
			k.log.Warn("a refresh is held for longer than it takes", "source", id, "error", err)
		}
	}
}
