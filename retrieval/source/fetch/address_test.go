package fetch

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for _, test := range []struct{ raw, want string }{ // "" for ErrAddress
		{"http://example.org", "http://example.org/"},
		{"HTTPS://Example.ORG:443/A?b=C#d", "https://example.org/A?b=C"},
		{"http://example.org:80/", "http://example.org/"},
		{"http://example.org:443/", "http://example.org:443/"},
		{"http://example.org:/", "http://example.org/"},
		{"http://example.org:0080/", "http://example.org/"},
		{"http://example.org./a", "http://example.org/a"},
		{"http://my_site.example/--a", "http://my_site.example/--a"},
		{"http://ab--cd.example/", "http://ab--cd.example/"},
		{"http://bücher.example/straße?größe=ß", "http://xn--bcher-kva.example/stra%C3%9Fe?gr%C3%B6%C3%9Fe=%C3%9F"},
		{"http://новости.example/", "http://xn--b1amnebsh.example/"},
		{"http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"},
		{"http://ＥＸＡＭＰＬＥ.org/", "http://example.org/"},
		{"http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"},
		{"http://example.org/a b?c d", "http://example.org/a%20b?c%20d"},
		{"http://example.org/a%2Fb", "http://example.org/a%2Fb"},
		{"http://example.org/?q=<\">", "http://example.org/?q=%3C%22%3E"},
		{"http://134744072/", "http://8.8.8.8/"},
		{"http://8.8.2056/", "http://8.8.8.8/"},
		{"http://0x8.010.0X8.8/", "http://8.8.8.8/"},
		{"http://[2606:4700:0:0::1]:80/", "http://[2606:4700::1]/"},
		{"http://[::ffff:8.8.8.8]/", "http://8.8.8.8/"},

		{"", ""},
		{"example.org", ""},
		{"//example.org/", ""},
		{"/a", ""},
		{"http:", ""},
		{"http://", ""},
		{"http:///a", ""},
		{"http:example.org", ""},
		{"http://:80/", ""},
		{"http://./", ""},
		{"http://a..example/", ""},
		{"ftp://example.org/", ""},
		{"file:///etc/passwd", ""},
		{"gopher://example.org/", ""},
		{"data:text/html,a", ""},
		{"javascript:alert(1)", ""},
		{"http://user@example.org/", ""},
		{"http://user:password@example.org/", ""},
		{"http://@example.org/", ""},
		{"http://example.org:99999/", ""},
		{"http://example.org:0/", ""},
		{"http://example.org:-1/", ""},
		{"http://example.org:http/", ""},
		{"http://exa mple.org/", ""},
		{"http://example.org\\@127.0.0.1/", ""},
		{"http://127%2e0%2e0%2e1/", ""},
		{"http://example.org/\r\nHost: a", ""},
		{"http://example.org/\x00", ""},
		{"http://example.org/\u0085", ""},
		{"http://256.1.1.1/", ""},
		{"http://1.2.3.4.5/", ""},
		{"http://4294967296/", ""},
		{"http://1.16777216/", ""},
		{"http://08.1/", ""},
		{"http://example.0x1g/", "http://example.0x1g/"},
		{"http://example.1/", ""},
		{"http://[::1%25lo]/", ""},
		{"http://[fe80::1%25eth0]/", ""},
		{"http://[::1/", ""},
		{"http://[127.0.0.1]/", ""},
		{"http://\x9e/", ""},
		{"http://" + strings.Repeat("a", 64) + ".example/", ""},
		{"http://" + strings.Repeat("a.", 127) + "example/", ""},
		{"http://example.org/" + strings.Repeat("a", maxAddress-19), "http://example.org/" + strings.Repeat("a", maxAddress-19)},
		{"http://example.org/" + strings.Repeat("a", maxAddress-18), ""},
		{"http://example.org/" + strings.Repeat("ß", 900), ""}, // three times as long once escaped
	} {
		a, err := parseAddress(test.raw)
		switch {
		case test.want == "" && !errors.Is(err, ErrAddress):
			t.Errorf("%q: %v, %v; want ErrAddress", test.raw, a.url, err)
		case test.want != "" && err != nil:
			t.Errorf("%q: %v", test.raw, err)
		case test.want != "" && a.String() != test.want:
			t.Errorf("%q: %s, want %s", test.raw, a, test.want)
		}
	}
}

// What is refused needs no look-up: the resolver of this client has no server.
func TestRefusedAddresses(t *testing.T) {
	c, _ := newTest(t, Config{})
	for _, test := range []struct {
		address string
		err     error
	}{
		{"gopher://example.org/", ErrAddress},
		{"http://user:password@example.org/", ErrAddress},
		{"http://example.org:22/", ErrPort},
		{"https://example.org:8443/", ErrPort},
		{"http://8.8.8.8:6379/", ErrPort},
	} {
		for _, trusted := range []bool{false, true} {
			if _, err := c.Get(t.Context(), Request{URL: test.address, Trusted: trusted}); !errors.Is(err, test.err) {
				t.Errorf("%s, trusted %t: %v, want %v", test.address, trusted, err, test.err)
			}
		}
	}
}

// Property: an address that is taken is written in one way, has nothing in it that could mislead, and its host is
// read as url.Parse and netip read it too: there is no second reading of it.
func FuzzParseAddress(f *testing.F) {
	for _, address := range nowhere {
		f.Add(address)
	}
	for _, address := range []string{"http://bücher.example:81/a?b#c", "https://a@b/", "http://a\\@b/", "http://[::ffff:7f00:1]:80", "//a", "http://0x.0.1/", "http://xn--/", "http://\x9e"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		a, err := parseAddress(raw)
		if err != nil {
			if !errors.Is(err, ErrAddress) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		text := a.String()
		again, err := parseAddress(text)
		if err != nil || again.String() != text || again.host != a.host || again.ip != a.ip || again.port != a.port {
			t.Fatalf("%q is %q, which is %q, %v", raw, text, again.url, err)
		}
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || len(text) > maxAddress {
			t.Fatalf("%q is %q", raw, text)
		}
		u, err := url.Parse(text)
		if err != nil || u.User != nil || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() != a.host {
			t.Fatalf("%q is %q, host %q: %v", raw, text, a.host, err)
		}
		if ip, err := netip.ParseAddr(a.host); (err == nil) != a.ip.IsValid() || err == nil && ip != a.ip {
			t.Fatalf("%q has the host %q, which is %v and not %v", raw, a.host, ip, a.ip)
		}
		if last := a.host[strings.LastIndexByte(a.host, '.')+1:]; !a.ip.IsValid() && strings.Trim(last, "0123456789") == "" {
			t.Fatalf("%q has the host %q, a number", raw, a.host)
		}
	})
}

func BenchmarkParseAddress(b *testing.B) {
	for b.Loop() {
		if _, err := parseAddress("https://www.bücher.example/2026/05/a-story?id=1"); err != nil {
			b.Fatal(err)
		}
	}
}
