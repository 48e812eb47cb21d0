package fetch

import (
	"cmp"
	"net/mail"
	"strings"
)

// robotsAgent is the name by which robots.txt files call the bot.
const robotsAgent = "storybot"

// maxAgent bounds each of the two parts of the User-Agent, in bytes: servers refuse long heads.
const maxAgent = 200

// userAgent says who asks, as crawlers do: "storybot/1.2 (+https://example.org/bot)", or with a
// mailbox "storybot/1.2 (mailto:bot@example.org)". Nothing in it can begin another header.
func userAgent(agent, contact string) string {
	agent = cmp.Or(printable(agent), robotsAgent)
	if a, err := parseAddress(strings.TrimSpace(contact)); err == nil {
		contact = "+" + a.String()
	} else if mailbox, err := mail.ParseAddress(contact); err == nil {
		contact = "mailto:" + mailbox.Address
	}
	contact = printable(contact)
	if contact == "" {
		return agent
	}
	return agent + " (" + contact + ")"
}

// printable is text as it may stand in a header, in and beside parentheses: printable ASCII, in
// one line.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '(' || r == ')' || r == '\\' || r > '~':
			return -1
		case r < ' ':
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	return text[:min(len(text), maxAgent)]
}
