package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/local"
	"storybot/retrieval/source"
)

// acts are what was done in the world's guild, the newest first: "what: detail".
func (w *world) acts() (list []string) {
	w.t.Helper()
	acts, _, err := w.ledger.Acts(w.t.Context(), w.guild.ID, 100, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, act := range acts {
		list = append(list, act.What+": "+act.Detail)
	}
	return list
}

// A file is added, changed, listed, shown and removed.
func TestSourcesFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const q = "What will the new bridge cost?"
	contains(t, w.use(w.ann, w.general, "sources list"), "no sources yet")
	add := func(text string, more ...string) local.Message {
		file := w.Upload(local.File{Name: "bridge.txt", Data: []byte(text)})
		m := w.use(w.ann, w.general, "sources add", append(options("file", file, "title", "The bridge"), options(more...)...)...)
		if !isEphemeral(m) {
			t.Errorf("all see what a moderator adds: %q", m.Content)
		}
		return m
	}
	contains(t, add(bridgeText, "date", "2024-05-04"), "“The bridge” is added", "3 paragraphs", "The old bridge over the Lune")
	contains(t, w.slash(q), "40 million")
	contains(t, add(bridgeText, "date", "2024-05-04"), "already, with the same text")
	contains(t, add(strings.Replace(bridgeText, "40 million", "50 million", 1), "date", "2024-05-04"), "stored as revision 2")
	contains(t, w.slash(q), "50 million")

	sources, err := w.corpus.Sources(t.Context(), w.guild.ID)
	if err != nil || len(sources) != 1 {
		t.Fatalf("the sources are %+v, %v", sources, err)
	}
	id := sources[0].ID
	contains(t, w.use(w.ann, w.general, "sources list"), "1 source", "The bridge · attachment · 1 story", "`"+id+"`")
	contains(t, w.use(w.ann, w.general, "sources show", options("source", "the BRIDGE")...), "The bridge", "revision 2", "2024-05-04",
		"¶ 1: The old bridge", "¶ 3: Work begins")
	if c := w.suggested(w.ann, "sources show", "source", "BRI"); len(c) != 1 || c[0].Name != "The bridge" || c[0].Value != id {
		t.Errorf("suggested are %+v", c)
	}

	asked := w.use(w.ann, w.general, "sources remove", options("source", id)...)
	contains(t, w.press(w.ann, asked, w.button(asked, "mod:keep:")), "Nothing was removed")
	asked = w.use(w.ann, w.general, "sources remove", options("source", id)...)
	contains(t, w.press(w.ann, asked, w.button(asked, "mod:remove:")), "“The bridge” is removed")
	contains(t, w.use(w.ann, w.general, "sources list"), "no sources yet")
	if got := w.slash(q); strings.Contains(got.Content, "million") {
		t.Errorf("what was removed answers: %q", got.Content)
	}
	if got, want := w.acts(), []string{"sources.remove: The bridge", "sources.add: The bridge", "sources.add: The bridge"}; !slices.Equal(got, want) {
		t.Errorf("the acts are %q, want %q", got, want)
	}
}

// Without a file a text is pasted into a modal.
func TestSourcesPaste(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	paste := func(fields map[string]string) local.Message {
		opened, err := w.Slash(w.ann.ID, w.general.ID, "sources add", options("title", "The orchids", "date", "2024-06-10")...)
		if err != nil {
			t.Fatal(err)
		}
		modal, err := w.Modal(w.ctx, opened.ID)
		if err != nil {
			t.Fatalf("no modal: %v\n%s", err, w.log)
		}
		for _, input := range modal.Inputs() {
			if _, given := fields[input.CustomID]; !given {
				fields[input.CustomID] = input.Value
			}
		}
		return w.response(w.Submit(w.ann.ID, opened.ID, fields))
	}
	// What somebody has pasted is not lost for a date.
	contains(t, paste(map[string]string{"title": "The bridge", "date": "10 June", "text": bridgeText}),
		"“The bridge” is added", "I do not understand the date “10 June”")
	first, second, _ := strings.Cut(orchidText, "\n\n")
	contains(t, paste(map[string]string{"text": first, "text_2": second}), "“The orchids” is added", "2 paragraphs")
	story, err := w.corpus.FindStory(t.Context(), w.guild.ID, "The orchids")
	if err != nil || story.PublishedAt.Format("2006-01-02") != "2024-06-10" {
		t.Errorf("the story is %+v, %v", story, err)
	}
	contains(t, w.slash("What burned down on 9 June 2024?"), "orchid house")
}

// What cannot be added is refused with a sentence that says why.
func TestSourcesNotAdded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, c := range []struct {
		name string
		data []byte
		date string
		want string
	}{
		{"picture.png", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "", "I cannot read that file"},
		{"empty.txt", []byte(" \n\n "), "", "There is no text in that"},
		{"large.txt", make([]byte, source.MaxFile+1), "", "too large: 10 MiB"},
		{"story.txt", []byte(bridgeText), "yesterday", "date “yesterday”"},
	} {
		given := options("file", w.Upload(local.File{Name: c.name, Data: c.data}))
		if c.date != "" {
			given = append(given, options("date", c.date)...)
		}
		m := w.use(w.ann, w.general, "sources add", given...)
		contains(t, m, c.want)
		if !isEphemeral(m) {
			t.Errorf("%s: all see it", c.name)
		}
	}
	if acts := w.acts(); len(acts) > 0 {
		t.Errorf("the acts are %q", acts)
	}
}

// Shared sources are seen and not changed, and another guild's are as if they were not.
func TestSourcesOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	shared := w.put("", "The orchids", orchidText)
	other := w.AddGuild("Gardeners", w.AddUser("eve"))
	theirs := w.put(other.ID, "The bridge", bridgeText)
	own := w.put(w.guild.ID, "The ferry", "The ferry sails at noon.")

	contains(t, w.use(w.ann, w.general, "sources list"), "2 sources", "The orchids · pasted text · 1 story · shared", "The ferry")
	contains(t, w.use(w.ann, w.general, "sources show", options("source", shared.SourceID)...), "¶ 1: The orchid house")
	for _, command := range []string{"sources remove", "sources refresh"} {
		contains(t, w.use(w.ann, w.general, command, options("source", shared.SourceID)...), "“The orchids” is shared by all servers")
	}
	listed := w.use(w.ann, w.general, "sources remove", options("source", own.SourceID)...)
	contains(t, w.response(w.PressForged(w.ann.ID, listed.ID, control{name: removeControl, about: shared.SourceID}.String())), "is shared by all servers")

	for _, name := range []string{theirs.SourceID, "The bridge"} {
		for _, command := range []string{"sources show", "sources remove", "sources refresh"} {
			contains(t, w.use(w.ann, w.general, command, options("source", name)...), "There is no such source")
		}
	}
	for _, name := range []string{removeControl, showControl} {
		id := control{name: name, about: theirs.SourceID}.String()
		contains(t, w.response(w.PressForged(w.ann.ID, listed.ID, id)), "There is no such source")
	}
	w.put(other.ID, "The bridge", bridgeText+"\n\nIt is late.")
	for _, which := range []string{theirs.ID + ":2", theirs.ID + ":0", theirs.ID, own.ID + ":1", own.ID + ":-3", own.ID + ":x", ":", "\x00:1"} {
		id := control{name: changesControl}.String()
		contains(t, w.response(w.PressForged(w.ann.ID, listed.ID, id, which)), "is not kept any more")
	}
	if _, err := w.corpus.Source(t.Context(), other.ID, theirs.SourceID); err != nil {
		t.Errorf("another guild's source: %v", err)
	}
	if choices := w.suggested(w.ann, "sources show", "source", ""); len(choices) != 2 || choices[0].Name != "The ferry" {
		t.Errorf("suggested are %+v", choices)
	}
	if acts := w.acts(); len(acts) > 0 {
		t.Errorf("the acts are %q", acts)
	}
}

func TestSourcesRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	w.put("", "The orchids", orchidText)
	all := w.use(w.ann, w.general, "sources refresh")
	contains(t, all, "There is nothing to refresh here", "The bridge: to update it, add it again")
	if strings.Contains(all.Content, "orchids") {
		t.Errorf("a shared source is refreshed: %q", all.Content)
	}
	contains(t, w.use(w.ann, w.general, "sources refresh", options("source", "The bridge")...), "The bridge: to update it")
	if acts := w.acts(); len(acts) > 0 {
		t.Errorf("nothing was refreshed, and yet the acts are %q", acts)
	}
}

// Lists and sources that are too long for a message have pages, on which everything is.
func TestSourcesPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for n := range 2*maxLines + 1 {
		w.put(w.guild.ID, fmt.Sprintf("Story %02d", n), "The ferry sails at noon.")
	}
	list := w.use(w.ann, w.general, "sources list")
	contains(t, list, "21 sources", "Story 00", "Story 09")
	list = w.press(w.ann, list, "mod:sources:2:")
	contains(t, list, "Story 10", "Story 19")
	list = w.press(w.ann, list, "mod:sources:3:")
	contains(t, list, "Story 20")
	if ids := componentsOf(list); !slices.Equal(ids, []string{"mod:sources:2:"}) {
		t.Errorf("the last page leads to %q", ids)
	}
	contains(t, w.response(w.PressForged(w.ann.ID, list.ID, "mod:sources:99:")), "Story 20")

	var words []string
	for n := range 4000 {
		words = append(words, fmt.Sprintf("w*%04d", n))
	}
	long := w.put(w.guild.ID, "A long one", strings.Join(words, " ")+"\n\n@everyone # read\n\n"+strings.Join(words[:9], " "))
	shown := w.use(w.ann, w.general, "sources show", options("source", long.SourceID)...)
	var all string
	for page := 2; ; page++ {
		all += shown.Embeds[0].Description + "\n"
		next := fmt.Sprintf("mod:show:%d:%s", page, long.SourceID)
		if !slices.Contains(componentsOf(shown), next) {
			break
		}
		shown = w.press(w.ann, shown, next)
	}
	for _, want := range append(words, "¶ 1: w", "¶ 2: \\@everyone # read", "¶ 3: w") {
		if !strings.Contains(strings.ReplaceAll(all, "\\*", "*"), want) && !strings.Contains(all, want) {
			t.Fatalf("%q is not shown", want)
		}
	}
}

// HTML and PDF files are taken as text is, with the day and the link that are in them.
func TestSourcesOtherFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	upload := func(name, data string) local.Message {
		return w.use(w.ann, w.general, "sources add", options("file", w.Upload(local.File{Name: name, Data: []byte(data)}))...)
	}
	contains(t, upload("ferry.html", newsPage("The ferry sails again", ferryNews("40")...)), "“The ferry sails again” is added, with 4 paragraphs")
	contains(t, w.use(w.ann, w.general, "sources show", options("source", "The ferry sails again")...), "2026-11-20", "¶ 2: A crossing will cost 40")
	changed := upload("ferry.html", newsPage("The ferry sails again", ferryNews("55")...))
	contains(t, changed, "stored as revision 2")
	contains(t, w.press(w.ann, changed, w.button(changed, "mod:changes:")), "~~40~~ **55**")
	contains(t, upload("broken.pdf", "%PDF-1.7\nnothing"), "the PDF file is damaged or encrypted")
	contains(t, upload("app.html", `<!doctype html><html><head><title>App</title></head><body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript><script src="/app.js"></script></body></html>`),
		"empty without JavaScript")
}
