package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"storybot/bot"
	"storybot/bot/discord"
	"storybot/prompts"
	"storybot/retrieval/source"
)

// A metrics counts what 'storybot serve' does. No label names a person, a server or what
// was asked, and each has a handful of values.
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

// watch adds what is looked up when it is asked for.
func (m *metrics) watch(lib *library, server *discord.Server) {
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("storybot_shards", "Parts of Discord's gateway that this process serves.", func() float64 {
		served, _ := server.Shards()
		return float64(served)
	})
	gauge("storybot_shards_connected", "Those of them that have a session.", func() float64 {
		_, connected := server.Shards()
		return float64(connected)
	})
	gauge("storybot_questions_waiting", "Questions that wait for their turn.", func() float64 { return float64(server.Waiting()) })
	m.registry.MustRegister(sizes{lib})
}

// sizes are how much the record holds.
type sizes struct{ lib *library }

var (
	sourcesSize    = prometheus.NewDesc("storybot_sources", "Sources of stories.", nil, nil)
	storiesSize    = prometheus.NewDesc("storybot_stories", "Stories.", nil, nil)
	paragraphsSize = prometheus.NewDesc("storybot_paragraphs", "Paragraphs, with those of old versions that are kept.", nil, nil)
	databaseSize   = prometheus.NewDesc("storybot_database_bytes", "The database's files, without the index.", nil, nil)
)

func (s sizes) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, to) }

func (s sizes) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), probeLimit)
	defer cancel()
	e, err := s.lib.db.Extent(ctx)
	for _, size := range []struct {
		of    *prometheus.Desc
		value int64
	}{{sourcesSize, int64(e.Sources)}, {storiesSize, int64(e.Stories)}, {paragraphsSize, int64(e.Paragraphs)}, {databaseSize, e.Bytes}} {
		if err != nil {
			to <- prometheus.NewInvalidMetric(size.of, err)
			continue
		}
		to <- prometheus.MustNewConstMetric(size.of, prometheus.GaugeValue, float64(size.value))
	}
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
