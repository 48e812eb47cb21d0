package ledger

import (
	"context"
	"database/sql"
	"fmt"
)

// MaxShards is more than Discord's largest bots have.
const MaxShards = 16384

// A Shard is a part of Discord's gateway that this process serves, or is about to.
type Shard struct {
	Number, Total int   // from 0
	Epoch         int64 // how many owners it has had, this one included: an earlier one's writes are refused
	Owned         bool  // false: another process serves it until this one says that it Took it
}

// Shards gives this process its part of so many shards, and is to be called after each
// Beat: a shard that is not among them any more is another's. The processes that ask for as
// many have equal parts, but for one. One that is new is given shards that nobody serves,
// at once, and others' surplus once it Took them, so that they are served all the while;
// and so is everybody of one that is leaving. Alone says that nobody else could take them.
func (in *Inbox) Shards(ctx context.Context, total int, leaving bool) (mine []Shard, alone bool, err error) {
	if total < 1 || total > MaxShards {
		return nil, false, fmt.Errorf("%w: %d shards", errShards, total)
	}
	err = in.writes.write(ctx, func(tx *sql.Tx) error {
		mine, alone = nil, false // of an earlier try
		if _, err := tx.Exec(`UPDATE processes SET shards = ?, leaving = ? WHERE id = ?`, total, leaving, in.self); err != nil {
			return err
		}
		processes, err := competitors(tx, total)
		if err != nil {
			return err
		}
		leases, err := leasesOf(tx, total)
		if err != nil {
			return err
		}
		for _, l := range divide(leases, processes, in.self) {
			_, err := tx.Exec(`INSERT INTO shards (total, number, owner, heir, epoch) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (total, number) DO UPDATE SET owner = excluded.owner, heir = excluded.heir, epoch = excluded.epoch`,
				total, l.number, l.owner, l.heir, l.epoch)
			if err != nil {
				return err
			}
		}
		for _, l := range leases {
			if l.owner == in.self || l.heir == in.self {
				mine = append(mine, Shard{l.number, total, l.epoch, l.owner == in.self})
			}
		}
		alone = true
		for id, leaves := range processes {
			alone = alone && (id == in.self || leaves)
		}
		return nil
	})
	return mine, alone, err
}

var errShards = fmt.Errorf("ledger: the shards are not from 1 to %d", MaxShards)

// Took says that this process serves a shard, which it was about to. It is false when
// that has become another's.
func (in *Inbox) Took(ctx context.Context, s Shard) (took bool, err error) {
	err = in.writes.write(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.Exec(`UPDATE shards SET owner = ?, heir = '', epoch = epoch + 1 WHERE total = ? AND number = ? AND heir = ? AND epoch = ?`,
			in.self, s.Total, s.Number, in.self, s.Epoch))
		took = n == 1
		return err
	})
	return took && err == nil, err
}

// Turn asks for the turn in a line: one process has it at a time, until it ends it or is
// dead. One that has it has it.
func (in *Inbox) Turn(ctx context.Context, line int) (has bool, err error) {
	err = in.writes.write(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.Exec(`INSERT INTO turns (line, holder) VALUES (?, ?)
			ON CONFLICT (line) DO UPDATE SET holder = excluded.holder WHERE turns.holder = excluded.holder OR turns.holder NOT IN (SELECT id FROM processes)`, line, in.self))
		has = n == 1
		return err
	})
	return has && err == nil, err
}

// EndTurn ends this process's turn. When ctx ends it is done all the same; ctx ends the
// wait.
func (in *Inbox) EndTurn(ctx context.Context, line int) error {
	return in.post(ctx, `DELETE FROM turns WHERE line = ? AND holder = ?`, line, in.self)
}

// A lease is who serves a shard.
type lease struct {
	number      int
	owner, heir string
	epoch       int64
}

// divide gives a process its part of the shards, in leases, and returns those that it
// changes. processes are those that want a part, and whether they are leaving.
func divide(leases []lease, processes map[string]bool, self string) (changed []*lease) {
	staying := 0
	for _, leaves := range processes {
		if !leaves {
			staying++
		}
	}
	holds := make(map[string]int) // and will
	for i := range leases {
		l := &leases[i]
		if leaves, known := processes[l.heir]; l.heir != "" && (!known || leaves) {
			l.heir = ""
			changed = append(changed, l)
		}
		if l.heir != "" {
			holds[l.heir]++
		} else {
			holds[l.owner]++
		}
	}
	if processes[self] || staying == 0 {
		return changed
	}
	least, most := len(leases)/staying, (len(leases)+staying-1)/staying
	take := func(l *lease) {
		if _, lives := processes[l.owner]; lives {
			l.heir = self
		} else {
			l.owner, l.heir, l.epoch = self, "", l.epoch+1
		}
		changed = append(changed, l)
	}
	for i := range leases { // what nobody serves, or one that is leaving
		l := &leases[i]
		leaves, lives := processes[l.owner]
		switch {
		case lives && (!leaves || l.heir != ""):
		case l.heir == self:
			take(l)
		case l.heir == "" && holds[self] < most:
			holds[self]++
			take(l)
		}
	}
	for _, enough := range []int{most, least} { // the surplus of those who have most, first
		for i := range leases {
			if l := &leases[i]; l.heir == "" && l.owner != self && holds[l.owner] > enough && holds[self] < least {
				holds[l.owner]--
				holds[self]++
				take(l)
			}
		}
	}
	return changed
}

// leasesOf reads who serves the shards, also those that nobody has served yet.
func leasesOf(tx *sql.Tx, total int) ([]lease, error) {
	rows, err := tx.Query(`SELECT number, owner, heir, epoch FROM shards WHERE total = ?`, total)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	leases := make([]lease, total)
	for i := range leases {
		leases[i].number = i
	}
	for rows.Next() {
		var l lease
		if err := rows.Scan(&l.number, &l.owner, &l.heir, &l.epoch); err != nil {
			return nil, err
		}
		leases[l.number] = l
	}
	return leases, rows.Err()
}

// competitors reads the processes that want a part of so many shards, and whether they
// are leaving.
func competitors(tx *sql.Tx, total int) (map[string]bool, error) {
	rows, err := tx.Query(`SELECT id, leaving FROM processes WHERE shards = ?`, total)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	processes := make(map[string]bool)
	for rows.Next() {
		var id string
		var leaving int
		if err := rows.Scan(&id, &leaving); err != nil {
			return nil, err
		}
		processes[id] = leaving != 0
	}
	return processes, rows.Err()
}
