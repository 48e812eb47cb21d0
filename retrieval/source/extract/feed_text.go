package extract

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"storybot/retrieval/analysis"
)

// plainTitle is a title without the markup that feeds leave in it, on one line.
func plainTitle(title string) string {
	if !inlineTag.MatchString(title) && !strings.Contains(title, "&") {
		return clean(title)
	}
	if !inlineTag.MatchString(title) {
		return clean(html.UnescapeString(title))
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(title))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return clean(b.String())
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			if name, _ := z.TagName(); string(name) == "br" {
				b.WriteByte(' ')
			}
		}
	}
}

// inlineTag is markup that is found in titles: a title may also speak of
// "a < b", or of Java's List<String>.
var inlineTag = regexp.MustCompile(`(?i)</?(?:a|abbr|b|big|bdi|br|cite|code|em|font|i|img|mark|p|q|s|small|span|strong|sub|sup|u|wbr|h[1-6]|div)(?:\s[^<>]*)?/?>`)

// fullText is the text of an entry, or nil when the feed does not carry it,
// or carries only its beginning.
func (r *feedReader) fullText(it item, link string) []analysis.Paragraph {
	if it.content == "" || len(it.content) > maxEntryBytes || it.html && amplifies(it.content) {
		return nil
	}
	var paragraphs []analysis.Paragraph
	if it.html {
		paragraphs = fragment(it.content, first(link, r.base.String()))
	} else {
		paragraphs = analysis.ParseDocument("", it.content).Paragraphs
	}
	paragraphs = cleanParagraphs(paragraphs)
	if n := len(paragraphs); n > 1 && signature.MatchString(paragraphs[n-1].Text) {
		paragraphs = paragraphs[:n-1]
	}
	if garbled(paragraphs) || !isFull(paragraphs, fragment(it.summary, "")) {
		return nil
	}
	return paragraphs
}

// Of a text that is full, at least. Where it is wrong the page is read instead.
const (
	announceWeight = 480 // as letters counts: what only announces a text is seldom longer
	fullParagraphs = 2
	maxInvitation  = 120 // bytes: "Read more" and the title it leads to
)

// isFull reports whether paragraphs are a whole text and not its beginning. A
// short one that says no more than the summary beside it is an announcement
// that happens to be called content.
func isFull(paragraphs, summary []analysis.Paragraph) bool {
	if len(paragraphs) < fullParagraphs {
		return false
	}
	last := paragraphs[len(paragraphs)-1].Text
	if cut.MatchString(last) || len(last) <= maxInvitation && invitation.MatchString(last) {
		return false
	}
	weight := weightOf(paragraphs)
	return weight >= announceWeight || weight >= noteLetters && weight > weightOf(summary)*3/2
}

// weightOf is how much there is to read in paragraphs, as letters counts.
func weightOf(paragraphs []analysis.Paragraph) int {
	weight := 0
	for _, p := range paragraphs {
		weight += letters(p.Text)
	}
	return weight
}

var (
	// cut is the end of a text that goes on elsewhere. One whose last quote
	// trails off ends with the quote's mark.
	cut = regexp.MustCompile(`(?:…|\.\.\.|⋯)\s*[\])）】]?$`)
	// invitation is what leads to the page of a text.
	invitation = regexp.MustCompile(`(?i)(?:^|[.!?…。]\s*|\[|\()(?:read (?:more|on|the (?:rest|full)|full)|continue reading|keep reading|full (?:story|article)|view (?:more|article)|` +
		`weiterlesen|mehr (?:lesen|dazu)|zum artikel|lire (?:la suite|plus)|en savoir plus|leer m[áa]s|seguir leyendo|sigue leyendo|leia mais|continue lendo|ler mais|` +
		`leggi (?:tutto|di più)|continua a leggere|lees (?:meer|verder)|czytaj (?:dalej|więcej)|læs mere|les mer|läs mer|lue lisää|číst dál|devamını oku|đọc (?:tiếp|thêm)|baca selengkapnya|` +
		`читать (?:далее|дальше|полностью)|читайте (?:далее|полностью)|подробнее|читати (?:далі|більше)|続きを(?:読む|見る)|全文を(?:読む|見る)|阅读(?:全文|更多|原文)|閱讀(?:全文|更多)|查看(?:全文|原文)|` +
		`더 ?(?:보기|읽기)|자세히 보기|전문 보기|อ่าน(?:ต่อ|เพิ่มเติม)|(?:اقرأ|إقرأ) المزيد|और पढ़ें|ادامه مطلب|קרא עוד)`)
	// signature is the line that WordPress sets below a text in a feed.
	signature = regexp.MustCompile(`^(?:The post .* appeared first on .*|Der Beitrag .* erschien zuerst auf .*|La entrada .* (?:se publicó primero|apareció primero) en .*|` +
		`L[’'](?:article|articolo) .* (?:est apparu en premier sur|proviene da) .*|O post .* apareceu primeiro em .*|Сообщение .* появились? сначала на .*|Запись .* впервые появилась .*)$`)
)

// languageTag is the BCP 47 form of a language as feeds name it, or "".
func languageTag(name string) string {
	tag, err := language.Parse(strings.ReplaceAll(strings.TrimSpace(name), "_", "-"))
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}

// maxAddress is the longest address that is kept, in bytes.
const maxAddress = 2000

// absolute is a link of the feed as an address that can be fetched, or "".
// What tells the site where a reader came from is dropped, so that an address
// stays the same whichever feed leads to it.
func (r *feedReader) absolute(link string) string {
	link = strings.Join(strings.Fields(link), "")
	if link == "" || len(link) > maxAddress {
		return ""
	}
	u, err := r.base.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return ""
	}
	withoutTracking(u)
	if address := u.String(); len(address) <= maxAddress {
		return address
	}
	return ""
}

// withoutTracking takes what only counts visits out of an address.
func withoutTracking(u *url.URL) {
	if tracking.MatchString(u.Fragment) {
		u.Fragment, u.RawFragment = "", ""
	}
	if u.RawQuery != "" {
		var kept []string
		for parameter := range strings.SplitSeq(u.RawQuery, "&") {
			if parameter != "" && !tracking.MatchString(parameter) {
				kept = append(kept, parameter)
			}
		}
		u.RawQuery = strings.Join(kept, "&")
		u.ForceQuery = false
	}
}

// tracking is a parameter, or a fragment, that only counts visits.
var tracking = regexp.MustCompile(`^(?i:utm_\w+|at_(?:medium|campaign)|xtor|ftag|fbclid|gclid|yclid|ns_(?:campaign|mchannel|source|linkname|fee)|intcid|cmp_?id|wt_mc|mtm_\w+|pk_campaign)=|^(?i:rss|comments?|respond|ref=rss)$`)
