package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

func (p *program) sourcesImportCommand() *cobra.Command {
	var trust, settings bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Take in what 'sources export' has written",
		Long: `Take in what 'storybot sources export' has written, or from stdin as -: as shared
sources, or with --guild as those of that server, whosever they were. The file is
read through first: if anything in it is wrong, nothing is imported. The same again
changes nothing. What is here already keeps its schedule.

A file may be anybody's, so what is in it is treated as if it was added in Discord:
pages and feeds never reach a private network, and what were files of another
machine become attachments, which are not read again. --trust says that its word is
your own: then pages and feeds, also those that an import without it has left here,
may reach what STORYBOT_FETCH_ALLOW opens, and files are read again at the paths
that it names.

--settings takes over the server's settings; channels and roles among them only
into the server that they are of.`,
		Example: `  storybot sources import --guild 81384788765712384 --settings server.json
  gunzip -c server.json.gz | storybot sources import --guild 81384788765712384 -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if settings && p.guild == retrieval.Shared {
				return usageError{errors.New("settings are a server's: --settings needs --guild")}
			}
			file, err := p.archiveFile(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			archive, err := source.ReadArchive(file)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			var taken []ledger.Setting
			if settings {
				if taken, err = settingsIn(archive, p.guild); err != nil {
					return fmt.Errorf("%s: %w", args[0], err)
				}
			}
			return p.with(cmd, func(lib *library) error { return p.importArchive(cmd.Context(), lib, archive, trust, taken) })
		},
	}
	cmd.Flags().BoolVar(&trust, "trust", false, "believe what the file says of paths and of where its sources are from")
	cmd.Flags().BoolVar(&settings, "settings", false, "take over the settings of the server too")
	return cmd
}

// maxSpooled bounds what is kept of a stream that cannot be read twice: more than the
// texts of any record.
const maxSpooled = 4 << 30

// archiveFile opens a file that is read twice: a stream is kept meanwhile, where nobody
// else can read it.
func (p *program) archiveFile(ctx context.Context, name string) (*os.File, error) {
	in := p.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		if info, err := file.Stat(); err != nil || info.Mode().IsRegular() {
			return file, err
		}
		defer file.Close()
		in = file
	}
	kept, err := os.CreateTemp("", "storybot-import-*")
	if err != nil {
		return nil, err
	}
	os.Remove(kept.Name()) // it is there until it is closed; where that cannot be, it is left
	n, err := io.Copy(kept, io.LimitReader(heeding{ctx, in}, maxSpooled+1))
	if err == nil && n > maxSpooled {
		err = fmt.Errorf("larger than %d GiB", maxSpooled>>30)
	}
	if err == nil {
		_, err = kept.Seek(0, io.SeekStart)
	}
	if err != nil {
		kept.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return kept, nil
}

// settingsIn are the settings of an archive that can be a guild's: channels and roles
// are of one guild only.
func settingsIn(archive *source.Archive, guild string) ([]ledger.Setting, error) {
	if archive.Settings == nil {
		return nil, fmt.Errorf("%w: the file has no settings, as it is of shared sources", ledger.ErrSetting)
	}
	given, tried := ledger.Defaults(), ledger.Defaults()
	dec := json.NewDecoder(bytes.NewReader(archive.Settings))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&given); err != nil {
		return nil, fmt.Errorf("%w: %w", ledger.ErrSetting, err)
	}
	var all []ledger.Setting
	for _, s := range given.All() {
		if guild != archive.Guild && slices.Contains([]string{"channels", "auto", "roles", "audit_channel"}, s.Name) {
			continue
		}
		if err := tried.Set(s.Name, s.Value); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (p *program) importArchive(ctx context.Context, lib *library, archive *source.Archive, trust bool, settings []ledger.Setting) error {
	imported, err := archive.Import(ctx, lib.corpus, p.guild, trust)
	// What was done before an error is done, and told.
	after := context.WithoutCancel(ctx)
	report := importList{Sources: []importJSON{}, Settings: []string{}}
	attachments, wrong := p.attachments(after, lib)
	err = errors.Join(err, wrong)
	changed := 0
	for _, i := range imported {
		report.Sources = append(report.Sources, importJSON{
			ID: i.Source.ID, Kind: i.Source.Kind, Title: i.Source.Title, Location: i.Source.Location, Added: i.Added, Changed: i.Changed, Unchanged: i.Unchanged,
			Trusted: i.Trusted,
		})
		if i.Source.Kind == "file" && i.Added > 0 {
			report.Sources[len(report.Sources)-1].beside = attachments[source.ImportedFile(i.Source.Location)]
		}
		if i.Added+i.Changed > 0 || i.Trusted {
			changed++
		}
	}
	if changed > 0 {
		err = errors.Join(err, p.note(after, lib, "sources.import", counted(changed, "source")))
	}
	if err == nil && len(settings) > 0 {
		var acts []ledger.Act
		_, acts, err = lib.ledger.Change(after, p.guild, terminal, func(now *ledger.Settings) {
			for _, s := range settings {
				now.Set(s.Name, s.Value) // fails no more: settingsIn has tried it
			}
		})
		for _, act := range acts {
			report.Settings = append(report.Settings, act.What+": "+act.Detail)
		}
	}
	if err == nil || len(imported) > 0 {
		err = errors.Join(err, p.print(report, report.write))
	}
	return err
}

// attachments are the ids of the guild's attachments, by location.
func (p *program) attachments(ctx context.Context, lib *library) (map[string]string, error) {
	sources, err := lib.corpus.Sources(ctx, p.guild)
	ids := make(map[string]string)
	for _, s := range sources {
		if s.Kind == "attachment" && s.Guild == p.guild {
			ids[s.Location] = s.ID
		}
	}
	return ids, err
}

// The JSON of an import is a contract: see the README.
type (
	importList struct {
		Sources  []importJSON `json:"sources"`
		Settings []string     `json:"settings"` // that are changed
	}
	importJSON struct {
		ID        string `json:"id"`
		Kind      string `json:"kind"`
		Title     string `json:"title"`
		Location  string `json:"location"`
		Added     int    `json:"added"` // stories, as what follows
		Changed   int    `json:"changed"`
		Unchanged int    `json:"unchanged"`
		Trusted   bool   `json:"trusted"` // it was here without --trust, and is trusted now

		beside string // id of the attachment that an import without --trust has made of a file
	}
)

func (l importList) write(w io.Writer) {
	if len(l.Sources) == 0 {
		fmt.Fprintln(w, "The file has no sources.")
	}
	for _, s := range l.Sources {
		fmt.Fprintf(w, "%s (%s, source %s): %d added, %d changed, %d unchanged", printable(s.Title), s.Kind, s.ID, s.Added, s.Changed, s.Unchanged)
		if s.Trusted {
			fmt.Fprint(w, ", trusted from now on")
		}
		fmt.Fprintln(w)
		if s.beside != "" {
			fmt.Fprintf(w, "  An import without --trust has left it as an attachment too: remove that, source %s.\n", s.beside)
		}
	}
	for _, s := range l.Settings {
		fmt.Fprintln(w, printable(s))
	}
}
