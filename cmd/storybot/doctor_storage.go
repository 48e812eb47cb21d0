package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"storybot/bot/ledger"
	"storybot/retrieval/index"
	"storybot/retrieval/record"
)

// examineSettings finds names that are no settings, and what opens the network too far.
func (p *program) examineSettings() []finding {
	findings := []finding{well("settings", "all can be read")}
	if unknown := unknownSettings(p.environ); len(unknown) > 0 {
		findings[0] = doubtful("settings", strings.Join(unknown, ", ")+" is no setting of storybot's", "Correct the name, or take it away; 'storybot help config' lists them all.")
	}
	return append(findings, examineEgress(p.settings.FetchAllow), examineContact(p.settings.Contact))
}

// unknownSettings are the variables that look like settings and are none.
func unknownSettings(environ []string) (unknown []string) {
	known := make(map[string]bool)
	for _, name := range secrets() {
		known[name+"_FILE"] = true
	}
	for field := range reflect.TypeFor[settings]().Fields() {
		known[field.Tag.Get("env")] = true
	}
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "STORYBOT_") && !known[name] {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// metadata is where clouds hand out a machine's credentials.
var metadata = netip.MustParseAddr("169.254.169.254")

// examineEgress looks at the private networks that the terminal's sources may reach.
func examineEgress(allow []netip.Prefix) finding {
	const check = "egress"
	var wide, networks []string
	for _, n := range allow {
		networks = append(networks, n.String())
		// The largest private networks are 10.0.0.0/8 and fc00::/7.
		if n.Addr().Is4() && n.Bits() < 8 || n.Addr().Is6() && n.Bits() < 7 || n.Contains(metadata) {
			wide = append(wide, n.String())
		}
	}
	switch {
	case len(wide) > 0:
		return doubtful(check, "STORYBOT_FETCH_ALLOW opens "+strings.Join(wide, ", ")+" to sources added in the terminal: more than private networks, or where clouds keep credentials",
			"Name only the networks that hold your sources, for example 10.1.2.0/24.")
	case len(networks) > 0:
		return well(check, "sources are read from the public web, those added in the terminal from "+strings.Join(networks, ", ")+" too")
	}
	return well(check, "sources are read from the public web alone")
}

func examineContact(contact string) finding {
	if contact == "" {
		return doubtful("contact", "STORYBOT_CONTACT is not set: sites that pages are fetched from cannot tell whose bot it is, and may block it",
			"Set it to a web address or a mailbox where you are found.")
	}
	return well("contact", "sites are told "+contact)
}

// examineRecord opens the record; it is nil when there is none yet, or it cannot be used.
func examineRecord(ctx context.Context, path string) (*record.DB, []finding) {
	const check = "database"
	ctx, cancel := context.WithTimeout(ctx, examinationLimit)
	defer cancel()
	db, behind, err := record.Inspect(ctx, path)
	remote := record.Remote(path)
	path = record.Redacted(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && remote:
		return nil, []finding{well(check, path+" holds no tables of storybot's yet; the first command that needs them makes them")}
	case errors.Is(err, fs.ErrNotExist):
		if err := creatable(filepath.Dir(path)); err != nil {
			return nil, []finding{broken(check, path+" does not exist, and cannot be made: "+said(err), mendFolder)}
		}
		return nil, []finding{well(check, path+" does not exist yet; the first command that needs it makes it")}
	case err != nil:
		return nil, []finding{broken(check, said(err), mendFor(err, "Check the file, or name another with --db."))}
	}
	if db.ID() == "" {
		db.Close()
		return nil, []finding{well(check, path+" is empty yet; the first command that needs it fills it")}
	}
	if err := db.Writable(ctx); err != nil {
		db.Close()
		return nil, []finding{broken(check, path+" cannot be written: "+said(err), mendFor(err, mendFolder))}
	}
	if behind > 0 {
		return db, []finding{well(check, path+" is of an older version; the next command brings it up to date, so back it up before")}
	}
	return db, []finding{well(check, path)}
}

const mendFolder = "Make the folder, or let the user that runs storybot write in it; or name another file with --db."

// creatable is why no file can be made in a folder, or nil.
func creatable(folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".storybot-doctor-*")
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s: %w", folder, failed.Err) // without the file's name, which nobody knows
	}
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

func examineIntegrity(ctx context.Context, db *record.DB) []finding {
	const check = "integrity"
	if db == nil {
		return nil
	}
	switch err := db.Sound(ctx); {
	case errors.Is(err, context.DeadlineExceeded):
		return []finding{doubtful(check, "the database is too large to be read through in the time that doctor takes", "At a quiet hour: sqlite3 DATABASE 'PRAGMA integrity_check'")}
	case errors.Is(err, errors.ErrUnsupported):
		return []finding{well(check, "is PostgreSQL's own to check: see its amcheck and data checksums")}
	case err != nil:
		return []finding{broken(check, said(err), "Stop the bot and restore a backup.")}
	}
	return []finding{well(check, "the database is sound")}
}

// Less room than this is a warning, and less than that stops writes soon: the write-ahead
// logs alone take some megabytes.
const (
	littleSpace = 1 << 30
	noSpace     = 64 << 20
)

// examineDisk looks at the room where the database is, and where the index is if that is
// elsewhere.
func examineDisk(path, index string) (findings []finding) {
	folders := []string{existing(filepath.Dir(path))}
	if record.Remote(path) {
		folders = nil
	}
	if of := existing(filepath.Dir(index)); !slices.Contains(folders, of) {
		folders = append(folders, of)
	}
	for _, folder := range folders {
		free, err := record.Free(folder)
		switch {
		case errors.Is(err, errors.ErrUnsupported):
		case err != nil:
			findings = append(findings, doubtful("disk", said(err), "Check the path."))
		default:
			findings = append(findings, diskFinding(folder, free))
		}
	}
	return findings
}

func diskFinding(folder string, free uint64) finding {
	detail := fmt.Sprintf("%.1f GB free in %s", float64(free)/1e9, folder)
	const mend = "Free some space there, or move the database with --db."
	switch {
	case free < noSpace:
		return broken("disk", detail, mend)
	case free < littleSpace:
		return doubtful("disk", detail, mend)
	}
	return well("disk", detail)
}

// existing is the first folder on the way up that exists, as an absolute path.
func existing(folder string) string {
	if absolute, err := filepath.Abs(folder); err == nil {
		folder = absolute
	}
	for {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(folder) == folder {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}

// examineIndex looks at SQLite and the index's files. What is damaged or of another version
// mends itself, as long as the folder can be written.
func examineIndex(ctx context.Context, db *record.DB, folder string) []finding {
	search := well("FTS5", "SQLite can hold the search index")
	if err := index.Available(ctx); err != nil {
		return []finding{broken("FTS5", said(err), "Build storybot with -tags sqlite_fts5, and with the SQLite that it brings along.")}
	}
	const check = "index"
	if err := creatable(existing(folder)); err != nil {
		return []finding{search, broken(check, said(err), "Let the user that runs storybot write in "+folder+", or name another folder with --index.")}
	}
	if db == nil {
		return []finding{search}
	}
	files, err := index.Examine(ctx, folder, db.ID())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []finding{search, well(check, "there is none yet; the first question makes it")}
	case err != nil:
		return []finding{search, broken(check, said(err), mendFor(err, "Check the permissions of "+folder+"."))}
	}
	var bad []string
	stale := 0
	for _, f := range files {
		switch {
		case ctx.Err() != nil:
			return []finding{search, well(check, "too large to be read through in the time that doctor takes")}
		case f.Err != nil:
			bad = append(bad, serverName(f.Guild)+": "+said(f.Err))
		case f.Stale:
			stale++
		}
	}
	if len(bad) > 0 {
		return []finding{search, doubtful(check, strings.Join(bad, "; "), "The next question makes it again; 'storybot reindex' does it now.")}
	}
	detail := counted(len(files), "file") + ", sound"
	if stale > 0 {
		detail += fmt.Sprintf("; %d of another version or database, which the next question makes again", stale)
	}
	return []finding{search, well(check, detail)}
}

// examineLedger looks at what moderators have set, and at the inbox.
func examineLedger(ctx context.Context, db *record.DB) (findings []finding) {
	if db == nil {
		return nil
	}
	switch waiting, err := ledger.InspectInbox(ctx, db); {
	case errors.Is(err, fs.ErrNotExist):
		findings = append(findings, well("inbox", "there is none yet; 'storybot serve' makes it"))
	case err != nil:
		findings = append(findings, broken("inbox", said(err), mendFor(err, "Check the permissions of the database's folder.")))
	case waiting > 0:
		findings = append(findings, well("inbox", counted(waiting, "question")+" from Discord being answered, or for 'storybot serve' to take up"))
	default:
		findings = append(findings, well("inbox", "no question from Discord waits"))
	}
	const check = "server settings"
	flaws, err := ledger.New(db).Flaws(ctx)
	switch {
	case err != nil:
		return append(findings, doubtful(check, said(err), "If the database is of an older version, the next command mends it; else restore a backup."))
	case len(flaws) == 0:
		return append(findings, well(check, "all can be read"))
	}
	for _, f := range flaws {
		switch {
		case f.Unreadable:
			findings = append(findings, broken(check, serverName(f.Guild)+": "+said(errors.New(f.Why)),
				"Nothing is answered there. Restore a backup, or clear them, with sqlite3 or psql: DELETE FROM settings WHERE guild = '"+f.Guild+"';"))
		case f.Name != "":
			findings = append(findings, doubtful(check, serverName(f.Guild)+": "+f.Name+": "+f.Why, "Update storybot, if a newer version has set it; until then it does nothing."))
		default:
			of := ""
			if f.Guild != "" {
				of = "--guild " + f.Guild + " "
			}
			findings = append(findings, doubtful(check, serverName(f.Guild)+": "+said(errors.New(f.Why)), "Set it anew: storybot settings "+of+"NAME=VALUE"))
		}
	}
	return findings
}

// serverName is a guild as findings name it.
func serverName(guild string) string {
	if guild == record.Shared {
		return "shared"
	}
	return "server " + guild
}
