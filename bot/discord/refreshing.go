package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/sync/errgroup"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// refreshesAtOnce is how many sources are read at once: most of the time they wait for hosts.
const refreshesAtOnce = 4

// refreshPlan reads a source again, or, when none is named, all of the guild's own.
func (s *Server) refreshPlan(v *visit, name string) plan {
	return plan{private: true, reads: true, work: func(ctx context.Context, show func(message)) (message, error) {
		act := ledger.Act{What: "sources.refresh"}
		var sources []retrieval.Source
		if name != "" {
			src, err := s.ownSource(ctx, v.Guild, name)
			if err != nil {
				return message{}, err
			}
			sources, act.Detail = []retrieval.Source{src}, src.Title
		} else {
			all, err := s.corpus.Sources(ctx, v.Guild)
			if err != nil {
				return message{}, err
			}
			sources = slices.DeleteFunc(all, func(src retrieval.Source) bool { return src.Guild != v.Guild })
		}
		read := s.refresh(ctx, v, show, "", sources)
		m := s.reported(v, "", read)
		if read.changed() {
			m = s.noting(ctx, v, m, act)
		}
		return m, nil
	}}
}

// A refreshed set of sources is what a refresh has found in them.
type refreshed struct {
	reports []source.Report
	left    int      // sources that were not read
	ended   whyEnded // before its end
}

// whyEnded says why a refresh has ended before its end; "" when it has not.
type whyEnded string

const (
	byPerson whyEnded = "person"
	byTime   whyEnded = "time"
	byStop   whyEnded = "stop"
)

// changed reports whether anything is different now.
func (r refreshed) changed() bool {
	return slices.ContainsFunc(r.reports, func(r source.Report) bool { return r.Added+r.Changed+r.Withdrawn > 0 })
}

// refresh reads sources again and shows how far it is, below a lead, with a button that ends it.
// A source that is being read already is not read twice.
func (s *Server) refresh(ctx context.Context, v *visit, show func(message), lead string, sources []retrieval.Source) refreshed {
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	id := s.refreshes.put(v.Guild, v.User, cancel, 0)
	defer s.refreshes.take(v.Guild, v.User, id)
	bar := &progressBar{say: v.say, lead: lead, cancel: id, total: len(sources), far: make(map[string]source.Progress), show: show}
	bar.draw()
	found := make([]*source.Report, len(sources))
	var group errgroup.Group
	group.SetLimit(refreshesAtOnce)
	for i, src := range sources {
		group.Go(func() error {
			defer bar.finished(src.ID)
			if reading.Err() == nil {
				found[i] = s.refreshOne(reading, v, src, bar.progress)
			}
			return nil
		})
	}
	group.Wait() // the reports tell the errors
	var r refreshed
	for _, report := range found {
		if report == nil {
			r.left++
			continue
		}
		r.reports = append(r.reports, *report)
	}
	switch {
	case reading.Err() == nil:
		r.left = 0 // what is missing was removed meanwhile
	case ctx.Err() == nil:
		r.ended = byPerson
	case errors.Is(context.Cause(ctx), errRestarting):
		r.ended = byStop
	default:
		r.ended = byTime
	}
	return r
}

// refreshOne is the report on a source; nil when nothing was read of it.
func (s *Server) refreshOne(ctx context.Context, v *visit, src retrieval.Source, progress func(source.Progress)) *source.Report {
	reports, err := s.keeper.Refresh(ctx, v.Guild, source.Discord, progress, src.ID)
	var report *source.Report
	if len(reports) > 0 {
		report = &reports[0]
	}
	switch {
	case err == nil:
	case ctx.Err() != nil || errors.Is(err, retrieval.ErrNotFound):
		return report
	default:
		if report == nil {
			report = &source.Report{Source: src, Failed: 1}
		}
		report.Reason = err
	}
	if report != nil && report.Reason != nil {
		s.log.Info("discord: a source was not read again", "guild", v.Guild, "source", src.ID, "error", report.Reason)
	}
	return report
}

// A progressBar shows how far a refresh is. It may be used by several goroutines.
type progressBar struct {
	say    *phrases
	lead   string
	cancel string // names the refresh
	total  int    // sources
	show   func(message)

	mu   sync.Mutex
	done int
	far  map[string]source.Progress // of those under way
}

func (b *progressBar) progress(p source.Progress) {
	b.mu.Lock()
	b.far[p.Source.ID] = p
	b.mu.Unlock()
	b.draw()
}

func (b *progressBar) finished(id string) {
	b.mu.Lock()
	b.done++
	delete(b.far, id)
	b.mu.Unlock()
	b.draw()
}

// draw shows it as it is now: of one source by its stories, of several by the sources.
func (b *progressBar) draw() {
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	if b.lead != "" {
		lines = append(lines, b.lead)
	}
	if b.total > 1 {
		lines = append(lines, bar(b.done, b.total)+" "+b.say.count("refresh_sources", b.total, "Done", b.done))
	}
	under := make([]source.Progress, 0, len(b.far))
	for _, p := range b.far {
		under = append(under, p)
	}
	slices.SortFunc(under, func(x, y source.Progress) int { return strings.Compare(x.Source.ID, y.Source.ID) })
	for _, p := range under {
		lines = append(lines, fmt.Sprintf("%s %d/%d %s", bar(p.Done, p.Total), p.Done, p.Total, oneLine(p.Source.Title, maxSourceTitle)))
	}
	if len(lines) == 0 || b.total == 1 && len(under) == 0 {
		lines = append(lines, bar(b.done, 1)+" "+b.say.say("refresh_reading"))
	}
	b.show(message{
		content: strings.Join(lines, "\n"),
		components: []discordgo.MessageComponent{row(discordgo.Button{
			Style: discordgo.SecondaryButton, Label: b.say.say("button_cancel"), CustomID: control{name: cancelControl, about: b.cancel}.String(),
		})},
	})
}

// barLength is how many signs a bar has.
const barLength = 10

// bar is "▰▰▰▱▱▱▱▱▱▱" of 3 in 10.
func bar(done, total int) string {
	full := 0
	if total > 0 {
		full = barLength * min(done, total) / total
	}
	return strings.Repeat("▰", full) + strings.Repeat("▱", barLength-full)
}

// cancelPlan ends a refresh. Its message then tells what was read until then.
func (s *Server) cancelPlan(v *visit, id string) plan {
	return rightAway(func(context.Context) (response, error) {
		cancel, ok := s.refreshes.take(v.Guild, v.User, id)
		if !ok {
			return privately(message{content: v.say.say("refresh_over")}), nil
		}
		cancel()
		return response{kind: discordgo.InteractionResponseDeferredMessageUpdate}, nil
	})
}
