package local_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"storybot/bot/discord/local"
)

// A person presses a button that a bot has put under a message. The bot here
// is two requests by hand; one of one's own would be given the address.
func ExampleServer_Press() {
	discord := local.New(local.Options{Token: "a.test.token", Name: "bot", Now: time.Now})
	web := httptest.NewServer(discord)
	defer web.Close()
	defer discord.Close()
	ann := discord.AddUser("ann")
	general := discord.AddChannel(discord.AddGuild("Readers", ann).ID, "general")
	bot := func(path, body string) {
		r, err := http.NewRequest("POST", web.URL+"/api/v9"+path, strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		r.Header.Set("Authorization", "Bot a.test.token")
		r.Header.Set("Content-Type", "application/json")
		resp, err := web.Client().Do(r)
		if err != nil {
			panic(err)
		}
		resp.Body.Close()
	}

	bot("/channels/"+general.ID+"/messages", `{"content":"Read on?","components":[{"type":1,"components":[
		{"type":2,"style":1,"label":"Yes","custom_id":"yes"}]}]}`)
	asked := discord.History(ann.ID, general.ID)[0]
	_, err := discord.Press(ann.ID, asked.ID, "no")
	fmt.Println(strings.ReplaceAll(err.Error(), asked.ID, "1"))

	i, err := discord.Press(ann.ID, asked.ID, "yes")
	if err != nil {
		panic(err)
	}
	bot("/interactions/"+i.ID+"/"+i.Token+"/callback", `{"type":4,"data":{"content":"Once upon a time","flags":64}}`)
	answer, err := discord.Response(context.Background(), i.ID)
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Content, answer.SeenBy == ann.ID)
	// Output:
	// local: message 1 has no component no
	// Once upon a time true
}
