package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxAddress bounds an address, in bytes: browsers and sitemaps take about as much.
const maxAddress = 2000

// An address is one that has been checked and is written in one way only.
type address struct {
	url  *url.URL   // no userinfo, no fragment, no default port; the path is never empty
	host string     // lower-case ASCII without a final dot, an IPv4 address as four numbers, IPv6 without brackets
	ip   netip.Addr // of a host that is a literal, in any of its encodings; else invalid
	port uint16     // of the address, or the scheme's own
}

// origin is the scheme, host and port: what a robots.txt speaks for.
func (a address) origin() string { return a.url.Scheme + "://" + a.url.Host }

// String is the address in full.
func (a address) String() string { return a.url.String() }

// parseAddress reads an absolute address; ErrAddress says what is wrong with it.
func parseAddress(raw string) (address, error) {
	if len(raw) > maxAddress {
		return address{}, fmt.Errorf("%w: longer than %d bytes", ErrAddress, maxAddress)
	}
	if strings.ContainsFunc(raw, unicode.IsControl) {
		return address{}, fmt.Errorf("%w: it has control characters", ErrAddress)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, fmt.Errorf("%w: it cannot be read", ErrAddress)
	}
	return checkAddress(u)
}

// checkAddress is u as an address; u is not changed.
func checkAddress(u *url.URL) (address, error) {
	switch {
	case u.Scheme != "http" && u.Scheme != "https": // url.Parse made it lower-case
		return address{}, fmt.Errorf("%w: neither http nor https", ErrAddress)
	case u.User != nil:
		return address{}, fmt.Errorf("%w: it has a user name", ErrAddress)
	case u.Opaque != "" || u.Hostname() == "":
		return address{}, fmt.Errorf("%w: it names no host", ErrAddress)
	}
	host, ip, err := parseHost(u.Hostname())
	if err != nil {
		return address{}, err
	}
	own := uint16(80)
	if u.Scheme == "https" {
		own = 443
	}
	port := own
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return address{}, fmt.Errorf("%w: no such port", ErrAddress)
		}
		port = uint16(n)
	}

	clean := &url.URL{Scheme: u.Scheme, Host: host, Path: u.Path, RawPath: u.RawPath, RawQuery: escapeQuery(u.RawQuery)}
	if ip.Is6() {
		clean.Host = "[" + host + "]"
	}
	if port != own {
		clean.Host += ":" + strconv.Itoa(int(port))
	}
	if clean.Path == "" {
		clean.Path = "/"
	}
	if len(clean.String()) > maxAddress {
		return address{}, fmt.Errorf("%w: longer than %d bytes", ErrAddress, maxAddress)
	}
	return address{url: clean, host: host, ip: ip, port: port}, nil
}

// follow is where a Location header at this address points to.
func (a address) follow(location string) (address, error) {
	if len(location) > maxAddress || strings.ContainsFunc(location, unicode.IsControl) {
		return address{}, fmt.Errorf("%w: a redirect that is too long, or has control characters", ErrAddress)
	}
	u, err := a.url.Parse(location)
	if err != nil {
		return address{}, fmt.Errorf("%w: a redirect that cannot be read", ErrAddress)
	}
	return checkAddress(u)
}

// parseHost reads a host as browsers do (url.spec.whatwg.org, host parsing): names by
// IDNA, and each spelling of an IPv4 address as that address. A resolver of the system may
// read 0x7f.1 as 127.0.0.1 or ask the DNS for it; here it is an address before anyone asks.
func parseHost(raw string) (string, netip.Addr, error) {
	if strings.Contains(raw, ":") {
		ip, err := netip.ParseAddr(raw)
		if err != nil || ip.Zone() != "" {
			return "", netip.Addr{}, fmt.Errorf("%w: no such IPv6 address", ErrAddress)
		}
		ip = ip.Unmap()
		return ip.String(), ip, nil
	}

	// Full-width digits and ideographic dots become ASCII here, before numbers are looked
	// for. Hyphens and underscores are left alone: hosts with both exist, whatever the
	// rules for registering names say.
	profile := idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false), idna.CheckHyphens(false))
	host, err := profile.ToASCII(raw)
	if err == nil {
		host, err = profile.ToASCII(host) // what became ASCII can still be no name: "xn--" of a replacement character
	}
	if err != nil {
		return "", netip.Addr{}, fmt.Errorf("%w: no such host name", ErrAddress)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	// 253 and 63 bytes: the DNS has no longer names and labels (RFC 1035).
	if len(host) > 253 || strings.ContainsFunc(host, func(r rune) bool { return !nameRune(r) }) {
		return "", netip.Addr{}, fmt.Errorf("%w: no such host name", ErrAddress)
	}
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 {
			return "", netip.Addr{}, fmt.Errorf("%w: no such host name", ErrAddress)
		}
	}
	if !isNumber(labels[len(labels)-1]) {
		return host, netip.Addr{}, nil
	}
	ip, ok := parseIPv4(labels)
	if !ok {
		return "", netip.Addr{}, fmt.Errorf("%w: no such IPv4 address", ErrAddress)
	}
	return ip.String(), ip, nil
}

// nameRune tells what a host name is written with, once IDNA has made it ASCII.
func nameRune(r rune) bool {
	return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.'
}

// isNumber tells whether a last label makes its host an IPv4 address: no top-level domain is
// a number.
func isNumber(label string) bool {
	if digits, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

// parseIPv4 reads one to four numbers, each decimal, octal (0…) or hexadecimal (0x…); the
// last fills all bytes that are left: 127.1 is 127.0.0.1.
func parseIPv4(labels []string) (netip.Addr, bool) {
	if len(labels) > 4 {
		return netip.Addr{}, false
	}
	var ip uint64
	for i, label := range labels {
		digits, base := label, 10
		if hex, ok := strings.CutPrefix(label, "0x"); ok {
			digits, base = hex, 16
		} else if len(label) > 1 && label[0] == '0' {
			digits, base = label[1:], 8
		}
		var n uint64
		if digits != "" { // 0x alone is 0
			var err error
			if n, err = strconv.ParseUint(digits, base, 32); err != nil {
				return netip.Addr{}, false
			}
		}
		if i < len(labels)-1 {
			if n > 255 {
				return netip.Addr{}, false
			}
			ip |= n << (24 - 8*i)
			continue
		}
		if n >= 1<<(8*(5-len(labels))) {
			return netip.Addr{}, false
		}
		ip |= n
	}
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)}), true
}

// escapeQuery escapes what may not stand in a request's first line; url.Parse takes a query as
// it comes.
func escapeQuery(query string) string {
	var b strings.Builder
	for i := range len(query) {
		switch c := query[i]; {
		case c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>':
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
