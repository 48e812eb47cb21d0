package prompts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of a Reply. They are several times what a good one needs; past them a
// model repeats itself.
const (
	MaxStatements = 20
	MaxEvidence   = 5        // of one statement
	maxReply      = 64 << 10 // bytes, without the reasoning before it
)

// Errors of what a model replies. None of them is the reader's to mend: the model
// has not kept to the form.
var (
	ErrNoReply   = errors.New("prompts: the model's reply holds no JSON object")
	ErrBadReply  = errors.New("prompts: the model's reply is not of the form asked for")
	ErrLongReply = errors.New("prompts: the model's reply is too long")

	errNoJSON = fmt.Errorf("%w: it is no JSON", ErrBadReply)
)

// A Reader reads a Reply as it comes. The zero value is ready for use.
//
// Around the one JSON object it forgives what models add: reasoning that ends in
// </think>, a code fence, a sentence before or after. Fields that it does not know
// are ignored. The object itself has to say once whether the question is answerable,
// and everything it does say must be of the right type. What a Reply claims is
// not checked here.
//
// A reply that opens with prose may still be thoughts, until </think> has come: when
// none does, Write has given no statement, and Close's Reply holds them.
type Reader struct {
	text    []byte // all that has come, from the first that is not white space
	body    int    // where what the model thinks aloud has ended; the object follows
	begun   bool   // body is known
	scanner scanner

	answerable *bool
	statements []Statement
	listed     bool  // the list of statements has ended
	given      int   // how many Write has
	err        error // what is wrong with the object
}

// Write takes in the next piece of the text, of any length, and gives the
// statements that it completes. It gives none before the object has said that the
// question is answerable, and none after anything in it was wrong; what it has
// given stands in the Reply. The time it takes is in proportion to the piece, but
// for that of a statement, when all before it is looked at once more.
func (r *Reader) Write(piece string) []Statement {
	if len(r.text) == 0 {
		piece = strings.TrimLeft(piece, whiteSpace)
	}
	searched := max(0, len(r.text)-len(thoughtEnd))
	r.text = append(r.text, piece...)
	if !r.begun {
		r.begin(searched)
	}
	if !r.begun {
		return nil
	}
	r.scan()
	if r.answerable == nil || !*r.answerable {
		return nil
	}
	complete := r.statements[r.given:]
	r.given = len(r.statements)
	return complete
}

// thoughtEnd ends what a reasoning model thinks aloud. What begins it is often
// part of the chat template, and missing here.
const thoughtEnd = "</think>"

const whiteSpace = " \t\r\n" // JSON's

// opensReply says that a text which begins so is the reply itself, as it is or in a
// code fence, with no thoughts before it.
func opensReply(first byte) bool { return first == '{' || first == '`' }

// begin finds where the reply begins, if that can be told yet: at once when it
// opens like one, else after the thoughts. A quote may hold the mark that ends
// those, so it is searched for in prose alone.
func (r *Reader) begin(searched int) {
	if len(r.text) > 0 && opensReply(r.text[0]) {
		r.begun = true
	} else if i := bytes.Index(r.text[searched:], []byte(thoughtEnd)); i >= 0 {
		r.begun, r.body = true, searched+i+len(thoughtEnd)
	}
	r.scanner.at = r.body
}

// Close gives the whole Reply, or what is wrong with it.
func (r *Reader) Close() (Reply, error) {
	r.scan()
	body := r.text[r.body:]
	switch {
	case r.err != nil:
		return Reply{}, r.err
	case len(body) > maxReply:
		return Reply{}, fmt.Errorf("%w: %d bytes", ErrLongReply, len(body))
	case r.scanner.depth == 0 && !r.scanner.done:
		return Reply{}, ErrNoReply
	case !r.scanner.done || !utf8.Valid(body) || !json.Valid(r.text[r.scanner.start:r.scanner.at]):
		return Reply{}, errNoJSON
	case bytes.ContainsAny(r.text[r.scanner.at:], "{}"):
		return Reply{}, fmt.Errorf("%w: more follows the object", ErrBadReply)
	case r.answerable == nil:
		return Reply{}, fmt.Errorf("%w: it does not say whether the question is answerable", ErrBadReply)
	}
	return Reply{Answerable: *r.answerable, Statements: r.statements}, nil
}

// scan reads on in the object, and takes what it finds complete there.
func (r *Reader) scan() {
	text := r.text[:min(len(r.text), r.body+maxReply)]
	for r.err == nil {
		key, element, value := r.scanner.next(text)
		if value == nil {
			return
		}
		r.err = r.take(key, element, value)
	}
}

// take reads a value of the object: that of a field, or an element of a field's list.
func (r *Reader) take(key string, element bool, value []byte) error {
	switch {
	case key == "answerable" && !element:
		if r.answerable != nil || json.Unmarshal(value, &r.answerable) != nil || r.answerable == nil {
			return fmt.Errorf(`%w: "answerable" is %.20s`, ErrBadReply, value)
		}
		if r.scanner.done {
			return r.soundWith("")
		}
		return r.soundWith(`"":0}`)
	case key == "statements" && element:
		var s Statement
		if err := unmarshalObject(value, &s); err != nil {
			return err
		}
		if n := len(s.Evidence); n > MaxEvidence {
			return fmt.Errorf("%w: %d pieces of evidence for one statement", ErrLongReply, n)
		}
		if r.listed {
			return fmt.Errorf(`%w: "statements" twice`, ErrBadReply)
		}
		if len(r.statements) == MaxStatements {
			return fmt.Errorf("%w: more than %d statements", ErrLongReply, MaxStatements)
		}
		if err := r.soundWith("]}"); err != nil {
			return err
		}
		r.statements = append(r.statements, s)
	case key == "statements":
		if r.listed || value[0] != '[' && string(value) != "null" {
			return fmt.Errorf(`%w: "statements" is %.20s`, ErrBadReply, value)
		}
		r.listed = true
	}
	return nil
}

// soundWith is an error unless the object as it stands would be JSON if it ended with
// rest. It looks at all that has come, which it can afford: it is asked once
// a statement, of which there are few.
func (r *Reader) soundWith(rest string) error {
	if !utf8.Valid(r.text[r.body:r.scanner.at]) ||
		!json.Valid(append(bytes.Clone(r.text[r.scanner.start:r.scanner.at]), rest...)) {
		return errNoJSON
	}
	return nil
}

// unmarshalObject reads a JSON object, which nothing else will do for.
func unmarshalObject(text []byte, object any) error {
	if !utf8.Valid(text) || !bytes.HasPrefix(text, []byte("{")) {
		return fmt.Errorf("%w: %.20q is no object", ErrBadReply, text)
	}
	if err := json.Unmarshal(text, object); err != nil {
		return fmt.Errorf("%w: %w", ErrBadReply, err)
	}
	return nil
}

// parseObject reads the one JSON object of a completion's text into object, as
// forgiving of what stands around it as a Reader.
func parseObject(text string, object any) error {
	text = strings.TrimLeft(text, whiteSpace)
	if _, after, ok := strings.Cut(text, thoughtEnd); ok && !opensReply(text[0]) {
		text = after
	}
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	switch {
	case start < 0 || end < start:
		return ErrNoReply
	case len(text) > maxReply:
		return fmt.Errorf("%w: %d bytes", ErrLongReply, len(text))
	}
	return unmarshalObject([]byte(text[start:end+1]), object)
}

// Bounds of other replies.
const maxQuestion = 500 // characters, of a rewritten question or query

// ParseRewritten reads the reply to a Rewrite request.
func ParseRewritten(text string) (Rewritten, error) {
	var r Rewritten
	if err := parseObject(text, &r); err != nil {
		return Rewritten{}, err
	}
	if r.Question = truncate(strings.TrimSpace(r.Question), maxQuestion); r.Question == "" {
		return Rewritten{}, fmt.Errorf("%w: it holds no question", ErrBadReply)
	}
	r.Queries = r.Queries[:min(len(r.Queries), maxQueries)]
	for i, q := range r.Queries {
		r.Queries[i].Text = truncate(q.Text, maxQuestion)
	}
	return r, nil
}

// ParseFinding reads the reply to a Check request.
func ParseFinding(text string) (Finding, error) {
	var f Finding
	if err := parseObject(text, &f); err != nil {
		return Finding{}, err
	}
	switch {
	case f.Verdict != Supported && f.Verdict != Contradicted && f.Verdict != NotInStories:
		return Finding{}, fmt.Errorf("%w: %.20q is no verdict", ErrBadReply, f.Verdict)
	case len(f.Evidence) > MaxEvidence:
		return Finding{}, fmt.Errorf("%w: %d pieces of evidence", ErrLongReply, len(f.Evidence))
	}
	return f, nil
}

// ParseJudgement reads the reply to a Judge request on n statements.
func ParseJudgement(text string, n int) ([]bool, error) {
	var j struct {
		Supported []*bool `json:"supported"`
	}
	if err := parseObject(text, &j); err != nil {
		return nil, err
	}
	if len(j.Supported) != n {
		return nil, fmt.Errorf("%w: %d judgements of %d statements", ErrBadReply, len(j.Supported), n)
	}
	supported := make([]bool, n)
	for i, s := range j.Supported {
		supported[i] = s != nil && *s
	}
	return supported, nil
}
