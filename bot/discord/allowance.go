package discord

import (
	"cmp"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"storybot/bot/ledger"
)

// Rates are how many questions a minute are taken, of one person, in one channel and in
// one server; so many may also come at once.
type Rates struct{ User, Channel, Guild int }

// DefaultRates keep a single person, or a channel gone wild, from taking the bot from the
// others; a crowd that has a question each is none of that.
var DefaultRates = Rates{User: 20, Channel: 3000, Guild: 6000}

func (r Rates) orDefault() Rates {
	return Rates{cmp.Or(r.User, DefaultRates.User), cmp.Or(r.Channel, DefaultRates.Channel), cmp.Or(r.Guild, DefaultRates.Guild)}
}

// An allowance counts questions against the rates. What it knows is lost with the process.
type allowance struct {
	rates Rates
	now   func() time.Time

	mu   sync.Mutex
	left map[string]*counter // by whom or where
}

type counter struct {
	*rate.Limiter
	told time.Time // who is over the limit knows until then
}

// A tooMany is the error of a question over a limit.
type tooMany struct {
	whose string    // a text: of whom or where there are too many
	until time.Time // when the next one is taken
	told  bool      // that was said already
}

func (tooMany) Error() string { return "discord: too many questions" }

func newAllowance(r Rates) *allowance {
	return &allowance{rates: r, now: time.Now, left: make(map[string]*counter)}
}

// take counts a question; a tooMany when there are too many, which then counts nowhere.
func (a *allowance) take(r ledger.Request) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	counts := []struct {
		key, whose string
		rate       int
	}{
		{"user " + r.User, "limit_person", a.rates.User},
		{"channel " + r.Channel, "limit_channel", a.rates.Channel},
		{"guild " + r.Guild, "limit_server", a.rates.Guild},
	}
	switch {
	case r.Guild == "": // a DM is its person's alone
		counts = counts[:1]
	case r.Unasked: // people may talk as they like
		counts = counts[1:]
	}
	for _, c := range counts {
		counter := a.counter(c.key, c.rate)
		if tokens := counter.TokensAt(now); tokens < 1 {
			wait := time.Duration((1 - tokens) / float64(counter.Limit()) * float64(time.Second))
			until := now.Add(wait)
			told := now.Before(counter.told)
			counter.told = until
			return tooMany{c.whose, until, told}
		}
	}
	for _, c := range counts {
		a.counter(c.key, c.rate).AllowN(now, 1)
	}
	return nil
}

// maxCounters is when those are dropped that count nothing any more.
const maxCounters = 10_000

func (a *allowance) counter(key string, perMinute int) *counter {
	if c := a.left[key]; c != nil {
		return c
	}
	if len(a.left) >= maxCounters {
		now := a.now()
		maps.DeleteFunc(a.left, func(_ string, c *counter) bool { return c.TokensAt(now) >= float64(c.Burst()) })
	}
	c := &counter{Limiter: rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), perMinute)}
	a.left[key] = c
	return c
}
