package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Guard lets a request through only when it is for this machine by its Host, and not
// from another site's page by its Origin; others are refused with 403. So no page of the
// web can reach what is behind it, not by a name that it has point to 127.0.0.1 either
// (DNS rebinding).
func Guard(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) || !fromHere(r) {
			http.Error(w, "This page is for this machine alone.", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// fromHere reports whether a request is from our page, or from no page.
func fromHere(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		site := r.Header.Get("Sec-Fetch-Site") // browsers send it where they send no Origin
		return site == "" || site == "same-origin" || site == "none" || isVisit(r)
	}
	from, err := url.Parse(origin)
	return err == nil && from.Scheme == "http" && from.Host == r.Host
}

// isVisit reports whether somebody has followed a link to the page itself.
func isVisit(r *http.Request) bool {
	return r.URL.Path == "/" && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// isLoopback reports whether a host, with or without a port, is this machine, by a name
// that nobody else can give.
func isLoopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}
