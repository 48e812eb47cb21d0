package discord

import (
	"context"
	"errors"
	"fmt"
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
		people := 0
		ask := func(guild string) {
			mu.Lock()
			people++
			who := fmt.Sprint(people)
			mu.Unlock()
			done, err := turns.take(t.Context(), guild, who)
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
		if n := turns.waiting.Load(); n != 8 {
			t.Errorf("%d wait, want 8", n)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := turns.take(ended, "late", "who"); !errors.Is(err, context.Canceled) {
			t.Errorf("take = %v", err)
		}
		close(release)
		synctest.Wait()
		if len(taken) != 16 || len(turns.queues) != 0 || len(turns.all) != 0 || turns.waiting.Load() != 0 {
			t.Errorf("in the end %d were served, %d queues and %d turns are left", len(taken), len(turns.queues), len(turns.all))
		}
	})
}

// A person has one turn at a time, and so many questions that wait for it; others are not
// held up by that.
func TestTurnsOfAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(64)
		release := make(chan struct{})
		var mu sync.Mutex
		answered := make(map[string]int)
		refused := 0
		ask := func(who string) {
			done, err := turns.take(t.Context(), "guild", who)
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, errManyWaiting) {
				refused++
				return
			}
			answered[who]++
			mu.Unlock()
			<-release
			mu.Lock()
			done()
		}
		for range maxWaiting + 3 {
			go ask("eager")
		}
		synctest.Wait()
		go ask("other")
		synctest.Wait()
		if answered["eager"] != 1 || answered["other"] != 1 || refused != 3 {
			t.Errorf("%v at once, %d refused", answered, refused)
		}
		close(release)
		synctest.Wait()
		if answered["eager"] != maxWaiting {
			t.Errorf("%d of the waiting were served, want %d", answered["eager"], maxWaiting)
		}
	})
}
