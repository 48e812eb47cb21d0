package llm

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/sashabaranov/go-openai"

	"storybot/prompts"
)

const (
	// reasoningRoom is added to the bound of a reply, in tokens, where the bound
	// counts what the model thinks as well.
	reasoningRoom = 4096

	// temperature is as good as 0, which the library leaves out. It is not less
	// because servers divide by it: llama.cpp and Ollama, by 1e-45, get nothing but
	// infinities, and then take the least likely token. vLLM raises it to this.
	temperature = 0.01
)

// A dialect is what a server and its model take of the API. The zero value,
// but for the model, asks for everything.
type dialect struct {
	model            string
	completionTokens bool // max_completion_tokens instead of max_tokens: OpenAI's reasoning models
	anyTemperature   bool // no temperature: the same
	noUsage          bool // no stream_options: older servers, which count tokens unasked or not at all
	whole            bool // no stream: some of OpenAI's models, for organizations that it has not verified
	format           format
}

// A format is how a server holds a model to JSON, the strictest first. The
// prompt says it in words too, so it can be done without.
type format int

const (
	jsonSchema format = iota
	jsonObject
	plain
)

func (d dialect) request(req prompts.Request) openai.ChatCompletionRequest {
	out := openai.ChatCompletionRequest{
		Model: d.model,
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleSystem, Content: req.System},
			{Role: openai.ChatMessageRoleUser, Content: req.User},
		},
		ResponseFormat: d.format.of(req),
	}
	if !d.noUsage && !d.whole {
		out.StreamOptions = &openai.StreamOptions{IncludeUsage: true}
	}
	if d.completionTokens {
		out.MaxCompletionTokens = req.MaxTokens + reasoningRoom
	} else {
		//lint:ignore SA1019 Ollama and older servers know no other bound
		out.MaxTokens = req.MaxTokens
	}
	if !d.anyTemperature {
		out.Temperature = temperature
	}
	return out
}

func (f format) of(req prompts.Request) *openai.ChatCompletionResponseFormat {
	switch f {
	case jsonSchema:
		return &openai.ChatCompletionResponseFormat{
			Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{
				Name: req.SchemaName, Schema: req.Schema, Strict: true,
			},
		}
	case jsonObject:
		return &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	return nil
}

// without returns the next simpler dialect when err refuses a parameter of d,
// be it the server that refuses or, for models whose names it knows, the library
// before anything is sent.
func (d dialect) without(err error) (dialect, bool) {
	switch {
	case !d.completionTokens && (errors.Is(err, openai.ErrReasoningModelMaxTokensDeprecated) || refuses(err, "max_tokens")):
		d.completionTokens = true
	case !d.anyTemperature && (errors.Is(err, openai.ErrReasoningModelLimitationsOther) ||
		errors.Is(err, openai.ErrReasoningSamplingUnsupported) || refuses(err, "temperature")):
		d.anyTemperature = true
	case !d.noUsage && !d.whole && refuses(err, "stream_options", "include_usage"):
		d.noUsage = true
	case !d.whole && refuses(err, "(stream)", "streaming"): // as a parameter, or in words
		d.whole = true
	case d.format < plain && refuses(err, "response_format", "response format", "json_schema", "json schema", "json_object", "grammar"):
		d.format++
	default:
		return d, false
	}
	return d, true
}

// refuses reports whether a server refused a request and named one of words.
// Most say 400; FastAPI says 422, and builds of llama.cpp 500. That a request is too
// long is no refusal, though vLLM names max_tokens then.
func refuses(err error, words ...string) bool {
	status, said := answer(err)
	if tooLong.MatchString(said) {
		return false
	}
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusInternalServerError:
		said = strings.ToLower(said)
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	return false
}
