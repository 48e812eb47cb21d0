package extract

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// trim takes out of an article's blocks what is not its text: what its words,
// its links and its place say. The classes were looked at before.
func (p *page) trim(blocks []block, title string) []block {
	blocks = p.withoutPromotion(blocks, title)
	blocks = withoutLists(blocks)
	return withoutEnds(blocks)
}

// withoutPromotion leaves out the blocks of which each alone shows that it is
// not the article's: the title again, addresses, labels of buttons, captions,
// and what leads elsewhere.
func (p *page) withoutPromotion(blocks []block, title string) []block {
	var kept []block
	seen := map[string]bool{}
	under := 0 // the level of a heading whose section is left out
	for i, b := range blocks {
		text := strings.ToLower(b.text)
		level := cmp.Or(b.level, boldLevel+1)
		switch {
		case len(text) < 100 && b.level == 0 && controls.MatchString(text):
			continue
		case len(b.text) < maxLabel && (b.level > 0 || !b.item && len(b.text) < 60) && elsewhere.MatchString(text):
			under = level
			continue
		case under > 0 && (b.level > 0 && b.level <= under || isOwn(b)):
			under = 0
		case under > 0:
			continue
		}
		switch {
		case p.isTeaser(b),
			sameText(b.text, title),
			len(text) < maxLabel && addressOnly.MatchString(text),
			len(text) < maxLabel && caption.MatchString(text),
			len(text) < maxLabel && promotes(b, text),
			i > 0 && b.text == blocks[i-1].text,
			b.links*2 > b.chars && seen[text]:
			continue
		}
		seen[text] = true
		kept = append(kept, b)
	}
	return kept
}

// isOwn tells whether a block is a paragraph of an article's own text.
func isOwn(b block) bool {
	return b.level == 0 && !b.item && b.chars >= 60 && b.links*4 < b.chars && ends(b.text)
}

// isTeaser tells whether a block is a heading that leads to another page of
// the site.
func (p *page) isTeaser(b block) bool {
	if b.level == 0 {
		return false
	}
	if b.node.Parent != nil && p.leadsAway(b.node.Parent) {
		return true
	}
	if b.links*10 < b.chars*9 {
		return false
	}
	for n := range b.node.Descendants() {
		if n.DataAtom == atom.A && p.leadsAway(n) {
			return true
		}
	}
	return false
}

// leadsAway tells whether a link leads to another page of the site.
func (p *page) leadsAway(a *html.Node) bool {
	if a.DataAtom != atom.A {
		return false
	}
	to, err := p.head.base.Parse(strings.TrimSpace(attr(a, "href")))
	return err == nil && isWeb(to) && site(to) == site(p.where) && bare(to.String()) != bare(p.where.String())
}

// promotes tells whether a short block leads elsewhere; text is its text in
// small letters.
func promotes(b block, text string) bool {
	switch {
	case b.level > 0 && b.level < boldLevel, b.quote:
		return false
	case leadsLabel.MatchString(text):
		return true
	case leads.MatchString(text):
		return b.links*2 >= b.chars && (!ends(b.text) || b.links*10 >= b.chars*8)
	case asksToFollow.MatchString(text):
		return true
	}
	return !b.item && b.chars >= 20 && b.links*10 >= b.chars*9 && !ends(b.text)
}

// withoutLists leaves out runs of blocks that are nothing but links, unless
// the article is made of such.
func withoutLists(blocks []block) []block {
	const run = 3 // as few may be sources that the author names
	linked, all := 0, 0
	for _, b := range blocks {
		if isLink(b) {
			linked += b.chars
		}
		all += b.chars
	}
	if linked*3 > all {
		return blocks
	}
	var kept []block
	for i := 0; i < len(blocks); {
		j := i
		for j < len(blocks) && isLink(blocks[j]) {
			j++
		}
		switch {
		case j == i:
			kept = append(kept, blocks[i])
			i++
			continue
		case j-i < run && j < len(blocks) && !isLinkList(blocks[i:j], kept):
			kept = append(kept, blocks[i:j]...)
		case len(kept) > 0 && isLabel(kept[len(kept)-1]):
			kept = kept[:len(kept)-1] // the list's own heading
		}
		i = j
	}
	return kept
}

// isLinkList tells whether links are a list that the text before does not
// announce.
func isLinkList(links, before []block) bool {
	for _, b := range links {
		if !b.item || ends(b.text) {
			return false
		}
	}
	if len(before) == 0 {
		return false
	}
	above := before[len(before)-1]
	return above.level == 0 && !strings.HasSuffix(above.text, ":")
}

func isLink(b block) bool {
	return b.level == 0 && b.chars > 0 && b.links*10 >= b.chars*8
}

// isLabel tells whether a block says little without the ones after it.
func isLabel(b block) bool {
	return b.level > 0 || b.chars < 60 && !ends(strings.TrimRight(b.text, ":"))
}

// withoutEnds leaves out what stands before the first and after the last real
// paragraph: bylines and dates; notes on the author, on rights, on how to
// subscribe.
func withoutEnds(blocks []block) []block {
	first, last := -1, -1
	for i, b := range blocks {
		if first < 0 && (isProse(b) || b.level > 1) {
			first = i
		}
		if isProse(b) {
			last = i
		}
	}
	if first < 0 {
		return blocks
	}
	var kept []block
	for i, b := range blocks {
		switch {
		case i < first && b.level == 1,
			i < first && b.level == 0 && !b.item && b.chars < 100 && !ends(b.text),
			i < first && len(b.text) < maxLabel && dated(b.text),
			dated(b.text) && stamped.MatchString(strings.ToLower(b.text)),
			i > last && b.level == 0 && !b.item && !b.quote && b.chars < 60 && !ends(b.text) && b.links*2 > b.chars:
			continue
		}
		kept = append(kept, b)
	}
	for len(kept) > 1 && isTail(kept[len(kept)-1]) {
		kept = kept[:len(kept)-1]
	}
	return kept
}

// isProse tells a real paragraph.
func isProse(b block) bool {
	return b.level == 0 && !b.item && b.chars-b.links >= 60 && (ends(b.text) || b.chars > 200) && !isTail(b)
}

// isTail tells whether a block at the end of an article is not of it.
func isTail(b block) bool {
	if b.quote {
		return false
	}
	if b.level > 0 {
		return true // a heading of nothing
	}
	return utf8.RuneCountInString(b.text) < 500 && tail.MatchString(strings.ToLower(b.text))
}

// ends tells whether a text ends as a sentence does, in any script.
func ends(text string) bool {
	text = strings.TrimRightFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Pe, unicode.Pf, unicode.Pi) || r == '"' || r == '\'' || r == ' '
	})
	last, _ := utf8.DecodeLastRuneInString(text)
	return unicode.Is(unicode.STerm, last) || unicode.Is(unicode.So, last) || last == '…' || last == ':' || last == '：'
}

func sameText(a, b string) bool {
	return a != "" && strings.EqualFold(lettersOf(a), lettersOf(b))
}

func lettersOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// dated tells whether a text is a date or time and nothing else.
func dated(text string) bool {
	return strings.ContainsFunc(text, unicode.IsDigit) && len(text) < 150 &&
		lettersOf(strings.TrimFunc(dateWords.ReplaceAllString(strings.ToLower(text), ""), unicode.IsDigit)) == ""
}

var (
	dateWords = regexp.MustCompile(`\d+|` + strings.Join([]string{
		`\b(first|last|originally|was|published|publish|updated?|posted|modified|created|on|at|the|date|time|of|st|nd|rd|th|a\.?m\.?|p\.?m\.?|noon|today|yesterday|ago|hours?|minutes?|days?|min|read|gmt|utc|[a-z]?[ecmpa][sd]?t|bst|ist|hst|akst|amt|jst|cest|cet)\b`,
		`\b(jan(uary|uar|vier|eiro)?|feb(ruary|ruar)?|f[ée]vr(ier)?|mar(ch|s|zo|ço)?|märz|apr(il)?|avril|abril|may|mai|mayo|maio|june?|juin|juni|junio|junho|july?|juillet|juli|julio|julho|aug(ust)?|août|agosto|sept?(ember|embre|iembre)?|setembro|o[ck]t(ober|obre|ubre)?|outubro|nov(ember|embre|iembre|embro)?|de[cz](ember|embre|iembre|embro)?|enero|ene|febrero|fevereiro|marzo)\b`,
		`\b((mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?)\b`,
		`\b(stand|uhr|um|am|den|veröffentlicht|aktualisiert|publié|le|à|mis|jour|publicado|actualizado|atualizado|el|em|às|de|del|do|h)\b`,
		`[年月日時分秒년월일시분]|기사입력|입력|수정|更新|公開|发布|發布|опубликовано|обновлено`,
	}, `|`))
	stamped = regexp.MustCompile(`^\W*(first |last |originally )?(published|updated?|posted|modified|veröffentlicht|aktualisiert|stand|publié|mis à jour|publicado|actualizado|atualizado|기사입력|更新|опубликовано|обновлено)`)
)

// What the words of a block say, in small letters: to ignore case would take
// the expressions three times as long.
var (
	// elsewhere is headings of what leads away from the article.
	elsewhere = regexp.MustCompile(`^\W*(` + strings.Join([]string{
		`related( (articles?|stories|posts?|news|content|links?|topics?|reading|coverage|videos?))?`,
		`(more|further) (from|on|in|about|stories|news|reading|coverage|to read|great|like this|top stories)\b.*`,
		`(you )?(may|might) also (like|be interested in|enjoy).*`, `you might like.*`, `(recommended|suggested|popular|trending|latest|recent|top)( (for you|stories|articles?|posts?|news|reading|now|videos?|on .*|in .*|this week))?`,
		`most (read|popular|viewed|shared|recent|commented).*`, `(read|what to read|watch) next`, `(next|previous)( \w+){0,2} (news|article|story|post)s?`, `read (more|also|this)\b.{0,20}`, `see also`, `don'?t miss.*`, `editor'?s'? (picks?|choice)`, `in (other|case you missed) .*`,
		`(\d+ |post a |leave a |add a |view |all )?(comments?|reply|replies|responses?)\b.{0,40}`, `join the (conversation|discussion)`, `discussion`, `have your say.*`,
		`about the (author|writer)s?`, `(share|follow|like) (this|us|on)\b.*`, `sharing is caring.*`, `share`, `newsletters?`, `(sign up|subscribe|get (the|our|breaking)|never miss|stay (up|in|informed|connected)|join our|breaking news (emails?|alerts?))\b.*`, `tags?`, `topics?`, `filed under.*`, `advertisement`, `sponsored( content)?`, `promoted`,
		`(das könnte|mehr (zum|aus|von|zu)|lesen sie|auch interessant|weitere|meistgelesen|ähnliche|verwandte|kommentare?|zum thema|empfehlungen|newsletter)\b.*`,
		`(à lire|lire aussi|sur le même|articles? (liés|similaires)|vos commentaires|commentaires?|les plus lus)\b.*`,
		`(noticias relacionadas|relacionad[oa]s?|te puede interesar|más (sobre|noticias|leíd[oa]s|en)|lea también|comentarios?|mais (lidas|sobre|notícias)|leia (também|mais)|veja também|comentários?)\b.*`,
		`(leggi anche|articoli correlati|potrebbe interessarti|commenti)\b.*`, `(lees ook|meer over|reacties|gerelateerd)\b.*`, `(читайте также|по теме|комментари[ий]|новости по теме|похожие)(\s.*)?`,
		`関連(記事|ニュース|リンク)?.*`, `あわせて読みたい.*`, `人気記事.*`, `コメント.*`, `おすすめ.*`, `相关(新闻|阅读|文章|报道|推荐).*`, `相關(新聞|閱讀|文章|報導).*`, `推荐阅读.*`, `延伸閱讀.*`, `(热门|最新)(文章|新闻).*`, `评论.*`, `관련\s?(기사|뉴스).*`, `많이 본.*`, `댓글.*`,
	}, `|`) + `)\W*$`)

	// controls is what stands on buttons and between parts of a page.
	controls = regexp.MustCompile(`^\W*(advert(isement|ising)?s?|ads?|sponsored( content)?|share|tweet|pin( it)?|email|e-mail|print|save|copy link|whatsapp|facebook|twitter|linkedin|reddit|report( (error|a typo|an error))?|caption|hide caption|show caption|toggle caption|enlarge|close|loading|play|pause|replay|(play|watch) video|mute|next|prev(ious)?|back( to top)?|top|menu|search|home|sign in|log ?in|log out|register|subscribe( now)?|sign up|skip( to (main )?content| ad)?|\d* ?(shares?|comments?|likes|views)|(post|leave|add|view|show|read|see) (a |all |the )?(\d+ )?comments?|comments? \(?\+?\)?|read more|continue reading|story continues( below)?|article continues( below)?( advertisement)?|scroll (down|for more).*|show more|see more|view more|more|learn more|click here|warning|highlights|image \d+ of /? ?\d+|\d+ of \d+|this slideshow requires javascript\.?|make .{1,20} my homepage|view author archive.*|permalink.*|feed for comments.*|trackback.*|anzeige|werbung|teilen|drucken|kommentare|mehr|publicité|partager|publicidad|publicidade|compartir|compartilhar|pubblicità|condividi|advertentie|реклама|поделиться|広告|廣告|广告|シェア|分享|공유|광고)\W*$`)

	// addressOnly is an address or mailbox alone.
	addressOnly = regexp.MustCompile(`^((https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.]+|twitter\.com/\w+|@\w+)$`)

	// caption is what stands below pictures.
	caption = regexp.MustCompile(`^\W*((image|photo|picture|photograph|video|graphic|illustration)s?( (copyright|credit|source|by|via|courtesy( of)?)\b|:)|(credits?|foto|bild|fotos|crédito|crédit|imagen|imagem|изображение|фото|写真|图片|圖|사진) ?[:：=/©|]|©|(getty|ap|afp|epa|reuters|shutterstock|istock|alamy|afp/getty|getty images)(/\w+)*( images| photo)?$)` +
		`|\(?(image|photo|picture|pic|credit|foto|bild|file photo)s?( (credit|by|courtesy))?s?: [^)]{1,80}\)$|\([^()]*(getty|reuters|afp|shutterstock|©)[^()]*\)$|\bphotos? ©|\b(photo|image) (by|courtesy of) [^.]{3,60}$|/(getty images|afp|reuters|ap)\)?$`)

	// leads begins what leads elsewhere; leadsLabel needs no link as proof.
	leads      = regexp.MustCompile(`^\W*(` + leadWords + `|watch|listen|video|photos?|gallery|also|join|click|follow)\b`)
	leadsLabel = regexp.MustCompile(`^\W*(` + leadWords + `)( \w+)? ?[:：|>»→-]`)

	asksToFollow = regexp.MustCompile(`^\W*(sign up|subscribe|follow|like) \b.{0,120}\b(newsletters?|inbox|facebook|twitter|instagram|youtube|telegram|whatsapp|alerts|channel)\b|^\W*(get|receive|want) .{0,120}\b(inbox|newsletters?|through your letterbox)\b|^\W*let our news meet your inbox|\bsubscribe to .{0,60} newsletters?\b|^\W*abonnieren sie|^\W*(inscrivez|abonnez)-vous|^\W*(suscríbete|síguenos|inscreva-se|siga-nos|assine)\b|^подпи(шитесь|сывайтесь)`)

	// tail is what stands after the end.
	tail = regexp.MustCompile(`^\W*(` + strings.Join([]string{
		`copyright\b`, `\(c\) ?\d`, `all rights reserved`, `source:`, `sources?: .{0,60}$`, `via:? \S+$`, `(follow|subscribe|sign up|join (us|our)|get (the|our|more|breaking)|have a (news )?tip|got a tip|want more|click here|listen to|send (us|your)|tell us|read more|see also|related|more:?|like this)\b`,
		`(contact|reach|email|e-mail|write to|you can (reach|follow)) (the |him|her|us|reporters?|\w+ \w+ (at|on))`, `(additional )?(reporting|editing|writing|photography) (was )?(contributed )?by\b`, `this (article|story|post|content|report|piece) (was |has been )?(originally|first|also|re)\w*`,
		`the post .* (appeared first|first appeared) on`, `(tags|filed under|posted in|categories|category|topics|keywords)\b ?[:：]`, `disclaimer\b`, `note: (we|this|comments)`, `privacy policy`, `terms of use`, `more (ap|from)\b`, `photo credit`, `provided by`, `alle rechte vorbehalten`, `tous droits`, `todos los derechos`, `todos os direitos`, `無断転載`, `무단`, `저작권`, `版权`, `責任編輯`, `责任编辑`, `編集`, `原文`, `来源[:：]`,
	}, `|`) + `)|^©|all rights reserved|may not be (published|reproduced)|무단전재|無断転載|\b(contributed|contributing) to this (report|story|article|post)|(^|\W)on (twitter|facebook|instagram)\b|\btwitter @|@\w{3,}\W*$|\b(is|was) (a|an|the) ([\w'’-]+ ){0,5}(writer|reporter|editor|correspondent|columnist|contributor|journalist|blogger|curator|publisher|freelancer|author|producer)s?\b`)
)

const leadWords = `read (more|also|next|this)|related( (articles?|stories|posts?|coverage))?|see (also|more)|also (read|see|watch|on .{1,30})|more (from|on|in)|don'?t miss|you (may|might) (also )?like|sign up|subscribe|recommended|trending|must read|further reading|continue reading|dig deeper|go deeper|lesen sie (auch|mehr|hier)|mehr (zum thema|dazu)|lire aussi|à lire( aussi)?|lea (también|más)|lee también|leia (também|mais)|veja (também|mais)|leggi anche|lees ook|læs også|les også|läs (också|mer|även)|czytaj (także|też|więcej)|читайте (также|ещё|еще)|関連記事|あわせて読みたい|相关阅读|相關閱讀|延伸閱讀|관련\s?기사`
