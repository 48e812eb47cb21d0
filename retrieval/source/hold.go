package source

import (
	"context"
	"sync"
	"time"

	"storybot/retrieval"
)

// alone refreshes a source while no other process does. Elsewhere says that another has
// read it since src was looked up, and so done the work: the report is on that. If thorough
// is wanted it is not enough, as what the other has left out is not known.
func (k *Keeper) alone(ctx context.Context, src retrieval.Source, by Origin, thorough bool, progress func(Progress)) (report Report, elsewhere bool, err error) {
	if _, err := k.hold(ctx, src.ID, true); err != nil {
		return Report{Source: src}, false, err
	}
	stop := k.keepHolding(ctx, src.ID)
	read := false
	defer func() { stop(read) }()
	now, err := k.corpus.Source(ctx, src.Guild, src.ID)
	if err != nil {
		return Report{Source: src}, false, err
	}
	if !thorough && now.Readings != src.Readings {
		return justRead(now), true, nil
	}
	report, err = k.read(ctx, now, by, thorough, progress)
	read = err == nil
	return report, false, err
}

// justRead is the report on a source that another process has refreshed.
func justRead(src retrieval.Source) Report {
	if src.Error != "" {
		return Report{Source: src, Failed: 1, Reason: told{src.Error, src.Code}}
	}
	return Report{Source: src, Unchanged: src.Stories}
}

// hold has no other process refresh the source. While another does it waits, or, unless
// patient, leaves the source to it: that is false. The other is dead when its hold stands
// still for a lease, by this process's clock alone: those of other machines may be wrong.
func (k *Keeper) hold(ctx context.Context, id string, patient bool) (held bool, err error) {
	var seen retrieval.Hold
	var since time.Time
	for {
		var dead retrieval.Hold
		if time.Since(since) >= k.lease {
			dead = seen
		}
		held, by, err := k.corpus.Hold(ctx, id, k.holder, dead)
		if err != nil || held {
			return held, err
		}
		if by != seen {
			if lives := seen != (retrieval.Hold{}); lives && !patient {
				return false, nil
			}
			seen, since = by, time.Now()
		}
		if !pause(ctx, k.lease/10) {
			return false, ctx.Err()
		}
	}
}

// pause waits, and reports whether ctx has not ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// keepHolding holds the source until it is stopped, which says whether it was read. A hold
// that is lost, as while the machine slept, harms nothing: what two refreshes store is the
// same.
func (k *Keeper) keepHolding(ctx context.Context, id string) (stop func(read bool)) {
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
				if held, _, err := k.corpus.Hold(ctx, id, k.holder, retrieval.Hold{}); err != nil || !held {
					k.log.Warn("a refresh is not held any more: another process may read the source, too", "source", id, "error", err)
				}
			}
		}
	})
	return func(read bool) {
		close(done)
		held.Wait()
		if err := k.corpus.Release(ctx, id, k.holder, read); err != nil {
			k.log.Warn("a refresh is held for longer than it takes", "source", id, "error", err)
		}
	}
}
