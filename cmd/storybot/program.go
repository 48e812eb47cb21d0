package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"storybot/bot"
	"storybot/bot/ledger"
	"storybot/bot/llm"
	"storybot/data"
	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
	"storybot/retrieval/source/fetch"
)

// A program is what the subcommands share: streams, flags and settings.
type program struct {
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer

	// Global flags.
	db    string
	index string
	guild string
	json  bool
	log   string

	shards int // of Discord's gateway; 0: as many as Discord advises

	settings settings
}

// root is the command line. Global flags stand before or after the
// subcommand.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "storybot COMMAND",
		Short: "Answers questions about stories, and cites the paragraph for every answer",
		Long: `storybot answers questions about stories (news articles, and any other text).
Every statement it makes is quoted from, or close to, a paragraph that it cites.
It runs in the terminal and as a Discord bot, with a language model or without.

A new database, storybot.db in the current folder, begins with one story, so that
there is something to ask.`,
		Example: `  storybot ask "Who is the Kremlin's spokesperson?"
  storybot sources add report.md
  storybot demo
  DISCORD_TOKEN_FILE=token.txt storybot serve`,
		SilenceErrors: true, // complain prints them
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := p.checkGuild(cmd); err != nil {
				return err
			}
			if !isLogFormat(p.log) {
				return usageError{fmt.Errorf("--log takes text or json, not %q", p.log)}
			}
			p.settings, err = readSettings(p.environ)
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { manual(p.stdout, cmd) })
	root.SetFlagErrorFunc(misusedFlag)
	flags := root.PersistentFlags()
	flags.StringVar(&p.db, "db", "", "database: a `FILE` or a postgres:// URL (default STORYBOT_DB, or storybot.db)")
	flags.StringVar(&p.index, "index", "", "`DIR` of the search index (default: beside the database)")
	flags.StringVar(&p.guild, "guild", "", "Discord server's `ID`; without it the shared sources, which answer in every server")
	flags.BoolVar(&p.json, "json", false, "print JSON (ask, summary, check, sources, eval, settings, usage, backup, restore, forget, doctor, invite, loadtest, version)")
	flags.StringVar(&p.log, "log", "", "how it is logged: `FORMAT` is text or json (default STORYBOT_LOG, or text)")
	root.AddCommand(p.askCommand(), p.summaryCommand(), p.checkCommand(), p.sourcesCommand(), p.serveCommand(), p.demoCommand(), p.evalCommand(), p.reindexCommand(),
		p.settingsCommand(), p.usageCommand(), p.backupCommand(), p.restoreCommand(), p.forgetCommand(), p.doctorCommand(), p.inviteCommand(), p.loadtestCommand(), p.versionCommand())
	root.SetHelpCommand(p.helpCommand(root))
	for _, cmd := range allCommands(root) {
		if cmd.Args != nil {
			check := cmd.Args
			cmd.Args = func(cmd *cobra.Command, args []string) error {
				if check(cmd, args) == nil {
					return nil
				}
				return misusedArgs(cmd, args, check)
			}
		}
	}
	return root
}

func allCommands(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		all = append(all, allCommands(sub)...)
	}
	return all
}

// A library is an open database with its index.
type library struct {
	db     *record.DB
	corpus *retrieval.Corpus
	ledger *ledger.Ledger
}

// open opens the database that the flags and the environment name. A new one
// starts with the bundled story.
func (p *program) open(ctx context.Context, log *slog.Logger) (*library, error) {
	path, folder := p.paths()
	lib, err := openLibrary(ctx, path, folder, log)
	if err != nil {
		return nil, err
	}
	lib.db.Quota = p.settings.quota()
	lib.corpus.SetIndexBudget(p.settings.IndexBudget << 20)
	if err := seed(ctx, lib.corpus); err != nil {
		lib.close()
		return nil, err
	}
	return lib, nil
}

// paths are where the database is, and the folder of its index.
func (p *program) paths() (db, index string) {
	db = cmp.Or(p.db, p.settings.DB)
	return db, cmp.Or(p.index, record.Base(db)+".index")
}

func openLibrary(ctx context.Context, path, folder string, log *slog.Logger) (*library, error) {
	db, err := record.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return &library{db, retrieval.Open(db, folder, log), ledger.New(db)}, nil
}

func (l *library) close() {
	l.corpus.Close()
	l.db.Close()
}

// seed gives a new database the bundled story.
func seed(ctx context.Context, corpus *retrieval.Corpus) error {
	bundled := data.Story()
	story, err := source.Text(bundled.Name, "", bundled.Markdown)
	if err != nil {
		return err
	}
	story.PublishedAt = bundled.Published
	return corpus.Seed(ctx, retrieval.Source{Kind: "bundled", Origin: record.Terminal, Title: bundled.Provenance, Location: bundled.Name}, []retrieval.Story{story})
}

// keeper keeps the library's sources fresh; told, unless nil, is told of each refresh.
// Close its client when it is not needed any more.
func (p *program) keeper(lib *library, log *slog.Logger, told func(source.Report, error)) (*source.Keeper, *fetch.Client) {
	client := fetch.New(fetch.Config{Agent: "storybot/" + number(), Contact: p.settings.Contact, Allow: p.settings.FetchAllow, Log: log})
	return source.New(source.Config{Corpus: lib.corpus, Client: client, Log: log, Refreshed: told}), client
}

// bot is a bot over the library, with the model that is configured, if one is.
func (p *program) bot(lib *library, log *slog.Logger) *bot.Bot { return bot.New(p.botConfig(lib, log)) }

// botConfig is what such a bot is made of.
func (p *program) botConfig(lib *library, log *slog.Logger) bot.Config {
	s := p.settings
	c := bot.Config{
		Corpus: lib.corpus, Ledger: lib.ledger, Log: log, Model: p.model(s.OpenAIModel, log),
		Prices: bot.Prices{Prompt: s.PromptPrice, Completion: s.CompletionPrice},
		Budget: bot.Budget{Guild: s.GuildBudget, User: s.UserBudget}, PromptTokens: s.PromptTokens,
		Writer: strings.Join([]string{s.OpenAIBaseURL, s.OpenAIModel, s.JudgeModel}, " "),
	}
	if s.JudgeModel != "" {
		c.Judge = p.model(s.JudgeModel, log)
	}
	return c
}

// model is the model of that name on the configured server; nil when none is
// configured.
func (p *program) model(name string, log *slog.Logger) bot.Model {
	s := p.settings
	if !s.hasModel() {
		return nil
	}
	return llm.New(llm.Config{
		BaseURL: s.OpenAIBaseURL, APIKey: s.OpenAIKey, Model: name, Logger: log,
		// A model on somebody's own processor reads a prompt for a minute or two, and writes
		// for several. Who has less patience sets a deadline.
		FirstTokenTimeout: 2 * time.Minute, Timeout: 9 * time.Minute,
	})
}

// screen is the terminal that stderr is, if it is one.
func (p *program) screen() (*os.File, bool) {
	file, ok := p.stderr.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// A heeding reader gives up when its context ends, which a read from a terminal or a pipe
// does not by itself.
type heeding struct {
	ctx context.Context
	io.Reader
}

func (h heeding) Read(b []byte) (int, error) {
	type read struct {
		n   int
		err error
	}
	done, own := make(chan read, 1), make([]byte, len(b)) // b may be in use again when it is done
	go func() {
		n, err := h.Reader.Read(own)
		done <- read{n, err}
	}()
	select {
	case r := <-done:
		return copy(b, own[:r.n]), r.err
	case <-h.ctx.Done():
		return 0, h.ctx.Err()
	}
}

// print writes JSON with --json, else what text does.
func (p *program) print(value any, text func(io.Writer)) error {
	if !p.json {
		out := bufio.NewWriter(p.stdout)
		text(out)
		return out.Flush()
	}
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
