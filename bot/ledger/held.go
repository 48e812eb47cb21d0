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
	changes int                // of any guild's, by this process
	reading singleflight.Group // in a rush one reads for all
}

type heldSettings struct {
	Settings
	since time.Time
}

// at are the guild's settings, if they are held at that time, and how many changes there were.
func (h *held) at(now time.Time, guild string) (s Settings, changes int, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	have, ok := h.guilds[guild]
	age := now.Sub(have.since) // less than none when the clock was set back
	return have.Settings, h.changes, ok && age >= 0 && age < settingsLife
}

// hold holds settings, which were read after so many changes. If there were more since, they
// may be of before.
func (h *held) hold(now time.Time, guild string, s Settings, changes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if changes != h.changes {
		return
	}
	if len(h.guilds) >= maxHeld || h.guilds == nil {
		h.guilds = make(map[string]heldSettings)
	}
	h.guilds[guild] = heldSettings{s, now}
}

// changed has the guild's settings be read again.
func (h *held) changed(guild string) {
	h.mu.Lock()
	delete(h.guilds, guild)
	h.changes++
	h.mu.Unlock()
	h.reading.Forget(guild)
}

// Settings gives a guild's settings, or what holds where none are set. What another process
// has changed since is known after ten seconds.
func (l *Ledger) Settings(ctx context.Context, guild string) (Settings, error) {
	have, changes, ok := l.held.at(l.now(), guild)
	if ok {
		return have, nil
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
			l.held.hold(l.now(), guild, s, changes)
		}
		return s, err
	})
	return read.(Settings), err
}
