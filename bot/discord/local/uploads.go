package local

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// An upload is one file of a multipart request: its n is the placeholder that
// the attachments field names it by.
type upload struct {
	n           string
	name        string
	contentType string
	data        []byte
}

var (
	filePart   = regexp.MustCompile(`^files\[(\d{1,19})\]$`)
	unsafeName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)
)

// read takes a request's JSON body into v; without a body v stays empty.
func read(r *http.Request, body []byte, v any) error {
	if err := jsonType(r, body); err != nil {
		return err
	}
	return decode(body, v)
}

// readFiles is read for bodies that may bring files: the reference's
// "Uploading Files".
func readFiles(r *http.Request, body []byte, v any) ([]upload, error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // nothing is no form
	if kind != "multipart/form-data" {
		return nil, read(r, body, v)
	}
	var files []upload
	plain := map[string]string{} // fields beside payload_json
	payload := []byte(nil)
	for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errBadForm
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, errBadForm
		}
		name := part.FormName()
		match := filePart.FindStringSubmatch(name)
		switch {
		case name == "payload_json":
			payload = data
		case match != nil && part.FileName() == "":
			var f form
			f.fail(name, "BASE_TYPE_REQUIRED", "This field is required")
			return nil, f.err()
		case match != nil && slices.ContainsFunc(files, func(u upload) bool { return u.n == match[1] }):
			return nil, errBadForm
		case match != nil:
			files = append(files, newUpload(match[1], part.FileName(), part.Header.Get("Content-Type"), data))
		default:
			plain[name] = string(data)
		}
	}
	if payload == nil {
		var err error
		if payload, err = json.Marshal(onlyContent(plain)); err != nil {
			return nil, errBadForm
		}
	}
	return files, decode(payload, v)
}

// onlyContent is what a form without payload_json can say here.
func onlyContent(fields map[string]string) map[string]string {
	kept := map[string]string{}
	if content, given := fields["content"]; given {
		kept["content"] = content
	}
	return kept
}

func newUpload(n, name, contentType string, data []byte) upload {
	if contentType == "" || contentType == "application/octet-stream" {
		contentType = http.DetectContentType(data)
	}
	return upload{n: n, name: unsafeName.ReplaceAllString(name, "_"), contentType: contentType, data: data}
}

// jsonType holds a request with a body to be JSON: "Content Type".
func jsonType(r *http.Request, body []byte) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if len(body) > 0 && kind != "application/json" {
		var f form
		f.fail("", "CONTENT_TYPE_INVALID", "Expected \"Content-Type\" header to be one of {'application/json'}.")
		return f.err()
	}
	return nil
}

// An attachmentForm says what becomes of a file: one that is there already,
// by its id, or a new one, by its n.
type attachmentForm struct {
	ID          json.RawMessage `json:"id"`
	Filename    string          `json:"filename"`
	Title       string          `json:"title"`
	Description *string         `json:"description"`
	Spoiler     *bool           `json:"is_spoiler"`
}

// id is the snowflake or number as text, or "" when it is neither.
func (a attachmentForm) id() string {
	var text string
	if json.Unmarshal(a.ID, &text) != nil {
		text = string(a.ID)
	}
	if _, err := strconv.ParseUint(text, 10, 64); err != nil {
		return ""
	}
	return text
}

// tooLarge refuses files beyond the limits, of which there are n with those
// that stay.
func tooLarge(files []upload, n int) error {
	if n > maxAttachments {
		return errManyAttachments
	}
	for _, u := range files {
		if len(u.data) > maxFile {
			return errTooLarge
		}
	}
	return nil
}
