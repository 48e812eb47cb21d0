package local

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// An Embed is a card under a message.
type Embed struct {
	Type        string       `json:"type,omitempty"`
	Title       string       `json:"title,omitempty"`
	Description string       `json:"description,omitempty"`
	URL         string       `json:"url,omitempty"`
	Timestamp   string       `json:"timestamp,omitempty"`
	Color       int          `json:"color,omitempty"`
	Footer      *EmbedFooter `json:"footer,omitempty"`
	Author      *EmbedAuthor `json:"author,omitempty"`
	Image       *EmbedImage  `json:"image,omitempty"`
	Thumbnail   *EmbedImage  `json:"thumbnail,omitempty"`
	Fields      []EmbedField `json:"fields,omitempty"`
}

// An EmbedFooter is the small line at an embed's end.
type EmbedFooter struct {
	Text    string `json:"text"`
	IconURL string `json:"icon_url,omitempty"`
}

// An EmbedAuthor is the line over an embed's title.
type EmbedAuthor struct {
	Name    string `json:"name"`
	URL     string `json:"url,omitempty"`
	IconURL string `json:"icon_url,omitempty"`
}

// An EmbedImage is the picture in an embed.
type EmbedImage struct {
	URL string `json:"url"`
}

// An EmbedField is a named value in an embed.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// attachmentScheme begins the address of a file that comes with the message.
const attachmentScheme = "attachment://"

// clone is a copy that shares nothing.
func (e Embed) clone() Embed {
	if e.Footer != nil {
		e.Footer = &EmbedFooter{e.Footer.Text, e.Footer.IconURL}
	}
	if e.Author != nil {
		e.Author = &EmbedAuthor{e.Author.Name, e.Author.URL, e.Author.IconURL}
	}
	for _, image := range []**EmbedImage{&e.Image, &e.Thumbnail} {
		if *image != nil {
			*image = &EmbedImage{(*image).URL}
		}
	}
	e.Fields = append([]EmbedField(nil), e.Fields...)
	return e
}

// eachImage calls do with the address of each picture.
func (e *Embed) eachImage(do func(link *string)) {
	if e.Footer != nil {
		do(&e.Footer.IconURL)
	}
	if e.Author != nil {
		do(&e.Author.IconURL)
	}
	for _, image := range []*EmbedImage{e.Image, e.Thumbnail} {
		if image != nil {
			do(&image.URL)
		}
	}
}

// trimmed is the embeds without the space around their texts, which does not
// count either: "Embed Limits".
func trimmed(embeds []Embed) []Embed {
	list := []Embed{}
	for _, e := range embeds {
		e = e.clone()
		texts := []*string{&e.Title, &e.Description}
		for i := range e.Fields {
			texts = append(texts, &e.Fields[i].Name, &e.Fields[i].Value)
		}
		if e.Footer != nil {
			texts = append(texts, &e.Footer.Text)
		}
		if e.Author != nil {
			texts = append(texts, &e.Author.Name)
		}
		for _, text := range texts {
			*text = strings.TrimSpace(*text)
		}
		list = append(list, e)
	}
	return list
}

// embeds checks all embeds of a message.
func (f *form) embeds(embeds []Embed) {
	f.count("embeds", len(embeds), maxEmbeds)
	total := 0
	for i, e := range embeds {
		path := fmt.Sprintf("embeds.%d", i)
		f.embed(path, e)
		total += e.size()
	}
	if total > maxEmbedTotal {
		f.fail("embeds", "MAX_EMBED_SIZE_EXCEEDED", fmt.Sprintf("Embed size exceeds maximum size of %d", maxEmbedTotal))
	}
}

func (f *form) embed(path string, e Embed) {
	f.length(path+".title", e.Title, 0, maxTitle)
	f.length(path+".description", e.Description, 0, maxDescription)
	f.link(path+".url", e.URL)
	f.count(path+".fields", len(e.Fields), maxFields)
	for i, field := range e.Fields {
		at := fmt.Sprintf("%s.fields.%d", path, i)
		f.length(at+".name", field.Name, 1, maxFieldName)
		f.length(at+".value", field.Value, 1, maxFieldValue)
	}
	if e.Footer != nil {
		f.length(path+".footer.text", e.Footer.Text, 0, maxFooter)
		f.picture(path+".footer.icon_url", e.Footer.IconURL)
	}
	if e.Author != nil {
		f.length(path+".author.name", e.Author.Name, 1, maxTitle)
		f.link(path+".author.url", e.Author.URL)
		f.picture(path+".author.icon_url", e.Author.IconURL)
	}
	if e.Image != nil {
		f.picture(path+".image.url", e.Image.URL)
	}
	if e.Thumbnail != nil {
		f.picture(path+".thumbnail.url", e.Thumbnail.URL)
	}
	if e.Color < 0 || e.Color > 0xFFFFFF {
		f.fail(path+".color", "NUMBER_TYPE_MAX", "int value should be between 0 and 16777215.")
	}
	if e.Timestamp != "" {
		if _, err := time.Parse(time.RFC3339, e.Timestamp); err != nil {
			f.fail(path+".timestamp", "DATE_TIME_TYPE_PARSE", fmt.Sprintf("Could not parse %s. Should be ISO8601.", e.Timestamp))
		}
	}
	if e.size() == 0 && e.Image == nil && e.Thumbnail == nil {
		f.fail(path+".description", "BASE_TYPE_REQUIRED", "This field is required")
	}
}

// size is an embed's share of maxEmbedTotal, in code points.
func (e Embed) size() int {
	text := []string{e.Title, e.Description}
	for _, field := range e.Fields {
		text = append(text, field.Name, field.Value)
	}
	if e.Footer != nil {
		text = append(text, e.Footer.Text)
	}
	if e.Author != nil {
		text = append(text, e.Author.Name)
	}
	return utf8.RuneCountInString(strings.Join(text, ""))
}

// link fails when value is set and not an address that Discord would link.
func (f *form) link(path, value string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || utf8.RuneCountInString(value) > maxURL || strings.ContainsAny(value, " \n\t"):
		f.fail(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	case u.Scheme != "http" && u.Scheme != "https":
		f.fail(path, "URL_TYPE_INVALID_SCHEME", fmt.Sprintf("Scheme %q must be one of ('http', 'https').", u.Scheme))
	case u.Hostname() == "":
		f.fail(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}

// picture is link for pictures, which may come with the message.
func (f *form) picture(path, value string) {
	if !strings.HasPrefix(value, attachmentScheme) {
		f.link(path, value)
	}
}
