package analysis_test

import (
	"testing"

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
