package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"storybot/retrieval/record"
)

// A Flaw is a setting of a guild that does not hold as it is stored.
type Flaw struct {
	Guild      string
	Name       string // of a setting that is not known; else ""
	Why        string
	Unreadable bool // none of the guild's can be read, and nothing is answered there
}

// Flaws are the settings that this version does not know or would not take, by guild and
// name.
func (l *Ledger) Flaws(ctx context.Context) (flaws []Flaw, err error) {
	stored := make(map[string]string)
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT guild, value FROM settings`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var guild, value string
			if err := rows.Scan(&guild, &value); err != nil {
				return err
			}
			stored[guild] = value
		}
		return rows.Err()
	})
	for _, guild := range slices.Sorted(maps.Keys(stored)) {
		flaws = append(flaws, flawsOf(guild, stored[guild])...)
	}
	return flaws, err
}

func flawsOf(guild, value string) (flaws []Flaw) {
	s, all := Defaults(), make(map[string]json.RawMessage)
	err := json.Unmarshal([]byte(value), &s)
	if err == nil {
		err = json.Unmarshal([]byte(value), &all)
	}
	if err != nil {
		return []Flaw{{Guild: guild, Why: err.Error(), Unreadable: true}}
	}
	if err := s.check(); err != nil {
		flaws = append(flaws, Flaw{Guild: guild, Why: err.Error()})
	}
	for _, one := range settings() {
		delete(all, one.name)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		flaws = append(flaws, Flaw{Guild: guild, Name: name, Why: "this version of storybot does not know it"})
	}
	return flaws
}

// InspectInbox looks at the inbox beside a record, also while others use it, and counts
// the requests in it that are not finished. fs.ErrNotExist: there is none yet.
func InspectInbox(ctx context.Context, db *record.DB) (unfinished int, err error) {
	beside, behind, err := db.InspectBeside(ctx, "inbox", inboxMigrations)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrInbox, err)
	}
	in := &Inbox{db: beside}
	if behind == 0 {
		unfinished, err = in.Unfinished(ctx)
	}
	if sound := beside.Sound(ctx); err == nil && !errors.Is(sound, errors.ErrUnsupported) {
		err = sound
	}
	if err == nil {
		err = beside.Writable(ctx)
	}
	if err = errors.Join(err, beside.Close()); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrInbox, err)
	}
	return unfinished, nil
}
