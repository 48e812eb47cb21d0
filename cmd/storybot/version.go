package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"storybot/retrieval/record"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built from and with",
		Long: `Print the version, the commit that it was built from, where the build recorded
that, and the versions of Go and SQLite.`,
		Example: `  storybot version
  storybot version --json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			return p.print(b, b.write)
		},
	}
}

// A build is what is known of the program.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`    // "" where the build did not record it, as below
	At       string `json:"commit_at"` // RFC 3339
	Modified bool   `json:"modified"`  // it was built from files that differ from the commit's
	Go       string `json:"go"`
	Platform string `json:"platform"`
	SQLite   string `json:"sqlite"`
}

func thisBuild() build {
	b := build{Version: number(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, SQLite: record.SQLite()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.At = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func (b build) write(w io.Writer) {
	fmt.Fprintln(w, "storybot", version())
	if b.At != "" {
		fmt.Fprintln(w, "committed at", b.At)
	}
	if b.Modified {
		fmt.Fprintln(w, "built from files that differ from the commit's")
	}
	fmt.Fprintf(w, "for %s, with SQLite %s\n", b.Platform, b.SQLite)
}

// version is the module's, with the commit that it was built from where the build recorded it.
func version() string {
	b := thisBuild()
	return strings.Join(slices.DeleteFunc([]string{b.Version, b.Commit, b.Go}, func(s string) bool { return s == "" }), " ")
}

// number is the module's version alone.
func number() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
