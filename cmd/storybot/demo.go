package main

import (
	"context"
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
	lib, remove, err := p.ownLibrary(ctx, log, "demo")
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

	known, err := knownTitles(ctx, lib)
	if err != nil {
		return err
	}
	stage := p.newStage(lib, known, log)
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
	go func() {
		ran <- p.serveBot(running, lib, log, service{bot: stage.bot, token: stage.token, apiURL: address + "/api"})
	}()
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

// ownLibrary opens the database that --db names, else a temporary one of the command's,
// and gives what closes it and removes that.
func (p *program) ownLibrary(ctx context.Context, log *slog.Logger, command string) (*library, func(), error) {
	folder := ""
	if p.db == "" {
		var err error
		if folder, err = os.MkdirTemp("", "storybot-"+command+"-"); err != nil {
			return nil, nil, err
		}
		p.db, p.index = filepath.Join(folder, command+".db"), ""
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

// knownTitles are those of some stories, or of sources that have more than one.
func knownTitles(ctx context.Context, lib *library) ([]string, error) {
	sources, err := lib.corpus.Sources(ctx, "")
	if err != nil {
		return nil, err
	}
	var titles []string
	for _, s := range sources[:min(len(sources), 3)] {
		if s.Stories != 1 {
			titles = append(titles, s.Title)
			continue
		}
		stories, err := lib.corpus.Stories(ctx, "", s.ID)
		if err != nil {
			return nil, err
		}
		for _, story := range stories {
			titles = append(titles, story.Title)
		}
	}
	return titles, nil
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
