package ledger_test

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
	"storybot/retrieval/record/recordtest"
)

// BenchmarkClaim has 500 a processor claim at all times.
func BenchmarkClaim(b *testing.B) {
	in := openInboxes(b, 1)[0]
	var ids atomic.Int64
	b.SetParallelism(500)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			claim(b, in, ids.Add(1))
		}
	})
}

// BenchmarkBurst has 500 claim at once in each process: an operation is until all
// may be acknowledged, which is to be well within the 3 s that Discord gives.
func BenchmarkBurst(b *testing.B) {
	for _, processes := range []int{1, 2, 4} {
		b.Run(fmt.Sprint("processes=", processes), func(b *testing.B) {
			inboxes := openInboxes(b, processes)
			var ids atomic.Int64
			for b.Loop() {
				var all sync.WaitGroup
				for _, in := range inboxes {
					for range 500 {
						all.Go(func() { claim(b, in, ids.Add(1)) })
					}
				}
				all.Wait()
			}
		})
	}
}

func claim(b *testing.B, in *ledger.Inbox, id int64) {
	claimed, err := in.Claim(b.Context(), ledger.Request{ID: strconv.FormatInt(id, 10), Kind: ledger.CommandRequest,
		Guild: "1", Channel: "2", User: "3", Token: token, At: noon})
	if err != nil || !claimed {
		b.Error(claimed, err)
	}
}

// BenchmarkClaimAlone has one claim at a time.
func BenchmarkClaimAlone(b *testing.B) {
	in := openInboxes(b, 1)[0]
	for i := 0; b.Loop(); i++ {
		if claimed, err := in.Claim(b.Context(), ledger.Request{ID: strconv.Itoa(i), Kind: ledger.MessageRequest,
			Guild: "1", Channel: "2", User: "3", At: noon}); err != nil || !claimed {
			b.Fatal(claimed, err)
		}
	}
}

func openInboxes(b *testing.B, n int) (inboxes []*ledger.Inbox) {
	b.Helper()
	path := recordtest.Name(b)
	for range n {
		db, err := record.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { db.Close() })
		in, err := ledger.OpenInbox(b.Context(), db)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { in.Close() })
		inboxes = append(inboxes, in)
	}
	return inboxes
}
