package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRedirects(t *testing.T) {
	names := newNames(t)
	c, _ := newWeb(t, names)
	other := serve(t, publicIP, 0, pages{"/page": text("a story")})
	s := serve(t, publicIP, 0, pages{
		"/page":       text("a story"),
		"/301":        redirect(301, "/page"),
		"/302":        redirect(302, "/page"),
		"/303":        redirect(303, "/page"),
		"/307":        redirect(307, "/page"),
		"/308":        redirect(308, "/page#part"),
		"/moved":      redirect(301, "/308"),
		"/mixed":      redirect(301, "/302"),
		"/mixed2":     redirect(307, "/301"),
		"/host":       redirect(301, other.URL+"/page"),
		"/relative/a": redirect(301, "../page?a=b"),
		"/same":       redirect(301, "//"+other.addr.String()+"/page"),
		"/gone":       redirect(301, "/410"),
		"/410":        status(410),
		"/nowhere":    status(301),
		"/loop":       redirect(301, "/pool"),
		"/pool":       redirect(301, "/loop"),
		"/self":       redirect(302, "/self"),
		"/hash":       redirect(302, "/hash#a"),
		"/user":       redirect(302, "http://user:password@"+other.addr.String()+"/page"),
		"/ftp":        redirect(302, "ftp://"+other.addr.String()+"/page"),
		"/file":       redirect(302, "file:///etc/passwd"),
		"/unreadable": redirect(302, "http://[/"),
		"/control":    redirect(302, "/page\u0085"),
		"/long":       redirect(302, "/"+fmt.Sprintf("%2000d", 1)),
		"/0":          redirect(302, "/1"),
		"/1":          redirect(302, "/2"),
		"/2":          redirect(302, "/3"),
		"/3":          redirect(302, "/4"),
		"/4":          redirect(302, "/5"),
		"/5":          redirect(302, "/page"),
	})
	page := s.URL + "/page"
	for _, test := range []struct {
		path, url, moved string
		err              error
	}{
		{"/page", page, "", nil},
		{"/301", page, page, nil},
		{"/302", page, "", nil},
		{"/303", page, "", nil},
		{"/307", page, "", nil},
		{"/308", page, page, nil},
		{"/moved", page, page, nil},
		{"/mixed", page, "", nil},
		{"/mixed2", page, "", nil},
		{"/host", other.URL + "/page", other.URL + "/page", nil},
		{"/relative/a", page + "?a=b", page + "?a=b", nil},
		{"/same", other.URL + "/page", other.URL + "/page", nil},
		{"/1", page, "", nil},
		{"/0", "", "", ErrRedirects},
		{"/loop", "", "", ErrRedirects},
		{"/self", "", "", ErrRedirects},
		{"/hash", "", "", ErrRedirects},
		{"/user", "", "", ErrAddress},
		{"/ftp", "", "", ErrAddress},
		{"/file", "", "", ErrAddress},
		{"/unreadable", "", "", ErrAddress},
		{"/control", "", "", ErrAddress},
		{"/long", "", "", ErrAddress},
		{"/gone", "", "", &StatusError{Code: 410}},
		{"/nowhere", "", "", &StatusError{Code: 301}},
	} {
		got, err := c.Get(t.Context(), Request{URL: s.URL + test.path})
		if got.URL != test.url || got.Moved != test.moved {
			t.Errorf("%s: at %q, moved to %q; want %q, %q", test.path, got.URL, got.Moved, test.url, test.moved)
		}
		var status *StatusError
		if errors.As(err, &status) {
			err = status
		}
		if !errors.Is(err, test.err) && !cmp.Equal(err, test.err) {
			t.Errorf("%s: %v, want %v", test.path, err, test.err)
		}
	}
}

// A copy that is known is asked for where it was found.
func TestNotModifiedElsewhere(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	s := serve(t, publicIP, 0, pages{
		"/old": redirect(308, "/new"),
		"/new": func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
			}
		},
	})
	got, err := c.Get(t.Context(), Request{URL: s.URL + "/old", ETag: `"1"`, From: s.URL + "/new"})
	if err != nil || !got.NotModified || got.Moved != s.URL+"/new" {
		t.Errorf("%+v, %v", got, err)
	}
	// An ETag says nothing of what is elsewhere.
	for _, from := range []string{"", s.URL + "/old", s.URL + "/newer"} {
		got, err := c.Get(t.Context(), Request{URL: s.URL + "/old", ETag: `"1"`, From: from})
		if err != nil || got.NotModified {
			t.Errorf("a copy from %q: %+v, %v", from, got, err)
		}
	}
}

// Only ports 80 and 443 are open on the public web, and for a name whose network is not known.
func TestPortOfRedirect(t *testing.T) {
	names := newNames(t)
	c, _ := newWeb(t, names)
	other := serve(t, publicIP, 0, pages{"/": text("a story")})
	s := serve(t, publicIP, 0, pages{
		"/literal": redirect(302, other.URL),
		"/name":    redirect(302, other.at("public.example", "/")),
	})
	names.set("public.example", nil)
	port := s.addr.Port()
	c.guard.port = func(p uint16) bool { return p == port }
	for _, path := range []string{"/literal", "/name"} {
		for _, trusted := range []bool{false, true} {
			if _, err := c.Get(t.Context(), Request{URL: s.URL + path, Trusted: trusted}); !errors.Is(err, ErrPort) {
				t.Errorf("%s, trusted %t: %v, want ErrPort", path, trusted, err)
			}
		}
	}
	// A trusted request may have the operator's network in mind: the dialer sees that it is not.
	names.set("public.example", []netip.Addr{publicIP})
	if _, err := c.Get(t.Context(), Request{URL: other.at("public.example", "/"), Trusted: true}); !errors.Is(err, ErrPort) {
		t.Errorf("%v, want ErrPort", err)
	}
	if got := other.asked(); got != nil {
		t.Errorf("asked for %q", got)
	}
}
