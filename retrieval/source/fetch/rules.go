package fetch

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// rules are what a robots.txt says to the bot. Its zero value allows everything.
//
// They are read and matched here, by RFC 9309. The library that was tried
// (temoto/robotstxt 1.1.2) refuses a whole file for one line that it cannot read, takes
// "/$" for the end of any path and "/a*b" for the middle of one, gives the weight of a rule by the
// length of a regular expression, and "User-agent: s" for the bot's own name.
type rules struct {
	list  []rule
	delay time.Duration // Crawl-delay, at most maxCrawlDelay
}

// A rule is for paths that begin as its pattern: * is any text, $ at the end the end.
type rule struct {
	pattern string // canonical
	allow   bool
}

// parseRobots reads a robots.txt, whatever is in it: lines that cannot be read are passed over.
func parseRobots(body []byte) rules {
	if len(body) >= maxRobots { // the last line may have been cut: half a path forbids too much
		body = body[:bytes.LastIndexAny(body, "\r\n")+1]
	}
	var named, others rules // what is said to the bot by its name, and to all others
	var isNamed bool        // the file has a group of that name
	var toNamed, toOthers bool
	inRules := true // the next User-agent line begins a group
	add := func(do func(*rules)) {
		inRules = true
		if toNamed {
			do(&named)
		}
		if toOthers {
			do(&others)
		}
	}
	text := strings.TrimPrefix(string(body), "\ufeff")
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent":
			if inRules {
				toNamed, toOthers, inRules = false, false, false
			}
			token := agentToken(value)
			toNamed = toNamed || token == robotsAgent
			toOthers = toOthers || token == "*"
			isNamed = isNamed || toNamed
		case "allow", "disallow":
			add(func(r *rules) {
				if value != "" {
					r.list = append(r.list, rule{canonicalPattern(value), key == "allow"})
				}
			})
		case "crawl-delay":
			add(func(r *rules) {
				seconds, err := strconv.ParseFloat(value, 64)
				if err == nil && seconds >= 0 { // not NaN
					r.delay = time.Duration(math.Min(seconds, maxCrawlDelay.Seconds()) * float64(time.Second))
				}
			})
		}
	}
	if isNamed {
		return named
	}
	return others
}

// agentToken is the product that a User-agent line names, in lower case, or "*": some write a version
// behind it.
func agentToken(value string) string {
	token, _, _ := strings.Cut(strings.ToLower(value), "/")
	token, _, _ = strings.Cut(token, " ")
	return token
}

// allow tells whether the bot may get an address: the longest rule decides, and of two as long the
// one that allows (RFC 9309, 2.2.2).
func (r rules) allow(a address) bool {
	path := a.url.EscapedPath()
	if a.url.RawQuery != "" {
		path += "?" + a.url.RawQuery
	}
	path = strings.NewReplacer("*", "%2A", "$", "%24").Replace(canonicalPath(path))
	length, allow := 0, true
	for _, rule := range r.list {
		n := len(rule.pattern)
		if (n > length || n == length && rule.allow) && rule.matches(path) {
			length, allow = n, rule.allow
		}
	}
	return allow
}

// matches finds each piece between the asterisks as early as it can be: no other way leaves more
// for the pieces after it, so nothing is tried twice.
func (r rule) matches(path string) bool {
	pattern, toEnd := strings.CutSuffix(r.pattern, "$")
	first, rest, wild := strings.Cut(pattern, "*")
	path, ok := strings.CutPrefix(path, first)
	if !ok {
		return false
	}
	for wild {
		var piece string
		if piece, rest, wild = strings.Cut(rest, "*"); !wild && toEnd {
			return strings.HasSuffix(path, piece)
		}
		at := strings.Index(path, piece)
		if at < 0 {
			return false
		}
		path = path[at+len(piece):]
	}
	return !toEnd || path == ""
}

// canonicalPattern is a rule's path, to be compared with canonical paths.
func canonicalPattern(value string) string {
	if value[0] != '/' && value[0] != '*' {
		value = "/" + value // meant so by who leaves it out
	}
	value = canonicalPath(value)
	inner, end := strings.CutSuffix(value, "$")
	inner = strings.ReplaceAll(inner, "$", "%24") // a dollar inside is one of the path's own
	if end {
		return inner + "$"
	}
	return inner
}

// canonicalPath writes a path in one way: what needs no escape is not escaped, all that is not
// ASCII is, and escapes are upper-case (RFC 9309, 2.2.2).
func canonicalPath(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			if n, err := strconv.ParseUint(path[i+1:i+3], 16, 8); err == nil {
				i += 2
				if c = byte(n); unreserved(c) {
					b.WriteByte(c)
				} else {
					fmt.Fprintf(&b, "%%%02X", c)
				}
				continue
			}
		}
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// unreserved tells which characters mean the same escaped or not (RFC 3986, 2.3).
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

// size is about what the rules take in memory, in bytes.
func (r rules) size() int {
	size := 64
	for _, rule := range r.list {
		size += 32 + len(rule.pattern)
	}
	return size
}
