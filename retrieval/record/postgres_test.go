package record_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

func TestPostgreSQL(t *testing.T) { recordtest.InPostgreSQL(t) }

// TestServerRestarts kills the server ten times while stories are put and read: what a
// Put says is stored is there afterwards, once, what it gave up is not, and what it calls
// uncertain may be. Nobody has to open the record again.
func TestServerRestarts(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	server := recordtest.Serve(t)
	db := openAt(t, server.URL())
	done := make(chan struct{})
	var stored, refused sync.Map
	var puts, lost atomic.Int64
	var people sync.WaitGroup
	for w := range 4 {
		people.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				location := fmt.Sprintf("/%d-%d", w, i)
				_, err := db.Put(t.Context(), file("g", location), []record.Story{story("a", location)})
				switch {
				case err == nil:
					puts.Add(1)
					stored.Store(location, true)
				case errors.Is(err, record.ErrUncertain):
					lost.Add(1)
				case errors.Is(err, record.ErrAway): // the server took long to come back
					refused.Store(location, true)
				default:
					t.Error(err)
				}
				if _, err := db.Sources(t.Context(), "other"); err != nil && !errors.Is(err, record.ErrAway) {
					t.Error(err)
				}
			}
		})
	}
	for range 10 {
		for until := puts.Load() + 20; puts.Load() < until; { // it works before it is killed again
		}
		server.Kill()
		if err := server.Start(); err != nil {
			t.Error(err)
			break
		}
	}
	close(done)
	people.Wait()
	sources, err := db.Sources(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, s := range sources {
		if found[s.Location] || s.Stories != 1 {
			t.Errorf("%s: %d stories, twice: %v", s.Location, s.Stories, found[s.Location])
		}
		found[s.Location] = true
	}
	stored.Range(func(location, _ any) bool {
		if !found[location.(string)] {
			t.Errorf("%s is lost", location)
		}
		return true
	})
	refused.Range(func(location, _ any) bool {
		if found[location.(string)] {
			t.Errorf("%s is stored", location)
		}
		return true
	})
	t.Logf("%d stored, %d uncertain, %d found", puts.Load(), lost.Load(), len(found))
}

// TestCommitIsLost has nobody hear of a commit that is carried out: it is not run again.
func TestCommitIsLost(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	line := recordtest.Serve(t).Line(t)
	db := openAt(t, line.URL())
	execute(t, db, `INSERT INTO guilds (id, version) VALUES ('g', 1)`)
	const change = `UPDATE guilds SET version = version + 1`
	for i, write := range []func() error{
		func() error {
			return db.Update(t.Context(), func(tx *sql.Tx) error {
				_, err := tx.Exec(change)
				return err
			})
		},
		func() error { return db.Write(t.Context(), record.Statement{SQL: change}) },
	} {
		line.BreakAtCommit()
		if err := write(); !errors.Is(err, record.ErrUncertain) {
			t.Error(err)
		}
		if versions, err := db.Versions(t.Context()); versions["g"] != int64(i)+2 || err != nil {
			t.Errorf("%d: %v, %v", i, versions, err)
		}
	}
}

// TestTablesAreMadeOneByOne has a server refuse what those do that are several machines: a
// change of the tables in a transaction with anything else.
func TestTablesAreMadeOneByOne(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	server := recordtest.Serve(t)
	strict := openAt(t, server.URL())
	execute(t, strict, `CREATE FUNCTION alone() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
		IF statement_timestamp() <> transaction_timestamp() OR current_query() LIKE '%;%' THEN
			RAISE 'in a transaction';
		END IF;
	END $$`)
	execute(t, strict, `CREATE EVENT TRIGGER alone ON ddl_command_start EXECUTE FUNCTION alone()`)
	db := openAt(t, server.URL())
	put(t, db, file("g", "/a"), story("a", "text"))
	openBeside(t, db, notes("a", "b"))
	err := db.Update(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`CREATE TABLE c (text TEXT NOT NULL)`)
		return err
	})
	if err == nil {
		t.Error("the server does not refuse it")
	}
}

// TestRemoteRefuses opens databases that cannot be used: one error each that a person can
// act on, without the password.
func TestRemoteRefuses(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	server := recordtest.Serve(t)
	at, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(*url.URL)
		want   error
	}{
		{"no such database", func(u *url.URL) { u.Path = "/nothing" }, record.ErrRefused},
		{"no such user", func(u *url.URL) { u.User = url.UserPassword("stranger", "hunter2") }, record.ErrRefused},
		{"nobody listens", func(u *url.URL) { u.Host, u.User = "127.0.0.1:1", url.UserPassword("postgres", "hunter2") }, record.ErrAway},
		{"a port that is none", func(u *url.URL) { u.RawQuery, u.User = "port=none&password=hunter2", nil }, record.ErrAddress},
		{"no port", func(u *url.URL) { u.RawQuery, u.User = "port=0&password=hunter2&sslpassword=hunter2", nil }, record.ErrAddress},
		{"a password with a slash", func(u *url.URL) { u.User, u.Host = nil, "postgres:hunter2/x@"+u.Host }, record.ErrAddress},
		{"a password with a slash after a number", func(u *url.URL) { u.User, u.Host = nil, "postgres:1/hunter2@"+u.Host }, record.ErrAddress},
		{"a schema's name that is too long", func(u *url.URL) { u.RawQuery = "sslmode=disable&search_path=" + strings.Repeat("x", 64) }, record.ErrRefused},
		{"password in the query", func(u *url.URL) { u.Path, u.RawQuery = "/nothing", "password=hunter2&sslmode=disable" }, record.ErrRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := *at
			test.change(&u)
			address := strings.ReplaceAll(u.String(), "%2Fx%40", "/x@")
			db, err := record.Open(t.Context(), strings.ReplaceAll(address, "1%2Fhunter2%40", "1/hunter2@"))
			if err == nil {
				db.Close()
			}
			if !errors.Is(err, test.want) || strings.Contains(fmt.Sprint(err), "hunter2") {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

// TestSchemaByName has a record in the schema that is named, however it is written.
func TestSchemaByName(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	at, err := url.Parse(recordtest.Serve(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []string{"Stories", "two words", "a,b", `a"b`, strings.Repeat("long", 15)} {
		query := at.Query()
		query.Set("search_path", schema)
		at.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
		db := openAt(t, at.String())
		var in string
		err := db.View(t.Context(), func(tx *sql.Tx) error {
			return tx.QueryRow(`SELECT table_schema FROM information_schema.tables WHERE table_name = 'sources' AND table_schema = ?`, schema).Scan(&in)
		})
		if err != nil {
			t.Errorf("%q: %v", schema, err)
		}
		if _, err := record.Restore(t.Context(), "no.backup", at.String(), true, nil); err == nil {
			t.Error("restored from nothing")
		}
		db.Close()
	}
}

// TestTextsOfAnyKind has what PostgreSQL cannot hold be looked for, and kept with a mark in
// its place.
func TestTextsOfAnyKind(t *testing.T) {
	db := openAt(t, recordtest.Name(t))
	if _, err := db.FindStory(t.Context(), "g", "a\x00b\xff"); !errors.Is(err, record.ErrNotFound) {
		t.Error(err)
	}
	err := db.Update(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO settings (guild, value) VALUES (?, ?)`, "g", "a\x00b\xff")
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSchemaOfAnother refuses a schema that has another program's tables.
func TestSchemaOfAnother(t *testing.T) {
	if recordtest.Remote() {
		t.Skip("it has a server of its own")
	}
	server := recordtest.Serve(t)
	address := server.URL()
	db := openAt(t, address)
	execute(t, db, `DROP TABLE storybot_migrations`)
	if again, err := record.Open(t.Context(), address); !errors.Is(err, record.ErrNotDatabase) {
		if err == nil {
			again.Close()
		}
		t.Error(err)
	}
}
