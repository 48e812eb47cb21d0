package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"storybot/retrieval/record"
)

// ErrSetting is a setting that does not exist, or cannot have a value.
var ErrSetting = errors.New("ledger: this cannot be set")

// Settings are what a guild's moderators have set. Channels, roles and guilds are named
// by their ids.
type Settings struct {
	Check        Strictness `json:"check"`
	Language     string     `json:"language"`      // of what the bot says by itself, BCP 47; "": that of who asks, or of the guild
	Private      bool       `json:"private"`       // answers to commands are for who asks alone, unless they say otherwise
	Channels     []string   `json:"channels"`      // where the bot answers; none: everywhere
	Auto         []string   `json:"auto"`          // channels and forums where it answers what nobody has put to it
	Threshold    float64    `json:"threshold"`     // how strong the evidence for that has to be, 0 to 1
	Roles        []string   `json:"roles"`         // whose members are moderators of the bot
	AuditChannel string     `json:"audit_channel"` // where changes are told of; "": nowhere
	GuildBudget  int64      `json:"guild_budget"`  // tokens that models may take a day for all of the guild; 0: what the operator says
	UserBudget   int64      `json:"user_budget"`   // and for one person there
	Revisions    int64      `json:"revisions"`     // of each story that are kept, from 1, beside those that an answer cites
}

// A Strictness is how close a model's statement has to be to its quote: see
// grounding.Mode, which has the same values.
type Strictness string

// Strictnesses.
const (
	Strict   Strictness = "strict"
	Normal   Strictness = "normal"
	Verbatim Strictness = "verbatim"
)

// Defaults are the settings of a guild that has none.
func Defaults() Settings {
	return Settings{Check: Strict, Channels: []string{}, Auto: []string{}, Threshold: 0.4, Roles: []string{}, Revisions: 20}
}

// MaxRevisions bounds the revisions of a story that are kept: as many as an hourly one
// has in a month and more.
const MaxRevisions = 1000

// maxListed bounds a list of channels or roles: more than any moderator names.
const maxListed = 100

// A setting is one of Settings as text, in which a list is separated by commas, and what
// is not set is empty.
type setting struct {
	name string // as in JSON
	get  func(*Settings) string
	set  func(*Settings, string) error
}

// settings are all of Settings, in order.
func settings() []setting {
	return []setting{
		{"check", func(s *Settings) string { return string(s.Check) }, func(s *Settings, v string) error {
			s.Check = cmp.Or(Strictness(v), Strict)
			return nil
		}},
		textSetting("language", func(s *Settings) *string { return &s.Language }),
		{"private", func(s *Settings) string { return strconv.FormatBool(s.Private) }, func(s *Settings, v string) (err error) {
			s.Private, err = strconv.ParseBool(cmp.Or(v, "false"))
			return err
		}},
		listSetting("channels", func(s *Settings) *[]string { return &s.Channels }),
		listSetting("auto", func(s *Settings) *[]string { return &s.Auto }),
		{"threshold", func(s *Settings) string { return strconv.FormatFloat(s.Threshold, 'f', -1, 64) }, func(s *Settings, v string) (err error) {
			if s.Threshold = Defaults().Threshold; v != "" {
				s.Threshold, err = strconv.ParseFloat(v, 64)
			}
			return err
		}},
		listSetting("roles", func(s *Settings) *[]string { return &s.Roles }),
		textSetting("audit_channel", func(s *Settings) *string { return &s.AuditChannel }),
		countSetting("guild_budget", func(s *Settings) *int64 { return &s.GuildBudget }),
		countSetting("user_budget", func(s *Settings) *int64 { return &s.UserBudget }),
		{"revisions", func(s *Settings) string { return strconv.FormatInt(s.Revisions, 10) }, func(s *Settings, v string) (err error) {
			if s.Revisions = Defaults().Revisions; v != "" {
				s.Revisions, err = strconv.ParseInt(v, 10, 64)
			}
			return err
		}},
	}
}

func textSetting(name string, of func(*Settings) *string) setting {
	return setting{name, func(s *Settings) string { return *of(s) }, func(s *Settings, v string) error {
		*of(s) = v
		return nil
	}}
}

func listSetting(name string, of func(*Settings) *[]string) setting {
	return setting{name, func(s *Settings) string { return strings.Join(*of(s), ",") }, func(s *Settings, v string) error {
		*of(s) = strings.Split(v, ",")
		return nil
	}}
}

func countSetting(name string, of func(*Settings) *int64) setting {
	return setting{name, func(s *Settings) string { return strconv.FormatInt(*of(s), 10) }, func(s *Settings, v string) (err error) {
		*of(s), err = strconv.ParseInt(cmp.Or(v, "0"), 10, 64)
		return err
	}}
}

// A Setting is one of a guild's settings as text.
type Setting struct{ Name, Value string }

// All gives the settings as text, in their order: a list separated by commas, what is not
// set empty.
func (s Settings) All() []Setting {
	var all []Setting
	for _, one := range settings() {
		all = append(all, Setting{one.name, one.get(&s)})
	}
	return all
}

// Set sets one of the settings from text, as All gives it; "" clears it. What no setting
// can be is an ErrSetting, and nothing is set.
func (s *Settings) Set(name, value string) error {
	for _, one := range settings() {
		if one.name != name {
			continue
		}
		changed := *s
		if err := one.set(&changed, value); err != nil {
			kind := "a number"
			if name == "private" {
				kind = "true or false"
			}
			return fmt.Errorf("%w: %s is %s, not %q", ErrSetting, name, kind, value)
		}
		changed.tidy()
		if err := changed.check(); err != nil {
			return err
		}
		*s = changed
		return nil
	}
	var names []string
	for _, one := range settings() {
		names = append(names, one.name)
	}
	return fmt.Errorf("%w: there is no setting %q; there are: %s", ErrSetting, name, strings.Join(names, ", "))
}

// tidy has lists hold each id once, and no blanks.
func (s *Settings) tidy() {
	for _, ids := range []*[]string{&s.Channels, &s.Auto, &s.Roles} {
		tidied := []string{}
		for _, id := range *ids {
			if id = strings.TrimSpace(id); id != "" && !slices.Contains(tidied, id) {
				tidied = append(tidied, id)
			}
		}
		*ids = tidied
	}
}

// check is an ErrSetting when a setting is what it cannot be.
func (s *Settings) check() error {
	refuse := func(name, why string) error { return fmt.Errorf("%w: %s %s", ErrSetting, name, why) }
	switch {
	case !slices.Contains([]Strictness{Strict, Normal, Verbatim}, s.Check):
		return refuse("check", fmt.Sprintf("is strict, normal or verbatim, not %q", s.Check))
	case !(s.Threshold >= 0 && s.Threshold <= 1): // nor NaN
		return refuse("threshold", "is a number from 0 to 1")
	case s.GuildBudget < 0 || s.UserBudget < 0:
		return refuse("budget", "is a number of tokens from 0")
	case s.Revisions < 1 || s.Revisions > MaxRevisions:
		return refuse("revisions", fmt.Sprintf("is a number from 1 to %d", MaxRevisions))
	}
	if _, err := language.Parse(s.Language); s.Language != "" && err != nil {
		return refuse("language", fmt.Sprintf("is a code such as en, ko or pt-BR, not %q", s.Language))
	}
	lists := [][]string{s.Channels, s.Auto, s.Roles}
	if s.AuditChannel != "" {
		lists = append(lists, []string{s.AuditChannel})
	}
	for _, ids := range lists {
		if len(ids) > maxListed {
			return refuse("a list", fmt.Sprintf("has at most %d channels or roles", maxListed))
		}
		for _, id := range ids {
			if _, err := snowflake(id); err != nil {
				return refuse("a channel or role", fmt.Sprintf("is named by its id, a number, not by %q", id))
			}
		}
	}
	return nil
}

// Change changes a guild's settings in a user's name, which is "" in the terminal, and
// gives them as they are then, with an act for each that is changed, which it notes. What
// a setting cannot be is an ErrSetting. Settings of a newer version, which this one does
// not know, stay.
func (l *Ledger) Change(ctx context.Context, guild, user string, change func(*Settings)) (s Settings, acts []Act, err error) {
	err = l.db.Update(ctx, func(tx *sql.Tx) error {
		var all map[string]json.RawMessage
		if s, all, err = readSettings(ctx, tx, guild); err != nil {
			return err
		}
		before := s.All()
		change(&s)
		s.tidy()
		if err := s.check(); err != nil {
			return err
		}
		acts = nil // of an earlier try
		at := l.now()
		for i, now := range s.All() {
			if was := before[i]; was != now {
				acts = append(acts, Act{Guild: guild, User: user, What: "settings." + now.Name, Detail: was.shown() + " -> " + now.shown(), At: at})
			}
		}
		if len(acts) == 0 {
			return nil
		}
		if err := writeSettings(ctx, tx, guild, s, all); err != nil {
			return err
		}
		return note(ctx, tx, acts...)
	})
	l.held.changed(guild) // as they may be when it is uncertain, too
	if err != nil {
		return Settings{}, nil, err
	}
	return s, acts, nil
}

// shown is a setting's value in an act.
func (s Setting) shown() string { return cmp.Or(s.Value, "none") }

// readSettings gives the settings known here, and all by their names.
func readSettings(ctx context.Context, q record.Querier, guild string) (Settings, map[string]json.RawMessage, error) {
	s := Defaults()
	all := make(map[string]json.RawMessage)
	var value string
	err := q.QueryRowContext(ctx, `SELECT value FROM settings WHERE guild = ?`, guild).Scan(&value)
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

// writeSettings stores the settings known here, and leaves the others of all as they are.
func writeSettings(ctx context.Context, tx *sql.Tx, guild string, s Settings, all map[string]json.RawMessage) error {
	known, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(known, &all)
	}
	if err != nil {
		return err
	}
	value, err := json.Marshal(all)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO settings (guild, value) VALUES (?, ?)
		ON CONFLICT (guild) DO UPDATE SET value = excluded.value`, guild, string(value))
	return err
}
