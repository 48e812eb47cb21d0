package local

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
)

// maxBody bounds a request's body, in bytes: Discord's limit for uploads.
const maxBody = 25 << 20

// A handler answers one request, whose body has been read. The result is
// sent as JSON; without one the answer is an empty 204. s.mu is held.
type handler func(r *http.Request, body []byte) (any, error)

// newRoutes is the REST API that bots use, without the version before it.
func (s *Server) newRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /socket", s.serveGateway)
	mux.HandleFunc("GET /socket/", s.serveGateway)
	mux.HandleFunc("GET /gateway", s.open(s.getGateway))
	mux.HandleFunc("GET /gateway/bot", s.authorized(s.getGatewayBot))
	mux.HandleFunc("GET /users/@me", s.authorized(s.getMe))
	mux.HandleFunc("GET /users/@me/guilds", s.authorized(s.getMyGuilds))
	mux.HandleFunc("POST /users/@me/channels", s.authorized(s.postMyChannel))
	mux.HandleFunc("GET /users/{user}", s.authorized(s.getUser))
	mux.HandleFunc("GET /applications/@me", s.authorized(s.getApplication))
	mux.HandleFunc("GET /oauth2/applications/@me", s.authorized(s.getApplication))
	mux.HandleFunc("GET /attachments/{channel}/{attachment}/{name}", s.serveAttachment)

	mux.HandleFunc("GET /guilds/{guild}", s.authorized(s.getGuild))
	mux.HandleFunc("GET /guilds/{guild}/roles", s.authorized(s.getRoles))
	mux.HandleFunc("GET /guilds/{guild}/channels", s.authorized(s.getGuildChannels))
	mux.HandleFunc("GET /guilds/{guild}/members/{user}", s.authorized(s.getMember))
	mux.HandleFunc("GET /guilds/{guild}/threads/active", s.authorized(s.getActiveThreads))

	const message = "/channels/{channel}/messages/{message}"
	mux.HandleFunc("GET /channels/{channel}", s.authorized(s.getChannel))
	mux.HandleFunc("PATCH /channels/{channel}", s.authorized(s.patchChannel))
	mux.HandleFunc("DELETE /channels/{channel}", s.authorized(s.deleteChannel))
	mux.HandleFunc("POST /channels/{channel}/typing", s.authorized(s.postTyping))
	mux.HandleFunc("GET /channels/{channel}/messages", s.authorized(s.getMessages))
	mux.HandleFunc("POST /channels/{channel}/messages", s.authorized(s.postMessage))
	mux.HandleFunc("GET "+message, s.authorized(s.getMessage))
	mux.HandleFunc("PATCH "+message, s.authorized(s.patchMessage))
	mux.HandleFunc("DELETE "+message, s.authorized(s.deleteMessage))
	mux.HandleFunc("GET "+message+"/reactions/{emoji}", s.authorized(s.getReactions))
	mux.HandleFunc("PUT "+message+"/reactions/{emoji}/@me", s.authorized(s.putReaction))
	mux.HandleFunc("DELETE "+message+"/reactions/{emoji}/{user}", s.authorized(s.deleteReaction))

	mux.HandleFunc("POST "+message+"/threads", s.authorized(s.postThreadFromMessage))
	mux.HandleFunc("POST /channels/{channel}/threads", s.authorized(s.postThread))
	mux.HandleFunc("GET /channels/{channel}/threads/archived/public", s.authorized(s.getArchivedThreads))
	mux.HandleFunc("GET /channels/{channel}/thread-members", s.authorized(s.getThreadMembers))
	mux.HandleFunc("GET /channels/{channel}/thread-members/{user}", s.authorized(s.getThreadMember))
	mux.HandleFunc("PUT /channels/{channel}/thread-members/{user}", s.authorized(s.putThreadMember))
	mux.HandleFunc("DELETE /channels/{channel}/thread-members/{user}", s.authorized(s.deleteThreadMember))

	for _, base := range []string{"/applications/{app}/commands", "/applications/{app}/guilds/{guild}/commands"} {
		mux.HandleFunc("GET "+base, s.authorized(s.getCommands))
		mux.HandleFunc("PUT "+base, s.authorized(s.putCommands))
		mux.HandleFunc("POST "+base, s.authorized(s.postCommand))
		mux.HandleFunc("GET "+base+"/{command}", s.authorized(s.getCommand))
		mux.HandleFunc("PATCH "+base+"/{command}", s.authorized(s.patchCommand))
		mux.HandleFunc("DELETE "+base+"/{command}", s.authorized(s.deleteCommand))
	}

	// These need no bot token: the interaction's own is in the path.
	mux.HandleFunc("POST /interactions/{interaction}/{token}/callback", s.open(s.postCallback))
	mux.HandleFunc("POST /webhooks/{app}/{token}", s.open(s.postFollowUp))
	mux.HandleFunc("GET /webhooks/{app}/{token}/messages/{message}", s.open(s.getResponse))
	mux.HandleFunc("PATCH /webhooks/{app}/{token}/messages/{message}", s.open(s.patchResponse))
	mux.HandleFunc("DELETE /webhooks/{app}/{token}/messages/{message}", s.open(s.deleteResponse))

	mux.HandleFunc("/", s.authorized(func(*http.Request, []byte) (any, error) { return nil, errNotFound }))
	return mux
}

// ServeHTTP serves the API under /api/v9, /api/v10 and /api, and the gateway.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api")
	if version := apiVersion.FindString(path); version == "/v9" || version == "/v10" {
		path = strings.TrimPrefix(path, version)
	} else if version != "" {
		status, body := encode(nil, errAPIVersion)
		answer{status: status, body: body}.writeTo(w)
		return
	}
	http.StripPrefix(strings.TrimSuffix(r.URL.Path, path), s.routes).ServeHTTP(w, r)
}

// Versions before 9 are deprecated or gone, and not served here.
var apiVersion = regexp.MustCompile(`^/v[0-9]+\b`)

// authorized refuses requests without the bot's token.
func (s *Server) authorized(h handler) http.HandlerFunc { return s.serve(h, true) }

// open serves a request from anyone, without the global limit: it is for the
// endpoints of interactions.
func (s *Server) open(h handler) http.HandlerFunc { return s.serve(h, false) }

// An answer is what a request gets.
type answer struct {
	status int
	header http.Header
	body   []byte // JSON, if any
}

func (a answer) writeTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.status)
	w.Write(a.body)
}

// serve reads a request and answers it, with what the faults do to that.
func (s *Server) serve(h handler, bot bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		h := h
		if err != nil {
			h, body = unread(err), nil
		}
		fault, err := s.requestFault(r)
		if err != nil {
			panic(http.ErrAbortHandler) // nobody waits for the answer any more
		}
		a := s.answer(h, bot, r, body, fault)
		if fault.Cut {
			panic(http.ErrAbortHandler) // ends the connection, without a word in the log
		}
		w.Header().Set("Date", s.opts.Now().UTC().Format(http.TimeFormat))
		a.writeTo(w)
	}
}

// unread answers a request whose body could not be read.
func unread(err error) handler {
	refused := errBadRequest
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		refused = errTooLarge
	}
	return func(*http.Request, []byte) (any, error) { return nil, refused }
}

// answer answers a request, or has a fault answer it, and logs it.
func (s *Server) answer(h handler, bot bool, r *http.Request, body []byte, fault RequestFault) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.origin = hostURL("http", r)
	var a answer
	if !fault.replaced() || fault.Served {
		a = s.served(h, bot, r, body)
	}
	if fault.replaced() {
		a = s.limiter.fault(fault, r, s.state.now())
	}
	s.limiter.count(a, s.state.now())
	s.log.add(Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, ContentType: r.Header.Get("Content-Type"),
		Body: body, Status: a.status,
	})
	s.touch()
	return a
}

// served runs a handler, unless the token or a rate limit forbids it. s.mu is
// held.
func (s *Server) served(h handler, bot bool, r *http.Request, body []byte) answer {
	if bot && (r.Header.Get("Authorization") != "Bot "+s.opts.Token || s.starts.reset) {
		status, body := encode(nil, errUnauthorized)
		return answer{status: status, body: body}
	}
	header, refused := s.limiter.request(r, bot, s.state.now())
	if refused != nil {
		return *refused
	}
	a := answer{header: header}
	a.status, a.body = encode(h(r, body))
	return a
}

// created is a result that is answered with 201 Created.
type created struct{ value any }

// hostURL is our own address as the client knows it, by a scheme that TLS
// gives an "s".
func hostURL(scheme string, r *http.Request) string {
	if r.TLS != nil {
		scheme += "s"
	}
	return scheme + "://" + r.Host
}

// encode makes a status and a body of what a handler returned.
func encode(result any, err error) (int, []byte) {
	status := http.StatusOK
	var refused *apiError
	switch {
	case errors.As(err, &refused):
		status, result = refused.status, refused
	case err != nil:
		status, result = http.StatusInternalServerError, &apiError{Message: err.Error()}
	case result == nil:
		return http.StatusNoContent, nil
	}
	if made, ok := result.(created); ok {
		status, result = http.StatusCreated, made.value
	}
	body, err := json.Marshal(result)
	if err != nil {
		return http.StatusInternalServerError, nil
	}
	return status, body
}

// decode reads a JSON body into v; a field of the wrong type is a form error.
func decode(body []byte, v any) error {
	err := json.NewDecoder(bytes.NewReader(body)).Decode(v)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		var f form
		f.fail(wrong.Field, "BASE_TYPE_CONVERT", "Could not interpret the "+wrong.Value+" as "+wrong.Type.String()+".")
		return f.err()
	}
	if err != nil {
		return errBadJSON
	}
	return nil
}
