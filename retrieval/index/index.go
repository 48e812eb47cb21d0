// Package index finds paragraphs by their words: a SQLite FTS5 file a guild,
// and one for the shared stories.
//
// The files are derived from the record. They hold terms, made by package analysis, and no
// text; they can be deleted at any time. A file that is damaged, belongs to
// another record or was made with another version of the analysis is emptied when it is
// opened, and filled again by the caller, who compares versions.
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

	"storybot/retrieval/analysis"
)

// Errors.
var (
	ErrDamaged = errors.New("index: the file is damaged")
	ErrGuild   = errors.New("index: a guild's id has letters, digits, '-' and '_' only, 64 at most")
)

// maxOpen bounds the files open at once: each holds a few descriptors and
// caches, and opening one again takes a fraction of a millisecond.
const maxOpen = 256

// A Set is the index files of one record, in one folder.
type Set struct {
	dir    string
	record string // id of the record that the files derive from
	log    *slog.Logger

	mu     sync.Mutex
	files  map[string]*list.Element // by guild, of *File
	recent list.List                // most recently used first
}

// Open is the set in the folder dir, made when the first file is, for the
// record with that id.
func Open(dir, record string, log *slog.Logger) *Set {
	return &Set{dir: dir, record: record, log: log, files: make(map[string]*list.Element)}
}

// Use calls do with the guild's file, opened or made as needed. A file found
// damaged, before do or by it, is dropped with a line in the log, and do is called once more
// with an empty one.
func (s *Set) Use(ctx context.Context, guild string, do func(*File) error) error {
	err := s.use(ctx, guild, do)
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	s.log.Warn("index damaged, building it again", "guild", guild, "error", err)
	if err := s.Drop(guild); err != nil {
		return err
	}
	return s.use(ctx, guild, do)
}

func (s *Set) use(ctx context.Context, guild string, do func(*File) error) error {
	file, err := s.acquire(ctx, guild)
	if err != nil {
		return err
	}
	defer file.release()
	return do(file)
}

// acquire is the guild's open file, held open until it is released.
func (s *Set) acquire(ctx context.Context, guild string) (*File, error) {
	path, err := s.path(guild)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.files[guild]; ok {
		s.recent.MoveToFront(e)
		file := e.Value.(*File)
		file.users.Add(1)
		return file, nil
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	file, err := openFile(ctx, path, guild, identity{s.record, analysis.Version})
	if err != nil {
		return nil, err
	}
	file.users.Add(1)
	s.files[guild] = s.recent.PushFront(file)
	for s.recent.Len() > maxOpen {
		s.forget(s.recent.Back())
	}
	return file, nil
}

// forget takes a file out of the set; it closes when its last user is done.
func (s *Set) forget(e *list.Element) *File {
	file := s.recent.Remove(e).(*File)
	delete(s.files, file.guild)
	go file.closeWhenIdle()
	return file
}

var guildID = regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`)

// path is where the guild's file is. Shared stories have the empty guild.
func (s *Set) path(guild string) (string, error) {
	switch {
	case !guildID.MatchString(guild):
		return "", ErrGuild
	case guild == "":
		return filepath.Join(s.dir, "shared.db"), nil
	}
	return filepath.Join(s.dir, "guild-"+guild+".db"), nil
}

// Drop deletes the guild's file. Who is reading it reads on to the end.
func (s *Set) Drop(guild string) error {
	path, err := s.path(guild)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.files[guild]; ok {
		s.forget(e)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("index: %w", err)
		}
	}
	return nil
}

// Close closes the files when their last users are done, and waits for that.
func (s *Set) Close() {
	s.mu.Lock()
	var closing []*File
	for s.recent.Len() > 0 {
		closing = append(closing, s.forget(s.recent.Front()))
	}
	s.mu.Unlock()
	for _, file := range closing {
		<-file.closed
	}
}
