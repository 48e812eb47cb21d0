package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
)

func (p *program) sourcesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sources COMMAND",
		Short: "Add, list, show, plan, refresh and remove the sources of stories",
		Long: `Add, list, show, plan, refresh and remove the sources of stories: pages, feeds and
files. Those without --guild are shared: they answer in every server. SOURCE is an
id that 'storybot sources list' shows.`,
		Example: `  storybot sources add report.md
  storybot sources list`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.sourcesAddCommand(), p.sourcesListCommand(), p.sourcesShowCommand(), p.sourcesPlanCommand(), p.sourcesExportCommand(), p.sourcesImportCommand(),
		p.sourcesRefreshCommand(), p.sourcesRemoveCommand())
	return cmd
}

// keeping runs do on the open database, with a keeper of its sources.
func (p *program) keeping(cmd *cobra.Command, do func(*library, *source.Keeper) error) error {
	return p.with(cmd, func(lib *library) error {
		keeper, client := p.keeper(lib, p.logger(slog.LevelWarn), nil)
		defer client.Close()
		return do(lib, keeper)
	})
}

// with runs do on the open database.
func (p *program) with(cmd *cobra.Command, do func(*library) error) error {
	lib, err := p.open(cmd.Context(), p.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer lib.close()
	return do(lib)
}

// note enters a change in the guild's audit log.
func (p *program) note(ctx context.Context, lib *library, what, detail string) error {
	return lib.ledger.Note(ctx, ledger.Act{Guild: p.guild, What: what, Detail: detail})
}

func (p *program) sourcesListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the sources: the shared ones, and with --guild a server's own too",
		Long: `List the sources: the shared ones, and with --guild a server's own too. Each with
its id, when it is read again by itself, and, where that fails, why.`,
		Example: `  storybot sources list
  storybot sources list --guild 81384788765712384 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd, func(lib *library) error {
				sources, err := lib.corpus.Sources(cmd.Context(), p.guild)
				if err != nil {
					return err
				}
				list := sourceList{Sources: []sourceJSON{}}
				for _, s := range sources {
					list.Sources = append(list.Sources, describe(s))
				}
				return p.print(list, list.write)
			})
		},
	}
}

func (p *program) sourcesRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove SOURCE",
		Short: "Remove a source with all its stories",
		Long: `Remove a source with all its stories, at once and for good. Answers that cite
them stay, with their quotes.`,
		Example: `  storybot sources remove k3v9x2m4p6q7a
  storybot sources remove --guild 81384788765712384 k3v9x2m4p6q7a`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(lib *library) error {
				removed, err := lib.corpus.Remove(cmd.Context(), p.guild, args[0])
				if errors.Is(err, record.ErrNotFound) && p.guild != retrieval.Shared {
					if _, err := lib.corpus.Source(cmd.Context(), retrieval.Shared, args[0]); err == nil {
						return usageError{errors.New("that source is shared by all servers; leave out --guild to remove it")}
					}
				}
				if err != nil {
					return err
				}
				if err := p.note(cmd.Context(), lib, "sources.remove", removed.Title); err != nil {
					return err
				}
				return p.print(describe(removed), func(w io.Writer) {
					fmt.Fprintf(w, "Removed: %s (source %s)\n", printable(removed.Title), removed.ID)
				})
			})
		},
	}
}

// The JSON of sources is a contract: see the README.
type (
	sourceList struct {
		Sources []sourceJSON `json:"sources"`
	}
	sourceJSON struct {
		ID        string `json:"id"`
		Guild     string `json:"guild"`
		Kind      string `json:"kind"`
		Title     string `json:"title"`
		Location  string `json:"location"`
		Stories   int    `json:"stories"`
		CheckedAt string `json:"checked_at"` // RFC 3339, or ""
		Status    string `json:"status"`
		Error     string `json:"error"`
		Origin    string `json:"origin"`   // "terminal" or "discord"
		Schedule  string `json:"schedule"` // "" when it is read again by hand alone
		DueAt     string `json:"due_at"`   // when that is next, RFC 3339, or ""
		Days      int    `json:"days"`     // that its stories answer; 0: for good
	}
	shownSource struct {
		sourceJSON
		Stories []storyJSON `json:"stories"`
	}
	storyJSON struct {
		ID          string          `json:"id"`
		Title       string          `json:"title"`
		Revision    int             `json:"revision"`
		URL         string          `json:"url"`
		PublishedAt string          `json:"published_at"` // RFC 3339, or "", as the other times
		ModifiedAt  string          `json:"modified_at"`  // as the page says
		RevisedAt   string          `json:"revised_at"`   // when this revision was stored
		CheckedAt   string          `json:"checked_at"`   // when it was last found to be so
		Author      string          `json:"author"`
		Language    string          `json:"language"`
		Withdrawn   string          `json:"withdrawn"` // "gone" or "expired": it answers no more
		Revisions   []revisionJSON  `json:"revisions,omitempty"`
		Difference  []editJSON      `json:"difference,omitempty"`
		Paragraphs  []paragraphJSON `json:"paragraphs"`

		same string // why there is no difference
	}
	revisionJSON struct {
		Revision  int    `json:"revision"`
		Title     string `json:"title"`
		RevisedAt string `json:"revised_at"`
	}
	editJSON struct {
		Kind   string         `json:"kind"` // "added", "changed", "removed" or "moved"
		Before *paragraphJSON `json:"before"`
		After  *paragraphJSON `json:"after"`
	}
	paragraphJSON struct {
		Number  int    `json:"number"`
		Heading string `json:"heading"`
		Text    string `json:"text"`
	}
)

func describe(s retrieval.Source) sourceJSON {
	return sourceJSON{
		ID: s.ID, Guild: s.Guild, Kind: s.Kind, Title: s.Title, Location: s.Location, Stories: s.Stories,
		CheckedAt: stamp(s.CheckedAt), Status: s.Status, Error: s.Error, Origin: s.Origin, Schedule: s.Schedule, DueAt: stamp(s.DueAt), Days: s.Days,
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// maxListed bounds a title in the table, in characters.
const maxListed = 60

// shortened is the beginning of a text that is longer than that.
func shortened(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return strings.TrimSpace(string(runes[:limit-1])) + "…"
	}
	return text
}

func (l sourceList) write(w io.Writer) {
	if len(l.Sources) == 0 {
		fmt.Fprintln(w, "No sources. Add one: storybot sources add FILE|URL")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tSERVER\tKIND\tSTORIES\tREFRESH\tTITLE\tLOCATION")
	for _, s := range l.Sources {
		guild := s.Guild
		if guild == retrieval.Shared {
			guild = "shared"
		}
		title := shortened(printable(s.Title), maxListed)
		if s.Error != "" {
			title += " (failing)" // 'sources show' tells why
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", s.ID, guild, s.Kind, s.Stories, cmp.Or(s.Schedule, source.Manual), title, printable(s.Location))
	}
	table.Flush()
}
