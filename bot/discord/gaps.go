package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot/ledger"
)

// What is shown in a list of gaps or opinions, in characters.
const (
	maxGapQuestion = 100
	maxNowTitle    = 40 // of the story that tells it now
	maxNowQuote    = 60
)

// gapsCommandPlan shows what the stories could not answer.
func (s *Server) gapsCommandPlan(_ context.Context, v *visit, _ *interaction) (plan, error) {
	return s.gapsPlan(v, 1, privately), nil
}

func (s *Server) gapsPlan(v *visit, page int, place placing) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		m, err := s.gaps(ctx, v, page)
		return place(m), err
	})
}

// gaps is a page of the gaps, those first that can be answered now, with a menu that
// dismisses some of them.
func (s *Server) gaps(ctx context.Context, v *visit, page int) (message, error) {
	list, total, err := s.ledger.Gaps(ctx, v.Guild, maxLines, (page-1)*maxLines)
	if err != nil {
		return message{}, err
	}
	if total.All == 0 {
		return message{content: v.say.say("gaps_empty")}, nil
	}
	if last := pagesOf(total.All); page > last { // there were more
		return s.gaps(ctx, v, last)
	}
	l := listing{heading: v.say.count("gaps_heading", total.All), page: page, pages: pagesOf(total.All), turn: control{name: gapsControl}}
	if total.Now > 0 {
		l.heading += " · " + v.say.count("gaps_heading_now", total.Now)
	}
	menu := discordgo.SelectMenu{
		MenuType: discordgo.StringSelectMenu, CustomID: control{name: dismissControl, page: page}.String(),
		Placeholder: v.say.say("placeholder_dismiss"), MaxValues: len(list),
	}
	for _, gap := range list {
		l.lines = append(l.lines, "- "+gapLine(v.say, gap))
		menu.Options = append(menu.Options, discordgo.SelectMenuOption{Label: plainLine(gap.Question, maxChoiceName), Value: gapID(gap)})
	}
	m := l.message(v.say)
	m.components = slices.Insert(m.components, 0, discordgo.MessageComponent(row(menu)))
	return m, nil
}

// gapLine is what a moderator goes by of a gap, with what answers it now on a line below.
func gapLine(say *phrases, gap ledger.Gap) string {
	line := say.say("gaps_line", "Question", oneLine(gap.Question, maxGapQuestion), "Times", say.count("gaps_times", gap.Count),
		"People", say.count("gaps_people", gap.People), "When", relative(gap.LastAsked))
	if gap.Missed {
		line += " · " + say.say("gaps_missed")
	}
	if gap.Now != nil {
		line += notePrefix + "✅ " + say.say("gaps_now", "Story", oneLine(gap.Now.Title, maxNowTitle), "Paragraph", gap.Now.Paragraph,
			"Quote", oneLine(gap.Now.Quote, maxNowQuote))
	}
	return line
}

// gapID names a gap in a menu, whose values have at most 100 characters; a topic may have
// more.
func gapID(gap ledger.Gap) string {
	sum := sha256.Sum256([]byte(gap.Topic))
	return hex.EncodeToString(sum[:16])
}

// dismissPlan hides gaps that were chosen on a page, until they are asked again.
func (s *Server) dismissPlan(v *visit, page int, chosen []string) plan {
	return rightAway(func(ctx context.Context) (response, error) {
		list, err := s.gapsNamed(ctx, v.Guild, chosen)
		if err != nil {
			return response{}, err
		}
		var lines []string
		var acts []ledger.Act
		for _, gap := range list {
			err := s.ledger.DismissGap(ctx, v.Guild, v.User, gap.Topic)
			if errors.Is(err, ledger.ErrNotFound) { // another moderator was first
				continue
			}
			if err != nil {
				return response{}, err
			}
			acts = append(acts, ledger.Act{What: "gaps.dismiss"})
			lines = append(lines, v.say.say("gaps_dismissed", "Question", oneLine(gap.Question, maxGapQuestion)))
		}
		if len(lines) == 0 {
			lines = append(lines, v.say.say("gaps_gone"))
		}
		m, err := s.gaps(ctx, v, page)
		if err != nil {
			return response{}, err
		}
		m.content = strings.TrimSpace(strings.Join(lines, "\n") + "\n" + m.content)
		return inPlace(s.telling(ctx, v, v.settings, m, acts...)), nil
	})
}

// gapBatch is how many gaps are read at once.
const gapBatch = 200

// gapsNamed are a guild's gaps of those ids; those that are gone are left out.
func (s *Server) gapsNamed(ctx context.Context, guild string, ids []string) (found []ledger.Gap, err error) {
	for offset := 0; len(found) < len(ids); offset += gapBatch {
		list, total, err := s.ledger.Gaps(ctx, guild, gapBatch, offset)
		if err != nil {
			return nil, err
		}
		for _, gap := range list {
			if slices.Contains(ids, gapID(gap)) {
				found = append(found, gap)
			}
		}
		if offset+gapBatch >= total.All {
			break
		}
	}
	return found, nil
}
