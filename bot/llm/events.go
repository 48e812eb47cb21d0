package llm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/sashabaranov/go-openai"
)

// events reads a model's reply as lines of "data: {…}" alone, which is what the
// library's stream reader takes rightly. By itself that reader loses a last line
// without its end, an error after a keep-alive comment or of another shape than
// OpenAI's, and the reply of a server that ignores stream and sends one object.
type events struct {
	body   *bufio.Reader
	closer io.Closer
	stream bool   // a line of an event stream has come
	line   []byte // what is left of the one being read
	err    error  // after it
}

func newEvents(body io.ReadCloser) *events {
	return &events{body: bufio.NewReader(body), closer: body}
}

// Read returns an error that the server sent in place of an event as an
// *openai.APIError.
func (e *events) Read(p []byte) (int, error) {
	for len(e.line) == 0 {
		if e.err != nil {
			return 0, e.err
		}
		e.line, e.err = e.next()
	}
	n := copy(p, e.line)
	e.line = e.line[n:]
	return n, nil
}

// Close closes the body.
func (e *events) Close() error { return e.closer.Close() }

// next returns the line that stands for the next one of the body, or none.
func (e *events) next() ([]byte, error) {
	raw, err := e.body.ReadBytes('\n')
	line := bytes.TrimSpace(raw)
	if len(line) == 0 {
		return nil, err
	}
	field, value, isField := bytes.Cut(line, []byte(":"))
	switch name := string(field); {
	case isField && name == "data":
		e.stream = true
		return event(bytes.TrimSpace(value), err)
	case isField && name == "error": // older llama.cpp
		return nil, failure(fmt.Appendf(nil, `{"error": %s}`, value))
	case isField && (name == "" || name == "event" || name == "id" || name == "retry"), e.stream:
		e.stream = true
		return nil, err
	}
	rest, err := io.ReadAll(e.body)
	if err != nil {
		return nil, err
	}
	return whole(append(raw, rest...))
}

// event returns the line of an event's data. Where the body ends with err, the
// data may be cut short, and is left out then.
func event(data []byte, err error) ([]byte, error) {
	if err != nil && !json.Valid(data) {
		return nil, err
	}
	if failed := failure(data); failed != nil {
		return nil, failed
	}
	return fmt.Appendf(nil, "data: %s\n", data), err
}

// whole returns the line of a reply that came as one JSON object.
func whole(body []byte) ([]byte, error) {
	if err := failure(body); err != nil {
		return nil, err
	}
	var resp openai.ChatCompletionResponse
	if err := json.Unmarshal(body, &resp); err != nil {
		return nil, err
	}
	data, err := json.Marshal(asChunk(resp))
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "data: %s\n", data), io.EOF
}

// asChunk returns a whole reply as a stream of one chunk.
func asChunk(resp openai.ChatCompletionResponse) openai.ChatCompletionStreamResponse {
	chunk := openai.ChatCompletionStreamResponse{Usage: &resp.Usage}
	for _, c := range resp.Choices {
		chunk.Choices = append(chunk.Choices, openai.ChatCompletionStreamChoice{
			Delta:        openai.ChatCompletionStreamChoiceDelta{Content: c.Message.Content, Refusal: c.Message.Refusal},
			FinishReason: c.FinishReason,
		})
	}
	return chunk
}

// failure returns the error that data is, or nil: {"error": {"message": …}} as of
// OpenAI, llama.cpp and vLLM, {"error": "…"} as of older Ollama, or {"object": "error",
// "message": …} as of older vLLM. A numeric code is the status that it would have had as a response.
func failure(data []byte) error {
	if !bytes.Contains(data, []byte(`"error"`)) {
		return nil // nearly always: a chunk is not parsed twice
	}
	var outer struct {
		Object string          `json:"object"`
		Error  json.RawMessage `json:"error"`
	}
	if err := json.Unmarshal(data, &outer); err != nil {
		return nil // not for this function to say
	}
	said := outer.Error
	if outer.Object == "error" {
		said = data
	}
	if len(said) == 0 || string(said) == "null" {
		return nil
	}
	var failed openai.APIError
	if json.Unmarshal(said, &failed.Message) != nil && json.Unmarshal(said, &failed) != nil {
		failed = openai.APIError{Message: string(said)}
	}
	failed.HTTPStatusCode = http.StatusInternalServerError
	if code, ok := failed.Code.(int); ok && code >= http.StatusBadRequest {
		failed.HTTPStatusCode = code
	}
	return &failed
}
