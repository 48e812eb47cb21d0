package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/local"
)

// A world is a page on a local Discord that no bot has connected to.
type world struct {
	*local.Server
	t        *testing.T
	url      string
	ann, eve local.User // eve is in the guild, but the page cannot be used as her
	channel  local.Channel
}

func newWorld(t *testing.T) *world {
	d := local.New(local.Options{Token: "a.token", Name: "bot"})
	w := &world{Server: d, t: t, ann: d.AddUser("ann"), eve: d.AddUser("eve")}
	guild := d.AddGuild("Readers", w.ann, w.eve)
	w.channel = d.AddChannel(guild.ID, "general")
	server := httptest.NewServer(Guard(New(Config{
		Discord: d, Guild: guild.ID, People: []Person{{User: w.ann}},
		Explain: func(m local.Message) any { return map[string]string{"of": m.Content} },
	})))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// post does an action and returns its status and answer.
func (w *world) post(name string, body any) (int, string) {
	w.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.Post(w.url+"/client/"+name, "application/json", bytes.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	return read(w.t, resp)
}

func read(t *testing.T, resp *http.Response) (int, string) {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestGuard(t *testing.T) {
	for _, tt := range []struct {
		host, origin, site string
		status             int
	}{
		{"127.0.0.1:3001", "", "", 200},
		{"localhost:3001", "http://localhost:3001", "", 200},
		{"LOCALHOST", "", "", 200},
		{"[::1]:3001", "http://[::1]:3001", "same-origin", 200},
		{"127.0.0.1:3001", "", "none", 200},
		{"evil.example", "", "", 403},
		{"127.0.0.1.evil.example", "", "", 403},
		{"localhost.evil.example:3001", "", "", 403},
		{"192.0.2.1", "", "", 403},
		{"", "", "", 403},
		{"127.0.0.1:3001", "http://evil.example", "", 403},
		{"127.0.0.1:3001", "http://127.0.0.1:8080", "", 403},
		{"127.0.0.1:3001", "https://127.0.0.1:3001", "", 403},
		{"127.0.0.1:3001", "null", "", 403},
		{"127.0.0.1:3001", "", "cross-site", 403},
	} {
		r := httptest.NewRequest("GET", "/client/start", nil)
		r.Host = tt.host
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		if tt.site != "" {
			r.Header.Set("Sec-Fetch-Site", tt.site)
		}
		got := httptest.NewRecorder()
		Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(got, r)
		if got.Code != tt.status {
			t.Errorf("%+v: %d", tt, got.Code)
		}
	}
}

// TestPages has nothing in the page that its policy forbids, and nothing that turns what
// people write into markup.
func TestPages(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"", "app.js", "messages.js", "markdown.js", "style.css", "icon.svg"} {
		resp, err := http.Get(w.url + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := read(t, resp); status != http.StatusOK || body == "" {
			t.Errorf("%q: %d", name, status)
		}
		if got := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'self';") {
			t.Errorf("%q: policy %q", name, got)
		}
	}
	files, err := static.ReadDir("static")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := static.ReadFile("static/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", " style=", "onclick=\"", "//cdn", "src=\"http"} {
			if strings.Contains(string(content), bad) {
				t.Errorf("%s has %s", f.Name(), bad)
			}
		}
	}
}

// TestActions does what can be done without a bot.
func TestActions(t *testing.T) {
	w := newWorld(t)
	said, err := w.Say(w.ann.ID, w.channel.ID, "hello")
	if err != nil {
		t.Fatal(err)
	}
	type fields map[string]any
	for _, tt := range []struct {
		name   string
		body   fields
		status int
		answer string
	}{
		{"edit", fields{"as": w.ann.ID, "message": said.ID, "content": "hello all"}, 200, "null"},
		{"react", fields{"as": w.ann.ID, "message": said.ID, "emoji": "👍"}, 200, "null"},
		{"unreact", fields{"as": w.ann.ID, "message": said.ID, "emoji": "👍"}, 200, "null"},
		{"typing", fields{"as": w.ann.ID, "channel": w.channel.ID}, 200, "null"},
		{"thread", fields{"as": w.ann.ID, "channel": w.channel.ID, "message": said.ID, "name": "more"}, 200, said.ID},
		{"locale", fields{"as": w.ann.ID, "locale": "ko"}, 200, "null"},
		{"locale", fields{"as": w.ann.ID, "locale": "xx"}, 422, "no language has that name"},
		{"slash", fields{"as": w.ann.ID, "channel": w.channel.ID, "command": "ask"}, 422, "no command /ask here"},
		{"press", fields{"as": w.ann.ID, "message": said.ID, "custom_id": "x"}, 422, "has no component"},
		{"submit", fields{"as": w.ann.ID, "interaction": "1"}, 422, "no modal is open"},
		{"edit", fields{"as": w.eve.ID, "message": said.ID, "content": "x"}, 422, "nobody of that id"},
		{"delete", fields{"as": w.App().ID, "message": said.ID}, 422, "nobody of that id"},
		{"delete", fields{"as": w.ann.ID, "message": "1"}, 422, "sees no message"},
		{"delete", fields{"as": strings.Repeat("1", maxAction)}, 400, "cannot be read"},
	} {
		status, answer := w.post(tt.name, tt.body)
		if status != tt.status || !strings.Contains(answer, tt.answer) {
			t.Errorf("%s %.100v: %d %s", tt.name, tt.body, status, answer)
		}
	}
	if m := w.Messages(w.channel.ID)[0]; m.Content != "hello all" {
		t.Errorf("edited: %q", m.Content)
	}
}

// TestView tells what is in a channel, and again when it changes: files by addresses on the
// page's own host.
func TestView(t *testing.T) {
	w := newWorld(t)
	resp, err := http.Get(w.url + "/client/view?as=" + w.ann.ID + "&channel=" + w.channel.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	events := bufio.NewScanner(resp.Body)
	next := func() (v view) {
		t.Helper()
		for events.Scan() {
			if text, isData := strings.CutPrefix(events.Text(), "data: "); isData {
				if err := json.Unmarshal([]byte(text), &v); err != nil {
					t.Fatal(err)
				}
				return v
			}
		}
		t.Fatalf("the stream has ended: %v", events.Err())
		return v
	}
	if v := next(); len(v.Messages) != 0 || len(v.Channels) != 2 || v.Channels[0].Name != "general" {
		t.Errorf("at first: %+v", v)
	}

	var form bytes.Buffer
	out := multipart.NewWriter(&form)
	out.WriteField("as", w.ann.ID)
	out.WriteField("channel", w.channel.ID)
	out.WriteField("content", "see <b>this</b>")
	part, err := out.CreateFormFile("files", "notes.txt")
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(part, "The harbour was closed.")
	out.Close()
	sent, err := http.Post(w.url+"/client/say", out.FormDataContentType(), &form)
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := read(t, sent); status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	v := next()
	for len(v.Messages) == 0 {
		v = next()
	}
	m := v.Messages[0]
	if m.Content != "see <b>this</b>" || len(m.Attachments) != 1 || !strings.HasPrefix(m.Attachments[0].URL, "/attachments/"+w.channel.ID+"/") {
		t.Errorf("said: %+v", m)
	}

	told, err := http.Get(w.url + "/client/explanation?as=" + w.ann.ID + "&channel=" + w.channel.ID + "&message=" + m.ID)
	if err != nil {
		t.Fatal(err)
	}
	var explained map[string]string
	if _, body := read(t, told); json.Unmarshal([]byte(body), &explained) != nil || explained["of"] != m.Content {
		t.Errorf("explained: %s", body)
	}
	for _, path := range []string{"view?as=" + w.eve.ID, "commands?as=", "explanation?as=" + w.ann.ID + "&channel=" + w.channel.ID + "&message=1"} {
		resp, err := http.Get(w.url + "/client/" + path)
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := read(t, resp); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestTexts has every text in each language, and none that the page lacks.
func TestTexts(t *testing.T) {
	content, err := static.ReadFile("static/texts.js")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?m)^  (en|ko|ru): \{\n((?:    .*\n)+)  \},`).FindAllStringSubmatch(string(content), -1)
	if len(blocks) != 3 {
		t.Fatalf("%d languages", len(blocks))
	}
	key := regexp.MustCompile(`(?:^|, |    )([a-z_]+): '`)
	texts := map[string][]string{}
	for _, block := range blocks {
		for _, found := range key.FindAllStringSubmatch(block[2], -1) {
			texts[block[1]] = append(texts[block[1]], found[1])
		}
		slices.Sort(texts[block[1]])
	}
	if len(texts["en"]) < 50 || !slices.Equal(texts["en"], texts["ko"]) || !slices.Equal(texts["en"], texts["ru"]) {
		t.Errorf("texts differ: %v", texts)
	}
	page, err := static.ReadFile("static/index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`data-text="([^"]*)"`).FindAllStringSubmatch(string(page), -1) {
		if !slices.Contains(texts["en"], found[1]) {
			t.Errorf("the page says %q, which is no text", found[1])
		}
	}
}
