package discord

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	numbers "golang.org/x/text/message"
)

// textFiles has one file a language, named by its BCP 47 code: a file more is a
// language more.
//
//go:embed texts/*.toml
var textFiles embed.FS

// english is the language of those whose own is not there, and the one that has every
// text.
const english = "en"

// texts are the words of the bot in all languages that it speaks.
type texts struct {
	languages []*phrases // by code
	spoken    sync.Map   // *phrases by locale, nil among them: a locale's name takes a while to read
	english   *phrases
	// missing hears of a key without a text, which is a mistake in the program: people see
	// the key then.
	missing func(key string, err error)
}

// phrases are the texts in one language.
type phrases struct {
	code      string // of the language, as "ko"
	tag       language.Tag
	texts     *texts
	localizer *i18n.Localizer
}

// loadTexts reads the texts. It fails when a file is not what it has to be, which a
// test rules out for those in the binary.
func loadTexts() (*texts, error) { return readTexts(textFiles) }

func readTexts(from fs.FS) (*texts, error) {
	files, err := fs.Glob(from, "texts/*.toml")
	if err != nil {
		return nil, err
	}
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	t := &texts{missing: func(string, error) {}}
	for _, file := range files {
		raw, err := fs.ReadFile(from, file)
		if err != nil {
			return nil, err
		}
		code := strings.TrimSuffix(path.Base(file), ".toml")
		tag, err := language.Parse(code)
		if err != nil {
			return nil, fmt.Errorf("discord: the name of %s is no language's code: %w", file, err)
		}
		if _, err := bundle.ParseMessageFileBytes(raw, file); err != nil {
			return nil, fmt.Errorf("discord: %s: %w", file, err)
		}
		p := &phrases{code: code, tag: tag, texts: t, localizer: i18n.NewLocalizer(bundle, code)}
		t.languages = append(t.languages, p)
		if code == english {
			t.english = p
		}
	}
	if t.english == nil {
		return nil, fmt.Errorf("discord: there is no texts/%s.toml", english)
	}
	return t, nil
}

// in is the first of the locales that the bot speaks, else English. A locale is a BCP 47
// code or one of Discord's, as "en-US"; "" is passed over.
func (t *texts) in(locales ...string) *phrases {
	for _, locale := range locales {
		if p := t.speaks(locale); p != nil {
			return p
		}
	}
	return t.english
}

// speaks is the language of a locale: that very one, or else the one that shares its base
// language, as "en" does with "en-GB"; nil when there is none.
func (t *texts) speaks(locale string) *phrases {
	if p, known := t.spoken.Load(locale); known {
		return p.(*phrases)
	}
	p := t.find(locale)
	if len(locale) <= maxLocale { // Discord has some thirty
		t.spoken.Store(locale, p)
	}
	return p
}

// maxLocale bounds the names that are remembered, in bytes.
const maxLocale = 12

func (t *texts) find(locale string) *phrases {
	tag, err := language.Parse(locale)
	if err != nil {
		return nil
	}
	base, _ := tag.Base()
	var near *phrases
	for _, p := range t.languages {
		if p.tag == tag {
			return p
		}
		if b, _ := p.tag.Base(); near == nil && b == base {
			near = p
		}
	}
	return near
}

// say is the text of a key, with the values of its placeholders: say("scope", "Channels",
// list) fills in {{.Channels}}. Values are put in as they are: whoever says what a story or
// a person wrote has escaped it for Discord.
func (p *phrases) say(key string, args ...any) string {
	return p.text(&i18n.LocalizeConfig{MessageID: key, TemplateData: values(args)})
}

// count is the text of a key in the plural form that n takes. n is the placeholder {{.N}}; the
// others are as in say.
func (p *phrases) count(key string, n int, args ...any) string {
	data := values(args)
	data["N"] = n
	return p.text(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: n})
}

// text falls back on English, where a key is missing in a language.
func (p *phrases) text(c *i18n.LocalizeConfig) string {
	text, err := p.localizer.Localize(c)
	if err != nil {
		p.texts.missing(c.MessageID, err)
	}
	if text == "" {
		return c.MessageID
	}
	return text
}

// number is a number as the language writes it: 12,000.
func (p *phrases) number(n int) string { return numbers.NewPrinter(p.tag).Sprint(n) }

// values makes a map of names and values in turn.
func values(args []any) map[string]any {
	data := make(map[string]any, len(args)/2+1)
	for i := 0; i+1 < len(args); i += 2 {
		data[fmt.Sprint(args[i])] = args[i+1]
	}
	return data
}
