package discord

import (
	"fmt"
	"net/http"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

// An unfit is the error of what cannot be made a source.
type unfit struct{ cause error }

func (u unfit) Error() string { return "discord: not added: " + u.cause.Error() }

func (u unfit) Unwrap() error { return u.cause }

// notAdded is a sentence that says why; "" where that is nothing that people can be told.
func notAdded(say *phrases, cause error) string {
	reason, pasted := sourceReason(say, cause)
	if reason == "" {
		return ""
	}
	text := say.say("sources_not_read", "Reason", reason)
	if pasted {
		text += " " + say.say("sources_paste_instead")
	}
	return text
}

// An unreadable source has a reason, as people are told it.
type unreadable struct {
	key    string
	pasted bool // the text can be added all the same, by a person who can read it
}

// reasons are those without values, by source.Code.
func reasons() map[string]unreadable {
	return map[string]unreadable{
		"terminal_only": {"reason_terminal_only", false},
		"upload_again":  {"reason_upload_again", false},
		"bundled":       {"reason_bundled", false},
		"shrunk":        {"reason_shrunk", false},
		"elsewhere":     {"reason_elsewhere", false},
		"feed_gone":     {"reason_feed_gone", false},
		"long":          {"reason_long", false},
		"needs_script":  {"reason_needs_script", true},
		"paywall":       {"reason_paywall", true},
		"bot_wall":      {"reason_bot_wall", true},
		"no_page":       {"reason_error_page", false},
		"no_article":    {"reason_no_article", true},
		"too_complex":   {"reason_too_complex", true},
		"pdf":           {"reason_pdf", true},
		"scanned":       {"reason_scanned", true},
		"feed":          {"reason_feed", false},
		"not_text":      {"reason_not_text", false},
		"empty":         {"reason_empty", false},
		"address":       {"reason_address", false},
		"private":       {"reason_private", false},
		"port":          {"reason_port", false},
		"redirects":     {"reason_redirects", false},
		"slow":          {"reason_slow", false},
		"no_server":     {"reason_no_server", false},
		"encoding":      {"reason_encoding", false},
		"robots":        {"reason_robots", true},
	}
}

// sourceReason is why a source cannot be read, as a part of a sentence; "" where that is nothing
// that people can be told. pasted says that its text may be added by hand.
func sourceReason(say *phrases, err error) (text string, pasted bool) {
	return codedReason(say, source.Code(err))
}

// codedReason is that of a source.Code.
func codedReason(say *phrases, code string) (text string, pasted bool) {
	var quota retrieval.QuotaError
	var status int
	switch kind, _, _ := strings.Cut(code, " "); kind {
	case "quota":
		fmt.Sscanf(code, "quota %s %d", &quota.What, &quota.Max)
		return quotaReason(say, &quota), false
	case "status":
		fmt.Sscanf(code, "status %d", &status)
		return statusReason(say, status)
	case "too_large":
		return say.say("reason_too_large", "Max", source.MaxFile>>20), false
	}
	if r, ok := reasons()[code]; ok {
		return say.say(r.key), r.pasted
	}
	return "", false
}

func quotaReason(say *phrases, q *retrieval.QuotaError) string {
	switch q.What {
	case "sources":
		return say.say("reason_quota_sources", "Max", q.Max)
	case "stories":
		return say.say("reason_quota_stories", "Max", q.Max)
	case "paragraphs":
		return say.say("reason_quota_paragraphs", "Max", q.Max)
	}
	return say.say("reason_quota_fetches", "Max", q.Max)
}

// statusReason is why a server does not give what it was asked for.
func statusReason(say *phrases, code int) (text string, pasted bool) {
	switch code {
	case http.StatusNotFound, http.StatusGone:
		return say.say("reason_missing", "Code", code), false
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusUnavailableForLegalReasons:
		return say.say("reason_not_allowed", "Code", code), true
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return say.say("reason_later", "Code", code), false
	}
	return say.say("reason_status", "Code", code), false
}

// refreshReason is why a source or a story of it could not be read again, by the source.Code of
// its error.
func refreshReason(say *phrases, code string) string {
	if text, _ := codedReason(say, code); text != "" {
		return text
	}
	return say.say("reason_unreachable")
}
