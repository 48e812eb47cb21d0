package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"storybot/bot"
	"storybot/bot/discord"
	"storybot/bot/eval"
	"storybot/bot/ledger"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
	"storybot/retrieval/source"
)

// complain prints one clear sentence on the error, and what to do, and gives
// the exit status.
func (p *program) complain(ctx context.Context, err error) int {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		if _, ok := p.screen(); ok {
			fmt.Fprintln(p.stderr) // after the ^C that it shows, or a bar
		}
		fmt.Fprintln(p.stderr, "storybot: interrupted; nothing was lost")
		return interrupted(ctx)
	}
	fmt.Fprintf(p.stderr, "storybot: %s\n", printable(sentence(err)))
	var unclear *record.StoryError
	if errors.As(err, &unclear) {
		fmt.Fprintln(p.stderr, "  Name a story by its id, or by its exact title if one story alone has it:")
		for _, s := range unclear.Candidates {
			fmt.Fprintf(p.stderr, "  %s  %s\n", s.ID, printable(s.Title))
		}
		return statusUsage
	}
	for _, a := range advice() {
		if errors.Is(err, a.err) {
			fmt.Fprintf(p.stderr, "  %s\n", a.todo)
			break
		}
	}
	var full *record.QuotaError
	if errors.As(err, &full) {
		todo := "Remove what is not needed"
		if full.What == "fetches" {
			todo = "Wait until midnight UTC"
		}
		fmt.Fprintf(p.stderr, "  %s, or raise that quota: see 'storybot help config'.\n", todo)
	}
	if errors.As(err, new(usageError)) || errors.Is(err, bot.ErrNoAnswer) || errors.Is(err, ledger.ErrNotFound) {
		return statusUsage
	}
	return statusFailed
}

// sentence is an error's text for people.
func sentence(err error) string { return withoutSecrets(withoutPackages(plain(err))) }

// plain is an error's text, in which what the libraries say that the program is made with
// is said in words for everybody.
func plain(err error) string {
	text := err.Error()
	say := func(theirs error, ours string) { text = strings.Replace(text, theirs.Error(), ours, 1) }
	var file *fs.PathError
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var full *record.QuotaError
	switch {
	case errors.Is(err, source.ErrRobots) && errors.Is(err, source.ErrUnreachable): // nor could that file be had
		text = strings.Replace(text, source.ErrRobots.Error()+": ", "", 1)
	case errors.As(err, &full):
		say(full, fmt.Sprintf("%v by STORYBOT_QUOTA_%s", full, strings.ToUpper(full.What)))
	case errors.As(err, &file):
		before, _, _ := strings.Cut(text, file.Error())
		named := slices.ContainsFunc(strings.Fields(before), func(word string) bool {
			return filepath.Base(strings.TrimSuffix(word, ":")) == filepath.Base(file.Path)
		})
		if named {
			say(file, file.Err.Error())
		} else {
			say(file, file.Path+": "+file.Err.Error())
		}
	case errors.As(err, &syntax):
		say(syntax, "it is not JSON")
	case errors.As(err, &kind):
		say(kind, cmp.Or(kind.Field, "it")+" has the wrong kind of value")
	case errors.Is(err, io.ErrUnexpectedEOF):
		say(io.ErrUnexpectedEOF, "it ends too early")
	case errors.Is(err, io.EOF):
		say(io.EOF, "it ends too early")
	case errors.Is(err, context.DeadlineExceeded):
		say(context.DeadlineExceeded, "time ran out")
	}
	return text
}

// credentials are the user and the password in an address.
var credentials = regexp.MustCompile(`(://)[^\s/"]*@`)

func withoutSecrets(text string) string { return credentials.ReplaceAllString(text, "$1…@") }

// withoutPackages is an error's text without the names of packages that stand
// before its parts: they are for who reads the code.
func withoutPackages(text string) string {
	parts := strings.Split(text, ": ")
	packages := []string{"bot", "discord", "eval", "index", "ledger", "llm", "record", "retrieval", "source", "fetch", "extract"}
	parts = slices.DeleteFunc(parts, func(part string) bool { return slices.Contains(packages, part) })
	return strings.Join(parts, ": ")
}

// advice is what a person can do about an error.
func advice() []struct {
	err  error
	todo string
} {
	return []struct {
		err  error
		todo string
	}{
		{context.DeadlineExceeded, "Ask again, or give more time with --timeout."},
		{bot.ErrEmptyQuestion, "Ask in words, for example: storybot ask \"Who is the Kremlin's spokesperson?\""},
		{bot.ErrLongQuestion, "Shorten the question."},
		{bot.ErrLongText, "Check it in parts."},
		{bot.ErrNoClaim, "Give sentences that say something; 'storybot ask' answers questions."},
		{bot.ErrBadText, "Type it anew, or save the file as UTF-8."},
		{bot.ErrNoAnswer, "--after takes the \"id\" that 'storybot ask --json' shows, in the same --guild, or: last"},
		{ledger.ErrNotFound, "--after last goes on from an answer: ask something first."},
		{record.ErrBackup, "Nothing was changed. Give another backup, or update storybot for one that a newer version has made."},
		{record.ErrInUse, "Nothing was changed. Stop 'storybot serve', and whatever else uses the database, and try again."},
		{record.ErrSelf, "Name another file."},
		{record.ErrNewer, "Update storybot, or name another file with --db."},
		{record.ErrFull, "Free some space and try again; nothing was lost."},
		{index.ErrFull, "Free some space and try again; nothing was lost."},
		{index.ErrUnusable, "Check the permissions of its folder, beside the database, or name another with --index."},
		{record.ErrBusy, "Wait for the other storybot process to finish, and try again."},
		{record.ErrUncertain, "Look whether it is stored before you try again."},
		{record.ErrAway, "Check that the server runs and that the address in --db or STORYBOT_DB is right, and try again; nothing was lost."},
		{record.ErrRefused, "Check the user, the password (PGPASSWORD, PGPASSFILE), the database's name, that the user may make a schema in it, and that the address is the server's own, not a pooler's."},
		{record.ErrAddress, "Give it as postgres://USER@HOST:5432/DATABASE?sslmode=verify-full."},
		{ledger.ErrInbox, "It holds what was asked in Discord and is not answered yet, and what was answered lately. Mend the cause, or move that file away: the bot starts with an empty one."},
		{record.ErrNotDatabase, "Name another file with --db, or restore a backup."},
		{record.ErrUnreadable, "Check the path and its permissions, or name another file with --db."},
		{record.ErrNotFound, "'storybot sources list' shows what there is; --guild names a server's own."},
		{source.ErrArchiveNewer, "Update storybot; nothing was imported."},
		{source.ErrArchive, "Nothing was imported."},
		{source.ErrOtherKind, "Remove one of the two; nothing was imported."},
		{record.ErrExists, "Name another file, or give --force to write over it."},
		{record.ErrOccupied, "Give --force to replace it, for good; 'storybot backup' keeps a copy of what it holds."},
		{source.ErrNotText, "Give a text, Markdown, HTML or PDF file, or the address of a page or feed."},
		{source.ErrEmpty, "Give one that has paragraphs."},
		{source.ErrTooLarge, "Split the file."},
		{source.ErrNotFile, "Give one file; a folder's files are added one by one."},
		{source.ErrPDF, "Save it anew as a PDF without a password, or as text."},
		{source.ErrScanned, "Have its pages read (OCR) first, and add the text."},
		{source.ErrFeed, "Add the stories' own pages."},
		{source.ErrLink, "Give an address of the web, as https://example.org/story."},
		{source.ErrAddress, "Give an address of the web, as https://example.org/story."},
		{source.ErrPrivate, "STORYBOT_FETCH_ALLOW opens private networks to sources that are added in the terminal; see 'storybot help config'."},
		{source.ErrPort, "STORYBOT_FETCH_ALLOW opens other ports of private networks; see 'storybot help config'."},
		{source.ErrUnreachable, "Check the address, and try again later."},
		{source.ErrRobots, "Save the page yourself and add the file, if you may."},
		{source.ErrNeedsScript, "Save the page from a browser and add the file."},
		{source.ErrPaywall, "Save what you may read from a browser and add the file."},
		{source.ErrBotWall, "Save the page from a browser and add the file."},
		{source.ErrErrorPage, "Check the address in a browser."},
		{source.ErrNoArticle, "Give the address of one story, or of the site's feed; or save the page and add the file."},
		{source.ErrTooComplex, "Save the text alone and add the file."},
		{source.ErrSlow, "Try again later."},
		{source.ErrRedirects, "Check the address in a browser."},
		{eval.ErrNoQuestions, "Give a question set in the shape of SQuAD."},
		{errNoToken, "The README shows how to get one; 'storybot help config' lists the settings."},
		{discord.ErrBadToken, "Copy the token anew from the Bot page of your application at https://discord.com/developers/applications."},
		{fs.ErrNotExist, "Check the path."},
		{fs.ErrPermission, "Check the permissions."},
		{syscall.EISDIR, "Name a file."},
		{syscall.ENOTDIR, "Name a folder."},
		{syscall.ENOSPC, "Free some space and try again."},
	}
}
