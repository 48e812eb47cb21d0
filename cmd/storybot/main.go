// Command storybot answers questions about stories and cites the source
// paragraph for every answer: in the terminal, and in Discord.
//
// See 'storybot help' and the README.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals) // the second signal ends what does not heed the first
		stop(stopped{s})
	}()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// Exit statuses. What a signal has stopped ends with 128 and the signal's number, as
// shells expect: 130 after Ctrl-C.
const (
	statusDone    = 0 // also for an honest 'not in the stories'
	statusFailed  = 1
	statusUsage   = 2
	statusStopped = 128
)

// stopped is why a context ends when a signal has come.
type stopped struct{ os.Signal }

func (s stopped) Error() string { return "stopped by a signal: " + s.String() }

// Is has it taken for what it is the cause of: some libraries give a context's cause in
// place of its error.
func (s stopped) Is(target error) bool { return target == context.Canceled }

// interrupted is the exit status of what ctx has stopped.
func interrupted(ctx context.Context) int {
	var by stopped
	if errors.As(context.Cause(ctx), &by) {
		if number, ok := by.Signal.(syscall.Signal); ok {
			return statusStopped + int(number)
		}
	}
	return statusFailed
}

// run is the program: data goes to stdout, progress and complaints to stderr,
// and what it returns is the exit status.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{environ: environ, stdin: stdin, stdout: stdout, stderr: stderr}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return statusDone
	}
	return p.complain(ctx, err)
}
