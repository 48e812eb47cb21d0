package llm_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/llm"
)

const (
	noSchema      = `{"error": {"message": "This response_format type is unavailable now", "type": "invalid_request_error", "param": null, "code": "invalid_request_error"}}`
	noFormat      = `{"error": "'response_format.type' must be 'text'"}`
	oldLlama      = `{"error": {"code": 500, "message": "response_format type must be one of \"text\" or \"json_object\", but got: json_schema", "type": "server_error"}}`
	badSchema     = `{"error":{"code":400,"message":"JSON schema conversion failed:\nUnrecognized schema: {\"description\":\"x\"}","type":"invalid_request_error"}}`
	xgrammar      = `{"error":{"message":"The provided JSON schema contains features not supported by xgrammar.","type":"BadRequestError","param":null,"code":400}}`
	noMaxTokens   = `{"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter"}}`
	noUsage       = `{"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}`
	noStream      = `{"error": {"message": "Your organization must be verified to stream this model.", "type": "invalid_request_error", "param": "stream", "code": "unsupported_value"}}`
	noTemperature = `{"error": {"message": "Unsupported value: 'temperature' does not support 0 with this model.", "type": "invalid_request_error", "param": "temperature", "code": "unsupported_value"}}`
)

// A refusal is a status and body for requests that hold a parameter.
type refusal struct {
	param, value string // value "" for any; of response_format its type
	status       int
	body         string
}

// What a server refuses is left out, and left out from the start next time.
func TestDialect(t *testing.T) {
	strict := map[string]any{"type": "json_schema", "json_schema": map[string]any{
		"name": "answer", "schema": map[string]any{"type": "object"}, "strict": true,
	}}
	anyJSON := map[string]any{"type": "json_object"}
	tests := []struct {
		name     string
		model    string
		refusals []refusal
		requests int            // of the first question
		want     map[string]any // besides model and messages; stream and its options are added when it says nothing of them
	}{
		{"all is well", "m", nil, 1,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01, "response_format": strict}},
		{"DeepSeek", "deepseek-chat", []refusal{{"response_format", "json_schema", 400, noSchema}}, 2,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01, "response_format": anyJSON}},
		{"old llama.cpp", "m", []refusal{{"response_format", "json_schema", 500, oldLlama}}, 4, // the fault is tried three times
			map[string]any{"max_tokens": 500.0, "temperature": 0.01, "response_format": anyJSON}},
		{"llama.cpp", "m", []refusal{{"response_format", "json_schema", 400, badSchema}}, 2,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01, "response_format": anyJSON}},
		{"vLLM", "m", []refusal{{"response_format", "json_schema", 400, xgrammar}}, 2,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01, "response_format": anyJSON}},
		{"text alone", "m", []refusal{{"response_format", "", 400, noFormat}}, 3,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01}},
		{"FastAPI", "m", []refusal{{"response_format", "", 422, `{"detail": [{"loc": ["body", "response_format"], "msg": "extra fields not permitted"}]}`}}, 3,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01}},
		{"no count of tokens", "m", []refusal{{"stream_options", "", 422, noUsage}}, 2,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01, "response_format": strict, "stream": true}},
		{"not as a stream", "m", []refusal{{"stream", "", 400, noStream}}, 2,
			map[string]any{"max_tokens": 500.0, "temperature": 0.01, "response_format": strict, "stream": false}},
		{"a reasoning model", "m", []refusal{{"max_tokens", "", 400, noMaxTokens}, {"temperature", "", 400, noTemperature}}, 3,
			map[string]any{"max_completion_tokens": 4596.0, "response_format": strict}},
		{"one that the library knows", "gpt-6-luna", nil, 1,
			map[string]any{"max_completion_tokens": 4596.0, "response_format": strict}},
		{"an earlier one", "o3-mini", nil, 1,
			map[string]any{"max_completion_tokens": 4596.0, "response_format": strict}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, path string, body map[string]any) {
				for _, r := range tt.refusals {
					if got := body[r.param]; got != nil && got != false && (r.value == "" || got.(map[string]any)["type"] == r.value) {
						always(r.status, r.body)(w, path, body)
						return
					}
				}
				io.WriteString(w, good)
			})
			client := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: tt.model})
			for _, requests := range []int{tt.requests, tt.requests + 1} {
				if _, err := client.Complete(t.Context(), request, nil); err != nil {
					t.Fatal(err)
				}
				if len(server.bodies) != requests {
					t.Errorf("%d requests so far, want %d", len(server.bodies), requests)
				}
			}
			tt.want["model"] = tt.model
			tt.want["messages"] = []any{
				map[string]any{"role": "system", "content": request.System},
				map[string]any{"role": "user", "content": request.User},
			}
			if tt.want["stream"] == nil {
				tt.want["stream"], tt.want["stream_options"] = true, map[string]any{"include_usage": true}
			}
			if diff := cmp.Diff(tt.want, server.bodies[len(server.bodies)-1]); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

// A server that refuses whatever it is sent is not asked for ever.
func TestDialectEnds(t *testing.T) {
	server := serve(t, always(400, `{"error": "max_tokens, temperature, stream_options, streaming, response_format"}`))
	_, err := llm.New(llm.Config{BaseURL: server.URL + "/v1", Model: "m"}).Complete(t.Context(), request, nil)
	if !errors.Is(err, llm.ErrRejected) || len(server.bodies) != 7 {
		t.Errorf("%d requests, error = %v, want 7 and %v", len(server.bodies), err, llm.ErrRejected)
	}
}

func TestModel(t *testing.T) {
	tests := []struct {
		name   string
		config string // Config.Model
		list   string // GET /models
		want   string // "" when there is none
	}{
		{"configured", "mine", ``, "mine"},
		{"Ollama", "", `{"object": "list", "data": [{"id": "nomic-embed-text:latest", "object": "model", "created": 1790000001, "owned_by": "library"}, {"id": "qwen3:4b", "object": "model", "created": 1790000000, "owned_by": "library"}]}`, "qwen3:4b"},
		{"Ollama, empty", "", `{"object": "list", "data": null}`, ""},
		{"llama.cpp", "", `{"models": [{"name": "x.gguf", "capabilities": ["completion"]}], "object": "list", "data": [{"id": "x.gguf", "object": "model", "created": 1790000000, "owned_by": "llamacpp", "meta": {"n_vocab": 32000}}]}`, "x.gguf"},
		{"vLLM", "", `{"object": "list", "data": [{"id": "Qwen/Qwen3-8B", "object": "model", "created": 1790000000, "owned_by": "vllm", "root": "Qwen/Qwen3-8B", "parent": null, "max_model_len": 8192, "permission": [{"id": "modelperm-1", "object": "model_permission", "created": 1790000000, "group": null, "is_blocking": false}]}]}`, "Qwen/Qwen3-8B"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, path string, _ map[string]any) {
				if path == "/v1/models" {
					io.WriteString(w, tt.list)
				} else {
					io.WriteString(w, good)
				}
			})
			client := llm.New(llm.Config{BaseURL: server.URL + "/v1/", Model: tt.config})
			for range 2 {
				_, err := client.Complete(t.Context(), request, nil)
				if tt.want == "" {
					if !errors.Is(err, llm.ErrUnknownModel) {
						t.Errorf("error = %v, want %v", err, llm.ErrUnknownModel)
					}
				} else if got := server.bodies[len(server.bodies)-1]["model"]; got != tt.want || err != nil {
					t.Errorf("model = %v, %v, want %s", got, err, tt.want)
				}
			}
			if asked := strings.Count(strings.Join(server.paths, " "), "/v1/models"); tt.want != "" && asked > 1 {
				t.Errorf("the list was asked for %d times", asked)
			}
		})
	}
}

// A server that is started again with another model is asked once more.
func TestModelChanges(t *testing.T) {
	served := "first"
	server := serve(t, func(w http.ResponseWriter, path string, body map[string]any) {
		switch {
		case path == "/v1/models":
			io.WriteString(w, `{"data": [{"id": "`+served+`"}]}`)
		case body["model"] == served:
			io.WriteString(w, good)
		default:
			always(404, `{"error": {"message": "no such model"}}`)(w, path, body)
		}
	})
	client := llm.New(llm.Config{BaseURL: server.URL + "/v1"})
	for _, step := range []struct {
		served string
		want   error
	}{{"first", nil}, {"second", llm.ErrUnknownModel}, {"second", nil}} {
		served = step.served
		if _, err := client.Complete(t.Context(), request, nil); !errors.Is(err, step.want) {
			t.Errorf("with %s: error = %v, want %v", served, err, step.want)
		}
	}
}
