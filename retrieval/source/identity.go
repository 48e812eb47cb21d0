package source

import (
	"regexp"
	"strings"

	"storybot/retrieval"
	"storybot/retrieval/source/extract"
)

// keyed names entries of a feed, each once, by what tells them from others, or as the
// story that is known of them.
func keyed(entries []extract.Entry, known map[string]retrieval.Story) []extract.Entry {
	keys := make(map[string]string) // of the stories, by what tells them from others
	for key, s := range known {
		name := withoutSession(key)
		if other, ok := keys[name]; !ok || s.CheckedAt.After(known[other].CheckedAt) || s.CheckedAt.Equal(known[other].CheckedAt) && key < other {
			keys[name] = key
		}
	}
	var all []extract.Entry
	seen := make(map[string]bool)
	for _, e := range entries {
		e.Key = withoutSession(e.Key)
		if key, ok := keys[e.Key]; ok {
			e.Key = key
		}
		if !seen[e.Key] {
			seen[e.Key] = true
			all = append(all, e)
		}
	}
	return all
}

// withoutSession is an address without the sessions of visits, of which some sites put
// another into their links each time; what statistics go by extract leaves out. Any other
// text is as it was.
func withoutSession(address string) string {
	if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		return address
	}
	address, fragment, hasFragment := strings.Cut(address, "#")
	page, query, _ := strings.Cut(address, "?")
	page = sessionInPath.ReplaceAllString(page, "")
	var kept []string
	for parameter := range strings.SplitSeq(query, "&") {
		if parameter != "" && !session.MatchString(parameter) {
			kept = append(kept, parameter)
		}
	}
	if len(kept) > 0 {
		page += "?" + strings.Join(kept, "&")
	}
	if hasFragment {
		page += "#" + fragment
	}
	return page
}

// What names a session. "sid" does only where it looks like one: some sites have it name
// the story.
var (
	sessionInPath = regexp.MustCompile(`(?i);jsessionid=[^/;]*`)
	session       = regexp.MustCompile(`(?i)^((phpsessid|jsessionid|aspsessionid[a-z]*)=.*|sid=[0-9a-z]{20,})$`)
)
