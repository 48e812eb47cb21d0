package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"storybot/bot/discord/local"
	"storybot/retrieval"
)

const (
	acknowledgeLimit = 3 * time.Second       // Discord's
	answerLimit      = time.Minute           // an answer that takes longer is missing
	secondLook       = 2 * time.Second       // after an answer: has it come once, and stayed?
	lookEvery        = 10 * time.Millisecond // times are Discord's own, however late they are looked at
)

// Words of the bot's own, in English: below an answer that another will replace, and in
// all apologies.
const unfinished, again = "Still at it", " again"

// A village is a server with its people.
type village struct {
	madeUp
	channels, people []string
}

// An asked question is one under way.
type asked struct {
	permit                 // the right answer
	id           string    // of the interaction
	due          time.Time // when it was to be asked
	acknowledged bool
	answeredAt   time.Time // when it was seen to be
	content      string
}

// A tally is how questions have gone. Each is answered rightly, or one of the others.
type tally struct {
	Asked    int `json:"asked"`
	Answered int `json:"answered"` // rightly, once
	Wrong    int `json:"wrong"`    // by another server's story, or not by the right paragraph
	Twice    int `json:"twice"`    // more than one message, or another text later
	Missing  int `json:"missing"`  // acknowledged, and then nothing
	Told     int `json:"told"`     // to ask again
	Unheard  int `json:"unheard"`  // not acknowledged in Discord's three seconds
}

// A crowd asks in all villages, and looks at what comes.
type crowd struct {
	discord    *local.Server
	villages   []village
	secondLook time.Duration // 0 while it does not count

	mu      sync.Mutex
	waiting []*asked
	next    int // question
	tally   tally
	second  struct { // since the last sample
		asked, answered           int
		acknowledged, answerTimes histogram
	}
	acknowledged, answerTimes histogram
	revisions                 map[[2]int]int // of the stories that were changed, by village and number
}

// ask asks at a steady rate until the time is over, late or not.
func (c *crowd) ask(ctx context.Context, rate float64, duration time.Duration) error {
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := 0; ; n++ {
		after := time.Duration(float64(n) / rate * float64(time.Second))
		if after >= duration {
			return nil
		}
		due := start.Add(after)
		if wait := time.Until(due); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := c.askOne(due); err != nil {
			return err
		}
	}
}

// askOne asks the next question: in every village in turn, by its people in turn, of
// paragraphs that lie far apart.
func (c *crowd) askOne(due time.Time) error {
	v := c.villages[c.next%len(c.villages)]
	round := c.next / len(c.villages)
	c.next++
	q := &asked{permit: permit{guild: v.number, paragraph: round * 7919 % v.paragraphs}, due: due}
	x, err := c.discord.Slash(v.people[round%len(v.people)], v.channels[round%len(v.channels)], "ask", local.Option{Name: "question", Value: questionOn(q.paragraph)})
	if err != nil {
		return err
	}
	q.id = x.ID
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, q)
	c.tally.Asked++
	c.second.asked++
	return nil
}

// look looks at all questions under way, and returns how many those still are.
func (c *crowd) look() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	rest := c.waiting[:0]
	for _, q := range c.waiting {
		if c.underWay(q) {
			rest = append(rest, q)
		}
	}
	clear(c.waiting[len(rest):])
	c.waiting = rest
	return len(rest)
}

// over is a context that has ended: what waits with it looks once.
func over() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// underWay looks at a question, until all is known about it. The local Discord forgets
// it then, so that its memory does not grow.
func (c *crowd) underWay(q *asked) bool {
	if !q.answeredAt.IsZero() && time.Since(q.answeredAt) < c.secondLook {
		return true
	}
	x := c.discord.Interaction(q.id)
	if !q.acknowledged && !x.AcknowledgedAt.IsZero() {
		q.acknowledged = true
		took := x.AcknowledgedAt.Sub(q.due)
		c.acknowledged.add(took)
		c.second.acknowledged.add(took)
	}
	var m local.Message
	if q.acknowledged {
		m, _ = c.discord.Response(over(), q.id) // none yet
	}
	switch {
	case q.acknowledged && m.ID != "" && !strings.Contains(m.Content, unfinished) && q.answeredAt.IsZero():
		q.answeredAt, q.content = time.Now(), m.Content
		at := m.Timestamp
		if m.EditedTimestamp != nil {
			at = *m.EditedTimestamp
		}
		took := at.Sub(q.due)
		c.answerTimes.add(took)
		c.second.answerTimes.add(took)
		c.second.answered++
		return true
	case !q.answeredAt.IsZero():
		switch answers := c.discord.Forget(q.id); {
		case answers != 1 || len(x.FollowUps) > 0 || m.Content != q.content:
			c.tally.Twice++
		default:
			c.judge(q)
		}
		return false
	case !q.acknowledged && time.Since(x.CreatedAt) > acknowledgeLimit:
		c.tally.Unheard++
	case q.acknowledged && time.Since(x.CreatedAt) > answerLimit:
		c.tally.Missing++
	default:
		return true
	}
	c.discord.Forget(q.id)
	return false
}

// judge says what an answer is worth: all that it cites has to be the server's own, and
// the right paragraph among it, in a revision that there is.
func (c *crowd) judge(q *asked) {
	right, foreign := false, false
	for _, p := range permits(q.content) {
		foreign = foreign || p.guild != q.guild
		newest := max(1, c.revisions[[2]int{p.guild, p.paragraph / storyParagraphs}])
		right = right || p.paragraph == q.paragraph && p.revision <= newest
	}
	switch {
	case right && !foreign:
		c.tally.Answered++
	case !foreign && strings.Contains(q.content, again):
		c.tally.Told++
	default:
		c.tally.Wrong++
	}
}

// sample is how it stands, and begins a new second.
func (c *crowd) sample(since time.Time) sample {
	s := measure()
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Second, s.Asked, s.Answered = time.Since(since).Seconds(), c.second.asked, c.second.answered
	s.Acknowledged = c.second.acknowledged.quantile(.99)
	s.AnsweredP50, s.AnsweredP99 = c.second.answerTimes.quantile(.5), c.second.answerTimes.quantile(.99)
	c.second.asked, c.second.answered = 0, 0
	c.second.acknowledged, c.second.answerTimes = histogram{}, histogram{}
	return s
}

// refresh changes stories at a steady rate until ctx ends, and returns how many.
func (c *crowd) refresh(ctx context.Context, rate float64, corpus *retrieval.Corpus) (int, error) {
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return n, nil
		}
		v := c.villages[n%len(c.villages)]
		number := n / len(c.villages) % v.stories()
		key := [2]int{v.number, number}
		c.mu.Lock()
		revision := max(1, c.revisions[key]) + 1
		c.revisions[key] = revision
		c.mu.Unlock()
		if _, err := corpus.Put(ctx, v.source(), []retrieval.Story{v.story(number, revision)}); err != nil && ctx.Err() == nil {
			return n, err
		}
	}
}
