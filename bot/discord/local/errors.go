package local

import (
	"errors"
	"net/http"
	"slices"
	"strings"
)

// ErrUnknown is the error of the methods that wait for something about an id
// that is of nothing here.
var ErrUnknown = errors.New("local: unknown id")

// An apiError is Discord's answer to a request that it refuses.
type apiError struct {
	status  int
	Message string         `json:"message"`
	Code    int            `json:"code"`
	Errors  map[string]any `json:"errors,omitempty"`
}

func (e *apiError) Error() string { return e.Message }

// refusal makes an error that does not depend on the request.
func refusal(status, code int, message string) *apiError {
	return &apiError{status: status, Code: code, Message: message}
}

// The errors that do not depend on the request: "JSON Error Codes". Where
// that table says what an error is about rather than its text, the text is
// the one that Discord sends.
var (
	errBadRequest         = refusal(http.StatusBadRequest, 0, "400: Bad Request")
	errUnauthorized       = refusal(http.StatusUnauthorized, 0, "401: Unauthorized")
	errNotFound           = refusal(http.StatusNotFound, 0, "404: Not Found")
	errUnknownApplication = refusal(http.StatusNotFound, 10002, "Unknown Application")
	errUnknownChannel     = refusal(http.StatusNotFound, 10003, "Unknown Channel")
	errUnknownGuild       = refusal(http.StatusNotFound, 10004, "Unknown Guild")
	errUnknownMember      = refusal(http.StatusNotFound, 10007, "Unknown Member")
	errUnknownMessage     = refusal(http.StatusNotFound, 10008, "Unknown Message")
	errUnknownUser        = refusal(http.StatusNotFound, 10013, "Unknown User")
	errUnknownEmoji       = refusal(http.StatusBadRequest, 10014, "Unknown Emoji")
	errUnknownWebhook     = refusal(http.StatusNotFound, 10015, "Unknown Webhook")
	errUnknownInteraction = refusal(http.StatusNotFound, 10062, "Unknown interaction")
	errUnknownCommand     = refusal(http.StatusNotFound, 10063, "Unknown application command")
	errManyReactions      = refusal(http.StatusBadRequest, 30010, "Maximum number of reactions reached (20)")
	errManyAttachments    = refusal(http.StatusBadRequest, 30015, "Maximum number of attachments in a message reached (10)")
	errManyCommands       = refusal(http.StatusBadRequest, 30032, "Maximum number of application commands reached (100)")
	errTooLarge           = refusal(http.StatusRequestEntityTooLarge, 40005, "Request entity too large")
	errCommandExists      = refusal(http.StatusBadRequest, 40041, "An application command with that name already exists")
	errForum              = refusal(http.StatusBadRequest, 40058, "Cannot send a message in a forum channel")
	errAcknowledged       = refusal(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	errMissingAccess      = refusal(http.StatusForbidden, 50001, "Missing Access")
	errNotInDM            = refusal(http.StatusForbidden, 50003, "Cannot execute action on a DM channel")
	errOthersMessage      = refusal(http.StatusForbidden, 50005, "Cannot edit a message authored by another user")
	errEmptyMessage       = refusal(http.StatusBadRequest, 50006, "Cannot send an empty message")
	errClosedDM           = refusal(http.StatusForbidden, 50007, "Cannot send messages to this user")
	errMissingPermissions = refusal(http.StatusForbidden, 50013, "Missing Permissions")
	errWrongChannelType   = refusal(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	errBadWebhookToken    = refusal(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	errInvalidRecipient   = refusal(http.StatusBadRequest, 50033, "Invalid Recipient(s)")
	errBadForm            = refusal(http.StatusBadRequest, 50035, "Invalid Form Body")
	errAPIVersion         = refusal(http.StatusBadRequest, 50041, "Invalid API version")
	errArchived           = refusal(http.StatusBadRequest, 50083, "Thread is archived")
	errBadJSON            = refusal(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	errNoHistory          = refusal(http.StatusForbidden, 160002, "Cannot reply without permission to read message history")
	errThreadExists       = refusal(http.StatusBadRequest, 160004, "A thread has already been created for this message")
	errLocked             = refusal(http.StatusBadRequest, 160005, "Thread is locked")
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
		if key == "" {
			continue // of the body as a whole
		}
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
	prune(f.errors)
	return &apiError{status: http.StatusBadRequest, Message: "Invalid Form Body", Code: 50035, Errors: f.errors}
}

// prune leaves of a part that is wrong as a whole only that: what is wrong
// within it Discord does not look at.
func prune(at map[string]any) {
	if list, wrong := at["_errors"]; wrong {
		clear(at)
		at["_errors"] = list
		return
	}
	for _, part := range at {
		if within, ok := part.(map[string]any); ok {
			prune(within)
		}
	}
}

// under is a form error of a part of the body, at the part's place in it.
func under(path string, err error) error {
	var refused *apiError
	if !errors.As(err, &refused) || refused.Errors == nil {
		return err
	}
	moved := *refused
	for _, key := range slices.Backward(strings.Split(path, ".")) {
		moved.Errors = map[string]any{key: moved.Errors}
	}
	return &moved
}
