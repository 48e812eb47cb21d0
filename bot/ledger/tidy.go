package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Tidy drops what need not be known any more, which does no harm when several processes do it.
// It takes people's ids out of what was spent on past days, which no budget asks for, deletes
// wishes whose time is over, and prunes the revisions of the stories of those guilds that are
// this process's, each by its setting. When one guild's cannot be, the others' are all the same.
func (l *Ledger) Tidy(ctx context.Context, mine func(guild string) bool) error {
	err := l.db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM wishes WHERE wished_at <= ?`, l.now().Add(-WishLife).UnixMilli()); err != nil {
			return err
		}
		return l.anonymise(ctx, tx, `member <> ?`, "")
	})
	if err != nil {
		return err
	}
	versions, err := l.db.Versions(ctx) // of all guilds that have, or had, stories
	if err != nil {
		return err
	}
	var failed []error
	for _, guild := range slices.Sorted(maps.Keys(versions)) {
		if !mine(guild) {
			continue
		}
		if err := l.Prune(ctx, guild); err != nil {
			failed = append(failed, fmt.Errorf("revisions of guild %q: %w", guild, err))
		}
	}
	return errors.Join(failed...)
}

// Prune deletes the revisions of a guild's stories beyond those that its settings and
// what cites them keep: see record.DB.Prune.
func (l *Ledger) Prune(ctx context.Context, guild string) error {
	settings, err := l.Settings(ctx, guild)
	if err != nil {
		return err
	}
	_, err = l.db.Prune(ctx, guild, int(settings.Revisions))
	return err
}
