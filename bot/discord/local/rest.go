package local

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
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
	mux.HandleFunc("GET /socket/", s.serveGateway)
	mux.HandleFunc("GET /gateway", s.open(s.getGateway))
	mux.HandleFunc("GET /gateway/bot", s.authorized(s.getGatewayBot))
	mux.HandleFunc("GET /users/@me", s.authorized(s.getMe))
	mux.HandleFunc("GET /oauth2/applications/@me", s.authorized(s.getApplication))

	mux.HandleFunc("GET /channels/{channel}", s.authorized(s.getChannel))
	mux.HandleFunc("POST /channels/{channel}/typing", s.authorized(s.postTyping))
	mux.HandleFunc("GET /channels/{channel}/messages", s.authorized(s.getMessages))
	mux.HandleFunc("POST /channels/{channel}/messages", s.authorized(s.postMessage))
	mux.HandleFunc("GET /channels/{channel}/messages/{message}", s.authorized(s.getMessage))
	mux.HandleFunc("PATCH /channels/{channel}/messages/{message}", s.authorized(s.patchMessage))
	mux.HandleFunc("DELETE /channels/{channel}/messages/{message}", s.authorized(s.deleteMessage))

	for _, base := range []string{"/applications/{app}/commands", "/applications/{app}/guilds/{guild}/commands"} {
		mux.HandleFunc("GET "+base, s.authorized(s.getCommands))
		mux.HandleFunc("PUT "+base, s.authorized(s.putCommands))
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

// ServeHTTP serves the API under /api/v9 and /api, and the gateway.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api")
	path = strings.TrimPrefix(path, "/v9")
	http.StripPrefix(strings.TrimSuffix(r.URL.Path, path), s.routes).ServeHTTP(w, r)
}

// authorized refuses requests without the bot's token.
func (s *Server) authorized(h handler) http.HandlerFunc {
	return s.open(func(r *http.Request, body []byte) (any, error) {
		if r.Header.Get("Authorization") != "Bot "+s.opts.Token {
			return nil, errUnauthorized
		}
		return h(r, body)
	})
}

// open serves a request from anyone.
func (s *Server) open(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		status, answer := s.answer(h, r, body)
		if answer != nil {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		w.Write(answer)
	}
}

// answer runs a handler and logs the request.
func (s *Server) answer(h handler, r *http.Request, body []byte) (int, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	result, err := h(r, body)
	status, answer := encode(result, err)
	s.log = append(s.log, Request{Method: r.Method, Path: r.URL.Path, Body: body, Status: status})
	s.touch()
	return status, answer
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

func (s *Server) getGateway(r *http.Request, _ []byte) (any, error) {
	return map[string]any{"url": "ws://" + r.Host + "/socket"}, nil
}

func (s *Server) getGatewayBot(r *http.Request, _ []byte) (any, error) {
	return map[string]any{
		"url":    "ws://" + r.Host + "/socket",
		"shards": 1,
		"session_start_limit": map[string]int{
			"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1,
		},
	}, nil
}

func (s *Server) getMe(*http.Request, []byte) (any, error) { return s.state.app, nil }

func (s *Server) getApplication(*http.Request, []byte) (any, error) {
	return map[string]any{
		"id": s.state.app.ID, "name": s.state.app.Username, "description": "",
		"bot_public": true, "bot_require_code_grant": false, "flags": 0,
	}, nil
}
