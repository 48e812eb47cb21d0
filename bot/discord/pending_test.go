package discord

import (
	"testing"
	"testing/synctest"
	"time"
)

// What is waited for is what was under way, not what began since.
func TestPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pending
		if !p.drain(0) || p.size() != 0 {
			t.Error("nothing is under way")
		}
		first, second := p.begin(), p.begin()
		drained := make(chan bool, 2)
		go func() { drained <- p.drain(time.Hour) }()
		synctest.Wait()
		late := p.begin()
		first()
		first() // counts once
		synctest.Wait()
		if len(drained) != 0 || p.size() != 2 {
			t.Errorf("drained with %d under way", p.size())
		}
		second()
		if !<-drained || p.size() != 1 {
			t.Errorf("not drained; %d under way", p.size())
		}
		start := time.Now()
		if p.drain(time.Minute) || time.Since(start) != time.Minute || len(p.waiting) != 1 {
			t.Errorf("drained after %v, though one is under way", time.Since(start))
		}
		late()
		if len(p.waiting) != 0 || p.size() != 0 {
			t.Errorf("%d wait, %d are under way", len(p.waiting), p.size())
		}
	})
}
