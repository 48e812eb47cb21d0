package index

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"unicode"
	"unicode/utf8"
)

// A frequency is the number of paragraphs that hold a term.
type frequency struct {
	term       string
	paragraphs int
}

// Frequencies are the numbers of paragraphs that hold each term, in order.
func (f *File) Frequencies(ctx context.Context, terms []string) ([]int, error) {
	found, _, err := f.frequencies(ctx, terms)
	if err != nil {
		return nil, err
	}
	paragraphs := make(map[string]int, len(found))
	for _, t := range found {
		paragraphs[t.term] = t.paragraphs
	}
	counts := make([]int, len(terms))
	for i, term := range terms {
		counts[i] = paragraphs[term]
	}
	return counts, nil
}

// frequencies are those of the terms that the file holds, rarest first, each
// once, and the number of all paragraphs.
func (f *File) frequencies(ctx context.Context, terms []string) (found []frequency, all int, err error) {
	list, err := json.Marshal(terms)
	if err != nil {
		return nil, 0, err // unreachable: strings can be encoded
	}
	rows, err := f.conn.QueryContext(ctx, `
		SELECT term, paragraphs, (SELECT paragraphs FROM state) FROM terms
		WHERE term IN (SELECT value FROM json_each(?)) ORDER BY paragraphs, term`, string(list))
	if err != nil {
		return nil, 0, f.explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		var t frequency
		if err := rows.Scan(&t.term, &t.paragraphs, &all); err != nil {
			return nil, 0, f.explain(err)
		}
		found = append(found, t)
	}
	return found, all, f.explain(rows.Err())
}

// Terms that may be compounds, by their number of letters: shorter ones are
// inflections or other words.
const (
	minCompound  = 8 // of the whole
	minExtension = 3 // more than the part
)

// maxExtensions is how many terms may begin, or end, with one: what more do is
// no part of compounds but a prefix (inter-) or an ending (-ing).
const maxExtensions = 1000

// Extensions are the terms that begin or end with term and may be compounds
// with it, most frequent first: Friedensvertrag and Vertragsbruch for Vertrag.
func (f *File) Extensions(ctx context.Context, term string, most int) ([]string, error) {
	if !isWord(term) {
		return nil, nil
	}
	longer, err := f.strings(ctx, `SELECT term FROM terms WHERE term > ? AND term < ? AND length(term) >= ? LIMIT ?`, term)
	if err != nil {
		return nil, err
	}
	ends, err := f.strings(ctx, `SELECT reversed FROM endings WHERE reversed > ? AND reversed < ? AND length(reversed) >= ? LIMIT ?`, reverse(term))
	if err != nil {
		return nil, err
	}
	for _, reversed := range ends {
		longer = append(longer, reverse(reversed))
	}
	found, _, err := f.frequencies(ctx, slices.DeleteFunc(longer, func(s string) bool { return !isWord(s) }))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b frequency) int { return cmp.Compare(b.paragraphs, a.paragraphs) })
	var extensions []string
	for _, t := range found[:min(len(found), most)] {
		extensions = append(extensions, t.term)
	}
	return extensions, nil
}

// strings are what begins with prefix and may be compounds with it; none when
// they are too many. The query takes the limits between which they are, their
// length and their number.
func (f *File) strings(ctx context.Context, query, prefix string) ([]string, error) {
	length := max(minCompound, utf8.RuneCountInString(prefix)+minExtension)
	rows, err := f.conn.QueryContext(ctx, query, prefix, prefix+string(unicode.MaxRune), length, maxExtensions+1)
	if err != nil {
		return nil, f.explain(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, f.explain(err)
		}
		found = append(found, s)
	}
	if len(found) > maxExtensions {
		found = nil
	}
	return found, f.explain(rows.Err())
}

// isWord says that the term is made of letters. Those of scripts without
// spaces are grams, too short to be compounds.
func isWord(term string) bool {
	for _, r := range term {
		if !unicode.IsLetter(r) {
			return false
		}
	}
	return term != ""
}

// mayBeCompound says that the term's end is looked up by Extensions.
func mayBeCompound(term string) bool {
	return len(term) >= minCompound && utf8.RuneCountInString(term) >= minCompound && isWord(term)
}

// reverse is the word from its last letter to its first.
func reverse(word string) string {
	letters := []rune(word)
	slices.Reverse(letters)
	return string(letters)
}
