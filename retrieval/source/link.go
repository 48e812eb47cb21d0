package source

import (
	"errors"
	"net/url"
	"strings"
)

// ErrLink is a link that is none.
var ErrLink = errors.New("source: not an address of the web")

// maxLink bounds an address, in bytes: browsers take as much.
const maxLink = 2000

// Link is the address at which readers find a story, as it is typed; "" stays "". Nothing is
// fetched from there. It is ErrLink for what is no address of the web, or has a password in
// it.
func Link(address string) (string, error) {
	address = strings.TrimSpace(address)
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || len(address) > maxLink {
		return "", ErrLink
	}
	return u.String(), nil
}
