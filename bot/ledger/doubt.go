package ledger

import (
	"maps"
	"slices"
	"sync"
)

// Doubts are requests of which it is not known whether they are this process's: the
// connection was lost while it was stored that they are. They would be nobody's to work
// on, as nobody takes them from a process that lives.
type doubts struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (d *doubts) add(ids ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ids == nil {
		d.ids = make(map[string]bool)
	}
	for _, id := range ids {
		d.ids[id] = true
	}
}

// take reports whether there was a doubt about a request, and ends it.
func (d *doubts) take(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.ids[id]
	delete(d.ids, id)
	return was
}

// takeAll ends all doubts.
func (d *doubts) takeAll() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := slices.Sorted(maps.Keys(d.ids))
	clear(d.ids)
	return ids
}
