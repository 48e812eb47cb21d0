package discord

import (
	"errors"
	"io/fs"
	"testing"

	"storybot/bot/discord/internal/openapi"
	"storybot/bot/discord/local"
)

// checkSchemas holds requests to Discord's description of its API. Where that
// is not at hand it says so.
func checkSchemas(t testing.TB, requests []local.Request) {
	t.Helper()
	api, err := openapi.Load()
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("requests are not checked against Discord's description: %v", err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range requests {
		if err := api.Request(r.Method, r.Path, r.ContentType, r.Body); err != nil {
			t.Errorf("%s %s: %v\n%s", r.Method, r.Path, err, r.Body)
		}
	}
}

// TestDescriptionAtHand tells a run in which requests are not checked.
func TestDescriptionAtHand(t *testing.T) {
	if _, err := openapi.Load(); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no request is checked against Discord's description: %v", err)
	} else if err != nil {
		t.Error(err)
	}
}
