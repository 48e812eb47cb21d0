package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/prompts"
	"storybot/retrieval"
)

// told is a statement of a summary, with what it says that others tell.
type told struct {
	Text      string
	Published string
	Otherwise []string
}

func allTold(a bot.Answer) []told {
	var all []told
	for _, s := range a.Statements {
		one := told{Text: s.Text, Published: a.Citations[s.Citations[0]-1].Published}
		for _, n := range s.Otherwise {
			one.Otherwise = append(one.Otherwise, a.Citations[n-1].Quote)
		}
		all = append(all, one)
	}
	return all
}

// storyOn is a story of a day of May 2024.
func storyOn(day int, title string, paragraphs ...string) retrieval.Story {
	s := storyAt("", title, paragraphs...)
	s.PublishedAt = time.Date(2024, 5, day, 0, 0, 0, 0, time.UTC)
	return s
}

// TestVersions has stories tell the same otherwise, in several languages: both
// versions stand, side by side, each with the day of its story.
func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		name        string
		first, then string
		differ      bool
	}{
		{"another number", "The fire in the mill of Voss killed 3 workers.", "The fire in the mill of Voss killed 5 workers.", true},
		{"a short sentence", "Some 420 miners struck.", "Some 380 miners struck.", true},
		{"a negation", "The mayor of Voss will resign in autumn.", "The mayor of Voss will not resign in autumn.", true},
		{"another date", "The mill of Voss will open on 3 June.", "The mill of Voss will open on 8 June.", true},
		{"another month", "Мельница в Воссе откроется в июне.", "Мельница в Воссе откроется в августе.", true},
		{"Russian", "Пожар на мельнице длился 3 часа.", "Пожар на мельнице длился 7 часов.", true},
		{"Korean", "제분소 화재로 3명이 숨졌다.", "제분소 화재로 5명이 숨졌다.", true},
		{"Chinese", "磨坊大火造成三人死亡。", "磨坊大火造成五人死亡。", true},
		{"the same", "The fire in the mill of Voss killed 3 workers.", "The fire in the mill of Voss killed three workers.", false},
		{"the same day", "The mill of Voss will open on Monday.", "The mill of Voss will open on 6 May 2024.", false},
		{"something else", "The fire in the mill of Voss killed 3 workers.", "The mill of Voss has 5 wheels of oak.", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus := newCorpus(t)
			var ids []string
			for i, text := range []string{tt.first, tt.then} {
				ids = append(ids, put(t, corpus, bundled(fmt.Sprint(i)), storyOn(6+i, fmt.Sprint("Story ", i), text)).Added...)
			}
			a := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: ids, Style: bot.Brief})
			if !tt.differ {
				if slices.ContainsFunc(a.Statements, func(s bot.Statement) bool { return len(s.Otherwise) > 0 }) {
					t.Errorf("%+v", a.Statements)
				}
				return
			}
			want := []told{{tt.first, "2024-05-06", []string{tt.then}}, {tt.then, "2024-05-07", []string{tt.first}}}
			if diff := cmp.Diff(want, allTold(a)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestVersionsWithinLength keeps to three sentences: what would take more is left
// out with both its versions, so that none stands alone.
func TestVersionsWithinLength(t *testing.T) {
	corpus := newCorpus(t)
	ids := put(t, corpus, bundled("fire"),
		storyOn(6, "Fire", "The fire in the mill of Voss killed 3 workers.", "The fire in the mill of Voss burnt for 4 hours.", "The mill of Voss made paper for newspapers."),
		storyOn(7, "Fire, later", "The fire in the mill of Voss killed 5 workers.", "The fire in the mill of Voss burnt for 9 hours.")).Added
	a := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: ids, Style: bot.Brief})
	alone := 0
	for _, s := range a.Statements {
		if len(s.Otherwise) == 0 {
			alone++
		}
	}
	if len(a.Statements) != 3 || alone != 1 || !strings.Contains(strings.Join(texts(a), " "), "newspapers") {
		t.Errorf("%+v", allTold(a))
	}
	a = summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: ids, Style: bot.Bullets})
	if len(a.Statements) != 5 {
		t.Errorf("%+v", allTold(a))
	}
}

// TestVersionsByModel has a model tell one version: code adds the other as it comes.
func TestVersionsByModel(t *testing.T) {
	const three, five, paper = "The fire in the mill of Voss killed 3 workers.", "The fire in the mill of Voss killed 5 workers.", "The mill of Voss made paper for newspapers."
	at := func(paragraph int, quote string) prompts.Evidence {
		return prompts.Evidence{Paragraph: paragraph, Quote: quote}
	}
	both := []told{{three, "2024-05-06", []string{five}}, {five, "2024-05-07", []string{three}}}
	for _, tt := range []struct {
		name       string
		statements []prompts.Statement
		want       []told
	}{
		{"one version", []prompts.Statement{stating(three, at(1, three))}, both},
		{"a part of one", []prompts.Statement{stating("The fire in the mill killed 3 workers.", at(1, three))},
			[]told{{"The fire in the mill killed 3 workers.", "2024-05-06", []string{five}}, {five, "2024-05-07", []string{three}}}},
		{"both", []prompts.Statement{stating(three, at(1, three)), stating("The fire in the mill killed 5 workers.", at(3, five))}, both},
		{"what nobody disputes", []prompts.Statement{stating(paper, at(2, paper))}, []told{{paper, "2024-05-06", nil}}},
		{"no room for both", []prompts.Statement{stating(paper, at(2, paper)), stating("The mill of Voss made paper.", at(2, paper)), stating(three, at(1, three))},
			[]told{{paper, "2024-05-06", nil}, {"The mill of Voss made paper.", "2024-05-06", nil}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			corpus := newCorpus(t)
			var ids []string
			ids = append(ids, put(t, corpus, bundled("1"), storyOn(6, "Fire", three, paper)).Added...)
			ids = append(ids, put(t, corpus, bundled("2"), storyOn(7, "Fire, later", five)).Added...)
			shown := []bot.Statement{}
			a, err := newBot(corpus, writes(tt.statements...)).Summarise(t.Context(), bot.SummaryRequest{Stories: ids, Style: bot.Brief}, func(so bot.Answer) {
				if n := len(shown); len(so.Statements) != n+1 || cmp.Diff(shown, so.Statements[:n]) != "" {
					t.Errorf("shown %+v after %+v", so.Statements, shown)
				}
				shown = slices.Clone(so.Statements)
			})
			if err != nil {
				t.Fatal(err)
			}
			checkPromise(t, corpus, "", a)
			if diff := cmp.Diff(tt.want, allTold(a)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSummaryLength has a model write more than is asked of it, or nothing.
func TestSummaryLength(t *testing.T) {
	corpus := newCorpus(t)
	id := put(t, corpus, bundled("ferry"), storyAt("", "The ferry", ferry...)).Added[0]
	var many []prompts.Statement
	for i, p := range ferry {
		quote, _, _ := strings.Cut(p, ". ")
		many = append(many, stating(quote, prompts.Evidence{Paragraph: i + 1, Quote: quote}))
	}
	a := summarise(t, corpus, newBot(corpus, writes(many...)), bot.SummaryRequest{Stories: []string{id}, Style: bot.Brief})
	if len(a.Statements) != 3 || len(a.Citations) != 3 {
		t.Errorf("%d statements: %q", len(a.Statements), texts(a))
	}
	a = summarise(t, corpus, newBot(corpus, writes(many...)), bot.SummaryRequest{Stories: []string{id}, Style: bot.Timeline})
	for i, s := range a.Statements {
		if s.Date == "" || i > 0 && s.Date < a.Statements[i-1].Date {
			t.Errorf("out of order: %+v", a.Statements)
		}
	}
	if len(a.Statements) != 3 || len(a.Citations) != 3 {
		t.Errorf("%d statements, %d citations", len(a.Statements), len(a.Citations))
	}
	a = summarise(t, corpus, newBot(corpus, says(`{"answerable": false, "statements": []}`)), bot.SummaryRequest{Stories: []string{id}, Style: bot.Brief})
	if a.Fallback != bot.ModelFailed || len(a.Statements) != 3 {
		t.Errorf("a model that writes nothing: fallback %q, %q", a.Fallback, texts(a))
	}
}

// TestSummaryIsMended has a model write one sound statement and one that is not, and mend
// that when it is told why.
func TestSummaryIsMended(t *testing.T) {
	corpus := newCorpus(t)
	id := put(t, corpus, bundled("ferry"), storyAt("", "The ferry", ferry...)).Added[0]
	at := func(i int) prompts.Evidence { return prompts.Evidence{Paragraph: i + 1, Quote: ferry[i]} }
	calls := 0
	m := model(func(ctx context.Context, req prompts.Request) (prompts.Completion, error) {
		calls++
		if strings.Contains(req.User, `"failed"`) {
			return writes(stating("In 1998 the ferry Maren carried 90,000 people to Odda.", at(4)))(ctx, prompts.Request{})
		}
		return writes(stating(ferry[5], at(5)), stating("In 1998 the ferry Maren carried 70,000 people to Odda.", at(4)))(ctx, req)
	})
	a := summarise(t, corpus, newBot(corpus, m), bot.SummaryRequest{Stories: []string{id}, Style: bot.Bullets})
	if diff := cmp.Diff([]string{ferry[5], "In 1998 the ferry Maren carried 90,000 people to Odda."}, texts(a)); diff != "" || calls != 2 || len(a.Removed) != 1 {
		t.Errorf("%d calls, removed %+v (-want +got):\n%s", calls, a.Removed, diff)
	}
}

// TestSummaryOfAllParts summarises 300 paragraphs without a model: the bullets are
// from all parts, each from another paragraph.
func TestSummaryOfAllParts(t *testing.T) {
	corpus := newCorpus(t)
	var long []string
	for i := range 300 {
		long = append(long, fmt.Sprintf("In year %d the %s of Holmdal was talked of by %d people. %s sang in the inn.",
			1500+i, []string{"harvest", "flood", "election", "fever", "railway"}[i%5], 20+i, []string{"Berit", "Cato", "Dagny"}[i%3]))
	}
	id := put(t, corpus, bundled("long"), storyAt("", "Long", long...)).Added[0]
	a := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: []string{id}, Style: bot.Bullets})
	cited := paragraphs(a)
	if n := len(a.Statements); n != 7 || len(cited) != n {
		t.Fatalf("%d bullets from %v", n, cited)
	}
	for part := range 3 {
		in := func(n int) bool { return (n-1)/100 == part }
		if !slices.ContainsFunc(cited, in) {
			t.Errorf("none from part %d: %v", part+1, cited)
		}
	}
}

// TestSummaryOfLittle summarises stories of one paragraph, of one sentence and of none
// that tells a time.
func TestSummaryOfLittle(t *testing.T) {
	corpus := newCorpus(t)
	for i, tt := range []struct {
		text  string
		style bot.Style
		want  int
	}{
		{"The well of Ask ran dry on 4 June 2024. The village brought water by cart. A new well will cost 9,000 crowns.", bot.Brief, 3},
		{"The well of Ask ran dry on 4 June 2024. The village brought water by cart. A new well will cost 9,000 crowns.", bot.Timeline, 1},
		{"The well of Ask ran dry", bot.Bullets, 1},
		{"The well of Ask ran dry.", bot.Timeline, 0},
		{"!!!", bot.Bullets, 0},
	} {
		ids := put(t, corpus, bundled(fmt.Sprint(i)), storyAt("", "Little", tt.text)).Added
		a := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: ids, Style: tt.style})
		if len(a.Statements) != tt.want {
			t.Errorf("%q, %s: %q", tt.text, tt.style, texts(a))
		}
	}
}

// TestSummaryIsToldOfDisagreement has the model read what each story says and when.
func TestSummaryIsToldOfDisagreement(t *testing.T) {
	corpus := newCorpus(t)
	ids := put(t, corpus, bundled("fire"), storyOn(6, "Fire", "The fire killed 3 workers."), storyOn(7, "Fire, later", "The fire killed 5 workers.")).Added
	var days []string
	m := model(func(_ context.Context, req prompts.Request) (prompts.Completion, error) {
		var data struct{ Passages []struct{ Date string } }
		if err := json.NewDecoder(strings.NewReader(req.User)).Decode(&data); err != nil {
			t.Fatal(err)
		}
		for _, p := range data.Passages {
			days = append(days, p.Date)
		}
		return prompts.Completion{}, nil
	})
	summarise(t, corpus, newBot(corpus, m), bot.SummaryRequest{Stories: ids, Style: bot.Brief})
	if diff := cmp.Diff([]string{"2024-05-06", "2024-05-07"}, days); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTimelineOfManyLanguages resolves what each language calls yesterday by the story's
// day, and puts it after what has a date of its own. A paragraph of few words is in
// the language of its story.
func TestTimelineOfManyLanguages(t *testing.T) {
	corpus := newCorpus(t)
	for lang, story := range map[string][]string{
		"en": {"The owner closed the harbour yesterday.", "The harbour was built on 3 May 1998."},
		"de": {"Der Besitzer schloss gestern den Hafen.", "Der Hafen wurde am 3. Mai 1998 gebaut."},
		"fr": {"Le propriétaire a fermé le port hier.", "Le port a été construit le 3 mai 1998."},
		"es": {"El dueño cerró el puerto ayer.", "El puerto fue construido el 3 de mayo de 1998."},
		"ru": {"Владелец вчера закрыл гавань.", "Гавань построили 3 мая 1998 года.", "Он сказал, что это было не так, как все они думали."},
		"ko": {"주인은 어제 항구를 닫았다.", "항구는 1998년 5월 3일에 지어졌다."},
		"zh": {"业主昨天关闭了港口。", "港口建于1998年5月3日。"},
		"ja": {"所有者は昨日、港を閉鎖した。", "港は1998年5月3日に建設された。"},
		"tr": {"Sahibi limanı dün kapattı.", "Liman 3 Mayıs 1998 tarihinde yapıldı.", "Ama bu çok uzun bir zaman için böyle değil, dedi ve her şey daha iyi olacak."},
		"pl": {"Właściciel zamknął wczoraj port.", "Port zbudowano 3 maja 1998 roku.", "Powiedział, że nie było to tak, jak się im wydaje, ale jest już po wszystkim."},
	} {
		id := put(t, corpus, bundled(lang), storyAt("", lang, story...)).Added[0] // of 6 May 2024
		a := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: []string{id}, Style: bot.Timeline})
		var got [][2]string
		for _, s := range a.Statements {
			got = append(got, [2]string{s.Date, s.Text})
		}
		if diff := cmp.Diff([][2]string{{"1998-05-03", story[1]}, {"2024-05-05", story[0]}}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", lang, diff)
		}
		if brief := summarise(t, corpus, newBot(corpus, nil), bot.SummaryRequest{Stories: []string{id}, Style: bot.Brief}); len(brief.Statements) < 2 {
			t.Errorf("%s: %q", lang, texts(brief))
		}
	}
}
