package llm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/sashabaranov/go-openai"
)

// Errors of Complete, each a sentence for the person who runs the bot.
var (
	ErrUnauthorized = errors.New("llm: the model server does not accept the key: check OPENAI_API_KEY")
	ErrUnknownModel = errors.New("llm: the model server has no such model or address: check OPENAI_MODEL, which Ollama has to pull first, and OPENAI_BASE_URL, which mostly ends in /v1")
	ErrRateLimited  = errors.New("llm: the model server has had too many requests, or the account's quota is used up")
	ErrServer       = errors.New("llm: the model server has failed or is overloaded")
	ErrUnreachable  = errors.New("llm: the model server cannot be reached: check OPENAI_BASE_URL, and that the server runs")
	ErrTimeout      = errors.New("llm: the model server took too long")
	ErrDown         = errors.New("llm: the model server has failed several times in a row, and is left alone for a while")
	ErrCut          = errors.New("llm: the model's reply broke off before its end")
	ErrTooLong      = errors.New("llm: the request is longer than the model's context: raise it on the server (llama.cpp -c, Ollama OLLAMA_CONTEXT_LENGTH, vLLM --max-model-len)")
	ErrRejected     = errors.New("llm: the model server rejected the request")
	ErrBadReply     = errors.New("llm: what came back is not an API's reply: check OPENAI_BASE_URL")
	ErrRefusal      = errors.New("llm: the model declined to answer")
)

// explain turns what the library returns into one of this package's errors.
func (c *Client) explain(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		said := err.Error()
		if status, words := answer(err); status != 0 {
			said = fmt.Sprintf("status %d: %s", status, words)
		}
		return c.fail(ctx, classify(err), said)
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrTimeout, cause)
	}
	return fmt.Errorf("llm: %w", ctx.Err())
}

// fail returns an error of that kind. It keeps the words of the cause but not
// the cause, whose fields hold the server's reply, and that may repeat the key.
func (c *Client) fail(ctx context.Context, kind error, said string) error {
	return fmt.Errorf("%w (%s)", kind, c.key.redact(ctx, said))
}

// classify finds the error that a person should see for one of the library's.
func classify(err error) error {
	if status, said := answer(err); status != 0 {
		return classifyAnswer(status, said)
	}
	var (
		unsent    *url.Error
		notJSON   *json.SyntaxError
		notAReply *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &unsent):
		return ErrUnreachable
	case errors.Is(err, openai.ErrChatCompletionInvalidModel):
		return ErrUnknownModel
	case errors.As(err, &notJSON), errors.As(err, &notAReply):
		return ErrBadReply
	}
	return ErrCut // the connection broke
}

// tooLong finds in a server's words that a request does not fit into the model's
// context. The status does not tell: llama.cpp has said 500 as well as 400.
var tooLong = regexp.MustCompile(`(?i)context[ _](length|size|window)|maximum model length`)

func classifyAnswer(status int, said string) error {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return ErrUnauthorized
	case status == http.StatusNotFound:
		return ErrUnknownModel
	case status == http.StatusTooManyRequests, status == http.StatusPaymentRequired:
		return ErrRateLimited
	case tooLong.MatchString(said):
		return ErrTooLong
	case status >= http.StatusInternalServerError && status != http.StatusNotImplemented:
		return ErrServer
	}
	return ErrRejected
}

// answer returns the status and the words with which a server answered a
// request that it did not grant; 0 when it did not answer.
func answer(err error) (status int, said string) {
	var (
		unknown *openai.RequestError
		known   *openai.APIError
	)
	if errors.As(err, &unknown) {
		status, said = unknown.HTTPStatusCode, string(unknown.Body)
		err = failure(unknown.Body) // the library knows only the newest form
	}
	if errors.As(err, &known) {
		status, said = cmp.Or(status, known.HTTPStatusCode), cmp.Or(known.Message, known.Type)
		if known.Param != nil {
			said += " (" + *known.Param + ")"
		}
		if code, ok := known.Code.(string); ok {
			said += " (" + code + ")"
		}
	}
	return status, said
}
