package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"storybot/bot/discord/local"
	"storybot/bot/discord/local/web"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// demoAddress is where the page is found when --addr does not say otherwise; when
// something else is there already, any free port is taken.
const demoAddress = "127.0.0.1:3001"

var errNotLoopback = errors.New("--addr has to be of this machine alone, as 127.0.0.1:3001: whoever reaches the page can do anything on it")

// demoFlags say how the demo is run.
type demoFlags struct {
	addr  string
	story string
	open  bool
}

func (p *program) demoCommand() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try the bot in the browser: no account, no key, no network",
		Long: `Try the bot in the browser: no account, no key, no network.

The same bot that 'storybot serve' runs is put on a small Discord in this process,
which a page on this machine shows. It begins with the bundled story in a temporary
database, unless --db names one to keep.`,
		Example: `  storybot demo --open
  storybot demo --story report.md
  storybot demo --db kept.db`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.demo(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.addr, "addr", "", "`HOST:PORT` of the page, on this machine (default "+demoAddress+", or any free port)")
	cmd.Flags().StringVar(&f.story, "story", "", "add this `FILE` at once: a text, Markdown, HTML or PDF file")
	cmd.Flags().BoolVar(&f.open, "open", false, "open the page in your browser")
	return cmd
}

func (p *program) demo(ctx context.Context, f demoFlags) error {
	log := p.logger(slog.LevelWarn)
	lib, remove, err := p.demoLibrary(ctx, log)
	if err != nil {
		return err
	}
	defer remove()
	if f.story != "" {
		if err := addStory(ctx, lib, f.story); err != nil {
			return fmt.Errorf("%s: %w", f.story, err)
		}
	}
	listener, err := listenHere(ctx, f.addr)
	if err != nil {
		return err
	}
	address := "http://" + listener.Addr().String()

	stage := p.newStage(lib, log)
	server := &http.Server{
		Handler:           web.Guard(stage),
		ReadHeaderTimeout: 10 * time.Second, // a connection on which nothing is asked is not kept for ever
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	serving := make(chan error, 1)
	go func() { serving <- server.Serve(listener) }()
	defer server.Close() // the streams to the page never end by themselves
	defer stage.Close()

	running, stop := context.WithCancel(ctx)
	defer stop()
	ran := make(chan error, 1)
	go func() { ran <- p.serveBot(running, lib, log, stage.bot, stage.token, address+"/api") }()
	online := make(chan error, 1)
	go func() { online <- stage.Ready(running) }()

	for {
		select {
		case err := <-ran:
			return err
		case err := <-serving: // it ends before the bot only when it fails
			stop()
			return errors.Join(err, <-ran)
		case err := <-online:
			online = nil
			if err != nil {
				continue // stopped
			}
			fmt.Fprintf(p.stdout, "The demo is at %s/\n%s\n", address, p.demoModel())
			if f.open {
				openBrowser(ctx, address+"/", log)
			}
		}
	}
}

// demoModel says whether a model writes answers.
func (p *program) demoModel() string {
	if !p.settings.hasModel() {
		return "No model is configured: answers are the stories' own sentences. 'storybot help config' tells how to set one."
	}
	return "Answers are written by the model: " + printable(p.modelName())
}

// modelName is the model's name, as far as it is known; "" without one.
func (p *program) modelName() string {
	switch {
	case !p.settings.hasModel():
		return ""
	case p.settings.OpenAIModel == "":
		return "the server's default"
	}
	return p.settings.OpenAIModel
}

// demoLibrary opens the database that --db names, else a temporary one, and gives what
// closes it and removes that.
func (p *program) demoLibrary(ctx context.Context, log *slog.Logger) (*library, func(), error) {
	folder := ""
	if p.db == "" {
		var err error
		if folder, err = os.MkdirTemp("", "storybot-demo-"); err != nil {
			return nil, nil, err
		}
		p.db, p.index = filepath.Join(folder, "demo.db"), ""
	}
	lib, err := p.open(ctx, log)
	if err != nil {
		if folder != "" {
			os.RemoveAll(folder)
		}
		return nil, nil, err
	}
	return lib, func() {
		lib.close()
		if folder != "" {
			os.RemoveAll(folder)
		}
	}, nil
}

// addStory adds a file for everybody.
func addStory(ctx context.Context, lib *library, path string) error {
	src, story, err := source.File(path, "")
	if err != nil {
		return err
	}
	_, err = lib.corpus.Put(ctx, src, []retrieval.Story{story})
	return err
}

// listenHere listens at an address of this machine alone; without one at demoAddress, or
// at any free port when that is taken.
func listenHere(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	if addr == "" {
		if l, err := config.Listen(ctx, "tcp", demoAddress); err == nil {
			return l, nil
		}
		return config.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, usageError{fmt.Errorf("--addr has to be HOST:PORT, as %s, not %q", demoAddress, addr)}
	}
	if strings.EqualFold(host, "localhost") {
		host = "127.0.0.1" // not what a resolver makes of it
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return nil, usageError{errNotLoopback}
	}
	return config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
}

// openBrowser opens a page in the person's browser, as far as the system can. The demo goes
// on without: its address is printed.
func openBrowser(ctx context.Context, address string, log *slog.Logger) {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	cmd := exec.CommandContext(ctx, name, args...)
	if err := cmd.Start(); err != nil {
		log.Warn("the browser cannot be opened", "error", err)
		return
	}
	go cmd.Wait() // so that it does not stay as a zombie; how it ends does not matter
}

// A stage is a local Discord with a server, people and our bot's application in it, and
// its page.
type stage struct {
	*local.Server
	http.Handler
	bot   *witness
	token string
	ask   func() bool // the bot has registered its commands
}

// ServeHTTP serves the page, and the API to the bot.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.Handler.ServeHTTP(w, r) }

// Ready waits until the bot is online and has registered its commands.
func (s *stage) Ready(ctx context.Context) error {
	if err := s.Online(ctx); err != nil {
		return err
	}
	return s.Wait(ctx, s.ask)
}

func (p *program) newStage(lib *library, log *slog.Logger) *stage {
	token := rand.Text() // nobody else's bot is let in
	d := local.New(local.Options{Token: token, Name: "storybot", Privileged: true, KeepRequests: 1000})
	// Whoever owns a server may do anything in it: neither of the two does.
	owner, member, moderator := d.AddUser("owner"), d.AddUser("mina"), d.AddUser("max")
	guild := d.AddGuild("Story readers", owner, member, moderator)
	d.AddChannel(guild.ID, "stories")
	hidden := d.AddChannel(guild.ID, "moderators")
	d.AddForum(guild.ID, "questions")
	// All of them are there, so none of these fails.
	role, _ := d.AddRole(guild.ID, "Moderators", local.PermManageGuild|local.PermManageMessages|local.PermManageThreads)
	d.Grant(guild.ID, moderator.ID, role.ID)
	d.SetOverwrite(hidden.ID, local.Overwrite{ID: guild.ID, Deny: local.PermViewChannel})
	for _, sees := range []string{role.ID, guild.BotRole} {
		d.SetOverwrite(hidden.ID, local.Overwrite{ID: sees, Allow: local.PermViewChannel})
	}
	s := &stage{Server: d, token: token, bot: newWitness(p.botConfig(lib, log))}
	s.ask = func() bool { return len(d.Commands(""))+len(d.Commands(guild.ID)) > 0 }
	page := web.New(web.Config{
		Discord: d, Guild: guild.ID, Model: p.modelName(), Explain: s.bot.explain,
		People:    []web.Person{{User: member}, {User: moderator, Moderator: true}},
		Questions: demoQuestions(p.settings.hasModel()),
	})
	mux := http.NewServeMux()
	mux.Handle("/api/", d)
	mux.Handle("/attachments/", d)
	mux.Handle("/socket", d)
	mux.Handle("/socket/", d)
	mux.Handle("/", page)
	s.Handler = mux
	return s
}

// demoQuestions are examples on the bundled story, by language. In another language than
// the story's only a model can answer.
func demoQuestions(hasModel bool) map[string][]string {
	questions := map[string][]string{"en": {
		"What did Peskov say about choosing between the two Koreas?",
		"When did Putin visit North Korea?",
		"What did China say?",
	}}
	if hasModel {
		questions["ko"] = []string{"페스코프는 남북한 중 하나를 선택하는 것에 대해 뭐라고 말했나요?", "푸틴은 언제 북한을 방문했나요?", "중국은 뭐라고 말했나요?"}
		questions["ru"] = []string{"Что сказал Песков о выборе между двумя Кореями?", "Когда Путин посетил Северную Корею?", "Что сказал Китай?"}
	}
	return questions
}
