package ledger

import "time"

// A watch tells the dead from the living by what one process has seen of others, and
// by its own clock alone: those of other machines may be wrong.
type watch struct {
	deadAfter time.Duration
	looks     int64 // how many there were
	last      time.Time
	others    map[string]sight
}

// A sight is of another process.
type sight struct {
	beats int64
	still time.Duration // how long it was watched and did not beat
}

func newWatch() watch { return watch{deadAfter: deadAfter} }

// still is how long a process did not beat if it has not now. The time between two
// looks counts for a third of deadAfter at most, a little more than BeatEvery: when it
// is longer, the watcher itself was stopped, and the other perhaps with it, as
// processes of one machine are.
func (w *watch) still(id string, beats int64, now time.Time) time.Duration {
	before, known := w.others[id]
	if !known || before.beats != beats {
		return 0
	}
	return before.still + max(0, min(now.Sub(w.last), w.deadAfter/3))
}

// dead gives those whose beats, as seen now, have stood still for too long.
func (w *watch) dead(seen map[string]int64, now time.Time) (ids []string) {
	for id, beats := range seen {
		if w.still(id, beats, now) >= w.deadAfter {
			ids = append(ids, id)
		}
	}
	return ids
}

// look remembers what is seen now.
func (w *watch) look(seen map[string]int64, now time.Time) {
	others := make(map[string]sight, len(seen))
	for id, beats := range seen {
		others[id] = sight{beats, w.still(id, beats, now)}
	}
	w.looks, w.last, w.others = w.looks+1, now, others
}
