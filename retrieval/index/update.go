package index

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/retrieval/analysis"
)

// A Story is what is indexed of a story: its newest revision.
type Story struct {
	ID          string
	Revision    int
	Title       string
	PublishedAt time.Time            // zero when unknown
	Paragraphs  []analysis.Paragraph // numbered from 1 by their place
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
	u := &Update{file: f, ctx: ctx, tx: tx, changed: make(map[string]int)}
	defer u.analysing.Wait()
	err = tx.QueryRowContext(ctx, `SELECT version, paragraphs, next FROM state`).Scan(&u.Version, &u.paragraphs, &u.next)
	if err != nil {
		return f.explain(err)
	}
	if err := u.prepare(); err != nil {
		return f.explain(err)
	}
	version, err := change(u)
	if err != nil {
		return err
	}
	if err := u.settle(); err != nil {
		return err
	}
	if err := u.flush(); err != nil {
		return err
	}
	if err := u.merge(); err != nil {
		return f.explain(err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE state SET version = ?, paragraphs = ?, next = ?`, version, u.paragraphs, u.next)
	if err != nil {
		return f.explain(err)
	}
	return f.explain(tx.Commit())
}

// An Update is a change of a file under way. Stories are analysed in the
// background, a few parts ahead of what is written; so an error may be
// reported by a later call than the one that caused it, and by all after it.
type Update struct {
	Version int64 // that the file has before the change; see File.Version

	file             *File
	ctx              context.Context
	tx               *sql.Tx
	addPassage       *sql.Stmt
	addTally         *sql.Stmt
	addStory         *sql.Stmt
	dropStory        *sql.Stmt
	err              error          // the first
	paragraphs, next int64          // of the table state
	added            int64          // paragraphs
	changed          map[string]int // terms to their frequencies' change, not in the file yet
	parts            []*part        // not written yet
	held             int            // bytes of these
	turns            chan struct{}  // holds a value for each part that is being analysed
	analysing        sync.WaitGroup

	// Of the story whose parts are being written.
	first     int64
	languages []string
}

// prepare makes the statements that are used most.
func (u *Update) prepare() (err error) {
	for statement, query := range map[**sql.Stmt]string{
		&u.addPassage: `INSERT INTO passages (rowid, title, heading, text) VALUES (?, ?, ?, ?)`,
		&u.addTally:   `INSERT INTO tallies (first, counts) VALUES (?, ?)`,
		&u.addStory:   `INSERT INTO stories (first, last, id, revision, languages, published) VALUES (?, ?, ?, ?, ?, ?)`,
		&u.dropStory:  `DELETE FROM stories WHERE id = ? RETURNING first, last`,
	} {
		if *statement, err = u.tx.PrepareContext(u.ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// Revisions are the revisions of the stories that the file holds, by story id.
func (u *Update) Revisions() (map[string]int, error) {
	if err := u.settle(); err != nil {
		return nil, err
	}
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
	if err := u.settle(); err != nil {
		return err
	}
	u.Version, u.paragraphs, u.added, u.changed = -1, 0, 0, make(map[string]int)
	return u.file.explain(u.file.clear(u.ctx, u.tx))
}

// analysts is how many parts are analysed at once. From nothing all processors
// are at it: questions wait for the whole, or the operator does. Else half of
// them are left to questions: a goroutine that is ready while all are taken
// waits for up to 10 ms, which is longer than most questions take.
func (u *Update) analysts() int {
	processors := runtime.GOMAXPROCS(0)
	if u.Version < 0 {
		return processors
	}
	return max(1, processors/2)
}

// mayHold is how many bytes of parts may wait to be written beside the newest:
// as many as keep the analysts busy while others are written, or read from the
// record, and memory small.
func (u *Update) mayHold() int {
	if u.Version < 0 {
		return 2 * u.analysts() * partSize
	}
	return (u.analysts() - 1) * partSize
}

// Put indexes the story, in place of any other revision of it.
func (u *Update) Put(s Story) error {
	if u.turns == nil {
		u.turns = make(chan struct{}, u.analysts())
	}
	for _, p := range cut(&s) {
		for len(u.parts) > 0 && u.held > u.mayHold() {
			u.writeNext()
		}
		if u.err != nil {
			return u.err
		}
		u.parts = append(u.parts, p)
		u.held += p.size
		u.analysing.Go(func() {
			u.turns <- struct{}{}
			defer func() { <-u.turns }()
			p.analyse()
		})
	}
	return nil
}

// Remove takes the story out of the file, if it is there.
func (u *Update) Remove(story string) error {
	if err := u.settle(); err != nil {
		return err
	}
	u.err = u.remove(story)
	return u.err
}

// settle writes all that was put.
func (u *Update) settle() error {
	for len(u.parts) > 0 && u.err == nil {
		u.writeNext()
	}
	return u.err
}

// writeNext writes the oldest part.
func (u *Update) writeNext() {
	p := u.parts[0]
	u.parts = u.parts[1:]
	u.held -= p.size
	<-p.done
	if u.err == nil {
		u.err = u.write(p)
	}
}

// write appends the part to the tables.
func (u *Update) write(p *part) error {
	if p.err != nil {
		return p.err
	}
	if err := u.ctx.Err(); err != nil {
		return u.file.explain(err)
	}
	if p.from == 0 {
		if err := u.remove(p.story.ID); err != nil {
			return err
		}
		u.first, u.languages = u.next, nil
	}
	if err := u.insert(p); err != nil {
		return u.file.explain(err)
	}
	for _, language := range p.languages {
		if !slices.Contains(u.languages, language) {
			u.languages = append(u.languages, language)
		}
	}
	if p.to == len(p.story.Paragraphs) {
		if err := u.finish(p.story); err != nil {
			return u.file.explain(err)
		}
	}
	for _, f := range p.frequencies {
		u.changed[f.term] += f.paragraphs
	}
	return u.flushMany()
}

// insert appends the part's paragraphs.
func (u *Update) insert(p *part) error {
	// The driver takes a goroutine a call to heed a context that can end: too
	// long for so small a step.
	ctx := context.WithoutCancel(u.ctx)
	if _, err := u.addTally.ExecContext(ctx, u.next, p.encoded); err != nil {
		return err
	}
	for _, r := range p.rows {
		if _, err := u.addPassage.ExecContext(ctx, u.next, r.title, r.heading, r.text); err != nil {
			return err
		}
		u.next++
	}
	u.added += int64(len(p.rows))
	return nil
}

// How many pages of the full-text index an update merges: so many, in a few
// milliseconds, and so many a new paragraph, which fills a sixth of a page at
// each of the seven levels that a million take.
const (
	mergedPages     = 64
	mergedParagraph = 2
)

// merge keeps the segments of the full-text index few: it makes one when most
// is new, and else does a little work at each update. FTS5 by itself would do
// seldom what is then much.
// https://sqlite.org/fts5.html#the_merge_command
func (u *Update) merge() (err error) {
	if u.added > u.paragraphs/2 {
		_, err = u.tx.ExecContext(u.ctx, `INSERT INTO passages (passages) VALUES ('optimize')`)
	} else {
		_, err = u.tx.ExecContext(u.ctx, `INSERT INTO passages (passages, rank) VALUES ('merge', ?)`, mergedPages+mergedParagraph*u.added)
	}
	return err
}

// finish appends the story, whose parts are all there.
func (u *Update) finish(s *Story) error {
	var published any
	if !s.PublishedAt.IsZero() {
		published = s.PublishedAt.Unix()
	}
	u.paragraphs += u.next - u.first
	_, err := u.addStory.ExecContext(context.WithoutCancel(u.ctx), u.first, u.next-1, s.ID, s.Revision, strings.Join(u.languages, " "), published)
	u.next++ // a story without paragraphs has a row id of its own too
	return err
}

// remove is Remove, without regard to what is not written yet.
func (u *Update) remove(story string) error {
	var first, last int64
	err := u.dropStory.QueryRowContext(context.WithoutCancel(u.ctx), story).Scan(&first, &last)
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
	if err := u.forget(first, max(first, last)); err != nil {
		return u.file.explain(err)
	}
	return u.flushMany()
}
