package openapi

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

// small is a description with one operation.
const small = `{"openapi":"3.1.0","paths":{
	"/things/{id}":{"post":{"requestBody":{"content":{
		"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}},
		"multipart/form-data":{"schema":{}}}},
		"responses":{
			"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}},
			"204":{"description":"nothing"},
			"4XX":{"$ref":"#/components/responses/Error"}}}},
	"/things/@me":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"type":"string"}}}}}}}},
	"components":{
		"schemas":{"Thing":{"type":"object","required":["name"],"properties":{"name":{"type":"string"}}}},
		"responses":{"Error":{"content":{"application/json":{"schema":{"type":"object","required":["code"]}}}}}}}`

func TestSmall(t *testing.T) {
	api, err := parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	const (
		form  = "multipart/form-data; boundary=b"
		files = "--b\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a\"\r\n\r\nx\r\n"
		json  = "--b\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n"
	)
	tests := []struct {
		name string
		err  error
		want string // in it; "" for none
	}{
		{"good body", api.Request("POST", "/things/1", "application/json", []byte(`{"name":"a"}`)), ""},
		{"bad body", api.Request("POST", "/things/1", "application/json", []byte(`{}`)), "name"},
		{"no JSON", api.Request("POST", "/things/1", "application/json", []byte(`{`)), "EOF"},
		{"no body", api.Request("POST", "/things/1", "", nil), ""},
		{"good payload", api.Request("POST", "/things/1", form, []byte(files+json+`{"name":"a"}`+"\r\n--b--\r\n")), ""},
		{"bad payload", api.Request("POST", "/things/1", form, []byte(files+json+`{}`+"\r\n--b--\r\n")), "name"},
		{"files only", api.Request("POST", "/things/1", form, []byte(files+"--b--\r\n")), ""},
		{"unknown path", api.Request("POST", "/stuff", "", nil), "there is no POST /stuff"},
		{"unknown method", api.Request("DELETE", "/things/1", "", nil), "there is no DELETE"},
		{"a body where none is", api.Request("GET", "/things/@me", "", []byte(`1`)), "has no body"},
		{"good answer", api.Answer("POST", "/things/1", 200, []byte(`{"name":"a"}`)), ""},
		{"bad answer", api.Answer("POST", "/things/1", 200, []byte(`{"name":1}`)), "name"},
		{"the most literal path", api.Answer("GET", "/things/@me", 200, []byte(`"a"`)), ""},
		{"no answer", api.Answer("POST", "/things/1", 204, nil), ""},
		{"an answer where none is", api.Answer("POST", "/things/1", 204, []byte(`{}`)), "has no body"},
		{"good error", api.Answer("POST", "/things/1", 404, []byte(`{"code":1}`)), ""},
		{"bad error", api.Answer("POST", "/things/1", 404, []byte(`{}`)), "code"},
		{"good object", api.Object("Thing", []byte(`{"name":"a"}`)), ""},
		{"bad object", api.Object("Thing", []byte(`{}`)), "name"},
		{"unknown object", api.Object("Stuff", []byte(`{}`)), "there is no Stuff"},
		{"unknown status", api.Answer("POST", "/things/1", 500, nil), "not answered with 500"},
	}
	for _, tt := range tests {
		if (tt.err == nil) != (tt.want == "") || tt.err != nil && !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, tt.err, tt.want)
		}
	}
}

// The exceptions fit the description as it is.
func TestLoad(t *testing.T) {
	api, err := Load()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("Discord's description is not at hand: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Request("POST", "/channels/1/messages", "application/json", []byte(`{"content":"a"}`)); err != nil {
		t.Error(err)
	}
}
