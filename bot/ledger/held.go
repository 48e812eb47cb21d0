package ledger

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"storybot/retrieval/record"
)

const (
	// settingsLife is how long a guild's settings are taken as read: what another process
	// changes, as the terminal does, holds after that.
	settingsLife = 10 * time.Second
	// settingsLimit bounds a read, which may be for many.
	settingsLimit = 2 * time.Second
	// maxHeld bounds the guilds whose settings are held: some megabytes.
	maxHeld = 10_000
)

// A held holds the settings of guilds for a moment: every question, and every message in a
// channel where the bot answers unasked, asks for them.
type held struct {
	mu      sync.Mutex
	guilds  map[string]heldSettings
	reading singleflight.Group // in a rush one reads for all
}

type heldSettings struct {
	Settings
	until time.Time
}

// at are the guild's settings, if they are held at that time.
func (h *held) at(now time.Time, guild string) (Settings, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, ok := h.guilds[guild]
	return s.Settings, ok && now.Before(s.until)
}

// hold holds settings from now on. What was read meanwhile does not replace what was
// written.
func (h *held) hold(now time.Time, guild string, s Settings, written bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if have, ok := h.guilds[guild]; ok && !written && now.Before(have.until) {
		return
	}
	if len(h.guilds) >= maxHeld || h.guilds == nil {
		h.guilds = make(map[string]heldSettings)
	}
	h.guilds[guild] = heldSettings{s, now.Add(settingsLife)}
}

// Settings gives a guild's settings, or what holds where none are set. What another process
// has changed since is known after ten seconds.
func (l *Ledger) Settings(ctx context.Context, guild string) (Settings, error) {
	if s, ok := l.held.at(l.now(), guild); ok {
		return s, nil
	}
	read, err, _ := l.held.reading.Do(guild, func() (any, error) {
		// It reads for others too, who may have longer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settingsLimit)
		defer cancel()
		var s Settings
		err := l.db.Look(ctx, func(q record.Querier) (err error) {
			s, _, err = readSettings(ctx, q, guild)
			return err
		})
		if err == nil {
			l.held.hold(l.now(), guild, s, false)
		}
		return s, err
	})
	return read.(Settings), err
}
