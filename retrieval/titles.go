package retrieval

import (
	"context"
	"slices"
	"sync"

	"storybot/retrieval/record"
)

// maxTitles bounds the titles that are kept, of all guilds together: at some 500
// bytes each, 50 MB.
const maxTitles = 100_000

// titles keeps the titles of the guilds that asked last.
type titles struct {
	mu     sync.Mutex
	guilds map[string]*guildTitles
	uses   int64
}

// guildTitles are the titles of exactly one guild, as of a version of its
// stories.
type guildTitles struct {
	loading sync.Mutex // one reads the record; those who come meanwhile wait for it

	// Guarded by titles.mu.
	version int64
	all     []title // newest first
	read    bool
	used    int64 // the titles.uses of the last use
}

// of are the titles of exactly that guild at that version, or as they are now.
func (t *titles) of(ctx context.Context, db *record.DB, guild string, version int64) ([]title, error) {
	g := t.guild(guild)
	if all, ok := t.at(g, version); ok {
		return all, nil
	}
	g.loading.Lock()
	defer g.loading.Unlock()
	if all, ok := t.at(g, version); ok {
		return all, nil
	}
	var all []title
	err := db.Snapshot(ctx, guild, func(s *record.Snapshot) error {
		version, all = s.Version, nil
		stories, err := s.Stories(ctx)
		for _, story := range stories {
			all = append(all, newTitle(story))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, newerTitle)
	t.keep(guild, g, version, all)
	return all, nil
}

func (t *titles) guild(guild string) *guildTitles {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.guilds[guild]
	if g == nil {
		g = new(guildTitles)
		if t.guilds == nil {
			t.guilds = make(map[string]*guildTitles)
		}
		t.guilds[guild] = g
	}
	t.uses++
	g.used = t.uses
	return g
}

// at are the guild's titles when they are kept as of that version.
func (t *titles) at(g *guildTitles, version int64) ([]title, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return g.all, g.read && g.version == version
}

// keep keeps what was read of a guild, in place of what was used longest ago.
func (t *titles) keep(guild string, g *guildTitles, version int64, all []title) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g.version, g.all, g.read = version, all, true
	t.guilds[guild] = g // it may have had to make room while it was read
	for t.size() > maxTitles {
		oldest := guild
		for other, o := range t.guilds {
			if o.used < t.guilds[oldest].used {
				oldest = other
			}
		}
		delete(t.guilds, oldest)
	}
}

// size counts what is kept; a guild without stories takes room too.
func (t *titles) size() int {
	size := len(t.guilds)
	for _, g := range t.guilds {
		size += len(g.all)
	}
	return size
}
