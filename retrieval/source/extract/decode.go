package extract

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// Decode is raw as UTF-8, without byte order marks before it. The encoding is
// told by such a mark, the charset of the Content-Type ("" when there is none),
// an XML declaration, or a <meta> element, in this order; bytes that are UTF-8
// are that whatever they are called. Bytes of which nothing is told, or which
// read badly in the encoding that they are said to be in and well in another,
// are taken to be in the one in which they read best. The error is ErrNotText
// for what no encoding makes text of.
func Decode(raw []byte, contentType string) (string, error) {
	if label := utf16Mark(raw); label != "" {
		return decoded(raw[2:], label)
	}
	raw = bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF"))
	labels := labelled(raw, contentType)
	if utf8.Valid(raw) && !shifts(raw, labels) && bytes.IndexByte(raw, 0) < 0 {
		return legible(string(raw))
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		for _, label := range labels {
			if strings.HasPrefix(label, "utf-16") {
				return decoded(raw, label)
			}
		}
		return "", ErrNotText
	}
	if nearlyUTF8(raw) {
		return legible(strings.ToValidUTF8(string(raw), "\uFFFD"))
	}
	if len(labels) == 0 || doubted(raw, labels[0]) {
		if guessed := guess(raw); guessed != "" {
			labels = []string{guessed}
		}
	}
	for _, label := range labels {
		if text, err := decoded(raw, label); err == nil {
			return text, nil
		}
	}
	return "", ErrNotText
}

// labelled are the encodings that raw is said to be in, most trusted first.
func labelled(raw []byte, contentType string) []string {
	var labels []string
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		labels = append(labels, params["charset"])
	}
	// HTML5 asks for the element in the first 1,024 bytes; pages put it later.
	head := raw[:min(len(raw), 8<<10)]
	if m := xmlEncoding.FindSubmatch(head); m != nil {
		labels = append(labels, string(m[1]))
	}
	if m := metaCharset.FindSubmatch(head); m != nil {
		labels = append(labels, string(m[1]))
	}
	known := labels[:0]
	for _, label := range labels {
		if e, name := charset.Lookup(label); e != nil && name != "utf-8" && name != "replacement" {
			known = append(known, name)
		}
	}
	return known
}

var (
	xmlEncoding = regexp.MustCompile(`^\s*<\?xml\s[^>]*encoding\s*=\s*["']([\w.:-]+)["']`)
	metaCharset = regexp.MustCompile(`(?i)<meta\s[^>]*charset\s*=\s*["']?\s*([\w.:-]+)`)
)

// shifts reports whether raw is in ISO-2022-JP, whose bytes are all ASCII.
func shifts(raw []byte, labels []string) bool {
	if !bytes.Contains(raw, []byte("\x1b$")) {
		return false
	}
	for _, label := range labels {
		if label == "iso-2022-jp" {
			return true
		}
	}
	return len(labels) == 0
}

// nearlyUTF8 reports whether raw is UTF-8 but for a few bytes, as after a cut
// in the midst of a letter: ten whole letters for a broken byte.
func nearlyUTF8(raw []byte) bool {
	whole, broken := 0, 0
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError && size == 1:
			broken++
		case size > 1:
			whole++
		}
		raw = raw[size:]
	}
	return whole > 0 && whole >= 10*broken
}

// decoded is raw read in the encoding of that name.
func decoded(raw []byte, label string) (string, error) {
	e, _ := charset.Lookup(label)
	if e == nil {
		return "", ErrNotText
	}
	text, err := e.NewDecoder().Bytes(raw)
	if err != nil {
		return "", ErrNotText
	}
	return legible(string(text))
}

// legible is text if it reads as one: without NUL, with few control
// characters and few signs of a wrong encoding.
func legible(text string) (string, error) {
	runes, bad := 0, 0
	for _, r := range text {
		runes++
		switch {
		case r == 0:
			return "", ErrNotText
		case r == utf8.RuneError, r < ' ' && !strings.ContainsRune("\t\n\v\f\r", r), r >= 0x7F && r < 0xA0:
			bad++
		}
	}
	// One in twenty: a page in which one paragraph was pasted in another
	// encoding is still worth reading.
	if bad*20 > runes {
		return "", ErrNotText
	}
	return strings.TrimLeft(text, "\uFEFF"), nil
}
