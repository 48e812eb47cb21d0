package main

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"

	"storybot/bot"
	"storybot/retrieval/record"
)

// settings are what the environment says. Flags beat them.
type settings struct {
	DB            string `env:"STORYBOT_DB" envDefault:"storybot.db"`
	DiscordToken  string `env:"DISCORD_TOKEN"`
	DiscordAPIURL string `env:"DISCORD_API_URL"`
	OpenAIKey     string `env:"OPENAI_API_KEY"`
	OpenAIBaseURL string `env:"OPENAI_BASE_URL"`
	OpenAIModel   string `env:"OPENAI_MODEL"`
	JudgeModel    string `env:"STORYBOT_JUDGE_MODEL"`

	Metrics string `env:"STORYBOT_METRICS"`
	Log     string `env:"STORYBOT_LOG"`

	Reads       bool `env:"STORYBOT_READ_MESSAGES"`
	RateUser    int  `env:"STORYBOT_RATE_USER"` // questions a minute; 0: discord.DefaultRates
	RateChannel int  `env:"STORYBOT_RATE_CHANNEL"`
	RateGuild   int  `env:"STORYBOT_RATE_GUILD"`

	PromptPrice     float64 `env:"STORYBOT_PRICE_PROMPT"` // per million tokens
	CompletionPrice float64 `env:"STORYBOT_PRICE_COMPLETION"`
	GuildBudget     int64   `env:"STORYBOT_BUDGET_GUILD"` // tokens a day
	UserBudget      int64   `env:"STORYBOT_BUDGET_USER"`

	PromptTokens int `env:"STORYBOT_PROMPT_TOKENS"` // 0: the bot's default

	Contact    string         `env:"STORYBOT_CONTACT"`
	FetchAllow []netip.Prefix `env:"STORYBOT_FETCH_ALLOW"`

	IndexBudget int64 `env:"STORYBOT_INDEX_BUDGET"` // MiB; 0: no bound

	QuotaSources    int `env:"STORYBOT_QUOTA_SOURCES" envDefault:"200"` // of each guild, as the others; 0: no bound
	QuotaStories    int `env:"STORYBOT_QUOTA_STORIES" envDefault:"20000"`
	QuotaParagraphs int `env:"STORYBOT_QUOTA_PARAGRAPHS" envDefault:"1000000"`
	QuotaFetches    int `env:"STORYBOT_QUOTA_FETCHES" envDefault:"10000"` // a day
}

// quota is what each guild may have.
func (s settings) quota() record.Quota {
	return record.Quota{Sources: s.QuotaSources, Stories: s.QuotaStories, Paragraphs: s.QuotaParagraphs, Fetches: s.QuotaFetches}
}

// hasModel reports whether a model is configured: a local server needs no key.
func (s settings) hasModel() bool { return s.OpenAIKey != "" || s.OpenAIBaseURL != "" }

// secrets may stand in a file that NAME_FILE names, as container platforms
// hand them out.
func secrets() []string { return []string{"DISCORD_TOKEN", "OPENAI_API_KEY", "STORYBOT_DB"} }

func readSettings(environ []string) (settings, error) {
	values := env.ToMap(environ)
	for _, name := range secrets() {
		path := values[name+"_FILE"]
		if path == "" || values[name] != "" {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return settings{}, fmt.Errorf("%s_FILE cannot be read: %w", name, err)
		}
		values[name] = string(content)
	}
	for name, value := range values {
		values[name] = strings.TrimSpace(value)
	}
	s, err := env.ParseAsWithOptions[settings](env.Options{Environment: values})
	if err != nil {
		return settings{}, usageError{fmt.Errorf("the environment: %w", named(err))}
	}
	if u, err := url.Parse(s.OpenAIBaseURL); s.OpenAIBaseURL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return settings{}, usageError{errors.New("the environment: OPENAI_BASE_URL has to begin with http:// or https://, as in http://127.0.0.1:11434/v1")}
	}
	if name := negative(s); name != "" {
		return settings{}, usageError{fmt.Errorf("the environment: %s has to be a number from 0", name)}
	}
	if !isLogFormat(s.Log) {
		return settings{}, usageError{fmt.Errorf("the environment: STORYBOT_LOG has to be text or json, not %q", s.Log)}
	}
	if s.PromptTokens != 0 && s.PromptTokens < bot.MinPromptTokens {
		return settings{}, usageError{fmt.Errorf("the environment: STORYBOT_PROMPT_TOKENS is %d, but the rules and a passage take %d", s.PromptTokens, bot.MinPromptTokens)}
	}
	return s, nil
}

// negative is the name of a variable whose number is below 0, or is none; "" when there is
// no such variable.
func negative(s settings) string {
	all := reflect.ValueOf(s)
	for i := range all.NumField() {
		wrong := false
		switch n := all.Field(i); {
		case n.CanInt():
			wrong = n.Int() < 0
		case n.CanFloat():
			wrong = !(n.Float() >= 0 && n.Float() <= math.MaxFloat64) // NaN, infinity
		}
		if wrong {
			return all.Type().Field(i).Tag.Get("env")
		}
	}
	return ""
}

// named says which variable cannot be read, where the library names a field.
func named(err error) error {
	var unread env.ParseError
	if !errors.As(err, &unread) {
		return err
	}
	field, _ := reflect.TypeFor[settings]().FieldByName(unread.Name)
	kind := "a whole number"
	switch field.Type.Kind() {
	case reflect.Float64:
		kind = "a number"
	case reflect.Bool:
		kind = "true or false"
	case reflect.Slice:
		kind = "networks, separated by commas, as 10.0.0.0/8,fd00::/8"
	}
	return fmt.Errorf("%s has to be %s", field.Tag.Get("env"), kind)
}

// configHelp is 'storybot help config'.
const configHelp = `Environment (flags beat it):

  STORYBOT_DB         database: a file, or a URL as postgres://user@host/storybot;
                      default storybot.db in the current folder
  DISCORD_TOKEN       the bot's token, for 'storybot serve'
  DISCORD_API_URL     another server that speaks Discord's API, for example
                      http://127.0.0.1:8080/api; the bot appends /v9
  STORYBOT_READ_MESSAGES
                      true: the bot may read what is not said to it, for
                      channels in which moderators want it to answer unasked;
                      switch on Message Content for the application first
  STORYBOT_RATE_USER, STORYBOT_RATE_CHANNEL, STORYBOT_RATE_GUILD
                      how many questions a minute the bot takes of one person,
                      in one channel and in one server; default 20, 3000, 6000
  STORYBOT_METRICS    HOST:PORT at which 'storybot serve' tells how it is:
                      /metrics for Prometheus, /healthz, /readyz; without a
                      password, so not for everybody to reach
  STORYBOT_LOG        text (the default) or json
  STORYBOT_CONTACT    where you are found, an address of the web or a mailbox:
                      sites from which pages are fetched are told
  STORYBOT_FETCH_ALLOW
                      private networks, separated by commas, as 10.0.0.0/8,
                      that sources may reach, at any port, which are added in the
                      terminal and lie there then; those from Discord never do
  STORYBOT_QUOTA_SOURCES, STORYBOT_QUOTA_STORIES, STORYBOT_QUOTA_PARAGRAPHS,
  STORYBOT_QUOTA_FETCHES
                      what each server may have of its own, and how many pages
                      are fetched for it a day (UTC); default 200, 20000,
                      1000000, 10000; 0: no bound
  STORYBOT_INDEX_BUDGET
                      how many MiB the search index may take on the disk;
                      beyond that the servers' files that were used least
                      recently go, and are made again when they are asked;
                      default: no bound
  OPENAI_API_KEY      key of the model's server
  OPENAI_BASE_URL     an OpenAI-compatible server, for example
                      http://127.0.0.1:11434/v1 (Ollama); needs no key there
  OPENAI_MODEL        the model's name; default: a small one at OpenAI,
                      elsewhere the first that the server lists

  STORYBOT_PROMPT_TOKENS
                      the most that the model is sent at once, in tokens, at
                      least 1000; default 3000. Keep it a thousand below the
                      context of a local server (num_ctx of Ollama, --ctx-size
                      of llama.cpp): it drops the beginning of what is longer
  STORYBOT_JUDGE_MODEL
                      a model on the same server that is asked about each
                      statement whether its quotes support it; it can only
                      take statements out
  STORYBOT_BUDGET_GUILD, STORYBOT_BUDGET_USER
                      tokens that models may take a day (UTC) for one server,
                      and for one person; what is beyond is answered in quotes
  STORYBOT_PRICE_PROMPT, STORYBOT_PRICE_COMPLETION
                      what a million tokens cost; 'storybot usage' and answers
                      then tell the cost

A model is used when a key or a base URL is set; without one the bot answers
in quotes. DISCORD_TOKEN, OPENAI_API_KEY and STORYBOT_DB can be read from a file
instead: DISCORD_TOKEN_FILE, OPENAI_API_KEY_FILE, STORYBOT_DB_FILE. No
command prints a secret.
`
