package discord

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// progressLimit is how long a version is worth trying: the next one says more.
const progressLimit = 5 * time.Second

// A draft shows a reply while it grows. A version that comes too soon after
// another is left out when a newer one comes meanwhile.
type draft struct {
	reply reply
	pause time.Duration // between two versions
	more  string        // the note below a version that another will replace
	log   *slog.Logger

	last    *message      // the newest version, shown or not
	taken   *message      // the newest that Discord took; read when nothing is under way any more
	close   func()        // closes closing, once
	newest  chan message  // holds the one that is to be shown next
	closing chan struct{} // closed when the final version is there
	idle    chan struct{} // closed when nothing is under way any more; nil before the first version
	shown   time.Time     // the last version
	adrift  bool          // a version may still come through that Discord did not answer
}

func newDraft(r reply, pause time.Duration, more string, log *slog.Logger) *draft {
	d := &draft{reply: r, pause: pause, more: more, log: log, newest: make(chan message, 1), closing: make(chan struct{})}
	d.close = sync.OnceFunc(func() { close(d.closing) })
	return d
}

// update has a version shown that is not the final one, and does not wait for it.
// It is called by one goroutine at a time.
func (d *draft) update(ctx context.Context, m message) {
	d.last = &m
	d.offer(ctx, m.unfinished(d.more))
}

// waiting has it shown why there is no version yet, below what m says. It is called as
// update is.
func (d *draft) waiting(ctx context.Context, m message, why string) { d.offer(ctx, m.unfinished(why)) }

// offer has a message be the next that is shown.
func (d *draft) offer(ctx context.Context, m message) {
	if d.idle == nil {
		d.idle = make(chan struct{})
		go d.show(ctx)
	}
	select {
	case <-d.newest:
	default:
	}
	d.newest <- m
}

func (d *draft) show(ctx context.Context) {
	defer close(d.idle)
	defer recovered(d.log)
	select { // what is complete at once is shown at once, as a whole
	case <-time.After(d.pause / 2):
	case <-d.closing:
		return
	}
	for {
		select {
		case m := <-d.newest:
			within, cancel := context.WithTimeout(ctx, progressLimit)
			err := d.reply.show(within, m)
			cancel()
			d.shown = time.Now()
			if err == nil {
				d.taken = &m
			} else {
				d.log.Debug("discord: showing progress", "error", err)
				d.adrift = d.adrift || !refused(err) && !errors.Is(err, errLimited)
			}
			if refused(err) {
				<-d.closing
				return
			}
		case <-d.closing:
			return
		}
		select {
		case <-time.After(d.pause):
		case <-d.closing:
			return
		}
	}
}

// amended is what Discord took of the reply, with a note below; nil when that is
// nothing. It is for after finish.
func (d *draft) amended(note string) *message {
	if d.taken == nil {
		return nil
	}
	m := d.taken.noting(note)
	m.keepsEmbeds = true
	return &m
}

// finish shows the final version. update must not be called any more.
func (d *draft) finish(ctx context.Context, m message) error {
	d.close()
	if d.idle != nil {
		<-d.idle
		pause(ctx, time.Until(d.shown.Add(d.pause)))
	}
	err := d.reply.show(ctx, m)
	if err == nil && d.adrift && pause(ctx, d.pause) {
		err = d.reply.show(ctx, m)
	}
	return err
}
