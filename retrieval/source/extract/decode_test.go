package extract

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/html/charset"
)

// in is text in an encoding.
func in(t *testing.T, label, text string) string {
	t.Helper()
	e, _ := charset.Lookup(label)
	raw, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(label, err)
	}
	return raw
}

func TestDecode(t *testing.T) {
	const (
		russian  = "Мост через реку закроют на девять месяцев, сообщил мэр."
		japanese = "市長は橋を九か月閉鎖すると発表した。バスは北を回る。"
		korean   = "시장은 다리를 아홉 달 동안 닫는다고 밝혔다."
		chinese  = "市议会决定从三月起关闭大桥九个月。"
		taiwan   = "市議會決定從三月起關閉大橋九個月。"
		polish   = "Most nad rzeką będzie zamknięty przez dziewięć miesięcy, powiedział burmistrz. Żółte łodzie płyną wzdłuż północnej ścieżki."
		french   = "Le pont sera fermé à partir de mars, a annoncé le maire à la presse. Les élèves de l'école iront à pied, où qu'ils soient, même très âgés."
		greek    = "Η γέφυρα θα κλείσει για εννέα μήνες, είπε ο δήμαρχος της πόλης."
		turkish  = "Köprü dokuz ay boyunca kapalı kalacak, dedi belediye başkanı. Ağaçlar çiçek açtığında işçiler dönecek, şehir üzgün değil."
		hebrew   = "הגשר ייסגר לתשעה חודשים, אמר ראש העיר לעיתונאים ביום שני."
		arabic   = "سيغلق الجسر لمدة تسعة أشهر، قال رئيس البلدية للصحفيين يوم الاثنين."
		thai     = "นายกเทศมนตรีกล่าวว่าสะพานจะปิดเป็นเวลาเก้าเดือนตั้งแต่เดือนมีนาคม"
		german   = "Die Brücke über den Fluß bleibt geschlossen – für Jahre."
	)
	for _, tt := range []struct{ name, raw, contentType, want string }{
		{"UTF-8", russian, "", russian},
		{"UTF-8 with a mark", "\xEF\xBB\xBF" + russian, "text/html; charset=windows-1251", russian},
		{"UTF-8 that is called otherwise", japanese, "text/plain; charset=iso-8859-1", japanese},
		{"UTF-8 that a page calls otherwise", "<meta charset=koi8-r>" + russian, "", "<meta charset=koi8-r>" + russian},
		{"UTF-8 that breaks off", russian[:len(russian)-2], "", russian[:len(russian)-3] + "\uFFFD"},
		{"UTF-16 little end first", "\xFF\xFE" + in(t, "utf-16le", russian), "", russian},
		{"UTF-16 big end first", "\xFE\xFF" + in(t, "utf-16be", russian), "text/plain; charset=utf-8", russian},
		{"UTF-16 without a mark", in(t, "utf-16le", german), "text/plain; charset=utf-16le", german},
		{"windows-1251 by its type", in(t, "windows-1251", russian), "text/html; charset=windows-1251", russian},
		{"windows-1251 by its element", in(t, "windows-1251", `<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">`+russian), "text/html", `<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">` + russian},
		{"windows-1251 by its declaration", in(t, "windows-1251", `<?xml version="1.0" encoding="windows-1251"?>`+russian), "", `<?xml version="1.0" encoding="windows-1251"?>` + russian},
		{"windows-1251 that nothing tells", in(t, "windows-1251", russian), "", russian},
		{"windows-1251 that is called UTF-8", in(t, "windows-1251", russian), "text/html; charset=utf-8", russian},
		{"koi8-r by its type", in(t, "koi8-r", russian), "text/html; charset=KOI8-R", russian},
		{"koi8-r that nothing tells", in(t, "koi8-r", russian), "", russian},
		{"an element late in a page", in(t, "koi8-r", "<html><!--"+strings.Repeat("x", 3000)+"--><meta charset='koi8-r'>"+russian), "", "<html><!--" + strings.Repeat("x", 3000) + "--><meta charset='koi8-r'>" + russian},
		{"Shift_JIS", in(t, "shift_jis", japanese), "text/html; charset=Shift_JIS", japanese},
		{"ISO-2022-JP", in(t, "iso-2022-jp", japanese), "text/html; charset=iso-2022-jp", japanese},
		{"ISO-2022-JP that nothing tells", in(t, "iso-2022-jp", japanese), "", japanese},
		{"EUC-KR", in(t, "euc-kr", korean), "text/html; charset=euc-kr", korean},
		{"GB18030", in(t, "gb18030", chinese), "text/html; charset=gb2312", chinese},
		{"Big5", in(t, "big5", taiwan), "text/html; charset=big5", taiwan},
		{"ISO-8859-2", in(t, "iso-8859-2", "Żółta łódź stoi"), "text/plain; charset=iso-8859-2", "Żółta łódź stoi"},
		{"Western Europe's that nothing tells", in(t, "windows-1252", german), "", german},
		{"an unknown label", german, "text/plain; charset=klingon", german},
		{"a broken type", german, "text/plain; charset", german},
		{"ASCII", "a\r\nb", "", "a\r\nb"},
		{"nothing", "", "", ""},
		{"Shift_JIS that nothing tells", in(t, "shift_jis", japanese), "", japanese},
		{"Shift_JIS with an unknown label", in(t, "shift_jis", japanese), "text/html; charset=x-klingon", japanese},
		{"Shift_JIS that is called Western", in(t, "shift_jis", japanese), "text/html; charset=iso-8859-1", japanese},
		{"Shift_JIS that is called EUC-JP", in(t, "shift_jis", japanese), "text/html; charset=euc-jp", japanese},
		{"EUC-JP that is called Shift_JIS", in(t, "euc-jp", japanese), "text/html; charset=shift_jis", japanese},
		{"EUC-KR that nothing tells", in(t, "euc-kr", korean), "", korean},
		{"EUC-KR that is called Western", in(t, "euc-kr", korean), "text/html; charset=windows-1252", korean},
		{"GB18030 that nothing tells", in(t, "gb18030", chinese), "", chinese},
		{"GB18030 that is called Big5", in(t, "gb18030", chinese), "text/html; charset=big5", chinese},
		{"Big5 that nothing tells", in(t, "big5", taiwan), "", taiwan},
		{"Big5 that is called GB2312", in(t, "big5", taiwan), "text/html; charset=gb2312", taiwan},
		{"windows-1251 that is called Western", in(t, "windows-1251", russian), "text/html; charset=iso-8859-1", russian},
		{"koi8-r that is called windows-1251", in(t, "koi8-r", russian), "text/html; charset=windows-1251", russian},
		{"windows-1251 on a page in English marks", in(t, "windows-1251", strings.Repeat("<div class=story><a href=/more>", 50)+russian), "", strings.Repeat("<div class=story><a href=/more>", 50) + russian},
		{"windows-1250 that nothing tells", in(t, "windows-1250", polish), "", polish},
		{"ISO-8859-2 that is called Western", in(t, "iso-8859-2", polish), "text/html; charset=iso-8859-1", polish},
		{"windows-1253 that nothing tells", in(t, "windows-1253", greek), "", greek},
		{"windows-1254 that nothing tells", in(t, "windows-1254", turkish), "", turkish},
		{"windows-1255 that nothing tells", in(t, "windows-1255", hebrew), "", hebrew},
		{"windows-1256 that nothing tells", in(t, "windows-1256", arabic), "", arabic},
		{"windows-874 that nothing tells", in(t, "windows-874", thai), "", thai},
		{"Western Europe's, a letter of it", in(t, "windows-1252", "Im Wald steht eine Mühle."), "", "Im Wald steht eine Mühle."},
		{"Western Europe's with signs of money", in(t, "windows-1252", strings.Repeat("It cost £5 or €6. ", 9)), "", strings.Repeat("It cost £5 or €6. ", 9)},
		{"Western Europe's that is called Shift_JIS", in(t, "windows-1252", french), "text/html; charset=shift_jis", french},
	} {
		got, err := Decode([]byte(tt.raw), tt.contentType)
		if err != nil || got != tt.want {
			t.Errorf("%s: Decode() = %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	for name, raw := range map[string]string{
		"a NUL":         "A line.\x00",
		"half a letter": "\xFF\xFE\x00\x00\x01",
		"octets":        strings.Repeat("\x81\x01\x02\x9d\x8f\x1f", 50),
	} {
		if got, err := Decode([]byte(raw), ""); !errors.Is(err, ErrNotText) {
			t.Errorf("%s: Decode() = %q, %v; want ErrNotText", name, got, err)
		}
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"  two\u00a0\n words\t", "two words"},
		{"cafe\u0301", "café"},
		{"co\u00adoper\u200bation\ufeff", "cooperation"},
		{"a\u202egnp.exe\u202c \u2066b\u2069", "agnp.exe b"},
		{"a\x00\x1b[31mb\x7f", "a[31mb"},
		{"می\u200cخواهم", "می\u200cخواهم"},
		{"👩\u200d🌾", "👩\u200d🌾"},
		{"bad \xff byte", "bad \uFFFD byte"},
	} {
		if got := clean(tt.text); got != tt.want {
			t.Errorf("clean(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}
