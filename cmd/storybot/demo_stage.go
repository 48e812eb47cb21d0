package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"

	"storybot/bot/discord/local"
	"storybot/bot/discord/local/web"
)

// A stage is a local Discord with a server, people and our bot's application in it, and
// its page.
type stage struct {
	*local.Server
	http.Handler
	bot   *witness
	token string
	ask   func() bool // the bot has registered its commands
}

// ServeHTTP serves the page, and the API to the bot.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.Handler.ServeHTTP(w, r) }

// Ready waits until the bot is online and has registered its commands.
func (s *stage) Ready(ctx context.Context) error {
	if err := s.Online(ctx); err != nil {
		return err
	}
	return s.Wait(ctx, s.ask)
}

func (p *program) newStage(lib *library, known []string, log *slog.Logger) *stage {
	token := rand.Text() // nobody else's bot is let in
	d := local.New(local.Options{Token: token, Name: "storybot", Privileged: true, KeepRequests: 1000})
	// Whoever owns a server may do anything in it: neither of the two does.
	owner, member, moderator := d.AddUser("owner"), d.AddUser("mina"), d.AddUser("max")
	guild := d.AddGuild("Story readers", owner, member, moderator)
	d.AddChannel(guild.ID, "stories")
	hidden := d.AddChannel(guild.ID, "moderators")
	d.AddForum(guild.ID, "questions")
	// All of them are there, so none of these fails.
	role, _ := d.AddRole(guild.ID, "Moderators", local.PermManageGuild|local.PermManageMessages|local.PermManageThreads)
	d.Grant(guild.ID, moderator.ID, role.ID)
	d.SetOverwrite(hidden.ID, local.Overwrite{ID: guild.ID, Deny: local.PermViewChannel})
	for _, sees := range []string{role.ID, guild.BotRole} {
		d.SetOverwrite(hidden.ID, local.Overwrite{ID: sees, Allow: local.PermViewChannel})
	}
	s := &stage{Server: d, token: token, bot: newWitness(p.botConfig(lib, log))}
	s.ask = func() bool { return len(d.Commands(""))+len(d.Commands(guild.ID)) > 0 }
	page := web.New(web.Config{
		Discord: d, Guild: guild.ID, Model: p.modelName(), Explain: s.bot.explain,
		People:    []web.Person{{User: member}, {User: moderator, Moderator: true}},
		Questions: demoQuestions(p.settings.hasModel()), Stories: known,
	})
	mux := http.NewServeMux()
	mux.Handle("/api/", d)
	mux.Handle("/attachments/", d)
	mux.Handle("/socket", d)
	mux.Handle("/socket/", d)
	mux.Handle("/", page)
	s.Handler = mux
	return s
}

// demoQuestions are examples on the bundled story, by language. In another language than
// the story's only a model can answer.
func demoQuestions(hasModel bool) map[string][]string {
	questions := map[string][]string{"en": {
		"What did Peskov say about choosing between the two Koreas?",
		"When did Putin visit North Korea?",
		"What did China say?",
	}}
	if hasModel {
		questions["ko"] = []string{"페스코프는 남북한 중 하나를 선택하는 것에 대해 뭐라고 말했나요?", "푸틴은 언제 북한을 방문했나요?", "중국은 뭐라고 말했나요?"}
		questions["ru"] = []string{"Что сказал Песков о выборе между двумя Кореями?", "Когда Путин посетил Северную Корею?", "Что сказал Китай?"}
	}
	return questions
}
