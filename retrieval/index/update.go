package index

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"storybot/retrieval/analysis"
)

// A Story is what is indexed of a story: its newest revision.
type Story struct {
	ID         string
	Revision   int
	Title      string
	Paragraphs []analysis.Paragraph // numbered from 1 by their place
}

// Version is the guild's version in the record that the file was last brought
// to, or -1 when it is empty.
func (f *File) Version(ctx context.Context) (version int64, err error) {
	err = f.conn.QueryRowContext(ctx, `SELECT version FROM state`).Scan(&version)
	return version, f.explain(err)
}

// Update changes the file in one step: readers see it as it was, or brought to
// the version that change returns. When change fails nothing is changed. One
// update of a file runs at a time, in all processes: what change reads of the
// record is at least as new as what the file was made from.
func (f *File) Update(ctx context.Context, change func(*Update) (version int64, err error)) error {
	select {
	case f.writing <- struct{}{}:
		defer func() { <-f.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	tx, err := f.begin(ctx)
	if err != nil {
		return f.explain(err)
	}
	defer tx.Rollback()
	u := &Update{file: f, ctx: ctx, tx: tx}
	err = tx.QueryRowContext(ctx, `SELECT version, paragraphs, next FROM state`).Scan(&u.Version, &u.paragraphs, &u.next)
	if err != nil {
		return f.explain(err)
	}
	version, err := change(u)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE state SET version = ?, paragraphs = ?, next = ?`, version, u.paragraphs, u.next)
	if err != nil {
		return f.explain(err)
	}
	return f.explain(tx.Commit())
}

// An Update is a change of a file under way.
type Update struct {
	Version int64 // that the file has before the change; see File.Version

	file             *File
	ctx              context.Context
	tx               *sql.Tx
	paragraphs, next int64
}

// Revisions are the revisions of the stories that the file holds, by story id.
func (u *Update) Revisions() (map[string]int, error) {
	rows, err := u.tx.QueryContext(u.ctx, `SELECT id, revision FROM stories`)
	if err != nil {
		return nil, u.file.explain(err)
	}
	defer rows.Close()
	revisions := make(map[string]int)
	for rows.Next() {
		var id string
		var revision int
		if err := rows.Scan(&id, &revision); err != nil {
			return nil, u.file.explain(err)
		}
		revisions[id] = revision
	}
	return revisions, u.file.explain(rows.Err())
}

// Clear takes all stories out, and whatever may be wrong with the tables.
func (u *Update) Clear() error {
	u.Version, u.paragraphs = -1, 0
	return u.file.explain(u.file.clear(u.ctx, u.tx))
}

// Put indexes the story, in place of any other revision of it.
func (u *Update) Put(s Story) error {
	if err := u.Remove(s.ID); err != nil {
		return err
	}
	add, err := u.tx.PrepareContext(u.ctx, `INSERT INTO passages (rowid, title, heading, text) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return u.file.explain(err)
	}
	defer add.Close()
	first := u.next
	main := storyLanguage(s)
	languages := []string{main}
	for _, p := range s.Paragraphs {
		language := analysis.Language(p.Text)
		if language == "" {
			language = main
		}
		if !slices.Contains(languages, language) {
			languages = append(languages, language)
		}
		if _, err := add.ExecContext(u.ctx, u.next, terms(s.Title, main), terms(p.Heading, main), terms(p.Text, language)); err != nil {
			return u.file.explain(err)
		}
		u.next++
	}
	u.paragraphs += u.next - first
	_, err = u.tx.ExecContext(u.ctx, `INSERT INTO stories (id, revision, languages, first, last) VALUES (?, ?, ?, ?, ?)`,
		s.ID, s.Revision, strings.Join(languages, " "), first, u.next-1)
	return u.file.explain(err)
}

// storyLanguage is the language of the story's beginning, for what is too
// short to tell its own: titles, headings, brief paragraphs.
func storyLanguage(s Story) string {
	const enough = 2000 // bytes; more would not change the answer
	var b strings.Builder
	for _, p := range s.Paragraphs {
		b.WriteString(p.Text)
		b.WriteByte('\n')
		if b.Len() > enough {
			break
		}
	}
	return analysis.Language(b.String())
}

func terms(text, language string) string {
	return strings.Join(analysis.Terms(text, language), " ")
}

// Remove takes the story out of the file, if it is there.
func (u *Update) Remove(story string) error {
	var first, last int64
	err := u.tx.QueryRowContext(u.ctx, `DELETE FROM stories WHERE id = ? RETURNING first, last`, story).Scan(&first, &last)
	if err == sql.ErrNoRows {
		return nil
	}
	if err != nil {
		return u.file.explain(err)
	}
	if _, err := u.tx.ExecContext(u.ctx, `DELETE FROM passages WHERE rowid BETWEEN ? AND ?`, first, last); err != nil {
		return u.file.explain(fmt.Errorf("remove story %s: %w", story, err))
	}
	u.paragraphs -= last - first + 1
	return nil
}
