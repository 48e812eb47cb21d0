package discord

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

// serve takes an exchange from its acknowledgement, before anything else, to
// its reply.
func (s *Server) serve(work context.Context, x exchange) {
	taken := s.work.begin()
	if taken {
		defer s.work.end()
	}
	// Discord is told even when work has been abandoned.
	talk := context.WithoutCancel(work)
	within, cancel := context.WithTimeout(talk, acknowledgeLimit)
	defer cancel()
	if err := x.acknowledge(within); err != nil {
		s.logger(x).Error("discord: acknowledging", "error", err)
		return
	}
	var m message
	if taken {
		m = s.answer(work, x)
	} else {
		m = s.apology(x, errRestarting)
	}
	within, cancel = context.WithTimeout(talk, replyLimit)
	defer cancel()
	err := x.reply(within, m)
	if err != nil {
		// What Discord refuses must not leave the person without a word.
		err = x.reply(within, s.apology(x, fmt.Errorf("discord: replying: %w", err)))
	}
	if err != nil {
		s.logger(x).Error("discord: replying", "error", err)
	}
}

// answer asks, and renders what comes back: an answer, an error or a panic.
func (s *Server) answer(work context.Context, x exchange) (m message) {
	defer func() {
		if p := recover(); p != nil {
			m = s.apology(x, fmt.Errorf("discord: panic: %v\n%s", p, debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(work, s.askLimit)
	defer cancel()
	a, err := s.ask(ctx, x.question)
	switch {
	case err != nil && context.Cause(ctx) == errRestarting:
		return s.apology(x, errRestarting)
	case err != nil:
		return s.apology(x, err)
	}
	s.logger(x).Info("discord: answered", "answer", a.ID, "status", a.Status, "mode", a.Mode, "ms", a.Timings.Total)
	return render(a, x.echo)
}

// logger marks what is logged of an exchange with the id that the person may
// be shown.
func (s *Server) logger(x exchange) *slog.Logger {
	return s.log.With("id", shortID(x.id), "guild", x.question.Guild)
}

// shortID is a snowflake as a person can read it out: in base 36, 12 or 13
// characters.
func shortID(snowflake string) string {
	n, err := strconv.ParseUint(snowflake, 10, 64)
	if err != nil {
		return snowflake
	}
	return strconv.FormatUint(n, 36)
}

// A workload counts the exchanges under way.
type workload struct {
	stop   <-chan struct{} // closed when no more is to be taken, by the one who stops the server
	mu     sync.Mutex
	closed bool
	count  sync.WaitGroup
}

// begin is false when no more work is taken.
func (w *workload) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.stop:
		w.closed = true
	default:
	}
	if !w.closed {
		w.count.Add(1)
	}
	return !w.closed
}

func (w *workload) end() { w.count.Done() }

// drain takes no more work, and reports whether all that is under way ended
// within limit.
func (w *workload) drain(limit time.Duration) bool {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		w.count.Wait()
		close(idle)
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-idle:
		return true
	case <-timer.C:
		return false
	}
}
