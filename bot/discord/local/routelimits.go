package local

import "time"

// The limits that the documentation states.
var (
	globalLimit   = Limit{50, time.Second}       // topics/rate-limits
	identifyLimit = Limit{1, 5 * time.Second}    // events/gateway, Rate limiting: for each of max_concurrency
	payloadLimit  = Limit{120, 60 * time.Second} // the same, for each connection
)

// A routeLimit is what some routes share, counted apart for each channel,
// guild or webhook (with its token) in the path.
type routeLimit struct {
	name    string
	limit   Limit    // that is in force
	discord Limit    // Discord's own
	hashOf  string   // what the bucket's hash is of, "" for the name
	routes  []string // method and path, as of the multiplexer without the names; with * anything may follow
}

// routeLimits are Discord's limits by route. It states none, as they may
// change: a client is to read them from the headers. These are what others
// have read there. The sources:
//
//	#981 and so on  issues of discord/discord-api-docs
//	hata            HuyaneMatsu/hata, hata/discord/rate_limit.py, whose author has measured them
//	webhooks-guide  birdie0.github.io/discord-webhooks-guide/other/rate_limits.html
//
// A route that is not here is under the global limit only, which many are.
// Discord has limits under limits besides, which are not here: the deletion
// of old messages (#8330), a channel's name (#2761).
var routeLimits = []routeLimit{
	{
		name: "create message", limit: Limit{5, 5 * time.Second}, // #2761
		hashOf: "messages", // one hash with edits, but counted apart: #8073
		routes: []string{"POST /channels/{}/messages"},
	},
	{
		name: "edit message", limit: Limit{5, 5 * time.Second}, // #2761
		hashOf: "messages",
		routes: []string{"PATCH /channels/{}/messages/{}"},
	},
	{
		name: "delete message", limit: Limit{5, time.Second}, // #8330
		routes: []string{"DELETE /channels/{}/messages/{}"},
	},
	{
		name: "get messages", limit: Limit{5, 5 * time.Second}, // hata; none by #1135, which is older
		routes: []string{"GET /channels/{}/messages"},
	},
	{
		name: "get message", limit: Limit{5, 5 * time.Second}, // hata; none by #1135, which is older
		routes: []string{"GET /channels/{}/messages/{}"},
	},
	{
		name: "react", limit: Limit{1, 250 * time.Millisecond}, // hata; that they share it: #981
		routes: []string{"PUT /channels/{}/messages/{}/reactions/*", "DELETE /channels/{}/messages/{}/reactions*"},
	},
	{
		name: "typing", limit: Limit{5, 5 * time.Second}, // hata
		routes: []string{"POST /channels/{}/typing"},
	},
	{
		name: "edit channel", limit: Limit{5, 15 * time.Second}, // hata; 10 by #2761
		routes: []string{"PATCH /channels/{}"},
	},
	{
		name: "overwrite commands", limit: Limit{2, 60 * time.Second}, // hata
		routes: []string{"PUT /applications/{}/commands", "PUT /applications/{}/guilds/{}/commands"},
	},
	{
		name: "create command", limit: Limit{5, 20 * time.Second}, // hata
		routes: []string{"POST /applications/{}/commands", "POST /applications/{}/guilds/{}/commands"},
	},
	{
		name: "edit command", limit: Limit{5, 20 * time.Second}, // hata
		routes: []string{"PATCH /applications/{}/commands/{}", "PATCH /applications/{}/guilds/{}/commands/{}"},
	},
	{
		name: "delete command", limit: Limit{5, 20 * time.Second}, // hata
		routes: []string{"DELETE /applications/{}/commands/{}", "DELETE /applications/{}/guilds/{}/commands/{}"},
	},
	{
		name: "get member", limit: Limit{5, time.Second}, // hata
		routes: []string{"GET /guilds/{}/members/{}"},
	},
	{
		name: "gateway", limit: Limit{2, 5 * time.Second}, // hata
		routes: []string{"GET /gateway/bot"},
	},
	{
		// Of interactions too: interactions/receiving-and-responding, Followup messages.
		name: "webhook", limit: Limit{5, 2 * time.Second}, // hata, webhooks-guide
		routes: []string{"POST /webhooks/*", "PATCH /webhooks/*", "DELETE /webhooks/*"},
	},
}
