package retrieval_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/retrieval"
)

// village is one story told in several languages, a paragraph a fact.
var village = map[string][]string{
	"en": {"The ferry to Odda stopped sailing on 3 May, because its engine had broken.", "Mayor Berit Lie promised the fishermen a new boat before winter.", "Until then the school children cross the fjord in Ola Moen's rowing boat.", "A new engine would cost 3,800 crowns, which the village does not have."},
	"de": {"Die Fähre nach Odda fährt seit dem 3. Mai nicht mehr, weil ihr Motor kaputt ist.", "Bürgermeisterin Berit Lie versprach den Fischern ein neues Schiff vor dem Winter.", "Bis dahin überqueren die Schulkinder den Fjord in Ola Moens Ruderboot.", "Ein neuer Motor würde 3.800 Kronen kosten, die das Dorf nicht hat."},
	"ru": {"Паром в Одду не ходит с 3 мая, потому что у него сломался двигатель.", "Мэр Берит Ли пообещала рыбакам новое судно до зимы.", "До тех пор школьники пересекают фьорд в лодке Улы Муэна.", "Новый двигатель стоил бы 3800 крон, которых у деревни нет."},
	"ar": {"توقفت العبّارة إلى أودا عن الإبحار في 3 مايو لأن محركها تعطل.", "وعدت رئيسة البلدية بيريت لي الصيادين بسفينة جديدة قبل الشتاء.", "وحتى ذلك الحين يعبر تلاميذ المدرسة المضيق في قارب أولا موين.", "سيكلف المحرك الجديد 3800 كرونة لا تملكها القرية."},
	"zh": {"开往奥达的渡轮自五月三日起停航，因为发动机坏了。", "村长贝丽特·李答应渔民在冬天之前买一艘新船。", "在那之前，小学生们坐奥拉·莫恩的划艇过峡湾。", "新发动机要三千八百克朗，村里没有这笔钱。"},
	"ja": {"オッダへのフェリーは、エンジンが壊れたため五月三日から運休している。", "村長のベリット・リーは、冬までに新しい船を漁師たちに約束した。", "それまで小学生はオーラ・モーエンの手漕ぎボートで峡湾を渡る。", "新しいエンジンは三千八百クローネかかるが、村にはその金がない。"},
	"ko": {"오다로 가는 나룻배는 엔진이 고장 나서 5월 3일부터 다니지 않는다.", "베리트 리 촌장은 겨울이 오기 전에 어부들에게 새 배를 약속했다.", "그때까지 학생들은 올라 모엔의 쪽배를 타고 협만을 건넌다.", "새 엔진은 3800크로네가 들지만 마을에는 그 돈이 없다."},
	"th": {"เรือข้ามฟากไปอ็อดดาหยุดเดินเรือตั้งแต่วันที่ 3 พฤษภาคม เพราะเครื่องยนต์เสีย", "นายกเทศมนตรีเบริต ลี สัญญากับชาวประมงว่าจะมีเรือลำใหม่ก่อนฤดูหนาว", "จนกว่าจะถึงตอนนั้น เด็กนักเรียนข้ามฟยอร์ดด้วยเรือพายของอูลา มูเอน", "เครื่องยนต์ใหม่ราคา 3800 โครน ซึ่งหมู่บ้านไม่มีเงิน"},
}

// villages is a library that holds all of them at once.
func villages(t testing.TB) *library {
	t.Helper()
	l := open(t)
	var stories []retrieval.Story
	for lang, texts := range village {
		stories = append(stories, story(lang, texts...))
	}
	put(t, l, retrieval.Shared, "/village", stories...)
	return l
}

// TestRightParagraphFirst asks in each language, of all stories at once.
func TestRightParagraphFirst(t *testing.T) {
	l := villages(t)
	for _, test := range []struct {
		lang, question string
		paragraph      int
	}{
		{"en", "Why did the ferry stop?", 1},
		{"en", "What did the mayor promise to the fishermen?", 2},
		{"en", "Who takes schoolchildren across the fjord?", 3},
		{"en", "How much does an engine cost?", 4},
		{"de", "Warum fährt die Fähre nicht mehr?", 1},
		{"de", "Was hat die Bürgermeisterin versprochen?", 2},
		{"de", "Wie kommen die Kinder über den Fjord?", 3},
		{"de", "Wie viele Kronen kostet der Motor?", 4},
		{"ru", "Почему не ходит паром?", 1},
		{"ru", "Что мэр обещала рыбаку?", 2},
		{"ru", "На чьей лодке школьники пересекают фьорд?", 3},
		{"ru", "Сколько крон стоит двигатель?", 4},
		{"ar", "لماذا توقفت العبارة؟", 1},
		{"ar", "ماذا وعدت رئيسة البلدية الصيادين؟", 2},
		{"ar", "كم يكلف المحرك؟", 4},
		{"zh", "渡轮为什么停航？", 1},
		{"zh", "村长答应了什么？", 2},
		{"zh", "小学生坐谁的划艇？", 3},
		{"zh", "发动机多少克朗？", 4},
		{"ja", "フェリーはなぜ運休していますか", 1},
		{"ja", "村長は漁師に何を約束しましたか", 2},
		{"ja", "小学生は誰のボートで渡りますか", 3},
		{"ja", "エンジンは何クローネですか", 4},
		{"ko", "나룻배가 왜 다니지 않나요?", 1},
		{"ko", "촌장이 어부에게 무엇을 약속했나요?", 2},
		{"ko", "학생들이 누구의 쪽배를 타나요?", 3},
		{"ko", "엔진은 몇 크로네인가요?", 4},
		{"th", "ทำไมเรือข้ามฟากหยุด", 1},
		{"th", "นายกเทศมนตรีสัญญาอะไรกับชาวประมง", 2},
		{"th", "เด็กนักเรียนข้ามฟยอร์ดด้วยเรือของใคร", 3},
		{"th", "เครื่องยนต์ราคากี่โครน", 4},
	} {
		t.Run(test.lang+fmt.Sprint(test.paragraph), func(t *testing.T) {
			result := search(t, l, retrieval.Query{Guild: "g", Text: test.question})
			if diff := cmp.Diff(village[test.lang][test.paragraph-1], result.Passages[0].Text); diff != "" {
				t.Errorf("%s: %s", test.question, diff)
			}
			if result.Language != test.lang || result.Evidence.Foreign {
				t.Errorf("language %q, foreign %v", result.Language, result.Evidence.Foreign)
			}
			inOrder := slices.IsSortedFunc(result.Passages, func(a, b retrieval.Passage) int {
				switch {
				case a.Score > b.Score:
					return -1
				case a.Score < b.Score:
					return 1
				}
				return 0
			})
			if !inOrder {
				t.Error("not best first")
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	l := open(t)
	s := story("a", village["en"]...)
	s.Title = "The Odda Ferry"
	put(t, l, "g", "/a", s)
	for _, test := range []struct {
		name, question string
		unknown        []string
		foreign        bool
	}{
		{"all known", "What did Berit Lie promise?", nil, false},
		{"another name", "What did Erna Solberg promise?", []string{"erna", "solberg"}, false},
		{"name in the title", "Why did the Odda ferry stop?", nil, false},
		{"another number", "Does the engine cost 4,200 crowns?", []string{"4200"}, false},
		{"number written otherwise", "Does it cost 3800 or 3.800 crowns?", nil, false},
		{"inflected name", "Is this Odda's ferry?", nil, false},
		{"first word's capital", "Engines cost what?", nil, false},
		{"misspelt name", "What did Berrit promise?", []string{"berrit"}, false},
		{"name of the same beginning", "What did Berta Lie promise?", []string{"berta"}, false},
		{"short name, another letter", "Is it the ferry to Odde?", []string{"odde"}, false},
		{"a question in another language", "Почему паром не ходит?", nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := search(t, l, retrieval.Query{Guild: "g", Text: test.question}).Evidence
			if diff := cmp.Diff(test.unknown, got.Unknown); diff != "" || got.Foreign != test.foreign {
				t.Errorf("foreign %v, %s", got.Foreign, diff)
			}
		})
	}
	strength := func(question string) float64 {
		return search(t, l, retrieval.Query{Guild: "g", Text: question}).Evidence.Strength
	}
	if another, misspelt := strength("What did Berta promise?"), strength("What did Berrit promise?"); another != 0 || misspelt == 0 {
		t.Errorf("strength %v of another name, %v of a misspelt one", another, misspelt)
	}
	for _, question := range []string{"the of", "What is it?", "a"} {
		if got := strength(question); got != 0 {
			t.Errorf("%s: strength %v", question, got)
		}
	}
	near := search(t, l, retrieval.Query{Guild: "g", Text: "What did the mayor promise the fishermen?"}).Evidence.Strength
	far := search(t, l, retrieval.Query{Guild: "g", Text: "Which pope visited the cathedral?"}).Evidence.Strength
	if near <= far || near > 1 || far < 0 {
		t.Errorf("strength %v of what is told, %v of what is not", near, far)
	}
}

// TestAfter asks questions that cannot be understood without the one before.
func TestAfter(t *testing.T) {
	l := villages(t)
	for _, test := range []struct {
		lang, after, question string
		paragraph             int
	}{
		{"en", "Why did the ferry to Odda stop?", "And since when?", 1},
		{"en", "What does the ferry's new engine cost?", "Does the village have it?", 4},
		{"en", "Why did the ferry to Odda stop?", "What did the mayor promise to the fishermen?", 2}, // understood alone
		{"ru", "Почему паром в Одду не ходит?", "А с какого дня?", 1},
		{"zh", "渡轮为什么停航？", "从哪天起？", 1},
		{"ko", "나룻배가 왜 다니지 않나요?", "언제부터?", 1},
	} {
		result, err := l.Search(t.Context(), retrieval.Query{Text: test.question, After: test.after, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		p := result.Passages[0]
		if want := village[test.lang][test.paragraph-1]; p.Text != want {
			t.Errorf("%q after %q: found %q, want %q", test.question, test.after, p.Text, want)
		}
	}
	for question, carried := range map[string]bool{
		"And since when?": true, "Does the village have it?": true, "What did the mayor promise to the fishermen?": false,
	} {
		result, err := l.Search(t.Context(), retrieval.Query{Text: question, After: "Why did the ferry to Odda stop?", Limit: 1})
		if err != nil || result.Carried != carried {
			t.Errorf("%q carries the words before it: %v, %v", question, result.Carried, err)
		}
	}
	result, err := l.Search(t.Context(), retrieval.Query{Text: "And who crosses the fjord?", After: "What did Agnes Solberg say?", Limit: 1})
	if err != nil || len(result.Evidence.Unknown) > 0 || result.Evidence.Strength == 0 {
		t.Errorf("a name of the question before has to be known: %+v, %v", result.Evidence, err)
	}
}

func TestLimit(t *testing.T) {
	l := villages(t)
	for limit := range 4 {
		result, err := l.Search(t.Context(), retrieval.Query{Text: "ferry", Limit: limit})
		if err != nil || len(result.Passages) != limit {
			t.Errorf("%d passages of %d, %v", len(result.Passages), limit, err)
		}
	}
}

func TestNoWords(t *testing.T) {
	l := villages(t)
	for _, question := range []string{"", " \n", "?!…", "😀👍🏽", "\u200B\u3164", "\xff\xfe"} {
		if _, err := l.Search(t.Context(), retrieval.Query{Text: question, Limit: 3}); !errors.Is(err, retrieval.ErrNoWords) {
			t.Errorf("%q: %v", question, err)
		}
	}
}

// TestOtherForms has questions meet a text that has their words in other
// forms. The file is large enough that the first stage has to find it.
func TestOtherForms(t *testing.T) {
	l := open(t)
	var rest []string
	for i := range 80 {
		rest = append(rest, fmt.Sprintf("Das Wetter von Tag %d war schlecht, und der Wind blies.", i), fmt.Sprintf("On day %d the wind blew and it rained.", i))
	}
	put(t, l, retrieval.Shared, "/weather", story("weather", rest...))
	put(t, l, retrieval.Shared, "/a",
		story("Friedensvertrag", "Der Friedensvertrag kam in Wien zustande, trotz der Kälte."),
		story("Motor", "Für das Boot gab es einen Motor, und an Bord war ein Schaden."),
		story("NATO", "The N.A.T.O. met, and Jong-un was not there."),
		story("US", "The U.S. sent Spider-Man."),
		story("8th", "It was on the 8th that three ships sailed."))
	for _, test := range []struct{ question, want string }{
		{"Wo kam der Vertrag zustande?", "Friedensvertrag"},
		{"Welcher Bootsmotor war das?", "Motor"},
		{"Who of NATO met?", "NATO"},
		{"Was Jongun there?", "NATO"},
		{"Whom did the US send?", "US"},
		{"Is Spiderman there?", "US"},
		{"What was on day 8 with ships?", "8th"},
		{"Did 3 ships sail?", "8th"},
	} {
		if got := search(t, l, retrieval.Query{Text: test.question, Limit: 1}).Passages; len(got) == 0 || got[0].Title != "Story "+test.want {
			t.Errorf("%s: %+v", test.question, got)
		}
	}
}

// TestSentenceMarks tells which sentences a reader cannot take alone.
func TestSentenceMarks(t *testing.T) {
	l := open(t)
	put(t, l, retrieval.Shared, "/a", story("a", "Minister Holm named her wish. She wants the harbour of Odda to be open by the end of next year. The harbour was shut after the great storm of last winter."))
	got := search(t, l, retrieval.Query{Text: "What is minister Holm's wish?", Limit: 1}).Passages[0].Sentences
	var back, on []bool
	for _, s := range got {
		back, on = append(back, s.RefersBack), append(on, s.LeadsOn)
	}
	if !slices.Equal(back, []bool{false, true, false}) || !slices.Equal(on, []bool{true, false, false}) {
		t.Errorf("refer back %v, lead on %v", back, on)
	}
}

// odd are questions that have words, but are not what a person would ask.
var odd = []string{
	`" OR NEAR(ferry`, `ferry* AND ^title:"x" NOT (`, `'; DROP TABLE stories; --`, "ferry\x00", "f\xffe", "the of and", "a", "8",
	"Zalgo f\u0300\u0301\u0302\u0303e\u0327\u0328r\u0489r\u20DDy", "\u202Eyrref eht\u202C", "שלום العبارة", "ferry 👩‍👩‍👧 1️⃣", "ﷺ ⑴ ½ ㈱",
	strings.Repeat("ferry ", 333), strings.Repeat("engine", 333), strings.Repeat("渡", 2000), strings.Repeat("a.", 1000), strings.Repeat("1,", 1000),
}

func TestOddQuestions(t *testing.T) {
	l := villages(t)
	for _, question := range append(odd, manyWords(400)) {
		if _, err := l.Search(t.Context(), retrieval.Query{Guild: "g", Text: question, Limit: 3}); err != nil {
			t.Errorf("%.40q: %v", question, err)
		}
	}
}

// manyWords is a question of so many different words.
func manyWords(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for range n {
		for range 4 {
			b.WriteByte(byte('a' + random.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// FuzzSearch has any question find something or say that it has no words, with
// scores and spans in their bounds.
func FuzzSearch(f *testing.F) {
	l := villages(f)
	for _, question := range odd {
		f.Add(question)
	}
	f.Fuzz(func(t *testing.T, question string) {
		result, err := l.Search(t.Context(), retrieval.Query{Guild: "g", Text: question, Limit: 100})
		if err != nil {
			if !errors.Is(err, retrieval.ErrNoWords) {
				t.Error(err)
			}
			return
		}
		if s := result.Evidence.Strength; !(s >= 0 && s <= 1) {
			t.Errorf("strength %v", s)
		}
		for _, p := range result.Passages {
			if !(p.Score >= 0 && p.Score <= 1) {
				t.Errorf("score %v", p.Score)
			}
			for _, s := range p.Sentences {
				if s.Start < 0 || s.End > len(p.Text) || s.Start >= s.End || !(s.Score <= 1) {
					t.Errorf("sentence %+v", s)
				}
			}
		}
	})
}

// BenchmarkOddQuestions has the slowest of them.
func BenchmarkOddQuestions(b *testing.B) {
	l := villages(b)
	for _, question := range append(odd, manyWords(400)) {
		b.Run(fmt.Sprintf("%.12q", question), func(b *testing.B) {
			for b.Loop() {
				if _, err := l.Search(b.Context(), retrieval.Query{Guild: "g", Text: question, Limit: 5}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSearch asks an index of 4,000 paragraphs of random words, as often
// as in a language (Zipf).
func BenchmarkSearch(b *testing.B) {
	l := open(b)
	random := rand.New(rand.NewPCG(1, 2))
	words := rand.NewZipf(random, 1.1, 5, 20_000)
	var stories []retrieval.Story
	for i := range 200 {
		var texts []string
		for range 20 {
			var text strings.Builder
			for range 80 {
				fmt.Fprintf(&text, "word%d ", words.Uint64())
			}
			texts = append(texts, strings.TrimSpace(text.String())+".")
		}
		stories = append(stories, story(fmt.Sprint(i), texts...))
	}
	put(b, l, "g", "/a", stories...)
	for b.Loop() {
		question := fmt.Sprintf("What did word%d say about word%d and word%d?", words.Uint64(), words.Uint64(), words.Uint64())
		if _, err := l.Search(b.Context(), retrieval.Query{Guild: "g", Text: question, Limit: 5}); err != nil {
			b.Fatal(err)
		}
	}
}
