package ledger_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// token is as long as one of Discord's.
const token = "aW50ZXJhY3Rpb246MTMwODc3MzA5NDQ0NDQ0NDQ0NDpPcGFxdWVUb2tlbk9mQW5JbnRlcmFjdGlvbkFzTG9uZ0FzRGlzY29yZHNBcmVPclNvSXRTZWVtczAxMjM0NTY3ODlhYmNkZWZnaGlqa2xtbm9w"

// A clock is moved by hand. Processes on one machine have one clock.
type clock struct{ since atomic.Int64 }

func (c *clock) now() time.Time          { return noon.Add(time.Duration(c.since.Load())) }
func (c *clock) advance(d time.Duration) { c.since.Add(int64(d)) }

// A desk is a record that processes open inboxes on, and their clock.
type desk struct {
	*testing.T
	clock
	path string
}

func newDesk(t *testing.T) *desk {
	return &desk{T: t, path: recordtest.Name(t)}
}

// record opens the record, as a process of its own does.
func (d *desk) record() *record.DB {
	d.Helper()
	db, err := record.Open(d.Context(), d.path)
	if err != nil {
		d.Fatal(err)
	}
	db.Now = d.now
	d.Cleanup(func() {
		if err := db.Close(); err != nil {
			d.Error(err)
		}
	})
	return db
}

// inbox opens the inbox, as a process of its own does.
func (d *desk) inbox() *ledger.Inbox {
	d.Helper()
	in, err := ledger.OpenInbox(d.Context(), d.record())
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { d.close(in) })
	return in
}

func (d *desk) close(in *ledger.Inbox) {
	d.Helper()
	if err := in.Close(); err != nil {
		d.Error(err)
	}
}

func (d *desk) command(id string) ledger.Request {
	return ledger.Request{ID: id, Kind: ledger.CommandRequest, Guild: "1", Channel: "2", User: "3", Token: token, At: d.now()}
}

func (d *desk) message(id, channel string) ledger.Request {
	return ledger.Request{ID: id, Kind: ledger.MessageRequest, Guild: "1", Channel: channel, User: "3", At: d.now()}
}

func (d *desk) claim(in *ledger.Inbox, requests ...ledger.Request) {
	d.Helper()
	for _, r := range requests {
		if claimed, err := in.Claim(d.Context(), r); !claimed || err != nil {
			d.Fatalf("claim %s: %v, %v", r.ID, claimed, err)
		}
	}
}

// ok fails the test for an error.
func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// beat has a process beat, and gives the ids of what it is handed.
func (d *desk) beat(in *ledger.Inbox) (ids []string) {
	d.Helper()
	left, err := in.Beat(d.Context())
	d.ok(err)
	for _, r := range left {
		ids = append(ids, r.ID)
	}
	return ids
}

// pass lets time pass, in which processes beat as they should.
func (d *desk) pass(span time.Duration, beating ...*ledger.Inbox) (handed []string) {
	d.Helper()
	for ; span > 0; span -= ledger.BeatEvery {
		d.advance(min(span, ledger.BeatEvery))
		for _, in := range beating {
			handed = append(handed, d.beat(in)...)
		}
	}
	return handed
}

func (d *desk) want(what string, want, got []string) {
	d.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		d.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (d *desk) unfinished(in *ledger.Inbox, want int) {
	d.Helper()
	if n, err := in.Unfinished(d.Context()); n != want || err != nil {
		d.Errorf("%d unfinished, want %d: %v", n, want, err)
	}
}

// TestClaimOnce has two processes claim the same requests from many goroutines at
// once.
func TestClaimOnce(t *testing.T) {
	const requests, goroutines = 20, 10
	d := newDesk(t)
	inboxes := []*ledger.Inbox{d.inbox(), d.inbox()}
	var claims [requests]atomic.Int64
	var all sync.WaitGroup
	for _, in := range inboxes {
		for range goroutines {
			all.Go(func() {
				for _, i := range rand.Perm(requests) {
					claimed, err := in.Claim(t.Context(), d.command(fmt.Sprint(i)))
					if err != nil {
						t.Error(err)
					}
					if claimed {
						claims[i].Add(1)
					}
				}
			})
		}
	}
	all.Wait()
	for i := range claims {
		if n := claims[i].Load(); n != 1 {
			t.Errorf("request %d was claimed %d times", i, n)
		}
	}
	d.unfinished(inboxes[0], requests)
	d.ok(inboxes[0].Finish(t.Context(), "7"))
	if claimed, err := inboxes[1].Claim(t.Context(), d.command("7")); claimed || err != nil {
		t.Errorf("a finished request is claimed: %v, %v", claimed, err)
	}
}

func TestClaimRefuses(t *testing.T) {
	d := newDesk(t)
	in := d.inbox()
	for _, r := range []ledger.Request{{ID: "1"}, d.message("x", "2"), d.message("", "2"), d.message("-1", "2"), d.message("99999999999999999999", "2")} {
		if claimed, err := in.Claim(t.Context(), r); claimed || !errors.Is(err, ledger.ErrRequest) {
			t.Errorf("%+v: %v, %v", r, claimed, err)
		}
	}
	d.close(in)
	d.close(in)
	if claimed, err := in.Claim(t.Context(), d.command("1")); claimed || !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("when closed: %v, %v", claimed, err)
	}
}

// TestTakeOver has a process take over what another, which left, had: all of it, as
// it was, first asked first.
func TestTakeOver(t *testing.T) {
	d := newDesk(t)
	leaves, stays := d.inbox(), d.inbox()
	later, first, done := d.command("5"), d.message("6", "2"), d.command("7")
	first.Reply, first.Locale = "8", "ko"
	later.At = d.now().Add(time.Second)
	d.claim(leaves, later, first, done)
	d.claim(stays, d.command("8"))
	d.ok(leaves.Finish(t.Context(), "7"))
	d.ok(stays.Replied(t.Context(), "5", "9"))
	later.Reply = "9"
	d.want("while it is there", nil, d.beat(stays))
	d.close(leaves)
	left, err := stays.Beat(t.Context())
	if diff := cmp.Diff([]ledger.Request{first, later}, left); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	d.want("again", nil, d.beat(stays))
}

// TestRelease has a request given up be handed to whoever beats next, and only by
// the process that has it.
func TestRelease(t *testing.T) {
	d := newDesk(t)
	a, b := d.inbox(), d.inbox()
	d.claim(a, d.command("5"))
	d.ok(b.Release(t.Context(), "5"))
	d.want("given up by another", nil, d.beat(b))
	d.ok(a.Release(t.Context(), "5"))
	d.want("given up", []string{"5"}, d.beat(b))
	d.ok(b.Release(t.Context(), "5"))
	left, err := b.Beat(t.Context())
	if err != nil || len(left) != 1 || left[0].Token != token {
		t.Errorf("by itself: %+v, %v", left, err)
	}
	d.ok(b.Finish(t.Context(), "5"))
	d.ok(b.Release(t.Context(), "5"))
	d.want("finished", nil, d.beat(b))
}

// TestDeadProcess has a process that stopped be robbed once it was watched for long
// enough, and notice.
func TestDeadProcess(t *testing.T) {
	d := newDesk(t)
	stops, watches := d.inbox(), d.inbox()
	d.claim(stops, d.command("5"))
	d.want("both live", nil, d.pass(time.Minute, stops, watches))
	d.want("it is slow", nil, d.pass(9*time.Second, watches))
	d.want("and beats", nil, d.beat(stops))
	d.want("it is slow again", nil, d.pass(9*time.Second, watches))
	d.want("it is dead", []string{"5"}, d.pass(6*time.Second, watches))
	d.want("it lives", nil, d.beat(stops))
	d.claim(stops, d.command("6"))
	d.want("it works again", nil, d.pass(time.Minute, stops, watches))
	d.ok(stops.Finish(t.Context(), "5")) // it answered all the same
	d.unfinished(watches, 1)
}

// TestRobbedProcessClaims has a process that was taken for dead claim before it
// beats: the claim is its own.
func TestRobbedProcessClaims(t *testing.T) {
	d := newDesk(t)
	stops, watches := d.inbox(), d.inbox()
	d.pass(time.Minute, watches)
	d.claim(stops, d.command("5"))
	d.want("claimed by one that was thought dead", nil, d.beat(watches))
}

// TestWatcherStops has the watcher be what stood still: it takes nobody for dead.
func TestWatcherStops(t *testing.T) {
	d := newDesk(t)
	a, b := d.inbox(), d.inbox()
	d.claim(a, d.command("5"))
	d.pass(time.Minute, a, b)
	d.advance(time.Hour) // the machine slept
	d.want("first to wake", nil, d.beat(b))
	d.want("then", nil, d.pass(time.Minute, a, b))
}

// TestHandedToOne has processes beat at once while many others have died.
func TestHandedToOne(t *testing.T) {
	const requests = 50
	d := newDesk(t)
	dead := []*ledger.Inbox{d.inbox(), d.inbox()}
	living := []*ledger.Inbox{d.inbox(), d.inbox(), d.inbox()}
	var want []string
	for i := range requests {
		id := fmt.Sprint(100 + i)
		d.claim(dead[i%2], d.command(id))
		want = append(want, id)
	}
	var mu sync.Mutex
	var handed []string
	for range 8 {
		d.advance(ledger.BeatEvery)
		var all sync.WaitGroup
		for _, in := range living {
			all.Go(func() {
				left, err := in.Beat(t.Context())
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, r := range left {
					handed = append(handed, r.ID)
				}
			})
		}
		all.Wait()
	}
	slices.Sort(handed)
	d.want("handed over", want, handed)
}

// TestTokenIsErased looks for tokens in the files once their requests are finished,
// or are too old: while the inbox is open, and afterwards.
func TestTokenIsErased(t *testing.T) {
	recordtest.OnlyFile(t)
	const requests = 2000 // many pages
	d := newDesk(t)
	in := d.inbox()
	var all sync.WaitGroup
	for i := range requests {
		r := d.command(fmt.Sprint(i))
		r.Token = fmt.Sprint(token, "-", i)
		all.Go(func() {
			if claimed, err := in.Claim(t.Context(), r); !claimed || err != nil {
				t.Error(claimed, err)
			}
		})
	}
	all.Wait()
	if n := d.tokens(); n == 0 {
		t.Fatal("there is no token to find")
	}
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(requests - 1) { // all but the last
		all.Go(func() {
			if err := in.Finish(t.Context(), fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d.beat(in)
	if n := d.tokens(); n != 1 {
		t.Errorf("%d tokens of one unfinished request", n)
	}
	d.advance(ledger.TokenLife)
	d.beat(in)
	if n := d.tokens(); n != 0 {
		t.Errorf("%d tokens, all too old", n)
	}
	d.close(in)
	if n := d.tokens(); n != 0 {
		t.Errorf("%d tokens after closing", n)
	}
	in = d.inbox()
	if left, err := in.Beat(t.Context()); err != nil || len(left) != 1 || left[0].Token != "" {
		t.Errorf("%+v, %v", left, err)
	}
}

// tokens counts those in the inbox's files.
func (d *desk) tokens() (n int) {
	d.Helper()
	files, err := filepath.Glob(strings.TrimSuffix(d.path, ".db") + ".inbox*")
	d.ok(err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		d.ok(err)
		n += bytes.Count(content, []byte(token))
	}
	return n
}

// TestClaimDoesNotWait claims while the record's writer is held, as an import does.
func TestClaimDoesNotWait(t *testing.T) {
	d := newDesk(t)
	db := d.record()
	in := d.inbox()
	d.ok(db.Update(t.Context(), func(*sql.Tx) error {
		d.claim(in, d.command("5"))
		return nil
	}))
}

// TestClaimEndsWithItsContext claims while another process writes to the inbox.
func TestClaimEndsWithItsContext(t *testing.T) {
	recordtest.OnlyFile(t)
	d := newDesk(t)
	in := d.inbox()
	ctx, cancel := context.WithCancel(t.Context())
	other, err := sql.Open("sqlite3", strings.TrimSuffix(d.path, ".db")+".inbox")
	d.ok(err)
	defer other.Close()
	tx, err := other.Begin()
	d.ok(err)
	_, err = tx.Exec(`DELETE FROM told`) // which locks
	d.ok(err)
	result := make(chan error)
	go func() {
		_, err := in.Claim(ctx, d.command("5"))
		result <- err
	}()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	d.ok(tx.Rollback())
	d.claim(in, d.command("6"))
	d.unfinished(in, 1)
	if _, err := in.Claim(ctx, d.command("7")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	d.claim(in, d.command("5")) // which was not claimed
}

// TestFinishOutlivesItsContext has callers that may not wait mark requests.
func TestFinishOutlivesItsContext(t *testing.T) {
	d := newDesk(t)
	in := d.inbox()
	d.claim(in, d.command("5"), d.command("6"))
	if _, err := in.Once(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range []error{in.Finish(ctx, "5"), in.Replied(ctx, "6", "7"), in.Release(ctx, "6"), in.Forget(ctx, "a")} {
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	left, err := in.Beat(t.Context())
	if err != nil || len(left) != 1 || left[0].ID != "6" || left[0].Reply != "7" {
		t.Errorf("given up: %+v, %v", left, err)
	}
	d.unfinished(in, 1)
	if first, err := in.Once(t.Context(), "a"); !first || err != nil {
		t.Errorf("forgotten: %v, %v", first, err)
	}
}

func TestFollowed(t *testing.T) {
	d := newDesk(t)
	in := d.inbox()
	check := func(what string, since time.Time, want ...ledger.Followed) {
		t.Helper()
		got, err := in.Followed(t.Context(), since)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
		}
	}
	command, numberless, nowhere := d.command("100"), d.command("x"), d.command("101")
	command.Channel, numberless.Channel, nowhere.Channel = "c3", "c4", ""
	d.claim(in, d.message("9", "c1"), command, numberless, nowhere)
	check("from what addressed the bot on", noon,
		ledger.Followed{Channel: "c1", Guild: "1", Newest: "9"}, ledger.Followed{Channel: "c3", Guild: "1", Newest: "100"})
	d.ok(in.Saw(t.Context(), map[string]string{"c1": "10", "c2": "10", "c3": "99"}))
	check("a longer id is higher", noon,
		ledger.Followed{Channel: "c1", Guild: "1", Newest: "10"}, ledger.Followed{Channel: "c3", Guild: "1", Newest: "100"})
	d.advance(time.Hour)
	d.claim(in, d.message("8", "c1"), d.message("1308773094444444444", "c2"))
	d.ok(in.Saw(t.Context(), map[string]string{"c1": "9", "c2": "0"}))
	check("it never goes back", noon.Add(time.Hour),
		ledger.Followed{Channel: "c1", Guild: "1", Newest: "10"}, ledger.Followed{Channel: "c2", Guild: "1", Newest: "1308773094444444444"})
	late := d.message("11", "c1")
	late.At = noon.Add(-time.Hour)
	d.claim(in, late)
	check("by the last request, which moves no cursor", noon.Add(time.Hour),
		ledger.Followed{Channel: "c1", Guild: "1", Newest: "10"}, ledger.Followed{Channel: "c2", Guild: "1", Newest: "1308773094444444444"})
	check("none since", noon.Add(2*time.Hour))
	if err := in.Saw(t.Context(), map[string]string{"c1": "x"}); !errors.Is(err, ledger.ErrRequest) {
		t.Error(err)
	}
	d.close(in)
	in = d.inbox()
	check("after a restart", noon.Add(time.Hour),
		ledger.Followed{Channel: "c1", Guild: "1", Newest: "10"}, ledger.Followed{Channel: "c2", Guild: "1", Newest: "1308773094444444444"})
}

func TestOnce(t *testing.T) {
	d := newDesk(t)
	in := d.inbox()
	once := func(key string, want bool) {
		t.Helper()
		if got, err := in.Once(t.Context(), key); got != want || err != nil {
			t.Errorf("%s: %v, %v", key, got, err)
		}
	}
	once("a", true)
	once("a", false)
	once("b", true)
	d.close(in)
	in = d.inbox()
	once("a", false)
	d.ok(d.inbox().Forget(t.Context(), "a"))
	once("a", true)
	once("a", false)
	once("b", false)
	d.advance(29 * 24 * time.Hour)
	d.beat(in)
	once("a", false)
	d.advance(24 * time.Hour)
	d.beat(in)
	once("a", true)
}

// TestRetention has what is past its time be gone, and nothing else.
func TestRetention(t *testing.T) {
	d := newDesk(t)
	in := d.inbox()
	d.beat(in) // the first sweeps, and then one a minute
	d.claim(in, d.command("5"), d.message("6", "c1"), d.command("7"))
	d.ok(in.Finish(t.Context(), "5"))
	d.ok(in.Finish(t.Context(), "6"))
	again := func(id string) bool {
		t.Helper()
		claimed, err := in.Claim(t.Context(), d.command(id))
		d.ok(err)
		return claimed
	}
	d.advance(7*24*time.Hour - time.Second)
	d.beat(in)
	if again("5") {
		t.Error("forgotten too early")
	}
	d.advance(time.Second)
	d.beat(in)
	if again("5") {
		t.Error("swept twice within a minute")
	}
	d.advance(time.Minute)
	d.beat(in)
	if !again("5") || !again("6") {
		t.Error("kept for too long")
	}
	d.advance(23 * 24 * time.Hour)
	d.beat(in)
	if again("7") {
		t.Error("an unfinished request is forgotten")
	}
	followed, err := in.Followed(t.Context(), time.Time{})
	want := []ledger.Followed{{Channel: "2", Guild: "1", Newest: "5"}} // where it was asked again
	if diff := cmp.Diff(want, followed); diff != "" || err != nil {
		t.Errorf("followed: %v (-want +got):\n%s", err, diff)
	}
}

// TestForgetUser forgets who asked: at once where that is done, once it is where it is
// not. Nothing is answered twice for it.
func TestForgetUser(t *testing.T) {
	recordtest.OnlyFile(t)
	d := newDesk(t)
	in := d.inbox()
	theirs := d.command("8")
	theirs.User = "4"
	d.claim(in, d.command("5"), d.command("6"), theirs)
	for _, id := range []string{"5", "8"} {
		d.ok(in.Finish(t.Context(), id))
	}
	members := func(want ...string) {
		t.Helper()
		inbox, err := sql.Open("sqlite3", strings.TrimSuffix(d.path, ".db")+".inbox")
		d.ok(err)
		defer inbox.Close()
		tx, err := inbox.Begin()
		d.ok(err)
		defer tx.Rollback()
		got, err := column(tx, `SELECT member FROM requests ORDER BY id`)
		d.ok(err)
		d.want("who asked", want, got)
	}
	members("3", "3", "4")
	about, err := in.About(t.Context(), "3")
	if len(about) != 2 || about[0]["id"] != "5" || about[1]["id"] != "6" || strings.Contains(fmt.Sprint(about), "token") || err != nil {
		t.Errorf("told of who asked: %v, %v", about, err)
	}
	d.ok(in.ForgetUser(t.Context(), "3"))
	members("", "3", "4")
	d.unfinished(in, 1)
	d.ok(in.Finish(t.Context(), "6"))
	members("", "", "4")
	if claimed, err := in.Claim(t.Context(), d.command("5")); claimed || err != nil {
		t.Errorf("claimed again: %v, %v", claimed, err)
	}
}
