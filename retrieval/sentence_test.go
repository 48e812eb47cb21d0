package retrieval

import "testing"

func TestIsQuestion(t *testing.T) {
	for text, want := range map[string]bool{
		"Who paid for the bridge":                   true,
		"the bridge, is it open?":                   true,
		"다리는 언제 열렸어?":                               true,
		"桥什么时候开放？":                                  true,
		"متى فُتح الجسر؟":                           true,
		"Кто заплатил за мост":                      true,
		"I know who paid for the bridge, it was us": false,
		"The bridge is open.":                       false,
		"":                                          false,
	} {
		if got := IsQuestion(text); got != want {
			t.Errorf("IsQuestion(%q) = %v, want %v", text, got, want)
		}
	}
}
