package local

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A step is one request in a case of the documentation. check, if any, says
// what is wrong with the answer.
type step struct {
	method, path, body string
	status             int
	check              func(answer map[string]any) error
}

// has is a check that values are in the answer, by their paths.
func has(wants ...any) func(map[string]any) error {
	return func(answer map[string]any) error {
		for i := 0; i < len(wants); i += 2 {
			if got := at(answer, wants[i].(string)); fmt.Sprint(got) != fmt.Sprint(wants[i+1]) {
				return fmt.Errorf("%s is %v, want %v", wants[i], got, wants[i+1])
			}
		}
		return nil
	}
}

// at is a value deep in JSON; "#" is a list's length.
func at(value any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch in := value.(type) {
		case map[string]any:
			value = in[key]
		case []any:
			var i int
			if key == "#" {
				return len(in)
			}
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(in) {
				return nil
			}
			value = in[i]
		default:
			return nil
		}
	}
	return value
}

// Each case is named for the page and the heading that it is from. All
// requests and answers are held to the OpenAPI description too.
func TestConformance(t *testing.T) {
	const (
		messages = "/channels/$channel/messages"
		own      = messages + "/$own"
		said     = messages + "/$said"
		thumb    = "/reactions/%F0%9F%91%8D"
		row      = `{"type":1,"components":[{"type":2,"style":1,"label":"Go","custom_id":"go"}]}`
	)
	tests := []struct {
		name  string
		steps []step
	}{
		{"User: Get Current User", []step{{"GET", "/users/@me", "", 200, has("bot", true, "username", "testbot")}}},
		{"User: Get User", []step{{"GET", "/users/$ann", "", 200, has("username", "ann")}}},
		{"User: Get Current User Guilds", []step{
			{"GET", "/users/@me/guilds", "", 200, has("list.#", 1, "list.0.name", "Readers", "list.0.owner", false)},
			{"GET", "/users/@me/guilds?after=$guild", "", 200, has("list.#", 0)},
		}},
		{"User: Create DM", []step{{"POST", "/users/@me/channels", `{"recipient_id":"$ann"}`, 200, has("id", "$dm", "type", 1)}}},
		{"Application: Get Current Application", []step{
			{"GET", "/applications/@me", "", 200, has("name", "testbot")},
			{"GET", "/oauth2/applications/@me", "", 200, has("name", "testbot")},
		}},
		{"Guild: Get Guild", []step{
			{"GET", "/guilds/$guild", "", 200, has("owner_id", "$ann", "preferred_locale", "en-US", "roles.0.id", "$guild", "roles.#", 2)},
			{"GET", "/guilds/$guild?with_counts=true", "", 200, has("approximate_member_count", 2)},
		}},
		{"Guild: Get Guild Channels", []step{{"GET", "/guilds/$guild/channels", "", 200, has("list.#", 2, "list.0.name", "general", "list.1.type", 15)}}},
		{"Guild: Get Guild Member", []step{{"GET", "/guilds/$guild/members/$ann", "", 200, has("user.id", "$ann", "nick", nil)}}},
		{"Guild: Get Guild Roles", []step{{"GET", "/guilds/$guild/roles", "", 200, has("list.#", 2, "list.0.name", "@everyone", "list.1.tags.bot_id", "$app", "list.1.managed", true)}}},
		{"Guild: List Active Guild Threads", []step{{"GET", "/guilds/$guild/threads/active", "", 200, has("threads.#", 1, "threads.0.id", "$thread", "members.#", 0)}}},

		{"Channel: Get Channel", []step{
			{"GET", "/channels/$channel", "", 200, has("type", 0, "guild_id", "$guild", "name", "general")},
			{"GET", "/channels/$dm", "", 200, has("recipients.0.id", "$ann")},
			{"GET", "/channels/$thread", "", 200, has("parent_id", "$channel", "owner_id", "$ann", "thread_metadata.archived", false)},
			{"GET", "/channels/$forum", "", 200, has("type", 15)},
		}},
		{"Channel: Start Thread from Message", []step{
			{"POST", said + "/threads", `{"name":"talk","auto_archive_duration":60}`, 201, has("id", "$said", "type", 11, "member.user_id", "$app", "thread_metadata.auto_archive_duration", 60)},
			{"GET", said, "", 200, has("flags", FlagHasThread, "thread.name", "talk")},
			{"POST", said + "/threads", `{"name":"again"}`, 400, has("code", 160004)},
			{"GET", "/channels/$said/messages", "", 200, has("list.#", 1, "list.0.type", 21, "list.0.message_reference.message_id", "$said", "list.0.referenced_message.id", "$said")},
		}},
		{"Channel: Start Thread without Message", []step{
			{"POST", "/channels/$channel/threads", `{"name":"open","type":11}`, 201, has("type", 11)},
			{"POST", "/channels/$channel/threads", `{"name":"secret","invitable":false}`, 201, has("type", 12, "thread_metadata.invitable", false)},
			{"POST", "/channels/$channel/threads", `{"name":"` + strings.Repeat("n", 101) + `"}`, 400, has("code", 50035)},
			{"POST", "/channels/$channel/threads", `{"name":"n","auto_archive_duration":61}`, 400, has("code", 50035)},
		}},
		{"Channel: Start Thread in Forum or Media Channel", []step{
			{"POST", "/channels/$forum/threads", `{"name":"post","message":{"content":"first"}}`, 201, has("type", 11, "parent_id", "$forum", "message.content", "first")},
			{"POST", "/channels/$forum/threads", `{"name":"post","message":{}}`, 400, has("code", 50006)},
			{"GET", "/channels/$forum", "", 200, nil},
		}},
		{"Channel: thread members", []step{
			{"GET", "/channels/$thread/thread-members/$app", "", 404, has("code", 10007)},
			{"PUT", "/channels/$thread/thread-members/@me", "", 204, nil},
			{"GET", "/channels/$thread/thread-members/@me?with_member=true", "", 200, has("user_id", "$app", "member.user.id", "$app")},
			{"GET", "/channels/$thread/thread-members", "", 200, has("list.#", 2)},
			{"DELETE", "/channels/$thread/thread-members/@me", "", 204, nil},
			{"PUT", "/channels/$thread/thread-members/$ann", "", 204, nil},
			{"DELETE", "/channels/$thread/thread-members/$ann", "", 403, has("code", 50013)},
		}},
		{"Channel: Modify Channel, a thread of one's own", []step{
			{"POST", said + "/threads", `{"name":"talk"}`, 201, nil},
			{"PATCH", "/channels/$said", `{"name":"talked","archived":true}`, 200, has("name", "talked", "thread_metadata.archived", true)},
			{"GET", "/channels/$channel/threads/archived/public", "", 200, has("threads.#", 1, "has_more", false)},
			{"PATCH", "/channels/$said", `{"name":"n"}`, 400, has("code", 50083)},
			{"PUT", "/channels/$said/thread-members/$ann", "", 400, has("code", 50083)},
			{"POST", "/channels/$said/messages", `{"content":"opens it"}`, 200, nil},
			{"GET", "/channels/$said", "", 200, has("thread_metadata.archived", false, "message_count", 1)},
			{"PATCH", "/channels/$said", `{"locked":true}`, 403, has("code", 50013)},
			{"DELETE", "/channels/$said", "", 403, has("code", 50013)},
		}},

		{"Message: Create Message", []step{
			{"POST", messages, `{"content":"a","nonce":1234567890123456789}`, 200, has("author.id", "$app", "tts", false, "pinned", false)},
			{"POST", messages, `{"content":" "}`, 400, has("code", 50006)},
			{"POST", messages, `{"content":"a","flags":4100}`, 200, has("flags", FlagSuppressEmbeds|FlagSuppressNotifications)},
			{"POST", messages, `{"flags":4,"embeds":[{"title":"t"}]}`, 200, has("embeds.#", 0)},
			{"POST", messages, `{"components":[` + row + `]}`, 200, has("components.0.id", 1, "components.0.components.0.id", 2, "components.0.components.0.custom_id", "go")},
			{"POST", messages, `{"embeds":[{"title":" t ","color":16777215,"timestamp":"2026-11-26T00:00:00Z","thumbnail":{"url":"https://example.org/a.png"}}]}`, 200, has("embeds.0.title", "t", "embeds.0.type", "rich")},
			{"POST", messages, `{"embeds":[{"title":"t","timestamp":"yesterday"}]}`, 400, has("code", 50035)},
			{"POST", messages, `{"flags":32768,"components":[]}`, 400, has("code", 50035)},
		}},
		{"Message: Message Reference, replies", []step{
			{"POST", messages, `{"content":"a","message_reference":{"message_id":"$said"}}`, 200, has("type", 19, "referenced_message.id", "$said", "mentions.0.id", "$ann", "message_reference.channel_id", "$channel")},
			{"POST", messages, `{"content":"a","message_reference":{"message_id":"$said"},"allowed_mentions":{"replied_user":false}}`, 200, has("mentions.#", 0)},
			{"POST", messages, `{"content":"a","message_reference":{"message_id":"$said","channel_id":"$dm"}}`, 400, has("code", 50035)},
			{"POST", "/channels/$channel/threads", `{"name":"open","type":11}`, 201, nil},
		}},
		{"Message: Get Channel Messages", []step{
			{"GET", messages, "", 200, has("list.#", 3, "list.0.id", "$own", "list.2.id", "$said")},
			{"GET", messages + "?limit=1", "", 200, has("list.#", 1, "list.0.id", "$own")},
			{"GET", messages + "?before=$own&limit=2", "", 200, has("list.#", 2, "list.1.id", "$said")},
			{"GET", messages + "?after=$said&limit=1", "", 200, has("list.#", 1, "list.0.type", 18)},
			{"GET", messages + "?around=$said&limit=2", "", 200, has("list.1.id", "$said")},
			{"GET", messages + "?before=x", "", 400, has("code", 50035)},
			{"GET", messages + "?before=1&after=1", "", 400, has("code", 50035)},
		}},
		{"Message: reactions", []step{
			{"PUT", own + thumb + "/@me", "", 204, nil},
			{"PUT", own + thumb + "/@me", "", 204, nil},
			{"GET", own, "", 200, has("reactions.0.count", 1, "reactions.0.me", true, "reactions.0.emoji.name", "👍")},
			{"GET", own + thumb, "", 200, has("list.#", 1, "list.0.id", "$app")},
			{"GET", own + thumb + "?after=$app", "", 200, has("list.#", 0)},
			{"DELETE", own + thumb + "/@me", "", 204, nil},
			{"GET", own, "", 200, has("reactions", nil)},
		}},
		{"Message: Edit Message", []step{
			{"PATCH", own, `{"content":"b","embeds":[{"title":"t"}]}`, 200, has("content", "b", "embeds.#", 1)},
			{"PATCH", own, `{"content":null}`, 200, has("content", "", "embeds.#", 1)},
			{"PATCH", own, `{"content":"b"}`, 200, has("content", "b")},
			{"PATCH", own, `{"flags":4}`, 200, has("flags", FlagSuppressEmbeds, "embeds.#", 0, "content", "b")},
			{"PATCH", own, `{"flags":0}`, 200, has("flags", 0, "embeds.#", 1)},
			{"PATCH", own, `{"content":"<@$ann>"}`, 200, has("mentions.#", 1)},
			{"PATCH", own, `{"embeds":[]}`, 200, has("mentions.#", 1, "embeds.#", 0)},
			{"PATCH", own, `{"content":"<@$ann>","allowed_mentions":{"parse":[]}}`, 200, has("mentions.#", 0)},
			{"PATCH", own, `{"components":[` + row + `]}`, 200, has("components.#", 1)},
		}},
		{"Message: Delete Message", []step{
			{"POST", messages, `{"content":"a","message_reference":{"message_id":"$own"}}`, 200, has("referenced_message.id", "$own")},
			{"DELETE", own, "", 204, nil},
			{"GET", messages + "?limit=1", "", 200, func(answer map[string]any) error {
				reply := at(answer, "list.0").(map[string]any)
				if of, there := reply["referenced_message"]; !there || of != nil {
					return fmt.Errorf("a deleted message is referenced as %v", of)
				}
				return nil
			}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, true)
			c.follow(tt.steps, c.variables())
		})
	}
}

// follow makes the requests of a case.
func (c *client) follow(steps []step, v *strings.Replacer) {
	c.t.Helper()
	for _, s := range steps {
		c.clock.advance(time.Millisecond)
		status, answer := c.api(s.method, v.Replace(s.path), v.Replace(s.body))
		if status != s.status {
			c.t.Errorf("%s %s %s: %d %v, want %d", s.method, s.path, s.body, status, answer, s.status)
			continue
		}
		if s.check == nil {
			continue
		}
		// The wants of has may be variables too.
		text, err := json.Marshal(answer)
		must(c.t, err)
		var named map[string]any
		must(c.t, json.Unmarshal([]byte(unnamed(v, string(text))), &named))
		if err := s.check(named); err != nil {
			c.t.Errorf("%s %s %s: %v", s.method, s.path, s.body, err)
		}
	}
}

// unnamed writes ids as the variables that stand for them.
func unnamed(v *strings.Replacer, text string) string {
	for _, name := range []string{
		"$channel", "$dm", "$guild", "$ann", "$app", "$said", "$whispered", "$thread", "$forum", "$stranger", "$own",
	} {
		text = strings.ReplaceAll(text, `"`+v.Replace(name)+`"`, `"`+name+`"`)
	}
	return text
}
