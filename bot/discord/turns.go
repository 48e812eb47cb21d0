package discord

import (
	"context"
	"sync"
)

// Turns bound the questions that are answered at once: in all, and in each guild, so
// that a rush in one leaves room for the others.
type turns struct {
	all    chan struct{} // holds one for each question
	share  int           // of one guild
	mu     sync.Mutex
	guilds map[string]*guildTurns
}

type guildTurns struct {
	slots chan struct{}
	users int // of this, waiting ones too
}

// newTurns gives a guild a quarter of the turns that there are in all.
func newTurns(all int) *turns {
	return &turns{all: make(chan struct{}, all), share: max(1, all/4), guilds: make(map[string]*guildTurns)}
}

// take waits for a turn of a guild's, which done ends.
func (t *turns) take(ctx context.Context, guild string) (done func(), err error) {
	g := t.enter(guild)
	for i, slots := range []chan struct{}{g.slots, t.all} {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			if i > 0 {
				<-g.slots
			}
			t.leave(guild, g)
			return nil, ctx.Err()
		}
	}
	return func() {
		<-t.all
		<-g.slots
		t.leave(guild, g)
	}, nil
}

func (t *turns) enter(guild string) *guildTurns {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.guilds[guild]
	if g == nil {
		g = &guildTurns{slots: make(chan struct{}, t.share)}
		t.guilds[guild] = g
	}
	g.users++
	return g
}

func (t *turns) leave(guild string, g *guildTurns) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if g.users--; g.users == 0 {
		delete(t.guilds, guild)
	}
}
