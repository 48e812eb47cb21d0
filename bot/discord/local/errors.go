package local

import (
	"net/http"
	"strings"
)

// An apiError is Discord's answer to a request that it refuses.
type apiError struct {
	status  int
	Message string         `json:"message"`
	Code    int            `json:"code"`
	Errors  map[string]any `json:"errors,omitempty"`
}

func (e *apiError) Error() string { return e.Message }

// The errors that do not depend on the request.
var (
	errUnauthorized       = &apiError{status: http.StatusUnauthorized, Message: "401: Unauthorized"}
	errNotFound           = &apiError{status: http.StatusNotFound, Message: "404: Not Found"}
	errUnknownChannel     = &apiError{status: http.StatusNotFound, Message: "Unknown Channel", Code: 10003}
	errUnknownGuild       = &apiError{status: http.StatusNotFound, Message: "Unknown Guild", Code: 10004}
	errUnknownMessage     = &apiError{status: http.StatusNotFound, Message: "Unknown Message", Code: 10008}
	errUnknownWebhook     = &apiError{status: http.StatusNotFound, Message: "Unknown Webhook", Code: 10015}
	errUnknownInteraction = &apiError{status: http.StatusNotFound, Message: "Unknown interaction", Code: 10062}
	errAcknowledged       = &apiError{status: http.StatusBadRequest, Message: "Interaction has already been acknowledged.", Code: 40060}
	errOthersMessage      = &apiError{status: http.StatusForbidden, Message: "Cannot edit a message authored by another user", Code: 50005}
	errEmptyMessage       = &apiError{status: http.StatusBadRequest, Message: "Cannot send an empty message", Code: 50006}
	errMissingPermissions = &apiError{status: http.StatusForbidden, Message: "Missing Permissions", Code: 50013}
	errAPIVersion         = &apiError{status: http.StatusBadRequest, Message: "Invalid API version", Code: 50041}
	errBadWebhookToken    = &apiError{status: http.StatusUnauthorized, Message: "Invalid Webhook Token", Code: 50027}
	errBadJSON            = &apiError{status: http.StatusBadRequest, Message: "The request body contains invalid JSON.", Code: 50109}
)

// A form collects what is wrong with a request body, field by field.
type form struct {
	errors map[string]any
}

// fail notes one error at a path such as "embeds.0.title".
func (f *form) fail(path, code, message string) {
	if f.errors == nil {
		f.errors = map[string]any{}
	}
	at := f.errors
	for key := range strings.SplitSeq(path, ".") {
		next, ok := at[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[key] = next
		}
		at = next
	}
	list, _ := at["_errors"].([]map[string]string)
	at["_errors"] = append(list, map[string]string{"code": code, "message": message})
}

// err is nil when nothing failed.
func (f *form) err() error {
	if f.errors == nil {
		return nil
	}
	return &apiError{status: http.StatusBadRequest, Message: "Invalid Form Body", Code: 50035, Errors: f.errors}
}
