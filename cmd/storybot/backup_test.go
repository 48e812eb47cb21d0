package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestServeBackup backs up while the bot runs, and restores when it does not. What was
// answered since is not answered again, and its buttons lead to no other answer.
func TestServeBackup(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", "The harbour of Odda was closed on Monday.\n")
	succeed(t, nil, "sources", "add", "harbour.txt")
	const asked = "When was the harbour of Odda closed?"
	s := serve(t)
	s.mention(t, asked)
	succeed(t, nil, "backup", "then.db")
	write(t, "harbour.txt", "The harbour of Odda was closed on Tuesday.\n")
	succeed(t, nil, "sources", "add", "harbour.txt")
	since := s.mention(t, asked)
	if !strings.Contains(since.Content, "closed on Tuesday") {
		t.Errorf("after the change: %s", since.Content)
	}
	if got := invoke(t, t.Context(), nil, "restore", "--force", "then.db"); got.status != statusFailed || !strings.Contains(got.stderr, "another process has the database open") {
		t.Errorf("restored while the bot runs: exit status %d\n%s", got.status, got.stderr)
	}
	s.stop()

	succeed(t, nil, "restore", "--force", "then.db")
	s.start(t, nil)
	if m := s.mention(t, asked); !strings.Contains(m.Content, "closed on Monday") {
		t.Errorf("after the restore: %s", m.Content)
	}
	if n := len(s.Messages(s.channel.ID)); n != 6 {
		t.Errorf("%d messages for three questions", n)
	}
	citation := regexp.MustCompile(`"custom_id":"([^"]+)"`).FindSubmatch(since.Components[0])
	i, err := s.Press(s.ann.ID, since.ID, string(citation[1]))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.Response(s.ctx, i.ID); err != nil || strings.Contains(m.Content, "Odda") {
		t.Errorf("the citation of an answer that is gone: %s, %v", m.Content, err)
	}
}
