package local

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	attachmentLife = 24 * time.Hour // of an attachment's address
	flagSpoiler    = 1 << 3         // of an attachment
)

// An Attachment is a file of a message. Its address is signed and lives for a
// day: a message that is fetched again has a new one.
type Attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Size        int    `json:"size"` // bytes
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
	Ephemeral   bool   `json:"ephemeral,omitempty"`
	Flags       int    `json:"flags,omitempty"`
}

// A storedFile is the content of an attachment.
type storedFile struct {
	channel, name, contentType string
	data                       []byte
}

// attach works out the attachments that a message has after a form: those
// that stay, and the new ones with their contents by id.
func (st *state) attach(f *form, mf messageForm, m Message) ([]Attachment, map[string]storedFile) {
	meta := map[string]attachmentForm{}
	kept := m.Attachments
	if mf.Attachments != nil {
		kept = []Attachment{}
		for i, a := range *mf.Attachments {
			path := fmt.Sprintf("attachments.%d", i)
			id := a.id()
			meta[id] = a
			if a.Description != nil {
				f.length(path+".description", *a.Description, 0, maxFileDescription)
			}
			old := attachmentOf(m.Attachments, id)
			if old != nil {
				stays := *old
				a.describe(&stays)
				kept = append(kept, stays)
			} else if !hasUpload(mf.files, id) {
				f.fail(path+".id", "ATTACHMENT_NOT_FOUND", "Attachment data for index "+strconv.Itoa(i)+" was not found.")
			}
		}
	}
	attached := append([]Attachment{}, kept...)
	stored := map[string]storedFile{}
	for _, u := range mf.files {
		a := Attachment{
			ID: st.snowflake(), Filename: u.name, ContentType: u.contentType, Size: len(u.data),
			Ephemeral: m.Flags&FlagEphemeral != 0,
		}
		if form, given := meta[u.n]; given {
			if form.Filename != "" {
				a.Filename = unsafeName.ReplaceAllString(form.Filename, "_")
			}
			form.describe(&a)
		}
		attached = append(attached, a)
		stored[a.ID] = storedFile{channel: m.ChannelID, name: a.Filename, contentType: u.contentType, data: u.data}
	}
	return attached, stored
}

// describe sets what the form says about a file beside its name.
func (a attachmentForm) describe(to *Attachment) {
	if a.Title != "" {
		to.Title = a.Title
	}
	if a.Description != nil {
		to.Description = *a.Description
	}
	if a.Spoiler != nil {
		to.Flags &^= flagSpoiler
		if *a.Spoiler {
			to.Flags |= flagSpoiler
		}
	}
}

func attachmentOf(list []Attachment, id string) *Attachment {
	for i := range list {
		if list[i].ID == id {
			return &list[i]
		}
	}
	return nil
}

func hasUpload(files []upload, n string) bool {
	for _, u := range files {
		if u.n == n {
			return true
		}
	}
	return false
}

// signed is an attachment with addresses that are valid from now:
// "Signed Attachment CDN URLs".
func (s *Server) signed(channel string, a Attachment) Attachment {
	path := "/attachments/" + channel + "/" + a.ID + "/" + a.Filename
	issued := s.state.now()
	is, ex := strconv.FormatInt(issued.Unix(), 16), strconv.FormatInt(issued.Add(attachmentLife).Unix(), 16)
	a.URL = s.state.origin + path + "?ex=" + ex + "&is=" + is + "&hm=" + s.state.signature(path, ex, is) + "&"
	a.ProxyURL = a.URL
	return a
}

func (st *state) signature(path, ex, is string) string {
	mac := hmac.New(sha256.New, st.secret)
	fmt.Fprintf(mac, "%s?ex=%s&is=%s", path, ex, is)
	return hex.EncodeToString(mac.Sum(nil))
}

// serveAttachment is the CDN: it gives a file to whoever has its address,
// while that is valid.
func (s *Server) serveAttachment(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	file, found := s.state.files[r.PathValue("attachment")]
	query := r.URL.Query()
	ex, is := query.Get("ex"), query.Get("is")
	expires, err := strconv.ParseInt(ex, 16, 64)
	valid := err == nil && s.state.now().Unix() < expires &&
		hmac.Equal([]byte(query.Get("hm")), []byte(s.state.signature(r.URL.Path, ex, is)))
	s.mu.Unlock()
	if !found || !valid || file.channel != r.PathValue("channel") || file.name != r.PathValue("name") {
		http.Error(w, "This content is no longer available.", http.StatusNotFound)
		return
	}
	// A stranger's file is served from the host that a demo page may be on
	// too: it must not run there.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", file.contentType)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.data))
}
