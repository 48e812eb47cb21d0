package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Settings are what a guild's moderators have set.
type Settings struct {
	Check        Strictness `json:"check"`
	Language     string     `json:"language"`      // of the bot's own words, as "ko"; "": that of each person
	Private      bool       `json:"private"`       // answers are for who asks alone, unless they want otherwise
	Channels     []string   `json:"channels"`      // where the bot answers; none: everywhere
	Auto         []string   `json:"auto"`          // channels and forums where it answers unasked
	Threshold    float64    `json:"threshold"`     // the strength of evidence that it takes to do so, from 0 to 1
	Roles        []string   `json:"roles"`         // whose members are moderators to the bot
	AuditChannel string     `json:"audit_channel"` // where changes are told; "": nowhere
	GuildBudget  int64      `json:"guild_budget"`  // tokens a day; 0: the operator's alone
	UserBudget   int64      `json:"user_budget"`
}

// DefaultThreshold is the threshold where none is set: most questions that the stories
// answer reach it, and little of what people say otherwise.
const DefaultThreshold = 0.6

// A Strictness is how close a model's statement has to be to its quote: see
// grounding.Mode, which has the same values.
type Strictness string

// Strictnesses.
const (
	Strict   Strictness = "strict"
	Normal   Strictness = "normal"
	Verbatim Strictness = "verbatim"
)

// Settings gives a guild's settings, or what holds where none are set.
func (l *Ledger) Settings(ctx context.Context, guild string) (s Settings, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		s, _, err = readSettings(ctx, tx, guild)
		return err
	})
	return s, err
}

// Change changes a guild's settings, in the name of a user ("" in the terminal), and gives
// them as they are then, with an act for each that has changed. Settings of a newer version,
// which this one does not know, stay.
func (l *Ledger) Change(ctx context.Context, guild, user string, change func(*Settings)) (s Settings, acts []Act, err error) {
	err = l.db.Update(ctx, func(tx *sql.Tx) error {
		before, all, err := readSettings(ctx, tx, guild)
		if err != nil {
			return err
		}
		s = before
		s.Channels, s.Auto, s.Roles = slices.Clone(before.Channels), slices.Clone(before.Auto), slices.Clone(before.Roles)
		change(&s)
		if acts, err = changes(all, s); err != nil {
			return err
		}
		value, err := json.Marshal(all)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO settings (guild, value) VALUES (?, ?)
			ON CONFLICT (guild) DO UPDATE SET value = excluded.value`, guild, string(value))
		for i := range acts {
			acts[i].Guild, acts[i].User, acts[i].At = guild, user, l.db.Now()
			err = errors.Join(err, note(ctx, tx, acts[i]))
		}
		return err
	})
	if err != nil {
		return Settings{}, nil, err
	}
	return s, acts, nil
}

// changes sets all to what s says, and tells what that changes.
func changes(all map[string]json.RawMessage, s Settings) ([]Act, error) {
	before, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	was := unset()
	if err := json.Unmarshal(before, &was); err != nil {
		return nil, err
	}
	old, err := fields(was)
	if err != nil {
		return nil, err
	}
	now, err := fields(s)
	if err != nil {
		return nil, err
	}
	var acts []Act
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if from, to := readable(old[name]), readable(now[name]); from != to {
			acts = append(acts, Act{What: "settings." + name, Detail: from + " -> " + to})
			all[name] = now[name]
		}
	}
	return acts, nil
}

// fields are settings by their names.
func fields(s Settings) (map[string]json.RawMessage, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	return all, json.Unmarshal(text, &all)
}

// readable is a value as people read it.
func readable(value json.RawMessage) string {
	var list []string
	if json.Unmarshal(value, &list) == nil {
		if len(list) == 0 {
			return "none"
		}
		return strings.Join(list, ", ")
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return cmp.Or(text, "none")
	}
	return string(value)
}

// unset are the settings where none are set.
func unset() Settings { return Settings{Check: Strict, Threshold: DefaultThreshold} }

// readSettings gives the settings known here, and all by their names.
func readSettings(ctx context.Context, tx *sql.Tx, guild string) (Settings, map[string]json.RawMessage, error) {
	s := unset()
	all := make(map[string]json.RawMessage)
	var value string
	err := tx.QueryRowContext(ctx, `SELECT value FROM settings WHERE guild = ?`, guild).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return s, all, nil
	}
	if err == nil {
		err = errors.Join(json.Unmarshal([]byte(value), &s), json.Unmarshal([]byte(value), &all))
	}
	if err != nil {
		return s, nil, fmt.Errorf("ledger: settings of guild %q: %w", guild, err)
	}
	return s, all, nil
}
