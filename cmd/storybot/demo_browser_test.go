package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestDemoAsks clicks an example question, opens what its answer cites, says that it is
// wrong, and looks at how it came to be.
func TestDemoAsks(t *testing.T) {
	b := newTab(t, startDemo(t, nil).address)
	b.sees("#model", "No model is configured")
	b.sees("#known", "Kremlin rejects")
	b.picture("start")
	b.press(".question", "choosing between the two Koreas")
	b.sees(".message .content", "We oppose this approach.")
	b.sees(".message .origin", "mina used /ask")
	b.picture("answer")

	b.press(".message [data-custom-id^=cite]", "")
	b.sees(".message.ephemeral", "On choosing between the two Koreas, Peskov said")
	b.sees(".message.ephemeral .only-you", "Only you can see this")
	b.picture("citation")

	b.press(".message [data-custom-id^=wrong]", "")
	b.sees(".message.ephemeral", "The moderators will see that citation [1] is wrong.")
	b.picture("feedback")

	b.press(".message:not(.ephemeral) .explain", "")
	b.press("#explain summary", "paragraph 2")
	b.sees("#explain [open]", "We oppose this approach.")
	b.sees("#explain", "no model is configured")
	b.picture("explanation")

	b.press(".ephemeral .like-link", "Dismiss")
	b.press("#explain button", "✕")
	b.wait(`document.querySelector('#explain').hidden`)
	b.dark(true)
	b.picture("dark")
	b.phone()
	b.picture("phone-dark")
	b.dark(false)
	b.picture("phone")
}

// TestDemoChecks has a text checked, and looks at what was found for each claim. On a phone the
// keyboard stays on what lies on the page.
func TestDemoChecks(t *testing.T) {
	b := newTab(t, startDemo(t, nil).address)
	b.wait(`document.querySelector('#composer-text').placeholder`)
	b.write("#composer-text", "/check")
	b.sees("#picker [aria-selected=true]", "/check")
	b.key("Enter")
	b.write("[data-option=text]", "The Russian president visited North Korea on 19 July 2024. China is <b>happy</b>.")
	b.key("Enter")
	b.press(".message .explain", "")
	b.sees("#explain .contradicted", "Contradicted by the stories")
	b.sees("#explain li", "“The Russian president visited North Korea on 19 June 2024")
	b.sees("#explain li", "China is <b>happy</b>.")
	b.picture("check")
	b.key("Escape")
	b.wait(`document.querySelector('#explain').hidden && document.activeElement.matches('.message .explain')`)

	b.phone()
	b.run(`document.activeElement.click()`)
	b.wait(`document.querySelector('#explain button') === document.activeElement && document.querySelector('main').inert`)
	b.key("Escape")
	b.wait(`!document.querySelector('main').inert && document.activeElement.matches('.message .explain')`)
	b.settle()
	b.run(`document.querySelector('#open-channels').focus()`)
	b.key("Enter")
	b.wait(`document.activeElement.matches('#sidebar [aria-current]') && document.querySelector('main').inert`)
	b.picture("phone-channels")
	b.key("Escape")
	b.wait(`!document.querySelector('main').inert && document.activeElement.id === 'open-channels'`)
}

// TestDemoKeyboard uses nothing but keys: a command is picked, its options are filled in,
// a story is taken from what is suggested.
func TestDemoKeyboard(t *testing.T) {
	b := newTab(t, startDemo(t, nil).address)
	b.wait(`document.querySelector('#composer-text').placeholder`)
	b.write("#composer-text", "/su")
	b.sees("#picker [aria-selected=true]", "/summary")
	b.picture("picker")
	b.key("Enter")
	b.wait(`document.activeElement.dataset.option === 'story'`)
	b.do(chromedp.KeyEvent("Krem"))
	b.sees(".suggestions", "Kremlin rejects")
	b.picture("options")
	b.key("ArrowDown")
	b.key("Enter")
	b.wait(`document.activeElement.value.startsWith('Kremlin rejects')`)
	b.key("Enter")
	b.sees(".message .content", "Summary: Kremlin rejects")
	b.wait(`document.activeElement.id === 'composer-text'`)
	b.picture("summary")

	// A command that is written out takes along what it is asked.
	b.write("#composer-text", "/ask question: What did China say?")
	b.sees("#picker [aria-selected=true]", "/ask")
	b.key("Enter")
	b.wait(`document.activeElement.dataset.option === 'question' && document.activeElement.value === 'What did China say?'`)
	b.key("Escape")

	b.press(".message [data-custom-id^=wrong]", "")
	b.sees(".message.ephemeral", "Which citation does not support its statement?")
	b.press(".message.ephemeral button", "Which citation is wrong?")
	b.press(".popup [role=option]", "2")
	b.sees(".message.ephemeral", "The moderators will see that citation [2] is wrong.")
}

// TestDemoModerator is refused as a member and adds a source as a moderator.
func TestDemoModerator(t *testing.T) {
	b := newTab(t, startDemo(t, nil).address)
	b.wait(`document.querySelector('#composer-text').placeholder`)
	b.write("#composer-text", "/")
	b.sees("#picker", "/ask")
	b.wait(`!document.querySelector('#picker').textContent.includes('/sources')`)
	b.do(chromedp.KeyEvent("sources"))
	b.sees("#picker", "Moderators have more")
	// A client that makes up what it sends is refused too.
	b.run(`fetch('/client/slash', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({
		as: document.querySelector('#person').value, channel: document.querySelector('[data-channel]').dataset.channel, command: 'sources list' }) })
		.then((r) => r.text()).then((text) => { document.body.dataset.refused = text; })`)
	b.wait(`document.body.dataset.refused?.includes('no command /sources')`)

	b.run(`document.querySelector('#composer-text').value = ''`)
	b.choose("#person", "max")
	b.sees("#channels", "moderators")
	b.write("#composer-text", "/sources add")
	b.sees("#picker", "/sources add")
	b.key("Enter")
	b.sees("#command", "/sources add")
	b.press("#command button", "Send")
	b.wait(`document.querySelector('#dialog[open] textarea')`)
	b.picture("modal")
	b.write("#dialog textarea", "The harbour of Odda was closed on Monday. A storm had sunk two boats in it.")
	b.run(`document.querySelector('#dialog input').value ||= 'The harbour'`)
	b.press("#dialog button", "Submit")
	b.sees(".message", "is added")
	b.picture("source")

	b.choose("#person", "mina")
	b.wait(`!document.querySelector('.ephemeral')`)
	b.write("#composer-text", "@storybot When was the harbour of Odda closed?")
	b.key("Enter")
	b.sees(".message .content", "closed on Monday")
}

// TestDemoThread goes on in a thread with what was asked before. What is written there is shown
// as text.
func TestDemoThread(t *testing.T) {
	b := newTab(t, startDemo(t, nil).address)
	b.press(".question", "When did Putin visit")
	b.sees(".message .content", "19 June 2024")
	b.press(".message.bot [data-key=more]", "")
	b.press(".popup button", "Start a thread")
	b.press("#dialog button", "Create")
	b.sees("#channels ul", "Putin")
	b.wait(`document.querySelector('#channels [aria-current]').parentElement.parentElement.parentElement.matches('li')`)
	b.wait(`document.querySelector('#composer-text').placeholder`)
	b.write("#composer-text", "@storybot What did he sign there?")
	b.key("Enter")
	b.wait(`[...document.querySelectorAll('.message.bot .content')].some((n) => n.textContent.includes('Putin'))`)
	b.picture("thread")

	b.fill("#composer-text", "# Title\n- item\n\n<img src=x onerror=throw(1)> **bold** [no](javascript:throw(1)) ||hidden||\n```\ncode\n```")
	b.press("#composer .send", "")
	b.sees(".message .content", "<img src=x onerror=throw(1)> bold [no](javascript:throw(1))")
	b.sees(".message .content strong", "bold")
	b.sees(".message .content .h1 ~ ul > li", "item")
	b.sees(".message .content pre", "code")
	b.press(".message .spoiler", "Show spoiler")
	b.sees(".message .content", "hidden")
	b.wait(`!document.querySelector('.message .content img, .message .content a[href^="javascript"]')`)
}

// TestDemoReload loads the page again in the middle of an answer that a model writes. It is
// there when it is finished, without what the stories do not say; the page tells why that was
// removed.
func TestDemoReload(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", harbour+"\n")
	asked, goOn := make(chan bool, 10), make(chan bool)
	answering := completing(reply(true,
		map[string]any{"evidence": []any{map[string]any{"paragraph": 1, "quote": closed}}, "text": closed},
		map[string]any{"evidence": []any{map[string]any{"paragraph": 1, "quote": closed}}, "text": "The harbour of Odda was closed on Friday."}))
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		select {
		case <-goOn:
		case <-r.Context().Done():
		}
		answering(w, r)
	}))
	t.Cleanup(model.Close)
	d := startDemo(t, []string{"OPENAI_BASE_URL=" + model.URL + "/v1", "OPENAI_MODEL=pen"}, "--story", "harbour.txt")
	b := newTab(t, d.address)
	b.sees("#model", "pen")
	b.write("#composer-text", "/ask")
	b.sees("#picker [aria-selected=true]", "/ask")
	b.key("Enter")
	b.write("[data-option=question]", question)
	b.key("Enter")
	<-asked
	b.sees(".message .loading", "storybot is thinking")
	b.picture("thinking")
	b.do(chromedp.Reload())
	b.sees(".message .loading", "storybot is thinking")
	close(goOn)
	b.sees(".message .content", "closed on Monday")
	b.wait(`!document.querySelector('.loading')`)
	b.press(".message .explain", "")
	b.sees("#explain .request", "Odda")
	b.sees("#explain s", "closed on Friday")
	b.picture("removed")
}

// TestDemoPlaces asks in a direct message, in a forum's post and by a message's menu, and adds a
// file as a moderator, who sees a channel that members do not.
func TestDemoPlaces(t *testing.T) {
	b := newTab(t, startDemo(t, nil).address)
	b.wait(`!document.querySelector('#channels').textContent.includes('moderators')`)
	b.press("#channels button", "storybot")
	b.sees("#channel-name", "Direct message")
	b.write("#composer-text", "When did Putin visit North Korea?")
	b.key("Enter")
	b.sees(".message .content", "19 June 2024")
	b.sees("#announced", "19 June 2024") // is read aloud

	b.press("#channels button", "questions")
	b.sees("#channel-name", "questions")
	b.write("#composer-text", "@storybot Who is the Kremlin's spokesperson?")
	b.key("Enter")
	b.sees("#channels ul", "Who is the Kremlin")
	b.sees("#channel-name", "Who is")
	b.sees(".message.bot .content", "Dmitry Peskov")
	b.picture("forum")

	b.choose("#person", "max")
	b.press("#channels button", "moderators")
	b.sees("#channel-name", "moderators")
	b.write("#composer-text", "When was the harbour of Odda closed?")
	b.key("Enter")
	b.sees(".message .content", "harbour")
	b.write("#composer-text", "/sources add")
	b.sees("#picker [aria-selected=true]", "/sources add")
	b.key("Enter")
	b.wait(`document.querySelector('[data-option=file]')`)
	b.run(`{ const files = new DataTransfer(); files.items.add(new File(['The harbour of Odda was closed on Monday.'], 'harbour.txt', { type: 'text/plain' }));
		document.querySelector('[data-option=file]').files = files.files; }`)
	b.press("#command [type=submit]", "")
	b.sees(".message.ephemeral", "is added")
	b.press(".message:not(.bot) [data-key=more]", "")
	b.sees(".popup", "Ask the stories about this")
	b.picture("menu")
	b.press(".popup button", "Ask the stories about this")
	b.sees(".message.bot .content", "closed on Monday")
}

// TestDemoLanguages has the page and the bot speak Korean and Russian.
func TestDemoLanguages(t *testing.T) {
	b := newTab(t, startDemo(t, nil).address)
	b.wait(`document.querySelector('#composer-text').placeholder`)
	for _, l := range []struct{ name, send, code string }{{"한국어", "보내기", "ko"}, {"Русский", "Отправить", "ru"}} {
		b.choose("#locale", l.name)
		b.sees("#composer .send", l.send)
		b.wait(`document.documentElement.lang === ` + quoteJS(l.code))
		b.write("#composer-text", "/")
		b.wait(`document.querySelectorAll('#picker [role=option]').length > 3`)
		b.picture("language-" + l.code)
		b.key("Escape")
		b.run(`document.querySelector('#composer-text').value = ''`)
	}
}
