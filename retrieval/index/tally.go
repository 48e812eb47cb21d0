package index

import (
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// A tally counts the paragraphs that hold each term.
type tally struct {
	places map[string]int // in counts
	counts []frequency
	last   []int // paragraph in which it was counted
}

func newTally() *tally { return &tally{places: make(map[string]int)} }

// add counts the terms of the paragraph with that number.
func (t *tally) add(paragraph int, terms []string) {
	for _, term := range terms {
		place, known := t.places[term]
		switch {
		case !known:
			term = strings.Clone(term) // which as it is may keep all its text in memory
			t.places[term] = len(t.counts)
			t.counts = append(t.counts, frequency{term, 1})
			t.last = append(t.last, paragraph)
		case t.last[place] != paragraph:
			t.counts[place].paragraphs++
			t.last[place] = paragraph
		}
	}
}

// frequencies are the tally in the order of the terms.
func (t *tally) frequencies() []frequency {
	all := slices.Clone(t.counts)
	slices.SortFunc(all, func(a, b frequency) int { return strings.Compare(a.term, b.term) })
	return all
}

// encode makes bytes of frequencies, few when they are in the order of the
// terms: for each the number of bytes that the term shares with the one before,
// the number of those that it does not, these bytes, and the count.
func encode(frequencies []frequency) []byte {
	b := []byte{} // which is a blob when nothing is counted; nil is NULL
	last := ""
	for _, f := range frequencies {
		shared := 0
		for shared < min(len(last), len(f.term)) && last[shared] == f.term[shared] {
			shared++
		}
		b = binary.AppendUvarint(b, uint64(shared))
		b = binary.AppendUvarint(b, uint64(len(f.term)-shared))
		b = append(b, f.term[shared:]...)
		b = binary.AppendUvarint(b, uint64(f.paragraphs))
		last = f.term
	}
	return b
}

// decode is what encode was given.
func decode(b []byte) (frequencies []frequency, err error) {
	number := func() int {
		n, size := binary.Uvarint(b)
		b = b[max(size, 0):]
		return int(n)
	}
	last := ""
	for len(b) > 0 {
		shared, rest := number(), number()
		if shared < 0 || shared > len(last) || rest < 0 || rest > len(b) {
			return nil, errors.New("frequencies that encode has not made")
		}
		last = last[:shared] + string(b[:rest])
		b = b[rest:]
		frequencies = append(frequencies, frequency{last, number()})
	}
	return frequencies, nil
}

// maxChanged bounds the terms whose changes are kept in memory, at some 30 MB.
const maxChanged = 1 << 18

// forget deletes the tallies of these paragraphs, and notes that their terms
// are gone.
func (u *Update) forget(first, last int64) error {
	gone, err := u.tx.QueryContext(u.ctx, `DELETE FROM tallies WHERE first BETWEEN ? AND ? RETURNING counts`, first, last)
	if err != nil {
		return err
	}
	defer gone.Close()
	for gone.Next() {
		var encoded sql.RawBytes
		if err := gone.Scan(&encoded); err != nil {
			return err
		}
		frequencies, err := decode(encoded)
		if err != nil {
			return err
		}
		for _, f := range frequencies {
			u.changed[f.term] -= f.paragraphs
		}
	}
	return gone.Err()
}

// flushMany is flush when the noted changes are many.
func (u *Update) flushMany() error {
	if len(u.changed) <= maxChanged {
		return nil
	}
	return u.flush()
}

// flush brings the noted changes to the file. Terms go in sorted, as the
// tables are: json sorts an object's keys.
func (u *Update) flush() error {
	var endings []string
	fewer := make(map[string]string) // term to its reverse
	for term, n := range u.changed {
		switch {
		case n == 0:
			delete(u.changed, term)
		case n < 0:
			fewer[term] = reverse(term)
		case mayBeCompound(term):
			endings = append(endings, reverse(term))
		}
	}
	slices.Sort(endings)
	for _, step := range []struct {
		query string
		list  any
	}{
		{`INSERT INTO terms SELECT key, value FROM json_each(?) WHERE true
			ON CONFLICT (term) DO UPDATE SET paragraphs = paragraphs + excluded.paragraphs`, u.changed},
		{`INSERT OR IGNORE INTO endings SELECT value FROM json_each(?)`, endings},
		{`DELETE FROM terms WHERE paragraphs <= 0 AND term IN (SELECT key FROM json_each(?))`, fewer},
		{`DELETE FROM endings WHERE reversed IN (
			SELECT value FROM json_each(?) WHERE key NOT IN (SELECT term FROM terms))`, fewer},
	} {
		list, err := json.Marshal(step.list)
		if err != nil {
			return err // unreachable: strings and numbers can be encoded
		}
		if _, err := u.tx.ExecContext(u.ctx, step.query, string(list)); err != nil {
			return u.file.explain(err)
		}
	}
	clear(u.changed)
	return nil
}
