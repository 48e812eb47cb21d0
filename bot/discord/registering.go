package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/cenkalti/backoff/v5"
)

// keepRegistering registers the commands. A try that fails is followed by others, in
// the background: without its commands the bot still answers messages.
func (s *Server) keepRegistering(ctx context.Context, background *sync.WaitGroup) {
	try := func() error {
		within, cancel := context.WithTimeout(ctx, attemptLimit)
		defer cancel()
		return s.register(within)
	}
	err := try()
	if err == nil {
		return
	}
	background.Go(func() {
		defer recovered(s.log)
		again := &backoff.ExponentialBackOff{InitialInterval: s.beatPause, Multiplier: 2, MaxInterval: time.Hour}
		for ; err != nil; err = try() {
			wait := again.NextBackOff()
			s.log.Error("discord: registering the commands", "error", err, "again_in", wait)
			if !pause(ctx, wait) {
				return
			}
		}
	})
}

// register makes the registered commands ours. Nothing is written when they
// are already: Discord limits how often commands are made.
func (s *Server) register(ctx context.Context) error {
	url := discordgo.EndpointApplicationGlobalCommands(s.app)
	var registered []*discordgo.ApplicationCommand
	if err := s.api.call(ctx, http.MethodGet, url+"?with_localizations=true", nil, &registered); err != nil {
		return err
	}
	wanted := commands(s.texts)
	if reflect.DeepEqual(described(registered), described(wanted)) {
		return nil
	}
	if err := s.api.call(ctx, http.MethodPut, url, wanted, nil); err != nil {
		return err
	}
	s.log.Info("discord: registered the commands", "count", len(wanted))
	return nil
}

// described are commands without what Discord adds to them, and in one order, so that those
// that are registered compare with those that are wanted. They are compared as JSON, in which
// what is false, null or empty is the same as what is left out.
func described(commands []*discordgo.ApplicationCommand) []any {
	list := make([]any, 0, len(commands))
	for _, c := range slices.SortedFunc(slices.Values(commands), func(a, b *discordgo.ApplicationCommand) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	}) {
		raw, err := json.Marshal(&discordgo.ApplicationCommand{
			Type: c.Type, Name: c.Name, NameLocalizations: c.NameLocalizations,
			Description: c.Description, DescriptionLocalizations: c.DescriptionLocalizations, Options: c.Options,
			Contexts: c.Contexts, IntegrationTypes: c.IntegrationTypes,
			DefaultMemberPermissions: c.DefaultMemberPermissions,
		})
		var plain any
		if err == nil {
			err = json.Unmarshal(raw, &plain)
		}
		if err != nil {
			panic("discord: unreachable: commands are plain data, ours or from JSON: " + err.Error())
		}
		list = append(list, pruned(plain))
	}
	return list
}

// pruned is JSON without members that are false, null or empty; nil when nothing is left.
func pruned(value any) any {
	switch v := value.(type) {
	case bool:
		if !v {
			return nil
		}
	case map[string]any:
		for key, member := range v {
			if v[key] = pruned(member); v[key] == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	}
	return value
}
