package discord

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

// testTexts are the bot's texts. A key without a text fails the test.
func testTexts(t *testing.T) *texts {
	t.Helper()
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	all.missing = func(key string, err error) { t.Errorf("%s: %v", key, err) }
	return all
}

// A written text is one as it stands in a file, by its plural forms; "" is the form of
// a text that has none.
type written map[string]string

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// placeholders are the names of the values that a text wants, sorted.
func (w written) placeholders() []string {
	names := []string{}
	for _, form := range w {
		for _, found := range placeholder.FindAllStringSubmatch(form, -1) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// writtenTexts are the texts of all languages, by language and key.
func writtenTexts(t *testing.T) map[string]map[string]written {
	t.Helper()
	all := make(map[string]map[string]written)
	for _, p := range testTexts(t).languages {
		raw, err := textFiles.ReadFile(path.Join("texts", p.code+".toml"))
		if err != nil {
			t.Fatal(err)
		}
		var file map[string]any
		if err := toml.Unmarshal(raw, &file); err != nil {
			t.Fatal(err)
		}
		all[p.code] = make(map[string]written)
		for key, value := range file {
			forms := written{}
			switch v := value.(type) {
			case string:
				forms[""] = v
			case map[string]any:
				for form, text := range v {
					forms[form], _ = text.(string)
				}
			}
			all[p.code][key] = forms
		}
	}
	return all
}

func TestIn(t *testing.T) {
	all := testTexts(t)
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
		if got := all.in(c.locales...).code; got != c.want {
			t.Errorf("in(%q) is %s, want %s", c.locales, got, c.want)
		}
	}
}

func TestSay(t *testing.T) {
	all := testTexts(t)
	for _, c := range []struct{ got, want string }{
		{all.in("en").say("answer_page", "Page", 2, "Pages", 3), "Page 2 of 3"},
		{all.in("ko").say("answer_page", "Page", 2, "Pages", 3), "2/3쪽"},
		{all.in("en").say("summary_heading", "Title", "<b>{{.N}} & co</b>"), "Summary: <b>{{.N}} & co</b>"},
		{all.in("en").count("forget_answers", 1), "1 answer"},
		{all.in("en").count("forget_answers", 0), "0 answers"},
		{all.in("ko").count("forget_answers", 1), "답변 1개"},
		{all.in("ru").count("forget_answers", 1), "1 ответ"},
		{all.in("ru").count("forget_answers", 3), "3 ответа"},
		{all.in("ru").count("forget_answers", 11), "11 ответов"},
		{all.in("ru").count("forget_answers", 21), "21 ответ"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// A file more is a language more, in what the bot says, in its commands and in the choice of
// the language; what the file lacks is said in English.
func TestAnotherLanguage(t *testing.T) {
	files := fstest.MapFS{"texts/pt.toml": {Data: []byte(`
		language_name = "Português"
		command_ask_name = "perguntar"
		answer_incomplete = "A resposta está incompleta."`)}}
	for _, code := range []string{"en", "ko"} {
		name := "texts/" + code + ".toml"
		raw, err := textFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	all, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	all.missing = func(key string, _ error) { missing = append(missing, key) }
	p := all.in("pt-BR")
	got := []string{p.code, p.say("answer_incomplete"), p.say("button_next"), p.count("forget_answers", 2), p.say("no_such_key")}
	if want := []string{"pt", "A resposta está incompleta.", "▶", "2 answers", "no_such_key"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if want := []string{"button_next", "forget_answers", "no_such_key"}; !slices.Equal(missing, want) {
		t.Errorf("missing are %q, want %q", missing, want)
	}
	tree := commands(all)
	if name := (*tree[0].NameLocalizations)["pt-BR"]; name != "perguntar" {
		t.Errorf("the first command is %q in Portuguese", name)
	}
	language := findOption(t, tree, settingsCommand, languageSetting, languageOption)
	if choices := language.Choices; choices[len(choices)-1].Name != "Português" || choices[len(choices)-1].Value != "pt" {
		t.Errorf("the last choice of a language is %+v", choices[len(choices)-1])
	}
}

func TestBadTexts(t *testing.T) {
	good := &fstest.MapFile{Data: []byte(`a = "b"`)}
	for name, files := range map[string]fstest.MapFS{
		"no English":       {"texts/ko.toml": good},
		"no language":      {"texts/en.toml": good, "texts/what is this.toml": good},
		"not TOML":         {"texts/en.toml": good, "texts/ko.toml": {Data: []byte(`a = `)}},
		"unknown plurals":  {"texts/en.toml": good, "texts/tlh.toml": good},
		"nothing is there": {},
	} {
		if _, err := readTexts(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Every language has every text, with the same placeholders, and every form that a number
// can take in it.
func TestTextsAreWhole(t *testing.T) {
	all, inFiles := testTexts(t), writtenTexts(t)
	for code, texts := range inFiles {
		for key := range texts {
			if inFiles[english][key] == nil {
				t.Errorf("%s: %s is not in English", code, key)
			}
		}
		for key, original := range inFiles[english] {
			text := texts[key]
			if text == nil {
				t.Errorf("%s: %s is missing", code, key)
				continue
			}
			want := original.placeholders()
			if diff := cmp.Diff(want, text.placeholders()); diff != "" {
				t.Errorf("%s: placeholders of %s (-English +this):\n%s", code, key, diff)
			}
			if _, plain := text[""]; plain != (original[""] != "") {
				t.Errorf("%s: %s has plural forms in one language and none in another", code, key)
			}
			for form, s := range text {
				if s == "" || s != strings.TrimSpace(s) || strings.Contains(placeholder.ReplaceAllString(s, ""), "{{") {
					t.Errorf("%s: %s %s: %q", code, key, form, s)
				}
			}
			var args []any
			for _, name := range want {
				args = append(args, name, "v")
			}
			p := all.in(code)
			if text[""] != "" {
				if got := p.say(key, args...); got != placeholder.ReplaceAllString(text[""], "v") {
					t.Errorf("%s: %s says %q", code, key, got)
				}
				continue
			}
			for n := range 125 {
				if got := p.count(key, n, args...); !strings.Contains(got, strconv.Itoa(n)) || strings.Contains(got, "<no value>") {
					t.Errorf("%s: %s of %d says %q", code, key, n, got)
				}
			}
		}
	}
}

// Nothing is longer than Discord takes where it is shown.
func TestTextsFit(t *testing.T) {
	all := testTexts(t)
	type limit struct {
		prefix string
		max    int
	}
	limits := []limit{ // the first that fits a key holds
		{"button_", 80}, {"placeholder_", 150}, {"modal_", 45}, {"field_", 45}, {"choice_", 100},
		{"presence_", 128}, {"owner_", maxContent - 1000}, {"", 300},
	}
	for code, texts := range writtenTexts(t) {
		for key, text := range texts {
			max := limits[slices.IndexFunc(limits, func(l limit) bool { return strings.HasPrefix(key, l.prefix) })].max
			for _, form := range text {
				if n := length(form); n > max {
					t.Errorf("%s: %s has %d characters, %d are the most", code, key, n, max)
				}
			}
			if strings.HasPrefix(key, "error_") && key != "error_with_id" {
				p := all.in(code)
				note := p.say("error_with_id", "Text", placeholder.ReplaceAllString(text[""], strconv.Itoa(bot.MaxQuestion)), "ID", snowflake(1<<63).short())
				if n := length(note); n > maxNote {
					t.Errorf("%s: %s has %d characters as a note, %d are the most", code, key, n, maxNote)
				}
			}
		}
	}
}

// What texts call a command, a menu or an option is what people see it called.
func TestTextsNameCommands(t *testing.T) {
	code := regexp.MustCompile("`/([^`]+)`")
	named := 0
	for _, p := range testTexts(t).languages {
		names := map[string]bool{}
		for _, c := range commands(p.texts) {
			name := shown(p, c.Name, c.NameLocalizations)
			names[name] = true
			for _, o := range c.Options {
				names[name+" "+shown(p, o.Name, &o.NameLocalizations)] = true
			}
		}
		for key, text := range writtenTexts(t)[p.code] {
			for _, form := range text {
				for _, found := range code.FindAllStringSubmatch(form, -1) {
					if named++; !names[found[1]] {
						t.Errorf("%s: %s names the command /%s", p.code, key, found[1])
					}
				}
			}
		}
		if menu := p.say("command_ask_menu_name"); !strings.Contains(p.say("help_ask"), menu) {
			t.Errorf("%s: help does not name %q", p.code, menu)
		}
		if option := p.say("option_private_name"); !strings.Contains(p.say("help_privacy"), "`"+option+"`") {
			t.Errorf("%s: help does not name %q", p.code, option)
		}
	}
	if named == 0 {
		t.Error("no text names a command")
	}
}

// The program asks for texts that there are, with the values that they want.
func TestSaidTexts(t *testing.T) {
	texts := writtenTexts(t)[english]
	for _, s := range sayings(t) {
		text := texts[s.key]
		if text == nil {
			t.Errorf("%s: there is no text %s", s.at, s.key)
			continue
		}
		want := text.placeholders()
		if s.counts {
			want = slices.DeleteFunc(want, func(name string) bool { return name == "N" })
		}
		if s.counts == (text[""] != "") {
			t.Errorf("%s: %s is counted, or else has plural forms, but not both", s.at, s.key)
		}
		if s.spread { // the values are not to be seen here
			continue
		}
		if diff := cmp.Diff(want, s.names); diff != "" {
			t.Errorf("%s: values of %s (-wanted +given):\n%s", s.at, s.key, diff)
		}
	}
}

// Every text is said somewhere: its key stands in the program, or it is a command's.
func TestTextsAreSaid(t *testing.T) {
	used := map[string]bool{"language_name": true}
	for literal := range literals(t) {
		used[literal] = true
	}
	var idle []string
	for key := range writtenTexts(t)[english] {
		if !used[key] && !ofCommand(key) {
			idle = append(idle, key)
		}
	}
	slices.Sort(idle)
	if len(idle) > 0 {
		t.Errorf("texts that nothing says: %q", idle)
	}
}

// ofCommand reports whether a key is for the commands, which make keys of their names; what
// is left over of those TestCommandTexts finds.
func ofCommand(key string) bool {
	return slices.ContainsFunc([]string{"command_", "option_", "choice_"}, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

// A saying is a call of say or count with the key in it.
type saying struct {
	at     string
	key    string
	counts bool
	names  []string // of the values, sorted
	spread bool     // the values come as args...
}

// sayings are all in the package's source.
func sayings(t *testing.T) (list []saying) {
	t.Helper()
	inspect(t, func(at string, node ast.Node) {
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || method.Sel.Name != "say" && method.Sel.Name != "count" {
			return
		}
		key, ok := literal(call.Args[0])
		if !ok {
			return
		}
		s := saying{at: at, key: key, counts: method.Sel.Name == "count", names: []string{}, spread: call.Ellipsis.IsValid()}
		values := call.Args[1:]
		if s.counts {
			values = values[1:]
		}
		if !s.spread && len(values)%2 != 0 {
			t.Errorf("%s: names and values of %s are not in pairs", at, key)
		}
		for i := 0; i < len(values); i += 2 {
			name, _ := literal(values[i])
			s.names = append(s.names, name)
		}
		slices.Sort(s.names)
		list = append(list, s)
	})
	return list
}

// literals are all strings in the package's source. One that looks like a key has to be one:
// keys may be put into variables.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	texts := writtenTexts(t)[english]
	prefixes := map[string]bool{}
	for key := range texts {
		prefix, _, _ := strings.Cut(key, "_")
		prefixes[prefix] = true
	}
	word := regexp.MustCompile(`^(` + strings.Join(slices.Sorted(maps.Keys(prefixes)), "|") + `)(_[a-z0-9]+)+$`)
	all := map[string]bool{}
	inspect(t, func(at string, node ast.Node) {
		expression, ok := node.(ast.Expr)
		if !ok {
			return
		}
		if text, ok := literal(expression); ok {
			all[text] = true
			if word.MatchString(text) && texts[text] == nil && !strings.HasPrefix(at, "commands.go:") {
				t.Errorf("%s: %q looks like the key of a text, and there is none", at, text)
			}
		}
	})
	return all
}

func literal(e ast.Expr) (string, bool) {
	basic, ok := e.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(basic.Value)
	return text, err == nil
}

// inspect shows each node of the package's source, tests aside, and where it is.
func inspect(t *testing.T, see func(at string, node ast.Node)) {
	t.Helper()
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if node != nil {
				see(files.Position(node.Pos()).String(), node)
			}
			return true
		})
	}
}
