package local

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// A page is what a list request asks for: the entries before, after or around
// an id. The zero id is none.
type page struct {
	before, after, around uint64
	limit                 int
}

// has reports whether an id is between the page's before and after.
func (p page) has(id string) bool {
	n := number(id)
	return n > p.after && (p.before == 0 || n < p.before)
}

// of is the page of a channel's messages, which are given oldest first, in
// the order of answers: newest first. "after" takes the oldest that are
// newer, "around" half from either side.
func (p page) of(all []*Message) []*Message {
	all = slices.DeleteFunc(all, func(m *Message) bool { return m.Flags&FlagEphemeral != 0 || !p.has(m.ID) })
	switch {
	case p.around != 0:
		at, _ := slices.BinarySearchFunc(all, p.around, func(m *Message, id uint64) int {
			return compareIDs(m.ID, strconv.FormatUint(id, 10))
		})
		from := max(at-p.limit/2, 0)
		all = all[from:min(from+p.limit, len(all))]
	case p.after != 0 && p.before == 0:
		all = all[:min(p.limit, len(all))]
	default:
		all = all[max(len(all)-p.limit, 0):]
	}
	slices.Reverse(all)
	return all
}

// pageOf reads a list request's query.
func pageOf(r *http.Request, limit, most int) (page, error) {
	var f form
	query := r.URL.Query()
	p := page{limit: limit}
	given := 0
	for name, to := range map[string]*uint64{"before": &p.before, "after": &p.after, "around": &p.around} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			f.fail(name, "NUMBER_TYPE_COERCE", fmt.Sprintf("Value %q is not snowflake.", text))
		}
		*to = n
		given++
	}
	if given > 1 {
		f.fail("around", "MUTUALLY_EXCLUSIVE", "before, after and around are mutually exclusive.")
	}
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			f.fail("limit", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be between 1 and %d.", most))
		}
		p.limit = n
	}
	return p, f.err()
}

// flagged reports whether a query parameter says yes: the reference's
// "Boolean Query Strings".
func flagged(r *http.Request, name string) bool {
	return slices.Contains([]string{"true", "True", "1"}, r.URL.Query().Get(name))
}

func compareIDs(a, b string) int { return cmp.Compare(number(a), number(b)) }
