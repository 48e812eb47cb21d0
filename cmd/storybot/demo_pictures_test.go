package main

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestDemoPictures takes the pictures of the guides and of the README.
func TestDemoPictures(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no -screenshots are asked for")
	}
	t.Run("quotes", func(t *testing.T) {
		b := newTab(t, startDemo(t, nil).address)
		b.do(chromedp.EmulateViewport(960, 960))
		b.press(".question", "choosing between the two Koreas")
		b.press(".message [data-custom-id^=cite]", "1")
		b.sees(".message.ephemeral", "On choosing between the two Koreas, Peskov said")
		b.settle()
		b.picture("ask")

		b.press(".ephemeral .like-link", "Dismiss")
		b.wait(`!document.querySelector('.ephemeral')`)
		b.dark(true)
		b.phone()
		b.settle()
		b.picture("phone")
	})
	t.Run("moderators", func(t *testing.T) {
		b := newTab(t, startDemo(t, nil).address)
		b.do(chromedp.EmulateViewport(960, 720))
		b.choose("#person", "max")
		b.press("#channels button", "moderators")
		for i, text := range []string{
			"The harbour of Odda was closed on Monday. A storm had sunk two boats in it.\n\nIt is to open again on Friday.",
			"The harbour of Odda was closed on Monday. A storm had sunk three boats in it, the mayor said.\n\nIt is to open again on Saturday.",
		} {
			b.write("#composer-text", "/sources add")
			b.sees("#picker", "/sources add")
			b.key("Enter")
			b.press("#command button", "Send")
			b.fill("#dialog[open] input", "The harbour")
			b.fill("#dialog[open] textarea", text)
			b.press("#dialog[open] button", "Submit")
			b.sees(".message", []string{"is added", "was there already"}[i])
		}
		b.press(".ephemeral button", "Difference")
		b.sees(".embed", "three")
		b.settle()
		b.picture("moderators")
	})
	t.Run("explanation", func(t *testing.T) {
		const told = "The Russian president visited North Korea on 19 June 2024, the month before Peskov's remarks."
		evidence := []any{map[string]any{"paragraph": 1, "quote": told}}
		model := httptest.NewServer(completing(reply(true,
			map[string]any{"evidence": evidence, "text": "The Russian president visited North Korea on 19 June 2024, the month before Peskov's remarks."},
			map[string]any{"evidence": evidence, "text": "The Russian president visited North Korea on 19 July 2024."})))
		t.Cleanup(model.Close)
		b := newTab(t, startDemo(t, []string{"OPENAI_BASE_URL=" + model.URL + "/v1", "OPENAI_MODEL=llama3.1"}).address)
		b.do(chromedp.EmulateViewport(1120, 1180))
		b.press(".question", "When did Putin visit")
		b.press(".message .explain", "")
		b.sees("#explain s", "19 July")
		b.run(`document.activeElement.blur()`)
		b.settle()
		b.picture("explain")
	})
}
