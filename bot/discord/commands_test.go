package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
)

// shown is the name that a person sees who reads p's language.
func shown(p *phrases, name string, by *map[discordgo.Locale]string) string {
	for locale, translated := range *by {
		if p.texts.in(string(locale)) == p {
			return translated
		}
	}
	return name
}

// findOption is an option of a command, or of a subcommand, by the names on the way to it.
func findOption(t *testing.T, tree []*discordgo.ApplicationCommand, command string, names ...string) *discordgo.ApplicationCommandOption {
	t.Helper()
	at := slices.IndexFunc(tree, func(c *discordgo.ApplicationCommand) bool { return c.Name == command })
	if at < 0 {
		t.Fatalf("there is no command %s", command)
	}
	options := tree[at].Options
	var found *discordgo.ApplicationCommandOption
	for _, name := range names {
		i := slices.IndexFunc(options, func(o *discordgo.ApplicationCommandOption) bool { return o.Name == name })
		if i < 0 {
			t.Fatalf("/%s has no %q", command, names)
		}
		found, options = options[i], options[i].Options
	}
	return found
}

// keysAsTexts are texts each of which says its key, in English and Korean.
func keysAsTexts(t *testing.T) *texts {
	t.Helper()
	var file bytes.Buffer
	for key := range writtenTexts(t)[english] {
		fmt.Fprintf(&file, "%s = %q\n", key, key)
	}
	all, err := readTexts(fstest.MapFS{"texts/en.toml": {Data: file.Bytes()}, "texts/ko.toml": {Data: file.Bytes()}})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The texts of commands are all in use, and the English names are those by which the program
// knows the commands.
func TestCommandTexts(t *testing.T) {
	texts := writtenTexts(t)[english]
	used := map[string]bool{}
	see := func(name, nameKey, description, descriptionKey string) {
		used[nameKey], used[descriptionKey] = true, true
		if want := texts[nameKey][""]; name != want {
			t.Errorf("%s is called %s in texts/en.toml", name, want)
		}
		if description != descriptionKey {
			t.Errorf("%s: described by %s, and by %s in other languages", name, description, descriptionKey)
		}
	}
	var walk func([]*discordgo.ApplicationCommandOption)
	walk = func(options []*discordgo.ApplicationCommandOption) {
		for _, o := range options {
			see(o.Name, o.NameLocalizations[discordgo.Korean], o.Description, o.DescriptionLocalizations[discordgo.Korean])
			for _, c := range o.Choices {
				used[c.NameLocalizations[discordgo.Korean]] = true
			}
			walk(o.Options)
		}
	}
	for _, c := range commands(keysAsTexts(t)) {
		var description string
		if c.DescriptionLocalizations != nil { // menus have none
			description = (*c.DescriptionLocalizations)[discordgo.Korean]
		}
		see(c.Name, (*c.NameLocalizations)[discordgo.Korean], c.Description, description)
		walk(c.Options)
	}
	for key := range texts {
		if ofCommand(key) && !used[key] {
			t.Errorf("no command has the text %s", key)
		}
	}
}

// Moderators' commands are for guilds, and for those who may manage the server; all others
// are for everyone, and what is for direct messages alone is not in guilds.
func TestWhoSeesCommands(t *testing.T) {
	var moderators, direct, all []string
	for _, c := range commands(testTexts(t)) {
		switch {
		case c.DefaultMemberPermissions != nil:
			if *c.DefaultMemberPermissions != discordgo.PermissionManageGuild || !slices.Equal(*c.Contexts, []discordgo.InteractionContextType{discordgo.InteractionContextGuild}) {
				t.Errorf("/%s is for permissions %d in %v", c.Name, *c.DefaultMemberPermissions, *c.Contexts)
			}
			moderators = append(moderators, c.Name)
		case slices.Contains(*c.Contexts, discordgo.InteractionContextGuild):
			if !slices.Contains(*c.Contexts, discordgo.InteractionContextBotDM) {
				t.Errorf("%s is not for direct messages", c.Name)
			}
			all = append(all, c.Name)
		default:
			direct = append(direct, c.Name)
		}
	}
	got := [][]string{all, direct, moderators}
	want := [][]string{
		{askCommand, summaryCommand, checkCommand, helpCommand, forgetMeCommand, askMenu, checkMenu},
		{serverCommand},
		{sourcesCommand, gapsCommand, feedbackCommand, settingsCommand},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Commands that are registered already are not registered again, and those that are not any
// more what they should be are.
func TestRegister(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	register := func() (writes int) {
		t.Helper()
		s := w.server(testToken, quoting)
		defer s.api.close()
		before := len(w.Requests())
		if err := errors.Join(s.start(t.Context()), s.register(t.Context())); err != nil {
			t.Fatal(err)
		}
		for _, r := range w.Requests()[before:] {
			if r.Method == http.MethodPut {
				writes++
			}
		}
		return writes
	}
	if n := register(); n != 1 {
		t.Errorf("%d writes at first", n)
	}
	registered := w.Commands("")
	if n := register(); n != 0 || len(registered) != len(commands(testTexts(t))) {
		t.Errorf("%d writes again, of %d commands", n, len(registered))
	}

	s := w.server(testToken, quoting)
	defer s.api.close()
	if err := s.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	changed := commands(s.texts)
	(*changed[0].NameLocalizations)[discordgo.Korean] = "묻기"
	if err := s.api.call(t.Context(), http.MethodPut, discordgo.EndpointApplicationGlobalCommands(s.app), changed, nil); err != nil {
		t.Fatal(err)
	}
	if n := register(); n != 1 {
		t.Errorf("%d writes after a name has changed", n)
	}
	if got := w.Commands("")[0].NameLocalizations["ko"]; got != "질문" {
		t.Errorf("the command is called %q after that", got)
	}
}

// What Discord adds to commands, leaves out of them, or changes in their order is no
// difference; every change of ours is.
func TestDescribed(t *testing.T) {
	wanted := commands(testTexts(t))
	registered := func() (list []*discordgo.ApplicationCommand) { // as Discord gives them back
		raw, err := json.Marshal(wanted)
		if err == nil {
			err = json.Unmarshal(raw, &list)
		}
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(list)
		for _, c := range list {
			c.ID, c.ApplicationID, c.Version, c.NSFW = "1", "2", "3", new(bool)
			if c.Options == nil {
				c.Options = []*discordgo.ApplicationCommandOption{}
			}
		}
		return list
	}
	if got := described(registered()); !reflect.DeepEqual(got, described(wanted)) {
		t.Errorf("there is a difference:\n%s", cmp.Diff(described(wanted), got))
	}
	for name, change := range map[string]func(list []*discordgo.ApplicationCommand){
		"a name":         func(l []*discordgo.ApplicationCommand) { (*l[0].NameLocalizations)[discordgo.Russian] = "x" },
		"a description":  func(l []*discordgo.ApplicationCommand) { l[0].Description += "." },
		"its language":   func(l []*discordgo.ApplicationCommand) { delete(*l[0].DescriptionLocalizations, discordgo.Korean) },
		"a permission":   func(l []*discordgo.ApplicationCommand) { l[len(l)-1].DefaultMemberPermissions = new(int64) },
		"no permissions": func(l []*discordgo.ApplicationCommand) { l[len(l)-1].DefaultMemberPermissions = nil },
		"a context":      func(l []*discordgo.ApplicationCommand) { l[0].Contexts = l[5].Contexts },
		"a menu's name":  func(l []*discordgo.ApplicationCommand) { delete(*l[6].NameLocalizations, discordgo.Korean) },
		"a bound": func(l []*discordgo.ApplicationCommand) {
			findOption(t, l, settingsCommand, autoSetting, thresholdOption).MinValue = nil
		},
		"a choice": func(l []*discordgo.ApplicationCommand) {
			findOption(t, l, summaryCommand, styleOption).Choices[1].NameLocalizations[discordgo.Korean] = "x"
		},
		"channels": func(l []*discordgo.ApplicationCommand) {
			findOption(t, l, settingsCommand, logSetting, channelOption).ChannelTypes = nil
		},
		"completion": func(l []*discordgo.ApplicationCommand) {
			findOption(t, l, askCommand, storyOption).Autocomplete = false
		},
		"one less": func(l []*discordgo.ApplicationCommand) { l[0].Name = l[1].Name },
	} {
		list := registered()
		slices.Reverse(list)
		change(list)
		if reflect.DeepEqual(described(list), described(wanted)) {
			t.Errorf("%s: no difference", name)
		}
	}
}
