package extract

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
)

// Limits of a feed's XML. gofeed walks extensions recursively, copies all
// namespaces in scope for each element, and joins the pieces of an
// extension's text one by one: each is bounded here, before it reads.
const (
	maxXMLDepth      = 200
	maxXMLElements   = 300_000
	maxXMLNamespaces = 64      // in scope
	maxXMLJoins      = 1 << 30 // bytes copied while pieces of text are joined
)

// The types that Atom's "html" and "xhtml" are renamed to: gofeed hands text
// of these through as it stands. Of the others it makes trees without a
// bound.
const (
	htmlType  = "text/html"
	xhtmlType = "application/html+xml"
)

// guard refuses XML that is costly to read or declares entities, and mends
// what gofeed reads wrong. No entity but those of XML and HTML is ever
// expanded and no DTD is read, whatever a document declares: refusing says so.
func guard(text string) (string, error) {
	text = xmlStart.ReplaceAllStringFunc(text, func(string) string { return "<?xml " })
	if strings.HasPrefix(text, "<?xml ") {
		// The text is UTF-8 by now, whatever the declaration says.
		_, rest, found := strings.Cut(text, "?>")
		if !found {
			return "", errors.New("its XML declaration does not end")
		}
		text = rest
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	var (
		mended   strings.Builder
		copied   int   // how much of text is in mended
		scopes   []int // namespaces in scope, for each open element
		texts    []int // bytes of text so far, for each open element
		elements int
		joins    int
	)
	for {
		from := int(d.InputOffset())
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.Directive:
			if entityDeclared.Match(token) {
				return "", errors.New("it declares entities")
			}
		case xml.StartElement:
			elements++
			scope := 0
			if n := len(scopes); n > 0 {
				scope = scopes[n-1]
			}
			for _, a := range token.Attr {
				if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
					scope++
				}
			}
			if elements > maxXMLElements || len(scopes) >= maxXMLDepth || scope > maxXMLNamespaces {
				return "", errors.New("it is too complex")
			}
			scopes = append(scopes, scope)
			texts = append(texts, 0)
			tag := text[from:d.InputOffset()]
			if changed := mend(tag); changed != tag {
				mended.WriteString(text[copied:from])
				mended.WriteString(changed)
				copied = int(d.InputOffset())
			}
		case xml.EndElement:
			if n := len(scopes); n > 0 {
				scopes, texts = scopes[:n-1], texts[:n-1]
			}
		case xml.CharData:
			if n := len(texts); n > 0 {
				joins += texts[n-1]
				texts[n-1] += len(token)
			}
			if joins > maxXMLJoins {
				return "", errors.New("it is too complex")
			}
		}
	}
	mended.WriteString(text[copied:])
	return mended.String(), nil
}

var (
	entityDeclared = regexp.MustCompile(`(?i)(?:^|<!)\s*ENTITY`)
	typeAttribute  = regexp.MustCompile(`(\stype\s*=\s*)(?i:"\s*x?html\s*"|'\s*x?html\s*')`)
	baseAttribute  = regexp.MustCompile(`(\sxml:base\s*=\s*)("[^"]*"|'[^']*')`)
)

// mend changes a start tag: Atom's types of text are renamed, and an xml:base
// is cut behind its last slash, as it counts in RFC 3986: gofeed takes one
// that names a file for a folder.
func mend(tag string) string {
	if strings.Contains(tag, "html") || strings.Contains(tag, "HTML") {
		tag = typeAttribute.ReplaceAllStringFunc(tag, func(attribute string) string {
			name, value, _ := strings.Cut(attribute, "=")
			if strings.Contains(strings.ToLower(value), "xhtml") {
				return name + `="` + xhtmlType + `"`
			}
			return name + `="` + htmlType + `"`
		})
	}
	if strings.Contains(tag, "xml:base") {
		tag = baseAttribute.ReplaceAllStringFunc(tag, func(attribute string) string {
			name, value, _ := strings.Cut(attribute, "=")
			value = strings.Trim(strings.TrimSpace(value), `"'`)
			start := 0
			if scheme := strings.Index(value, "://"); scheme >= 0 {
				start = scheme + len("://")
			}
			if slash := strings.LastIndexByte(value[start:], '/'); slash >= 0 {
				value = value[:start+slash+1]
			} else if start == 0 {
				value = ""
			}
			return name + `="` + value + `"`
		})
	}
	return tag
}
