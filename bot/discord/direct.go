package discord

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/sync/errgroup"
)

// serverPlan has a person pick the server of whose stories their questions in direct
// messages are asked, or the shared ones alone; without either it tells what is picked.
func (s *Server) serverPlan(_ context.Context, v *visit, i *interaction) (plan, error) {
	return rightAway(func(ctx context.Context) (response, error) {
		name := strings.TrimSpace(i.text(nameOption))
		switch name {
		case "":
			return s.whichServer(ctx, v)
		case sharedChoice:
			err := s.ledger.Pick(ctx, v.User, "")
			return privately(message{content: v.say.say("server_cleared")}), err
		}
		picked, err := s.serverNamed(ctx, v.User, name)
		if err != nil {
			return response{}, err
		}
		if err := s.ledger.Pick(ctx, v.User, picked); err != nil {
			return response{}, err
		}
		return privately(message{content: v.say.say("server_set", "Server", oneLine(s.guilds.name(picked), maxName))}), nil
	}), nil
}

// sharedChoice is the choice of the shared stories alone: no name, and no id.
const sharedChoice = "-"

// whichServer tells a person what they have picked.
func (s *Server) whichServer(ctx context.Context, v *visit) (response, error) {
	asked, err := s.audience(ctx, v)
	if err != nil {
		return response{}, err
	}
	return privately(message{content: cmp.Or(asked.note, v.say.say("server_shared"))}), nil
}

// serverNamed is the server of that id or name in which a person and the bot are; else
// the error is errNoServer, which does not tell whether there is one without the person.
func (s *Server) serverNamed(ctx context.Context, user, name string) (string, error) {
	var candidates []string
	names := s.guilds.names()
	if _, is := names[name]; is { // a suggestion's value
		candidates = []string{name}
	} else {
		for id, is := range names {
			if strings.EqualFold(is, name) {
				candidates = append(candidates, id)
			}
		}
	}
	members, err := s.memberships(ctx, user, candidates)
	if err != nil {
		return "", err
	}
	if len(members) != 1 { // of two of one name the person has to choose
		return "", errNoServer
	}
	return members[0], nil
}

const (
	// maxProbed bounds in how many servers a person is looked for at once: they share the
	// bot's rate with its answers.
	maxProbed = 10
	// probePatience is how long that rate is worth waiting for.
	probePatience = 300 * time.Millisecond
	// probesAtOnce is how many of those requests are made at the same time.
	probesAtOnce = 5
)

// memberships are those of the guilds in which a person is.
func (s *Server) memberships(ctx context.Context, user string, guilds []string) ([]string, error) {
	guilds = guilds[:min(len(guilds), maxProbed)]
	in := make([]bool, len(guilds))
	var probing errgroup.Group
	probing.SetLimit(probesAtOnce)
	for i, guild := range guilds {
		probing.Go(func() (err error) {
			in[i], err = s.isMember(withPatience(ctx, probePatience), guild, user)
			return err
		})
	}
	err := probing.Wait()
	var members []string
	for i, guild := range guilds {
		if in[i] {
			members = append(members, guild)
		}
	}
	if len(members) > 0 {
		err = nil
	}
	return members, err
}

// suggestServers are the servers of a person whose names hold what they have typed: those
// where they have asked something first.
func (s *Server) suggestServers(ctx context.Context, say *phrases, user, typed string) ([]*discordgo.ApplicationCommandOptionChoice, error) {
	known, err := s.ledger.Guilds(ctx, user)
	if err != nil {
		return nil, err
	}
	names := s.guilds.names()
	var candidates []string
	for id, name := range names {
		if strings.Contains(strings.ToLower(name), strings.ToLower(typed)) {
			candidates = append(candidates, id)
		}
	}
	place := func(id string) int { // in known, or behind all of them
		if at := slices.Index(known, id); at >= 0 {
			return at
		}
		return len(known)
	}
	slices.SortFunc(candidates, func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(names[a], names[b]), cmp.Compare(a, b))
	})
	members, err := s.memberships(ctx, user, candidates)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	choices := []*discordgo.ApplicationCommandOptionChoice{choice(say.say("server_choice_shared"), sharedChoice)}
	for _, id := range members {
		choices = append(choices, choice(names[id], id))
	}
	return choices, nil
}
