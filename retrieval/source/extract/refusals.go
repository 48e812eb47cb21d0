package extract

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// How many letters tell what a page is. A page that refuses says so in few
// words; an article that is about such pages says more.
const (
	noteLetters   = 100   // less is no article in any case, but may be a notice
	fewLetters    = 200   // less is none, unless the page says that it is one
	teaserLetters = 700   // a page that refuses has less, beside its notice
	pageLetters   = 1_200 // a page without an article has less in all
	openLetters   = 3_000 // what is free of a longer text is less
)

// maxNotice is how much of the beginning and of the end of a page's text, in
// bytes, is searched for what it says about itself.
const maxNotice = 20_000

// refusal tells why a page's text is not an article, nil when it is.
func (p *page) refusal(title string, body []block) error {
	have := solid(body)
	if have >= openLetters {
		return p.front(have)
	}
	text := textOf(p.root)
	seen := letters(text)
	if len(text) > 2*maxNotice {
		text = text[:maxNotice] + "\n" + text[len(text)-maxNotice:]
	}
	heading := title + "\n" + p.head.title + "\n" + strings.Join(p.head.headings, "\n")
	switch {
	case have < teaserLetters && (wallTitle.MatchString(heading) || seen < teaserLetters && (wallText.MatchString(text) || p.challenges())):
		return ErrBotWall
	case have < teaserLetters && (errorTitle.MatchString(heading) && seen < 3*pageLetters || seen < pageLetters/2 && errorText.MatchString(text)):
		return ErrErrorPage
	case p.cutOff(body, have):
		return ErrPaywall
	case have < noteLetters && seen < pageLetters && p.runsOnScripts():
		return ErrNeedsScript
	case p.told.kind == "" && (have < pageLetters && consent.MatchString(heading) || have < fewLetters && p.asksForPassword()):
		return ErrNoArticle
	case have < noteLetters, have < fewLetters && p.told.kind == "" && p.head.first("og:type") != "article":
		return ErrNoArticle
	}
	return p.front(have)
}

// front tells a site's first page, which has no text of its own unless the
// site is a single page.
func (p *page) front(have int) error {
	if isFront(p.where) && p.told.kind == "" && p.head.first("og:type") != "article" && have < openLetters {
		return ErrNoArticle
	}
	return nil
}

// isList tells whether what was found are teasers of articles: little text
// under each of several headings that lead to other pages of the site.
func (p *page) isList(found []block) bool {
	teasers, teased, rest := 0, 0, 0
	under := false
	for _, b := range found {
		switch {
		case b.level > 0:
			if under = p.isTeaser(b); under {
				teasers++
			}
		case under:
			teased += b.chars
		default:
			rest += b.chars
		}
	}
	return teasers >= 5 && teased < teasers*fewLetters*2 && rest < teased
}

// cutOff tells whether the text is the part of an article that is free. A
// page that has the whole text is not, whatever it says of itself.
func (p *page) cutOff(body []block, have int) bool {
	open := len(body) > 0 && (strings.HasSuffix(body[len(body)-1].text, "…") || strings.HasSuffix(body[len(body)-1].text, "...") || !ends(body[len(body)-1].text))
	if part := open || have < teaserLetters; part == p.told.locked {
		return part // what it says of itself is so, or nothing speaks for it
	}
	// A notice stands by itself; an article says such words in a sentence.
	return slices.ContainsFunc(blocksOf(p.root), func(b block) bool {
		return b.chars < noteLetters && paywall.MatchString(b.text)
	})
}

// challenges tells whether the page holds the test of a wall.
func (p *page) challenges() bool {
	for n := range p.root.Descendants() {
		if n.DataAtom == atom.Script && challengeScript.MatchString(attr(n, "src")) || n.DataAtom == atom.Form && challengeScript.MatchString(attr(n, "id")+" "+attr(n, "action")) {
			return true
		}
	}
	return false
}

// runsOnScripts tells whether the page's text is made by its scripts.
func (p *page) runsOnScripts() bool {
	scripts := 0
	for n := range p.root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.DataAtom == atom.Noscript && needsScript.MatchString(textInside(n)):
			return true
		case appRoot.MatchString(attr(n, "id")):
			return true
		case n.Data == "app-root":
			return true
		case n.DataAtom == atom.Script && !strings.Contains(attr(n, "type"), "ld+json"):
			scripts++
		}
	}
	return scripts > 0 && needsScript.MatchString(textOf(p.root))
}

func (p *page) asksForPassword() bool {
	for n := range p.root.Descendants() {
		if n.DataAtom == atom.Input && strings.EqualFold(attr(n, "type"), "password") && !hidden(n) {
			return true
		}
	}
	return false
}

var (
	wallTitle = regexp.MustCompile(`(?im)^\W*(just a moment|attention required|access denied|access to this page has been denied|checking your browser|verify(ing)? (that )?you are (a )?human|are you (a )?(robot|human)|human verification|security check|robot check|captcha|pardon our interruption|one more step|ddos-guard|you have been blocked|sorry, you have been blocked|403 forbidden|bot verification|verification required|un momento|nur einen moment|einen moment|un instant|один момент|请稍候|少々お待ちください)\W*(\|.*|[-–] .*)?$`)

	wallText = regexp.MustCompile(`(?i)enable javascript and cookies to continue|checking (if the site connection is secure|your browser)|verify(ing)? (that )?you('re| are) (a )?(real )?(human|person|not a (ro)?bot)|unusual (traffic|activity) from|complete the captcha|solve the captcha|(i am|i'm|you are|you're) not a robot|access denied.{0,200}(permission|reference|blocked)|you don't have permission to access|you have been blocked|incapsula incident|ddos protection by|press (&|and) hold to confirm|bestätigen sie, dass sie ein mensch|vérifi(er|ez) que vous êtes (un )?humain|confirma que eres humano|подтвердите, что вы не робот|请完成(安全)?验证|人机验证|ロボットではない`)

	challengeScript = regexp.MustCompile(`(?i)challenges\.cloudflare\.com|cdn-cgi/challenge|captcha-delivery\.com|/_Incapsula_Resource|px-captcha|perimeterx|challenge-form|geo\.captcha`)

	errorTitle = regexp.MustCompile(`(?im)^\W*((error )?(404|410|500|502|503)( error)?\b.{0,40}$|(oops|sorry|whoops|uh oh)\b.{0,60}\b(not found|find|exist|gone|wrong).{0,40}$|.{0,40}\b(page|article|file|content|url|story|resource) (was |is |could |can |you .{0,30}|has been )?(not (be )?found|can ?not be found|can't be found|couldn'?t be found|no longer (available|exists?)|does(n't| not) exist|unavailable|removed|deleted)\b.{0,30}$|not found\W*(\|.*|[-–] .*)?$|.{0,30}(internal server error|service unavailable|bad gateway|server error)\W*(\|.*|[-–] .*)?$|.{0,20}(seite|artikel) (wurde )?(nicht gefunden|existiert nicht).{0,30}$|.{0,20}page (introuvable|non trouvée).{0,30}$|.{0,20}página no (encontrada|existe).{0,30}$|.{0,20}página não (encontrada|existe).{0,30}$|.{0,20}pagina (non trovata|niet gevonden).{0,30}$|.{0,20}(страница|статья) не (найдена|существует).{0,30}$|.{0,20}(ページが見つかりません|お探しのページ|页面不存在|找不到(该|您|頁|页)|頁面不存在|페이지를 찾을 수 없).{0,30}$)`)

	errorText = regexp.MustCompile(`(?i)(page|article|content|file|url)( you.{0,40})? (was not found|could not be found|cannot be found|can't be found|not found|does(n't| not) exist|no longer exists|is no longer available|has been (moved|removed|deleted))|couldn'?t find (the|that|this) page|\b404\b.{0,40}not found|nicht gefunden werden|n'existe (pas|plus)|no se (ha )?encontr|não foi encontrad|не найдена|見つかりません|不存在|찾을 수 없습니다`)

	paywall = regexp.MustCompile(`(?i)subscribe (now )?to (continue|read|unlock|keep reading|get (full|unlimited) access)|to (continue|keep) reading( this (article|story))?,? ?(please )?(subscribe|sign|log|register|create|start|become|join|you)|continue reading (this (article|story) )?with (a|an|your) |(this|the full|the rest of this) (article|content|story|post) is (only |exclusively )?(available )?(for|to|reserved for) (paid |paying |our )?(subscribers|members)|(subscribers?|members?)[- ]only (content|article|story)|(only|exclusive(ly)?) (for|to) (paid |paying )?subscribers|become a (subscriber|member) to (read|continue|unlock)|(reached|used|read) (your|all( of)? your|the) .{0,20}(limit of )?(free|complimentary) articles|unlock (this|the full) (article|story)|(log|sign) in or (subscribe|register) to (read|continue)|you('ve| have) \d+ free articles? (left|remaining)` +
		`|(jetzt|artikel|hier) weiterlesen (mit|und)|weiterlesen mit |(exklusiv|nur) für (abonnent|plus)|réservé(e)?s? (à nos|aux) abonnés|il vous reste [\d.,]+ ?% de cet article|abonnez-vous pour (lire|continuer)|(contenido|artículo) (exclusivo|solo) para (suscriptores|socios)|suscríbete para (leer|seguir)|(conteúdo|matéria) exclusiv[oa] para assinantes|assine para (ler|continuar)|(contenuto )?riservat[oa] agli abbonati|abbonati per (leggere|continuare)|alleen voor abonnees|(доступ|доступно|доступен) только (для )?подписчик|только для подписчиков|有料会員(限定|登録|になると)|残り\d+文字|会員限定(記事|です)|(订阅|登录|付费|开通会员)后?(继续|可)?(阅读|查看)(全文|余下)|이 기사는 유료|유료회원 전용`)

	needsScript = regexp.MustCompile(`(?i)(enable|activate|turn on|requires?|needs?|without|aktivieren|activez|activer|activar|habilite|ative|abilita|включите|有効|启用|啟用)[^.]{0,60}java ?script|java ?script[^.]{0,60}(enabled?|required|disabled|aktivier|désactivé|activé|deshabilitado|desactivado|necess|無効|有効|必要|禁用|отключен)`)

	appRoot = regexp.MustCompile(`^(root|app|__next|__nuxt|__NEXT_DATA__|___gatsby|react-root|app-root|svelte|main-app|__NUXT_DATA__)$`)

	consent = regexp.MustCompile(`(?im)^\W*(before you continue|we (value|care about) your privacy|your privacy( choices| settings| matters)?|cookie (settings|preferences|consent|policy|notice)|consent|manage (your )?(cookies|consent)|we use cookies|privacy settings|log ?in|sign ?in|anmelden|einloggen|connexion|se connecter|iniciar sesión|entrar|login|accedi|войти|вход|ログイン|登录|登入|로그인|cookie-einstellungen|datenschutz-?einstellungen|einwilligung|gestion des cookies|nous respectons votre vie privée|valoramos tu privacidad)\b.{0,60}$`)
)
