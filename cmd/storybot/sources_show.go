package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"storybot/retrieval"
)

// showFlags say what is shown of a source's stories beside their paragraphs.
type showFlags struct {
	revisions bool
	diff      string // "", or the revision that is compared with the one before it; "newest"
}

func (p *program) sourcesShowCommand() *cobra.Command {
	var f showFlags
	cmd := &cobra.Command{
		Use:   "show SOURCE",
		Short: "Show a source's stories with their numbered paragraphs, their revisions, and what changed",
		Long: `Show a source's stories with their numbered paragraphs, as citations number them;
with --revisions the versions of each that are kept, with --diff what changed
with one, word by word.`,
		Example: `  storybot sources show k3v9x2m4p6q7a
  storybot sources show --revisions k3v9x2m4p6q7a
  storybot sources show --diff k3v9x2m4p6q7a
  storybot sources show --diff=2 k3v9x2m4p6q7a`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if n, err := strconv.Atoi(f.diff); f.diff != "" && f.diff != newest && (err != nil || n < 2) {
				return usageError{fmt.Errorf("--diff takes the number of a revision, from 2, as in --diff=3, not %q", f.diff)}
			}
			return p.with(cmd, func(lib *library) error {
				shown, err := p.showSource(cmd.Context(), lib, args[0])
				if err != nil {
					return err
				}
				if f.revisions {
					if err := shown.addRevisions(cmd.Context(), lib, p.guild); err != nil {
						return err
					}
				}
				if f.diff != "" {
					if err := shown.addDifference(cmd.Context(), lib, p.guild, f.diff); err != nil {
						return err
					}
				}
				return p.print(shown, func(w io.Writer) { shown.write(w, f) })
			})
		},
	}
	cmd.Flags().BoolVar(&f.revisions, "revisions", false, "list the revisions that are kept of each story")
	cmd.Flags().StringVar(&f.diff, "diff", "", "show what changed with revision `N`, without a number with the newest")
	cmd.Flags().Lookup("diff").NoOptDefVal = newest
	return cmd
}

// newest is --diff without a number.
const newest = "newest"

func (p *program) showSource(ctx context.Context, lib *library, id string) (shownSource, error) {
	src, err := lib.corpus.Source(ctx, p.guild, id)
	if err != nil {
		return shownSource{}, err
	}
	stories, err := lib.corpus.Stories(ctx, p.guild, id)
	if err != nil {
		return shownSource{}, err
	}
	shown := shownSource{sourceJSON: describe(src)}
	for _, story := range stories {
		s := storyJSON{
			ID: story.ID, Title: story.Title, Revision: story.Revision, URL: story.URL, PublishedAt: stamp(story.PublishedAt),
			ModifiedAt: stamp(story.ModifiedAt), RevisedAt: stamp(story.RevisedAt), CheckedAt: stamp(story.CheckedAt),
			Author: story.Author, Language: story.Language, Withdrawn: story.Withdrawn,
		}
		for _, p := range story.Paragraphs {
			s.Paragraphs = append(s.Paragraphs, paragraphJSON(p))
		}
		shown.Stories = append(shown.Stories, s)
	}
	return shown, nil
}

func (s *shownSource) addRevisions(ctx context.Context, lib *library, guild string) error {
	for i := range s.Stories {
		revisions, err := lib.corpus.Revisions(ctx, guild, s.Stories[i].ID)
		if err != nil {
			return err
		}
		for _, r := range revisions {
			s.Stories[i].Revisions = append(s.Stories[i].Revisions, revisionJSON{r.Revision, r.Title, stamp(r.RevisedAt)})
		}
	}
	return nil
}

// addDifference adds what changed in each story with a revision, or why that cannot be
// told. When no story has such a revision it is a usageError.
func (s *shownSource) addDifference(ctx context.Context, lib *library, guild, which string) error {
	none := true
	for i := range s.Stories {
		story := &s.Stories[i]
		n := story.Revision
		if which != newest {
			n, _ = strconv.Atoi(which) // it was looked at before
		}
		after, err := lib.corpus.Revision(ctx, guild, story.ID, n)
		if errors.Is(err, retrieval.ErrNotFound) {
			if story.same, err = noRevision(ctx, lib, guild, story.ID, n); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		none = false
		if n == 1 {
			story.same = "it has one revision so far"
			continue
		}
		before, err := lib.corpus.Revision(ctx, guild, story.ID, n-1)
		if errors.Is(err, retrieval.ErrNotFound) {
			story.same = fmt.Sprintf("revision %d is not kept any more, so what changed after it is not known", n-1)
			continue
		}
		if err != nil {
			return err
		}
		story.same = "no paragraph differs"
		for _, e := range retrieval.Difference(before.Paragraphs, after.Paragraphs) {
			if e.Kind != retrieval.Same {
				story.Difference = append(story.Difference, editJSON{string(e.Kind), paragraphOf(e.Before), paragraphOf(e.After)})
			}
		}
	}
	switch {
	case none && len(s.Stories) == 1:
		return usageError{errors.New(s.Stories[0].same)}
	case none && len(s.Stories) > 1:
		return usageError{fmt.Errorf("no story of it has a revision %s; --revisions lists those that there are", which)}
	}
	return nil
}

// noRevision says which revisions of a story are kept, where one that is asked for is not.
func noRevision(ctx context.Context, lib *library, guild, story string, n int) (string, error) {
	revisions, err := lib.corpus.Revisions(ctx, guild, story)
	if err != nil {
		return "", err
	}
	var kept []string
	for _, r := range revisions {
		kept = append(kept, strconv.Itoa(r.Revision))
	}
	slices.Reverse(kept) // they come newest first
	return fmt.Sprintf("there is no revision %d; kept are: %s", n, strings.Join(kept, ", ")), nil
}

func paragraphOf(p *retrieval.Paragraph) *paragraphJSON {
	if p == nil {
		return nil
	}
	json := paragraphJSON(*p)
	return &json
}

func (s shownSource) write(w io.Writer, f showFlags) {
	fmt.Fprintf(w, "%s (%s, source %s)\n", printable(s.Title), printable(s.Location), s.ID)
	if s.Error != "" {
		fmt.Fprintf(w, "It could not be read again: %s\n", printable(s.Error))
	}
	for _, story := range s.Stories {
		fmt.Fprintf(w, "\n%s (%s)\n", printable(story.Title), strings.Join(story.details(), ", "))
		for _, r := range story.Revisions {
			fmt.Fprintf(w, "  revision %d, %s: %s\n", r.Revision, r.RevisedAt, printable(r.Title))
		}
		if f.diff != "" {
			story.writeDifference(w)
		} else if !f.revisions {
			story.writeParagraphs(w)
		}
	}
}

// details are what is told of a story beside its title.
func (s storyJSON) details() []string {
	details := []string{"story " + s.ID, fmt.Sprintf("revision %d", s.Revision)}
	for _, one := range []struct{ what, time string }{{"published", s.PublishedAt}, {"modified", s.ModifiedAt}} {
		if day, _, ok := strings.Cut(one.time, "T"); ok {
			details = append(details, one.what+" "+day)
		}
	}
	switch s.Withdrawn {
	case "":
	case "gone":
		details = append(details, "withdrawn by its publisher")
	default:
		details = append(details, s.Withdrawn)
	}
	return details
}

func (s storyJSON) writeParagraphs(w io.Writer) {
	heading := ""
	for _, p := range s.Paragraphs {
		if p.Heading != heading {
			heading = p.Heading
			fmt.Fprintf(w, "\n  %s\n", printable(heading))
		}
		fmt.Fprintf(w, "\n%3d  %s\n", p.Number, printable(p.Text))
	}
}

// writeDifference shows paragraphs that differ: + added, - removed, ~ changed, with
// [-what was-] and {+what is+}, > moved.
func (s storyJSON) writeDifference(w io.Writer) {
	if len(s.Difference) == 0 {
		fmt.Fprintf(w, "  %s\n", s.same)
	}
	for _, e := range s.Difference {
		switch retrieval.EditKind(e.Kind) {
		case retrieval.Added:
			fmt.Fprintf(w, "\n+%2d  %s\n", e.After.Number, printable(e.After.Text))
		case retrieval.Removed:
			fmt.Fprintf(w, "\n-%2d  %s\n", e.Before.Number, printable(e.Before.Text))
		case retrieval.Moved:
			fmt.Fprintf(w, "\n>%2d  was %d: %s\n", e.After.Number, e.Before.Number, printable(e.After.Text))
		default:
			fmt.Fprintf(w, "\n~%2d  %s\n", e.After.Number, words(e.Before.Text, e.After.Text))
		}
	}
}

// words shows how a text was changed, as git diff --word-diff does.
func words(before, after string) string {
	var text strings.Builder
	for _, s := range retrieval.Words(before, after) {
		marks := map[retrieval.EditKind][2]string{retrieval.Removed: {"[-", "-]"}, retrieval.Added: {"{+", "+}"}}[s.Kind]
		text.WriteString(marks[0] + printable(s.Text) + marks[1])
	}
	return cmp.Or(text.String(), "its heading")
}
