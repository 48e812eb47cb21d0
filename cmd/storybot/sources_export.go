package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"storybot/retrieval"
	"storybot/retrieval/record"
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
		now, err := lib.ledger.Settings(ctx, p.guild)
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

// exportTo writes a file that nobody else may read: a server's texts may be for its
// members.
func (p *program) exportTo(ctx context.Context, lib *library, path string, force bool) error {
	var e exported
	err := record.WriteFile(path, force, func(temporary string) error {
		file, err := os.OpenFile(temporary, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		e, err = p.export(ctx, lib, file)
		return errors.Join(err, file.Close())
	})
	if err != nil {
		return err
	}
	e.File = path
	return p.print(e, func(w io.Writer) {
		fmt.Fprintf(w, "Exported: %s with %s to %s\n", counted(e.Sources, "source"), counted(e.Stories, "story"), printable(path))
	})
}
