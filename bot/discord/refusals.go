package discord

import (
	"errors"
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

// A reasonFor an error is why a source cannot be read, as people are told it.
type reasonFor struct {
	err    error
	key    string
	pasted bool // the text can be added all the same, by a person who can read it
}

// reasons are those without values. Of an error that is several the first holds; what it says
// beside that, as where a name leads, is for the log.
func reasons() []reasonFor {
	return []reasonFor{
		{source.ErrTerminalOnly, "reason_terminal_only", false},
		{source.ErrUploadAgain, "reason_upload_again", false},
		{source.ErrBundled, "reason_bundled", false},
		{source.ErrShrunk, "reason_shrunk", false},
		{source.ErrNeedsScript, "reason_needs_script", true},
		{source.ErrPaywall, "reason_paywall", true},
		{source.ErrBotWall, "reason_bot_wall", true},
		{source.ErrErrorPage, "reason_error_page", false},
		{source.ErrNoArticle, "reason_no_article", true},
		{source.ErrTooComplex, "reason_too_complex", true},
		{source.ErrPDF, "reason_pdf", true},
		{source.ErrScanned, "reason_scanned", true},
		{source.ErrFeed, "reason_feed", false},
		{source.ErrNotText, "reason_not_text", false},
		{source.ErrEmpty, "reason_empty", false},
		{source.ErrLink, "reason_address", false},
		{source.ErrAddress, "reason_address", false},
		{source.ErrPrivate, "reason_private", false},
		{source.ErrPort, "reason_port", false},
		{source.ErrRedirects, "reason_redirects", false},
		{source.ErrSlow, "reason_slow", false},
		{source.ErrUnreachable, "reason_no_server", false},
		{source.ErrEncoding, "reason_encoding", false},
	}
}

// sourceReason is why a source cannot be read, as a part of a sentence; "" where that is nothing
// that people can be told. pasted says that its text may be added by hand.
func sourceReason(say *phrases, err error) (text string, pasted bool) {
	var status *source.StatusError
	var quota *retrieval.QuotaError
	switch {
	case errors.As(err, &quota):
		return quotaReason(say, quota), false
	case errors.Is(err, source.ErrTooLarge) || errors.Is(err, source.ErrLargePage):
		return say.say("reason_too_large", "Max", source.MaxFile>>20), false
	}
	for _, r := range reasons() {
		if errors.Is(err, r.err) {
			return say.say(r.key), r.pasted
		}
	}
	switch {
	case errors.As(err, &status):
		return statusReason(say, status.Code)
	case errors.Is(err, source.ErrRobots): // the last: a site that is down has no robots.txt either
		return say.say("reason_robots"), true
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

// refreshReason is why a source or a story of it could not be read again.
func refreshReason(say *phrases, err error) string {
	if text, _ := sourceReason(say, err); text != "" {
		return text
	}
	return say.say("reason_unreachable")
}

// keptReason is why a source could not be read again, from what the record keeps of that: an
// error's text, which may tell more than is for everybody.
func keptReason(say *phrases, text string) string {
	var quota retrieval.QuotaError
	if _, err := fmt.Sscanf(text, "this would be page %d fetched for the server today, and it may have %d", &quota.Count, &quota.Max); err == nil {
		return quotaReason(say, &quota)
	}
	if _, err := fmt.Sscanf(text, "the server would have %d %s with this, and may have %d", &quota.Count, &quota.What, &quota.Max); err == nil {
		return quotaReason(say, &quota)
	}
	if strings.Contains(text, words(source.ErrLargePage)) {
		return say.say("reason_too_large", "Max", source.MaxFile>>20)
	}
	for _, r := range reasons() {
		if strings.Contains(text, words(r.err)) {
			return say.say(r.key)
		}
	}
	var status int
	if _, err := fmt.Sscanf(text[max(0, strings.Index(text, "status ")):], "status %d", &status); err == nil {
		said, _ := statusReason(say, status)
		return said
	}
	if strings.Contains(text, words(source.ErrRobots)) {
		return say.say("reason_robots")
	}
	return say.say("reason_unreachable")
}

// words are an error's without its package.
func words(err error) string {
	_, text, _ := strings.Cut(err.Error(), ": ")
	return text
}
