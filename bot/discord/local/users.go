package local

import (
	"encoding/json"
	"net/http"
)

// defaultLocale is that of people and guilds who have set none.
const defaultLocale = "en-US"

// locales are the languages that Discord's client speaks: its reference's
// table "Locales".
var locales = []string{
	"id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR", "ro",
	"fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
}

// A User is a person or a bot.
type User struct {
	ID            string `json:"id"`
	Username      string `json:"username"`
	Discriminator string `json:"discriminator"` // "0" since usernames are unique
	Bot           bool   `json:"bot,omitempty"`
}

// MarshalJSON adds the fields that every user has and that are empty here.
func (u User) MarshalJSON() ([]byte, error) { return json.Marshal(u.wire()) }

func (u User) wire() map[string]any {
	w := map[string]any{
		"id": u.ID, "username": u.Username, "discriminator": u.Discriminator, "global_name": nil,
		"avatar": nil, "public_flags": 0, "flags": 0, "primary_guild": nil,
	}
	if u.Bot {
		w["bot"] = true
	}
	return w
}

// getMe is the bot's own user object, with the fields only it may see.
func (s *Server) getMe(*http.Request, []byte) (any, error) {
	me := s.state.app.wire()
	me["mfa_enabled"], me["locale"], me["verified"], me["email"] = false, defaultLocale, true, nil
	return me, nil
}

func (s *Server) getUser(r *http.Request, _ []byte) (any, error) {
	u, known := s.state.users[r.PathValue("user")]
	if !known {
		return nil, errUnknownUser
	}
	return u, nil
}

// appFlags are the application's flags, here and in READY.
func (s *Server) appFlags() int {
	const (
		limitedContent = 1 << 19 // GATEWAY_MESSAGE_CONTENT_LIMITED: the intent, for apps in few guilds
		limitedMembers = 1 << 15 // GATEWAY_GUILD_MEMBERS_LIMITED
		limitedStatus  = 1 << 13 // GATEWAY_PRESENCE_LIMITED
	)
	if s.opts.Privileged {
		return limitedContent | limitedMembers | limitedStatus
	}
	return 0
}

// getApplication is what the bot may know of its application.
func (s *Server) getApplication(*http.Request, []byte) (any, error) {
	app := s.state.app
	return map[string]any{
		"id": app.ID, "name": app.Username, "icon": nil, "description": "", "type": nil, "bot": app,
		"bot_public": true, "bot_require_code_grant": false, "verify_key": "", "flags": s.appFlags(), "flags_new": "0",
		"owner": app, "team": nil, "redirect_uris": []string{}, "interactions_endpoint_url": nil,
		"role_connections_verification_url": nil, "approximate_guild_count": len(s.state.guilds),
		"approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "eligible_oauth2_scopes": []string{},
		"integration_types_config": map[string]any{"0": map[string]any{}, "1": map[string]any{}},
	}, nil
}

// postMyChannel opens a DM. Whether its person takes messages shows only
// when one is sent.
func (s *Server) postMyChannel(r *http.Request, body []byte) (any, error) {
	var f struct {
		Recipient string `json:"recipient_id"`
	}
	if err := read(r, body, &f); err != nil {
		return nil, err
	}
	person, known := s.state.users[f.Recipient]
	if !known || person.Bot {
		return nil, errInvalidRecipient
	}
	return s.wireChannel(s.state.dm(person)), nil
}

// getMyGuilds lists the guilds that the bot is in.
func (s *Server) getMyGuilds(r *http.Request, _ []byte) (any, error) {
	const most = 200
	page, err := pageOf(r, most, most)
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, g := range s.state.guilds {
		if !page.has(g.ID) || len(list) == page.limit {
			continue
		}
		list = append(list, map[string]any{
			"id": g.ID, "name": g.Name, "icon": nil, "banner": nil, "owner": g.OwnerID == s.state.app.ID,
			"permissions": g.base(s.state.app.ID), "features": []string{},
		})
	}
	return list, nil
}
