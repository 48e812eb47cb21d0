package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/local"
	"storybot/bot/llm"
)

// TestDoctorFindsNothing examines a set-up in which nothing is wrong. Discord's rate limits
// are kept to, no session is begun, and nothing is changed there.
func TestDoctorFindsNothing(t *testing.T) {
	c := newClinic(t, secretToken, func(o *local.Options) { o.Limits = nil })
	got, findings := c.doctor()
	for _, f := range findings {
		if f.Status != statusOK {
			t.Errorf("%+v", f)
		}
	}
	if got.status != statusDone || got.stderr != "" || !strings.HasSuffix(got.stdout, fmt.Sprintf("\n\n%d ok, 0 warnings, 0 failed.\n", len(findings))) {
		t.Errorf("status %d\n%s\n%s", got.status, got.stdout, got.stderr)
	}
	for _, want := range []string{c.invited(), "Readers (" + c.guild.ID + "): all that is needed in 1 channel", "small", "wise:latest judges"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %q in\n%s", want, got.stdout)
		}
	}
	if sessions, refused := c.Identified(), c.InvalidRequests(); sessions != 0 || refused != 0 {
		t.Errorf("%d sessions were begun, %d requests refused", sessions, refused)
	}
	for _, r := range c.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
}

// TestDoctorWhileServing examines a bot that is being served: it answers meanwhile and
// afterwards.
func TestDoctorWhileServing(t *testing.T) {
	t.Chdir(t.TempDir())
	s := serve(t)
	web := httptest.NewServer(s.Server)
	defer web.Close()
	environ := []string{"DISCORD_TOKEN=" + secretToken, "DISCORD_API_URL=" + web.URL + "/api"}
	const asked, said = "What did Peskov say about choosing between the two Koreas?", "We oppose this approach."
	s.ask(t, asked)
	done := make(chan invocation, 1)
	go func() { done <- invoke(t, s.ctx, environ, "doctor") }()
	for range 5 {
		if m := s.ask(t, asked); !strings.Contains(m.Content, said) {
			t.Errorf("meanwhile: %s", m.Content)
		}
	}
	if got := <-done; got.status != statusDone {
		t.Errorf("status %d\n%s", got.status, got.stdout)
	}
	if m := s.ask(t, asked); !strings.Contains(m.Content, said) {
		t.Errorf("afterwards: %s", m.Content)
	}
}

// TestDoctorMeasures has what no test can wait for, or fill.
func TestDoctorMeasures(t *testing.T) {
	for _, tt := range []struct {
		got  finding
		want status
	}{
		{diskFinding(".", 10<<30), statusOK},
		{diskFinding(".", 500<<20), statusWarning},
		{diskFinding(".", 10<<20), statusBroken},
		{speedFinding(llm.Examination{FirstToken: time.Second}), statusOK},
		{speedFinding(llm.Examination{FirstToken: 6 * time.Second}), statusWarning},
		{speedFinding(llm.Examination{FirstToken: time.Second, Err: llm.ErrTimeout}), statusOK},
		{speedFinding(llm.Examination{Err: llm.ErrTimeout}), statusWarning},
		{new(program).serverFinding(llm.Examination{Err: llm.ErrTimeout}), statusOK}, // it has listed its models
		{new(program).serverFinding(llm.Examination{Err: llm.ErrTimeout, ListErr: llm.ErrTimeout}), statusBroken},
	} {
		if tt.got.Status != tt.want || (tt.want == statusOK) != (tt.got.Mend == "") {
			t.Errorf("%+v, want %s", tt.got, tt.want)
		}
	}
}

// TestInvite has the link ask for exactly the permissions with which nothing is missing.
func TestInvite(t *testing.T) {
	c := newClinic(t, secretToken, nil)
	got := succeed(t, environment(c.environ), "invite").stdout
	bits := local.PermViewChannel | local.PermSendMessages | local.PermSendInThreads | local.PermReadMessageHistory
	want := fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d\n", c.App().ID, bits)
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.must(c.SetRole(c.guild.ID, c.guild.ID, 0))
	for p := local.Permissions(1); p <= bits; p <<= 1 {
		if !bits.Has(p) {
			continue
		}
		c.must(c.SetRole(c.guild.ID, c.guild.BotRole, bits&^p))
		if _, findings := c.doctor(); countOf(findings, statusOK) == len(findings) {
			t.Errorf("permission %d is not missed", p)
		}
	}
	c.must(c.SetRole(c.guild.ID, c.guild.BotRole, bits))
	if got, findings := c.doctor(); countOf(findings, statusOK) != len(findings) {
		t.Errorf("permissions as invited are not enough:\n%s", got.stdout)
	}

	c.set("DISCORD_TOKEN", "s3cret.token.of-another")
	if got := invoke(t, t.Context(), environment(c.environ), "invite"); got.status != statusFailed || !strings.Contains(got.stderr, "Discord refused the token") || !strings.Contains(got.stderr, "Copy the token anew") {
		t.Errorf("another token: %+v", got)
	}
}
