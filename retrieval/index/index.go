// Package index finds paragraphs by their words: a SQLite FTS5 file a guild,
// and one for the shared stories.
//
// The files are derived from the record. They hold terms, made by package
// analysis, and no text. A file that is damaged, belongs to another record or
// was made with another version of the analysis or of the tables is emptied
// when it is used, and filled again by the caller, who compares versions.
package index

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"storybot/retrieval/analysis"
)

// maxOpen bounds the files open at once: each holds a few descriptors and
// caches, and opening one again takes a fraction of a millisecond.
const maxOpen = 256

// A Set is the index files of one record, in one folder.
type Set struct {
	// Budget bounds what the files take on the disk, in bytes; 0: nothing does. Those
	// used least recently are deleted then, and made again when they are used. It may be
	// set before the first use.
	Budget int64

	dir    string
	record string // id of the record that the files derive from
	log    *slog.Logger

	mu      sync.Mutex
	files   map[string]*list.Element // by guild, of *pool
	recent  list.List                // most recently used first
	weighed time.Time                // when the files were compared with the budget
}

// Open is the set in the folder dir, made when the first file is, for the
// record with that id.
func Open(dir, record string, log *slog.Logger) *Set {
	return &Set{dir: dir, record: record, log: log, files: make(map[string]*list.Element)}
}

// Use calls do with the guild's file, opened or made as needed. When the file
// is found damaged, before do or by it, it is deleted with a line in the log,
// and do is called once more with an empty one. do must not use the same file
// again.
func (s *Set) Use(ctx context.Context, guild string, do func(*File) error) error {
	err := s.use(ctx, guild, do)
	var d *damage
	if !errors.As(err, &d) || d.guild != guild {
		return err
	}
	s.log.Warn("index damaged, building it again", "guild", guild, "error", err)
	if err := s.discard(guild, d.pool); err != nil {
		return err
	}
	return s.use(ctx, guild, do)
}

func (s *Set) use(ctx context.Context, guild string, do func(*File) error) error {
	p, err := s.acquire(ctx, guild)
	if err != nil {
		return err
	}
	defer p.users.Done()
	return p.use(ctx, identity{s.record, analysis.Version, schemaVersion}, do)
}

// acquire is the guild's open file, which stays open until the caller is done
// as one of its users.
func (s *Set) acquire(ctx context.Context, guild string) (*pool, error) {
	path, err := s.path(guild)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.opened(guild)
	// A file that someone deleted or replaced would only be read by us.
	if p != nil && !isAt(path, p.info) {
		s.forget(guild)
		p = nil
	}
	if p == nil {
		if p, err = s.open(ctx, guild, path); err != nil {
			return nil, err
		}
	}
	s.recent.MoveToFront(s.files[guild])
	p.users.Add(1)
	s.mark(path)
	s.weigh(guild)
	return p, nil
}

// opened is the guild's open file, or nil.
func (s *Set) opened(guild string) *pool {
	if e, ok := s.files[guild]; ok {
		return e.Value.(*pool)
	}
	return nil
}

// isAt says that the file is the one at path.
func isAt(path string, file fs.FileInfo) bool {
	info, err := os.Stat(path)
	return err == nil && os.SameFile(info, file)
}

// open opens the guild's file and closes the one used least recently.
func (s *Set) open(ctx context.Context, guild, path string) (*pool, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	p, err := openPool(ctx, path, guild)
	if err != nil {
		return nil, err
	}
	s.files[guild] = s.recent.PushFront(p)
	if s.recent.Len() > maxOpen {
		s.forget(s.recent.Back().Value.(*pool).guild)
	}
	return p, nil
}

// forget takes the guild's file out of the set, if it is open; it closes when
// its last user is done.
func (s *Set) forget(guild string) {
	if p := s.opened(guild); p != nil {
		s.recent.Remove(s.files[guild])
		delete(s.files, guild)
		go p.closeWhenIdle()
	}
}

var guildID = regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`)

// CheckGuild is ErrGuild when no file can have that guild's name.
func CheckGuild(guild string) error {
	if !guildID.MatchString(guild) {
		return ErrGuild
	}
	return nil
}

// path is where the guild's file is. Shared stories have the empty guild.
func (s *Set) path(guild string) (string, error) {
	if err := CheckGuild(guild); err != nil {
		return "", err
	}
	if guild == "" {
		return filepath.Join(s.dir, "shared.db"), nil
	}
	return filepath.Join(s.dir, "guild-"+guild+".db"), nil
}

// discard deletes the guild's damaged file, unless another use has replaced
// it. Who is reading it reads on to the end.
func (s *Set) discard(guild string, damaged *pool) error {
	path, err := s.path(guild)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened(guild) != damaged {
		return nil
	}
	s.forget(guild)
	return remove(path)
}

// suffixes are those of the files that SQLite keeps for one.
var suffixes = [...]string{"", "-wal", "-shm"}

// remove deletes a file, which those who have it open go on with.
func remove(path string) error {
	for _, suffix := range suffixes {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("index: %w", err)
		}
	}
	return nil
}

// Close closes the files when their last users are done, and waits for that.
func (s *Set) Close() {
	s.mu.Lock()
	var closing []*pool
	for guild := range s.files {
		closing = append(closing, s.opened(guild))
		s.forget(guild)
	}
	s.mu.Unlock()
	for _, p := range closing {
		<-p.closed
	}
}
