package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"storybot/bot/discord/local"
)

const (
	// maxShown is how many of a channel's messages are shown: the newest.
	maxShown = 200
	// settle is how long changes are gathered before they are told: a bot's edits come
	// in bursts.
	settle = 20 * time.Millisecond
	// lookAgain is how often a view is looked at without a change: that somebody writes
	// passes by itself, and a connection that is lost shows only when it is written to.
	lookAgain = 5 * time.Second
)

// A view is what a person sees in a channel.
type view struct {
	Me       string          `json:"me"`
	Channel  string          `json:"channel"`
	Channels []local.Channel `json:"channels"`
	Messages []message       `json:"messages"` // oldest first
	Typing   []string        `json:"typing"`   // names
	Roles    []role          `json:"roles"`
	Users    []user          `json:"users"` // of the guild
	Commands int             `json:"commands"`
}

// A message is one with what Discord's client shows around it.
type message struct {
	local.Message
	Command   *command   `json:"command,omitempty"` // that it responds to
	ReplyTo   *replied   `json:"reply_to,omitempty"`
	Thread    *thread    `json:"thread,omitempty"`
	Reactions []reaction `json:"reactions,omitempty"`
	Explained bool       `json:"explained,omitempty"` // how it came to be can be asked for
}

type command struct {
	User string `json:"user"` // name
	Name string `json:"name"` // "" for a component
}

type replied struct {
	ID      string `json:"id"` // "" when it is gone
	Author  string `json:"author"`
	Content string `json:"content"`
}

type thread struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Messages int    `json:"messages"`
}

type reaction struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
	Mine  bool   `json:"mine"`
}

type role struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type user struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Bot  bool   `json:"bot,omitempty"`
}

// look is what a person sees in a channel now.
func (c *client) look(p Person, channel string) view {
	guild := c.Discord.Guild(c.Guild)
	v := view{
		Me: p.ID, Channel: channel, Channels: c.Discord.Channels(p.ID, c.Guild), Messages: []message{}, Typing: []string{},
		Roles: []role{}, Users: []user{}, Commands: len(c.Discord.Available(p.ID, channel)),
	}
	for _, r := range guild.Roles {
		v.Roles = append(v.Roles, role{r.ID, r.Name})
	}
	for _, m := range guild.Members {
		v.Users = append(v.Users, user{m.User.ID, m.User.Username, m.User.Bot})
	}
	for i := range v.Channels {
		v.Channels[i].Overwrites = nil
	}
	v.Channels = append(v.Channels, c.Discord.OpenDM(p.User))
	for _, u := range c.Discord.Typing(channel) {
		if u.ID != p.ID {
			v.Typing = append(v.Typing, u.Username)
		}
	}
	history := c.Discord.History(p.ID, channel)
	byID := make(map[string]local.Message, len(history))
	for _, m := range history {
		byID[m.ID] = m
	}
	for _, m := range history[max(0, len(history)-maxShown):] {
		v.Messages = append(v.Messages, c.surround(m, byID, p.ID))
	}
	return v
}

// surround adds to a message what is shown around it.
func (c *client) surround(m local.Message, byID map[string]local.Message, me string) message {
	m.Attachments = slices.Clone(m.Attachments)
	for i := range m.Attachments {
		m.Attachments[i].URL = here(m.Attachments[i].URL)
		m.Attachments[i].ProxyURL = ""
	}
	shown := message{Message: m, Explained: c.Explain != nil && c.Explain(m) != nil}
	if i := c.Discord.Interaction(m.InteractionID); i.ID != "" && m.InteractionID != "" {
		shown.Command = &command{User: i.User.Username, Name: i.Command}
	}
	switch {
	case m.Reference == nil || m.Reference.MessageID == "":
	case m.Type == local.TypeThreadStarter: // it stands for the message that the thread was started from
		for _, of := range c.Discord.History(me, m.Reference.ChannelID) {
			if of.ID == m.Reference.MessageID {
				shown.Author, shown.Content, shown.Embeds, shown.Timestamp = of.Author, of.Content, of.Embeds, of.Timestamp
			}
		}
	default:
		shown.ReplyTo = &replied{}
		if to, there := byID[m.Reference.MessageID]; there {
			shown.ReplyTo = &replied{to.ID, to.Author.Username, to.Content}
		}
	}
	if m.Flags&local.FlagHasThread != 0 {
		if t := c.Discord.Channel(m.ID); t.ID != "" {
			shown.Thread = &thread{t.ID, t.Name, t.MessageCount}
		}
	}
	for _, r := range m.Reactions {
		shown.Reactions = append(shown.Reactions, reaction{r.Emoji, len(r.Users), slices.Contains(r.Users, me)})
	}
	return shown
}

// here is the address of a file of the local Discord on the page's own host: the bot may
// know that by another name.
func here(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

// serveView tells what a person sees, and again whenever it changes.
func (c *client) serveView(w http.ResponseWriter, r *http.Request) {
	p, known := c.person(r.FormValue("as"))
	if !known {
		http.Error(w, "Nobody of that id uses this page.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	files := map[string]string{} // addresses of files, which are signed anew at each look
	var last []byte
	for r.Context().Err() == nil {
		var next []byte
		ctx, stop := context.WithTimeout(r.Context(), lookAgain)
		c.Discord.Wait(ctx, func() bool { // its error is that of the time
			v := c.look(p, r.FormValue("channel"))
			v.keepAddresses(files)
			next, _ = json.Marshal(v) // plain values
			return !bytes.Equal(next, last)
		})
		stop()
		text := ": nothing new\n\n"
		if !bytes.Equal(next, last) {
			text, last = fmt.Sprintf("data: %s\n\n", next), next
		}
		if _, err := w.Write([]byte(text)); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-time.After(settle):
		case <-r.Context().Done():
		}
	}
}

// keepAddresses gives each file the address that it was first shown with.
func (v *view) keepAddresses(known map[string]string) {
	for _, m := range v.Messages {
		for i := range m.Attachments {
			a := &m.Attachments[i]
			if known[a.ID] == "" {
				known[a.ID] = a.URL
			}
			a.URL = known[a.ID]
		}
	}
}

// serveCommands tells which commands a person is offered in a channel.
func (c *client) serveCommands(w http.ResponseWriter, r *http.Request) {
	p, known := c.person(r.FormValue("as"))
	if !known {
		http.Error(w, "Nobody of that id uses this page.", http.StatusNotFound)
		return
	}
	commands := c.Discord.Available(p.ID, r.FormValue("channel"))
	if commands == nil {
		commands = []local.Command{}
	}
	send(w, commands)
}

// serveExplanation tells how a message that a person sees came to be.
func (c *client) serveExplanation(w http.ResponseWriter, r *http.Request) {
	p, known := c.person(r.FormValue("as"))
	if known && c.Explain != nil {
		for _, m := range c.Discord.History(p.ID, r.FormValue("channel")) {
			if m.ID == r.FormValue("message") {
				send(w, c.Explain(m))
				return
			}
		}
	}
	http.Error(w, "There is no such message.", http.StatusNotFound)
}
