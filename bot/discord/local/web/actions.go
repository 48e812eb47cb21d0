package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"storybot/bot/discord/local"
)

const (
	// patience is how long an application has for an interaction, as at Discord, and a
	// moment.
	patience = 3*time.Second + 200*time.Millisecond
	// maxAction bounds what is done, in bytes: a modal's inputs are the longest.
	maxAction = 64 << 10
	// maxUpload bounds a message with its files, in bytes: the local Discord has limits
	// of its own.
	maxUpload = 25 << 20
)

// Errors of what a person does.
var (
	errNobody   = errors.New("web: nobody of that id uses this page")
	errSilent   = errors.New("web: the application did not respond")
	errLanguage = errors.New("web: no language has that name")
)

// An action is what a person does on the page. Which fields it has depends on what it is.
type action struct {
	As          string            `json:"as"` // who does it
	Channel     string            `json:"channel"`
	Message     string            `json:"message"`
	Content     string            `json:"content"`
	ReplyTo     string            `json:"reply_to"`
	Command     string            `json:"command"`
	Focused     string            `json:"focused"` // the option that suggestions are asked for
	Options     []local.Option    `json:"options"`
	CustomID    string            `json:"custom_id"`
	Values      []string          `json:"values"` // of a select menu
	Interaction string            `json:"interaction"`
	Inputs      map[string]string `json:"inputs"` // of a modal, by custom id
	Emoji       string            `json:"emoji"`
	Name        string            `json:"name"`
	Locale      string            `json:"locale"`
}

// actions do what is asked for and return a value for JSON, by their names in the API.
func (c *client) actions() map[string]func(context.Context, action) (any, error) {
	d := c.Discord
	return map[string]func(context.Context, action) (any, error){
		"slash": func(ctx context.Context, a action) (any, error) {
			i, err := d.Slash(a.As, a.Channel, a.Command, a.Options...)
			return c.responded(ctx, i, err)
		},
		"menu": func(ctx context.Context, a action) (any, error) {
			i, err := d.Menu(a.As, a.Command, a.Message)
			return c.responded(ctx, i, err)
		},
		"press": func(ctx context.Context, a action) (any, error) {
			i, err := d.Press(a.As, a.Message, a.CustomID, a.Values...)
			return c.responded(ctx, i, err)
		},
		"submit": func(ctx context.Context, a action) (any, error) {
			i, err := d.Submit(a.As, a.Interaction, a.Inputs)
			return c.responded(ctx, i, err)
		},
		"suggest": func(ctx context.Context, a action) (any, error) {
			i, err := d.Suggest(a.As, a.Channel, a.Command, a.Focused, a.Options...)
			if err != nil {
				return nil, err
			}
			ctx, stop := context.WithTimeout(ctx, patience)
			defer stop()
			return d.Choices(ctx, i.ID)
		},
		"edit": func(_ context.Context, a action) (any, error) {
			_, err := d.Edit(a.As, a.Message, a.Content)
			return nil, err
		},
		"delete": func(_ context.Context, a action) (any, error) { return nil, d.Delete(a.As, a.Message) },
		"react":  func(_ context.Context, a action) (any, error) { return nil, d.React(a.As, a.Message, a.Emoji) },
		"unreact": func(_ context.Context, a action) (any, error) {
			return nil, d.Unreact(a.As, a.Message, a.Emoji)
		},
		"typing": func(_ context.Context, a action) (any, error) { return nil, d.Type(a.As, a.Channel) },
		"thread": func(_ context.Context, a action) (any, error) {
			t, err := d.StartThread(a.As, a.Channel, a.Message, a.Name)
			return map[string]string{"id": t.ID}, err
		},
		"post": func(_ context.Context, a action) (any, error) {
			t, err := d.Post(a.As, a.Channel, a.Name, local.Draft{Content: a.Content})
			return map[string]string{"id": t.ID}, err
		},
		"locale": func(_ context.Context, a action) (any, error) {
			if !hasLocale(a.Locale) {
				return nil, errLanguage
			}
			d.SetLocale(a.As, a.Locale)
			return nil, nil
		},
	}
}

// hasLocale reports whether the page can be used in a language.
func hasLocale(name string) bool { return name == "en-US" || name == "ko" || name == "ru" }

// act serves an action: its answer is the value, or the reason why not.
func (c *client) act(do func(context.Context, action) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
			http.Error(w, "This takes JSON.", http.StatusUnsupportedMediaType)
			return
		}
		var a action
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAction)).Decode(&a); err != nil {
			http.Error(w, "This JSON cannot be read.", http.StatusBadRequest)
			return
		}
		if _, known := c.person(a.As); !known {
			refuse(w, errNobody)
			return
		}
		answer(w)(do(r.Context(), a))
	}
}

// responded waits until the application has responded to an interaction: a modal is for
// the page to show, all else is seen in the channel.
func (c *client) responded(ctx context.Context, i local.Interaction, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	if c.Discord.Wait(ctx, func() bool { return !c.Discord.Interaction(i.ID).AcknowledgedAt.IsZero() }) != nil {
		return nil, errSilent
	}
	type result struct {
		Interaction string       `json:"interaction"`
		Modal       *local.Modal `json:"modal,omitempty"`
		Response    string       `json:"response,omitempty"` // the message's id
	}
	now := c.Discord.Interaction(i.ID)
	if now.Callback != local.CallbackModal {
		return result{Interaction: i.ID, Response: now.ResponseID}, nil
	}
	modal, err := c.Discord.Modal(ctx, i.ID)
	return result{Interaction: i.ID, Modal: &modal}, err
}

// serveSay sends a message, with files.
func (c *client) serveSay(w http.ResponseWriter, r *http.Request) {
	files, err := uploaded(w, r)
	if err != nil {
		http.Error(w, "These files cannot be read, or are too large.", http.StatusBadRequest)
		return
	}
	if _, known := c.person(r.FormValue("as")); !known {
		refuse(w, errNobody)
		return
	}
	m, err := c.Discord.Send(r.FormValue("as"), r.FormValue("channel"), local.Draft{
		Content: strings.ReplaceAll(r.FormValue("content"), "\r\n", "\n"), // browsers break a form's lines so
		ReplyTo: r.FormValue("reply_to"), Files: files,
	})
	answer(w)(map[string]string{"id": m.ID}, err)
}

// serveUpload takes a file for a command's option.
func (c *client) serveUpload(w http.ResponseWriter, r *http.Request) {
	files, err := uploaded(w, r)
	if err != nil || len(files) != 1 {
		http.Error(w, "This takes one file of up to 25 MB.", http.StatusBadRequest)
		return
	}
	send(w, map[string]string{"id": c.Discord.Upload(files[0])})
}

// uploaded are the files of a form, within maxUpload.
func uploaded(w http.ResponseWriter, r *http.Request) ([]local.File, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	if err := r.ParseMultipartForm(maxUpload); err != nil {
		return nil, err
	}
	defer r.MultipartForm.RemoveAll()
	var files []local.File
	for _, head := range r.MultipartForm.File["files"] {
		file, err := head.Open()
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(file)
		file.Close()
		if err != nil {
			return nil, err
		}
		files = append(files, local.File{Name: head.Filename, ContentType: head.Header.Get("Content-Type"), Data: data})
	}
	return files, nil
}

// answer writes what an action gave, or why it was not done.
func answer(w http.ResponseWriter) func(any, error) {
	return func(value any, err error) {
		if err != nil {
			refuse(w, err)
			return
		}
		send(w, value)
	}
}

// refuse tells a person why something was not done.
func refuse(w http.ResponseWriter, err error) {
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "web: "), "local: ")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	json.NewEncoder(w).Encode(map[string]string{"error": text})
}
