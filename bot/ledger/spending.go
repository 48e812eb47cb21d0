package ledger

import (
	"context"
	"database/sql"
	"time"

	"storybot/retrieval/record"
)

// Spending is what models took.
type Spending struct {
	PromptTokens     int64 `json:"prompt_tokens"`
	CompletionTokens int64 `json:"completion_tokens"`
	Cost             int64 `json:"cost_millionths"` // of the configured currency
}

// Spend adds to what the guild's user has spent on the day, by UTC, of at.
func (l *Ledger) Spend(ctx context.Context, guild, user string, at time.Time, s Spending) error {
	return l.db.Write(ctx, record.Statement{SQL: `INSERT INTO spending (guild, member, day, prompt_tokens, completion_tokens, cost)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (guild, member, day) DO UPDATE SET
			prompt_tokens = spending.prompt_tokens + excluded.prompt_tokens,
			completion_tokens = spending.completion_tokens + excluded.completion_tokens,
			cost = spending.cost + excluded.cost`,
		Args: []any{guild, user, day(at), s.PromptTokens, s.CompletionTokens, s.Cost}})
}

// day counts days since 1970, by UTC.
func day(at time.Time) int64 { return at.Unix() / int64(24*time.Hour/time.Second) }

// Spent is what a day has taken so far.
type Spent struct {
	Guild    Spending // by all of a guild
	User     Spending // by one person in all guilds
	UserHere Spending // by that person in that guild
}

// Spent gives what a guild and a user have spent on the day, by UTC, of at.
func (l *Ledger) Spent(ctx context.Context, guild, user string, at time.Time) (s Spent, err error) {
	err = l.db.Look(ctx, func(q record.Querier) error {
		s = Spent{} // of an earlier try
		rows, err := q.QueryContext(ctx, `SELECT SUM(prompt_tokens), SUM(completion_tokens), SUM(cost),
			CASE guild WHEN ? THEN 1 ELSE 0 END, CASE member WHEN ? THEN 1 ELSE 0 END
			FROM spending WHERE day = ? AND (guild = ? OR member = ?) GROUP BY 4, 5`, guild, user, day(at), guild, user)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var some Spending
			var here, theirs int64
			if err := scanSpending(rows, &some, &here, &theirs); err != nil {
				return err
			}
			if here == 1 {
				s.Guild.add(some)
			}
			if theirs == 1 {
				s.User.add(some)
			}
			if here == 1 && theirs == 1 {
				s.UserHere.add(some)
			}
		}
		return rows.Err()
	})
	return s, err
}

func (s *Spending) add(t Spending) {
	s.PromptTokens += t.PromptTokens
	s.CompletionTokens += t.CompletionTokens
	s.Cost += t.Cost
}

func scanSpending(row interface{ Scan(...any) error }, s *Spending, more ...any) error {
	return row.Scan(append([]any{&s.PromptTokens, &s.CompletionTokens, &s.Cost}, more...)...)
}

// A Day is what a guild has spent on one.
type Day struct {
	Date string `json:"date"` // YYYY-MM-DD, UTC
	Spending
}

// Days gives what a guild has spent on each day on which it has, the newest first,
// at most limit of them.
func (l *Ledger) Days(ctx context.Context, guild string, limit int) (days []Day, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		days = nil // of an earlier try
		rows, err := tx.QueryContext(ctx, `SELECT SUM(prompt_tokens), SUM(completion_tokens), SUM(cost), day FROM spending
			WHERE guild = ? GROUP BY day ORDER BY day DESC LIMIT ?`, guild, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var d Day
			var n int64
			if err := scanSpending(rows, &d.Spending, &n); err != nil {
				return err
			}
			d.Date = time.Unix(n*int64(24*time.Hour/time.Second), 0).UTC().Format(time.DateOnly)
			days = append(days, d)
		}
		return rows.Err()
	})
	return days, err
}
