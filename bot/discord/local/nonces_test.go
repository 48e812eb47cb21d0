package local

import (
	"testing"
	"time"
)

// An enforced nonce is remembered for minutes, not longer, and not for ever.
func TestNonces(t *testing.T) {
	c := newClient(t, false)
	other := c.AddChannel(c.guild.ID, "other")
	const enforced = `{"content":"a","nonce":"n","enforce_nonce":true}`
	first := c.post(c.general, enforced)
	if again := c.post(other, enforced); again != first || len(c.Messages(other.ID)) != 0 {
		t.Error("the same author and nonce in another channel made a message")
	}
	if number := c.post(c.general, `{"content":"a","nonce":7,"enforce_nonce":true}`); number == first {
		t.Error("another nonce gave the first message")
	}
	c.api("DELETE", "/channels/"+c.general.ID+"/messages/"+first, "")
	if later := c.post(c.general, enforced); later == first || len(c.Messages(c.general.ID)) != 2 {
		t.Error("a message that was deleted holds its nonce")
	}
	c.clock.advance(nonceMemory + time.Second)
	c.post(c.general, `{"content":"a"}`)
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := c.state.nonces; len(n.last) != 0 || len(n.order) != 0 {
		t.Errorf("%d nonces of %d messages are kept", len(n.last), len(n.order))
	}
}
