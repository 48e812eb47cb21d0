package local_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"storybot/bot/discord/local"
)

// A bot's first message is lost on the way back: it is there, and the bot
// does not know.
func ExampleServer_SetFaults() {
	discord := local.New(local.Options{Token: "a.test.token", Name: "bot", Now: time.Now})
	defer discord.Close()
	web := httptest.NewServer(discord)
	defer web.Close()
	general := discord.AddChannel(discord.AddGuild("Readers").ID, "general")

	discord.SetFaults(local.Faults{Request: func(method, path string) local.RequestFault {
		return local.RequestFault{Status: http.StatusBadGateway, Served: true}
	}})
	r, err := http.NewRequest("POST", web.URL+"/api/v10/channels/"+general.ID+"/messages", strings.NewReader(`{"content":"Hello"}`))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bot a.test.token")
	r.Header.Set("Content-Type", "application/json")
	resp, err := web.Client().Do(r)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	for _, m := range discord.Messages(general.ID) {
		fmt.Println(m.Content)
	}
	// Output:
	// 502 Bad Gateway
	// Hello
}
