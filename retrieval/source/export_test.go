package source

import (
	"context"
	"time"
)

// Waiting is how many wait for the refresh of a source that is under way.
func Waiting(k *Keeper, id string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.flights[id]; f != nil {
		return f.waiting
	}
	return 0
}

// Thorough is how many wait for such a refresh of a source.
func Thorough(k *Keeper, id string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.flights[id]; f != nil && f.thorough {
		return f.waiting
	}
	return 0
}

// JustRead is the report on a source that another process has refreshed.
var JustRead = justRead

// ServeDue does once what Serve does again and again, and waits until it is done.
func (k *Keeper) ServeDue(ctx context.Context) {
	s := newServing()
	k.serve(ctx, s)
	s.all.Wait()
}

// ServeOne does what Serve does with a source that it has found to be due.
var ServeOne = (*Keeper).serveOne

// Next is when a schedule comes after a time.
var Next = next

// SetLease sets how long a holder of a refresh may stand still.
func SetLease(k *Keeper, d time.Duration) { k.lease = d }

// SetServing sets how often Serve looks for what is due, and how long a refresh by it
// takes at most.
func SetServing(k *Keeper, look, atMost time.Duration) { k.look, k.atMost = look, atMost }
