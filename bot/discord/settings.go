package discord

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"storybot/bot/ledger"
)

// settingsLife is how long a guild's settings are taken as read: what the terminal changes
// holds after that.
const settingsLife = 2 * time.Second

// settingsLimit bounds a read: an interaction waits no longer for its response.
const settingsLimit = acknowledgeLimit - respondRest

// A settingsCache keeps the settings of guilds for a moment: every message in a channel
// where the bot answers unasked asks for them.
type settingsCache struct {
	mu      sync.Mutex
	all     map[string]readSettings
	reading singleflight.Group // in a rush one reads for all
}

type readSettings struct {
	ledger.Settings
	until time.Time
}

// settings are what a guild's moderators have set.
func (s *Server) settings(ctx context.Context, guild string) (ledger.Settings, error) {
	c, now := &s.cachedSettings, time.Now()
	c.mu.Lock()
	have, ok := c.all[guild]
	c.mu.Unlock()
	if ok && now.Before(have.until) {
		return have.Settings, nil
	}
	read, err, _ := c.reading.Do(guild, func() (any, error) {
		// It reads for others too, who may have longer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settingsLimit)
		defer cancel()
		read, err := s.ledger.Settings(ctx, guild)
		if err == nil {
			c.keep(guild, readSettings{read, time.Now().Add(settingsLife)}, false)
		}
		return read, err
	})
	if err != nil {
		return ledger.Settings{}, err
	}
	return read.(ledger.Settings), nil
}

// keep keeps settings. What was read meanwhile does not replace what was written.
func (c *settingsCache) keep(guild string, s readSettings, written bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.all[guild]; ok && !written && time.Now().Before(have.until) {
		return
	}
	if len(c.all) >= maxCounters || c.all == nil {
		c.all = make(map[string]readSettings)
	}
	c.all[guild] = s
}

// changeSettings changes a guild's settings, and gives what was changed.
func (s *Server) changeSettings(ctx context.Context, v *visit, change func(*ledger.Settings)) (ledger.Settings, []ledger.Act, error) {
	changed, acts, err := s.ledger.Change(ctx, v.Guild, v.User, change)
	if err != nil {
		return ledger.Settings{}, nil, err
	}
	s.cachedSettings.keep(v.Guild, readSettings{changed, time.Now().Add(settingsLife)}, true)
	return changed, acts, nil
}
