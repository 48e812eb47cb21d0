package source

import (
	"context"
	"errors"
	"sync"
	"time"

	"storybot/retrieval"
)

const (
	// lookEvery is how often Serve looks for what is due.
	lookEvery = 30 * time.Second
	// atOnce is how many sources a Refresh reads at once: they wait for other hosts,
	// most of the time.
	atOnce = 4
	// servedAtOnce is as much of Serve: hosts that are slow are not to keep the sources
	// of other guilds waiting.
	servedAtOnce = 16
	// servedFor bounds a refresh by Serve for the same reason: 500 entries of a feed take
	// ten minutes, of a host that asks for 30 s between two they take hours. What was read
	// is stored, and the next refresh reads the rest.
	servedFor = 15 * time.Minute
	// dueAtOnce is how many sources that are due are taken up at a time.
	dueAtOnce = 100
)

// Serve reads sources again when their schedules say, and has stories expire, until
// ctx ends.
func (k *Keeper) Serve(ctx context.Context) {
	s := newServing()
	defer s.all.Wait()
	tick := time.NewTicker(k.look)
	defer tick.Stop()
	for {
		k.serve(ctx, s)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// A serving is what is read by Serve now.
type serving struct {
	all   sync.WaitGroup
	slots chan struct{}
	mu    sync.Mutex
	ids   map[string]bool // of sources
}

func newServing() *serving {
	return &serving{slots: make(chan struct{}, servedAtOnce), ids: make(map[string]bool)}
}

// begin says whether the source is not being read already, and enters that it is.
func (s *serving) begin(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids[id] {
		return false
	}
	s.ids[id] = true
	return true
}

func (s *serving) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ids, id)
}

// serve begins to read what is due, which goes on without it.
func (k *Keeper) serve(ctx context.Context, s *serving) {
	if err := k.corpus.Expire(ctx); err != nil && ctx.Err() == nil {
		k.log.Error("stories could not be looked through for what has expired", "error", err)
	}
	due, err := k.due(ctx)
	if err != nil {
		if ctx.Err() == nil {
			k.log.Error("sources could not be looked through for what is due", "error", err)
		}
		return
	}
	for _, src := range due {
		if !s.begin(src.ID) {
			continue
		}
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		s.all.Go(func() {
			defer func() { <-s.slots }()
			defer s.end(src.ID)
			k.serveOne(ctx, src)
		})
	}
}

// due are the sources that are to be read: when their time has come, or is one that only
// a wrong clock can have set.
func (k *Keeper) due(ctx context.Context) ([]retrieval.Source, error) {
	due, err := k.corpus.Due(ctx, dueAtOnce)
	if err != nil {
		return nil, err
	}
	now := k.corpus.Now()
	far, err := k.corpus.DueAfter(ctx, now.Add(maxBackoff))
	for _, src := range far {
		if src.DueAt.After(latest(src, now)) {
			due = append(due, src)
		}
	}
	return due, err
}

// serveOne reads a source that is due, unless another process does, or has since it was
// found to be.
func (k *Keeper) serveOne(ctx context.Context, src retrieval.Source) {
	limited, cancel := context.WithTimeoutCause(ctx, k.atMost, ErrLong)
	defer cancel()
	held, err := k.hold(limited, src.ID, false)
	if err != nil && ctx.Err() == nil && !errors.Is(err, retrieval.ErrNotFound) {
		k.log.Warn("a source is not refreshed now, but is still due", "source", src.ID, "guild", src.Guild, "error", err)
	}
	if !held {
		return
	}
	report, err := k.once(limited, src, Origin(src.Origin), false, nil)
	switch {
	case ctx.Err() != nil || errors.Is(err, retrieval.ErrNotFound): // or it was removed meanwhile
		return
	case err == nil:
		k.log.Info("refreshed", "source", src.ID, "guild", src.Guild, "added", report.Added, "changed", report.Changed,
			"unchanged", report.Unchanged, "withdrawn", report.Withdrawn, "failed", report.Failed, "reason", report.Reason)
		return
	case limited.Err() != nil:
		err = ErrLong
	}
	k.log.Error("a source was not refreshed", "source", src.ID, "guild", src.Guild, "error", err)
	// It is due as before: without this it would be read again at once, before all others.
	told := err
	if !errors.Is(err, ErrLong) {
		told = errBroken
	}
	if err := k.corpus.Failed(ctx, src.Guild, src.ID, why(told), Code(told), k.dueAfter(src, err)); err != nil && ctx.Err() == nil {
		k.log.Error("a source that was not refreshed is still due", "source", src.ID, "guild", src.Guild, "error", err)
	}
}
