package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
	"storybot/retrieval"
	"storybot/retrieval/source"
)

func (p *program) sourcesExportCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "export [FILE]",
		Short: "Write the sources with their stories, and with --guild the server's settings, as one file",
		Long: `Write the sources with the newest revisions of their stories as one file of JSON:
the shared ones, or with --guild exactly that server's own and its settings. Without
FILE, or as -, it goes to stdout. The bundled story is left out, as every database
has it; so are old revisions, questions and answers, and every secret.`,
		Example: `  storybot sources export shared.json
  storybot sources export --guild 81384788765712384 | gzip > server.json.gz`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(lib *library) error {
				if len(args) == 0 || args[0] == "-" {
					out := bufio.NewWriter(p.stdout)
					_, err := p.export(cmd.Context(), lib, out)
					return errors.Join(err, out.Flush())
				}
				return p.exportTo(cmd.Context(), lib, args[0], force)
			})
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that exists")
	return cmd
}

// exported is how much was exported. Its JSON is a contract: see the README.
type exported struct {
	File    string `json:"file"`
	Sources int    `json:"sources"`
	Stories int    `json:"stories"`
}

func (p *program) export(ctx context.Context, lib *library, w io.Writer) (e exported, err error) {
	var settings json.RawMessage
	if p.guild != retrieval.Shared {
		now, err := ledger.New(lib.db).Settings(ctx, p.guild)
		if err != nil {
			return e, err
		}
		if settings, err = json.Marshal(now); err != nil {
			return e, err
		}
	}
	e.Sources, e.Stories, err = source.Export(ctx, lib.corpus, p.guild, settings, w)
	return e, err
}

var errExists = errors.New("the file exists already")

// exportTo writes a file that is whole when it gets its name, and that nobody else
// may read: a server's texts may be for its members.
func (p *program) exportTo(ctx context.Context, lib *library, path string, force bool) (err error) {
	if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s: %w", path, syscall.EISDIR)
	} else if err == nil && !force {
		return fmt.Errorf("%s: %w", path, errExists)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".storybot-export-*") // of mode 0600
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, errors.Unwrap(err)) // without that file's name
	}
	defer os.Remove(file.Name()) // there is none any more when all went well
	defer file.Close()
	e, err := p.export(ctx, lib, file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := give(file.Name(), path, force); err != nil {
		return err
	}
	e.File = path
	return p.print(e, func(w io.Writer) {
		fmt.Fprintf(w, "Exported: %s with %s to %s\n", counted(e.Sources, "source"), counted(e.Stories, "story"), printable(path))
	})
}

// give gives a file its name. Without force that of one which has been made meanwhile is
// not taken: a link, unlike a new name, is refused then.
func give(from, to string, force bool) error {
	if !force {
		err := os.Link(from, to)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s: %w", to, errExists)
		}
		if err == nil {
			return nil
		}
		// Not all file systems have links.
	}
	return os.Rename(from, to)
}
