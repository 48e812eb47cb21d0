package grounding

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuantities(t *testing.T) {
	tests := []struct{ text, want string }{ // readings as value or value+unit, '|' between them
		{"3,800 or 3 800 or 3, 800", "3800 3800 3800"},
		{"3.800", "3800|19/5"},
		{"1,5 and 1.50 and 0.125", "3/2 3/2 1/8"},
		{"the 19th, 8th and 1st", "19 8 1"},
		{"8 July 2024", "8 2024"},
		{"In 2014, 300 people", "2014 300"},
		{"at -5 or −5 degrees, 10-12 men", "-5 -5deg 10 12"},
		{"$1.5bn, 1.5 billion dollars", "1500000000$ 1500000000$"},
		{"$10m fell to 10m", "10000000$ 10m|10000000"},
		{"22%, 22 percent, 22 per cent", "22% 22% 22%"},
		{"30kg, 14-hour, 6.30pm", "30kg 14h 63/10pm"},
		{"12:30", "12:30"},
		{"F16 and 192.168.0.1", "16 192.168.0.1"},
		{"twenty-five of two hundred, a million", "25 200 1000000"},
		{"one of the first", "1 1"},
		{"5 млн рублей, две недели, 19-го", "5000000₽ 2week 19"},
		{"3,5 Millionen Euro", "3500000€"},
		{"38亿美元，三千八百人，两万", "3800000000$ 3800 20000"},
		{"百分之十五，百分之7，六个月，18公里", "15% 7% 6month 18km"},
		{"统一", ""},
		{"7月8日に1万2千人", "7 8 10000 2000"},
		{"8일 3만 명, 22퍼센트", "8day 30000 22%"},
		{"٣٨٠٠ و ๓๘", "3800 38"},
		{"", ""},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var got []string
			for _, q := range quantities(test.text) {
				var readings []string
				for _, r := range q.readings {
					readings = append(readings, r.value+r.unit)
				}
				got = append(got, strings.Join(readings, "|"))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("quantities (-want +got):\n%s", diff)
			}
		})
	}
}
