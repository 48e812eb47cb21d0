package extract

import (
	"bytes"
	"strings"
	"unicode"
)

// A script is how texts in an encoding read: which of the characters beyond
// ASCII are the most frequent, and how large a part of them these are.
type script struct {
	encoding string
	frequent string
	part     float64
	latin    bool // they stand alone among the letters of ASCII
}

// scripts are those that bytes are taken for of which nothing true is told,
// the first of several that read as well. Of Western Europe's letters, those
// are left out that a Turkish text has when it is taken for one of them.
var scripts = []script{
	{"windows-1252", "éèêëàâäáãåæçíìîïñóòôöõøœúùûüßÉÀÄÅÖÜØ", .8, true},
	{"windows-1254", "çğıöşüâîÇĞİÖŞÜ", .8, true},
	{"windows-1250", eastern, .8, true},
	{"iso-8859-2", eastern, .8, true},
	{"windows-1251", cyrillic, .4, false},
	{"koi8-r", cyrillic, .4, false},
	{"ibm866", cyrillic, .4, false},
	{"iso-8859-5", cyrillic, .4, false},
	{"windows-1253", "αοιετσνηυρκπάίόή", .7, false},
	{"windows-1255", "יוהלארתבמש", .6, false},
	{"windows-1256", "اليمونرتبة", .6, false},
	{"windows-874", "านรอกเงมยลวดทสต่้", .5, false},
	{"shift_jis", kana, .3, false},
	{"euc-jp", kana, .3, false},
	{"euc-kr", "이다는의에을가고한하지기사로대인시리어자도들서정일은를그나수", .35, false},
	{"gb18030", "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于下自之年过发后作里用道行所家种事成方多经去法学如都同现当动面起看定天分还进好小部其些主理心本前开但因只从日者无与长民第公工全三关点正业外将两高间新月市报", .35, false},
	{"big5", "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於下自之年過發後作裡用道行所家種事成方多經去法學如都同現當動面起看定天分還進好小部其些主理心本前開但因只從日者無與長民第公工全三關點正業外將兩高間新月市報", .35, false},
}

const (
	eastern  = "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäßôâîşţăĄĆŁŚŻČŠŽ" // and the languages between it and Hungarian
	cyrillic = "оеаинт"
	neutral  = "\u00a0«»§°©®·£€¥¢½¼¾×÷±²" // in texts of any script
	kana     = "のにはをたがでてとしれさいるなもこすうかくりっ"
)

const (
	readsWell      = .6        // of the part that is usual: texts are short, and of many kinds
	tellingLetters = 6         // fewer beyond ASCII tell nothing
	maxSurveyed    = 128 << 10 // bytes
)

// readable tells how well a text in UTF-8 reads as one in a script, 1 for as
// well as is usual, and whether it has enough letters beyond ASCII to tell.
func (s script) readable(text string) (well float64, told bool) {
	all, frequent := 0, 0
	before := ' '
	for _, r := range text {
		if r > unicode.MaxASCII && !strings.ContainsRune(neutral, r) && (r < '\u2010' || r > '\u205e') {
			all++
			// Letters of one script do not follow those of another.
			foreign := unicode.IsLetter(before) && (before > unicode.MaxASCII) == s.latin
			if !foreign && strings.ContainsRune(s.frequent, r) {
				frequent++
			}
		}
		before = r
	}
	return min(float64(frequent)/float64(max(all, 1))/s.part, 1), all >= tellingLetters
}

// doubted reports whether raw reads badly in an encoding that it is said to
// be in. Of an encoding whose script is not known here nothing is doubted.
func doubted(raw []byte, encoding string) bool {
	if encoding == "gbk" {
		encoding = "gb18030"
	}
	for _, s := range scripts {
		if s.encoding == encoding {
			text, err := decoded(surveyed(raw), encoding)
			well, told := s.readable(text)
			return err != nil || told && well < readsWell
		}
	}
	return false
}

// guess is the encoding in which raw reads best, "" when it reads well in
// none, Western Europe's when there is too little of it to tell.
func guess(raw []byte) string {
	if bytes.Contains(raw, []byte("\x1b$")) {
		return "iso-2022-jp"
	}
	raw = surveyed(raw)
	best, most := "", 0.
	for i, s := range scripts {
		text, err := decoded(raw, s.encoding)
		if err != nil {
			continue
		}
		switch well, told := s.readable(text); {
		case i == 0 && !told:
			return s.encoding
		case told && well >= readsWell && well > most:
			best, most = s.encoding, well
		}
	}
	return best
}

// surveyed is as much of raw as tells its encoding: what is before its first
// byte beyond ASCII tells nothing.
func surveyed(raw []byte) []byte {
	from := max(bytes.IndexFunc(raw, func(r rune) bool { return r > unicode.MaxASCII }), 0)
	return raw[from:min(len(raw), from+maxSurveyed)]
}
