package ledger

import (
	"context"
	"database/sql"
	"errors"

	"storybot/retrieval/record"
)

// Picked gives the guild whose stories a person's questions in direct messages are asked
// of; "" when they have picked none.
func (l *Ledger) Picked(ctx context.Context, user string) (guild string, err error) {
	err = l.db.Look(ctx, func(q record.Querier) error {
		err := q.QueryRowContext(ctx, `SELECT guild FROM picks WHERE member = ?`, user).Scan(&guild)
		if errors.Is(err, sql.ErrNoRows) {
			guild, err = "", nil
		}
		return err
	})
	return guild, err
}

// Pick has a person's questions in direct messages be asked of that guild's stories; of
// the shared ones alone when it is "".
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

// Forgotten is how much was kept of a person, in all guilds.
type Forgotten struct {
	Answers  int `json:"answers"`  // to what they asked
	Opinions int `json:"opinions"` // of theirs
	Wishes   int `json:"wishes"`   // of theirs, to be told of an answer
}

// Forget deletes what is kept about a person in all guilds: what they asked with the
// answers, what anyone thinks of those and who waits for them; what they think; what they
// wait for; what they have picked. What their questions took of models is kept without
// their id. Today's keeps it until the day is over, when Tidy takes it out: else to be
// forgotten would be to have a new budget. In audit logs, which are the guilds', it stays.
// The terminal, "", is nobody.
func (l *Ledger) Forget(ctx context.Context, user string) (f Forgotten, err error) {
	if user == "" {
		return Forgotten{}, nil
	}
	err = l.db.Update(ctx, func(tx *sql.Tx) error {
		// What others asked next may have been understood with this person's words.
		_, err := tx.ExecContext(ctx, `WITH RECURSIVE after (id) AS (
				SELECT e.id FROM entries e JOIN entries theirs ON theirs.id = e.follows WHERE theirs.member = ? AND e.follows <> ''
				UNION SELECT e.id FROM entries e JOIN after ON after.id = e.follows WHERE e.follows <> ''
			) UPDATE entries SET standalone = question, topic = '' WHERE id IN (SELECT id FROM after)`, user)
		if err != nil {
			return err
		}
		gone := make(map[string]int)
		for _, p := range personal {
			if p.fate != deleted {
				continue
			}
			n, err := affected(tx.ExecContext(ctx, `DELETE FROM `+p.table+` WHERE member = ?`, user))
			if err != nil {
				return err
			}
			gone[p.table] = int(n)
		}
		f = Forgotten{Answers: gone["entries"], Opinions: gone["opinions"], Wishes: gone["wishes"]}
		return l.anonymise(ctx, tx, `member = ?`, user)
	})
	if err != nil {
		return Forgotten{}, err
	}
	return f, nil
}

// anonymise makes past days' spending of some members nobody's.
func (l *Ledger) anonymise(ctx context.Context, tx *sql.Tx, who, member string) error {
	today := day(l.now())
	_, err := tx.ExecContext(ctx, `INSERT INTO spending (guild, member, day, prompt_tokens, completion_tokens, cost)
		SELECT guild, '', day, SUM(prompt_tokens), SUM(completion_tokens), SUM(cost) FROM spending WHERE `+who+` AND day < ? GROUP BY guild, day
		ON CONFLICT (guild, member, day) DO UPDATE SET
		prompt_tokens = spending.prompt_tokens + excluded.prompt_tokens,
		completion_tokens = spending.completion_tokens + excluded.completion_tokens,
		cost = spending.cost + excluded.cost`, member, today)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM spending WHERE `+who+` AND day < ?`, member, today)
	return err
}

// Guilds gives the guilds in which a person has asked something, the last one first.
func (l *Ledger) Guilds(ctx context.Context, user string) (guilds []string, err error) {
	err = l.db.View(ctx, func(tx *sql.Tx) error {
		guilds = nil // of an earlier try
		rows, err := tx.QueryContext(ctx, `SELECT guild FROM entries WHERE member = ? AND guild <> '' GROUP BY guild ORDER BY MAX(asked_at) DESC, guild`, user)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var guild string
			if err := rows.Scan(&guild); err != nil {
				return err
			}
			guilds = append(guilds, guild)
		}
		return rows.Err()
	})
	return guilds, err
}
