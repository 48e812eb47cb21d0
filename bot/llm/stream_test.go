package llm_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/llm"
	"storybot/prompts"
)

// Streams as the servers send them.
const (
	openAIStream = `data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1790000000,"model":"gpt-6-luna","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null,"obfuscation":"VRnxcNa"}

data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1790000000,"model":"gpt-6-luna","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"content":"{\"a\":"},"finish_reason":null}],"usage":null,"obfuscation":"V4pTgeLX"}

data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1790000000,"model":"gpt-6-luna","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"content":" \"항구\"}"},"finish_reason":null}],"usage":null,"obfuscation":"xW"}

data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1790000000,"model":"gpt-6-luna","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null,"obfuscation":"Qk1"}

data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1790000000,"model":"gpt-6-luna","service_tier":"default","system_fingerprint":null,"choices":[],"usage":{"prompt_tokens":29,"completion_tokens":7,"total_tokens":36,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"obfuscation":"c8"}

data: [DONE]

`
	ollamaStream = `data: {"id":"chatcmpl-381","object":"chat.completion.chunk","created":1790000000,"model":"qwen3:4b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"Let me"},"finish_reason":null}]}

data: {"id":"chatcmpl-381","object":"chat.completion.chunk","created":1790000000,"model":"qwen3:4b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":" see."},"finish_reason":null}]}

data: {"id":"chatcmpl-381","object":"chat.completion.chunk","created":1790000000,"model":"qwen3:4b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"{\"a\":"},"finish_reason":null}]}

data: {"id":"chatcmpl-381","object":"chat.completion.chunk","created":1790000000,"model":"qwen3:4b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":" \"항구\"}"},"finish_reason":null}]}

data: {"id":"chatcmpl-381","object":"chat.completion.chunk","created":1790000000,"model":"qwen3:4b","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}

data: {"id":"chatcmpl-381","object":"chat.completion.chunk","created":1790000000,"model":"qwen3:4b","system_fingerprint":"fp_ollama","choices":[],"usage":{"prompt_tokens":29,"completion_tokens":7,"total_tokens":36}}

data: [DONE]

`
	llamaStream = `:

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1790000000,"id":"chatcmpl-qC6laQHb","model":"qwen3.gguf","system_fingerprint":"b9554-d403f00ec","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"reasoning_content":"Let me see."}}],"created":1790000000,"id":"chatcmpl-qC6laQHb","model":"qwen3.gguf","system_fingerprint":"b9554-d403f00ec","object":"chat.completion.chunk"}

:

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"{\"a\":"}}],"created":1790000000,"id":"chatcmpl-qC6laQHb","model":"qwen3.gguf","system_fingerprint":"b9554-d403f00ec","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":" \"항구\"}"}}],"created":1790000000,"id":"chatcmpl-qC6laQHb","model":"qwen3.gguf","system_fingerprint":"b9554-d403f00ec","object":"chat.completion.chunk"}

data: {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"created":1790000000,"id":"chatcmpl-qC6laQHb","model":"qwen3.gguf","system_fingerprint":"b9554-d403f00ec","object":"chat.completion.chunk"}

data: {"choices":[],"created":1790000000,"id":"chatcmpl-qC6laQHb","model":"qwen3.gguf","system_fingerprint":"b9554-d403f00ec","object":"chat.completion.chunk","usage":{"completion_tokens":7,"prompt_tokens":29,"total_tokens":36},"timings":{"cache_n":7,"prompt_n":22,"prompt_ms":251.51,"predicted_n":7,"predicted_ms":407.596}}

data: [DONE]

`
	vllmStream = `data: {"id":"chatcmpl-ae276bc6","object":"chat.completion.chunk","created":1790000000,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}

data: {"id":"chatcmpl-ae276bc6","object":"chat.completion.chunk","created":1790000000,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"reasoning":"Let me see.","reasoning_content":"Let me see."},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-ae276bc6","object":"chat.completion.chunk","created":1790000000,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"content":"{\"a\":"},"logprobs":null,"finish_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-ae276bc6","object":"chat.completion.chunk","created":1790000000,"model":"Qwen/Qwen3-8B","choices":[{"index":0,"delta":{"content":" \"항구\"}"},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}]}

data: {"id":"chatcmpl-ae276bc6","object":"chat.completion.chunk","created":1790000000,"model":"Qwen/Qwen3-8B","choices":[],"usage":{"prompt_tokens":29,"total_tokens":36,"completion_tokens":7}}

data: [DONE]

`
)

// chunk is an event that carries a piece of text.
func chunk(text string) string {
	return fmt.Sprintf(`data: {"choices":[{"index":0,"delta":{"content":%q},"finish_reason":null}]}`+"\n\n", text)
}

// finish is the event of a model that has stopped.
func finish(reason string) string {
	return fmt.Sprintf(`data: {"choices":[{"index":0,"delta":{},"finish_reason":%q}]}`+"\n\n", reason)
}

const done = "data: [DONE]\n\n"

// stream sends body in pieces of n bytes, each as soon as it is written.
func stream(w http.ResponseWriter, body string, n int) {
	w.Header().Set("Content-Type", "text/event-stream")
	for len(body) > 0 {
		piece := body[:min(n, len(body))]
		body = body[len(piece):]
		io.WriteString(w, piece)
		w.(http.Flusher).Flush()
	}
}

func TestStreams(t *testing.T) {
	usage := prompts.Usage{PromptTokens: 29, CompletionTokens: 7}
	answer := prompts.Completion{Text: `{"a": "항구"}`, Usage: usage}
	tests := []struct {
		name   string
		stream string
		want   prompts.Completion
		pieces []string
		err    error
		said   string // in the error's text
	}{
		{"OpenAI", openAIStream, answer, []string{`{"a":`, ` "항구"}`}, nil, ""},
		{"Ollama", ollamaStream, answer, []string{`{"a":`, ` "항구"}`}, nil, ""},
		{"llama.cpp", llamaStream, answer, []string{`{"a":`, ` "항구"}`}, nil, ""},
		{"vLLM", vllmStream, answer, []string{`{"a":`, ` "항구"}`}, nil, ""},

		{"too long", chunk("{") + finish("length") + done, prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, nil, ""},
		{"filtered", chunk("{") + finish("content_filter") + done, prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, nil, ""},
		{"no usage", chunk("{}") + finish("stop") + done, prompts.Completion{Text: "{}"}, []string{"{}"}, nil, ""},
		{"no [DONE]", chunk("{}") + finish("stop"), prompts.Completion{Text: "{}"}, []string{"{}"}, nil, ""},
		{"no end of the last line", chunk("{}") + strings.TrimSpace(finish("stop")), prompts.Completion{Text: "{}"}, []string{"{}"}, nil, ""},
		{"carriage returns", strings.ReplaceAll(chunk("{}")+finish("stop")+done, "\n", "\r\n"), prompts.Completion{Text: "{}"}, []string{"{}"}, nil, ""},
		{"no spaces", strings.ReplaceAll(chunk("{}")+finish("stop")+done, ": ", ":"), prompts.Completion{Text: "{}"}, []string{"{}"}, nil, ""},
		{"other fields", "id: 1\nevent: message\nretry: 10\n" + chunk("{}") + "odd\n" + finish("stop") + done, prompts.Completion{Text: "{}"}, []string{"{}"}, nil, ""},
		{"kept alive", chunk("{") + strings.Repeat(": OPENROUTER PROCESSING\n\n", 1000) + chunk("}") + finish("stop") + done, prompts.Completion{Text: "{}"}, []string{"{", "}"}, nil, ""},
		{"an error that is none", strings.ReplaceAll(chunk(`{"error"}`)+finish("stop")+done, `]}`, `],"error":null}`), prompts.Completion{Text: `{"error"}`}, []string{`{"error"}`}, nil, ""},
		{"a fault after the end", chunk("{}") + finish("stop") + "data: {\"error\": {\"message\": \"oh\"}}\n\n", prompts.Completion{Text: "{}"}, []string{"{}"}, nil, ""},

		{"thoughts", chunk("<think>Hm: {") + chunk("}</think>\n{}") + finish("stop"), prompts.Completion{Text: "\n{}"}, []string{"\n{}"}, nil, ""},
		{"thoughts in pieces", chunk("\n ") + chunk("<thi") + chunk("nk>Hm < ") + chunk("</th") + chunk("ink>") + chunk("{") + chunk("}") + finish("stop"), prompts.Completion{Text: "{}"}, []string{"{", "}"}, nil, ""},
		{"thoughts without end", chunk("<think>Hm") + finish("length"), prompts.Completion{Truncated: true}, nil, nil, ""},
		{"no thoughts", chunk("<") + chunk("b> <think>no</think>") + finish("stop"), prompts.Completion{Text: "<b> <think>no</think>"}, []string{"<b> <think>no</think>"}, nil, ""},
		{"thoughts in the answer", chunk(`{"a": "`) + chunk("<think>no</think>") + finish("stop"), prompts.Completion{Text: `{"a": "<think>no</think>`}, []string{`{"a": "`, "<think>no</think>"}, nil, ""},

		{"cut", chunk("{"), prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrCut, "finish_reason"},
		{"cut, and done", chunk("{") + done, prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrCut, "finish_reason"},
		{"cut in a line", chunk("{") + finish("stop")[:30], prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrCut, "finish_reason"},
		{"Ollama, fault", chunk("{") + `data: {"id":"chatcmpl-381","object":"chat.completion.chunk","created":1790000000,"model":"","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}` + "\n\n",
			prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrCut, "finish_reason"},
		{"OpenAI, fault", chunk("{") + `data: {"error": {"message": "The server had an error", "type": "server_error", "param": null, "code": null}}` + "\n\n",
			prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrServer, "had an error"},
		{"llama.cpp, fault", ":\n\n" + chunk("{") + `data: {"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}}` + "\n\n",
			prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrTooLong, "context size"},
		{"older llama.cpp, fault", chunk("{") + `error: {"code":500,"message":"Context size has been exceeded.","type":"server_error"}` + "\n\n",
			prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrTooLong, "Context size"},
		{"vLLM, fault", chunk("{") + `data: {"error": {"message": "Internal server error", "type": "InternalServerError", "param": null, "code": 500}}` + "\n\n" + done,
			prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrServer, "Internal server error"},
		{"older vLLM, fault", chunk("{") + `data: {"object": "error", "message": "EngineCore encountered an issue", "type": "BadRequestError", "param": null, "code": 400}` + "\n\n" + done,
			prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrRejected, "EngineCore"},
		{"a parameter refused too late", chunk("{") + `data: {"error": {"code": 400, "message": "response_format"}}` + "\n\n",
			prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrRejected, "response_format"},
		{"a fault in a word", `data: {"error": "out of memory"}` + "\n\n", prompts.Completion{Truncated: true}, nil, llm.ErrServer, "out of memory"},
		{"refusal", `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null,"refusal":"I can't"},"finish_reason":null}]}` + "\n\n" + `data: {"choices":[{"index":0,"delta":{"refusal":" help."},"finish_reason":null}]}` + "\n\n" + finish("stop") + done,
			prompts.Completion{}, nil, llm.ErrRefusal, "I can't help."},
		{"not JSON", chunk("{") + "data: {oops}\n\n", prompts.Completion{Text: "{", Truncated: true}, []string{"{"}, llm.ErrBadReply, "invalid character"},
		{"nothing", done, prompts.Completion{Truncated: true}, nil, llm.ErrBadReply, "no choices"},
	}
	for _, tt := range tests {
		for _, size := range []int{1 << 20, 1} {
			t.Run(fmt.Sprintf("%s by %d", tt.name, size), func(t *testing.T) {
				server := serve(t, func(w http.ResponseWriter, _ string, _ map[string]any) { stream(w, tt.stream, size) })
				var pieces []string
				got, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"}).Complete(t.Context(), request, func(text string) {
					pieces = append(pieces, text)
				})
				if !errors.Is(err, tt.err) || err != nil && !strings.Contains(err.Error(), tt.said) {
					t.Errorf("error = %v, want %v with %q", err, tt.err, tt.said)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("completion (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.pieces, pieces); diff != "" {
					t.Errorf("pieces (-want +got):\n%s", diff)
				}
				if len(server.bodies) != 1 {
					t.Errorf("asked %d times", len(server.bodies))
				}
			})
		}
	}
}

// FuzzReply holds that whatever a server sends, the pieces handed on are the text,
// and that it makes no difference in what portions it arrives.
func FuzzReply(f *testing.F) {
	for _, body := range []string{openAIStream, ollamaStream, llamaStream, vllmStream, good, chunk("<think>{") + chunk("</think>}"), "error: {}\n", `{"error": 1}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		complete := func(portions io.Reader) (prompts.Completion, string) {
			transport := roundTripper(func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(portions), Request: req}, nil
			})
			var pieces strings.Builder
			got, err := llm.New(llm.Config{Model: "m", Transport: transport}).Complete(t.Context(), request, func(text string) { pieces.WriteString(text) })
			if pieces.String() != got.Text {
				t.Errorf("pieces %q of the text %q", &pieces, got.Text)
			}
			return got, fmt.Sprint(err)
		}
		whole, err := complete(strings.NewReader(body))
		apart, errApart := complete(iotest.OneByteReader(strings.NewReader(body)))
		if whole != apart || err != errApart {
			t.Errorf("%+v, %s\nin single bytes %+v, %s", whole, err, apart, errApart)
		}
	})
}

// A piece is handed on while the server still writes; a connection that breaks
// then takes nothing back.
func TestStreamIsHandedOn(t *testing.T) {
	read := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, _ string, _ map[string]any) {
		stream(w, chunk("{"), 1<<20)
		<-read
		stream(w, chunk("}"), 1<<20)
		<-read
		panic(http.ErrAbortHandler)
	})
	got, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"}).Complete(t.Context(), request, func(string) { read <- struct{}{} })
	if want := (prompts.Completion{Text: "{}", Truncated: true}); got != want || !errors.Is(err, llm.ErrCut) {
		t.Errorf("completion = %+v, %v, want %+v, %v", got, err, want, llm.ErrCut)
	}
}

// A caller who gives up keeps what has come, and is called no more.
func TestStreamIsGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	returned, sent := make(chan struct{}), make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, _ string, _ map[string]any) {
		defer close(sent)
		stream(w, chunk("{"), 1<<20)
		<-returned
		stream(w, chunk("}")+finish("stop")+done, 1<<20)
	})
	calls := 0
	got, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"}).Complete(ctx, request, func(string) {
		calls++
		cancel()
	})
	close(returned)
	<-sent
	if !errors.Is(err, context.Canceled) || got.Text != "{" || calls != 1 {
		t.Errorf("completion = %+v, %v after %d calls, want %q and %v after one", got, err, calls, "{", context.Canceled)
	}
}

// A refusal of a parameter may come as an event.
func TestStreamRefusesParameter(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ string, body map[string]any) {
		if body["response_format"] != nil {
			stream(w, `data: {"error": {"message": "response_format is not supported", "code": 400}}`+"\n\n", 1<<20)
			return
		}
		stream(w, openAIStream, 1<<20)
	})
	got, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"}).Complete(t.Context(), request, nil)
	if err != nil || got.Text != `{"a": "항구"}` || len(server.bodies) != 3 {
		t.Errorf("completion = %+v, %v after %d requests, want an answer after 3", got, err, len(server.bodies))
	}
}
