package local

import (
	"net/http"
	"slices"
	"time"
)

// Channel types.
const (
	ChannelText          = 0
	ChannelDM            = 1
	ChannelPublicThread  = 11
	ChannelPrivateThread = 12
	ChannelForum         = 15
)

// A Channel is a guild's text channel or forum, a thread in one of them, or a
// DM between a person and the bot.
type Channel struct {
	ID            string      `json:"id"`
	Type          int         `json:"type"`
	GuildID       string      `json:"guild_id,omitempty"`
	Name          string      `json:"name,omitempty"`
	Position      int         `json:"position,omitempty"`
	NSFW          bool        `json:"nsfw,omitempty"`
	Overwrites    []Overwrite `json:"permission_overwrites,omitempty"`
	LastMessageID string      `json:"last_message_id,omitempty"`
	Recipients    []User      `json:"recipients,omitempty"` // of a DM: the person

	// The rest is of threads.
	ParentID     string         `json:"parent_id,omitempty"`
	OwnerID      string         `json:"owner_id,omitempty"` // who started it
	Thread       *Thread        `json:"thread_metadata,omitempty"`
	Members      []ThreadMember `json:"-"`
	MessageCount int            `json:"message_count,omitempty"`
	TotalSent    int            `json:"total_message_sent,omitempty"`
}

// wireChannel is a channel object as the bot gets it.
func (s *Server) wireChannel(c *Channel) map[string]any {
	w := map[string]any{"id": c.ID, "type": c.Type, "flags": 0, "last_message_id": nil}
	if c.LastMessageID != "" {
		w["last_message_id"] = c.LastMessageID
	}
	if c.Type == ChannelDM {
		w["recipients"] = c.Recipients
		return w
	}
	w["guild_id"], w["name"], w["rate_limit_per_user"] = c.GuildID, c.Name, 0
	if c.Thread != nil {
		w["parent_id"], w["owner_id"], w["thread_metadata"] = c.ParentID, c.OwnerID, *c.Thread
		w["message_count"], w["total_message_sent"] = max(c.MessageCount, 0), c.TotalSent
		w["member_count"] = min(len(c.Members), 50)
		if i := c.memberIndex(s.state.app.ID); i >= 0 {
			w["member"] = c.Members[i].wire(c)
		}
		return w
	}
	w["position"], w["nsfw"], w["topic"], w["parent_id"] = c.Position, c.NSFW, nil, nil
	w["permission_overwrites"] = append([]Overwrite{}, c.Overwrites...)
	if c.Type == ChannelForum {
		w["available_tags"], w["default_reaction_emoji"], w["default_sort_order"] = []any{}, nil, nil
		w["default_forum_layout"] = 0
	}
	return w
}

// dm is the channel between a person and the bot, made on first use.
func (st *state) dm(person User) *Channel {
	for _, c := range st.inGuild[""] {
		if c.Type == ChannelDM && c.Recipients[0].ID == person.ID {
			return c
		}
	}
	c := &Channel{ID: st.snowflake(), Type: ChannelDM, Recipients: []User{person}}
	st.add(c)
	return c
}

// channel is the one that a request's path names, where the bot has the
// permissions that the request needs.
func (s *Server) channel(r *http.Request, need Permissions) (*Channel, error) {
	c := s.state.channels[r.PathValue("channel")]
	if c == nil {
		return nil, errUnknownChannel
	}
	return c, s.state.require(c, s.state.app.ID, need)
}

func (s *Server) getChannel(r *http.Request, _ []byte) (any, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, err
	}
	return s.wireChannel(c), nil
}

// patchChannel renames a channel, or renames, archives or locks a thread.
func (s *Server) patchChannel(r *http.Request, body []byte) (any, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, err
	}
	var ch channelForm
	if err := read(r, body, &ch); err != nil {
		return nil, err
	}
	if err := s.changeChannel(s.state.app.ID, c, ch); err != nil {
		return nil, err
	}
	return s.wireChannel(c), nil
}

// deleteChannel deletes a channel or a thread; a DM it only closes.
func (s *Server) deleteChannel(r *http.Request, _ []byte) (any, error) {
	c, err := s.channel(r, PermViewChannel)
	if err != nil {
		return nil, err
	}
	if c.Type == ChannelDM {
		return s.wireChannel(c), nil
	}
	need := PermManageChannels
	if c.Thread != nil {
		need = PermManageThreads
	}
	if !s.state.can(c, s.state.app.ID, need) {
		return nil, errMissingPermissions
	}
	was := s.wireChannel(c)
	s.dropChannel(c)
	return was, nil
}

// A channelForm is the body that changes a channel or a thread.
type channelForm struct {
	Name        *string `json:"name"`
	Archived    *bool   `json:"archived"`
	Locked      *bool   `json:"locked"`
	AutoArchive *int    `json:"auto_archive_duration"`
	Invitable   *bool   `json:"invitable"`
}

// changeChannel is what a user changes of a channel, and tells the bot.
func (s *Server) changeChannel(user string, c *Channel, ch channelForm) error {
	if c.Type == ChannelDM {
		return errNotInDM
	}
	var f form
	if ch.Name != nil {
		f.length("name", *ch.Name, 1, maxChannelName)
	}
	if ch.AutoArchive != nil {
		f.autoArchive(*ch.AutoArchive)
	}
	if err := f.err(); err != nil {
		return err
	}
	if c.Thread != nil {
		return s.changeThread(user, c, ch)
	}
	if !s.state.can(c, user, PermManageChannels) {
		return errMissingPermissions
	}
	if ch.Name != nil {
		c.Name = *ch.Name
	}
	s.tell(c, "CHANNEL_UPDATE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	return nil
}

// dropChannel forgets a channel with its threads and messages, and tells the
// bot.
func (s *Server) dropChannel(c *Channel) {
	for _, thread := range s.state.sorted(c.GuildID) {
		if thread.ParentID == c.ID {
			s.dropChannel(thread)
		}
	}
	if c.Thread == nil {
		s.tell(c, "CHANNEL_DELETE", intentGuilds, func(bool) any { return s.wireChannel(c) })
	} else {
		event := map[string]any{"id": c.ID, "guild_id": c.GuildID, "parent_id": c.ParentID, "type": c.Type}
		s.tell(c, "THREAD_DELETE", intentGuilds, func(bool) any { return event })
	}
	for _, m := range s.state.inChannel(c.ID) {
		s.state.remove(m)
	}
	delete(s.state.channels, c.ID)
	s.state.inGuild[c.GuildID] = slices.DeleteFunc(s.state.inGuild[c.GuildID], func(other *Channel) bool { return other == c })
	delete(s.state.typing, c.ID)
	s.touch()
}

// tell sends an event of a channel, if the bot sees the channel.
func (s *Server) tell(c *Channel, name string, intent int, event func(content bool) any) {
	if c.GuildID != "" && !s.state.can(c, s.state.app.ID, PermViewChannel) {
		s.touch()
		return
	}
	s.dispatch(name, intent, event)
}

// autoArchive checks after how many minutes a thread shall be archived.
func (f *form) autoArchive(minutes int) {
	if !slices.Contains([]int{60, 1440, 4320, 10080}, minutes) {
		f.fail("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
	}
}

// now is the time as it stands in objects.
func (s *Server) now() time.Time { return s.state.now().UTC() }
