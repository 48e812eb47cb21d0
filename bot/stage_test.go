package bot_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"storybot/bot"
	"storybot/bot/llm"
)

// A stage is a server of chat completions, over real HTTP, on which personas play
// models.
type stage struct {
	t        testing.TB
	server   *httptest.Server
	personas sync.Map // path to persona
}

// A persona replies to what a model is asked.
type persona func(heard) saying

// heard is what a model is sent.
type heard struct{ System, User, Key string }

// A saying is a reply as it goes over the wire.
type saying struct {
	text   string
	finish string // finish_reason; "" for none
	cut    bool   // the connection is lost after the text
}

// A page is a passage as a model is shown it.
type page struct {
	Paragraph            int
	Story, Heading, Text string
}

// pages are the passages of the user's message.
func (h heard) pages() []page {
	var data struct{ Passages []page }
	if err := json.NewDecoder(strings.NewReader(h.User)).Decode(&data); err != nil {
		return nil
	}
	return data.Passages
}

// apiKey is what no answer and no log may hold.
const apiKey = "sk-Vh7Qm2Zt9Kx4"

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// model is a client of the persona. It is made for one answer: what a persona does
// to its connection would count as the server's health.
func (s *stage) model(name string, p persona) bot.Model {
	s.personas.Store("/"+name+"/v1/chat/completions", p)
	return llm.New(llm.Config{
		BaseURL: s.server.URL + "/" + name + "/v1", APIKey: apiKey, Model: "any",
		Transport: s.server.Client().Transport, Logger: discard,
	})
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, ok := s.personas.Load(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	var asked struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Messages) != 2 {
		http.Error(w, "two messages are expected", http.StatusBadRequest)
		return
	}
	said := s.play(p.(persona), heard{asked.Messages[0].Content, asked.Messages[1].Content, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")})

	w.Header().Set("Content-Type", "text/event-stream")
	flush := w.(http.Flusher).Flush
	for i, piece := range split(said.text) {
		fmt.Fprintf(w, `data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":%s}}]}`+"\n\n", wired(piece))
		if i%4 == 0 { // a network joins some of what is written
			flush()
		}
	}
	if flush(); said.cut {
		panic(http.ErrAbortHandler)
	}
	if said.finish != "" {
		fmt.Fprintf(w, `data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":%q}]}`+"\n\n", said.finish)
	}
	io.WriteString(w, `data: {"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":700,"completion_tokens":30}}`+"\n\ndata: [DONE]\n\n")
}

// play has the persona reply. One that breaks down is the test's fault: the bot would
// take it for a server's.
func (s *stage) play(p persona, h heard) saying {
	defer func() {
		if broken := recover(); broken != nil {
			s.t.Errorf("a persona breaks down: %v\n%s", broken, debug.Stack())
		}
	}()
	return p(h)
}

// split cuts a text where tokens might, into pieces of changing length, and never
// within a character.
func split(text string) []string {
	var pieces []string
	for n := 5; text != ""; n = (n*7 + 3) % 61 {
		end := min(n+1, len(text))
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		pieces = append(pieces, text[:end])
		text = text[end:]
	}
	return pieces
}

// wired is a JSON string that keeps the bytes which are no UTF-8, as a careless
// server does.
func wired(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ':
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return `"` + b.String() + `"`
}
