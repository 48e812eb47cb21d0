package extract

import (
	"bytes"
	"compress/flate"
	"encoding/ascii85"
	"errors"
	"io"
)

// errFilter is what a stream cannot be decoded for: it is a picture, or its
// encoding is unknown.
var errFilter = errors.New("no text is in streams of this encoding")

// decode is the data of a stream with its filters undone. Data that breaks
// off is given as far as it goes.
func (f *pdfFile) decode(stream *pdfStream) ([]byte, error) {
	filters := f.list(stream.dict["Filter"])
	parameters := f.list(stream.dict["DecodeParms"])
	data := stream.raw
	for i, filter := range filters {
		if i == 4 { // nobody compresses so often, except to burst a reader
			return nil, errFilter
		}
		var parameter pdfDict
		if i < len(parameters) {
			parameter = f.dict(parameters[i])
		}
		var err error
		if data, err = f.undo(data, f.name(filter), parameter); err != nil {
			return nil, err
		}
		f.work.spend(len(data) / 16)
		if len(data) > maxPDFStream {
			panic(errPDFWork)
		}
	}
	return data, nil
}

// list is value as a list: an array's elements, or the value alone.
func (f *pdfFile) list(value pdfValue) pdfArray {
	switch value := f.resolve(value).(type) {
	case nil:
		return nil
	case pdfArray:
		return value
	default:
		return pdfArray{value}
	}
}

// undo undoes one filter.
func (f *pdfFile) undo(data []byte, filter pdfName, parameter pdfDict) ([]byte, error) {
	switch filter {
	case "FlateDecode", "Fl":
		return f.predicted(inflated(data), parameter)
	case "LZWDecode", "LZW":
		early := true
		if n, ok := f.resolve(parameter["EarlyChange"]).(float64); ok {
			early = n != 0
		}
		return f.predicted(unLZW(data, early), parameter)
	case "ASCII85Decode", "A85":
		data, _, _ = bytes.Cut(data, []byte("~>"))
		data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
		out, _ := io.ReadAll(io.LimitReader(ascii85.NewDecoder(bytes.NewReader(data)), maxPDFStream+1))
		return out, nil
	case "ASCIIHexDecode", "AHx":
		data, _, _ = bytes.Cut(data, []byte(">"))
		return unhex(data), nil
	case "RunLengthDecode", "RL":
		return unRun(data), nil
	}
	return nil, errFilter
}

// inflated decompresses data in zlib's format. Its checksum is not looked at:
// data that lacks it, or has bytes behind it, is common.
func inflated(data []byte) []byte {
	data = bytes.TrimLeft(data, "\r\n")
	if len(data) < 2 {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(data[2:])), maxPDFStream+1))
	return out
}

// unRun undoes run lengths: a byte below 128 is followed by one more bytes
// than it says, one above by a byte that is meant 257 less it times.
func unRun(data []byte) []byte {
	var out []byte
	for len(data) > 1 && data[0] != 128 && len(out) <= maxPDFStream {
		n := int(data[0])
		if n < 128 {
			n = min(n+1, len(data)-1)
			out = append(out, data[1:1+n]...)
			data = data[1+n:]
			continue
		}
		out = append(out, bytes.Repeat(data[1:2], 257-n)...)
		data = data[2:]
	}
	return out
}

// unLZW undoes LZW with codes of 9 to 12 bits, the highest first. Early is
// whether a code grows one entry before it has to, as it does unless a stream
// says otherwise.
func unLZW(data []byte, early bool) []byte {
	const clear, end = 256, 257
	var (
		out        []byte
		starts     [4096]int // where in out each entry's bytes are
		lengths    [4096]int
		next       = 258
		width      = 9
		bits, have int
		last       = -1
	)
	shift := 0
	if early {
		shift = 1
	}
	for _, c := range data {
		bits, have = bits<<8|int(c), have+8
		if have < width {
			continue
		}
		have -= width
		code := bits >> have & (1<<width - 1)
		bits &= 1<<have - 1
		if code == end || len(out) > maxPDFStream {
			break
		}
		if code == clear {
			next, width, last = 258, 9, -1
			continue
		}
		from := len(out)
		switch {
		case code < 256:
			out = append(out, byte(code))
		case code < next:
			out = append(out, out[starts[code]:starts[code]+lengths[code]]...)
		case code == next && last >= 0:
			out = append(out, out[last:]...)
			out = append(out, out[last])
		default:
			return out
		}
		if last >= 0 && next < 4096 {
			starts[next], lengths[next] = last, from-last+1
			next++
		}
		last = from
		if next+shift >= 1<<width && width < 12 {
			width++
		}
	}
	return out
}

// predicted undoes the predictor that made data easier to compress.
func (f *pdfFile) predicted(data []byte, parameter pdfDict) ([]byte, error) {
	predictor := f.number(parameter["Predictor"])
	if predictor <= 1 {
		return data, nil
	}
	one := func(key pdfName) int {
		if n := f.number(parameter[key]); n >= 1 && n < 1<<20 {
			return int(n)
		}
		return 1
	}
	bits := 8
	if n := f.number(parameter["BitsPerComponent"]); n >= 1 && n <= 16 {
		bits = int(n)
	}
	pixel := max(one("Colors")*bits/8, 1)
	row := (one("Colors")*bits*one("Columns") + 7) / 8
	if predictor == 2 || row > maxPDFStream {
		return nil, errFilter // TIFF's, which only pictures have
	}
	out := make([]byte, 0, len(data))
	before := make([]byte, row)
	for len(data) > 1 {
		kind, line := data[0], data[1:min(1+row, len(data))]
		data = data[1+len(line):]
		now := make([]byte, row)
		copy(now, line)
		for i := range now {
			var left, up, corner int
			up = int(before[i])
			if i >= pixel {
				left, corner = int(now[i-pixel]), int(before[i-pixel])
			}
			switch kind {
			case 1:
				now[i] += byte(left)
			case 2:
				now[i] += byte(up)
			case 3:
				now[i] += byte((left + up) / 2)
			case 4:
				now[i] += byte(paeth(left, up, corner))
			}
		}
		out = append(out, now[:len(line)]...)
		before = now
	}
	return out, nil
}

// paeth is the neighbour nearest to left+up-corner (PNG, 9.4).
func paeth(left, up, corner int) int {
	estimate := left + up - corner
	l, u, c := abs(estimate-left), abs(estimate-up), abs(estimate-corner)
	switch {
	case l <= u && l <= c:
		return left
	case u <= c:
		return up
	}
	return corner
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
