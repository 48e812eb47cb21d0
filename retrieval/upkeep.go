package retrieval

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// An upkeep is the work of one process on the indexes.
type upkeep struct {
	mu         sync.Mutex
	guilds     map[string]*work // those that have some
	closed     bool
	background sync.WaitGroup
	ctx        context.Context // of the work in the background
	cancel     context.CancelFunc
}

// A work is what is done, or about to be done, for a guild's index.
type work struct {
	users   int           // of this value
	changes int           // of the record, by this process, which goes on with the index
	turn    chan struct{} // holds one value while one of them, or the update, is at the index
	update  *update       // nil when none is under way
}

// An update is work in the background.
type update struct {
	begun        time.Time
	written, all atomic.Int64  // paragraphs, when it builds an index; 0 while that is not known
	done         chan struct{} // closed when it has ended
	err          error         // why it failed; to be read then
	failed       time.Time     // when
}

func (k *upkeep) open() {
	k.guilds = make(map[string]*work)
	k.ctx, k.cancel = context.WithCancel(context.Background())
}

// closing is how long an update in the background has, from its beginning, when
// the corpus is closed. A command that answers one question and ends would else
// never bring a large index up to date; one that has waited longer for an index to
// be built waits no more.
const closing = 5 * time.Second

// close waits for the work in the background.
func (k *upkeep) close() {
	k.mu.Lock()
	k.closed = true
	var last time.Time
	for _, w := range k.guilds {
		if w.update != nil && w.update.begun.After(last) {
			last = w.update.begun
		}
	}
	k.mu.Unlock()
	enough := time.AfterFunc(time.Until(last.Add(closing)), k.cancel)
	defer enough.Stop()
	k.background.Wait()
	k.cancel()
}

// of is the guild's work, until release. k.mu is held.
func (k *upkeep) of(guild string) *work {
	w := k.guilds[guild]
	if w == nil {
		w = &work{turn: make(chan struct{}, 1)}
		k.guilds[guild] = w
	}
	w.users++
	return w
}

// release ends a use of the guild's work, after change of it.
func (k *upkeep) release(guild string, w *work, change func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
	if w.users--; w.users == 0 {
		delete(k.guilds, guild)
	}
}

// changing says that the record of the guild is about to be changed, and its
// index after it, until ended is called.
func (k *upkeep) changing(guild string) (ended func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.of(guild)
	w.changes++
	return func() { k.release(guild, w, func() { w.changes-- }) }
}

// changed says that such a change of the guild is under way.
func (k *upkeep) changed(guild string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.guilds[guild]
	return w != nil && w.changes > 0
}

// wait waits for a turn at the guild's index, of which there is one at a time.
// Who waits for it holds none of the connections that questions need.
func (k *upkeep) wait(ctx context.Context, guild string) (ended func(), err error) {
	k.mu.Lock()
	w := k.of(guild)
	k.mu.Unlock()
	select {
	case w.turn <- struct{}{}:
		return func() { k.release(guild, w, func() { <-w.turn }) }, nil
	case <-ctx.Done():
		k.release(guild, w, func() {})
		return nil, ctx.Err()
	}
}

// failedRest is for how long an update that has failed is not begun again: with a full
// disk each question would have a large index built in vain.
const failedRest = 2 * time.Second

// begin does the guild's update in the background, unless one is under way or has
// just failed, and gives the one that is; nil when the corpus is closed.
func (k *upkeep) begin(guild string, do func(context.Context, *update) error) *update {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil
	}
	w := k.of(guild)
	if u := w.update; u != nil {
		w.users--
		if u.failed.IsZero() || time.Since(u.failed) < failedRest {
			return u
		}
		w.update = nil // this one goes on with its use
	}
	u := &update{begun: time.Now(), done: make(chan struct{})}
	w.update = u
	k.background.Go(func() {
		defer close(u.done)
		if u.err = do(k.ctx, u); u.err == nil {
			k.release(guild, w, func() { w.update = nil })
			return
		}
		k.mu.Lock() // it stays, to be known
		defer k.mu.Unlock()
		u.failed = time.Now()
	})
	return u
}
