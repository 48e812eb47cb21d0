package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// Picked is the guild that a user has chosen for questions in direct messages; "" when it is
// none.
func (l *Ledger) Picked(ctx context.Context, user string) (guild string, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT guild FROM picks WHERE member = ?`, user).Scan(&guild)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return guild, err
}

// Pick stores that choice; "" takes it back.
func (l *Ledger) Pick(ctx context.Context, user, guild string) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		if guild == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM picks WHERE member = ?`, user)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO picks (member, guild) VALUES (?, ?)
			ON CONFLICT (member) DO UPDATE SET guild = excluded.guild`, user, guild)
		return err
	})
}

// Guilds are those in which a user has asked something, the last one first.
func (l *Ledger) Guilds(ctx context.Context, user string) (guilds []string, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		guilds, err = collect(ctx, tx, func(r row) (guild string, err error) { return guild, r.Scan(&guild) },
			`SELECT guild FROM entries WHERE member = ? AND guild <> '' GROUP BY guild ORDER BY MAX(asked_at) DESC`, user)
		return err
	})
	return guilds, err
}

// Forgotten is how much was kept about a user.
type Forgotten struct {
	Answers  int `json:"answers"`
	Opinions int `json:"opinions"`
}

// Forget deletes what is kept about a user: what they asked and were told, what they thought
// of answers, and which guild they picked. What their questions took of models stays, without
// their id; today's with it until the day is over, or forgetting would renew a budget. Acts
// stay: they are the guild's.
func (l *Ledger) Forget(ctx context.Context, user string) (f Forgotten, err error) {
	err = l.db.Update(ctx, func(tx *sql.Tx) error {
		f = Forgotten{}
		if user == "" { // the terminal is nobody
			return nil
		}
		answers, err := affected(tx.ExecContext(ctx, `DELETE FROM entries WHERE member = ?`, user))
		if err != nil {
			return err
		}
		opinions, err := affected(tx.ExecContext(ctx, `DELETE FROM feedback WHERE member = ?`, user))
		if err != nil {
			return err
		}
		f = Forgotten{int(answers), int(opinions)}
		_, err = tx.ExecContext(ctx, `DELETE FROM feedback WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = feedback.entry)`)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM picks WHERE member = ?`, user)
		return err
	})
	if err == nil {
		err = l.Tidy(ctx)
	}
	return f, err
}

// Tidy takes the ids of users out of what their questions took of models on days that are
// over, which are kept for the budgets of those days. It is to be called now and then.
func (l *Ledger) Tidy(ctx context.Context) error {
	return l.db.Update(ctx, func(tx *sql.Tx) error {
		today := day(l.db.Now())
		_, err := tx.ExecContext(ctx, `INSERT INTO spending (guild, member, day, prompt_tokens, completion_tokens, cost)
			SELECT guild, '', day, SUM(prompt_tokens), SUM(completion_tokens), SUM(cost) FROM spending
			WHERE member <> '' AND day < ? GROUP BY guild, day
			ON CONFLICT (guild, member, day) DO UPDATE SET
			prompt_tokens = spending.prompt_tokens + excluded.prompt_tokens,
			completion_tokens = spending.completion_tokens + excluded.completion_tokens,
			cost = spending.cost + excluded.cost`, today)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM spending WHERE member <> '' AND day < ?`, today)
		return err
	})
}
