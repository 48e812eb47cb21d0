package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"storybot/bot/llm"
	"storybot/prompts"
)

// slowModel is from when a model keeps people waiting: half of what 'storybot ask' gives
// it goes by before it begins.
const slowModel = 5 * time.Second

// client is a client that gives up when the examination does.
func (p *program) client(model string) *llm.Client {
	s := p.settings
	return llm.New(llm.Config{
		BaseURL: s.OpenAIBaseURL, APIKey: s.OpenAIKey, Model: model,
		FirstTokenTimeout: examinationLimit, Timeout: examinationLimit, ConnectTimeout: examinationLimit / 2,
	})
}

// examineModels has the model answer a question about a story of two sentences, and the
// judge, if there is one, judge a statement.
func (p *program) examineModels(ctx context.Context) []finding {
	if !p.settings.hasModel() {
		return []finding{well("model", "none is configured: answers are quotes")}
	}
	var judge []finding
	var judging sync.WaitGroup
	if p.settings.JudgeModel != "" {
		judging.Go(func() { judge = []finding{p.examineJudge(ctx)} })
	}
	e := p.client(p.settings.OpenAIModel).Examine(ctx, prompts.Answer("When did the harbour reopen?", "en", []prompts.Passage{
		{Number: 1, Story: "Ferry strike ends", Text: "The harbour reopened on Monday, said the mayor Ana Ruiz. The ferries sail again."},
	}))
	judging.Wait()
	server := p.serverFinding(e)
	switch {
	case server.Status == statusBroken || errors.Is(e.Err, llm.ErrRateLimited): // the rest follows from it
		return []finding{server}
	case e.Err != nil && !errors.Is(e.Err, llm.ErrTimeout):
		return append([]finding{server, p.modelFinding(e)}, judge...)
	}
	return append([]finding{server, p.modelFinding(e), formatFinding(e), speedFinding(e)}, judge...)
}

// serverFinding tells whether the server is there and lets us in.
func (p *program) serverFinding(e llm.Examination) finding {
	const check = "model server"
	address := p.modelAddress()
	for _, err := range []error{e.Err, e.ListErr} {
		switch {
		case errors.Is(err, llm.ErrUnreachable):
			return broken(check, said(err), "Start the model's server, correct OPENAI_BASE_URL, or open the way to it in the firewall.")
		case errors.Is(err, llm.ErrUnauthorized):
			return broken(check, said(err), "Set OPENAI_API_KEY, or what OPENAI_API_KEY_FILE names, to a key of that server.")
		}
	}
	switch {
	case errors.Is(e.Err, llm.ErrTimeout) && errors.Is(e.ListErr, llm.ErrTimeout):
		return broken(check, fmt.Sprintf("%s said nothing within %v", address, examinationLimit), "Start the model's server anew, correct OPENAI_BASE_URL, or open the way to it in the firewall.")
	case errors.Is(e.Err, llm.ErrRateLimited):
		return doubtful(check, said(e.Err), "Wait, or see to the account at the server; answers are quotes until then.")
	case errors.Is(e.Err, llm.ErrServer):
		return broken(check, said(e.Err), "Look into the server's own log, and start it anew.")
	case errors.Is(e.Err, llm.ErrBadReply):
		return broken(check, said(e.Err), "Set OPENAI_BASE_URL to the address of the API; for most servers it ends in /v1.")
	case e.ListErr != nil:
		return doubtful(check, address+" does not list its models: "+said(e.ListErr), "Not every server does; if the model does not answer either, check OPENAI_BASE_URL.")
	}
	return well(check, address+" answers")
}

// modelAddress is the server's address without what may be secret in it.
func (p *program) modelAddress() string {
	if p.settings.OpenAIBaseURL == "" {
		return "OpenAI"
	}
	u, err := url.Parse(p.settings.OpenAIBaseURL)
	if err != nil {
		return "the server" // unreachable: readSettings has parsed it
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// modelFinding tells whether the model exists.
func (p *program) modelFinding(e llm.Examination) finding {
	const check = "model"
	name := p.settings.OpenAIModel
	if e.Model != "" {
		name = e.Model
	}
	switch {
	case errors.Is(e.Err, llm.ErrUnknownModel):
		return broken(check, "the server has no model "+name+choice(e.Models), "Set OPENAI_MODEL to one that it has; with Ollama pull it first: ollama pull "+name)
	case e.Err != nil && !errors.Is(e.Err, llm.ErrTimeout):
		return broken(check, name+": "+said(e.Err), "Choose another model by OPENAI_MODEL, or see the server's log.")
	case len(e.Models) > 0 && !e.Lists(name):
		return doubtful(check, name+" is not one that the server lists"+choice(e.Models), "Set OPENAI_MODEL to one of them; some servers answer with whatever they have.")
	}
	return well(check, name)
}

// maxModels is how many models are named.
const maxModels = 5

func choice(models []string) string {
	switch {
	case len(models) == 0:
		return ""
	case len(models) > maxModels:
		return fmt.Sprintf(" (it has %s and %d more)", strings.Join(models[:maxModels], ", "), len(models)-maxModels)
	}
	return " (it has " + strings.Join(models, ", ") + ")"
}

// formatFinding tells how the model is held to JSON, and whether it kept to it.
func formatFinding(e llm.Examination) finding {
	const check = "model JSON"
	if e.Err == nil {
		var reader prompts.Reader
		reader.Write(e.Reply)
		if _, err := reader.Close(); err != nil {
			return doubtful(check, "the model's answer to a question to try it was not of the form that it was asked for: "+said(err),
				"Choose a larger model, or a server that holds models to a JSON schema; until then many answers will be quotes.")
		}
	}
	switch e.Format {
	case "json_schema":
		return well(check, "the server takes a JSON schema")
	case "json_object":
		return doubtful(check, "the server takes no JSON schema, only json_object: more replies will be of no use", "A newer version of the server may take one; it works without.")
	}
	return doubtful(check, "the server takes no response_format: the model is asked for JSON in words alone", "A newer version of the server may take a JSON schema; it works without, if the model heeds what it is told.")
}

// speedFinding tells how long a reader waits.
func speedFinding(e llm.Examination) finding {
	const check = "model speed"
	after := fmt.Sprint("the first words of an answer came after ", e.FirstToken.Round(time.Millisecond))
	const mend = "Ask again once it has loaded. If it stays so choose a smaller model; 'storybot ask' takes --timeout 2m, in Discord it has ten minutes."
	switch {
	case e.FirstToken == 0 && e.Err != nil:
		return doubtful(check, fmt.Sprintf("no answer to a short question within %v", examinationLimit), mend)
	case e.FirstToken > slowModel:
		return doubtful(check, after, mend)
	}
	return well(check, after)
}

// examineJudge has the second model judge a statement.
func (p *program) examineJudge(ctx context.Context) finding {
	const check = "judge"
	name := p.settings.JudgeModel
	e := p.client(name).Examine(ctx, prompts.Judge([]prompts.Judged{{Statement: "The harbour reopened on Monday.", Quotes: []string{"The harbour reopened on Monday"}}}))
	_, unusable := prompts.ParseJudgement(e.Reply, 1)
	switch {
	case errors.Is(e.Err, llm.ErrUnknownModel):
		return broken(check, "the server has no model "+name+choice(e.Models), "Set STORYBOT_JUDGE_MODEL to one that it has, or take it away.")
	case e.Err != nil:
		return doubtful(check, name+": "+said(e.Err), "Until it answers, quotes stand beside all statements. Mend the server, or take STORYBOT_JUDGE_MODEL away.")
	case unusable != nil:
		return doubtful(check, name+" gave no judgement: "+said(unusable), "Set STORYBOT_JUDGE_MODEL to a larger model, or take it away.")
	}
	return well(check, name+" judges")
}
