package analysis_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval/analysis"
)

func TestLanguage(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"2024 !?", ""},
		{"Pyongyang", ""},
		{"What did the spokesman say?", "en"},
		{"Who is Peskov?", "en"},
		{"Was hat der Sprecher gesagt?", "de"},
		{"Qu'est-ce que le porte-parole a dit ?", "fr"},
		{"¿Qué dijo el portavoz del Kremlin?", "es"},
		{"Che cosa ha detto il portavoce?", "it"},
		{"O que disse o porta-voz?", "pt"},
		{"Wat heeft de woordvoerder gezegd?", "nl"},
		{"Co powiedział rzecznik Kremla?", "pl"},
		{"Что сказал Песков о Корее?", "ru"},
		{"Що сказав речник про Корею?", "uk"},
		{"Sözcü bu konuda ne dedi?", "tr"},
		{"ماذا قال المتحدث عن كوريا؟", "ar"},
		{"سخنگوی کرملین چه گفت؟", "fa"},
		{"מה אמר הדובר על קוריאה?", "he"},
		{"प्रवक्ता ने कोरिया के बारे में क्या कहा?", "hi"},
		{"Τι είπε ο εκπρόσωπος για την Κορέα;", "el"},
		{"Người phát ngôn đã nói gì?", "vi"},
		{"Apa yang dikatakan juru bicara itu?", "id"},
		{"بماذا وعد المتحدث؟", "ar"},
		{"Какво каза говорителят за Корея?", "bg"},
		{"Tko je rekao da će glasnogovornik doći?", "hr"},
		{"Ко је рекао да ће председник доћи?", "sr"},
		{"Čo povedal hovorca, ktorý bol v Kórei?", "sk"},
		{"Kaj je povedal tiskovni predstavnik, ki je bil v Koreji?", "sl"},
		{"Ką apie tai pasakė atstovas, kuris buvo Korėjoje?", "lt"},
		{"Ko teica pārstāvis, kurš bija Korejā?", "lv"},
		{"Mida ütles kõneisik, kes oli Koreas?", "et"},
		{"Què va dir el portaveu sobre això?", "ca"},
		{"ترجمان نے کوریا کے بارے میں کیا کہا؟", "ur"},
		{"মুখপাত্র কোরিয়া সম্পর্কে কী বলেছেন?", "bn"},
		{"प्रवक्त्याने कोरियाबद्दल काय सांगितले आणि कुठे?", "mr"},
		{"પ્રવક્તાએ કોરિયા વિશે શું કહ્યું?", "gu"},
		{"ਬੁਲਾਰੇ ਨੇ ਕੋਰੀਆ ਬਾਰੇ ਕੀ ਕਿਹਾ?", "pa"},
		{"செய்தித் தொடர்பாளர் என்ன சொன்னார்?", "ta"},
		{"ప్రతినిధి ఏమి చెప్పారు?", "te"},
		{"Ի՞նչ ասաց խոսնակը, ով էր նա", "hy"},
		{"რა თქვა პრესსპიკერმა კორეის შესახებ?", "ka"},
		{"ቃል አቀባዩ ስለ ኮሪያ ምን አለ?", "am"},
		{"Msemaji alisema nini kuhusu Korea?", "sw"},
		{"Ano ang sinabi ng tagapagsalita?", "tl"},
		{"大統領は何と言いましたか", "ja"},
		{"発言人", "zh"},
		{"发言人说了什么？", "zh"},
		{"대변인은 뭐라고 말했나요?", "ko"},
		{"โฆษกพูดว่าอะไร", "th"},
		{"ໂຄສົກເວົ້າຫຍັງ", "lo"},
		{"អ្នកនាំពាក្យនិយាយអ្វី", "km"},
		{"ပြောခွင့်ရသူ", "my"},
		{"Peskov said that Moscow（莫斯科）was ready for it and did not have to choose.", "en"},
		{"克里姆林宫发言人Peskov表示，俄罗斯与韩国（한국）的关系", "zh"},
		{"โฆษกทำเนียบเครมลินกล่าวถึงความสัมพันธ์กับจีน (中国) ในวันพุธ", "th"},
		{"한국과 조선(朝鮮)의 관계", "ko"},
	} {
		if got := analysis.Language(test.text); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func TestIsCommon(t *testing.T) {
	for _, test := range []struct {
		word, lang string
		want       bool
	}{
		{"The", "en", true},
		{"Who", "en", true},
		{"Moscow", "en", false},
		{"war", "de", true}, // was
		{"war", "en", false},
		{"war", "", true}, // in some language
		{"war", "xx", true},
		{"Что", "ru", true},
		{"Ещё", "ru", true},
		{"Москва", "ru", false},
		{"什么", "zh", true},
		{"北京", "zh", false},
		{"อะไ", "th", true}, // a gram of อะไร, what
		{"8", "en", false},
		{"us", "en", true},
		{"US", "en", true}, // nothing else tells that it is no shouting
		{"U.S.", "en", false},
		{"a.m.", "en", false},
	} {
		tokens := analysis.Tokens(test.word)
		if len(tokens) != 1 {
			t.Fatalf("%q: %d tokens", test.word, len(tokens))
		}
		if got := analysis.IsCommon(tokens[0], test.lang); got != test.want {
			t.Errorf("%q in %q: %v", test.word, test.lang, got)
		}
	}
}

// TestAcronyms has what capitals make of a function word, given the text that
// it stands in.
func TestAcronyms(t *testing.T) {
	for _, test := range []struct{ name, lang, text, want string }{
		{"capitals", "en", "It told us that the US and IT matter", "us it matter"},
		{"dots", "en", "At 8 a.m. I am in the U.S.", "8 am us"},
		{"degree", "en", "A Ph.D. is an Ms. not", "phd ms"},
		{"Russian", "ru", "Что в США и ОНИ", "сша они"},
		{"one letter", "en", "A man and I", "man"},
		{"all in capitals", "en", "WHO IS THE MAN", "man"},
		{"headline with dots", "en", "WHO IS IN THE U.S.", "us"},
		{"no capitals in the script", "zh", "我在US", "我在 us"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, token := range analysis.Tokens(test.text) {
				if !analysis.IsCommon(token, test.lang) {
					got = append(got, token.Text)
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
