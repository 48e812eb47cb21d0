package extract

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// Limits of a PDF file. They count work and not time, so that a file is read
// the same on a slow machine: what they allow takes a few seconds and some
// hundred megabytes.
const (
	maxPDFBytes   = 32 << 20
	maxPDFPages   = 2000
	maxPDFText    = 5 << 20    // bytes of text; a long novel has one
	maxPDFStream  = 16 << 20   // bytes of a stream, decoded
	maxPDFWork    = 40_000_000 // objects, operators, letters; and each 16 bytes that are decoded
	maxPDFObjects = 2_000_000  // values that are kept
)

// errPDFWork is panicked with when a file costs more than it may, and turned
// into an error at the edge.
var errPDFWork = fmt.Errorf("%w: %w", ErrPDF, ErrTooComplex)

// A pdfWork is what reading a file may still cost.
type pdfWork struct{ left int }

func (w *pdfWork) spend(n int) {
	if w.left -= n; w.left < 0 {
		panic(errPDFWork)
	}
}

// A pdfFile is the objects of a file, by their numbers.
//
// The table that says where they are is not used: it is wrong in many files
// and forged in some. All objects are read in the order of the file, in which
// a later one of the same number replaces the earlier.
type pdfFile struct {
	objects map[int]pdfValue
	trailer pdfDict // of all trailers, the last one's value of each key
	work    *pdfWork
	kept    int
}

var (
	pdfObjectStart = regexp.MustCompile(`(?:^|[^\d])(\d{1,8})[\s\x00]+\d{1,5}[\s\x00]+obj\b|\btrailer\b`)
	errEncrypted   = errors.New("it is encrypted")
)

// openPDF reads the objects of a file.
func openPDF(raw []byte) (*pdfFile, error) {
	f := &pdfFile{objects: make(map[int]pdfValue), trailer: make(pdfDict), work: &pdfWork{left: maxPDFWork}}
	for at := 0; at < len(raw); {
		m := pdfObjectStart.FindSubmatchIndex(raw[at:])
		if m == nil {
			break
		}
		l := &pdfLexer{data: raw, at: at + m[1], refs: true, work: f.work}
		if m[2] < 0 {
			if dict, ok := f.read(l).(pdfDict); ok {
				f.trail(dict)
			}
			at = l.at
			continue
		}
		number, _ := strconv.Atoi(string(raw[at+m[2] : at+m[3]])) // eight digits
		value := f.read(l)
		if dict, ok := value.(pdfDict); ok {
			if data, ok := f.streamData(l, dict); ok {
				value = &pdfStream{dict, data}
			}
		}
		at = l.at
		f.define(number, value)
	}
	if f.trailer["Encrypt"] != nil {
		return nil, errEncrypted
	}
	return f, nil
}

// read reads one object and counts what it takes to keep.
func (f *pdfFile) read(l *pdfLexer) pdfValue {
	before := f.work.left
	value, _ := l.next()
	if f.kept += before - f.work.left; f.kept > maxPDFObjects {
		panic(errPDFWork)
	}
	return value
}

// streamData is the data of the stream whose dictionary was just read, if it
// is one's. The length that it tells counts only if the data ends there.
func (f *pdfFile) streamData(l *pdfLexer, dict pdfDict) ([]byte, bool) {
	l.space()
	rest := l.data[l.at:]
	if !bytes.HasPrefix(rest, []byte("stream")) {
		return nil, false
	}
	rest = rest[len("stream"):]
	rest = bytes.TrimPrefix(rest, []byte("\r"))
	rest = bytes.TrimPrefix(rest, []byte("\n"))
	start := len(l.data) - len(rest)
	if n, ok := dict["Length"].(float64); ok && n >= 0 && int(n) <= len(rest) {
		if bytes.HasPrefix(bytes.TrimLeft(rest[int(n):min(int(n)+16, len(rest))], "\r\n \t\x00"), []byte("endst")) {
			l.at = start + int(n)
			return rest[:int(n)], true
		}
	}
	end := bytes.Index(rest, []byte("endstream"))
	if end < 0 {
		end = len(rest)
	}
	l.at = start + end
	return rest[:end], true
}

// define takes over an object. Of those in a stream of objects too, and the
// structure of a tagged file is left out: it is large, and nothing is read
// from it.
func (f *pdfFile) define(number int, value pdfValue) {
	dict := pdfDictOf(value)
	stream, _ := value.(*pdfStream)
	switch dict["Type"] {
	case pdfName("XRef"):
		f.trail(dict)
		return
	case pdfName("StructElem"), pdfName("Annot"):
		return
	case pdfName("ObjStm"):
		if stream != nil {
			f.inside(stream)
		}
		return
	}
	f.objects[number] = value
}

// inside takes over the objects of a stream of objects.
func (f *pdfFile) inside(stream *pdfStream) {
	data, err := f.decode(stream)
	if err != nil {
		return // the objects that it had are missing; the others may do
	}
	count, _ := stream.dict["N"].(float64)
	first, _ := stream.dict["First"].(float64)
	if first < 0 || int(first) > len(data) {
		return
	}
	head := &pdfLexer{data: data[:int(first)], work: f.work}
	for range int(min(max(count, 0), float64(len(data)))) {
		number, done := head.next()
		offset, _ := head.next()
		n, ok := number.(float64)
		o, ok2 := offset.(float64)
		if done || !ok || !ok2 || n < 0 || o < 0 || int(first)+int(o) > len(data) {
			return
		}
		l := &pdfLexer{data: data, at: int(first) + int(o), refs: true, work: f.work}
		if value := f.read(l); pdfDictOf(value)["Type"] != pdfName("ObjStm") {
			f.define(int(n), value)
		}
	}
}

// trail takes over a trailer, or the dictionary of a cross-reference stream.
func (f *pdfFile) trail(dict pdfDict) {
	for _, key := range []pdfName{"Root", "Info", "Encrypt"} {
		if dict[key] != nil {
			f.trailer[key] = dict[key]
		}
	}
}

// resolve is the object that value refers to, or value itself.
func (f *pdfFile) resolve(value pdfValue) pdfValue {
	for range 8 { // references to references are rare, and may go in circles
		ref, ok := value.(pdfRef)
		if !ok {
			return value
		}
		value = f.objects[int(ref)]
	}
	return nil
}

// pdfDictOf is value as a dictionary; that of a stream for one.
func pdfDictOf(value pdfValue) pdfDict {
	switch value := value.(type) {
	case pdfDict:
		return value
	case *pdfStream:
		return value.dict
	}
	return nil
}

func (f *pdfFile) dict(value pdfValue) pdfDict { return pdfDictOf(f.resolve(value)) }

func (f *pdfFile) array(value pdfValue) pdfArray {
	array, _ := f.resolve(value).(pdfArray)
	return array
}

func (f *pdfFile) name(value pdfValue) pdfName {
	name, _ := f.resolve(value).(pdfName)
	return name
}

// number is value as a number, 0 when it is none.
func (f *pdfFile) number(value pdfValue) float64 {
	n, _ := f.resolve(value).(float64)
	return n
}
