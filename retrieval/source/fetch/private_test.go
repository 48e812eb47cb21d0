package fetch

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nowhere is addresses that a stranger must not reach, in the spellings that some resolver or
// library takes.
var nowhere = []string{
	"http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://0x7f000001/", "http://017700000001/",
	"http://0177.0.0.1/", "http://127.1/", "http://127.0.0.1./", "http://127.0.1/", "http://0/", "http://0x/", "http://0.0.0.0/",
	"http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１２７.１/",
	"http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/",
	"http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001::7f00:1]/",
	"http://[::ffff:0:127.0.0.1]/",
	"http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://[fd00:ec2::254]/",
	"http://[::ffff:169.254.169.254]/", "http://100.100.100.200/", "http://192.0.0.192/",
	"http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://[fe80::1]/", "http://[fc00::1]/",
	"http://224.0.0.1/", "http://255.255.255.255/", "http://[ff02::1]/",
	"http://localhost/", "http://localhost./", "http://LOCALHOST/", "http://a.localhost/", "http://ⓛocalhost/",
	"https://127.0.0.1/", "http://127.0.0.1:8080/", "http://localhost:6379/",
}

// Nothing is asked: the servers of the test would be at these addresses, and no dialer is called.
func TestPrivateLiterals(t *testing.T) {
	c, _ := newTest(t, Config{})
	trusted, _ := newTest(t, Config{Allow: []netip.Prefix{netip.MustParsePrefix("198.18.0.0/15")}})
	for _, address := range nowhere {
		if _, err := c.Get(t.Context(), Request{URL: address}); !errors.Is(err, ErrPrivate) || errors.Is(err, ErrRobots) {
			t.Errorf("%s: %v, want ErrPrivate", address, err)
		}
		if _, err := trusted.Get(t.Context(), Request{URL: address, Trusted: true}); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s, trusted, elsewhere: %v, want ErrPrivate", address, err)
		}
	}
}

func TestPrivateRedirects(t *testing.T) {
	c, _ := newWeb(t, newNames(t))
	public := serve(t, publicIP, 0, pages{"/": func(w http.ResponseWriter, r *http.Request) {
		to, _ := url.QueryUnescape(r.URL.RawQuery)
		redirect(http.StatusFound, to)(w, r)
	}})
	for _, to := range nowhere {
		for _, trusted := range []bool{false, true} {
			if _, err := c.Get(t.Context(), Request{URL: public.URL + "/?" + to, Trusted: trusted}); !errors.Is(err, ErrPrivate) || errors.Is(err, ErrRobots) {
				t.Errorf("to %s, trusted %t: %v, want ErrPrivate", to, trusted, err)
			}
		}
	}
}

// What a name is cannot be told from how it is written, so it is the dialer that refuses.
func TestPrivateNames(t *testing.T) {
	names := newNames(t)
	c, _ := newWeb(t, names)
	public := serve(t, publicIP, 0, pages{"/": text("public")})
	private := serve(t, otherIP, public.addr.Port(), pages{"/": text("private")})
	own := serve(t, ownIP, public.addr.Port(), pages{"/": text("own")})
	metadata := netip.MustParseAddr("169.254.169.254")
	names.set("public.example", []netip.Addr{publicIP})
	names.set("private.example", []netip.Addr{otherIP})
	names.set("own.example", []netip.Addr{ownIP})
	names.set("six.example", []netip.Addr{netip.MustParseAddr("fd00:ec2::254")})
	names.set("mapped.example", []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.3")})
	names.set("metadata.example", []netip.Addr{metadata})
	names.set("both.example", []netip.Addr{otherIP, publicIP})
	names.set("behind.example", []netip.Addr{publicIP, otherIP})

	for _, test := range []struct {
		name    string
		trusted bool
		want    string
		err     error
		private bool
	}{
		{"public.example", false, "public", nil, false},
		{"private.example", false, "", ErrPrivate, false},
		{"own.example", false, "", ErrPrivate, false},
		{"six.example", false, "", ErrPrivate, false},
		{"mapped.example", false, "", ErrPrivate, false},
		{"metadata.example", false, "", ErrPrivate, false},
		{"both.example", false, "public", nil, false},
		{"behind.example", false, "public", nil, false},
		{"public.example", true, "public", nil, false},
		{"private.example", true, "", ErrPrivate, false},
		{"own.example", true, "own", nil, true},
		{"metadata.example", true, "", ErrPrivate, false},
		{"absent.example", true, "", ErrUnreachable, false},
	} {
		got, err := c.Get(t.Context(), Request{URL: public.at(test.name, "/"), Trusted: test.trusted})
		if !errors.Is(err, test.err) || string(got.Body) != test.want || got.Private != test.private {
			t.Errorf("%s, trusted %t: %q, private %t, %v; want %q, %t, %v", test.name, test.trusted,
				got.Body, got.Private, err, test.want, test.private, test.err)
		}
		if err != nil && test.err == ErrPrivate && errors.Is(err, ErrRobots) {
			t.Errorf("%s: %v says that robots.txt forbids it", test.name, err)
		}
	}
	if got := private.asked(); got != nil {
		t.Errorf("the private network was asked for %q", got)
	}
	if got, want := own.asked(), []string{"/robots.txt", "/"}; !cmp.Equal(got, want) {
		t.Errorf("the operator's network was asked for %q, want %q: by the trusted request only", got, want)
	}
}

// The name is public when it is looked up first, and private for the connection after that.
func TestRebinding(t *testing.T) {
	names := newNames(t)
	c, _ := newWeb(t, names)
	once := status(http.StatusOK, "Connection", "close")
	public := serve(t, publicIP, 0, pages{"/robots.txt": once, "/": once})
	private := serve(t, otherIP, public.addr.Port(), pages{"/": text("private")})
	names.set("turns.example", []netip.Addr{publicIP}, []netip.Addr{otherIP})
	if _, err := c.Get(t.Context(), Request{URL: public.at("turns.example", "/")}); !errors.Is(err, ErrPrivate) {
		t.Errorf("%v, want ErrPrivate", err)
	}
	if got, want := public.asked(), []string{"/robots.txt"}; !cmp.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
	if got := private.asked(); got != nil {
		t.Errorf("the private network was asked for %q", got)
	}
}

// Who writes a page of the public web cannot aim a trusted request at the operator's network.
func TestRedirectIntoOwnNetwork(t *testing.T) {
	names := newNames(t)
	c, _ := newWeb(t, names)
	own := serve(t, ownIP, 0, pages{"/": text("own")})
	names.set("own.example", []netip.Addr{ownIP})
	// Two steps: neither the first redirect nor a later one leads there.
	public := serve(t, publicIP, 0, pages{
		"/literal": redirect(http.StatusFound, own.URL),
		"/name":    redirect(http.StatusFound, own.at("own.example", "/")),
		"/two":     redirect(http.StatusFound, "/name"),
	})
	for _, path := range []string{"/literal", "/name", "/two"} {
		if _, err := c.Get(t.Context(), Request{URL: public.URL + path, Trusted: true}); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: %v, want ErrPrivate", path, err)
		}
	}
	robots := serve(t, publicIP, 0, pages{"/robots.txt": redirect(http.StatusFound, own.URL), "/": text("public")})
	if _, err := c.Get(t.Context(), Request{URL: robots.URL, Trusted: true}); !errors.Is(err, ErrPrivate) || !errors.Is(err, ErrRobots) {
		t.Errorf("robots.txt: %v, want ErrPrivate and ErrRobots", err)
	}
	if got := own.asked(); got != nil {
		t.Errorf("the operator's network was asked for %q", got)
	}

	// From there it may lead anywhere, and back from the public web not again.
	back := serve(t, publicIP, 0, pages{"/": text("public"), "/back": redirect(http.StatusFound, own.URL)})
	out := serve(t, ownIP, 0, pages{
		"/own":  redirect(http.StatusFound, own.URL),
		"/out":  redirect(http.StatusFound, back.URL),
		"/back": redirect(http.StatusFound, back.URL+"/back"),
	})
	for _, test := range []struct {
		path, want string
		private    bool
		err        error
	}{
		{"/own", "own", true, nil},
		{"/out", "public", false, nil},
		{"/back", "", false, ErrPrivate},
	} {
		got, err := c.Get(t.Context(), Request{URL: out.URL + test.path, Trusted: true})
		if !errors.Is(err, test.err) || string(got.Body) != test.want || got.Private != test.private {
			t.Errorf("%s: %q, private %t, %v; want %q, %t, %v", test.path, got.Body, got.Private, err, test.want, test.private, test.err)
		}
	}
}

// A connection into the operator's network stays open after a trusted request. Nobody else is to
// be served by it: nor by what is remembered of the host.
func TestConnectionsOfTrustedRequests(t *testing.T) {
	names := newNames(t)
	c, _ := newWeb(t, names)
	own := serve(t, ownIP, 0, pages{
		"/robots.txt": text("User-agent: *\nDisallow: /secret\n"),
		"/":           text("own"),
		"/busy":       status(http.StatusTooManyRequests, "Retry-After", "60"),
	})
	names.set("own.example", []netip.Addr{ownIP})
	for _, address := range []string{own.URL, own.at("own.example", "")} {
		if got, err := c.Get(t.Context(), Request{URL: address, Trusted: true}); err != nil || !got.Private {
			t.Fatalf("private %t, %v", got.Private, err)
		}
		var away *StatusError
		if _, err := c.Get(t.Context(), Request{URL: address + "/busy", Trusted: true}); !errors.As(err, &away) {
			t.Fatalf("%v, want a *StatusError", err)
		}
		own.asked()
		for _, path := range []string{"/", "/secret", "/busy"} {
			_, err := c.Get(t.Context(), Request{URL: address + path})
			if !errors.Is(err, ErrPrivate) || errors.Is(err, ErrRobots) || errors.As(err, &away) {
				t.Errorf("%s%s: %v, want ErrPrivate alone", address, path, err)
			}
		}
		if got := own.asked(); got != nil {
			t.Errorf("asked for %q", got)
		}
		if _, err := c.Get(t.Context(), Request{URL: address, Trusted: true}); !errors.As(err, &away) {
			t.Errorf("trusted: %v, want a *StatusError", err)
		}
	}
}

func TestAllow(t *testing.T) {
	own := serve(t, publicIP, 0, pages{"/": text("own")})
	for _, test := range []struct {
		allow   string
		trusted bool
		err     error
	}{
		{"127.0.0.0/8", true, nil},
		{"::ffff:127.0.0.0/104", true, nil},
		{"127.0.0.0/8", false, ErrPrivate},
		{"10.0.0.0/8", true, ErrPrivate},
		{"fc00::/7", true, ErrPrivate},
	} {
		c, _ := newTest(t, Config{Allow: []netip.Prefix{{}, netip.MustParsePrefix(test.allow)}})
		for _, address := range []string{own.URL, own.at("::ffff:127.0.0.1", ""), own.at("localhost", "")} {
			if got, err := c.Get(t.Context(), Request{URL: address, Trusted: test.trusted}); !errors.Is(err, test.err) || got.Private != (err == nil) {
				t.Errorf("%s for %s, trusted %t: private %t, %v; want %v", test.allow, address, test.trusted, got.Private, err, test.err)
			}
		}
	}
}
