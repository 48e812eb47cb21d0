package local

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"storybot/bot/discord/internal/openapi"
)

// describe loads Discord's description of its API, by which all requests and
// answers are checked. Where it is not at hand it says so.
func (c *client) describe() {
	c.t.Helper()
	var err error
	if c.description, err = openapi.Load(); errors.Is(err, fs.ErrNotExist) {
		c.t.Logf("requests and answers are not checked against Discord's description: %v", err)
	} else if err != nil {
		c.t.Fatal(err)
	}
}

// check holds a request that was let through, and any answer, to Discord's
// description. Requests outside the API have none.
func (c *client) check(r *http.Request, body string, status int, answer []byte) {
	c.t.Helper()
	path, inAPI := strings.CutPrefix(r.URL.EscapedPath(), "/api")
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/v9"), "/v10")
	if !inAPI || c.description == nil || path == "/nothing" || strings.HasPrefix(path, "/v") {
		return
	}
	if status < 300 {
		if err := c.description.Request(r.Method, path, r.Header.Get("Content-Type"), []byte(body)); err != nil {
			c.t.Errorf("%s %s: the local Discord lets through what Discord does not: %v\n%s", r.Method, path, err, body)
		}
	}
	if err := c.description.Answer(r.Method, path, status, answer); err != nil {
		c.t.Errorf("%s %s: an answer that Discord does not give: %v\n%s", r.Method, path, err, answer)
	}
}

// eventSchemas are the objects that events are made of.
var eventSchemas = map[string]string{
	"APPLICATION_COMMAND_PERMISSIONS_UPDATE": "CommandPermissionsResponse",
	"CHANNEL_CREATE":                         "GuildChannelResponse", "CHANNEL_UPDATE": "GuildChannelResponse", "CHANNEL_DELETE": "GuildChannelResponse",
	"GUILD_CREATE": "GuildResponse", "GUILD_UPDATE": "GuildResponse", "GUILD_MEMBER_ADD": "GuildMemberResponse",
	"GUILD_MEMBER_UPDATE": "GuildMemberResponse", "MESSAGE_CREATE": "MessageResponse", "MESSAGE_UPDATE": "MessageResponse",
	"THREAD_CREATE": "ThreadResponse", "THREAD_UPDATE": "ThreadResponse",
}

// checkEvent holds the objects in an event to Discord's description.
func (c *client) checkEvent(p received) {
	c.t.Helper()
	if c.description == nil {
		return
	}
	parts := map[string]json.RawMessage{}
	if schema := eventSchemas[p.Type]; schema != "" {
		parts[schema] = p.D
	}
	var within struct {
		Role    json.RawMessage
		User    json.RawMessage
		Member  json.RawMessage
		Message json.RawMessage
		Data    struct {
			Resolved struct{ Messages map[string]json.RawMessage }
		}
	}
	if err := json.Unmarshal(p.D, &within); err != nil {
		c.t.Errorf("%s: %v", p.Type, err)
	}
	switch {
	case strings.HasPrefix(p.Type, "GUILD_ROLE") && within.Role != nil:
		parts["GuildRoleResponse"] = within.Role
	case p.Type == "INTERACTION_CREATE" && within.Member != nil:
		parts["PrivateGuildMemberResponse"] = within.Member
	case p.Type == "INTERACTION_CREATE" || p.Type == "GUILD_MEMBER_REMOVE":
		parts["UserResponse"] = within.User
	}
	if p.Type == "INTERACTION_CREATE" && within.Message != nil {
		parts["MessageResponse"] = within.Message
	}
	for _, m := range within.Data.Resolved.Messages {
		parts["MessageResponse"] = m
	}
	for schema, part := range parts {
		if err := c.description.Object(schema, part); err != nil {
			c.t.Errorf("%s: an object that Discord does not send: %v\n%s", p.Type, err, part)
		}
	}
}
