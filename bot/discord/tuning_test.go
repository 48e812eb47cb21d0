package discord

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/discord/local"
	"storybot/bot/ledger"
)

// Every setting can be changed, and is told as it was and as it is.
func TestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	forum := w.AddForum(w.guild.ID, "questions")
	role, err := w.AddRole(w.guild.ID, "Editors", 0)
	if err != nil {
		t.Fatal(err)
	}
	here := "<#" + w.general.ID + ">"
	for _, c := range []struct {
		command string
		options []local.Option
		wants   []string
	}{
		{"channels", nil, []string{"Say what to change"}},
		{"channels", options("add", w.general.ID), []string{"everywhere → " + here}},
		{"channels", options("add", w.general.ID), []string{"stays as it is: " + here}},
		{"channels", options("add", forum.ID, "remove", w.general.ID), []string{here + " → <#" + forum.ID + ">"}},
		{"channels", options("remove", forum.ID), []string{"<#" + forum.ID + "> → everywhere"}},
		{"auto", options("add", forum.ID, "threshold", "0.8"), []string{"nowhere → <#" + forum.ID + ">", "0.4 → 0.8", "Message Content intent"}},
		{"roles", options("add", role.ID), []string{"none → <@&" + role.ID + ">"}},
		{"language", options("language", "ko"), []string{"→ 한국어"}},
		{"language", options("language", "auto"), nil},
		{"language", options("language", "en"), nil},
		{"check", options("mode", "verbatim"), []string{"strict → verbatim"}},
		{"budget", nil, []string{"Say what to change"}},
		{"budget", options("server", "5000", "person", "300"), []string{"no limit here → 5000", "no limit here → 300"}},
		{"revisions", options("keep", "5"), []string{"20 → 5"}},
		{"private", options("default", "true"), []string{"off → on"}},
	} {
		m := w.use(w.ann, w.general, "settings "+c.command, c.options...)
		contains(t, m, c.wants...)
		if !isEphemeral(m) {
			t.Errorf("all see /settings %s", c.command)
		}
	}
	want := ledger.Settings{
		Check: ledger.Verbatim, Language: "en", Private: true, Auto: []string{forum.ID}, Threshold: .8, Roles: []string{role.ID}, GuildBudget: 5000, UserBudget: 300,
		Revisions: 5,
	}
	got := w.settings()
	got.Channels = nil // an empty list, as the rest shows
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	contains(t, w.use(w.ann, w.general, "settings show"), "Channels where I answer:** everywhere", "unasked:** <#"+forum.ID+">",
		"0.8", "<@&"+role.ID+">", "English", "verbatim", "5000", "300", "kept of a story:** 5", "private:** on", "log of changes:** nowhere")
	history := w.use(w.ann, w.general, "settings history")
	contains(t, history, "<@"+w.ann.ID+"> changed a setting: Answers to commands are private, off → on")
	contains(t, w.press(w.ann, history, "mod:history:2:"), "everywhere → "+here)
}

// What a modified client sends in place of what Discord lets people choose is refused.
func TestSettingsForged(t *testing.T) {
	t.Parallel()
	var s *Server
	w := newWorld(t, nil, func(b *Server) { s = b })
	other := w.AddChannel(w.AddGuild("Gardeners", w.AddUser("eve")).ID, "general")
	for _, threshold := range []float64{-0.1, 1.1} {
		i := &interaction{}
		i.Data.Options = []option{{Name: thresholdOption, Value: threshold}}
		p := s.listedPlan(&visit{}, i, autoSetting)
		if _, err := p.atOnce(t.Context()); err != errOutOfRange {
			t.Errorf("a threshold of %v: %v", threshold, err)
		}
	}
	for _, tokens := range []float64{-1, 0.5, 1 << 60} {
		i := &interaction{}
		i.Data.Options = []option{{Name: serverOption, Value: tokens}}
		if _, err := s.budgetPlan(&visit{}, i); err != errOutOfRange {
			t.Errorf("a budget of %v: %v", tokens, err)
		}
	}
	for _, keep := range []float64{0, 1.5, 1001} {
		i := &interaction{}
		i.Data.Options = []option{{Name: keepOption, Value: keep}}
		if _, err := s.revisionsPlan(&visit{}, i); err != errOutOfRange {
			t.Errorf("%v revisions: %v", keep, err)
		}
	}
	if err := s.isHere(w.ctx, w.guild.ID, other.ID); err != errNotHere {
		t.Errorf("another guild's channel: %v", err)
	}
}

// A channel that is no more is taken from a list by its menu.
func TestSettingsUnlist(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	gone := w.AddChannel(w.guild.ID, "gone")
	w.use(w.ann, w.general, "settings channels", options("add", gone.ID)...)
	w.use(w.ann, w.general, "settings channels", options("add", w.general.ID)...)
	if err := w.RemoveChannel(gone.ID); err != nil {
		t.Fatal(err)
	}
	listed := w.use(w.ann, w.general, "settings channels")
	contains(t, listed, "1. <#"+gone.ID+">", "2. <#"+w.general.ID+">")
	contains(t, w.press(w.ann, listed, "mod:unlist:1:channels", gone.ID), "→ <#"+w.general.ID+">")
	if got := w.settings().Channels; !slices.Equal(got, []string{w.general.ID}) {
		t.Errorf("channels are %q", got)
	}
}

// Changes are told in the guild's channel for that, in the guild's language; who makes one is
// told when that does not work, and the change stands.
func TestLogChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	log := w.AddChannel(w.guild.ID, "log")
	if err := w.SetGuildLocale(w.guild.ID, "ko"); err != nil {
		t.Fatal(err)
	}
	contains(t, w.use(w.ann, w.general, "settings log", options("channel", log.ID)...), "nowhere → <#"+log.ID+">")
	story := w.put(w.guild.ID, "The @everyone bridge", bridgeText)
	asked := w.use(w.ann, w.general, "sources remove", options("source", story.SourceID)...)
	w.press(w.ann, asked, w.button(asked, "mod:remove:"))
	posted := w.Messages(log.ID)
	if len(posted) != 2 {
		t.Fatalf("%d messages are posted\n%s", len(posted), w.log)
	}
	contains(t, posted[0], "<@"+w.ann.ID+"> 님", "변경 내역 채널")
	contains(t, posted[1], "<@"+w.ann.ID+"> 님", "bridge")
	checkPings(t, posted, w.App().ID)

	w.faulty = true // what follows is refused
	if err := w.RemoveChannel(log.ID); err != nil {
		t.Fatal(err)
	}
	contains(t, w.use(w.ann, w.general, "settings private", options("default", "true")...), "off → on", "could not be posted in <#"+log.ID+">")
	closed := w.AddChannel(w.guild.ID, "closed")
	if err := w.SetOverwrite(closed.ID, local.Overwrite{ID: w.guild.ID, Type: local.OverwriteRole, Deny: local.PermViewChannel}); err != nil {
		t.Fatal(err)
	}
	contains(t, w.use(w.ann, w.general, "settings log", options("channel", closed.ID)...), "I may not write in <#"+closed.ID+">")
	if s := w.settings(); !s.Private || s.AuditChannel != log.ID {
		t.Errorf("settings are %+v", s)
	}
	contains(t, w.use(w.ann, w.general, "settings log"), "→ nowhere")
}

// Gaps are listed with how often and when they were asked, and dismissed.
func TestGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	contains(t, w.use(w.ann, w.general, "gaps"), "no question that the stories could not answer")
	w.slash("Who won the chess tournament in Oslo?")
	w.slash("Who won the chess tournament in Oslo?")
	w.slash("When does the zoo open on Sundays?")
	list := w.use(w.ann, w.general, "gaps")
	contains(t, list, "2 questions", "chess tournament in Oslo? · asked 2 times · 1 person · <t:", "zoo")
	var menu local.Component
	for _, row := range list.Rows() {
		for _, c := range row.Components {
			menu = c
		}
	}
	if len(menu.Options) != 2 || !strings.Contains(menu.Options[0].Label, "chess") {
		t.Fatalf("the menu is %+v", menu)
	}
	left := w.press(w.ann, list, menu.CustomID, menu.Options[0].Value)
	contains(t, left, "Dismissed: Who won the chess", "1 question that", "zoo")
	if strings.Contains(left.Embeds[0].Description, "chess") {
		t.Errorf("what was dismissed is listed: %q", left.Embeds[0].Description)
	}
	contains(t, w.response(w.PressForged(w.ann.ID, left.ID, menu.CustomID, "0123")), "not in the list any more")
	if acts := w.acts(); len(acts) != 1 || !strings.HasPrefix(acts[0], "gaps.dismiss: ") {
		t.Errorf("the acts are %q", acts)
	}
}

// What people think of answers is listed, the newest first, with its question.
func TestFeedbackList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(w.guild.ID, "The bridge", bridgeText)
	contains(t, w.use(w.ann, w.general, "feedback"), "no feedback yet")
	answer := w.slash("What will the new bridge cost?")
	w.press(w.ann, answer, w.button(answer, "good:"))
	w.press(w.ann, answer, w.button(answer, "wrong:"))
	list := w.use(w.ann, w.general, "feedback")
	contains(t, list, "2 pieces of feedback", "👍 good · What will the new bridge cost? · <t:", "wrong citation [1] · What will")
}
