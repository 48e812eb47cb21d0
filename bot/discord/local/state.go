package local

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// state is all that the local Discord remembers.
type state struct {
	now          func() time.Time
	increment    uint64
	origin       string // scheme and host that the bot reached us by, for the addresses of files
	secret       []byte // signs the addresses of files
	app          User   // the bot user; its id is the application's too
	users        map[string]User
	locales      map[string]string // by user; "en-US" when absent
	dmsClosed    map[string]bool   // by user
	guilds       []*Guild          // that the bot is in
	former       []*Guild          // that it was in
	guildsByID   map[string]*Guild // all of them
	channels     map[string]*Channel
	inGuild      map[string][]*Channel // by guild, in no order
	messages     map[string][]*Message // by channel, in order of creation
	byID         map[string]*Message
	nonces       nonces
	files        map[string]storedFile
	uploads      map[string]Attachment           // for options, by id
	typing       map[string]map[string]time.Time // by channel and user, when they began
	interactions map[string]*Interaction
	byToken      map[string]*Interaction
	sweepAt      int                    // that many interactions, those are forgotten that can be
	commands     map[string][]Command   // by guild, "" for the global ones
	allowed      map[allowance][]string // ids of roles
}

func newState(now func() time.Time, name string) state {
	st := state{
		now:          now,
		origin:       "http://localhost",
		users:        map[string]User{},
		locales:      map[string]string{},
		dmsClosed:    map[string]bool{},
		guildsByID:   map[string]*Guild{},
		channels:     map[string]*Channel{},
		inGuild:      map[string][]*Channel{},
		files:        map[string]storedFile{},
		uploads:      map[string]Attachment{},
		typing:       map[string]map[string]time.Time{},
		interactions: map[string]*Interaction{},
		byToken:      map[string]*Interaction{},
		messages:     map[string][]*Message{},
		byID:         map[string]*Message{},
		nonces:       nonces{last: map[nonceKey]*Message{}},
		sweepAt:      fewInteractions,
		commands:     map[string][]Command{},
		allowed:      map[allowance][]string{},
	}
	st.app = User{ID: st.snowflake(), Username: name, Discriminator: "0", Bot: true}
	st.secret = []byte("local/" + st.app.ID)
	st.users[st.app.ID] = st.app
	return st
}

// epoch is the first millisecond of 2015, from which snowflakes count.
const epoch = 1420070400000

// snowflake makes a new id: 42 bits of milliseconds since the epoch, over 22
// bits that here only count.
func (st *state) snowflake() string {
	st.increment++
	ms := uint64(st.now().UnixMilli() - epoch)
	return strconv.FormatUint(ms<<22|st.increment&(1<<22-1), 10)
}

// madeAt is the time at which a snowflake was made.
func madeAt(id string) time.Time { return time.UnixMilli(int64(number(id)>>22) + epoch) }

// number is a snowflake as the number that it is ordered by.
func number(id string) uint64 {
	n, _ := strconv.ParseUint(id, 10, 64) // ours are numbers
	return n
}

func (st *state) guild(id string) *Guild { return st.guildsByID[id] }

// joined is a guild that the bot is in, or nil.
func (st *state) joined(id string) *Guild {
	i := slices.IndexFunc(st.guilds, func(g *Guild) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return st.guilds[i]
}

// move takes a guild from those the bot is in to those it was in, or back.
func (g *Guild) move(from, to *[]*Guild) {
	*from = slices.DeleteFunc(*from, func(other *Guild) bool { return other == g })
	*to = append(*to, g)
}

// add has a new channel be there.
func (st *state) add(c *Channel) {
	st.channels[c.ID] = c
	st.inGuild[c.GuildID] = append(st.inGuild[c.GuildID], c)
}

func (st *state) message(channel, id string) *Message {
	if m := st.byID[id]; m != nil && m.ChannelID == channel {
		return m
	}
	return nil
}

// inChannel returns the messages of a channel, oldest first, in a list that is the
// caller's.
func (st *state) inChannel(id string) []*Message { return slices.Clone(st.messages[id]) }

// mayUse says why a person cannot be in a channel, or nil: they are not of
// its guild, do not see it, or share no guild with the bot.
func (st *state) mayUse(channel *Channel, user string) error {
	if channel == nil {
		return errors.New("local: no such channel")
	}
	if channel.GuildID == "" {
		if !slices.ContainsFunc(channel.Recipients, func(u User) bool { return u.ID == user }) {
			return fmt.Errorf("local: user %s is not in channel %s", user, channel.ID)
		}
		if !st.shareGuild(user) {
			return fmt.Errorf("local: user %s shares no guild with the bot", user)
		}
		return nil
	}
	if g := st.guild(channel.GuildID); g == nil || g.member(user) == nil {
		return fmt.Errorf("local: user %s is not in channel %s", user, channel.ID)
	}
	if !st.can(channel, user, PermViewChannel) {
		return fmt.Errorf("local: user %s does not see channel %s", user, channel.ID)
	}
	return nil
}

// shareGuild reports whether a person and the bot are in one guild.
func (st *state) shareGuild(user string) bool {
	return slices.ContainsFunc(st.guilds, func(g *Guild) bool { return g.member(user) != nil })
}

func (st *state) locale(user string) string {
	if l := st.locales[user]; l != "" {
		return l
	}
	return defaultLocale
}

// post stores a new message and returns it. Only one that has its thread's id
// has an id already.
func (st *state) post(m Message) *Message {
	if m.ID == "" {
		m.ID = st.snowflake()
	}
	m.Timestamp = st.now().UTC()
	st.messages[m.ChannelID] = append(st.messages[m.ChannelID], &m)
	st.byID[m.ID] = &m
	st.nonces.add(&m, m.Timestamp)
	c := st.channels[m.ChannelID]
	c.LastMessageID = m.ID
	delete(st.typing[c.ID], m.Author.ID)
	if c.Thread != nil {
		c.MessageCount++
		c.TotalSent++
	}
	return &m
}

// remove forgets a message and its files.
func (st *state) remove(m *Message) {
	st.messages[m.ChannelID] = slices.DeleteFunc(st.messages[m.ChannelID], func(other *Message) bool { return other == m })
	delete(st.byID, m.ID)
	st.nonces.remove(m)
	for _, a := range m.Attachments {
		delete(st.files, a.ID)
	}
	if c := st.channels[m.ChannelID]; c != nil && c.Thread != nil {
		c.MessageCount--
	}
}
