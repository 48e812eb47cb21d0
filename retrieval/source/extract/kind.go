package extract

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// A Kind is what bytes are, as far as this package can read them.
type Kind string

// The kinds. Images, archives, office documents, sound, XML and JSON that is
// no feed, and bytes that are no text are KindUnknown.
const (
	KindUnknown  Kind = ""
	KindHTML     Kind = "html"
	KindFeed     Kind = "feed"
	KindPDF      Kind = "pdf"
	KindText     Kind = "text"
	KindMarkdown Kind = "markdown"
)

// KindOf tells what raw is: by its content where that is plain, then by the
// Content-Type that it was sent with, then by the ending of its name, which is
// the path of a URL or the name of a file. Either may be "".
func KindOf(raw []byte, contentType, name string) Kind {
	if startsPDF(raw) >= 0 {
		return KindPDF
	}
	if isBinary(raw) {
		return KindUnknown
	}
	root, doctype := rootElement(raw)
	switch {
	case feedRoot.MatchString(root) || isJSONFeed(raw):
		return KindFeed
	case htmlRoot.MatchString(root) || strings.EqualFold(doctype, "html"):
		return KindHTML
	case bytes.HasPrefix(raw, []byte(`{\rtf`)) || bytes.HasPrefix(raw, []byte("%!PS")):
		return KindUnknown
	}
	if kind, told := kindOfType(contentType); told {
		return kind
	}
	if kind, told := kindOfName(name); told {
		return kind
	}
	switch {
	case htmlPart.MatchString(root):
		return KindHTML
	case xmlStart.Match(raw):
		return KindUnknown
	case len(bytes.TrimSpace(raw)) == 0:
		return KindUnknown
	}
	return KindText
}

var (
	feedRoot = regexp.MustCompile(`^(?:(?i:rss)|(?:\w+:)?feed|\w+:RDF)$`)
	htmlRoot = regexp.MustCompile(`^(?i:html|head|body|article)$`)
	// htmlPart is what pieces of pages start with, and Markdown files too.
	htmlPart = regexp.MustCompile(`^(?i:div|p|h[1-6]|main|section|header|table|ul|ol|meta|title|script|style|link|span|a|img|blockquote)$`)
	xmlStart = regexp.MustCompile(`^(?:\xEF\xBB\xBF)?\s{0,1000}<\?xml\s`)
	jsonFeed = regexp.MustCompile(`"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org\\?/version\\?/`)
	pdfStart = regexp.MustCompile(`(?:^|[\r\n\x00])%PDF-[0-9]`)
)

// isJSONFeed reports whether raw is an object of JSON that calls itself a
// feed, be it at its end.
func isJSONFeed(raw []byte) bool {
	raw = bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\xEF\xBB\xBF")), " \t\r\n")
	return bytes.HasPrefix(raw, []byte("{")) && jsonFeed.Match(raw)
}

// startsPDF is where in raw a PDF file starts, or -1. Readers accept what
// stands before it in the first 1,024 bytes (PDF 32000-1:2008, annex H.3.4.1).
func startsPDF(raw []byte) int {
	at := pdfStart.FindIndex(raw[:min(len(raw), 1024)])
	if at == nil {
		return -1
	}
	return at[1] - len("%PDF-1")
}

// isBinary reports whether raw is no text: it has a NUL outside of UTF-16, or
// the control characters that text has no use for in its first half kilobyte,
// by which a browser knows as well. Then it does not matter which image,
// archive or sound it is.
func isBinary(raw []byte) bool {
	if utf16Mark(raw) != "" {
		return false
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return true
	}
	sniffed := http.DetectContentType(raw)
	if strings.HasPrefix(sniffed, "text/") || sniffed == "application/postscript" {
		return false
	}
	// Text may start as a magic number does: "BMW", "OTTO".
	controls := 0
	for _, c := range raw[:min(len(raw), 512)] {
		if c < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", rune(c)) {
			controls++
		}
	}
	return controls > 2
}

// utf16Mark is the name of the encoding whose byte order mark raw starts
// with, of those in which a NUL is part of a letter; else "".
func utf16Mark(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return "utf-16le"
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return "utf-16be"
	}
	return ""
}

// maxHead is how far into a document its root element is looked for, in
// bytes: licences and style sheets stand before it.
const maxHead = 64 << 10

// rootElement is the name of the first element in raw, as written, and the
// name in its DOCTYPE. Byte order marks, comments and processing instructions
// are passed over; what is neither starts no markup, and both are "".
func rootElement(raw []byte) (root, doctype string) {
	head := raw[:min(len(raw), maxHead)]
	if utf16Mark(raw) != "" {
		text, _ := Decode(head[:len(head)&^1], "")
		head = []byte(text)
	}
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	for {
		head = bytes.TrimSpace(head)
		skip := 0
		switch {
		case bytes.HasPrefix(head, []byte("<!--")):
			skip = after(head, "-->")
		case bytes.HasPrefix(head, []byte("<?")):
			skip = after(head, ">")
		case bytes.HasPrefix(head, []byte("<!")):
			if m := doctypeName.FindSubmatch(head); m != nil {
				doctype = string(m[1])
			}
			skip = afterDoctype(head)
		default:
			if m := startTag.FindSubmatch(head); m != nil {
				root = string(m[1])
			}
			return root, doctype
		}
		if skip == 0 {
			return root, doctype
		}
		head = head[skip:]
	}
}

var (
	startTag    = regexp.MustCompile(`^<([A-Za-z_][\w:.-]*)[\s/>]`)
	doctypeName = regexp.MustCompile(`^<!(?i:doctype)\s+([\w:.-]+)`)
)

// after is where the first mark in text ends, 0 when there is none.
func after(text []byte, mark string) int {
	at := bytes.Index(text, []byte(mark))
	if at < 0 {
		return 0
	}
	return at + len(mark)
}

// afterDoctype is where the declaration that text starts with ends, past the
// ones inside its brackets.
func afterDoctype(text []byte) int {
	depth := 0
	for i, c := range text {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				return i + 1
			}
		}
	}
	return 0
}

// kindOfType is the kind that a Content-Type tells, and whether it tells one.
// Servers send what they don't know as octets or as plain text: only the
// first says nothing, the second loses to a name's ending.
func kindOfType(contentType string) (Kind, bool) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && media == "" {
		return KindUnknown, false
	}
	switch media {
	case "application/octet-stream", "binary/octet-stream", "application/x-download", "text/plain":
		return KindUnknown, false
	case "text/html", "application/xhtml+xml":
		return KindHTML, true
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json":
		return KindFeed, true
	case "application/pdf", "application/x-pdf":
		return KindPDF, true
	case "text/markdown", "text/x-markdown":
		return KindMarkdown, true
	}
	return KindUnknown, true
}

// kindOfName is the kind that the ending of a name tells, and whether it
// tells one.
func kindOfName(name string) (Kind, bool) {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".xhtml", ".xht", ".shtml":
		return KindHTML, true
	case ".rss", ".atom", ".rdf":
		return KindFeed, true
	case ".pdf":
		return KindPDF, true
	case ".md", ".markdown":
		return KindMarkdown, true
	case ".txt", ".text":
		return KindText, true
	case ".json", ".xml", ".js", ".css", ".csv", ".svg", ".rtf", ".eps":
		return KindUnknown, true
	}
	return KindUnknown, false
}
