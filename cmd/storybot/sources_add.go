package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"storybot/retrieval"
	"storybot/retrieval/source"
)

// addFlags are what is said of a source that is added.
type addFlags struct {
	title, date, link, schedule string
	days                        int
	yes                         bool
}

func (p *program) sourcesAddCommand() *cobra.Command {
	var f addFlags
	cmd := &cobra.Command{
		Use:   "add FILE|URL",
		Short: "Add a file, a page or a feed; again, to take in its changes",
		Long: `Add a source of stories; again, to take in its changes.

A text, Markdown, HTML or PDF file is a story. Of a URL it is found out whether it
is a page or a feed, whose entries become stories; what was found is shown, and
added once you say so, or with --yes. A site's front page that tells of a feed is
that feed.

Pages and feeds are read again by 'storybot serve', pages daily and feeds every
hour unless --refresh says otherwise, and by 'storybot sources refresh'.`,
		Example: `  storybot sources add report.md
  storybot sources add --guild 81384788765712384 --title "The report" report.txt
  storybot sources add --refresh "every 30m" https://example.org/news/feed.xml`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return misusedArgs(cmd, nil, nil)
			}
			published, err := parseDate(f.date)
			if err != nil {
				return err
			}
			if err := checkTitle(f.title); err != nil {
				return err
			}
			if err := checkPlan(f.schedule, f.days); err != nil {
				return err
			}
			if !cmd.Flags().Changed("days") {
				f.days = -1 // they stay
			}
			if isAddress.MatchString(args[0]) {
				return p.keeping(cmd, func(lib *library, keeper *source.Keeper) error {
					return p.addAddress(cmd, lib, keeper, args[0], published, f)
				})
			}
			return p.addFile(cmd, args[0], published, f)
		},
	}
	cmd.Flags().StringVar(&f.title, "title", "", "the story's `TITLE` (default: the one in it, or the file's name)")
	cmd.Flags().StringVar(&f.link, "url", "", "of a file: the `URL` at which readers find the story; citations link to the passage there")
	cmd.Flags().StringVar(&f.date, "date", "", "the `DATE` the story was published on, as 2024-07-08: 'yesterday' in it is the day before")
	cmd.Flags().StringVar(&f.schedule, "refresh", "", "`WHEN` it is read again by itself: 'every 30m', 'daily 06:00' (UTC) or 'manual'")
	cmd.Flags().IntVar(&f.days, "days", 0, "for so many `DAYS` after their publication its stories answer; 0: for good")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "add what is found at a URL without asking")
	return cmd
}

// checkPlan refuses what no source can be planned by, before anything is done. An empty
// schedule says nothing.
func checkPlan(schedule string, days int) error {
	if days < 0 || days > source.MaxDays {
		return usageError{fmt.Errorf("--days takes a number from 1 to %d, or 0 for good, not %d", source.MaxDays, days)}
	}
	if schedule == "" {
		return nil
	}
	if _, err := source.Schedule(schedule); err != nil {
		return usageError{fmt.Errorf("--refresh cannot be %q: %w", schedule, err)}
	}
	return nil
}

// maxTitle bounds a title that is given, in characters.
const maxTitle = 200

// checkTitle refuses a title that nobody could read. An empty one says nothing.
func checkTitle(title string) error {
	seen := func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
	if title != "" && !strings.ContainsFunc(title, seen) {
		return usageError{errors.New("--title has nothing in it that can be seen")}
	}
	if n := utf8.RuneCountInString(title); n > maxTitle {
		return usageError{fmt.Errorf("--title takes %d characters at most, not %d", maxTitle, n)}
	}
	return nil
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

func (p *program) addFile(cmd *cobra.Command, path string, published time.Time, f addFlags) error {
	src, story, err := source.File(path, f.title)
	if address := addressIn(path); address != "" && errors.Is(err, fs.ErrNotExist) {
		return usageError{fmt.Errorf("there is no file %s; did you mean %s?", path, address)}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	src.Guild = p.guild
	if !published.IsZero() {
		story.PublishedAt = published
	}
	link, err := source.Link(f.link)
	if err != nil {
		return usageError{fmt.Errorf("--url has to be an address of the web, as https://example.org/story, not %q", f.link)}
	}
	if link != "" {
		story.URL = link
	}
	return p.keeping(cmd, func(lib *library, keeper *source.Keeper) error {
		change, err := lib.corpus.Put(cmd.Context(), src, []retrieval.Story{story})
		if err != nil {
			return err
		}
		if err := p.plan(cmd, keeper, change.Source, f); err != nil {
			return err
		}
		return p.added(cmd, lib, change, story.Title, len(story.Paragraphs))
	})
}

// plan does what the flags say of when a source is read again; without them nothing.
func (p *program) plan(cmd *cobra.Command, keeper *source.Keeper, id string, f addFlags) error {
	if f.schedule == "" && f.days < 0 {
		return nil
	}
	_, err := keeper.Plan(cmd.Context(), p.guild, id, f.schedule, f.days, source.Terminal)
	return planned(err)
}

// planned is a plan's error, as wrong usage when it is that.
func planned(err error) error {
	for _, ours := range []error{source.ErrUploadAgain, source.ErrBundled} {
		if errors.Is(err, ours) {
			return usageError{err}
		}
	}
	return err
}

// added notes and tells what has become of a source that was put.
func (p *program) added(cmd *cobra.Command, lib *library, change retrieval.Change, title string, paragraphs int) error {
	if len(change.Added)+len(change.Changed) > 0 {
		if err := p.note(cmd.Context(), lib, "sources.add", title); err != nil {
			return err
		}
	}
	shown, err := p.showSource(cmd.Context(), lib, change.Source)
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
		fmt.Fprintf(w, "%s: %s (source %s, %s)\n", what, printable(title), change.Source, counted(paragraphs, "paragraph"))
		if slices.ContainsFunc(shown.Stories, func(s storyJSON) bool { return s.Withdrawn == retrieval.Expired }) {
			fmt.Fprintf(w, "It does not answer: it was published longer ago than the %s that its stories answer for.\n", counted(shown.Days, "day"))
		}
		if p.guild == retrieval.Shared {
			fmt.Fprintln(w, "It is shared: it answers in every server. --guild ID adds a source for one.")
		}
	})
}

// addAddress shows what there is at an address, asks, and adds it.
func (p *program) addAddress(cmd *cobra.Command, lib *library, keeper *source.Keeper, address string, published time.Time, f addFlags) error {
	ctx := cmd.Context()
	if f.link != "" {
		return usageError{errors.New("--url is for files: a page is linked to where it is")}
	}
	found, err := keeper.Look(ctx, p.guild, address, source.Terminal)
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	if !published.IsZero() {
		if found.Source.Kind == "feed" {
			return usageError{fmt.Errorf("%s is a feed, whose stories have dates of their own: leave out --date", address)}
		}
		found.Source.GivenDate, found.Stories[0].PublishedAt = published, published
	}
	if f.title != "" {
		found.Source.GivenTitle, found.Source.Title = f.title, f.title
	}
	if f.days >= 0 {
		found.Source.Days = f.days
	}
	writeFound(p.stderr, found)
	if err := p.agreed(ctx, f.yes); err != nil {
		return err
	}
	change, err := keeper.Add(ctx, found)
	if err != nil {
		return err
	}
	if err := p.plan(cmd, keeper, change.Source, f); err != nil {
		return err
	}
	if found.Source.Kind == "feed" {
		if err := p.note(ctx, lib, "sources.add", found.Source.Title); err != nil {
			return err
		}
		fmt.Fprintf(p.stderr, "It is source %s; its stories are read now.\n", change.Source)
		return p.refresh(cmd, lib, keeper, []string{change.Source}, func(r source.Report) source.Report { return r.With(found, change) })
	}
	return p.added(cmd, lib, change, found.Source.Title, len(found.Stories[0].Paragraphs))
}

// writeFound shows what there is at an address.
func writeFound(w io.Writer, found source.Found) {
	fmt.Fprintf(w, "Found a %s: %s\n", found.Source.Kind, printable(found.Source.Title))
	fmt.Fprintf(w, "  %s\n", printable(found.Source.Location))
	if found.Source.Kind == "feed" {
		fmt.Fprintf(w, "  %s\n", counted(found.Entries, "story"))
	}
	for _, s := range found.Stories {
		if found.Source.Kind == "feed" {
			which := "The newest"
			if s.PublishedAt.IsZero() {
				which = "The first" // of those without dates nobody knows
			}
			fmt.Fprintf(w, "  %s: %s\n", which, printable(s.Title))
		}
		details := []string{counted(len(s.Paragraphs), "paragraph")}
		if !s.PublishedAt.IsZero() {
			details = append(details, "published "+s.PublishedAt.UTC().Format(time.DateOnly))
		}
		if s.Language != "" {
			details = append(details, "language "+printable(s.Language))
		}
		fmt.Fprintf(w, "  %s; the first one:\n  %s\n", strings.Join(details, ", "), printable(s.Paragraphs[0].Text))
	}
	if found.Known.ID != "" {
		fmt.Fprintf(w, "  It is source %s already: its changes are taken in.\n", found.Known.ID)
	} else if found.Stored != "" {
		fmt.Fprintf(w, "  Source %s has this story already: added, it is there twice.\n", found.Stored)
	}
	for _, feed := range found.Feeds {
		fmt.Fprintf(w, "  Its site has a feed: %s\n", printable(feed))
	}
}

// Why what was found at an address is not added.
var (
	errAskedNobody = errors.New("nobody can be asked here whether to add it: give --yes")
	errDeclined    = errors.New("nothing was added")
)

// agreed asks in the terminal whether to add what was found.
func (p *program) agreed(ctx context.Context, yes bool) error {
	if yes {
		return nil
	}
	in, ok := p.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usageError{errAskedNobody}
	}
	fmt.Fprint(p.stderr, "Add it? [y/N] ")
	answer, err := bufio.NewReader(heeding{ctx, in}).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return errDeclined
}
