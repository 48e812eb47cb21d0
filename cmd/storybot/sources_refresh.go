package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
)

func (p *program) sourcesRefreshCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "refresh [SOURCE…]",
		Short: "Read sources again and take in what is new; all of them when none is named",
		Long: `Read sources again and take in what is new: all of them when none is named,
whenever they would be read by themselves. Without --guild the shared ones, with it
exactly that server's own. What was said of a story when it was added stays;
'storybot sources add' changes it. What cannot be read keeps its last text.`,
		Example: `  storybot sources refresh
  storybot sources refresh k3v9x2m4p6q7a
  storybot sources refresh --guild 81384788765712384`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.keeping(cmd, func(lib *library, keeper *source.Keeper) error { return p.refresh(cmd, lib, keeper, args, nil) })
		},
	}
}

// refresh reads sources again and tells what came of it; of each report what as makes of it,
// unless that is nil.
func (p *program) refresh(cmd *cobra.Command, lib *library, keeper *source.Keeper, ids []string, as func(source.Report) source.Report) error {
	progress, wipe := p.refreshProgress()
	reports, err := keeper.Refresh(cmd.Context(), p.guild, source.Terminal, progress, ids...)
	wipe()
	if errors.Is(err, record.ErrNotFound) && p.guild != retrieval.Shared {
		return fmt.Errorf("%w among the server's own; shared ones are refreshed without --guild", err)
	}
	after := context.WithoutCancel(cmd.Context()) // what was done before Ctrl-C is done, and noted
	list := refreshList{Sources: []refreshJSON{}}
	unread, failed := 0, 0 // sources, and stories of those that were read
	for i, r := range reports {
		if as != nil {
			r = as(r)
			reports[i] = r
		}
		list.Sources = append(list.Sources, describeRefresh(r))
		switch {
		case r.Failed > 0 && r.Reason != nil:
			unread++
		default:
			failed += r.Failed
		}
		if r.Added+r.Changed+r.Withdrawn > 0 {
			err = errors.Join(err, p.note(after, lib, "sources.refresh", r.Source.Title))
		}
	}
	if wrong := lib.ledger.Prune(cmd.Context(), p.guild); wrong != nil && cmd.Context().Err() == nil {
		p.logger(slog.LevelWarn).Warn("old revisions are not pruned", "error", wrong)
	}
	// Also with an error: what was done before it is done.
	if err == nil || len(reports) > 0 {
		err = errors.Join(err, p.print(list, func(w io.Writer) { writeRefresh(w, reports) }))
	}
	if err == nil {
		err = unreadError(unread, len(reports), failed)
	}
	return err
}

// unreadError says how many sources, and how many stories of the others, could not be
// read; nil when all could.
func unreadError(unread, sources, stories int) error {
	var parts []string
	if unread > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s", unread, counted(sources, "source")))
	}
	if stories > 0 {
		parts = append(parts, counted(stories, "story")+" of feeds")
	}
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("%s could not be read", strings.Join(parts, " and "))
}

// refreshProgress shows how far a refresh is, on stderr: as a bar on a terminal, which is
// cleared after it, else as lines.
func (p *program) refreshProgress() (show func(source.Progress), wipe func()) {
	var mu sync.Mutex
	file, ok := p.screen()
	if !ok {
		return func(s source.Progress) {
			mu.Lock()
			defer mu.Unlock()
			if s.Done > 0 && s.Done%linesEvery == 0 {
				fmt.Fprintf(p.stderr, "%s: %d of %d\n", printable(s.Source.Title), s.Done, s.Total)
			}
		}, func() {}
	}
	// One bar for all the sources that are read at once.
	far := make(map[string]source.Progress)
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(file), progressbar.OptionSetDescription("stories"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	show = func(s source.Progress) {
		mu.Lock()
		defer mu.Unlock()
		far[s.Source.ID] = s
		done, total := 0, 0
		for _, one := range far {
			done, total = done+one.Done, total+one.Total
		}
		bar.ChangeMax(total)
		bar.Set(done) // a bar that cannot be drawn is no reason to stop
	}
	return show, func() { bar.Clear() }
}

// linesEvery is how many stories apart the lines of progress are.
const linesEvery = 20

// The JSON of a refresh is a contract: see the README.
type (
	refreshList struct {
		Sources []refreshJSON `json:"sources"`
	}
	refreshJSON struct {
		ID        string             `json:"id"`
		Added     int                `json:"added"`
		Changed   int                `json:"changed"`
		Unchanged int                `json:"unchanged"`
		Withdrawn int                `json:"withdrawn"`
		Failed    int                `json:"failed"`
		Errors    []string           `json:"errors"`            // of what failed
		Stories   []refreshStoryJSON `json:"stories,omitempty"` // all but the unchanged
	}
	refreshStoryJSON struct {
		What       string         `json:"what"` // "added", "changed", "withdrawn" or "failed"
		ID         string         `json:"id,omitempty"`
		Title      string         `json:"title"`
		Address    string         `json:"address,omitempty"`
		Revision   int            `json:"revision,omitempty"`
		Paragraphs map[string]int `json:"paragraphs,omitempty"` // of a changed one: how many were added, changed, removed, moved
		Error      string         `json:"error,omitempty"`
	}
)

func describeRefresh(r source.Report) refreshJSON {
	of := refreshJSON{
		ID: r.Source.ID, Added: r.Added, Changed: r.Changed, Unchanged: r.Unchanged, Withdrawn: r.Withdrawn, Failed: r.Failed, Errors: []string{},
	}
	if r.Failed > 0 && r.Reason != nil {
		of.Errors = append(of.Errors, sentence(r.Reason))
	}
	for _, s := range r.Stories {
		story := refreshStoryJSON{What: string(s.What), ID: s.ID, Title: s.Title, Address: s.Address, Revision: s.Revision}
		if s.What == source.Changed {
			story.Paragraphs = map[string]int{"added": s.Edits.Added, "changed": s.Edits.Changed, "removed": s.Edits.Removed, "moved": s.Edits.Moved}
		}
		if s.Reason != nil {
			story.Error = sentence(s.Reason)
			of.Errors = append(of.Errors, story.Error)
		}
		of.Stories = append(of.Stories, story)
	}
	return of
}

func writeRefresh(w io.Writer, reports []source.Report) {
	if len(reports) == 0 {
		fmt.Fprintln(w, "No sources to refresh.")
	}
	for _, r := range reports {
		what := "Unchanged"
		switch {
		case r.Added+r.Changed+r.Withdrawn > 0:
			what = "Changed"
		case r.Failed > 0:
			what = "Failed"
		}
		fmt.Fprintf(w, "%s: %s (source %s)", what, printable(r.Source.Title), r.Source.ID)
		if r.Reason != nil {
			fmt.Fprintf(w, ": %s", printable(sentence(r.Reason)))
		}
		fmt.Fprintln(w)
		if r.Source.Kind == "feed" {
			fmt.Fprintf(w, "  %d added, %d changed, %d unchanged, %d withdrawn, %d failed\n", r.Added, r.Changed, r.Unchanged, r.Withdrawn, r.Failed)
		}
		for _, s := range r.Stories {
			fmt.Fprintf(w, "  %s: %s%s\n", s.What, printable(s.Title), printable(storyNews(s)))
		}
	}
}

// storyNews is what is told of a story beside what became of it.
func storyNews(s source.StoryReport) string {
	switch s.What {
	case source.Changed:
		return fmt.Sprintf(" (revision %d; paragraphs: %d added, %d changed, %d removed, %d moved)",
			s.Revision, s.Edits.Added, s.Edits.Changed, s.Edits.Removed, s.Edits.Moved)
	case source.Failed:
		return ": " + sentence(s.Reason)
	}
	return ""
}
