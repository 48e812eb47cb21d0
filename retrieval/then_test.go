package retrieval_test

import (
	"testing"

	"storybot/retrieval"
)

// TestThen asks for the day before or after the one that the last question told,
// whichever way the story tells it.
func TestThen(t *testing.T) {
	l := open(t)
	const (
		raise  = "On 12 March 2024 Karel Dostal said that he would raise wages."
		money  = "On 11 March 2024 Karel Dostal said that there was no money."
		sale   = "On 13 March 2024 Karel Dostal said that the mine was for sale."
		bridge = "Олег Сомов заявил 15 мая, что мост откроют в сентябре."
		eve    = "Накануне Сомов говорил, что сроки назвать нельзя."
		crowd  = "박서린 시장은 10월 4일 축제에 3만 명이 왔다고 말했다."
		rain   = "박서린 시장은 10월 3일 비가 오면 축제를 취소하겠다고 말했다."
		opened = "市长在5月4日说港口会开放。"
		closed = "市长在5月3日说港口关闭了。"
	)
	put(t, l, retrieval.Shared, "/days", story("en", raise, money, sale), story("ru", bridge, eve), story("ko", crowd, rain), story("zh", opened, closed))
	for _, test := range []struct{ after, question, want string }{
		{"What did Karel Dostal say on 12 March 2024?", "And what did he say the day before?", money},
		{"What did Karel Dostal say on 12 March?", "And a day earlier?", money},
		{"What did Karel Dostal say on 12 March 2024?", "And what did he say the next day?", sale},
		{"What did Karel Dostal say on 12 March 2024?", "And what did he say?", raise},
		{"Что заявил Сомов 15 мая?", "И что он сказал накануне?", eve},
		{"박서린 시장은 10월 4일 무엇이라고 말했나?", "그 전날에는?", rain},
		{"市长5月4日说了什么？", "前一天呢？", closed},
	} {
		result := search(t, l, retrieval.Query{Text: test.question, After: test.after})
		if got := result.Passages[0].Text; got != test.want || !result.Carried {
			t.Errorf("%q after %q: %q, want %q", test.question, test.after, got, test.want)
		}
	}
}
