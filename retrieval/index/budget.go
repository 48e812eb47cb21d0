package index

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// weighEvery is how often the files are compared with the budget.
const weighEvery = time.Minute

// A weight is what a guild's file takes on the disk.
type weight struct {
	guild string
	path  string
	bytes int64 // with its log
	used  time.Time
}

// mark notes that a file is used, in its time of modification: other processes on this
// machine go by it, and this one when it is started again.
func (s *Set) mark(path string) {
	if s.Budget <= 0 {
		return
	}
	if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > weighEvery {
		os.Chtimes(path, time.Time{}, time.Now()) // best effort: it then counts as used earlier
	}
}

// weigh deletes the files used least recently when all take more than the budget, but for
// one that is about to be used, and for the shared stories', which every question uses.
// s.mu is held.
func (s *Set) weigh(but string) {
	if s.Budget <= 0 || time.Since(s.weighed) < weighEvery {
		return
	}
	s.weighed = time.Now()
	files, total := s.weights()
	for _, f := range files {
		if total <= s.Budget {
			return
		}
		if f.guild == but || f.guild == "" {
			continue
		}
		s.forget(f.guild)
		if err := remove(f.path); err != nil {
			s.log.Warn("index not deleted", "guild", f.guild, "error", err)
			continue
		}
		total -= f.bytes
		s.log.Info("index deleted, as all together are larger than their budget", "guild", f.guild, "bytes", f.bytes, "used", f.used)
	}
}

// weights lists the files, the one used least recently first, and what all take.
func (s *Set) weights() (files []weight, total int64) {
	paths, _ := filepath.Glob(filepath.Join(s.dir, "*.db")) // its only error is a bad pattern
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".db")
		guild, ok := strings.CutPrefix(name, "guild-")
		if !ok && name != "shared" {
			continue
		}
		f := weight{guild: guild, path: path}
		if !ok {
			f.guild = ""
		}
		for _, suffix := range suffixes {
			if info, err := os.Stat(path + suffix); err == nil {
				f.bytes += info.Size()
				if info.ModTime().After(f.used) {
					f.used = info.ModTime()
				}
			}
		}
		files = append(files, f)
		total += f.bytes
	}
	slices.SortFunc(files, func(a, b weight) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.guild, b.guild)) })
	return files, total
}
