package analysis_test

import (
	"strings"
	"testing"

	"storybot/retrieval/analysis"
)

// samples are a sentence of news in each of the larger languages.
var samples = []struct{ lang, text string }{
	{"en", "The Kremlin's spokesman said on Monday that Russia would not choose between the two Koreas, whatever 3,800 observers expected. "},
	{"de", "Der Sprecher des Kremls sagte am Montag, Russland müsse sich nicht zwischen den beiden koreanischen Staaten entscheiden. "},
	{"ru", "Представитель Кремля заявил в понедельник, что России не нужно выбирать между двумя корейскими государствами. "},
	{"ar", "قال المتحدث باسم الكرملين يوم الاثنين إن روسيا ليست مضطرة إلى الاختيار بين الكوريتين. "},
	{"hi", "क्रेमलिन के प्रवक्ता ने सोमवार को कहा कि रूस को दोनों कोरिया के बीच चुनने की ज़रूरत नहीं है। "},
	{"zh", "克里姆林宫发言人周一表示，俄罗斯不必在两个朝鲜半岛国家之间作出选择。"},
	{"ko", "크렘린궁 대변인은 월요일 러시아가 두 한국 사이에서 선택할 필요가 없다고 말했다. "},
	{"ja", "クレムリンの報道官は月曜日、ロシアが二つの朝鮮のどちらかを選ぶ必要はないと述べた。"},
	{"th", "โฆษกทำเนียบเครมลินกล่าวเมื่อวันจันทร์ว่ารัสเซียไม่จำเป็นต้องเลือกระหว่างสองเกาหลี "},
}

// BenchmarkIndexing does what indexing a paragraph does.
func BenchmarkIndexing(b *testing.B) {
	for _, s := range samples {
		b.Run(s.lang, func(b *testing.B) {
			text := strings.Repeat(s.text, 5)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				tokens := analysis.Tokens(text)
				analysis.TermsOf(tokens, analysis.LanguageOf(tokens))
			}
		})
	}
}

func BenchmarkSentences(b *testing.B) {
	for _, s := range samples {
		b.Run(s.lang, func(b *testing.B) {
			text := strings.Repeat(s.text, 20)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				analysis.Sentences(text)
			}
		})
	}
}
