//go:build !sqlite_fts5 && !fts5

package index

// The full-text index is compiled into SQLite by a build tag only:
//
//	go build -tags sqlite_fts5 ./...
const _ = build_with_tags_sqlite_fts5
