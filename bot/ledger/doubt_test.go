package ledger_test

import (
	"errors"
	"testing"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// TestConnectionLostAtCommit has what was stored, and not heard of, be nobody's loss: a
// request is claimed again, or handed to its process; a turn is had again.
func TestConnectionLostAtCommit(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	line := recordtest.Serve(t).Line(t)
	d := &desk{T: t, path: line.URL()}
	in := d.inbox()
	lost := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, record.ErrUncertain) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, r := range []ledger.Request{d.message("1", "c"), d.command("2"), d.command("3")} {
		line.BreakAtCommit()
		_, err := in.Claim(t.Context(), r)
		lost("claiming", err)
	}
	for i, want := range []bool{true, false} {
		if claimed, err := in.Claim(t.Context(), d.message("1", "c")); claimed != want || err != nil {
			t.Errorf("claiming again, %d: %v, %v", i, claimed, err)
		}
	}
	line.BreakAtCommit()
	_, err := in.Beat(t.Context())
	lost("being handed two", err)
	d.want("being handed them again", []string{"2", "3"}, d.beat(in))
	d.want("once", nil, d.beat(in))
	d.ok(in.Release(t.Context(), "2"))
	line.BreakAtCommit()
	_, err = in.Beat(t.Context())
	lost("being handed what was released", err)
	d.want("being handed it again", []string{"2"}, d.beat(in))
	line.BreakAtCommit()
	_, err = in.Turn(t.Context(), 1)
	lost("asking for a turn", err)
	if has, err := in.Turn(t.Context(), 1); !has || err != nil {
		t.Errorf("asking again: %v, %v", has, err)
	}
	if has, err := d.inbox().Turn(t.Context(), 1); has || err != nil {
		t.Errorf("another asks: %v, %v", has, err)
	}
}
