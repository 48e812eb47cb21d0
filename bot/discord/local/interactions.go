package local

import (
	"maps"
	"time"
)

// Interaction types.
const (
	InteractionCommand      = 2
	InteractionComponent    = 3
	InteractionAutocomplete = 4
	InteractionModal        = 5 // a modal that was filled in
)

// Contexts that an interaction comes from.
const (
	contextGuild = 0
	contextDM    = 1 // with the bot
)

// An Interaction is one use of a command, a button, a select menu or a modal,
// or one question for suggestions.
type Interaction struct {
	ID             string
	Token          string
	Type           int
	ChannelID      string
	GuildID        string // "" in a DM
	User           User   // who did it; only they see what is ephemeral
	Command        string // its name, with those of subcommands
	CommandType    int
	TargetID       string // the message or user that a menu command was used on
	MessageID      string // that the component is on, or was that opened the modal
	CustomID       string // of the component or the modal
	OpenedBy       string // the interaction that a modal answered
	CreatedAt      time.Time
	AcknowledgedAt time.Time // zero until the bot has responded
	Callback       int       // the type of that response
	Ephemeral      bool      // whether the response is
	ResponseID     string    // the message that is the response, "" once deleted
	FollowUps      []string  // the messages after it

	suggesting int             // the type of the option that suggestions are asked for
	choices    []CommandChoice // the response to a question for suggestions
	modal      *Modal          // the response that a person fills in
	submitted  bool            // has been filled in
}

// openInteraction makes an interaction of a person's.
func (s *Server) openInteraction(kind int, c *Channel, user string) *Interaction {
	i := &Interaction{
		ID: s.state.snowflake(), Token: tokenPrefix + s.state.snowflake(), Type: kind, ChannelID: c.ID,
		GuildID: c.GuildID, User: s.state.users[user], CreatedAt: s.state.now(),
	}
	s.state.interactions[i.ID] = i
	s.state.byToken[i.Token] = i
	return i
}

// interact tells the bot of an interaction. Neither intents nor what the bot may
// see keeps it from that.
func (s *Server) interact(i *Interaction, data map[string]any, resolved resolved) {
	s.state.forgetInteractions() // only now, as i says what opened it
	if len(resolved) > 0 {
		data["resolved"] = resolved
	}
	e := s.event(i)
	e["data"] = data
	if m := s.state.byID[i.MessageID]; m != nil {
		e["message"] = s.wire(m, true)
	}
	s.dispatch("INTERACTION_CREATE", 0, func(bool) any { return e })
}

// event is the INTERACTION_CREATE that tells the bot of i, without its data.
func (s *Server) event(i *Interaction) map[string]any {
	c, app := s.state.channels[i.ChannelID], s.state.app.ID
	e := map[string]any{
		"id": i.ID, "application_id": app, "type": i.Type, "token": i.Token, "version": 1,
		"channel_id": i.ChannelID, "channel": s.wireChannel(c), "locale": s.state.locale(i.User.ID),
		"app_permissions": permDMApp, "entitlements": []any{}, "attachment_size_limit": maxFile,
		"authorizing_integration_owners": i.owners(),
	}
	g := s.state.guild(i.GuildID)
	if g == nil {
		e["user"], e["context"] = i.User, contextDM
		return e
	}
	person := g.member(i.User.ID).wire(true)
	person["permissions"] = s.state.permissions(c, i.User.ID)
	e["member"], e["context"], e["app_permissions"] = person, contextGuild, s.state.permissions(c, app)
	e["guild_id"], e["guild_locale"] = g.ID, g.Locale
	e["guild"] = map[string]any{"id": g.ID, "locale": g.Locale, "features": []string{}}
	return e
}

// owners says that the application was installed to the guild.
func (i *Interaction) owners() map[string]string {
	if i.GuildID == "" {
		return map[string]string{"0": "0"}
	}
	return map[string]string{"0": i.GuildID}
}

// metadata is what a message says of the interaction that it answers.
func (s *Server) metadata(i *Interaction) map[string]any {
	w := map[string]any{"id": i.ID, "type": i.Type, "user": i.User, "authorizing_integration_owners": i.owners()}
	switch {
	case i.Type == InteractionComponent:
		w["interacted_message_id"] = i.MessageID
	case i.Type == InteractionModal:
		if opened := s.state.interactions[i.OpenedBy]; opened != nil { // not forgotten
			w["triggering_interaction_metadata"] = s.metadata(opened)
		}
	case i.CommandType == CommandMessage:
		w["target_message_id"] = i.TargetID
	case i.CommandType == CommandUser:
		w["target_user"] = s.state.users[i.TargetID]
	}
	return w
}

// resolved is what stands behind the ids in an interaction's data, by kind
// and id: "Resolved Data Structure".
type resolved map[string]map[string]any

func (r resolved) add(kind, id string, object any) {
	if r[kind] == nil {
		r[kind] = map[string]any{}
	}
	r[kind][id] = object
}

// addUser adds a user, as a member too in a guild.
func (s *Server) addUser(r resolved, guild, id string) {
	r.add("users", id, s.state.users[id])
	g := s.state.guild(guild)
	if g == nil || g.member(id) == nil {
		return
	}
	m := g.member(id).wire(false)
	delete(m, "deaf")
	delete(m, "mute")
	m["permissions"] = g.base(id)
	r.add("members", id, m)
}

// addChannel adds a channel with what the person and the bot may do there.
func (s *Server) addChannel(r resolved, user string, c *Channel) {
	w := maps.Clone(s.wireChannel(c))
	for _, field := range []string{
		"permission_overwrites", "owner_id", "message_count", "total_message_sent", "member_count", "member",
		"available_tags", "default_reaction_emoji", "default_sort_order", "default_forum_layout",
	} {
		delete(w, field)
	}
	w["permissions"], w["app_permissions"] = s.state.permissions(c, user), s.state.permissions(c, s.state.app.ID)
	r.add("channels", c.ID, w)
}
