package discord

import "testing"

func TestLanguages(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		locales []string
		want    string
	}{
		{nil, "en"},
		{[]string{"", "ko"}, "ko"},
		{[]string{"ko-KR"}, "ko"},
		{[]string{"ru", "ko"}, "ru"},
		{[]string{"pt-BR", "ru"}, "ru"},
		{[]string{"en-GB", "ru"}, "en"},
		{[]string{"xx", "not a locale"}, "en"},
	} {
		if got := texts.in(c.locales...).code; got != c.want {
			t.Errorf("in(%q) is %s, want %s", c.locales, got, c.want)
		}
	}
}
