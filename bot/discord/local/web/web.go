// Package web is the client of the local Discord, in the browser: a page that shows
// its channels, messages and commands as Discord does, and drives it as a person.
//
// The page is static files that are embedded, and knows nothing but the API below
// /client/: what there is (start), what a person sees, again whenever it changes
// (view, server-sent events), and what they do (one POST each). All state is in the
// local Discord; a page that is loaded again goes on where it was.
package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"slices"

	"storybot/bot/discord/local"
)

// Config says what is shown, and as whom.
type Config struct {
	Discord *local.Server
	Guild   string   // the id of the one that is shown
	People  []Person // as whom the page can be used, at least one; it begins as the first
	Model   string   // the model that writes answers; "": they are in quotes
	Stories []string // titles of some that can be asked about at the beginning

	// Questions are examples to ask, by language: "en", "ko". Without any in the
	// person's language those in English are shown.
	Questions map[string][]string

	// Explain tells how a message came to be, as a value for JSON, or nil when it
	// is not known. Without it nothing is told.
	Explain func(local.Message) any
}

// A Person is somebody as whom the page can be used.
type Person struct {
	local.User
	Moderator bool
}

// A client serves the page and its API.
type client struct {
	Config
	static http.Handler
}

//go:embed static
var static embed.FS

// New serves the page at "/", and all it needs. It is to stand behind Guard.
func New(cfg Config) http.Handler {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic("web: unreachable: the folder is embedded: " + err.Error())
	}
	c := &client{cfg, http.FileServerFS(files)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", c.serveStatic)
	mux.HandleFunc("GET /client/start", c.serveStart)
	mux.HandleFunc("GET /client/view", c.serveView)
	mux.HandleFunc("GET /client/commands", c.serveCommands)
	mux.HandleFunc("GET /client/explanation", c.serveExplanation)
	for name, do := range c.actions() {
		mux.HandleFunc("POST /client/"+name, c.act(do))
	}
	mux.HandleFunc("POST /client/say", c.serveSay)
	mux.HandleFunc("POST /client/upload", c.serveUpload)
	return headed(mux)
}

// headed sets what the browser may do with the page: load from its own host, and
// nothing else.
func headed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Cache-Control", "no-store") // another version may be on this port tomorrow
		h.ServeHTTP(w, r)
	})
}

func (c *client) serveStatic(w http.ResponseWriter, r *http.Request) { c.static.ServeHTTP(w, r) }

// serveStart tells what does not change while the program runs.
func (c *client) serveStart(w http.ResponseWriter, _ *http.Request) {
	type person struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		Moderator bool   `json:"moderator"`
	}
	guild := c.Discord.Guild(c.Guild)
	app := c.Discord.App()
	start := map[string]any{
		"guild":     map[string]string{"id": guild.ID, "name": guild.Name},
		"app":       map[string]string{"id": app.ID, "name": app.Username},
		"questions": c.Questions, "model": c.Model, "stories": append([]string{}, c.Stories...),
	}
	people := []person{}
	for _, p := range c.People {
		people = append(people, person{p.ID, p.Username, p.Moderator})
	}
	start["people"] = people
	send(w, start)
}

// person is who a request is from, of those as whom the page can be used.
func (c *client) person(id string) (Person, bool) {
	i := slices.IndexFunc(c.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return c.People[i], true
}

// send writes a value as JSON.
func send(w http.ResponseWriter, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "The answer cannot be written.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}
