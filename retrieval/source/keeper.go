package source

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source/extract"
	"storybot/retrieval/source/fetch"
)

// An Origin is where a person is who adds or refreshes a source: what is asked
// for in Discord has no business with the operator's files and networks.
type Origin string

const (
	Terminal Origin = record.Terminal
	Discord  Origin = record.Discord
)

// A Config is what a Keeper takes.
type Config struct {
	Corpus *retrieval.Corpus
	Client *fetch.Client
	Log    *slog.Logger

	// Refreshed is told of each refresh by this Keeper that has ended, at once: it must not
	// wait. Nil: nobody wants to know.
	Refreshed func(Report, error)
}

// A Keeper finds what there is at addresses, and keeps sources fresh. It may be
// used by any number of goroutines, and several processes may have one on the same
// record.
type Keeper struct {
	corpus *retrieval.Corpus
	client *fetch.Client
	log    *slog.Logger
	told   func(Report, error) // of a refresh
	holder string              // names this one among those of all processes
	lease  time.Duration       // how long a holder of a refresh may stand still
	look   time.Duration       // how often Serve looks for what is due
	atMost time.Duration       // how long a refresh by Serve takes

	mu      sync.Mutex
	flights map[string]*flight // refreshes under way, by source
}

// leaseTime is how long others see a refresh stand still before they begin it anew: its
// process was killed.
const leaseTime = 3 * time.Second

// New is a keeper of the sources of a corpus.
func New(c Config) *Keeper {
	if c.Refreshed == nil {
		c.Refreshed = func(Report, error) {}
	}
	return &Keeper{
		corpus: c.Corpus, client: c.Client, log: c.Log, told: c.Refreshed, holder: rand.Text(), lease: leaseTime, look: lookEvery, atMost: servedFor,
		flights: make(map[string]*flight),
	}
}

// get fetches an address for a source, whose guild's quota it counts for. private
// says that the address may be in the operator's networks.
func (k *Keeper) get(ctx context.Context, guild, address string, private bool, known retrieval.Copy) (fetch.Response, error) {
	if err := k.corpus.Fetch(ctx, guild); err != nil {
		return fetch.Response{}, err
	}
	r, err := k.client.Get(ctx, fetch.Request{URL: address, Trusted: private, ETag: known.ETag, LastModified: known.LastModified, From: known.From})
	if err != nil && ctx.Err() != nil {
		return r, ctx.Err()
	}
	var status *fetch.StatusError
	if errors.As(err, &status) && status.Body != "" {
		if _, page := extract.Page([]byte(status.Body), "text/html", address); errors.Is(page, extract.ErrBotWall) {
			err = walled{status}
		}
	}
	return r, err
}

// A walled page is behind a wall against bots, which comes with a status of its own.
type walled struct{ status *fetch.StatusError }

func (w walled) Error() string { return fmt.Sprintf("%v (status %d)", ErrBotWall, w.status.Code) }

func (w walled) Unwrap() []error { return []error{ErrBotWall, w.status} }

// isGone reports whether a publisher says that there was something, and is no more.
func isGone(err error) bool {
	var status *fetch.StatusError
	return errors.As(err, &status) && status.Code == 410
}

// notThere reports whether an error is about what was to be read, and not about
// this program or the record: then it is told, and all else goes on.
func notThere(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	for _, ours := range []error{
		record.ErrNotFound, record.ErrBusy, record.ErrFull, record.ErrUnreadable, record.ErrNotDatabase, record.ErrInvalid,
		record.ErrAway, record.ErrUncertain, record.ErrRefused,
	} {
		if errors.Is(err, ours) {
			return false
		}
	}
	return true
}

// A flight is a refresh of a source under way, for all who want it.
type flight struct {
	thorough  bool
	ctx       context.Context
	cancel    context.CancelFunc
	done      chan struct{}
	report    Report
	err       error
	elsewhere bool            // another process has read the source, not this one
	before    <-chan struct{} // of the one that goes first, as it is ending or not thorough; nil: there is none
	begun     bool            // guarded by Keeper.mu, as waiting and watchers
	waiting   int
	watchers  []*watcher
}

// A watcher is told how far a refresh is, until who wants it has gone.
type watcher struct {
	mu   sync.Mutex
	tell func(Progress) // nil: it has gone
}

func (w *watcher) told(p Progress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tell != nil {
		w.tell(p)
	}
}

func (w *watcher) gone() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell = nil
}

// once refreshes a source; when that is under way already, it waits for that one, and
// refreshes it after it if thorough is wanted and that one is not. A refresh ends early
// when nobody waits for it any more: what it has read by then is stored.
func (k *Keeper) once(ctx context.Context, src retrieval.Source, by Origin, thorough bool, progress func(Progress)) (Report, error) {
	if ctx.Err() != nil {
		return Report{Source: src}, ctx.Err()
	}
	w := &watcher{tell: progress}
	f := k.join(ctx, src, by, thorough, w)
	select {
	case <-f.done:
		return f.report, f.err
	case <-ctx.Done():
	}
	if k.leave(f) {
		<-f.done
		return f.report, f.err
	}
	w.gone()
	return Report{Source: src}, ctx.Err()
}

func (k *Keeper) join(ctx context.Context, src retrieval.Source, by Origin, thorough bool, w *watcher) *flight {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.flights[src.ID]
	if f == nil || f.waiting == 0 || thorough && !f.thorough {
		var before <-chan struct{}
		if f != nil {
			before = f.done
			if f.waiting > 0 {
				f.watchers = append(f.watchers, w)
			}
		}
		f = &flight{thorough: thorough, done: make(chan struct{}), before: before}
		f.ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
		k.flights[src.ID] = f
		go k.fly(f, src, by, thorough)
	}
	f.waiting++
	f.watchers = append(f.watchers, w)
	return f
}

// leave ends a wait, and says whether it was the last for what is under way and ends
// now.
func (k *Keeper) leave(f *flight) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
	}
	return f.waiting == 0 && f.begun
}

// errBroken is a fault of this program's, or of what it stores in.
var errBroken = errors.New("source: it could not be read and stored; the operator's log says why")

func (k *Keeper) fly(f *flight, src retrieval.Source, by Origin, thorough bool) {
	defer close(f.done)
	defer f.cancel()
	defer func() {
		if !f.elsewhere {
			k.told(f.report, f.err)
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			k.log.Error("a refresh has panicked", "source", src.ID, "guild", src.Guild, "panic", p, "stack", string(debug.Stack()))
			f.err = errBroken
		}
	}()
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.flights[src.ID] == f {
			delete(k.flights, src.ID)
		}
	}()
	if f.before != nil {
		<-f.before // it has the same holder
	}
	k.mu.Lock()
	f.begun = true
	k.mu.Unlock()
	f.report, f.elsewhere, f.err = k.alone(f.ctx, src, by, thorough, func(p Progress) {
		k.mu.Lock()
		watchers := f.watchers
		k.mu.Unlock()
		for _, w := range watchers {
			w.told(p)
		}
	})
}
