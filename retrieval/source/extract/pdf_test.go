package extract

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

// texts are paragraphs as lines, each under its heading.
func texts(paragraphs []analysis.Paragraph) string {
	var b strings.Builder
	for _, p := range paragraphs {
		if p.Heading != "" {
			fmt.Fprintf(&b, "[%s] ", p.Heading)
		}
		b.WriteString(p.Text + "\n")
	}
	return b.String()
}

func TestPDFParagraphs(t *testing.T) {
	left := []string{
		"The old mill at Dunmere turned again",
		"on Monday for the first time in forty",
		"years, after volunteers had mended the",
		"wheel that a flood broke. Its owner said",
		"that flour would be sold from June on.",
		"Visitors may see it on Sundays.",
	}
	right := []string{
		"A second mill further up the valley is",
		"to follow. The county pays for a third",
		"of the work, and the rest is given by",
		"people who live beside the river. They",
		"have met every week since the spring.",
		"The wheel there is made of oak.",
	}
	head := set("F1", 8, 60, 810, "Dunmere Courier")
	tests := []struct {
		name  string
		pages []string
		want  string
	}{
		{"indented paragraphs", []string{set("F1", 11, 72, 700,
			"The council of Harwick has voted to close the bridge for", "nine months from the first of March.") +
			set("F1", 11, 90, 673.6, "Buses will go by the northern road, as they did in the") +
			set("F1", 11, 72, 660.4, "year of the flood.")},
			"The council of Harwick has voted to close the bridge for nine months from the first of March.\n" +
				"Buses will go by the northern road, as they did in the year of the flood.\n"},
		{"paragraphs apart", []string{set("F1", 11, 72, 700, "The first one has a line", "and another one of words") +
			set("F1", 11, 72, 665, "the second one begins lower", "and goes on below it")},
			"The first one has a line and another one of words\nthe second one begins lower and goes on below it\n"},
		{"hyphens", []string{set("F1", 11, 72, 700,
			"The well-known captain of the harbour police was infor-", "med at noon. A well-",
			"known diver found the anchor near Sankt-", "Anna, and the co-", "operation went on.")},
			"The well-known captain of the harbour police was informed at noon. A well-known diver found the anchor near Sankt-Anna, and the cooperation went on.\n"},
		{"headings", []string{set("F2", 20, 72, 740, "Bridge closes in March") + set("F1", 11, 72, 700, "The council has voted to close the", "bridge for nine months.") +
			set("F2", 11, 72, 660, "What it costs") + set("F1", 11, 72, 640, "Four million, of which the county", "gives one.")},
			"The council has voted to close the bridge for nine months.\n[What it costs] Four million, of which the county gives one.\n"},
		{"numbered headings", []string{set("F1", 11, 72, 700, "The council has voted to close the", "bridge for nine months.") +
			set("F2", 11, 72, 660, "1. What it costs") + set("F1", 11, 72, 640, "Four million, of which the county", "gives one.")},
			"The council has voted to close the bridge for nine months.\n[1. What it costs] Four million, of which the county gives one.\n"},
		{"headings in outlines", []string{set("F1", 11, 72, 700, "The council has voted to close the", "bridge for nine months.") +
			"2 Tr " + set("F1", 11, 72, 660, "What it costs") + "0 Tr " + set("F1", 11, 72, 640, "Four million, of which the county", "gives one.")},
			"The council has voted to close the bridge for nine months.\n[What it costs] Four million, of which the county gives one.\n"},
		{"headings that are a little larger", []string{set("F1", 11, 72, 700, "The council has voted to close the", "bridge for nine months.") +
			set("F1", 12, 72, 660, "What it costs") + set("F1", 11, 72, 645, "Four million, of which the county", "gives one.")},
			"The council has voted to close the bridge for nine months.\n[What it costs] Four million, of which the county gives one.\n"},
		{"hyphens that are soft", []string{set("F1", 11, 72, 700, "The captain of the harbour police was infor\u00ad", "med at noon.")},
			"The captain of the harbour police was informed at noon.\n"},
		{"a lead in bold", []string{set("F2", 11, 72, 740, "The council of Harwick has voted to close the bridge", "over the Wick for nine months from March on.") +
			set("F1", 11, 72, 700, "Nobody spoke against it on Tuesday night, and the mayor", "was not there.")},
			"The council of Harwick has voted to close the bridge over the Wick for nine months from March on.\nNobody spoke against it on Tuesday night, and the mayor was not there.\n"},
		{"a list", []string{set("F1", 11, 72, 700, "Three things are closed:", "• the bridge over the Wick, which the county", "  owns", "• the ferry", "1. the old school")},
			"Three things are closed:\n• the bridge over the Wick, which the county owns\n• the ferry\n1. the old school\n"},
		{"pages", []string{
			head + set("F1", 11, 72, 700, "The keeper of the light had gone before the storm, and those") + set("F1", 9, 290, 40, "1"),
			head + set("F1", 11, 72, 700, "who came for him in the morning found the door locked.", "Its key lay on the step.") + set("F1", 9, 290, 40, "2"),
			head + set("F1", 11, 72, 700, "He was seen in April. There was no reason given.") + set("F1", 9, 290, 40, "3")},
			"The keeper of the light had gone before the storm, and those who came for him in the morning found the door locked. Its key lay on the step.\n" +
				"He was seen in April. There was no reason given.\n"},
		{"two columns", []string{set("F2", 18, 72, 760, "Mill turns again") + set("F1", 10, 72, 700, left...) + set("F1", 10, 320, 700, right...)},
			strings.Join(left, " ") + "\n" + strings.Join(right, " ") + "\n"},
		{"columns set row by row", []string{func() string {
			var b strings.Builder
			for i := range left {
				b.WriteString(set("F1", 10, 72, 700-12*float64(i), left[i]) + set("F1", 10, 320, 700-12*float64(i), right[i]))
			}
			return b.String()
		}()}, strings.Join(left, " ") + "\n" + strings.Join(right, " ") + "\n"},
		{"a table", []string{func() string {
			var b strings.Builder
			for i, row := range [][2]string{{"Harwick", "4,200"}, {"Dunmere", "1,150"}, {"Wick", "380"}, {"Anna", "95"}, {"Orle", "60"}, {"Pell", "12"}} {
				b.WriteString(set("F1", 10, 72, 700-20*float64(i), row[0]) + set("F1", 10, 320, 700-20*float64(i), row[1]))
			}
			return b.String()
		}()}, "Harwick | 4,200\nDunmere | 1,150\nWick | 380\nAnna | 95\nOrle | 60\nPell | 12\n"},
		{"Russian", []string{set("F3", 11, 72, 700, "Мост через реку закроют на девять меся-", "цев, сообщил мэр. Ёлку поставят у моста.")},
			"Мост через реку закроют на девять месяцев, сообщил мэр. Ёлку поставят у моста.\n"},
		{"Chinese", []string{set("F3", 11, 72, 700, "市议会决定从三月起关闭大桥九", "个月。公共汽车将绕行北路。")},
			"市议会决定从三月起关闭大桥九个月。公共汽车将绕行北路。\n"},
		{"Windows-1252", []string{set("F1", 11, 72, 700, "Die Brücke – „für immer“ zu? 5 € kostet’s.")}, "Die Brücke – „für immer“ zu? 5 € kostet’s.\n"},
		{"spaces that are only moves", []string{"BT /F1 11 Tf 72 700 Td [(The)-280(bridge)-300(is)-290(closed)10(.)] TJ ET"}, "The bridge is closed.\n"},
		{"turned text", []string{set("F1", 11, 72, 700, "The bridge is closed.") + "BT /F1 60 Tf 0.7 0.7 -0.7 0.7 100 100 Tm (COPY) Tj ET"}, "The bridge is closed.\n"},
		{"what is no text", []string{"/Artifact BMC " + set("F1", 11, 72, 800, "printed on Monday") + "EMC " + set("F1", 11, 72, 700, "The bridge is closed.")}, "The bridge is closed.\n"},
		{"ActualText", []string{"BT /F1 11 Tf 72 700 Td (The o) Tj /Span << /ActualText <FEFF00660066> >> BDC (\\001\\002) Tj EMC (er stands.) Tj ET"}, "The offer stands.\n"},
		{"an image within", []string{"BI /W 2 /H 2 /BPC 8 /CS /G ID (\x00BT( EI " + set("F1", 11, 72, 700, "The bridge is closed.")}, "The bridge is closed.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := PDF(makePDF(tt.pages...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, texts(got.Paragraphs)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestPDFTellsOfItself(t *testing.T) {
	page := set("F2", 20, 72, 740, "Bridge closes") + set("F1", 11, 72, 700, "The council has voted to close the bridge.", "It stays so until winter.")
	tests := []struct {
		name, info string
		want       Article
	}{
		{"all", "/Title <FEFF041C043E04410442> /Author (Ann Orle) /CreationDate (D:20260301120000+03'00') /ModDate (D:20260302120000+03'00')",
			Article{Title: "Мост", Author: "Ann Orle", Modified: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}},
		{"names of files", "/Title (Microsoft Word - bridge_final2.docx) /Author (user)", Article{Title: "Bridge closes"}},
		{"nothing", "/Title () /CreationDate (yesterday)", Article{Title: "Bridge closes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m pdfMaker
			m.pages(page)
			m.trailer += fmt.Sprintf(" /Info %d 0 R", m.add("<< "+tt.info+" >>"))
			got, err := PDF(m.bytes())
			if err != nil {
				t.Fatal(err)
			}
			got.Paragraphs = nil
			tt.want.Language = "en-GB"
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestPDFEncodings reads the same page however its file is written.
func TestPDFEncodings(t *testing.T) {
	const text = "The bridge over the Wick is closed until winter comes."
	page := set("F1", 11, 72, 700, text)
	filtered := func(keys, data string) []byte {
		var m pdfMaker
		m.pages("")
		for i, body := range m.objects {
			if strings.HasPrefix(body, "<< /Length 0 ") {
				m.objects[i] = fmt.Sprintf("<< /Length %d %s >>\nstream\n%s\nendstream", len(data), keys, data)
			}
		}
		return m.bytes()
	}
	plain := makePDF(page)
	tests := []struct {
		name string
		raw  []byte
	}{
		{"plain", plain},
		{"behind other bytes", append([]byte("\x00\x01junk\n"), plain...)},
		{"version 2.0", []byte(strings.Replace(string(plain), "%PDF-1.7", "%PDF-2.0", 1))},
		{"a wrong length", []byte(strings.Replace(string(plain), "/Length ", "/Length 9", 9))},
		{"without its table", plain[:strings.LastIndex(string(plain), "xref\n0")+0]},
		{"compressed", filtered("/Filter /FlateDecode", deflated(page))},
		{"compressed and cut", filtered("/Filter /FlateDecode", deflated(page + strings.Repeat("% more\n", 99))[:len(deflated(page+strings.Repeat("% more\n", 99)))-6])},
		{"in hexadecimal", filtered("/Filter [/ASCIIHexDecode]", fmt.Sprintf("%X>", page))},
		{"in runs", filtered("/Filter /RunLengthDecode", fmt.Sprintf("%c%s%c%s\x80", 99, page[:100], len(page)-101, page[100:]))},
		{"in a form", filtered("", page)},
		{"in a stream of objects", inObjectStream(page)},
		{"replaced", append(append([]byte{}, makePDF(set("F1", 11, 72, 700, "An older text."))...), plain...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := tt.raw
			if tt.name == "without its table" {
				raw = append(append([]byte{}, raw...), "trailer << /Root 9 0 R >>"...)
				raw = []byte(strings.Replace(string(raw), "/Root 9", fmt.Sprintf("/Root %d", strings.Count(string(plain), "endobj")), 1))
			}
			got, err := PDF(raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(text+"\n", texts(got.Paragraphs)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// inObjectStream is a file as newer writers make them: all but streams are in
// a compressed stream, and the trailer is that of a cross-reference stream.
func inObjectStream(page string) []byte {
	var m pdfMaker
	m.pages(page)
	var head, bodies strings.Builder
	var streams strings.Builder
	for i, body := range m.objects {
		if strings.Contains(body, "endstream") {
			fmt.Fprintf(&streams, "%d 0 obj %s endobj\n", i+1, body)
			continue
		}
		fmt.Fprintf(&head, "%d %d ", i+1, bodies.Len())
		bodies.WriteString(body + " ")
	}
	count := len(strings.Fields(head.String())) / 2
	data := deflated(head.String() + bodies.String())
	return fmt.Appendf(nil, "%%PDF-1.5\n%s 90 0 obj << /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >> stream\n%s\nendstream endobj\n"+
		"91 0 obj << /Type /XRef /Size 92 %s /W [1 2 1] /Length 0 >> stream\n\nendstream endobj\nstartxref 0 %%%%EOF", streams.String(), count, head.Len(), len(data), data, m.trailer)
}

func TestPDFRefused(t *testing.T) {
	var encrypted, loop, deep, many, bomb, spread, unknown pdfMaker
	encrypted.pages(set("F1", 11, 72, 700, "Secret words here."))
	encrypted.trailer += " /Encrypt << /V 4 >>"
	loop.pages("")
	for i, body := range loop.objects { // a tree of pages that holds itself
		if strings.Contains(body, "/Kids") {
			loop.objects[i] = fmt.Sprintf("<< /Type /Pages /Count 5 /Kids [%d 0 R %d 0 R] /Parent %d 0 R >>", i+1, i+1, i+1)
		}
	}
	deep.pages(strings.Repeat("[", 1_000_000))
	many.pages(make([]string, maxPDFPages+1)...)
	bomb.pages("")
	packed := deflated(deflated(strings.Repeat("1 ", maxPDFStream)))
	for i, body := range bomb.objects {
		if strings.HasPrefix(body, "<< /Length 0 ") {
			bomb.objects[i] = fmt.Sprintf("<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream", len(packed), packed)
		}
	}
	spread.pages("/X Do")
	form := len(spread.objects) + 1 // a form that shows itself, twice
	spread.add(fmt.Sprintf("<< /Length 12 /Subtype /Form /Resources << /XObject << /X %d 0 R >> >> >>\nstream\n/X Do /X Do \nendstream", form))
	for i, body := range spread.objects {
		spread.objects[i] = strings.Replace(body, "/Resources << /Font", fmt.Sprintf("/Resources << /XObject << /X %d 0 R >> /Font", form), 1)
	}
	unknown.pages(set("F3", 11, 72, 700, "No map tells these letters."))
	for i, body := range unknown.objects {
		unknown.objects[i] = strings.Replace(body, "/ToUnicode", "/Nothing", 1)
	}
	tests := []struct {
		name string
		raw  []byte
		want error
	}{
		{"no PDF", []byte("a text"), ErrPDF},
		{"only its name", []byte("%PDF-1.4\n"), ErrPDF},
		{"encrypted", encrypted.bytes(), ErrPDF},
		{"pages in a circle", loop.bytes(), ErrPDF},
		{"too deep", deep.bytes(), ErrTooComplex},
		{"too many pages", many.bytes(), ErrTooComplex},
		{"too large when unpacked", bomb.bytes(), ErrTooComplex},
		{"a form in itself", spread.bytes(), ErrScanned},
		{"letters of which nothing is told", unknown.bytes(), ErrPDF},
		{"pictures only", makePDF("q 100 0 0 100 0 0 cm /Im1 Do Q", "72 72 m 100 100 l S"), ErrScanned},
		{"too long", append([]byte("%PDF-1.4\n"), make([]byte, maxPDFBytes)...), ErrTooComplex},
		{"numbers that overflow", []byte("%PDF-1.4\n1 0 obj << /Type /ObjStm /N 99999999999 /First 99999999999999999999 /Length -5 >> stream\nendstream trailer << /Root 99999999999 0 R /Size 1e99 >>"), ErrPDF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := PDF(tt.raw)
			if !errors.Is(err, tt.want) {
				t.Errorf("PDF() = %q, %v; want the error %v", texts(got.Paragraphs), err, tt.want)
			}
		})
	}
}
