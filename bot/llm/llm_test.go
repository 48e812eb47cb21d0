package llm_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"storybot/bot/llm"
	"storybot/prompts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// request is small; what the prompts say is tested where they are made.
var request = prompts.Request{
	System:     "Answer in JSON.",
	User:       "When did the harbour reopen?",
	SchemaName: "answer",
	Schema:     json.RawMessage(`{"type":"object"}`),
	MaxTokens:  500,
}

// A fake is a model server: it keeps the requests it gets, and answers each
// by its handler.
type fake struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []map[string]any // of POST /v1/chat/completions
	paths  []string         // of every request
	keys   []string         // Authorization
}

func serve(t *testing.T, answer func(w http.ResponseWriter, path string, body map[string]any)) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if r.Method == http.MethodPost {
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Errorf("request body: %v", err)
			}
		}
		f.mu.Lock()
		f.paths = append(f.paths, r.URL.Path)
		f.keys = append(f.keys, r.Header.Get("Authorization"))
		if body != nil {
			f.bodies = append(f.bodies, body)
		}
		f.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "0") // no test here waits
		answer(w, r.URL.Path, body)
	}))
	t.Cleanup(f.Close)
	return f
}

// always answers every request alike.
func always(status int, body string) func(http.ResponseWriter, string, map[string]any) {
	return func(w http.ResponseWriter, _ string, _ map[string]any) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

const good = `{"choices": [{"message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}`

// A server that ignores stream sends one object.
func TestWholeReplies(t *testing.T) {
	usage := prompts.Usage{PromptTokens: 29, CompletionTokens: 7}
	const counts = `"usage": {"prompt_tokens": 29, "completion_tokens": 7, "total_tokens": 36`
	tests := []struct {
		name string
		body string
		want prompts.Completion
	}{
		{"OpenAI", `{"id": "chatcmpl-9", "object": "chat.completion", "created": 1790000000, "model": "gpt-6-luna",
			"choices": [{"index": 0, "message": {"role": "assistant", "content": "{}", "refusal": null, "annotations": []}, "logprobs": null, "finish_reason": "stop"}],
			` + counts + `, "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 3}},
			"service_tier": "default", "system_fingerprint": null}`, prompts.Completion{Text: "{}", Usage: usage}},
		{"Ollama", `{"id": "chatcmpl-1", "object": "chat.completion", "created": 1790000000, "model": "qwen3:4b", "system_fingerprint": "fp_ollama",
			"choices": [{"index": 0, "message": {"role": "assistant", "content": "{}", "reasoning": "Let me see."}, "finish_reason": "stop"}],
			` + counts + `}}`, prompts.Completion{Text: "{}", Usage: usage}},
		{"llama.cpp", `{"choices": [{"finish_reason": "stop", "index": 0, "message": {"role": "assistant", "reasoning_content": "Let me see.", "content": "{}"}}],
			"created": 1790000000, "model": "gpt-oss-20b.gguf", "system_fingerprint": "b9272-1d7ab2b9", "object": "chat.completion",
			` + counts + `}, "id": "chatcmpl-x", "timings": {"prompt_n": 29, "prompt_ms": 51.2, "predicted_per_second": 44.1}}`, prompts.Completion{Text: "{}", Usage: usage}},
		{"vLLM", `{"id": "chatcmpl-5", "object": "chat.completion", "created": 1790000000, "model": "Qwen/Qwen3-8B",
			"choices": [{"index": 0, "message": {"role": "assistant", "reasoning_content": null, "content": "{}", "tool_calls": [], "function_call": null},
			"logprobs": null, "finish_reason": "stop", "stop_reason": null}],
			` + counts + `, "prompt_tokens_details": null}, "prompt_logprobs": null, "kv_transfer_params": null}`, prompts.Completion{Text: "{}", Usage: usage}},
		{"cut short", `{"choices": [{"message": {"content": "{\"answ"}, "finish_reason": "length"}]}`, prompts.Completion{Text: `{"answ`, Truncated: true}},
		{"thought too long", `{"choices": [{"message": {"content": null, "reasoning": "Hm"}, "finish_reason": "length"}]}`, prompts.Completion{Truncated: true}},
		{"filtered", `{"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}`, prompts.Completion{Truncated: true}},
		{"thought aloud", `{"choices": [{"message": {"content": "<think>Hm</think>{}"}, "finish_reason": "stop"}]}`, prompts.Completion{Text: "{}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := serve(t, always(200, tt.body))
			got, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"}).Complete(t.Context(), request, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("completion (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompleteErrors(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   error
		said   string // in the error's text
	}{
		{"OpenAI, bad key", 401, `{"error": {"message": "Incorrect API key provided.", "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}}`, llm.ErrUnauthorized, "Incorrect API key"},
		{"OpenAI, region", 403, `{"error": {"message": "Country not supported", "type": "request_forbidden", "param": null, "code": "unsupported_country"}}`, llm.ErrUnauthorized, "Country"},
		{"OpenAI, long prompt", 400, `{"error": {"message": "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens. Please reduce the length of the messages.", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}}`, llm.ErrTooLong, "300000 tokens"},
		{"OpenAI, no credit", 429, `{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "param": null, "code": "insufficient_quota"}}`, llm.ErrRateLimited, "quota"},
		{"OpenAI, fault", 500, `{"error": {"message": "The server had an error", "type": "server_error", "param": null, "code": null}}`, llm.ErrServer, "had an error"},
		{"Ollama, no model", 404, `{"error": {"message": "model 'm' not found", "type": "not_found_error", "param": null, "code": null}}`, llm.ErrUnknownModel, "model 'm' not found"},
		{"older Ollama, no model", 404, `{"error":"model \"m\" not found, try pulling it first"}`, llm.ErrUnknownModel, `(status 404: model "m" not found, try pulling it first)`},
		{"Ollama, long prompt", 400, `{"error":{"message":"the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length","type":"invalid_request_error","param":null,"code":null}}` + "\n", llm.ErrTooLong, "shorten the prompt"},
		{"Ollama, full", 503, `{"error":{"message":"server busy, please try again.  maximum pending requests exceeded","type":"api_error","param":null,"code":null}}` + "\n", llm.ErrServer, "server busy"},
		{"Ollama, no /v1", 404, `404 page not found`, llm.ErrUnknownModel, "page not found"},
		{"llama.cpp, loading", 503, `{"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}`, llm.ErrServer, "Loading model"},
		{"llama.cpp, bad key", 401, `{"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}`, llm.ErrUnauthorized, "Invalid API Key"},
		{"llama.cpp, long prompt", 400, `{"error":{"code":400,"message":"request (4476 tokens) exceeds the available context size (4096 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":4476,"n_ctx":4096}}`, llm.ErrTooLong, "4476 tokens"},
		{"llama.cpp, no model that writes", 501, `{"error":{"code":501,"message":"This server does not support completions. Start it without ` + "`--embeddings`" + `","type":"not_supported_error"}}`, llm.ErrRejected, "--embeddings"},
		{"older vLLM, no model", 404, `{"object": "error", "message": "The model m does not exist.", "type": "NotFoundError", "param": null, "code": 404}`, llm.ErrUnknownModel, "does not exist"},
		{"vLLM, long prompt", 400, `{"error":{"message":"'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens and your request has 2778 input tokens (8000 > 4096 - 2778). None","type":"BadRequestError","param":null,"code":400}}`, llm.ErrTooLong, "maximum context length"},
		{"older vLLM, long prompt", 400, `{"object":"error","message":"The decoder prompt (length 9000) is longer than the maximum model length of 8192.","type":"BadRequestError","param":null,"code":400}`, llm.ErrTooLong, "(status 400: The decoder prompt"},
		{"DeepSeek, no credit", 402, `{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}`, llm.ErrRateLimited, "Insufficient Balance"},
		{"proxy", 502, "<html>\n<h1>Bad\tGateway</h1>\x1b[31m" + strings.Repeat("x", 10_000), llm.ErrServer, "<html> <h1>Bad Gateway</h1> [31m"},
		{"page", 200, `<!DOCTYPE html><title>Welcome</title>`, llm.ErrBadReply, "invalid character '<'"},
		{"moved", 302, `<a href="https://elsewhere.example/">Found</a>`, llm.ErrBadReply, ""},
		{"nothing", 200, ``, llm.ErrBadReply, "no choices"},
		{"cut short", 200, good[:40], llm.ErrBadReply, "unexpected end of JSON"},
		{"no reason to stop", 200, `{"choices": [{"message": {"content": ""}, "finish_reason": null}]}`, llm.ErrCut, "finish_reason"},
		{"no choices", 200, `{"choices": []}`, llm.ErrBadReply, "no choices"},
		{"another API", 200, `{"status": "ok"}`, llm.ErrBadReply, "no choices"},
		{"huge", 200, `{"choices": [{"message": {"content": "` + strings.Repeat("x", 8<<20) + `"}, "finish_reason": "stop"}]}`, llm.ErrBadReply, "unexpected end of JSON"},
		{"an error in place of a reply", 200, `{"error": {"message": "no slot", "code": 503}}`, llm.ErrServer, "no slot"},
		{"refusal", 200, `{"choices": [{"message": {"content": null, "refusal": "I can't help with that."}, "finish_reason": "stop"}]}`, llm.ErrRefusal, "I can't help"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := serve(t, always(tt.status, tt.body))
			got, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"}).Complete(t.Context(), request, nil)
			if tt.want != llm.ErrServer && len(server.bodies) != 1 {
				t.Errorf("asked %d times for what will not change", len(server.bodies))
			}
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.said) {
				t.Errorf("error = %v, want %v with %q", err, tt.want, tt.said)
			}
			if got.Text != "" {
				t.Errorf("completion = %+v beside an error", got)
			}
			if text := fmt.Sprint(err); len(text) > 600 || strings.ContainsAny(text, "\n\x1b") {
				t.Errorf("the error is not one short line: %q", text)
			}
		})
	}
}

func TestCompleteUnreachable(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, base := range []string{gone.URL + "/v1", "localhost:11434/v1", "http://[::1/v1", "ftp://127.0.0.1/v1"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // no time for a second try
		defer cancel()
		_, err := llm.New(llm.Config{BaseURL: base, Model: "m"}).Complete(ctx, request, nil)
		if !errors.Is(err, llm.ErrUnreachable) {
			t.Errorf("%s: error = %v, want %v", base, err, llm.ErrUnreachable)
		}
	}
}

func TestKeyStaysSecret(t *testing.T) {
	const key = "sk-proj-abcdefghijklmnopqrstuvwxyz"
	for _, echo := range []struct {
		status int
		body   string
	}{
		{401, `{"error": {"message": "Incorrect API key provided: ` + key + `", "type": "invalid_request_error", "param": "` + key + `", "code": "` + key + `"}}`},
		{401, `{"error": {"message": "sk-proj-abc\u0064efghijklmnopqrstuvwxyz", "type": "invalid_request_error"}}`},
		{500, "<pre>Authorization: Bearer " + key + "</pre>"},
		{400, strings.Repeat("x", 280) + " response_format " + key},
		{200, key},
		{200, `data: {"error": {"message": "Not with ` + key + `"}}` + "\n\n"},
		{200, `{"choices": [{"message": {"refusal": "Not with ` + key + `"}, "finish_reason": "stop"}]}`},
	} {
		var logged bytes.Buffer
		server := serve(t, always(echo.status, echo.body))
		_, err := llm.New(llm.Config{
			BaseURL: server.URL + "/v1", APIKey: key + "\n", Model: "m",
			Logger: slog.New(slog.NewTextHandler(&logged, nil)),
		}).Complete(t.Context(), request, nil)
		if err == nil {
			t.Fatalf("%s: no error", echo.body)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if text := fmt.Sprintf("%+v %#v", e, e); strings.Contains(text, "sk-proj-") {
				t.Errorf("the error holds the key: %s", text)
			}
		}
		if strings.Contains(logged.String(), "sk-proj-") {
			t.Errorf("the log holds the key: %s", logged.String())
		}
		if got := server.keys[0]; got != "Bearer "+key {
			t.Errorf("Authorization = %q", got)
		}
	}
}

func TestOpenAIByDefault(t *testing.T) {
	var sent []string
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		sent = append(sent, req.URL.String(), req.Header.Get("Authorization"), string(body))
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(good)), Request: req}, err
	})
	for _, base := range []string{"", "https://api.openai.com/v1/"} {
		sent = nil
		if _, err := llm.New(llm.Config{BaseURL: base, APIKey: "secret", Transport: transport}).Complete(t.Context(), request, nil); err != nil {
			t.Fatal(err)
		}
		want := []string{"https://api.openai.com/v1/chat/completions", "Bearer secret"}
		if diff := cmp.Diff(want, sent[:2]); diff != "" || !strings.Contains(sent[2], `"model":"gpt-`) {
			t.Errorf("%q: sent %s\n(-want +got):\n%s", base, sent[2], diff)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestRedirectIsNotFollowed(t *testing.T) {
	other := serve(t, always(200, good))
	server := serve(t, func(w http.ResponseWriter, path string, _ map[string]any) {
		w.Header().Set("Location", other.URL+path)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	_, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", APIKey: "secret", Model: "m"}).Complete(t.Context(), request, nil)
	if !errors.Is(err, llm.ErrBadReply) {
		t.Errorf("error = %v, want %v", err, llm.ErrBadReply)
	}
	if len(other.paths) != 0 {
		t.Errorf("the other host got %v", other.paths)
	}
}

func TestCompleteConcurrently(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, path string, body map[string]any) {
		switch {
		case path == "/v1/models":
			io.WriteString(w, `{"data": [{"id": "m"}]}`)
		case body["response_format"] != nil:
			always(400, `{"error": "response_format?"}`)(w, path, body)
		default:
			io.WriteString(w, good)
		}
	})
	client := llm.New(llm.Config{BaseURL: server.URL + "/v1"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := client.Complete(t.Context(), request, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	found := len(server.bodies)
	if _, err := client.Complete(t.Context(), request, nil); err != nil || len(server.bodies) != found+1 {
		t.Errorf("%d requests once the dialect is known, %v", len(server.bodies)-found, err)
	}
}
