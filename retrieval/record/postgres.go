package record

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Remote says whether a record's name is that of a PostgreSQL database, not of a file.
func Remote(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// Base is a record's name without its ending: what is kept beside the record is named
// after it. For a PostgreSQL database it is the database's name.
func Base(name string) string {
	if Remote(name) {
		if address, err := parseAddress(name); err == nil {
			return path.Base("/" + address.Path)
		}
		return "storybot"
	}
	return strings.TrimSuffix(name, path.Ext(name))
}

// Redacted is a record's name without a password.
func Redacted(name string) string {
	if !Remote(name) {
		return name
	}
	address, err := parseAddress(name)
	if err != nil {
		return "postgres://…"
	}
	query := address.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		if query.Has(secret) {
			query.Set(secret, "xxxxx")
			address.RawQuery = query.Encode()
		}
	}
	return address.Redacted()
}

// parseAddress reads a URL. Its error quotes nothing: what stands where in one that cannot
// be read nobody knows. With a / in the password a part of that becomes the port, and the
// rest is after the host, with the @.
func parseAddress(name string) (*url.URL, error) {
	address, err := url.Parse(name)
	if err != nil || strings.Contains(address.Path+address.RawQuery+address.Fragment, "@") {
		return nil, errors.New("it cannot be read; in a name and a password / is written as %2F, ? as %3F, # as %23, @ as %40, : as %3A, % as %25")
	}
	return address, nil
}

// defaultSchema holds the record's tables in a PostgreSQL database, unless its URL has a
// search_path.
const defaultSchema = "storybot"

// How many connections a process has at once, to the record and to a database beside it,
// which has one writer. A server takes 100 unless told otherwise.
const (
	connections       = 12
	connectionsBeside = 4
)

// Reads see one moment, as in SQLite. Writes are as if one came after the other.
var (
	remoteRead  = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	remoteWrite = &sql.TxOptions{Isolation: sql.LevelSerializable}
)

// connectRemote makes the pool of a PostgreSQL database; purpose tells those who look at
// the server what it is for, unless "". What its URL leaves out comes from PGPASSWORD, PGPASSFILE and libpq's other variables.
// https://www.postgresql.org/docs/15/libpq-envars.html
func connectRemote(name, purpose string) (*DB, error) {
	_, err := parseAddress(name)
	var config *pgx.ConnConfig
	if err == nil {
		config, err = pgx.ParseConfig(name)
	}
	if parse := (*pgconn.ParseConfigError)(nil); errors.As(err, &parse) { // it quotes the URL
		err = cmp.Or(parse.Unwrap(), errors.New("a part of it, as the port, cannot be"))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	schema := cmp.Or(config.RuntimeParams["search_path"], defaultSchema)
	config.RuntimeParams["application_name"] = applicationName(schema, purpose)
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = busyTimeout
	}
	config.DialFunc = (&net.Dialer{Control: noticeGone, KeepAlive: 10 * time.Second}).DialContext
	return poolRemote(config, schema, connections), nil
}

// applicationName is what the server calls this program's connections to a record. It
// takes 63 bytes.
func applicationName(schema, purpose string) string {
	name := strings.Join(strings.Fields("storybot "+purpose+" "+schema), " ")
	return name[:min(len(name), 63)]
}

func poolRemote(config *pgx.ConnConfig, schema string, size int) *DB {
	config.RuntimeParams["search_path"] = pgx.Identifier{schema}.Sanitize() // it is one, as it is written
	pool := sql.OpenDB(connector{stdlib.GetConnector(*config, stdlib.OptionShouldPing(doubtful))})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	path := fmt.Sprintf("%s (%s) at %s", config.Database, schema, config.Host)
	return &DB{Now: time.Now, path: path, writer: pool, reader: pool, reads: remoteRead, writes: remoteWrite, remote: config, schema: schema, puts: make(chan struct{}, 1)}
}

// doubtful has a connection be tried before it is used again when it was not for a while, or
// the server has said something meanwhile: one that has been restarted since, or is gone, is
// noticed before something is sent in vain. What is noticed later is tried again, unless it
// ended with a commit.
func doubtful(_ context.Context, p stdlib.ShouldPingParams) bool {
	return p.IdleDuration > time.Minute || stirs(p.Conn.PgConn().Conn())
}

// makeSchema makes the schema that holds the tables, if it is not there. It is ErrRefused
// when statements would not find it.
func (db *DB) makeSchema(ctx context.Context) error {
	return db.retry(ctx, func() error {
		in, err := db.currentSchema(ctx)
		if err != nil || in == db.schema {
			return explain(err)
		}
		statement := `CREATE SCHEMA IF NOT EXISTS ` + pgx.Identifier{db.schema}.Sanitize()
		if _, err = db.writer.ExecContext(ctx, statement); err != nil && !doneAlready(err, statement) {
			return explain(err)
		}
		if in, err = db.currentSchema(ctx); err == nil && in != db.schema {
			err = fmt.Errorf("%w: its search_path is not %q: the name is too long, or something in between drops it", ErrRefused, db.schema)
		}
		return explain(err)
	})
}

// currentSchema is the one in which statements look for tables, "" when it is not there.
func (db *DB) currentSchema(ctx context.Context) (string, error) {
	var name sql.NullString
	err := db.writer.QueryRowContext(ctx, `SELECT current_schema()`).Scan(&name)
	return name.String, err
}

// besideRemote is a database beside the record: a schema of the same database.
func (db *DB) besideRemote(name string) *DB {
	return poolRemote(db.remote.Copy(), db.schema+"_"+name, connectionsBeside)
}

// retry runs a transaction again when PostgreSQL says to, as when another has changed
// what it had read, and when the connection was lost before it could be committed. Each of
// the two has its time: after the server was away for long there may be conflicts.
func (db *DB) retry(ctx context.Context, transaction func() error) error {
	conflicts, outage := patience{tries: conflictTries}, patience{}
	for {
		err := transaction()
		trouble := &conflicts
		if errors.Is(err, ErrAway) {
			trouble = &outage
		}
		if db.remote == nil || !again(err) || !trouble.wait(ctx) {
			return err
		}
	}
}

// conflictTries is how often a transaction is run again that lost to another, however long
// it takes: of several at once one is stored each time.
const conflictTries = 10

// A patience is with something that is tried again, so often and for busyTimeout from when
// it failed first.
type patience struct {
	tries int
	since time.Time
	pause time.Duration
}

// wait waits for the next try, longer each time, by chance more or less, so that those who
// failed at the same moment do not meet again. It reports false when there is to be none.
func (p *patience) wait(ctx context.Context) bool {
	if p.since.IsZero() {
		p.since, p.pause = time.Now(), time.Millisecond
	}
	if p.tries--; p.tries < 0 && time.Since(p.since) >= busyTimeout {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(p.pause/2 + rand.N(p.pause)):
	}
	p.pause = min(2*p.pause, 100*time.Millisecond)
	return true
}

// again says whether a transaction of which nothing is stored may succeed when it is run
// once more.
func again(err error) bool {
	return (errors.Is(err, ErrBusy) || errors.Is(err, ErrAway)) && !errors.Is(err, ErrUncertain)
}

// doneAlready says whether a statement could not make a schema, table, index or column as
// it is there, or take a column away as it is not, or another process was at it.
func doneAlready(err error, statement string) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case "42P06", "42P07", "42701", "42710":
		return true
	case "42703":
		return strings.HasPrefix(statement, "ALTER TABLE")
	}
	return refused.Code == "23505" && refused.SchemaName == "pg_catalog" // a key of PostgreSQL's own tables
}

// ended explains the error of what ends with a commit in PostgreSQL, which may have been
// carried out.
func ended(ctx context.Context, err error) error {
	err = explain(err)
	broken := errors.Is(err, ErrAway) || ctx.Err() != nil && errors.Is(err, ctx.Err())
	var before pgx.ErrPreprocessingBatch // nothing of it was sent
	if broken && !pgconn.SafeToRetry(err) && !errors.As(err, &before) {
		return fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return err
}

// lost says whether the server cannot be reached, or not any more.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed) || pgconn.SafeToRetry(err)
}

// explainRemote puts the sentinel that a person can act on before an error of
// PostgreSQL's that has one.
// Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html
func explainRemote(err error) error {
	var sentinel error
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || !lost(err) {
			return err
		}
		var connect *pgconn.ConnectError
		var network *net.OpError
		if errors.As(err, &connect) && errors.As(err, &network) {
			err = network // it says the same once for each way that was tried
		}
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	switch code := refused.Code; {
	case code == "53100":
		sentinel = ErrFull
	case code == "40001", code == "40P01": // lost to another transaction, deadlock
		sentinel = ErrBusy
	case code == "40003": // said by databases that are several servers
		sentinel = ErrUncertain
	case code == "08P01": // a pooler's, that does not pass search_path on
		sentinel = ErrRefused
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"), code == "53300": // connection, shutdown, too many connections
		sentinel = ErrAway
	case strings.HasPrefix(code, "28"), code == "3D000", code == "42501": // password, no such database, no right to
		sentinel = ErrRefused
	case code == "25006": // a write in a reading transaction, or a standby
		sentinel = ErrUnreadable
	default:
		return err
	}
	return fmt.Errorf("%w: %w", sentinel, err)
}

// A connector's connections take the parameters of a statement as SQLite does, as ?.
type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return conn{made.(*stdlib.Conn)}, nil
}

type conn struct{ *stdlib.Conn }

func (c conn) CheckNamedValue(v *driver.NamedValue) error {
	v.Value = taken(v.Value)
	return nil
}

// taken is an argument as PostgreSQL takes it: texts without NUL, and nothing but UTF-8.
// People, models and Discord may send either, and SQLite keeps both. A truth value is
// stored as SQLite stores it, as 0 or 1.
func taken(arg any) any {
	switch value := arg.(type) {
	case string:
		return stored(value)
	case bool:
		if value {
			return int64(1)
		}
		return int64(0)
	}
	return arg
}

func (c conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, numbered(query))
}

func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.ExecContext(ctx, numbered(query), args)
}

func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, numbered(query), args)
}

// numbered has each ? of a statement as $1, $2 …, but for those in texts and comments.
func numbered(query string) string {
	if !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	n := 0
	for part := range parts(query) {
		if part == "?" {
			n++
			part = "$" + strconv.Itoa(n)
		}
		b.WriteString(part)
	}
	return b.String()
}

// statements are those of a script, without comments.
func statements(script string) (all []string) {
	var b strings.Builder
	for part := range parts(script + ";") {
		switch {
		case strings.HasPrefix(part, "--"):
			b.WriteString("\n")
		case part == ";":
			if statement := strings.TrimSpace(b.String()); statement != "" {
				all = append(all, statement)
			}
			b.Reset()
		default:
			b.WriteString(part)
		}
	}
	return all
}

// parts are the texts and comments of SQL, each whole, and all else byte by byte.
func parts(query string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for query != "" {
			end := 1
			switch {
			case query[0] == '\'' || query[0] == '"':
				end = after(query, query[:1])
			case strings.HasPrefix(query, "--"):
				end = after(query, "\n")
			}
			if !yield(query[:end]) {
				return
			}
			query = query[end:]
		}
	}
}

// after is where a stretch ends that ends in a mark, its first byte left aside.
func after(text, mark string) int {
	if i := strings.Index(text[1:], mark); i >= 0 {
		return 1 + i + len(mark)
	}
	return len(text)
}
