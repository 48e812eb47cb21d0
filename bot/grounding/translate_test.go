package grounding_test

import (
	"testing"

	"storybot/bot/grounding"
)

func TestTranslation(t *testing.T) {
	const (
		en = "Peskov said on 8 July that Moscow does not agree with Seoul. The mayor, Ana Ruiz, may visit Odda in 3 weeks."
		e1 = "Peskov said on 8 July that Moscow does not agree with Seoul."
		e2 = "The mayor, Ana Ruiz, may visit Odda in 3 weeks."
		ru = "Песков заявил, что Москва не согласна с Сеулом."
		ko = "페스코프는 모스크바가 서울에 동의하지 않는다고 말했다."
		zh = "佩斯科夫说莫斯科不同意首尔的看法。"
	)
	for _, tt := range []struct {
		statement, paragraph, quote string
		want                        grounding.Decision
	}{
		{"Песков заявил 8 июля, что Москва не согласна с Сеулом.", en, e1, grounding.ShownWithQuote},
		{"Песков заявил 9 июля, что Москва не согласна с Сеулом.", en, e1, grounding.Removed},
		{"Песков заявил, что Москва согласна с Сеулом.", en, e1, grounding.Replaced},
		{"Как сказал Шольц, Москва не согласна с Сеулом.", en, e1, grounding.Replaced},
		{"Мэр Ана Руис может посетить Одду через 3 недели.", en, e2, grounding.ShownWithQuote},
		{"Мэр Ана Руис посетит Одду через 3 недели.", en, e2, grounding.Replaced}, // surer
		{"페스코프는 7월 8일 모스크바가 서울에 동의하지 않는다고 말했다.", en, e1, grounding.ShownWithQuote},
		{"페스코프는 7월 9일 모스크바가 서울에 동의하지 않는다고 말했다.", en, e1, grounding.Removed},
		{"아나 루이스 시장은 3주 동안 오다를 방문할 수 있다.", en, e2, grounding.ShownWithQuote}, // 안 in 동안 denies nothing
		{"According to Peskov, Moscow does not agree with Seoul.", ru, ru, grounding.ShownWithQuote},
		{"According to Merkel, Moscow does not agree with Seoul.", ru, ru, grounding.Replaced},
		{"According to Peskov, Moscow does not agree with Seoul.", ko, ko, grounding.ShownWithQuote},
		{"According to Peskov, Moscow does not agree with Seoul.", zh, zh, grounding.ShownWithQuote},
		{"According to Peskov, Moscow does not agree with 12 others.", zh, zh, grounding.Removed},
		{"Песков заявил 8 июля, что Москва не согласна с Сеулом. Мэр ушёл.", en, e1, grounding.Replaced}, // a sentence more
		{"According to the mayor Zorblatt, Moscow does not agree with Seoul.", zh, zh, grounding.Replaced},
		{"Песков заявил, что Москва не согласна с Сеулом.", en, "Peskov said that Moscow does not agree", grounding.Removed}, // no such quote
	} {
		for _, mode := range []grounding.Mode{grounding.Strict, grounding.Normal} {
			v := grounding.Check(tt.statement, []grounding.Evidence{{Paragraph: tt.paragraph, Quote: tt.quote}}, mode)
			if v.Decision != tt.want || v.Decision == grounding.ShownWithQuote && !v.Translated {
				t.Errorf("%s, %q: %d (%s), want %d", mode, tt.statement, v.Decision, v.Why, tt.want)
			}
		}
		if v := grounding.Check(tt.statement, []grounding.Evidence{{Paragraph: tt.paragraph, Quote: tt.quote}}, grounding.Verbatim); v.Decision > grounding.Replaced {
			t.Errorf("verbatim, %q: %d", tt.statement, v.Decision)
		}
	}
}
