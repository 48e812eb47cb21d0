package llm

import (
	"strings"
	"time"
	"unicode"

	"github.com/sashabaranov/go-openai"

	"storybot/prompts"
)

// A reply is what has come of a model's answer.
type reply struct {
	write   func(text string)
	silence *time.Timer // ends the call; stopped by the first chunk

	began    bool // a chunk with a choice has come
	thoughts thoughts
	text     strings.Builder
	refusal  strings.Builder
	finish   openai.FinishReason // "" until the model has stopped
	usage    prompts.Usage
}

// add takes in the next chunk. Fields of reasoning (reasoning_content of
// llama.cpp and DeepSeek, reasoning of Ollama and vLLM) are not read.
func (r *reply) add(chunk openai.ChatCompletionStreamResponse) {
	r.silence.Stop()
	if chunk.Usage != nil {
		r.usage = prompts.Usage{PromptTokens: chunk.Usage.PromptTokens, CompletionTokens: chunk.Usage.CompletionTokens}
	}
	if len(chunk.Choices) == 0 {
		return
	}
	choice := chunk.Choices[0]
	r.began = true
	r.refusal.WriteString(choice.Delta.Refusal)
	if choice.FinishReason != "" {
		r.finish = choice.FinishReason
	}
	text := r.thoughts.strip(choice.Delta.Content)
	r.text.WriteString(text)
	if text != "" {
		r.write(text)
	}
}

func (r *reply) completion() prompts.Completion {
	return prompts.Completion{
		Text:      r.text.String(),
		Truncated: r.finish != openai.FinishReasonStop,
		Usage:     r.usage,
	}
}

const (
	thinkTag    = "<think>"
	thinkEndTag = "</think>"
)

// thoughts strips what a reasoning model thinks aloud before its answer, where
// the server does not set it apart, and the white space before it.
type thoughts struct {
	held string // may be the beginning of a tag; thinkTag and such a beginning inside of thoughts
	over bool
}

// strip returns the part of the next piece of text that is answer.
func (t *thoughts) strip(piece string) string {
	if t.over {
		return piece
	}
	t.held = strings.TrimLeftFunc(t.held+piece, unicode.IsSpace)
	if strings.HasPrefix(thinkTag, t.held) {
		return ""
	}
	thought, found := strings.CutPrefix(t.held, thinkTag)
	if !found {
		t.over = true
		return t.held
	}
	_, answer, found := strings.Cut(thought, thinkEndTag)
	t.over = found
	t.held = thinkTag + thought[max(0, len(thought)-len(thinkEndTag)):]
	return answer
}
