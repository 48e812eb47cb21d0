package record

import (
	"context"
	"database/sql"
	"time"
)

// oldestFirst orders stories; those put together go by their keys.
const oldestFirst = ` ORDER BY st.added_at, st.key`

// sourcesQuery reads what scanSource does of the sources (so) for which a
// condition holds that is to follow.
const sourcesQuery = `SELECT so.id, so.guild, so.kind, so.title, so.location, so.error, so.code, so.added_at, so.checked_at,
	so.origin, so.schedule, so.due_at, so.days, so.failures, so.given_title, so.given_date, so.private, so.readings, so.etag, so.last_modified, so.read_from,
	(SELECT COUNT(*) FROM stories st WHERE st.source = so.id)
	FROM sources so WHERE `

// querySources reads the sources (so) for which a condition holds, oldest
// first.
func querySources(ctx context.Context, tx *sql.Tx, where string, args ...any) ([]Source, error) {
	return collect(ctx, tx, scanSource, sourcesQuery+where+` ORDER BY so.added_at, so.location, so.guild`, args...)
}

func scanSource(rows *sql.Rows) (Source, error) {
	var s Source
	var added, checked int64
	var due, given *int64
	err := rows.Scan(&s.ID, &s.Guild, &s.Kind, &s.Title, &s.Location, &s.Error, &s.Code, &added, &checked,
		&s.Origin, &s.Schedule, &due, &s.Days, &s.Failures, &s.GivenTitle, &given, &s.Private, &s.Readings, &s.ETag, &s.LastModified, &s.From, &s.Stories)
	s.AddedAt, s.CheckedAt, s.DueAt, s.GivenDate = fromMillis(&added), fromMillis(&checked), fromMillis(due), fromMillis(given)
	s.Status = "ok"
	if s.Error != "" {
		s.Status = "failed"
	}
	return s, err
}

// answers is the condition that a story (st) has not been withdrawn.
const answers = ` AND st.withdrawn = ''`

// queryStories reads the stories (st; so the source, r the newest revision)
// for which a condition holds, without their paragraphs.
func queryStories(ctx context.Context, q Querier, where string, args ...any) ([]Story, error) {
	return collect(ctx, q, scanStory, `SELECT `+storyColumns+`
		 FROM stories st
		 JOIN sources so ON so.id = st.source
		 JOIN revisions r ON r.story = st.id AND r.number = st.revision
		 WHERE `+where, args...)
}

// storyColumns are what scanStory reads: of a story (st), its source (so) and
// one of its revisions (r).
const storyColumns = `st.id, st.source, so.guild, st.key, r.title, r.url, r.published_at, r.author, r.language, r.modified_at,
	r.number, r.revised_at, st.address, st.mark, st.checked_at, st.withdrawn, st.withdrawn_at, st.etag, st.last_modified, st.read_from`

func scanStory(rows *sql.Rows) (Story, error) {
	var s Story
	var published, modified, withdrawn *int64
	var revised, checked int64
	err := rows.Scan(&s.ID, &s.SourceID, &s.Guild, &s.Key, &s.Title, &s.URL, &published, &s.Author, &s.Language, &modified,
		&s.Revision, &revised, &s.Address, &s.Mark, &checked, &s.Withdrawn, &withdrawn, &s.ETag, &s.LastModified, &s.From)
	s.PublishedAt, s.ModifiedAt, s.RevisedAt = fromMillis(published), fromMillis(modified), fromMillis(&revised)
	s.CheckedAt, s.WithdrawnAt = fromMillis(&checked), fromMillis(withdrawn)
	return s, err
}

// fill reads the paragraphs of a story's newest revision.
func fill(ctx context.Context, q Querier, story *Story) (err error) {
	story.Paragraphs, err = collect(ctx, q, scanParagraph,
		`SELECT number, heading, text FROM paragraphs WHERE story = ? AND revision = ? ORDER BY number`,
		story.ID, story.Revision)
	return err
}

func scanParagraph(rows *sql.Rows) (p Paragraph, err error) {
	err = rows.Scan(&p.Number, &p.Heading, &p.Text)
	return p, err
}

// passageColumns are what scanPassage reads: of a paragraph (p), its revision
// (r), its story (st) and its source (so).
const passageColumns = `p.story, p.revision, p.number, p.heading, p.text, r.title, r.url, r.published_at, r.modified_at,
	st.checked_at, so.kind, so.location`

func scanPassage(rows *sql.Rows) (Passage, error) { return scanPassageAnd(rows) }

// scanPassageAnd also reads what stands after them.
func scanPassageAnd(rows *sql.Rows, more ...any) (Passage, error) {
	var p Passage
	var published, modified *int64
	var checked int64
	err := rows.Scan(append([]any{&p.Story, &p.Revision, &p.Paragraph, &p.Heading, &p.Text,
		&p.Title, &p.URL, &published, &modified, &checked, &p.Kind, &p.Location}, more...)...)
	p.PublishedAt, p.ModifiedAt, p.AsOf = fromMillis(published), fromMillis(modified), fromMillis(&checked)
	return p, err
}

func scanHead(rows *sql.Rows) (h Head, err error) {
	err = rows.Scan(&h.Story, &h.Revision)
	return h, err
}

func collect[T any](ctx context.Context, tx Querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// toMillis is a time in Unix milliseconds, nil for the zero time.
func toMillis(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	millis := t.UnixMilli()
	return &millis
}

func fromMillis(millis *int64) time.Time {
	if millis == nil {
		return time.Time{}
	}
	return time.UnixMilli(*millis).UTC()
}
