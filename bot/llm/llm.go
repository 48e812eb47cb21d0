// Package llm talks to a model on an OpenAI-compatible server: OpenAI itself,
// Ollama, llama.cpp, vLLM and others.
package llm

import (
	"cmp"
	"context"
	"errors"
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

	// timeout bounds one Complete, retries included: no reader waits longer.
	// A caller with less patience sets a deadline.
	timeout = time.Minute
)

// Config says which server and model to use. Its zero value is OpenAI without
// a key.
type Config struct {
	BaseURL   string            // up to and with /v1; "" for OpenAI
	APIKey    string            // "" for a server that needs none
	Model     string            // "" for a small one of OpenAI's, elsewhere the first that the server lists
	Transport http.RoundTripper // nil for http.DefaultTransport, which heeds the environment's proxies
	Logger    *slog.Logger      // nil for none
}

// A Client completes prompts. It is safe for concurrent use.
type Client struct {
	api     *openai.Client
	key     secret
	log     *slog.Logger
	initial dialect
	dialect atomic.Pointer[dialect] // that worked last
}

// New returns a Client of the server that config names. It sends nothing yet.
func New(config Config) *Client {
	base := cmp.Or(strings.TrimRight(config.BaseURL, "/"), openAI)
	c := &Client{
		key:     secret(strings.TrimSpace(config.APIKey)),
		log:     config.Logger,
		initial: dialect{model: config.Model},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if config.Transport == nil {
		config.Transport = http.DefaultTransport
	}
	if config.Model == "" && base == openAI {
		c.initial.model = defaultModel
	}
	c.dialect.Store(&c.initial)

	api := openai.DefaultConfig(string(c.key))
	api.BaseURL = base
	api.HTTPClient = &http.Client{
		Transport: &transport{next: config.Transport, key: c.key, log: c.log},
		// An API does not move a POST. To follow would hand the question, and
		// to some hosts the key, to whoever is named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.api = openai.NewClientWithConfig(api)
	return c
}

// Complete has the model answer req. An error is one of this package's, with
// what the server said, or wraps context.Canceled when the caller gave up.
func (c *Client) Complete(ctx context.Context, req prompts.Request) (prompts.Completion, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	d := *c.dialect.Load()
	if d.model == "" {
		model, err := c.firstModel(ctx)
		if err != nil {
			return prompts.Completion{}, err
		}
		d.model = model
	}
	resp, d, err := c.converse(ctx, d, req)
	if errors.Is(err, ErrUnknownModel) {
		c.dialect.Store(&c.initial) // the server may serve another one by now: ask next time
	}
	if err != nil {
		return prompts.Completion{}, err
	}
	c.dialect.Store(&d)
	return c.completion(resp)
}

// converse sends req in dialect d, then in simpler ones for as long as the
// server names a parameter that it does not take. It returns the one that worked.
func (c *Client) converse(ctx context.Context, d dialect, req prompts.Request) (openai.ChatCompletionResponse, dialect, error) {
	for {
		resp, err := c.api.CreateChatCompletion(ctx, d.request(req))
		if err == nil {
			return resp, d, nil
		}
		simpler, ok := d.without(err)
		if !ok {
			return resp, d, c.explain(ctx, err)
		}
		c.log.InfoContext(ctx, "the model server refuses a parameter, trying without", "model", d.model, "cause", c.key.redact(err.Error()))
		d = simpler
	}
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
	return "", c.fail(ErrUnknownModel, "it lists none")
}

func (c *Client) completion(resp openai.ChatCompletionResponse) (prompts.Completion, error) {
	if len(resp.Choices) == 0 {
		return prompts.Completion{}, c.fail(ErrBadReply, "it has no choices")
	}
	choice := resp.Choices[0]
	if choice.Message.Refusal != "" {
		return prompts.Completion{}, c.fail(ErrRefusal, choice.Message.Refusal)
	}
	return prompts.Completion{
		Text:      choice.Message.Content,
		Truncated: choice.FinishReason != openai.FinishReasonStop,
		Usage: prompts.Usage{
			PromptTokens:     resp.Usage.PromptTokens,
			CompletionTokens: resp.Usage.CompletionTokens,
		},
	}, nil
}
