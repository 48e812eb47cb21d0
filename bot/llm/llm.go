// Package llm streams replies of a model on an OpenAI-compatible server: OpenAI itself,
// Ollama, llama.cpp, vLLM and others.
package llm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"

	"storybot/prompts"
)

const (
	openAI = "https://api.openai.com/v1"

	// defaultModel is what OpenAI recommends in place of its retired small
	// models (developers.openai.com/api/docs/deprecations, November 2026).
	defaultModel = openai.GPT6Luna

	// Limits of Config, generous to a local server that loads its model first.
	connectTimeout    = 5 * time.Second
	firstTokenTimeout = 30 * time.Second
	timeout           = time.Minute

	// usageTimeout is how long the usage may take once the model has stopped: the
	// reply is whole by then, and a connection that dies now is not to hold it up.
	usageTimeout = 2 * time.Second
)

// Config says which server and model to use. Its zero value is OpenAI without
// a key. A limit of 0 stands for its default; a caller with less patience sets a
// deadline.
type Config struct {
	BaseURL   string            // up to and with /v1; "" for OpenAI
	APIKey    string            // "" for a server that needs none
	Model     string            // "" for a small one of OpenAI's, elsewhere the first that the server lists
	Transport http.RoundTripper // nil for one like http.DefaultTransport, which heeds the environment's proxies
	Logger    *slog.Logger      // nil for none

	ConnectTimeout    time.Duration // of one try, 5 s; a Transport has its own
	FirstTokenTimeout time.Duration // retries included, 30 s; a server that does not stream has to be done by then
	Timeout           time.Duration // of a whole Complete, 1 min
}

// A Client completes prompts. It is safe for concurrent use.
type Client struct {
	api        *openai.Client
	key        secret
	log        *slog.Logger
	firstToken time.Duration
	timeout    time.Duration
	initial    dialect
	dialect    atomic.Pointer[dialect] // that worked last
	breaker    breaker
}

// New returns a Client of the server that config names. It sends nothing yet.
func New(config Config) *Client {
	base := cmp.Or(strings.TrimRight(config.BaseURL, "/"), openAI)
	c := &Client{
		key:        secret(strings.TrimSpace(config.APIKey)),
		log:        config.Logger,
		firstToken: cmp.Or(config.FirstTokenTimeout, firstTokenTimeout),
		timeout:    cmp.Or(config.Timeout, timeout),
		initial:    dialect{model: config.Model},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if config.Transport == nil {
		config.Transport = dialer(cmp.Or(config.ConnectTimeout, connectTimeout))
	}
	if config.Model == "" && base == openAI {
		c.initial.model = defaultModel
	}
	c.dialect.Store(&c.initial)

	api := openai.DefaultConfig(string(c.key))
	api.BaseURL = base
	api.HTTPClient = &http.Client{
		Transport: &transport{next: config.Transport, patience: c.firstToken, key: c.key, log: c.log},
		// An API does not move a POST. To follow would hand the question, and
		// to some hosts the key, to whoever is named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.api = openai.NewClientWithConfig(api)
	return c
}

// Complete has the model answer req, and hands each piece of its text to write, if
// there is one, as it comes and before Complete returns. The Completion holds all
// the pieces, also beside an error. What the model thinks before it answers is in
// neither.
//
// An error is one of this package's, with what the server said, or wraps
// context.Canceled when the caller gave up.
func (c *Client) Complete(ctx context.Context, req prompts.Request, write func(text string)) (prompts.Completion, error) {
	if ctx.Err() != nil { // nothing can come of it, nor be learned of the server
		return prompts.Completion{}, c.explain(ctx, ctx.Err())
	}
	probe, err := c.breaker.allow()
	if err != nil {
		return prompts.Completion{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	ctx = context.WithValue(ctx, sentKey{}, req.User)
	ctx, giveUp := context.WithCancelCause(ctx)
	silence := time.AfterFunc(c.firstToken, func() {
		giveUp(fmt.Errorf("nothing for %v: %w", c.firstToken, context.DeadlineExceeded))
	})
	defer silence.Stop()

	r := &reply{silence: silence, write: func(text string) {
		c.breaker.report(nil, true, probe) // at once, for what write may ask of the server
		if write != nil {
			write(text)
		}
	}}
	err = c.ask(ctx, req, r)
	c.breaker.report(err, r.text.Len() > 0, probe)
	return r.completion(), err
}

// ask fills r with the answer to req, in the dialect that worked last or a
// simpler one.
func (c *Client) ask(ctx context.Context, req prompts.Request, r *reply) error {
	d := *c.dialect.Load()
	if d.model == "" {
		model, err := c.firstModel(ctx)
		if err != nil {
			return err
		}
		d.model = model
	}
	d, err := c.converse(ctx, d, req, r)
	switch {
	case errors.Is(err, ErrUnknownModel):
		c.dialect.Store(&c.initial) // the server may serve another one by now: ask next time
	case r.began:
		c.dialect.Store(&d)
	}
	return err
}

// converse sends req in dialect d, then in simpler ones for as long as the
// server names a parameter that it does not take. It returns the last.
func (c *Client) converse(ctx context.Context, d dialect, req prompts.Request, r *reply) (dialect, error) {
	for {
		err := c.exchange(ctx, d, req, r)
		if err == nil {
			return d, c.judge(ctx, r)
		}
		simpler, ok := d.without(err)
		if r.began || !ok {
			return d, c.explain(ctx, err)
		}
		c.log.InfoContext(ctx, "the model server refuses a parameter, trying without", "model", d.model, "cause", c.key.redact(ctx, err.Error()))
		d = simpler
	}
}

// exchange sends req and reads the reply until the model has stopped or the
// body ends. Only the usage comes after the reason to stop: what happens to it
// takes nothing from the reply.
func (c *Client) exchange(ctx context.Context, d dialect, req prompts.Request, r *reply) error {
	if d.whole {
		resp, err := c.api.CreateChatCompletion(ctx, d.request(req))
		if err == nil {
			r.add(asChunk(resp))
		}
		return err
	}
	stream, err := c.api.CreateChatCompletionStream(ctx, d.request(req))
	if err != nil {
		return err
	}
	defer stream.Close()
	for {
		chunk, err := stream.Recv()
		switch {
		case err == io.EOF, err != nil && r.finish != "":
			return nil
		case err != nil:
			return err
		}
		r.add(chunk)
		if r.finish != "" {
			r.silence.Reset(usageTimeout)
		}
	}
}

// judge returns why r, whose body was read to its end, is no answer.
func (c *Client) judge(ctx context.Context, r *reply) error {
	switch {
	case !r.began:
		return c.fail(ctx, ErrBadReply, "it has no choices")
	case r.refusal.Len() > 0:
		return c.fail(ctx, ErrRefusal, r.refusal.String())
	case r.finish == "":
		return c.fail(ctx, ErrCut, "without a finish_reason")
	}
	return nil
}

// firstModel asks the server what it serves. Ollama lists its newest model
// first; llama.cpp and vLLM have one. Models that only embed cannot write.
func (c *Client) firstModel(ctx context.Context) (string, error) {
	list, err := c.api.ListModels(ctx)
	if err != nil {
		return "", c.explain(ctx, err)
	}
	for _, m := range list.Models {
		if m.ID != "" && !strings.Contains(m.ID, "embed") {
			return m.ID, nil
		}
	}
	return "", c.fail(ctx, ErrUnknownModel, "it lists none")
}
