package discord

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
)

// An Examiner looks at what a bot has in Discord, also while the bot is being served: it
// asks, and changes nothing. Its requests count towards the bot's rate limits. No error of
// its holds the token.
type Examiner struct {
	api   *client
	token string
	clock clock
	texts *texts
	self  Identity
}

// examineLimit is how long an attempt of a request may take: somebody is waiting to be told
// that there is no answer.
const examineLimit = 5 * time.Second

// NewExaminer makes an Examiner. It fails as New does.
func NewExaminer(token, apiURL string) (*Examiner, error) {
	token, api, err := readAccess(token, apiURL)
	if err != nil {
		return nil, err
	}
	e := &Examiner{token: token}
	if e.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	e.api = newClient(token, api, examineLimit, limitedTo, e.clock.watch)
	return e, nil
}

// Close ends its connections.
func (e *Examiner) Close() { e.api.close() }

// An Identity is whose a token is, by Discord.
type Identity struct {
	Application string // its id
	User        string // the bot's id; of old applications another than Application
	Name        string // the bot's
	Reads       bool   // the application has the Message Content intent
}

// Identity asks whose the token is, once: what fails is not tried again. It comes before
// the other questions. ErrBadToken: Discord refuses the token.
func (e *Examiner) Identity(ctx context.Context) (Identity, error) {
	var user discordgo.User
	if err := e.once(ctx, discordgo.EndpointUser("@me"), &user); err != nil {
		return Identity{}, err
	}
	var app discordgo.Application
	if err := e.once(ctx, discordgo.EndpointOAuth2Application("@me"), &app); err != nil {
		return Identity{}, err
	}
	const content, contentInFewGuilds = 1 << 18, 1 << 19 // GATEWAY_MESSAGE_CONTENT, and …_LIMITED
	e.self = Identity{Application: app.ID, User: user.ID, Name: user.Username, Reads: app.Flags&(content|contentInFewGuilds) != 0}
	return e.self, nil
}

func (e *Examiner) once(ctx context.Context, address string, result any) error {
	answer, err := e.api.attempt(ctx, http.MethodGet, address, nil)
	if err != nil {
		return unwelcome(err)
	}
	return json.Unmarshal(answer, result)
}

// TokenUser is the bot's id as the token itself says, "" when it does not.
func (e *Examiner) TokenUser() string { return tokenUser(e.token) }

// tokenUser reads the first part of a token, which is the bot's id in base64.
func tokenUser(token string) string {
	first, _, _ := strings.Cut(token, ".")
	id, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(first, "="))
	if err != nil || parseSnowflake(string(id)) == 0 {
		return ""
	}
	return string(id)
}

// Skew is how far this machine's clock is ahead of Discord's, to a second; false when
// Discord's has not been told.
func (e *Examiner) Skew() (time.Duration, bool) { return e.clock.read() }

// Sessions are how many times a day a bot may begin a session. Total is 0 where the server
// does not say.
type Sessions struct {
	Total, Remaining int
	ResetAfter       time.Duration
	Kept             int // so few are left alone: the bot stays away until ResetAfter
}

// Gateway asks for the gateway and connects to it, as far as to its first words: no session
// is begun.
func (e *Examiner) Gateway(ctx context.Context) (Sessions, error) {
	g := gateway{api: e.api, pace: gatewayPace()}
	bot, err := g.ask(ctx)
	if err != nil {
		return Sessions{}, err
	}
	limit := bot.SessionStartLimit
	of := Sessions{
		Total: limit.Total, Remaining: limit.Remaining, Kept: min(sessionReserve, limit.Total),
		ResetAfter: time.Duration(limit.ResetAfter) * time.Millisecond,
	}
	c, err := dial(ctx, bot.URL, 0, g.pace)
	if err != nil {
		return of, err
	}
	c.leave()
	return of, nil
}

// A NamedGuild is a server that the bot is in.
type NamedGuild struct{ ID, Name string }

// Guilds are all that the bot is in.
func (e *Examiner) Guilds(ctx context.Context) ([]NamedGuild, error) {
	const most = 200
	var all []NamedGuild
	for after := ""; ; after = all[len(all)-1].ID {
		var page []NamedGuild
		query := url.Values{"limit": {fmt.Sprint(most)}}
		if after != "" {
			query.Set("after", after)
		}
		if err := e.api.call(ctx, http.MethodGet, discordgo.EndpointUserGuilds("@me")+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < most {
			return all, nil
		}
	}
}

// A clock compares this machine's with that of the servers that answer.
type clock struct {
	mu    sync.Mutex
	skew  time.Duration
	known bool
}

func (c *clock) read() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew, c.known
}

// watch is a layer for newClient.
func (c *clock) watch(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		sent := time.Now()
		resp, err := next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			// Whole seconds, of a moment between the two.
			middle := sent.Add(time.Since(sent) / 2)
			c.mu.Lock()
			c.skew, c.known = middle.Sub(date.Add(time.Second/2)), true
			c.mu.Unlock()
		}
		return resp, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
