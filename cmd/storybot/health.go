package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"storybot/bot/discord"
	"storybot/retrieval"
)

// probeLimit bounds what a look at the record may take.
const probeLimit = 2 * time.Second

// expose serves the metrics, and whether the program lives and is ready, until it is
// closed. Nobody is asked who they are: nothing here is secret, and nothing changes.
func (m *metrics) expose(listener net.Listener, log *slog.Logger, ready func(context.Context) error) (close func()) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "alive\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := ready(r.Context()); err != nil {
			http.Error(w, oneLine(sentence(err)), http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ready\n")
	})
	server := &http.Server{
		Handler: mux, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10,
	}
	go server.Serve(listener) // until it is closed
	return func() { server.Close() }
}

// ready is why the bot could not answer now; nil when it could.
func ready(ctx context.Context, lib *library, server *discord.Server) error {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	if _, err := lib.db.Versions(ctx, retrieval.Shared); err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	served, known := server.Shards()
	switch connected := connectedOf(served); { // that others serve all is as it should be
	case !known:
		return errors.New("no part of Discord's gateway is served yet")
	case connected == 0 && len(served) > 0:
		return errors.New("there is no session with Discord's gateway")
	case connected < len(served):
		return fmt.Errorf("%d of %d parts of Discord's gateway have no session", len(served)-connected, len(served))
	}
	return nil
}

// connectedOf is how many shards have a session.
func connectedOf(served []discord.ShardState) (n int) {
	for _, shard := range served {
		if shard.Connected {
			n++
		}
	}
	return n
}

// checkRunning asks the 'storybot serve' that has its metrics at an address whether it is
// ready, and gives its reason when it is not.
func checkRunning(ctx context.Context, address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return usageError{fmt.Errorf("%q is not HOST:PORT", address)}
	}
	if ip := net.ParseIP(host); ip.IsUnspecified() { // it listens everywhere: here too
		host = ""
	}
	ctx, cancel := context.WithTimeout(ctx, 2*probeLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(cmp.Or(host, "localhost"), port)+"/readyz", nil)
	if err != nil {
		return usageError{err}
	}
	direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // through no proxy
	response, err := direct.Do(r)
	if err != nil {
		return fmt.Errorf("no storybot answers at %s: %w", address, err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(io.LimitReader(response.Body, 1000))
	if err != nil || response.StatusCode == http.StatusOK {
		return err
	}
	return errors.New(oneLine(string(said)))
}

func oneLine(text string) string { return printable(strings.Join(strings.Fields(text), " ")) }
