package main

import (
	"regexp"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// isAddress tells an address of the web from a file's name.
var isAddress = regexp.MustCompile(`(?i)^https?://`)

// scheme is how an address begins, also one that is misspelt.
var scheme = regexp.MustCompile(`(?i)^([a-z]{2,8}:/+|https?[:/]+)`)

// addressIn is what is likely meant by the name of a file that is not there: an address of
// the web without its beginning, or with a wrong one; "" when it looks like a file's name.
func addressIn(name string) string {
	if path, ok := strings.CutPrefix(name, "file://"); ok {
		return path
	}
	if begin := scheme.FindString(name); begin != "" {
		return "https://" + name[len(begin):]
	}
	host, rest := name, ""
	if end := strings.IndexAny(name, ":/?#"); end >= 0 {
		host, rest = name[:end], name[end:]
	}
	host = strings.ToLower(host)
	domain, known := publicsuffix.PublicSuffix(host)
	known = known || strings.Contains(domain, ".")
	if !known || domain == host || domain == "md" && rest == "" { // md is Moldova, and Markdown
		return ""
	}
	return "https://" + host + rest
}
