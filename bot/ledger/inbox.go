package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"storybot/retrieval/record"
)

//go:embed inbox/*.sql
var inboxMigrations embed.FS

// Errors of an inbox.
var (
	ErrInbox   = errors.New("ledger: the inbox cannot be opened")
	ErrClosed  = errors.New("ledger: the inbox is closed")
	ErrRequest = errors.New("ledger: the request is none of Discord's")
)

// An Inbox keeps what Discord asked of the bot, from before that is acknowledged
// until it is answered, so that nothing is answered twice and nothing that was
// acknowledged is forgotten. It is in a database of its own beside the record: see
// record.DB.Beside. It may be used by any number of goroutines, and there may be any
// number of inboxes on one record, each a process of its own name to the others.
//
// What a method says is stored is on the disk.
type Inbox struct {
	db     *record.DB
	writes *group
	self   string // this process's name
	doubts doubts

	beating sync.Mutex
	watch   watch     // guarded by beating
	sweptAt time.Time // guarded by beating
}

// OpenInbox opens the inbox beside a record, for a process of a new name.
func OpenInbox(ctx context.Context, db *record.DB) (*Inbox, error) {
	beside, err := db.Beside(ctx, "inbox", inboxMigrations)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInbox, err)
	}
	in := &Inbox{db: beside, self: rand.Text()[:13], watch: newWatch()}
	in.writes = newGroup(beside.Update, in.register)
	if err := in.writes.write(ctx, func(*sql.Tx) error { return nil }); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

// register makes this process known, in every transaction: a claim of one that is
// not known is free for others. That this one was there once, and others took it for
// dead, changes nothing: what was its is theirs.
func (in *Inbox) register(tx *sql.Tx) error {
	_, err := tx.Exec(`INSERT INTO processes (id, beats) VALUES (?, 0) ON CONFLICT (id) DO NOTHING`, in.self)
	return err
}

// Close ends the use of the inbox by this process: what it has not finished is free
// for others at once.
func (in *Inbox) Close() error {
	err := in.writes.close(func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM processes WHERE id = ?`, in.self)
		return err
	})
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return errors.Join(err, in.db.Close())
}

// A RequestKind is the form in which Discord was asked.
type RequestKind string

// Kinds of requests.
const (
	CommandRequest RequestKind = "interaction"
	MessageRequest RequestKind = "message"
)

// A Request is what a user asks of the bot, in one interaction or message.
type Request struct {
	ID                   string // the interaction's or the message's
	Kind                 RequestKind
	Guild, Channel, User string
	Token                string    // the interaction's, until the request is finished or the token expires; else ""
	At                   time.Time // when Discord made it
	Reply                string    // the id of the message that answers it, once one was posted
	Unasked              bool      // nobody put it to the bot: nothing is told of what is left undone
	Locale               string    // what language the user reads, as Discord names it, or ""
}

// Claim stores a request, before any work on it starts, as this process's. False: it
// is claimed already, by this process or another, now or before. It makes its channel
// one to follow, from its id on: a message's is to be a number, a command whose is none
// has no channel followed. When ctx ends first, nothing is claimed; once it is being
// stored, ctx is not heeded. What fails with record.ErrUncertain may be claimed again; else,
// when it was stored, the next Beat hands it to this process.
func (in *Inbox) Claim(ctx context.Context, r Request) (claimed bool, err error) {
	from, err := snowflake(r.ID)
	switch r.Kind {
	case MessageRequest:
		if err != nil {
			return false, err
		}
	case CommandRequest:
	default:
		return false, fmt.Errorf("%w: its kind is %q", ErrRequest, r.Kind)
	}
	follows := err == nil && r.Channel != "" // which Discord's description lets an interaction leave out
	doubted := false
	err = in.writes.writeRow(ctx, r.Channel, func(tx *sql.Tx) error {
		claimed = false
		doubted = in.doubts.take(r.ID) || doubted
		if follows {
			if err := follow(tx, r, from); err != nil {
				return err
			}
		}
		n, err := affected(tx.Exec(`INSERT INTO requests (id, kind, guild, channel, member, token, made_at, owner, reply, locale, unasked)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET owner = excluded.owner WHERE requests.owner = excluded.owner AND requests.finished_at IS NULL AND ? = 1`,
			r.ID, r.Kind, r.Guild, r.Channel, r.User, r.Token, r.At.UnixMilli(), in.self, r.Reply, r.Locale, r.Unasked, doubted))
		claimed = n == 1
		return err
	})
	if err != nil && (doubted || claimed && errors.Is(err, record.ErrUncertain)) {
		in.doubts.add(r.ID)
	}
	return claimed && err == nil, err
}

// Replied stores the message that answers a request, in the place of an earlier one,
// whoever works on it, as soon as it is posted, even if it is yet to be completed: a
// process that takes the request over can go on with it. When ctx ends it is done all
// the same; ctx ends the wait.
func (in *Inbox) Replied(ctx context.Context, id, message string) error {
	return in.post(ctx, `UPDATE requests SET reply = ? WHERE id = ?`, message, id)
}

// Finish marks a request as answered, or as beyond help, whoever works on it; its
// token is erased. When ctx ends it is done all the same, as the answer is there; ctx
// ends the wait. Another error calls for another try, or it will be answered again.
func (in *Inbox) Finish(ctx context.Context, id string) error {
	return in.post(ctx, `UPDATE requests SET finished_at = ?, token = '', member = CASE WHEN forget = 1 THEN '' ELSE member END WHERE id = ? AND finished_at IS NULL`,
		in.db.Now().UnixMilli(), id)
}

// Release gives up a request that could not be answered: the next Beat of any
// process, this one too, is handed it. ctx ends only the wait.
func (in *Inbox) Release(ctx context.Context, id string) error {
	return in.post(ctx, `UPDATE requests SET owner = '' WHERE id = ? AND owner = ? AND finished_at IS NULL`, id, in.self)
}

// Unfinished counts the requests that are not finished, whosever they are.
func (in *Inbox) Unfinished(ctx context.Context) (n int, err error) {
	err = in.db.View(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM requests WHERE finished_at IS NULL`).Scan(&n)
	})
	return n, err
}

// Once reports true the first time that it is called with a key, by any process,
// within onceLife. When what was to be done then could not be, Forget undoes it.
func (in *Inbox) Once(ctx context.Context, key string) (first bool, err error) {
	err = in.writes.write(ctx, func(tx *sql.Tx) error {
		n, err := affected(tx.Exec(`INSERT INTO told (key, told_at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`,
			key, in.db.Now().UnixMilli()))
		first = n == 1
		return err
	})
	return first && err == nil, err
}

// Forget has the next Once with a key be the first. When ctx ends it is done all the
// same; ctx ends the wait.
func (in *Inbox) Forget(ctx context.Context, key string) error {
	return in.post(ctx, `DELETE FROM told WHERE key = ?`, key)
}

// ForgetUser takes a person's id out of the requests that are finished, and has it taken
// out of the others once they are: until then whoever answers has to know whom. The
// requests themselves stay, as they keep things from being answered twice. When ctx ends
// it is done all the same; ctx ends the wait.
func (in *Inbox) ForgetUser(ctx context.Context, user string) error {
	return in.post(ctx, `UPDATE requests SET forget = 1, member = CASE WHEN finished_at IS NULL THEN member ELSE '' END WHERE member = ?`, user)
}

func (in *Inbox) post(ctx context.Context, statement string, args ...any) error {
	return in.writes.post(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
}

// affected is how many rows a statement changed.
func affected(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
