package ledger_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
)

// TestMain is also the other process that a test needs: the test binary run again,
// with a record to claim on.
func TestMain(m *testing.M) {
	if path := os.Getenv("LEDGER_TEST_CLAIMS"); path != "" {
		if err := claimForEver(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// claimForEver claims requests from some goroutines, and finishes half of them. It
// prints "claimed" once that is stored, "answered" before it marks one as finished
// and "finished" once it has.
func claimForEver(path string) error {
	ctx := context.Background()
	db, err := record.Open(ctx, path)
	if err != nil {
		return err
	}
	in, err := ledger.OpenInbox(ctx, db)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for g := range 8 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d%d%06d", os.Getpid(), g, i)
				r := ledger.Request{ID: id, Kind: ledger.MessageRequest, Channel: "2", At: time.Now()}
				if claimed, err := in.Claim(ctx, r); err != nil || !claimed {
					failed <- fmt.Errorf("claim %s: %v, %v", id, claimed, err)
				}
				fmt.Println("claimed", id)
				if i%2 == 0 {
					continue
				}
				fmt.Println("answered", id)
				if err := in.Finish(ctx, id); err != nil {
					failed <- err
				}
				fmt.Println("finished", id)
			}
		}()
	}
	return <-failed
}

// TestKilledProcess kills processes in the midst of their claiming, two at a time.
// What they had claimed and not finished is handed over, once; what they had finished
// is not.
func TestKilledProcess(t *testing.T) {
	d := newDesk(t)
	in := d.inbox()
	random := rand.New(rand.NewPCG(1, 2))
	state := make(map[string]string) // the last printed of each request
	var mu sync.Mutex
	for range 6 {
		var both sync.WaitGroup
		for range 2 {
			until := 1 + random.IntN(200)
			both.Go(func() {
				for _, line := range d.killed(until) {
					if what, id, ok := strings.Cut(line, " "); ok {
						mu.Lock()
						state[id] = what
						mu.Unlock()
					}
				}
			})
		}
		both.Wait()
	}
	d.want("before they are dead", nil, d.beat(in))
	handed := d.pass(15*time.Second, in)
	slices.Sort(handed)
	if twice := len(handed) - len(slices.Compact(slices.Clone(handed))); twice > 0 {
		t.Errorf("%d were handed over twice", twice)
	}
	tally := make(map[string]int)
	for id, last := range state {
		tally[last]++
		_, found := slices.BinarySearch(handed, id)
		if found && last == "finished" || !found && last == "claimed" {
			t.Errorf("%s, which was %s: handed over %v", id, last, found)
		}
	}
	if tally["claimed"] == 0 || tally["finished"] == 0 {
		t.Errorf("too little was done: %v", tally)
	}
}

// killed runs claimForEver, kills it after some lines, and gives all it printed.
func (d *desk) killed(after int) (lines []string) {
	process := exec.Command(os.Args[0])
	process.Env = append(os.Environ(), "LEDGER_TEST_CLAIMS="+d.path)
	process.Stderr = os.Stderr
	output, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		d.Error(err)
		return nil
	}
	defer process.Wait()
	scanner := bufio.NewScanner(output)
	for len(lines) < after && scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	process.Process.Kill()
	for scanner.Scan() { // what it printed before it died
		lines = append(lines, scanner.Text())
	}
	return lines
}
