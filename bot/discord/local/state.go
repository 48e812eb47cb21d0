package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Message flags.
const (
	FlagEphemeral = 1 << 6 // seen only by the person who asked
	FlagLoading   = 1 << 7 // "… is thinking": deferred, not answered yet
)

// Message types.
const (
	TypeDefault = 0
	TypeReply   = 19
	TypeCommand = 20 // the response to a slash command
)

// Channel types.
const (
	ChannelText = 0
	ChannelDM   = 1
)

// A User is a person or a bot.
type User struct {
	ID            string `json:"id"`
	Username      string `json:"username"`
	Discriminator string `json:"discriminator"` // "0" since usernames are unique
	Bot           bool   `json:"bot,omitempty"`
}

// A Guild is what people call a server. The bot is a member of each.
type Guild struct {
	ID      string
	Name    string
	Members []User // the bot first
}

// A Channel is a guild's text channel, or a DM between a person and the bot.
type Channel struct {
	ID         string `json:"id"`
	Type       int    `json:"type"`
	GuildID    string `json:"guild_id,omitempty"`
	Name       string `json:"name,omitempty"`
	Recipients []User `json:"recipients,omitempty"` // of a DM: the person
}

// A Message is one message as it stands now. Its mentions are those that
// ping: what the content names and its allowed mentions let through.
type Message struct {
	ID              string            `json:"id"`
	Type            int               `json:"type"`
	ChannelID       string            `json:"channel_id"`
	Author          User              `json:"author"`
	Content         string            `json:"content"`
	Embeds          []Embed           `json:"embeds"`
	Components      []json.RawMessage `json:"components"`
	Mentions        []User            `json:"mentions"`
	MentionRoles    []string          `json:"mention_roles"`
	MentionEveryone bool              `json:"mention_everyone"`
	Timestamp       time.Time         `json:"timestamp"`
	EditedTimestamp *time.Time        `json:"edited_timestamp"`
	Flags           int               `json:"flags"`
	Reference       *Reference        `json:"message_reference,omitempty"`
	ApplicationID   string            `json:"application_id,omitempty"`
	Nonce           any               `json:"nonce,omitempty"` // string or number
	Edits           []Message         `json:"-"`               // as it was before, oldest first
}

// An Embed is a card under a message.
type Embed struct {
	Type        string       `json:"type,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       int          `json:"color,omitempty"`
	Footer      *EmbedFooter `json:"footer,omitempty"`
	Author      *EmbedAuthor `json:"author,omitempty"`
	Image       *EmbedImage  `json:"image,omitempty"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// An EmbedFooter is the small line at an embed's end.
type EmbedFooter struct {
	Text string `json:"text"`
}

// An EmbedAuthor is the line over an embed's title.
type EmbedAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// An EmbedImage is the picture in an embed.
type EmbedImage struct {
	URL string `json:"url"`
}

// An EmbedField is a named value in an embed.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline,omitempty"`
}

// A Reference names the message that another replies to.
type Reference struct {
	MessageID       string `json:"message_id"`
	ChannelID       string `json:"channel_id,omitempty"`
	GuildID         string `json:"guild_id,omitempty"`
	FailIfNotExists *bool  `json:"fail_if_not_exists,omitempty"` // true when absent
}

// An Interaction is one use of a slash command.
type Interaction struct {
	ID             string
	Token          string
	ChannelID      string
	GuildID        string // "" in a DM
	User           User
	CreatedAt      time.Time
	AcknowledgedAt time.Time // zero until the bot has responded
	ResponseID     string    // the message that is the response, "" once deleted
}

// A Request is one REST request as it came in, and the status it got.
type Request struct {
	Method string
	Path   string // without the /api/v9 before it
	Body   []byte
	Status int
}

// state is all that the local Discord remembers.
type state struct {
	now          func() time.Time
	increment    uint64
	app          User // the bot user; its id is the application's too
	users        map[string]User
	guilds       []*Guild
	channels     map[string]*Channel
	messages     []*Message // in order of creation
	interactions map[string]*Interaction
	commands     map[string][]Command // by guild, "" for the global ones
}

func newState(now func() time.Time, name string) state {
	st := state{
		now:          now,
		users:        map[string]User{},
		channels:     map[string]*Channel{},
		interactions: map[string]*Interaction{},
		commands:     map[string][]Command{},
	}
	st.app = User{ID: st.snowflake(), Username: name, Discriminator: "0", Bot: true}
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

func (st *state) guild(id string) *Guild {
	i := slices.IndexFunc(st.guilds, func(g *Guild) bool { return g.ID == id })
	if i < 0 {
		return nil
	}
	return st.guilds[i]
}

func (st *state) message(channel, id string) *Message {
	for _, m := range st.messages {
		if m.ID == id && m.ChannelID == channel {
			return m
		}
	}
	return nil
}

// inChannel returns the messages of a channel, oldest first.
func (st *state) inChannel(id string) []*Message {
	var in []*Message
	for _, m := range st.messages {
		if m.ChannelID == id {
			in = append(in, m)
		}
	}
	return in
}

// mayUse says why a person cannot write in a channel, or nil.
func (st *state) mayUse(channel *Channel, user string) error {
	if channel == nil {
		return errors.New("local: no such channel")
	}
	in := channel.Recipients
	if g := st.guild(channel.GuildID); g != nil {
		in = g.Members
	}
	if !slices.ContainsFunc(in, func(u User) bool { return u.ID == user }) {
		return fmt.Errorf("local: user %s is not in channel %s", user, channel.ID)
	}
	return nil
}

// post stores a new message and returns it.
func (st *state) post(m Message) *Message {
	m.ID, m.Timestamp = st.snowflake(), st.now().UTC()
	st.messages = append(st.messages, &m)
	return &m
}

// remove forgets a message.
func (st *state) remove(m *Message) {
	st.messages = slices.DeleteFunc(st.messages, func(other *Message) bool { return other == m })
}
