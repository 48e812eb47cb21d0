package discord

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/sync/errgroup"

	"storybot/bot/ledger"
)

const (
	// recently is how long after it was last asked something in a channel the bot
	// looks there for what it missed.
	recently = 7 * 24 * time.Hour
	// tooLate is the age at which a missed message is answered no more.
	tooLate = 24 * time.Hour
	// overlap is how much is read again: messages are handled beside each other, and
	// the claim of one may take replyLimit. What was claimed is not answered again.
	overlap = 2 * time.Minute
	// readers is how many channels are read at once.
	readers = 8
)

// catchUp reads, until ctx ends and each time that a session is new, what people
// wrote while the bot heard nothing. Channels that cannot be read are tried again.
func (s *Server) catchUp(ctx, work context.Context) {
	again := &backoff.ExponentialBackOff{InitialInterval: s.beatPause, Multiplier: 2, MaxInterval: 20 * s.beatPause, RandomizationFactor: .5}
	for {
		select {
		case <-s.missed:
		case <-ctx.Done():
			return
		}
		again.Reset()
		s.cursors.join(ctx, s.inbox, s.log)
		for gaps := s.cursors.behind(); len(gaps) > 0; {
			s.readMissed(ctx, work, gaps)
			if gaps = s.cursors.behind(); len(gaps) > 0 && !pause(ctx, again.NextBackOff()) {
				return
			}
		}
	}
}

// readMissed reads gaps. Those that could not be read remain.
func (s *Server) readMissed(ctx, work context.Context, gaps []gap) {
	var reading errgroup.Group
	reading.SetLimit(readers)
	for _, g := range gaps {
		reading.Go(func() error {
			defer recovered(s.log)
			err := s.readGap(ctx, work, g)
			switch {
			case err == nil || refused(err): // else the channel is gone, or closed to the bot
				s.cursors.filled(g)
			case ctx.Err() == nil:
				s.log.Warn("discord: reading what was missed", "channel", g.channel, "error", err)
			}
			return nil
		})
	}
	reading.Wait()
}

// readGap hears what came in a channel after the newest message that was seen.
func (s *Server) readGap(ctx, work context.Context, g gap) error {
	after := max(firstAt(g.after.made().Add(-overlap)), firstAt(time.Now().Add(-tooLate)))
	for {
		within, cancel := context.WithTimeout(ctx, s.replyLimit)
		page, err := s.api.messages(within, g.channel, after)
		cancel()
		if err != nil {
			return err
		}
		var claiming sync.WaitGroup
		for _, m := range page {
			if ctx.Err() != nil { // the next process will answer them
				return ctx.Err()
			}
			m.GuildID = g.guild // only events have it
			claiming.Add(1)
			s.take(work, sync.OnceFunc(claiming.Done), func() (exchange, bool) {
				x, ok := s.hear(m)
				return x.late(), ok && !x.request.Unasked // what nobody asked is not answered late
			})
			after = max(after, parseSnowflake(m.ID))
		}
		claiming.Wait()
		if len(page) < pageSize {
			return nil
		}
		s.cursors.advance(g, after)
	}
}

// A gap is what the bot may have missed in a channel.
type gap struct {
	channel, guild string
	after          snowflake // the newest message that was seen before
	number         int       // of the gaps there
}

// cursors know the newest message seen in each channel where the bot was asked
// something recently.
type cursors struct {
	mu    sync.Mutex
	all   map[string]*cursor // by channel
	taken []shard            // that another process may have served until now
}

type cursor struct {
	guild   string
	newest  snowflake
	changed bool      // since it was stored
	after   snowflake // older messages than the newest are still to be read, from here; nothing is stored meanwhile; 0: none
	gaps    int
}

// load begins with what is stored.
func (c *cursors) load(ctx context.Context, inbox *ledger.Inbox, now time.Time) error {
	followed, err := inbox.Followed(ctx, now.Add(-recently))
	if err != nil {
		return fmt.Errorf("discord: reading the inbox: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = make(map[string]*cursor)
	for _, f := range followed {
		c.all[f.Channel] = &cursor{guild: f.Guild, newest: parseSnowflake(f.Newest)}
	}
	return nil
}

// saw notes a message, where that is worth it: in a channel where the bot is
// asked something, now or before.
func (c *cursors) saw(m *heard, asked bool) {
	id := parseSnowflake(m.ID)
	if asked {
		c.follow(m.ChannelID, m.GuildID, id)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.all[m.ChannelID]; at != nil && at.newest < id {
		at.newest, at.changed = id, true
	}
}

// follow makes a channel one to look after, from a message or interaction on.
func (c *cursors) follow(channel, guild string, from snowflake) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[channel] == nil && channel != "" {
		c.all[channel] = &cursor{guild: guild, newest: from}
	}
}

// lost notes that a message was seen and could not be taken.
func (c *cursors) lost(channel string, message snowflake) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.all[channel]; at != nil {
		at.missed(message)
	}
}

// gap notes that messages may have been missed, in every channel of a shard.
func (c *cursors) gap(of shard) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, at := range c.all {
		if of.has(at.guild) {
			at.missed(at.newest)
		}
	}
	if of.total > 1 {
		c.taken = append(c.taken, of)
	}
}

// missed notes that messages after one are to be read.
func (at *cursor) missed(after snowflake) {
	at.gaps++
	if at.after == 0 || at.after > after {
		at.after = after
	}
}

// join adds the channels that another process has followed in a shard that this one has
// taken over, and where it was.
func (c *cursors) join(ctx context.Context, inbox *ledger.Inbox, log *slog.Logger) {
	c.mu.Lock()
	taken := c.taken
	c.taken = nil
	c.mu.Unlock()
	if len(taken) == 0 {
		return
	}
	followed, err := inbox.Followed(ctx, time.Now().Add(-recently))
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		log.Error("discord: reading the inbox", "error", err)
		c.taken = append(c.taken, taken...)
		return
	}
	for _, f := range followed {
		if !slices.ContainsFunc(taken, func(of shard) bool { return of.has(f.Guild) }) {
			continue
		}
		stored := parseSnowflake(f.Newest)
		at := c.all[f.Channel]
		if at == nil {
			at = &cursor{guild: f.Guild, newest: stored}
			c.all[f.Channel] = at
		}
		at.missed(stored)
	}
}

// behind lists the gaps that are to be read.
func (c *cursors) behind() (gaps []gap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for channel, at := range c.all {
		if at.after != 0 {
			gaps = append(gaps, gap{channel, at.guild, at.after, at.gaps})
		}
	}
	return gaps
}

// advance notes that a part of a gap was read.
func (c *cursors) advance(g gap, after snowflake) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.all[g.channel]; at.gaps == g.number {
		at.after = after
	}
}

// filled notes that a gap was read, unless there is another since.
func (c *cursors) filled(g gap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.all[g.channel]; at.gaps == g.number {
		at.after = 0
	}
}

// save stores what has changed.
func (c *cursors) save(ctx context.Context, inbox *ledger.Inbox) error {
	moved := make(map[string]string)
	c.mu.Lock()
	for channel, at := range c.all {
		if at.changed && at.after == 0 {
			moved[channel], at.changed = at.newest.String(), false
		}
	}
	c.mu.Unlock()
	if len(moved) == 0 {
		return nil
	}
	err := inbox.Saw(ctx, moved)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for channel := range moved {
			c.all[channel].changed = true
		}
	}
	return err
}
