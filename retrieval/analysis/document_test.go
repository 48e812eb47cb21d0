package analysis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

// lines shows a document with a line for the title and each paragraph.
func lines(doc analysis.Document) string {
	var b strings.Builder
	if doc.Title != "" {
		fmt.Fprintf(&b, "# %s\n", doc.Title)
	}
	for _, p := range doc.Paragraphs {
		if p.Heading != "" {
			fmt.Fprintf(&b, "[%s] ", p.Heading)
		}
		fmt.Fprintln(&b, p.Text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestParseText(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"space", " \n\t\n\u00A0", ""},
		{"a paragraph a line", "One.\nTwo.\n  Three. \n", "One.\nTwo.\nThree."},
		{"blank lines around lines", "\n\nOne.\nTwo.\n\n", "One.\nTwo."},
		{"hard wraps", "One\ngoes on.\n\nTwo\n  goes on.", "One goes on.\nTwo goes on."},
		{"blank lines with spaces", "One.\n \t\nTwo.\n\u00A0\u3000\nThree.", "One.\nTwo.\nThree."},
		{"several blank lines", "One.\n\n\n\nTwo.", "One.\nTwo."},
		{"indented", "  One\n  goes on.\n\n  Two.", "One goes on.\nTwo."},
		{"CRLF", "One\r\ngoes on.\r\n\r\nTwo.\r\n", "One goes on.\nTwo."},
		{"CR", "One.\rTwo.", "One.\nTwo."},
		{"Unicode's separators", "One\u2028goes on.\u2029Two.", "One goes on.\nTwo."},
		{"byte order mark", "\uFEFFOne.\nTwo.", "One.\nTwo."},
		{"control characters", "O\x00ne\x1b[31m\a red.\fTwo", "One[31m red. Two"},
		{"composed", "Cafe\u0301", "Café"},
		{"spaces", "One\u00A0 \t two", "One two"},
		{"rules and ornaments", "One.\n\n* * *\n\n———\n\nTwo.", "One.\nTwo."},
		{"no Markdown", "# One\n\nTwo\n===", "# One\nTwo ==="},
		{"not Latin", "第一段。\n第二段。", "第一段。\n第二段。"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, lines(analysis.ParseDocument("a.txt", test.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseMarkdown(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"title and headings", "# Title\n\nOne.\n\n## Part\n\nTwo.\n\nThree.\n\n# Other\n\nFour.", "# Title\nOne.\n[Part] Two.\n[Part] Three.\n[Other] Four."},
		{"no blank lines", "# Title\nOne\ngoes on.\n## Part\nTwo.", "# Title\nOne goes on.\n[Part] Two."},
		{"underlined", "Title\n=====\n\nOne.\n\nPart\n---\n\nTwo.", "# Title\nOne.\n[Part] Two."},
		{"a heading after text is no title", "One.\n\n# Part\n\nTwo.", "One.\n[Part] Two."},
		{"closed headings", "# Title #\n\n## In C# ##\n\nOne.", "# Title\n[In C#] One."},
		{"heading with a sharp", "# C#\n\nOne.", "# C#\nOne."},
		{"empty headings", "#\n\n# Title\n\n## Part\n\nOne.\n\n##\n\nTwo.", "# Title\n[Part] One.\nTwo."},
		{"no headings", "#tag\n\n    # code\n\n####### seven", "#tag\n# code\n####### seven"},
		{"without a blank line one paragraph", "One\ngoes on.", "One goes on."},
		{"rule", "One.\n\n---\n\nTwo.", "One.\nTwo."},
		{"marks stay", "Some *words* and [a link](https://example.org).\n\n- item\n- item", "Some *words* and [a link](https://example.org).\n- item - item"},
		{"fenced code", "# T\n\n```sh\n# comment\nrun\n\nb\n===\n```\n\n# Part\n\nOne.", "# T\n```sh # comment run\nb === ```\n[Part] One."},
		{"tildes around backquotes", "~~~~\n```\n# a\n~~~\n# b\n~~~~\n# Part\nOne.", "~~~~ ``` # a ~~~ # b ~~~~\n[Part] One."},
		{"CRLF", "Title\r\n===\r\n\r\nOne.\r\n", "# Title\nOne."},
		{"byte order mark", "\uFEFF# Title\n\nOne.", "# Title\nOne."},
		{"only headings", "# Title\n\n## Part", "# Title"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, lines(analysis.ParseDocument("a.MD", test.text))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"space", " \n ", ""},
		{"three", " One. Two!  Three? ", "One.|Two!|Three?"},
		{"no end", "One. Two", "One.|Two"},
		{"titles", "Mr. Peskov met Gen. Smith. Dr. Kim left.", "Mr. Peskov met Gen. Smith.|Dr. Kim left."},
		{"initials", "J. R. Smith spoke. He left.", "J. R. Smith spoke.|He left."},
		{"acronyms", "The U.S. Senate voted. It passed.", "The U.S. Senate voted.|It passed."},
		{"decimals", "It grew 3.5 percent. Then it fell.", "It grew 3.5 percent.|Then it fell."},
		{"number sign", "She said no. He sang No. 5 Waltz. Yes.", "She said no.|He sang No. 5 Waltz.|Yes."},
		{"months", "It ends in Dec. 2024 is over. Dec. Nothing.", "It ends in Dec. 2024 is over.|Dec.|Nothing."},
		{"abbreviation at the end", "He met the Prof.", "He met the Prof."},
		{"quotes", `"We will not choose," he said. "It is wrong." He left.`, `"We will not choose," he said.|"It is wrong."|He left.`},
		{"dots", "Well... he left. So…", "Well... he left.|So…"},
		{"circa", "Printed c. 1455, Latin. Written c. AD 79. Born b. 1901, Ohio.", "Printed c. 1455, Latin.|Written c. AD 79.|Born b. 1901, Ohio."},
		{"versus", "In Brown v. Board they won. In Roe v. Wade too.", "In Brown v. Board they won.|In Roe v. Wade too."},
		{"acronym as adjective", "It left the U.S. South poor. He moved.", "It left the U.S. South poor.|He moved."},
		{"Latin", "Ports, e.g. Boston, i.e. East. Ships etc. left. So says Kim et al. Boldly.", "Ports, e.g. Boston, i.e. East.|Ships etc. left.|So says Kim et al. Boldly."},
		{"apart", "It weighs 5 kg. The end. He said so. Go on. Is it?", "It weighs 5 kg.|The end.|He said so.|Go on.|Is it?"},
		{"German abbreviations", "Es kostet 5 Mio. Euro, d. h. Viel, z. B. Gold. Um 44 v. Chr. Im Jahr 5 n. Chr. Tot.", "Es kostet 5 Mio. Euro, d. h. Viel, z. B. Gold.|Um 44 v. Chr.|Im Jahr 5 n. Chr.|Tot."},
		{"German ordinals", "Am 3. Oktober war es. Im 19. Jahrhundert auch. Es waren 30. Das war viel.", "Am 3. Oktober war es.|Im 19. Jahrhundert auch.|Es waren 30.|Das war viel."},
		{"French abbreviations", "En 44 av. J.-C. César meurt. M. Dupont et Ste. Marie. Fin.", "En 44 av. J.-C. César meurt.|M. Dupont et Ste. Marie.|Fin."},
		{"Spanish abbreviations", "El Sr. Paz vio, p. ej. México o p.ej. EE. UU. Hoy. En 44 a. C. César murió.", "El Sr. Paz vio, p. ej. México o p.ej. EE. UU. Hoy.|En 44 a. C. César murió."},
		{"Italian abbreviations", "Il dott. Rossi e il sig. Verdi. Nel 44 a.C. Cesare. Fine.", "Il dott. Rossi e il sig. Verdi.|Nel 44 a.C. Cesare.|Fine."},
		{"Russian abbreviations", "В 1941 г. Германия, т.е. Рейх, т. е. Берлин. В г. Москва. В XIX в. Россия.", "В 1941 г. Германия, т.е. Рейх, т. е. Берлин.|В г. Москва.|В XIX в. Россия."},
		{"German", "Das gilt z.B. Für Korea. Nr. 5 lebt bzw. Lebte.", "Das gilt z.B. Für Korea.|Nr. 5 lebt bzw. Lebte."},
		{"Russian", "На ул. Ленина 5 млн. Рублей. А. С. Пушкин сказал им. Они ушли.", "На ул. Ленина 5 млн. Рублей.|А. С. Пушкин сказал им.|Они ушли."},
		{"Chinese", "他说：“不。”她走了。真的吗？是！", "他说：“不。”|她走了。|真的吗？|是！"},
		{"Japanese", "行きました。本当ですか？はい", "行きました。|本当ですか？|はい"},
		{"Korean", "그는 말했다. 그녀는 떠났다.", "그는 말했다.|그녀는 떠났다."},
		{"Hindi", "वह गया। वह आई।", "वह गया।|वह आई।"},
		{"Arabic", "هل ذهب؟ نعم. ذهب.", "هل ذهب؟|نعم.|ذهب."},
		{"short Thai", "เขาไป เธอมา", "เขาไป เธอมา"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, s := range analysis.Sentences(test.text) {
				got = append(got, s.Of(test.text))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSentencesOfMuch would take minutes if a sentence that goes on were read
// again from its beginning.
func TestSentencesOfMuch(t *testing.T) {
	for _, part := range []string{"a.漢.", "A. ", "Mr. ", "漢. ", "a. 1", "1. ", "ก "} {
		analysis.Sentences(strings.Repeat(part, 1<<18))
	}
}

// TestThaiPhrases has a long text that marks no sentences come in phrases, cut
// at spaces between its words, and none of them a scrap.
func TestThaiPhrases(t *testing.T) {
	clause := "โฆษกทำเนียบเครมลินกล่าวว่ารัสเซียไม่จำเป็นต้องเลือก"
	text := strings.TrimSpace(strings.Repeat(clause+" ", 12))
	phrases := analysis.Sentences(text)
	if len(phrases) < 3 {
		t.Fatalf("%d phrases", len(phrases))
	}
	for _, p := range phrases {
		for _, part := range strings.Fields(p.Of(text)) {
			if part != clause {
				t.Errorf("cut within a clause: %q", part)
			}
		}
	}
}
