package record_test

import (
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// scripts are the record's migrations to a version, in a folder of that name; 0: all.
func scripts(t *testing.T, folder string, version int) fstest.MapFS {
	t.Helper()
	names, err := filepath.Glob("migrations/*.sql")
	must(t, err)
	if version > 0 {
		names = names[:version]
	}
	files := fstest.MapFS{}
	for _, name := range names {
		script, err := os.ReadFile(name)
		must(t, err)
		files[folder+"/"+filepath.Base(name)] = &fstest.MapFile{Data: script}
	}
	return files
}

// older is the name of a record of an older version, with what statements put in it.
func older(t *testing.T, version int, statements ...string) string {
	t.Helper()
	name := recordtest.Name(t)
	old, err := openAt(t, name).Beside(t.Context(), "old", scripts(t, "old", version))
	must(t, err)
	for _, statement := range append([]string{`INSERT INTO meta (name, value) VALUES ('id', 'old')`}, statements...) {
		execute(t, old, statement)
	}
	must(t, old.Close())
	if !recordtest.Remote() {
		return record.Base(name) + ".old"
	}
	at, err := url.Parse(name)
	must(t, err)
	query := at.Query()
	query.Set("search_path", query.Get("search_path")+"_old")
	at.RawQuery = query.Encode()
	return at.String()
}

// TestMigrateFromThree opens a record with data as the version before the refreshing
// of sources had it.
func TestMigrateFromThree(t *testing.T) {
	at := noon.UnixMilli()
	name := older(t, 3,
		`INSERT INTO guilds (id, version) VALUES ('g', 7)`,
		fmt.Sprintf(`INSERT INTO sources (id, guild, kind, title, location, error, added_at, checked_at) VALUES
			('f', 'g', 'file', 'File', '/a', '', %d, %d), ('u', 'g', 'attachment', 'Upload', 'attachment/a.txt', '', %d, %d),
			('p', 'g', 'pasted', 'Pasted', 'pasted/P', '', %d, %d)`, at, at, at, at, at, at),
		fmt.Sprintf(`INSERT INTO stories (id, source, key, revision, added_at) VALUES ('s', 'f', '/a', 2, %d)`, at),
		fmt.Sprintf(`INSERT INTO revisions (story, number, title, url, published_at, hash, revised_at) VALUES
			('s', 1, 'Story', '', NULL, 'old', %d), ('s', 2, 'Story', '', %d, 'new', %d)`, at, at, at),
		`INSERT INTO paragraphs (story, revision, number, heading, text) VALUES ('s', 1, 1, '', 'old text'), ('s', 2, 1, 'H', 'new text')`,
		`INSERT INTO entries (id, guild, member, kind, follows, question, standalone, answer, reuse_key, asked_at)
			VALUES ('e', 'g', '7', 'ask', '', 'Q', 'Q', '{}', '', 0)`,
	)
	db := openAt(t, name)
	now := noon.Add(day)
	db.Now = func() time.Time { return now }
	var origins []string
	for _, s := range sourcesOf(t, db, "g") {
		origins = append(origins, s.Kind+" "+s.Origin)
		if s.Schedule != "" || !s.DueAt.IsZero() || s.Days != 0 || s.Failures != 0 {
			t.Errorf("%s is planned: %+v", s.Kind, s)
		}
	}
	if diff := cmp.Diff([]string{"file terminal", "attachment discord", "pasted discord"}, origins); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	stories, err := db.Stories(t.Context(), "g", "f")
	must(t, err)
	want := []record.Story{{ID: "s", SourceID: "f", Guild: "g", Key: "/a", Title: "Story", PublishedAt: noon, Revision: 2, RevisedAt: noon, CheckedAt: noon,
		Paragraphs: []record.Paragraph{{Number: 1, Heading: "H", Text: "new text"}}}}
	if diff := cmp.Diff(want, stories); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// What answers cite was not noted then: all of it stays, and what comes is pruned.
	revise(t, db, &now, file("g", "/a"), "/a", 3, 5)
	now = now.Add(day)
	if got, err := db.Prune(t.Context(), "g", 1); got != 2 || err != nil {
		t.Errorf("pruned %d, %v", got, err)
	}
	if diff := cmp.Diff([]int{5, 2, 1}, kept(t, db, "g", "s")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := version(t, db, "g"); got != 10 {
		t.Errorf("version %d", got)
	}
}

// TestMigrateFromFive opens a record of the version that let all sources of the
// terminal's into the operator's networks.
func TestMigrateFromFive(t *testing.T) {
	sources := []struct {
		origin, kind, location string
		private                bool
	}{
		{"terminal", "page", "http://127.0.0.1:8080/a", true},
		{"terminal", "feed", "https://10.1.2.3/feed.xml", true},
		{"terminal", "page", "http://[fd00::1]:80/a", true},
		{"terminal", "page", "http://wiki/a.html", true},
		{"terminal", "page", "http://wiki:8080", true},
		{"terminal", "page", "http://News.Lan?a=b", true},
		{"terminal", "page", "http://news.internal:8080/a", true},
		{"discord", "page", "http://10.1.2.3/a", false},
		{"terminal", "page", "https://news.example/wiki.internal", false},
		{"terminal", "page", "https://10.news.example/a", false},
		{"terminal", "page", "https://münchen.example/a", false},
		{"terminal", "file", "/10.1.2.3/a", false},
	}
	var statements []string
	for i, s := range sources {
		statements = append(statements, fmt.Sprintf(`INSERT INTO sources (id, guild, kind, title, location, error, added_at, checked_at, origin)
			VALUES ('%02d', 'g', '%s', '', '%s', '', %d, 0, '%s')`, i, s.kind, s.location, i, s.origin))
	}
	for i, s := range sourcesOf(t, openAt(t, older(t, 5, statements...)), "g") {
		if s.Private != sources[i].private {
			t.Errorf("%s: private %t", s.Location, s.Private)
		}
	}
}

// TestMigrationBreaksOff has the making of the tables end at each of its statements, one
// after the other: the start that is not broken off completes them.
func TestMigrationBreaksOff(t *testing.T) {
	db := openAt(t, recordtest.Name(t))
	whole := scripts(t, "notes", 0)
	statement := regexp.MustCompile(`(?m);[ \t]*(--.*)?$`)
	for version, file := range slices.Sorted(maps.Keys(whole)) {
		script := string(whole[file].Data)
		for _, end := range statement.FindAllStringIndex(script, -1) {
			broken := scripts(t, "notes", version+1)
			broken[file] = &fstest.MapFile{Data: []byte(script[:end[1]] + "\nUPDATE nothing SET nothing = 1;")}
			if _, err := db.Beside(t.Context(), "notes", broken); err == nil {
				t.Fatal("nothing was broken")
			}
		}
	}
	want := shape(t, db)
	if diff := cmp.Diff(want, shape(t, openBeside(t, db, whole))); diff != "" || len(want) == 0 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// shape is what a database's tables and indexes are, a line each column or index.
func shape(t *testing.T, db *record.DB) (lines []string) {
	t.Helper()
	query := `SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name`
	if recordtest.Remote() {
		query = `SELECT table_name || '.' || column_name, data_type || ' ' || is_nullable || COALESCE(column_default, '') FROM information_schema.columns
			WHERE table_schema = current_schema()
			UNION ALL SELECT indexname, replace(indexdef, current_schema(), '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1`
	}
	err := db.View(t.Context(), func(tx *sql.Tx) error {
		rows, err := tx.Query(query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name, what string
			if err := rows.Scan(&name, &what); err != nil {
				return err
			}
			lines = append(lines, name+": "+what)
		}
		return rows.Err()
	})
	must(t, err)
	return lines
}
