package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"storybot/bot/ledger"
	"storybot/retrieval/record"
)

// doctorCommand tells what is wrong, and how to mend it.
func (p *program) doctorCommand() *cobra.Command {
	var running bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell what is wrong with this set-up, and how to mend it",
		Long: `Examine the settings, the database and its index, the bot in Discord and its
permissions in each server and channel that it serves, and the model. Each line
is ok, a warning or failed; below those that are not ok stands how to mend it.

Nothing is changed or created, also while 'storybot serve' runs, but one short
question is put to the model. It takes some ten seconds at most. With --guild
one server's permissions alone are looked at.

With --running nothing is examined: the 'storybot serve' that tells how it is at
STORYBOT_METRICS is asked whether it is ready, as health checks want it.`,
		Example: `  DISCORD_TOKEN_FILE=token.txt storybot doctor
  DISCORD_TOKEN_FILE=token.txt storybot doctor --json`,
		Args: cobra.NoArgs,
		// In place of the other commands': a setting that is wrong is a finding.
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.checkGuild(cmd) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			if running {
				return p.askRunning(cmd.Context())
			}
			return p.doctor(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&running, "running", false, "only ask the running bot, at STORYBOT_METRICS, whether it is ready")
	return cmd
}

// askRunning says whether the bot that tells how it is at STORYBOT_METRICS is ready.
func (p *program) askRunning(ctx context.Context) error {
	s, err := readSettings(p.environ)
	if err != nil {
		return err
	}
	if s.Metrics == "" {
		return usageError{errors.New("--running asks the bot at STORYBOT_METRICS, which is not set")}
	}
	if err := checkRunning(ctx, s.Metrics); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, "ready")
	return nil
}

// examinationLimit bounds each part of the examination; they run at once.
const examinationLimit = 10 * time.Second

// A status is how grave a finding is.
type status string

const (
	statusOK      status = "ok"
	statusWarning status = "warning" // it works, but not as it could
	statusBroken  status = "failed"
)

// A finding is a line of the doctor's. Its JSON is a contract: see the README.
type finding struct {
	Check  string `json:"check"`
	Status status `json:"status"`
	Detail string `json:"detail"`
	Mend   string `json:"mend"` // "" of what is ok
}

func well(check, detail string) finding         { return finding{check, statusOK, detail, ""} }
func doubtful(check, detail, to string) finding { return finding{check, statusWarning, detail, to} }
func broken(check, detail, to string) finding   { return finding{check, statusBroken, detail, to} }

func (p *program) doctor(ctx context.Context) error {
	var err error
	var findings []finding
	if p.settings, err = readSettings(p.environ); err != nil {
		findings = []finding{broken("settings", err.Error(), "Nothing else is examined until it is corrected; 'storybot help config' explains the settings.")}
	} else {
		findings = p.examine(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range findings {
		findings[i].Detail, findings[i].Mend = p.clean(findings[i].Detail), p.clean(findings[i].Mend)
	}
	if err := p.print(findings, func(w io.Writer) { writeFindings(w, findings) }); err != nil {
		return err
	}
	if n := countOf(findings, statusBroken); n > 0 {
		return fmt.Errorf("%s failed", counted(n, "check"))
	}
	return nil
}

// examine examines everything.
func (p *program) examine(ctx context.Context) []finding {
	path, folder := p.paths()
	db, findings := examineRecord(ctx, path)
	if db != nil {
		defer db.Close()
	}
	return append(append(p.examineSettings(), findings...), atOnce(ctx,
		func(ctx context.Context) []finding { return examineIntegrity(ctx, db) },
		func(ctx context.Context) []finding { return examineDisk(path, folder) },
		func(ctx context.Context) []finding { return examineIndex(ctx, db, folder) },
		func(ctx context.Context) []finding { return examineLedger(ctx, db) },
		func(ctx context.Context) []finding { return p.examineDiscord(ctx, guildSettings(db)) },
		p.examineModels,
	)...)
}

// atOnce runs examinations at the same time, and gives what they find in their order.
func atOnce(ctx context.Context, parts ...func(context.Context) []finding) []finding {
	ctx, cancel := context.WithTimeout(ctx, examinationLimit)
	defer cancel()
	found := make([][]finding, len(parts))
	var running sync.WaitGroup
	for i, part := range parts {
		running.Go(func() { found[i] = part(ctx) })
	}
	running.Wait()
	return slices.Concat(found...)
}

// guildSettings gives what moderators have set; the defaults where that cannot be read,
// which examineLedger tells of.
func guildSettings(db *record.DB) func(context.Context, string) ledger.Settings {
	return func(ctx context.Context, guild string) ledger.Settings {
		if db != nil {
			if s, err := ledger.New(db).Settings(ctx, guild); err == nil {
				return s
			}
		}
		return ledger.Defaults()
	}
}

// writeFindings prints a line a finding, with what to do below it.
func writeFindings(w io.Writer, findings []finding) {
	width := 0
	for _, f := range findings {
		width = max(width, len(f.Check))
	}
	for _, f := range findings {
		fmt.Fprintf(w, "%-7s  %-*s  %s\n", f.Status, width, f.Check, f.Detail)
		if f.Mend != "" {
			fmt.Fprintf(w, "%-7s  %-*s  %s\n", "", width, "", f.Mend)
		}
	}
	fmt.Fprintf(w, "\n%d ok, %s, %d failed.\n", countOf(findings, statusOK), counted(countOf(findings, statusWarning), "warning"), countOf(findings, statusBroken))
}

func countOf(findings []finding, of status) (n int) {
	for _, f := range findings {
		if f.Status == of {
			n++
		}
	}
	return n
}

// shortestSecret is the length from which a key is one: local servers are given words
// such as "none".
const shortestSecret = 8

// clean is a text on one line, without secrets and without what a terminal would obey.
func (p *program) clean(text string) string {
	return printable(strings.Join(strings.Fields(p.unsecret(text)), " "))
}

// unsecret takes secrets out of a text in which a server, or an error, may have repeated
// them.
func (p *program) unsecret(text string) string {
	for _, s := range []string{p.settings.DiscordToken, p.settings.OpenAIKey} {
		if len(s) >= shortestSecret {
			text = strings.ReplaceAll(text, s, "…")
		}
	}
	return withoutSecrets(text)
}

// said is an error as a finding's detail.
func said(err error) string { return withoutPackages(err.Error()) }

// mendFor is what to do about an error, as complain tells it; otherwise when it knows of
// nothing.
func mendFor(err error, otherwise string) string {
	for _, a := range advice() {
		if errors.Is(err, a.err) {
			return a.todo
		}
	}
	return otherwise
}
