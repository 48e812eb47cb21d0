package local

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

// multipartForm makes a body of files and JSON: the reference's "Uploading Files".
func multipartForm(t *testing.T, payload string, files ...string) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	must(t, w.SetBoundary("boundary"))
	if payload != "" {
		must(t, w.WriteField("payload_json", payload))
	}
	for i, file := range files {
		name, content, _ := strings.Cut(file, ":")
		part, err := w.CreateFormFile(fmt.Sprintf("files[%d]", i), name)
		must(t, err)
		_, err = io.WriteString(part, content)
		must(t, err)
	}
	must(t, w.Close())
	return w.FormDataContentType(), b.String()
}

// The reference's "Uploading Files" and "Signed Attachment CDN URLs".
func TestFiles(t *testing.T) {
	c := newClient(t, true)
	path := "/api/v9/channels/" + c.general.ID + "/messages"
	send := func(method, path, payload string, files ...string) (int, map[string]any) {
		kind, body := multipartForm(t, payload, files...)
		return c.upload("Bot "+token, method, path, kind, body)
	}
	status, m := send("POST", path, `{"content":"see","attachments":[{"id":0,"description":"a note"}]}`, "my note.txt:hello", "b.png:x")
	if err := has("attachments.#", 2, "attachments.0.filename", "my_note.txt", "attachments.0.description", "a note",
		"attachments.0.size", 5, "attachments.0.content_type", "text/plain; charset=utf-8")(m); status != 200 || err != nil {
		t.Fatalf("%d %v: %v", status, m, err)
	}
	get := func(url string) (int, string) {
		r, err := http.NewRequestWithContext(c.ctx, "GET", url, nil)
		must(t, err)
		resp, err := http.DefaultClient.Do(r)
		must(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		must(t, err)
		return resp.StatusCode, string(text)
	}
	url := at(m, "attachments.0.url").(string)
	if status, text := get(url); status != 200 || text != "hello" {
		t.Errorf("the file: %d %q", status, text)
	}
	if status, _ := get(strings.Replace(url, "hm=", "hm=0", 1)); status != 404 {
		t.Errorf("a wrong signature: %d", status)
	}
	c.clock.advance(25 * time.Hour)
	if status, _ := get(url); status != 404 {
		t.Errorf("an address of yesterday: %d", status)
	}
	one := path + "/" + m["id"].(string)
	_, again := c.request("Bot "+token, "GET", one, "")
	if status, text := get(at(again, "attachments.0.url").(string)); status != 200 || text != "hello" {
		t.Errorf("an address of today: %d %q", status, text)
	}

	kept := at(m, "attachments.1.id").(string)
	status, edited := send("PATCH", one, `{"attachments":[{"id":"`+kept+`"},{"id":0,"description":"new"}]}`, "c.txt:new")
	if err := has("attachments.#", 2, "attachments.0.id", kept, "attachments.1.description", "new")(edited); status != 200 || err != nil {
		t.Errorf("edited: %d %v", status, err)
	}
	if status, _ := get(at(again, "attachments.0.url").(string)); status != 404 {
		t.Errorf("a file that was removed: %d", status)
	}
	status, embedded := send("POST", path, `{"embeds":[{"image":{"url":"attachment://d.png"}}]}`, "d.png:x")
	if link, _ := at(embedded, "embeds.0.image.url").(string); status != 200 || !strings.Contains(link, "/d.png?ex=") || at(embedded, "attachments.#") != 0 {
		t.Errorf("in an embed: %d %v", status, embedded)
	}

	forum := c.AddForum(c.guild.ID, "forum")
	status, post := send("POST", "/api/v9/channels/"+forum.ID+"/threads", `{"name":"n","message":{}}`, "e.txt:post")
	if link, _ := at(post, "message.attachments.0.url").(string); status != 201 {
		t.Errorf("in a forum: %d %v", status, post)
	} else if status, text := get(link); status != 200 || text != "post" {
		t.Errorf("a forum's file: %d %q", status, text)
	}

	many := make([]string, 11)
	for i := range many {
		many[i] = fmt.Sprintf("%d.txt:x", i)
	}
	refused := []struct {
		name, payload string
		files         []string
		status, code  int
	}{
		{"eleven", `{}`, many, 400, 30015},
		{"too large", `{}`, []string{"a:" + strings.Repeat("x", maxFile+1)}, 413, 40005},
		{"no such file", `{"content":"a","attachments":[{"id":7}]}`, nil, 400, 50035},
		{"long description", `{"attachments":[{"id":0,"description":"` + strings.Repeat("d", 1025) + `"}]}`, []string{"a:x"}, 400, 50035},
		{"no JSON", `{`, []string{"a:x"}, 400, 50109},
	}
	for _, tt := range refused {
		if status, body := send("POST", path, tt.payload, tt.files...); status != tt.status || body["code"] != float64(tt.code) {
			t.Errorf("%s: %d %v, want %d with code %d", tt.name, status, body, tt.status, tt.code)
		}
	}
	if status, m := send("POST", path, "", "a:x"); status != 200 {
		t.Errorf("a file alone: %d %v", status, m)
	}
	if status, body := c.upload("Bot "+token, "POST", path, "text/plain", `{"content":"a"}`); status != 400 || body["code"] != 50035.0 {
		t.Errorf("neither JSON nor a form: %d %v", status, body)
	}
	must(t, c.SetOverwrite(c.general.ID, Overwrite{ID: c.App().ID, Type: OverwriteMember, Deny: PermAttachFiles}))
	if status, body := send("POST", path, `{}`, "a:x"); status != 403 {
		t.Errorf("without Attach Files: %d %v", status, body)
	}
}

// "Create Interaction Response" and "Create Followup Message" take files too.
func TestFilesOfResponses(t *testing.T) {
	c := newClient(t, false)
	c.commands(everything)
	i := c.interactions("command")
	hook := "/api/v9/webhooks/" + c.App().ID + "/" + i.Token
	tests := []struct {
		method, path, payload string
		prefix                string // of the message in the answer
		files                 int
		ephemeral             any
	}{
		{"POST", "/api/v9/interactions/" + i.ID + "/" + i.Token + "/callback?with_response=true",
			`{"type":4,"data":{"flags":64,"attachments":[{"id":0,"description":"d","is_spoiler":true,"title":"t"}]}}`, "resource.message.", 1, true},
		{"PATCH", hook + "/messages/@original", `{"content":"a"}`, "", 2, true},
		{"POST", hook, `{}`, "", 1, nil},
	}
	for _, tt := range tests {
		kind, body := multipartForm(t, tt.payload, "a.txt:x")
		status, answer := c.upload("", tt.method, tt.path, kind, body)
		if err := has(tt.prefix+"attachments.#", tt.files, tt.prefix+"attachments.0.ephemeral", tt.ephemeral)(answer); status != 200 || err != nil {
			t.Errorf("%s %s: %d %v, %v", tt.method, tt.payload, status, answer, err)
		}
	}
	first := c.Messages(c.general.ID)[1].Attachments[0]
	if first.Title != "t" || first.Description != "d" || first.Flags != flagSpoiler {
		t.Errorf("%+v", first)
	}
}
