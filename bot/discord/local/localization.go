package local

// fallbacks are the locales that stand in for others in commands: "Locale
// fallbacks".
var fallbacks = map[string]string{"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}

// inLanguage is a text in a locale, as far as it is translated.
func inLanguage(text string, translations map[string]string, locale string) string {
	for _, l := range []string{locale, fallbacks[locale]} {
		if t := translations[l]; t != "" {
			return t
		}
	}
	return text
}

// inLocale is the command as a person of a locale sees it.
func (c Command) inLocale(locale string) Command {
	c.Name = inLanguage(c.Name, c.NameLocalizations, locale)
	c.Description = inLanguage(c.Description, c.DescriptionLocalizations, locale)
	c.NameLocalizations, c.DescriptionLocalizations = nil, nil
	c.Options = optionsIn(c.Options, locale)
	return c
}

func optionsIn(options []CommandOption, locale string) []CommandOption {
	list := make([]CommandOption, 0, len(options))
	for _, o := range options {
		o.Name = inLanguage(o.Name, o.NameLocalizations, locale)
		o.Description = inLanguage(o.Description, o.DescriptionLocalizations, locale)
		o.NameLocalizations, o.DescriptionLocalizations = nil, nil
		o.Options = optionsIn(o.Options, locale)
		choices := make([]CommandChoice, 0, len(o.Choices))
		for _, choice := range o.Choices {
			choices = append(choices, choice.inLocale(locale))
		}
		o.Choices = choices
		list = append(list, o)
	}
	return list
}

func (c CommandChoice) inLocale(locale string) CommandChoice {
	return CommandChoice{Name: inLanguage(c.Name, c.NameLocalizations, locale), Value: c.Value}
}

// untranslated is the command in a list without translations: beside the
// default texts stand those of the reader's locale, where there are any.
func (c Command) untranslated(locale string) Command {
	c.NameLocalized = inLanguage("", c.NameLocalizations, locale)
	c.DescriptionLocalized = inLanguage("", c.DescriptionLocalizations, locale)
	c.NameLocalizations, c.DescriptionLocalizations = nil, nil
	c.Options = untranslated(c.Options, locale)
	return c
}

func untranslated(options []CommandOption, locale string) []CommandOption {
	list := make([]CommandOption, 0, len(options))
	for _, o := range options {
		o.NameLocalized = inLanguage("", o.NameLocalizations, locale)
		o.DescriptionLocalized = inLanguage("", o.DescriptionLocalizations, locale)
		o.NameLocalizations, o.DescriptionLocalizations = nil, nil
		o.Options = untranslated(o.Options, locale)
		choices := make([]CommandChoice, 0, len(o.Choices))
		for _, choice := range o.Choices {
			choice.NameLocalized = inLanguage("", choice.NameLocalizations, locale)
			choice.NameLocalizations = nil
			choices = append(choices, choice)
		}
		o.Choices = choices
		list = append(list, o)
	}
	return list
}
