package index

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"storybot/retrieval/analysis"
)

// Available is why SQLite, as it is built, cannot hold an index; nil when it can.
func Available(ctx context.Context) error {
	db, err := sql.Open("sqlite3", ":memory:")
	if err == nil {
		defer db.Close()
		_, err = db.ExecContext(ctx, schema)
	}
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

// A Condition is what an index file is like.
type Condition struct {
	Guild string
	Stale bool  // it is of another record or version: it is made again when it is used
	Err   error // ErrDamaged, or why it cannot be looked at
}

// Examine reads the files through that are in the folder dir, also while others use them,
// and changes none. record is the id of the record that they are to be of.
func Examine(ctx context.Context, dir, record string) ([]Condition, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []Condition
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".db")
		if !ok {
			continue
		}
		guild := strings.TrimPrefix(name, "guild-")
		if name == "shared" {
			guild = ""
		}
		c := Condition{Guild: guild}
		found, err := examine(ctx, filepath.Join(dir, e.Name()))
		c.Stale, c.Err = found != identity{record, analysis.Version, schemaVersion}, explain(err, guild, nil)
		all = append(all, c)
	}
	return all, nil
}

func examine(ctx context.Context, path string) (identity, error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{
		"mode": {"rw"}, "_query_only": {"on"}, "_busy_timeout": {busyTimeout}, // with "ro" SQLite would leave its log behind
	}.Encode()}
	db, err := sql.Open("sqlite3", dsn.String())
	if err != nil {
		return identity{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var said string
	err = patiently(ctx, func() error { return db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&said) })
	if err == nil && said != "ok" {
		err = fmt.Errorf("%s", said)
	}
	if err != nil {
		return identity{}, err
	}
	return identityOf(ctx, db)
}
