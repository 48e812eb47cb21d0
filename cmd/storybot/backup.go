package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"storybot/retrieval/record"
)

func (p *program) backupCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "backup PATH",
		Short: "Copy the database to a file, also while the bot runs, and check the copy",
		Long: `Copy the database to a file, as it is at this moment, also while 'storybot serve'
runs and writes. The copy is checked, and gets its name only when it is whole.
Only its owner may read it.

It holds everything but the search index, which is made again when it is needed,
and what was asked in Discord and is not answered yet (storybot.inbox), which is
of no use later.`,
		Example: `  storybot backup /var/backups/storybot-$(date +%F).db
  storybot backup --force storybot.backup`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if p.guild != "" {
				return usageError{errors.New("a backup is of all servers; leave out --guild, or use 'storybot sources export'")}
			}
			db, _ := p.paths()
			e, err := record.Backup(cmd.Context(), db, args[0], force, p.progress("pages"))
			if err != nil {
				return err
			}
			return p.tellCopied(args[0], e, "Backed up: %s to %s\n")
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "write over a file that exists")
	return cmd
}

func (p *program) restoreCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "restore PATH",
		Short: "Put a backup in the place of the database, while the bot does not run",
		Long: `Put a backup in the place of the database. Stop 'storybot serve' first: while a
process has the database open this is refused. The backup is checked before
anything is changed, and stays as it is. A database that exists is replaced, for
good, only with --force. The search index is made again at the next question.

Leave storybot.inbox, which stands beside the database, where it is: it keeps
questions that were answered since the backup from being answered again. What
people had deleted since the backup is there again: see 'storybot forget'.`,
		Example: "  storybot restore --force /var/backups/storybot-2026-11-20.db",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if p.guild != "" {
				return usageError{errors.New("a backup is of all servers; leave out --guild")}
			}
			db, _ := p.paths()
			e, err := record.Restore(cmd.Context(), args[0], db, force, p.progress("pages"))
			if err != nil {
				return err
			}
			return p.tellCopied(args[0], e, "Restored: %s from %s\n")
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace a database that exists")
	return cmd
}

// copied is what a backup holds. Its JSON is a contract: see the README.
type copied struct {
	File    string `json:"file"`
	Sources int    `json:"sources"`
	Stories int    `json:"stories"`
	Bytes   int64  `json:"bytes"`
}

// tellCopied prints what a backup of that name holds; the format has a place for that, and
// one for the name.
func (p *program) tellCopied(path string, e record.Extent, format string) error {
	return p.print(copied{path, e.Sources, e.Stories, e.Bytes}, func(w io.Writer) {
		holds := fmt.Sprintf("%s with %s, %.1f MB", counted(e.Sources, "source"), counted(e.Stories, "story"), float64(e.Bytes)/1e6)
		fmt.Fprintf(w, format, holds, printable(path))
	})
}
