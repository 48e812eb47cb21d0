package bot

import "testing"

func TestTextFragment(t *testing.T) {
	const page = "https://fjord.example/storm"
	for _, tt := range []struct{ name, page, quote, want string }{
		{"short", page, "It may open.", page + "#:~:text=It%20may%20open."},
		{"eight words", page, "a b c d e f g h", page + "#:~:text=a%20b%20c%20d%20e%20f%20g%20h"},
		{"long: its two ends", page, "a b c d e f g h i", page + "#:~:text=a%20b%20c%20d,f%20g%20h%20i"},
		{"a table's row: a cell of it", page, "Harwick | the old mill | 4,200", page + "#:~:text=the%20old%20mill"},
		{"the directive's own signs", page, "well-known, R&D", page + "#:~:text=well%2Dknown%2C%20R%26D"},
		{"signs of addresses", page, `50% + "#1"`, page + "#:~:text=50%25%20%2B%20%22%231%22"},
		{"other scripts", page, "세 곳", page + "#:~:text=%EC%84%B8%20%EA%B3%B3"},
		{"space of any kind", page, "It\u00a0may\n open", page + "#:~:text=It%20may%20open"},
		{"a fragment already", page + "#top", "It may open.", page + "#:~:text=It%20may%20open."},
		{"a query", page + "?a=b&c", "It may open.", page + "?a=b&c#:~:text=It%20may%20open."},
		{"no page", "", "It may open.", ""},
		{"a file", "/home/ann/storm.txt", "It may open.", ""},
		{"a script", "javascript:alert(1)", "It may open.", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := textFragment(tt.page, tt.quote); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
