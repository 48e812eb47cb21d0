package discord

import (
	"context"
	"sync"
	"sync/atomic"
)

// Turns bound the questions that are answered at once: one of each person, so many in
// each guild, so that a rush in one leaves room for the others, and so many in all. Who
// comes first goes first: of a person's questions one waits among the guild's.
type turns struct {
	all    chan struct{} // holds one for each question
	share  int           // of one guild
	mu     sync.Mutex
	queues map[string]*queue

	waiting atomic.Int64 // who has no turn yet
}

// A queue is those who wait for something of which there is only so much.
type queue struct {
	slots chan struct{}
	users int // of this, waiting ones too
}

// maxWaiting is how many questions of a person may be under way or wait.
const maxWaiting = 10

// newTurns gives a guild a quarter of the turns that there are in all.
func newTurns(all int) *turns {
	return &turns{all: make(chan struct{}, all), share: max(1, all/4), queues: make(map[string]*queue)}
}

// take waits for a turn of a person's in a guild, which done ends. It is errManyWaiting
// when the person has enough questions waiting.
func (t *turns) take(ctx context.Context, guild, user string) (done func(), err error) {
	t.waiting.Add(1)
	defer t.waiting.Add(-1)
	var taken []func()
	done = func() {
		for i := len(taken) - 1; i >= 0; i-- {
			taken[i]()
		}
	}
	for _, q := range []struct {
		key         string
		slots, most int // 0: any number
	}{{"user " + user, 1, maxWaiting}, {"guild " + guild, t.share, 0}} {
		leave, err := t.enter(ctx, q.key, q.slots, q.most)
		if err != nil {
			done()
			return nil, err
		}
		taken = append(taken, leave)
	}
	select {
	case t.all <- struct{}{}:
		taken = append(taken, func() { <-t.all })
		return done, nil
	case <-ctx.Done():
		done()
		return nil, ctx.Err()
	}
}

// enter waits for one of the slots of a queue, which leave gives back.
func (t *turns) enter(ctx context.Context, key string, slots, most int) (leave func(), err error) {
	q := t.join(key, slots, most)
	if q == nil {
		return nil, errManyWaiting
	}
	select {
	case q.slots <- struct{}{}:
		return func() {
			<-q.slots
			t.leave(key, q)
		}, nil
	case <-ctx.Done():
		t.leave(key, q)
		return nil, ctx.Err()
	}
}

func (t *turns) join(key string, slots, most int) *queue {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queues[key]
	if q == nil {
		q = &queue{slots: make(chan struct{}, slots)}
		t.queues[key] = q
	}
	if most > 0 && q.users >= most {
		return nil
	}
	q.users++
	return q
}

func (t *turns) leave(key string, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(t.queues, key)
	}
}
