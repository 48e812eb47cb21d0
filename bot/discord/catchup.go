package discord

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

const (
	// recently is how long after it was last addressed in a channel the bot looks
	// there for what it missed.
	recently = 7 * 24 * time.Hour
	// tooLate is the age at which a missed message is answered no more.
	tooLate = 24 * time.Hour
	// overlap is how much is read again: messages are handled in no strict order.
	// What was claimed already is not answered again.
	overlap = time.Minute
	// maxPages bounds what is read of one channel, in pages of 100 messages.
	maxPages = 20
)

// cursors know the newest message seen in each channel where the bot was
// addressed recently.
type cursors struct {
	mu      sync.Mutex
	newest  map[string]snowflake
	changed map[string]bool
	gaps    int // how often messages may have been missed
	read    int // of these, after which of them that was made up for; unless all, nothing is stored
}

func (c *cursors) load(ctx context.Context, inbox *ledger.Inbox, now time.Time) error {
	followed, err := inbox.Followed(ctx, now.Add(-recently))
	if err != nil {
		return fmt.Errorf("discord: reading the inbox: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.newest, c.changed = make(map[string]snowflake), make(map[string]bool)
	for _, f := range followed {
		c.newest[f.Channel] = parseSnowflake(f.Newest)
	}
	return nil
}

// saw notes a message, where that is worth it: in a channel where the bot is
// addressed, now or before.
func (c *cursors) saw(channel string, message snowflake, addressed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, followed := c.newest[channel]
	if (followed || addressed) && before < message {
		c.newest[channel], c.changed[channel] = message, true
	}
}

// gap notes that messages may have been missed.
func (c *cursors) gap() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gaps++
}

// fill calls read, until it succeeds or ctx ends, to make up for the gaps so far.
func (c *cursors) fill(ctx context.Context, again time.Duration, read func() bool) {
	c.mu.Lock()
	gaps := c.gaps
	c.mu.Unlock()
	for !read() {
		if !pause(ctx, again) {
			return
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = gaps
}

// save stores what has changed.
func (c *cursors) save(ctx context.Context, inbox *ledger.Inbox) error {
	c.mu.Lock()
	moved := make(map[string]string)
	if c.read == c.gaps {
		for channel := range c.changed {
			moved[channel] = c.newest[channel].String()
		}
		clear(c.changed)
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
			c.changed[channel] = true
		}
	}
	return err
}

// catchUp reads, until ctx ends and each time that a session is new, what people
// wrote while the bot heard nothing.
func (s *Server) catchUp(ctx, work context.Context) {
	for {
		select {
		case <-s.missed:
		case <-ctx.Done():
			return
		}
		s.cursors.fill(ctx, s.beatPause, func() bool { return s.readMissed(ctx, work) })
	}
}

// readMissed is false when it has to be done again.
func (s *Server) readMissed(ctx, work context.Context) (done bool) {
	defer recovered(s.log)
	followed, err := s.inbox.Followed(ctx, time.Now().Add(-recently))
	if err != nil {
		s.log.Error("discord: reading the inbox", "error", err)
		return false
	}
	done = true
	for _, f := range followed {
		err := s.readChannel(ctx, work, f)
		switch {
		case err == nil:
		case refused(err): // the channel is gone, or closed to the bot
			s.log.Info("discord: reading what was missed", "channel", f.Channel, "error", err)
		default:
			s.log.Warn("discord: reading what was missed", "channel", f.Channel, "error", err)
			done = false
		}
	}
	return done
}

// readChannel hears what came after the newest message that was seen.
func (s *Server) readChannel(ctx, work context.Context, f ledger.Followed) error {
	after := max(firstAt(parseSnowflake(f.Newest).made().Add(-overlap)), firstAt(time.Now().Add(-tooLate)))
	for range maxPages {
		page, err := s.messages(ctx, f.Channel, after)
		if err != nil {
			return err
		}
		for _, m := range page {
			m.GuildID = f.Guild // only events have it
			s.take(work, func() (exchange, bool) { return s.hear(m) })
			after = max(after, parseSnowflake(m.ID))
		}
		if len(page) < pageSize {
			return nil
		}
	}
	s.log.Warn("discord: too many messages were missed to read all", "channel", f.Channel, "read", maxPages*pageSize)
	return nil
}

// pageSize is the most that Discord gives at once.
const pageSize = 100

// messages reads the first page of a channel's messages after a snowflake, the
// oldest first.
func (s *Server) messages(ctx context.Context, channel string, after snowflake) ([]*discordgo.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, s.replyLimit)
	defer cancel()
	query := url.Values{"after": {after.String()}, "limit": {strconv.Itoa(pageSize)}}
	var page []*discordgo.Message
	err := s.api.call(ctx, http.MethodGet, discordgo.EndpointChannelMessages(channel)+"?"+query.Encode(), nil, &page)
	slices.SortFunc(page, func(a, b *discordgo.Message) int { return cmp.Compare(parseSnowflake(a.ID), parseSnowflake(b.ID)) })
	return page, err
}
