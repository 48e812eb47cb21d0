package discord

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

// A rush in one guild leaves turns for the others.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(8)
		var mu sync.Mutex
		var taken []string
		release := make(chan struct{})
		ask := func(guild string) {
			done, err := turns.take(t.Context(), guild)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			taken = append(taken, guild)
			mu.Unlock()
			<-release
			done()
		}
		for range 10 {
			go ask("busy")
		}
		synctest.Wait()
		if len(taken) != 2 {
			t.Errorf("a guild has %d turns of 8, want 2", len(taken))
		}
		for _, guild := range []string{"a", "b", "c", "d", "e", "f"} {
			go ask(guild)
		}
		synctest.Wait()
		if len(taken) != 8 {
			t.Errorf("%d turns are taken, want 8: %v", len(taken), taken)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := turns.take(ended, "late"); !errors.Is(err, context.Canceled) {
			t.Errorf("take = %v", err)
		}
		close(release)
		synctest.Wait()
		if len(taken) != 16 || len(turns.guilds) != 0 || len(turns.all) != 0 {
			t.Errorf("in the end %d were served, %d guilds and %d turns are left", len(taken), len(turns.guilds), len(turns.all))
		}
	})
}
