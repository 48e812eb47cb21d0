package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/sashabaranov/go-openai"
)

// Errors of Complete, each a sentence for the person who runs the bot.
var (
	ErrUnauthorized = errors.New("llm: the model server does not accept the key: check OPENAI_API_KEY")
	ErrUnknownModel = errors.New("llm: the model server has no such model or address: check OPENAI_MODEL and OPENAI_BASE_URL")
	ErrRateLimited  = errors.New("llm: the model server has had too many requests, or the account's quota is used up")
	ErrServer       = errors.New("llm: the model server has failed or is overloaded")
	ErrUnreachable  = errors.New("llm: the model server cannot be reached: check OPENAI_BASE_URL, and that the server runs")
	ErrTimeout      = errors.New("llm: the model server took too long")
	ErrDown         = errors.New("llm: the model server has failed several times in a row, and is left alone for a while")
	ErrCut          = errors.New("llm: the model's reply broke off before its end")
	ErrRejected     = errors.New("llm: the model server rejected the request")
	ErrBadReply     = errors.New("llm: what came back is not an API's reply: check OPENAI_BASE_URL")
	ErrRefusal      = errors.New("llm: the model declined to answer")
)

// explain turns what the library returns into one of this package's errors.
func (c *Client) explain(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return c.fail(classify(err), err.Error())
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrTimeout, cause)
	}
	return fmt.Errorf("llm: %w", ctx.Err())
}

// fail returns an error of that kind. It keeps the words of the cause but not
// the cause, whose fields hold the server's reply, and that may repeat the key.
func (c *Client) fail(kind error, said string) error {
	return fmt.Errorf("%w (%s)", kind, c.key.redact(said))
}

// classify finds the error that a person should see for one of the library's.
func classify(err error) error {
	if status, _ := answer(err); status != 0 {
		return classifyStatus(status)
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

func classifyStatus(status int) error {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return ErrUnauthorized
	case status == http.StatusNotFound:
		return ErrUnknownModel
	case status == http.StatusTooManyRequests:
		return ErrRateLimited
	case status >= http.StatusInternalServerError:
		return ErrServer
	}
	return ErrRejected
}

// answer returns the status and the words with which a server answered a
// request that it did not grant; 0 when it did not answer.
func answer(err error) (status int, said string) {
	var (
		unknown *openai.RequestError // not the API's own form
		known   *openai.APIError
	)
	switch {
	case errors.As(err, &unknown):
		return unknown.HTTPStatusCode, string(unknown.Body)
	case errors.As(err, &known):
		said = known.Message
		if known.Param != nil {
			said += " (" + *known.Param + ")"
		}
		return known.HTTPStatusCode, said
	}
	return 0, ""
}
