package bot

import "context"

type traceKey struct{}

// WithTrace gives a context the id by which all that is logged on the way of a question is
// found: it is the one that a person is shown beside an error.
func WithTrace(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, traceKey{}, id)
}

// Trace is that id, or "".
func Trace(ctx context.Context) string {
	id, _ := ctx.Value(traceKey{}).(string)
	return id
}
