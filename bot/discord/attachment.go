package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/retrieval/source"
)

// discordsFiles are the hosts from which Discord serves what people upload.
var discordsFiles = []string{"cdn.discordapp.com", "media.discordapp.net"}

// fetchLimit bounds how long an attachment may take, to its end: source.MaxFile within it
// is 3 Mbit/s.
const fetchLimit = 30 * time.Second

// A fetcher fetches attachments, from where Discord keeps them and from nowhere else: the
// address comes with an interaction, and must not lead to the operator's network.
type fetcher struct {
	client *http.Client
	api    *url.URL // of another server that speaks Discord's API, and keeps its attachments; or nil
}

func newFetcher(api *url.URL) *fetcher {
	t := newTransport()
	t.Proxy = nil // the hosts are reached as they are named
	t.DisableKeepAlives = true
	return &fetcher{client: &http.Client{Transport: t, CheckRedirect: stayHere, Timeout: fetchLimit}, api: api}
}

// fetch gives what is in an attachment. It is errNotFetched when there is no such address, or
// it does not have it, and source.ErrTooLarge.
func (f *fetcher) fetch(ctx context.Context, a *discordgo.MessageAttachment) ([]byte, error) {
	if a.Size > source.MaxFile {
		return nil, source.ErrTooLarge
	}
	address, err := url.Parse(a.URL)
	if err != nil || !f.keeps(address) {
		return nil, fmt.Errorf("%w: its address is not one of Discord's", errNotFetched)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotFetched, err)
	}
	answer, err := f.client.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) { // its address is signed, and errors are logged
			err = failed.Err
		}
		return nil, fmt.Errorf("%w: %w", errNotFetched, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s", errNotFetched, answer.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, source.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotFetched, err)
	}
	if len(raw) > source.MaxFile {
		return nil, source.ErrTooLarge
	}
	return raw, nil
}

// keeps reports whether an address is of where attachments are kept.
func (f *fetcher) keeps(address *url.URL) bool {
	if address.User != nil {
		return false
	}
	if f.api != nil && address.Host == f.api.Host {
		return address.Scheme == "https" || address.Scheme == f.api.Scheme
	}
	return address.Scheme == "https" && slices.Contains(discordsFiles, address.Host)
}
