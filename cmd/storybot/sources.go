package main

import (
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
		Use:   "sources",
		Short: "Add, list, show, refresh and remove the sources of stories",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.sourcesAddCommand(), p.sourcesListCommand(), p.sourcesShowCommand(), p.sourcesRefreshCommand(),
		p.sourcesRemoveCommand())
	return cmd
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

func (p *program) sourcesAddCommand() *cobra.Command {
	var title, date, link string
	cmd := &cobra.Command{
		Use:   "add FILE",
		Short: "Add a text or Markdown file as a story; again, to take in its changes",
		Example: `  storybot sources add report.md
  storybot sources add --guild 81384788765712384 --title "The report" report.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			published, err := parseDate(date)
			if err != nil {
				return err
			}
			src, story, err := source.File(args[0], title)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			src.Guild, story.PublishedAt = p.guild, published
			if story.URL, err = source.Link(link); err != nil {
				return usageError{fmt.Errorf("--url has to be an address of the web, as https://example.org/story, not %q", link)}
			}
			return p.with(cmd, func(lib *library) error { return p.add(cmd, lib, src, story) })
		},
	}
	cmd.Flags().StringVar(&title, "title", "", "the story's `TITLE` (default: the first heading, or the file's name)")
	cmd.Flags().StringVar(&link, "url", "", "the `URL` at which readers find the story: citations link to the passage there")
	cmd.Flags().StringVar(&date, "date", "", "the `DATE` the story was published on, as 2024-07-08: 'yesterday' in it is the day before")
	return cmd
}

// parseDate reads a day; the zero time when there is none.
func parseDate(date string) (time.Time, error) {
	if date == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--date must be a day as 2024-07-08, not %q", date)}
	}
	return day, nil
}

func (p *program) add(cmd *cobra.Command, lib *library, src retrieval.Source, story retrieval.Story) error {
	change, err := lib.corpus.Put(cmd.Context(), src, []retrieval.Story{story})
	if err != nil {
		return err
	}
	if len(change.Added)+len(change.Changed) > 0 {
		if err := p.note(cmd.Context(), lib, "sources.add", src.Title); err != nil {
			return err
		}
	}
	shown, err := p.showSource(cmd, lib, change.Source)
	if err != nil {
		return err
	}
	return p.print(shown, func(w io.Writer) {
		what := "Unchanged"
		switch {
		case len(change.Added) > 0:
			what = "Added"
		case len(change.Changed) > 0:
			what = "Changed"
		}
		fmt.Fprintf(w, "%s: %s (source %s, %d paragraphs)\n", what, printable(story.Title), change.Source, len(story.Paragraphs))
		if p.guild == retrieval.Shared {
			fmt.Fprintln(w, "It is shared: it answers in every server. --guild ID adds a source for one.")
		}
	})
}

// note enters a change in the guild's audit log.
func (p *program) note(ctx context.Context, lib *library, what, detail string) error {
	return ledger.New(lib.db).Note(ctx, ledger.Act{Guild: p.guild, What: what, Detail: detail})
}

func (p *program) sourcesListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the sources: the shared ones, and with --guild a server's own too",
		Args:  cobra.NoArgs,
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

func (p *program) sourcesShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show SOURCE",
		Short: "Show a source's stories with their numbered paragraphs",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(lib *library) error {
				shown, err := p.showSource(cmd, lib, args[0])
				if err != nil {
					return err
				}
				return p.print(shown, shown.write)
			})
		},
	}
}

func (p *program) showSource(cmd *cobra.Command, lib *library, id string) (shownSource, error) {
	src, err := lib.corpus.Source(cmd.Context(), p.guild, id)
	if err != nil {
		return shownSource{}, err
	}
	stories, err := lib.corpus.Stories(cmd.Context(), p.guild, id)
	if err != nil {
		return shownSource{}, err
	}
	shown := shownSource{sourceJSON: describe(src)}
	for _, story := range stories {
		s := storyJSON{ID: story.ID, Title: story.Title, Revision: story.Revision, URL: story.URL, PublishedAt: stamp(story.PublishedAt)}
		for _, p := range story.Paragraphs {
			s.Paragraphs = append(s.Paragraphs, paragraphJSON(p))
		}
		shown.Stories = append(shown.Stories, s)
	}
	return shown, nil
}

func (p *program) sourcesRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove SOURCE",
		Short: "Remove a source with all its stories",
		Args:  cobra.ExactArgs(1),
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
		PublishedAt string          `json:"published_at"` // RFC 3339, or ""
		Paragraphs  []paragraphJSON `json:"paragraphs"`
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
		CheckedAt: stamp(s.CheckedAt), Status: s.Status, Error: s.Error,
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (l sourceList) write(w io.Writer) {
	if len(l.Sources) == 0 {
		fmt.Fprintln(w, "No sources. Add one: storybot sources add FILE")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SOURCE\tSERVER\tKIND\tSTORIES\tTITLE\tLOCATION")
	for _, s := range l.Sources {
		guild := s.Guild
		if guild == retrieval.Shared {
			guild = "shared"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n", s.ID, guild, s.Kind, s.Stories, printable(s.Title), printable(s.Location))
	}
	table.Flush()
}

func (s shownSource) write(w io.Writer) {
	fmt.Fprintf(w, "%s (%s, source %s)\n", printable(s.Title), printable(s.Location), s.ID)
	for _, story := range s.Stories {
		published := ""
		if day, _, ok := strings.Cut(story.PublishedAt, "T"); ok {
			published = ", published " + day
		}
		fmt.Fprintf(w, "\n%s (story %s, revision %d%s)\n", printable(story.Title), story.ID, story.Revision, published)
		heading := ""
		for _, p := range story.Paragraphs {
			if p.Heading != heading {
				heading = p.Heading
				fmt.Fprintf(w, "\n  %s\n", printable(heading))
			}
			fmt.Fprintf(w, "\n%3d  %s\n", p.Number, printable(p.Text))
		}
	}
}
