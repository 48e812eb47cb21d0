package local

import "time"

// nonceMemory is how long enforce_nonce remembers: "the past few minutes".
const nonceMemory = 5 * time.Minute

// A nonceKey is what an enforced nonce is unique by.
type nonceKey struct {
	author string
	nonce  any // string or json.Number
}

// nonces are the messages of the past few minutes that have a nonce.
type nonces struct {
	last  map[nonceKey]*Message
	order []*Message // oldest first
}

func (m *Message) nonceKey() nonceKey { return nonceKey{m.Author.ID, m.Nonce} }

// add notes a message that is there now.
func (n *nonces) add(m *Message, now time.Time) {
	n.expire(now)
	if m.Nonce == nil {
		return
	}
	n.last[m.nonceKey()] = m
	n.order = append(n.order, m)
}

// of is the last message that an author has sent with a nonce, or nil.
func (n *nonces) of(author string, nonce any, now time.Time) *Message {
	n.expire(now)
	return n.last[nonceKey{author, nonce}]
}

// remove forgets a message that has been deleted.
func (n *nonces) remove(m *Message) {
	if key := m.nonceKey(); n.last[key] == m {
		delete(n.last, key)
	}
}

func (n *nonces) expire(now time.Time) {
	for len(n.order) > 0 && now.Sub(n.order[0].Timestamp) >= nonceMemory {
		n.remove(n.order[0])
		n.order[0] = nil
		n.order = n.order[1:]
	}
}
