package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"storybot/bot"
	"storybot/bot/discord"
	"storybot/prompts"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
)

// A metrics counts what 'storybot serve' does. No label names a person, a server or what
// was asked, and each has a handful of values, but for the numbers of this process's shards.
type metrics struct {
	registry    *prometheus.Registry
	questions   *prometheus.CounterVec // by outcome and mode
	fallbacks   *prometheus.CounterVec // by why
	removed     *prometheus.CounterVec // by why
	tokens      *prometheus.CounterVec // by kind
	cost        prometheus.Counter
	seconds     *prometheus.HistogramVec // by stage
	models      *prometheus.CounterVec   // by result
	connections *prometheus.CounterVec   // by how they end or begin
	limited     prometheus.Counter
	refreshes   *prometheus.CounterVec // by result
	refreshed   *prometheus.CounterVec // stories, by what became of them
}

// stages are those of a question's latency, from an acknowledgement, which Discord waits
// three seconds for, to a model on somebody's own processor.
var buckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3, 5, 10, 20, 60, 180, 600}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	m.questions = counters("storybot_questions_total", "Questions, summaries and checks, by what came of them and who wrote the answer.", "outcome", "mode")
	m.fallbacks = counters("storybot_fallbacks_total", "Answers in quotes in place of a model's, by why.", "why")
	m.removed = counters("storybot_removed_statements_total", "Statements of the model's that did not pass the check, by why.", "why")
	m.tokens = counters("storybot_model_tokens_total", "Tokens that models have read and written.", "kind")
	m.cost = counter("storybot_model_cost_total", "What that cost, by the configured prices.")
	m.models = counters("storybot_model_requests_total", "Requests to models, by whether they were answered.", "result")
	m.connections = counters("storybot_gateway_connections_total", "Connections to Discord's gateway: connected, resumed or disconnected.", "event")
	m.limited = counter("storybot_discord_rate_limits_total", "Requests that met a rate limit of Discord's.")
	m.refreshes = counters("storybot_refreshes_total", "Refreshes of sources, by result.", "result")
	m.refreshed = counters("storybot_refreshed_stories_total", "Stories in refreshed sources, by what became of them.", "outcome")
	m.seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "storybot_stage_seconds", Buckets: buckets,
		Help: "How long a question takes: until it is acknowledged, the search, one request to a model, until it is answered.",
	}, []string{"stage"})
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "storybot_build_info", Help: "Always 1."}, []string{"version"})
	build.WithLabelValues(version()).Set(1)
	m.registry.MustRegister(m.seconds, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	// What has not happened yet is 0, not unknown.
	for _, outcome := range []bot.Status{bot.Answered, bot.NotInStories} {
		for _, mode := range []bot.Mode{bot.QuoteMode, bot.ModelMode} {
			m.questions.WithLabelValues(string(outcome), string(mode))
		}
	}
	m.questions.WithLabelValues(string(discord.Refused), "")
	m.questions.WithLabelValues(string(discord.Failed), "")
	for _, what := range []discord.What{discord.Connected, discord.Resumed, discord.Disconnected} {
		m.connections.WithLabelValues(string(what))
	}
	return m
}

// watch adds what is looked up when it is asked for. ctx ends the looks at a record and the
// folder of its index.
func (m *metrics) watch(ctx context.Context, lib *library, folder string, server *discord.Server, log *slog.Logger) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "storybot_questions_waiting", Help: "Questions that wait for their turn."},
			func() float64 { return float64(server.Waiting()) }),
		shards{server},
		&sizes{measure: func() (extent, error) { return extentOf(ctx, lib.db, folder) }, log: log})
}

// Shards are those of Discord's gateway that this process serves: one that another process
// takes over is not told any more.
type shards struct{ server *discord.Server }

var (
	shardsServed    = prometheus.NewDesc("storybot_shards", "Parts of Discord's gateway that this process serves.", nil, nil)
	shardsConnected = prometheus.NewDesc("storybot_shards_connected", "Those of them that have a session.", nil, nil)
	shardConnected  = prometheus.NewDesc("storybot_shard_connected", "Whether a part of Discord's gateway has a session, 1 or 0.", []string{"shard"}, nil)
	shardHeartbeat  = prometheus.NewDesc("storybot_shard_heartbeat_seconds", "How long its last heartbeat took there and back.", []string{"shard"}, nil)
)

func (s shards) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{shardsServed, shardsConnected, shardConnected, shardHeartbeat} {
		to <- desc
	}
}

func (s shards) Collect(to chan<- prometheus.Metric) {
	served, _ := s.server.Shards()
	to <- gauge(shardsServed, float64(len(served)))
	to <- gauge(shardsConnected, float64(connectedOf(served)))
	for _, shard := range served {
		number := strconv.Itoa(shard.Number)
		to <- gauge(shardConnected, float64(connectedOf([]discord.ShardState{shard})), number)
		if shard.RoundTrip > 0 {
			to <- gauge(shardHeartbeat, shard.RoundTrip.Seconds(), number)
		}
	}
}

func gauge(of *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(of, prometheus.GaugeValue, value, labels...)
}

// An extent is how much there is of what is on the disk.
type extent struct {
	record.Extent
	index int64 // bytes
}

const (
	// measureEvery is how often sizes are measured at most: ten million paragraphs take
	// seconds to count.
	measureEvery = 10 * time.Minute
	// measureLimit bounds that.
	measureLimit = time.Minute
)

// Sizes tell the last known extent. It is measured in the background, when somebody wants to
// know it; only the first time they wait for it, for as long as a probe may take.
type sizes struct {
	measure func() (extent, error)
	log     *slog.Logger

	mu    sync.Mutex
	begun time.Time     // when it was measured last; zero: never, or in vain
	done  chan struct{} // closed when it is
	known *extent
}

var (
	sourcesSize    = prometheus.NewDesc("storybot_sources", "Sources of stories.", nil, nil)
	storiesSize    = prometheus.NewDesc("storybot_stories", "Stories.", nil, nil)
	paragraphsSize = prometheus.NewDesc("storybot_paragraphs", "Paragraphs, with those of old versions that are kept.", nil, nil)
	databaseSize   = prometheus.NewDesc("storybot_database_bytes", "The database's files, without the index; not told of PostgreSQL.", nil, nil)
	indexSize      = prometheus.NewDesc("storybot_index_bytes", "The search index's files of this machine.", nil, nil)
)

func (s *sizes) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{sourcesSize, storiesSize, paragraphsSize, databaseSize, indexSize} {
		to <- desc
	}
}

func (s *sizes) Collect(to chan<- prometheus.Metric) {
	e := s.latest()
	if e == nil {
		return
	}
	to <- gauge(sourcesSize, float64(e.Sources))
	to <- gauge(storiesSize, float64(e.Stories))
	to <- gauge(paragraphsSize, float64(e.Paragraphs))
	to <- gauge(indexSize, float64(e.index))
	if e.Bytes > 0 { // else the files are a server's
		to <- gauge(databaseSize, float64(e.Bytes))
	}
}

// latest is the last known extent; nil when there is none yet.
func (s *sizes) latest() *extent {
	s.mu.Lock()
	if time.Since(s.begun) >= measureEvery {
		s.begun, s.done = time.Now(), make(chan struct{})
		go s.update(s.done)
	}
	known, done := s.known, s.done
	s.mu.Unlock()
	if known != nil {
		return known
	}
	select {
	case <-done:
	case <-time.After(probeLimit):
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known
}

func (s *sizes) update(done chan<- struct{}) {
	defer close(done)
	e, err := s.measure()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.begun = time.Time{}
		if errors.Is(err, context.Canceled) { // the bot stops
			return
		}
		s.log.Warn("how much there is was not measured", "error", err)
		return
	}
	s.known = &e
}

func extentOf(ctx context.Context, db *record.DB, folder string) (e extent, err error) {
	ctx, cancel := context.WithTimeout(ctx, measureLimit)
	defer cancel()
	if e.Extent, err = db.Extent(ctx); err != nil {
		return e, err
	}
	files, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return e, err
	}
	for _, file := range files {
		if info, err := file.Info(); err == nil { // else it is gone meanwhile
			e.index += info.Size()
		}
	}
	return e, nil
}

// observe counts what happens in Discord. That a question was answered is counted with the
// answer: see countedBot.
func (m *metrics) observe(o discord.Observation) {
	switch o.What {
	case discord.Acknowledged:
		m.took("acknowledged", o.Took)
	case discord.Replied:
		m.took("answer", o.Took)
	case discord.Refused, discord.Failed:
		m.questions.WithLabelValues(string(o.What), "").Inc()
	case discord.RateLimited:
		m.limited.Inc()
	default:
		m.connections.WithLabelValues(string(o.What)).Inc()
	}
}

func (m *metrics) took(stage string, d time.Duration) {
	m.seconds.WithLabelValues(stage).Observe(d.Seconds())
}

// refresh counts a refresh.
func (m *metrics) refresh(r source.Report, err error) {
	result := "done"
	if err != nil || r.Failed > 0 {
		result = "failed"
	}
	m.refreshes.WithLabelValues(result).Inc()
	for outcome, n := range map[string]int{
		"added": r.Added, "changed": r.Changed, "unchanged": r.Unchanged, "withdrawn": r.Withdrawn, "failed": r.Failed,
	} {
		m.refreshed.WithLabelValues(outcome).Add(float64(n))
	}
}

// spent counts what a request to a model took.
func (m *metrics) spent(u bot.Usage) {
	m.tokens.WithLabelValues("prompt").Add(float64(u.PromptTokens))
	m.tokens.WithLabelValues("completion").Add(float64(u.CompletionTokens))
	m.cost.Add(u.Cost)
}

// A countedBot is a bot whose answers are counted.
type countedBot struct {
	*bot.Bot
	m *metrics
}

func (b countedBot) Ask(ctx context.Context, q bot.Question, show func(bot.Answer)) (bot.Answer, error) {
	a, err := b.Bot.Ask(ctx, q, show)
	if err == nil && a.ID != "" { // else nobody has asked
		b.m.answered(a)
	}
	return a, err
}

func (b countedBot) Summarise(ctx context.Context, r bot.SummaryRequest, show func(bot.Answer)) (bot.Answer, error) {
	a, err := b.Bot.Summarise(ctx, r, show)
	if err == nil {
		b.m.answered(a)
	}
	return a, err
}

func (b countedBot) Check(ctx context.Context, r bot.CheckRequest) (bot.FactCheck, error) {
	f, err := b.Bot.Check(ctx, r)
	if err == nil {
		b.m.questions.WithLabelValues(string(bot.Answered), string(f.Mode)).Inc()
		b.m.fellBack(f.Fallback)
	}
	return f, err
}

func (m *metrics) answered(a bot.Answer) {
	m.questions.WithLabelValues(string(a.Status), string(a.Mode)).Inc()
	m.fellBack(a.Fallback)
	for _, r := range a.Removed {
		m.removed.WithLabelValues(whyRemoved(r.Why)).Inc()
	}
	if a.Timings.Search > 0 { // it is not repeated from the ledger
		m.seconds.WithLabelValues("search").Observe(a.Timings.Search / 1000)
	}
}

func (m *metrics) fellBack(why bot.Fallback) {
	if why != bot.NoFallback {
		m.fallbacks.WithLabelValues(string(why)).Inc()
	}
}

// whyRemoved is a kind of reason for which a statement is removed. The reasons themselves
// name words of it.
func whyRemoved(why string) string {
	for _, kind := range []struct{ begins, name string }{
		{"It cites paragraph", "wrong_paragraph"},
		{"Its quote is not in", "no_such_quote"},
		{"It has no quote", "no_quote"},
		{"The passage does not have the number", "number"},
		{"The passage does not have the date", "date"},
		{"The passage does not have the name", "name"},
		{"The judge", "judge"},
		{"It repeats what the model was told", "leak"},
		{"It ", "form"}, // links, mentions, talk to a model
	} {
		if strings.HasPrefix(why, kind.begins) {
			return kind.name
		}
	}
	return "other"
}

// A countedModel is a model whose requests are timed, and logged under the id of the
// question that they are for.
type countedModel struct {
	bot.Model
	m   *metrics
	log *slog.Logger
}

// model is nil for none.
func (m *metrics) model(of bot.Model, log *slog.Logger) bot.Model {
	if of == nil {
		return nil
	}
	return countedModel{of, m, log}
}

func (c countedModel) Complete(ctx context.Context, req prompts.Request, write func(string)) (prompts.Completion, error) {
	start := time.Now()
	completion, err := c.Model.Complete(ctx, req, write)
	took := time.Since(start)
	result := "answered"
	if err != nil {
		result = "failed"
	}
	c.m.models.WithLabelValues(result).Inc()
	c.m.took("model", took)
	c.log.InfoContext(ctx, "asked the model", "result", result, "ms", took.Milliseconds(),
		"prompt_tokens", completion.Usage.PromptTokens, "completion_tokens", completion.Usage.CompletionTokens)
	return completion, err
}
