package discord

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

// An offer is what was found at an address, as long as nobody has said whether it is to be added.
type offer struct {
	found source.Found
	told  planned
}

// A planned source is what a moderator says of when it is read and how long it answers.
type planned struct {
	schedule string // as it was typed; "" nothing
	stored   string // that, as a source has it
	days     int    // -1: nothing
}

// plannedBy are the options for that.
func plannedBy(i *interaction) (planned, error) {
	told := planned{schedule: strings.TrimSpace(i.text(refreshOption)), days: -1}
	if days, given := i.number(daysOption); given {
		told.days = int(days)
		if days < 0 || days > source.MaxDays {
			return planned{}, source.ErrDays
		}
	}
	if told.schedule != "" {
		var err error
		if told.stored, err = source.Schedule(told.schedule); err != nil {
			return planned{}, err
		}
	}
	return told, nil
}

// lookPlan looks for a page or a feed at an address, and asks whether it is to be added.
func (s *Server) lookPlan(v *visit, address, title string, published time.Time, told planned) plan {
	return plan{private: true, reads: true, work: func(ctx context.Context, _ func(message)) (message, error) {
		found, err := s.keeper.Look(ctx, v.Guild, address, source.Discord)
		if err != nil {
			return message{}, unfit{err}
		}
		src := &found.Source
		src.GivenTitle = cmp.Or(flat(title), src.GivenTitle)
		src.Title = cmp.Or(src.GivenTitle, src.Title)
		src.GivenDate = firstTime(published, src.GivenDate)
		if told.schedule != "" {
			src.Schedule = told.stored
		}
		if told.days >= 0 {
			src.Days = told.days
		}
		o := offer{found, told}
		m, err := s.preview(ctx, v, o)
		if err != nil {
			return message{}, err
		}
		id := s.offers.put(v.Guild, v.User, o, sizeOf(found.Stories))
		m.components = []discordgo.MessageComponent{row(
			discordgo.Button{Style: discordgo.PrimaryButton, Label: v.say.say("button_add"), CustomID: control{name: takeControl, about: id}.String()},
			discordgo.Button{Style: discordgo.SecondaryButton, Label: v.say.say("button_leave"), CustomID: control{name: leaveControl, about: id}.String()},
		)}
		return m, nil
	}}
}

// sizeOf is about how many bytes stories take.
func sizeOf(stories []retrieval.Story) (size int) {
	for _, story := range stories {
		for _, p := range story.Paragraphs {
			size += len(p.Text) + len(p.Heading) + 100
		}
	}
	return size
}

// takePlan adds what was found, once that is confirmed.
func (s *Server) takePlan(v *visit, id string) (plan, error) {
	o, ok := s.offers.take(v.Guild, v.User, id)
	if !ok {
		return plan{}, errNotKept
	}
	return plan{private: true, updates: true, reads: true, work: func(ctx context.Context, show func(message)) (message, error) {
		change, err := s.keeper.Add(ctx, o.found)
		if err != nil {
			return message{}, unfit{err}
		}
		src, err := s.corpus.Source(ctx, v.Guild, change.Source)
		if err == nil {
			src, err = s.plan(ctx, v, src, o.told)
		}
		if err != nil {
			return message{}, err
		}
		m := message{content: addedFrom(v, o, change)}
		if o.found.Known.ID == "" || len(change.Added)+len(change.Changed) > 0 {
			m = s.noting(ctx, v, m, ledger.Act{What: "sources.add", Detail: src.Title})
		}
		m = s.notingPlan(ctx, v, m, o.found.Known, src)
		if src.Kind != "feed" {
			old, err := s.tooOld(ctx, v, src.ID)
			if err != nil {
				return message{}, err
			}
			m.content += old
			if len(change.Changed) > 0 {
				m.components = append(m.components, row(changesButton(v.say, change.Changed[0])))
			}
			return m, nil
		}
		show(message{content: m.content})
		read := s.refresh(ctx, v, show, m.content, []retrieval.Source{src})
		for i, r := range read.reports {
			read.reports[i] = r.With(o.found, change)
		}
		return s.reported(v, m.content, read), nil
	}}, nil
}

// addedFrom tells what has become of what was found.
func addedFrom(v *visit, o offer, change retrieval.Change) string {
	if o.found.Source.Kind == "feed" {
		title := oneLine(o.found.Source.Title, maxSourceTitle)
		if o.found.Known.ID != "" {
			return v.say.say("sources_known_feed", "Title", title)
		}
		return v.say.say("sources_added_feed", "Title", title)
	}
	story := o.found.Stories[0]
	story.Title = o.found.Source.Title
	return added(v.say, story, change)
}

// plan has a source be read and answer as a moderator wants it, where that is not so yet.
func (s *Server) plan(ctx context.Context, v *visit, src retrieval.Source, told planned) (retrieval.Source, error) {
	schedule := told.schedule
	if told.stored == src.Schedule {
		schedule = ""
	}
	if schedule == "" && (told.days < 0 || told.days == src.Days) {
		return src, nil
	}
	return s.keeper.Plan(ctx, v.Guild, src.ID, schedule, told.days, source.Discord)
}

// notingPlan notes that a source that was there already, before, is planned otherwise now.
func (s *Server) notingPlan(ctx context.Context, v *visit, m message, before, now retrieval.Source) message {
	if before.ID == "" || before.Schedule == now.Schedule && before.Days == now.Days {
		return m
	}
	return s.noting(ctx, v, m, planAct(now))
}

// leavePlan does not add what was found.
func (s *Server) leavePlan(v *visit, id string) plan {
	return rightAway(func(context.Context) (response, error) {
		s.offers.take(v.Guild, v.User, id)
		return inPlace(message{content: v.say.say("sources_not_added")}), nil
	})
}
