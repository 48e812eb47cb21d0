package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
)

func (p *program) sourcesRefreshCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "refresh [SOURCE…]",
		Short: "Read sources again and take in what is new; all of them when none is named",
		Long: `Read sources again and take in what is new: all of them when none is named.
Without --guild the shared ones, with it exactly that server's own. A story keeps
its title and its date; 'storybot sources add' changes them. What cannot be read
keeps its last text.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(lib *library) error { return p.refresh(cmd, lib, args) })
		},
	}
}

func (p *program) refresh(cmd *cobra.Command, lib *library, ids []string) error {
	reports, err := source.Refresh(cmd.Context(), lib.corpus, p.guild, source.Terminal, ids...)
	if errors.Is(err, record.ErrNotFound) && p.guild != retrieval.Shared {
		return fmt.Errorf("%w among the server's own; shared ones are refreshed without --guild", err)
	}
	list := refreshList{Sources: []refreshJSON{}}
	failed := 0
	for _, r := range reports {
		list.Sources = append(list.Sources, describeRefresh(r))
		if r.Failed > 0 {
			failed++
		}
		if r.Added+r.Changed > 0 {
			err = errors.Join(err, p.note(cmd.Context(), lib, "sources.refresh", r.Source.Title))
		}
	}
	// Also with an error: what was done before it is done.
	if err == nil || len(reports) > 0 {
		err = errors.Join(err, p.print(list, func(w io.Writer) { writeRefresh(w, reports) }))
	}
	if err == nil && failed > 0 {
		return fmt.Errorf("%d of %d sources could not be read", failed, len(reports))
	}
	return err
}

// The JSON of a refresh is a contract: see the README.
type (
	refreshList struct {
		Sources []refreshJSON `json:"sources"`
	}
	refreshJSON struct {
		ID        string   `json:"id"`
		Added     int      `json:"added"`
		Changed   int      `json:"changed"`
		Unchanged int      `json:"unchanged"`
		Failed    int      `json:"failed"`
		Errors    []string `json:"errors"` // of what failed
	}
)

func describeRefresh(r source.Report) refreshJSON {
	of := refreshJSON{ID: r.Source.ID, Added: r.Added, Changed: r.Changed, Unchanged: r.Unchanged, Failed: r.Failed, Errors: []string{}}
	if r.Failed > 0 {
		of.Errors = append(of.Errors, withoutPackages(r.Reason.Error()))
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
		case r.Failed > 0:
			what = "Failed"
		case r.Added+r.Changed > 0:
			what = "Changed"
		}
		fmt.Fprintf(w, "%s: %s (source %s)", what, printable(r.Source.Title), r.Source.ID)
		if r.Reason != nil {
			fmt.Fprintf(w, ": %s", printable(withoutPackages(r.Reason.Error())))
		}
		fmt.Fprintln(w)
	}
}
