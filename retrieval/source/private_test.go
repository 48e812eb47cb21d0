package source_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"storybot/retrieval"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

// allLead is a resolver for which all names are of one address.
func allLead(t *testing.T, to netip.Addr) *net.Resolver {
	answer := func(conn net.Conn) error {
		defer conn.Close()
		var size uint16
		if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
			return err
		}
		query := make([]byte, size)
		if _, err := io.ReadFull(conn, query); err != nil {
			return err
		}
		var m dnsmessage.Message
		if err := m.Unpack(query); err != nil {
			return err
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: to.As4()}}}
		}
		packed, err := m.Pack()
		if err != nil {
			return err
		}
		_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...))
		return err
	}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe() // which is no packets: it speaks as over TCP
		go func() {
			if err := answer(theirs); err != nil {
				t.Error(err)
			}
		}()
		return ours, nil
	}}
}

// TestRebound has the name of a site that the operator has added, and which was on the
// web then, not lead into the operator's networks later, until it is added again.
func TestRebound(t *testing.T) {
	l, s := open(t), newsroom(t)
	allow := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	web := s.config() // its names count as public
	web.Allow = allow
	k := l.keeper(t, web)
	page, feed := l.add(t, k, "g", "http://news.example/a", source.Terminal), l.add(t, k, "g", feedAddress, source.Terminal)
	rebound := l.keeper(t, fetch.Config{Interval: time.Nanosecond, Allow: allow, Resolver: allLead(t, netip.MustParseAddr("127.0.0.1"))})
	for _, id := range []string{page, feed} {
		reports, err := rebound.Refresh(t.Context(), "g", source.Terminal, nil, id)
		if err != nil || !errors.Is(reports[0].Reason, source.ErrPrivate) || !strings.Contains(reports[0].Source.Error, "add it again in the terminal") {
			t.Errorf("%+v, %v", reports, err)
		}
	}
}

// TestPrivateAgain has what was in the operator's networks when it was added be read
// again there, when the operator has added it.
func TestPrivateAgain(t *testing.T) {
	l, s := open(t), newsroom(t)
	s.serve("/feed.xml", document("application/rss+xml", strings.ReplaceAll(feed([2]string{"/b", "The bakery"}), "http://news.example", s.URL)))
	k := l.keeper(t, fetch.Config{Interval: time.Nanosecond, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	for _, path := range []string{"/a", "/feed.xml"} {
		id := l.add(t, k, "g", s.URL+path, source.Terminal)
		l.later(24 * time.Hour)
		if got := refreshed(t, k, "g", id); got != "+0 ~0 =1 -0 !0" {
			t.Errorf("%s: %s", path, got)
		}
		// What Discord adds again gains no trust, and takes none.
		if _, err := k.Look(t.Context(), "g", s.URL+path, source.Discord); !errors.Is(err, source.ErrPrivate) {
			t.Errorf("%s: %v", path, err)
		}
		src, err := l.Source(t.Context(), "g", id)
		if err != nil || !src.Private {
			t.Fatalf("%+v, %v", src, err)
		}
		again := retrieval.Source{Guild: "g", Kind: src.Kind, Title: src.Title, Location: src.Location, Origin: string(source.Discord)}
		if _, err := l.Put(t.Context(), again, nil); err != nil {
			t.Fatal(err)
		}
		if src, err := l.Source(t.Context(), "g", id); err != nil || !src.Private {
			t.Errorf("%+v, %v", src, err)
		}
	}
}
