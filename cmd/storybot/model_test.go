package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

// The story that models are asked about; its one paragraph is number 1 in
// every prompt.
const (
	harbour  = "The harbour of Odda was closed on Monday, the mayor Ana Ruiz said. A storm had sunk 2 boats in it."
	question = "When was the harbour of Odda closed?"
	closed   = "The harbour of Odda was closed on Monday, the mayor Ana Ruiz said."
)

// written is a model's reply with one statement.
func written(paragraph int, quote, text string) string {
	return reply(true, map[string]any{"evidence": []any{map[string]any{"paragraph": paragraph, "quote": quote}}, "text": text})
}

func reply(answerable bool, statements ...any) string {
	if statements == nil {
		statements = []any{}
	}
	text, _ := json.Marshal(map[string]any{"answerable": answerable, "statements": statements})
	return string(text)
}

// completing is a server whose model replies with the text.
func completing(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{
			"choices": []any{map[string]any{
				"finish_reason": "stop", "message": map[string]any{"role": "assistant", "content": text},
			}},
			"usage": map[string]any{"prompt_tokens": 700, "completion_tokens": 30},
		})
	}
}

// failing is a server that answers with the status and, as servers do, with
// the key that it was sent.
func failing(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": "refused: " + r.Header.Get("Authorization")}})
	}
}

// hanging is a server that never answers.
func hanging(_ http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // else the end of the connection goes unnoticed
	<-r.Context().Done()
}

func html(w http.ResponseWriter, _ *http.Request) {
	io.WriteString(w, "<!DOCTYPE html><title>Welcome to nginx!</title>")
}

// strictServer refuses response_format, as old servers do.
func strictServer(w http.ResponseWriter, r *http.Request) {
	if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), `"response_format"`) {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error": {"message": "unknown parameter: response_format", "param": "response_format"}}`)
		return
	}
	completing(written(1, closed, closed))(w, r)
}

// TestModel asks with a model of every kind. Whatever it does there is an
// answer, cited, and status 0.
func TestModel(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", harbour+"\n")
	succeed(t, nil, "sources", "add", "--title", "The harbour", "harbour.txt")

	type outcome struct {
		Mode     bot.Mode
		Fallback bot.Fallback
		Removed  int
	}
	good := outcome{bot.ModelMode, bot.NoFallback, 0}
	failed := outcome{bot.QuoteMode, bot.ModelFailed, 0}
	removed := outcome{bot.QuoteMode, bot.AllRemoved, 1}
	for _, tt := range []struct {
		name   string
		server http.HandlerFunc
		want   outcome
		stderr string // part of what is said about the model; "" for not a word
	}{
		{"answers well", completing(written(1, closed, "The harbour of Odda was closed on Monday.")), good, ""},
		{"thinks aloud", completing("<think>Hm.</think>\n```json\n" + written(1, closed, closed) + "\n```"), good, ""},
		{"refuses response_format", strictServer, good, ""},
		{"invents a quote", completing(written(1, "The harbour of Odda was closed on Friday, the mayor said.", closed)), removed, ""},
		{"cites a wrong paragraph", completing(written(7, closed, closed)), removed, ""},
		{"cites paragraph 0", completing(written(0, closed, closed)), removed, ""},
		{"changes a number", completing(written(1, "A storm had sunk 2 boats in it.", "A storm had sunk 3 boats in it.")), removed, ""},
		{"changes a name", completing(written(1, closed, "The harbour of Odda was closed on Monday, the mayor Eva Ruiz said.")), removed, ""},
		{"adds an address", completing(written(1, closed, closed+" See https://example.org.")), removed, ""},
		{"mentions everyone", completing(written(1, closed, "@everyone "+closed)), removed, ""},
		{"gives no evidence", completing(reply(true, map[string]any{"evidence": []any{}, "text": closed})), removed, ""},
		{"says nothing", completing(reply(true)), outcome{bot.QuoteMode, bot.AllRemoved, 0}, ""},
		{"writes prose", completing("The harbour was closed on Friday."), failed, "holds no JSON object"},
		{"does not accept the key", failing(http.StatusUnauthorized), failed, "check OPENAI_API_KEY"},
		{"does not know the model", failing(http.StatusNotFound), failed, "check OPENAI_MODEL"},
		{"has had enough", failing(http.StatusTooManyRequests), failed, "too many requests"},
		{"breaks down", failing(http.StatusInternalServerError), failed, "has failed or is overloaded"},
		{"hangs", hanging, failed, "took too long"},
		{"sends HTML", html, failed, "check OPENAI_BASE_URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.server)
			defer server.Close()
			environ := []string{"OPENAI_BASE_URL=" + server.URL + "/v1", "OPENAI_MODEL=test", "OPENAI_API_KEY=" + secretKey}
			got := succeed(t, environ, "ask", "--json", "--timeout", "3s", "--story", "The harbour", question)
			var answer bot.Answer
			decode(t, got.stdout, &answer)
			if diff := cmp.Diff(tt.want, outcome{answer.Mode, answer.Fallback, len(answer.Removed)}); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, got.stdout)
			}
			checkCited(t, answer)
			if tt.stderr == "" && got.stderr != "" || strings.Count(got.stderr, "model failed") > 1 || !strings.Contains(got.stderr, tt.stderr) {
				t.Errorf("stderr: %s", got.stderr)
			}
		})
	}
}

// checkCited holds that something is answered, and that every statement has a
// quote that stands in the paragraph.
func checkCited(t *testing.T, answer bot.Answer) {
	t.Helper()
	if answer.Status != bot.Answered {
		t.Errorf("status %s", answer.Status)
	}
	for _, s := range answer.Statements {
		if len(s.Citations) == 0 {
			t.Errorf("no citation: %s", s.Text)
		}
	}
	for _, c := range answer.Citations {
		if c.Story != "The harbour" || c.Paragraph != 1 || c.Text != harbour || c.Quote == "" || !strings.Contains(c.Text, c.Quote) {
			t.Errorf("citation %+v", c)
		}
	}
}

// TestModelInText reads what a person reads: the model's words with their
// quote, or a note that these are not the model's.
func TestModelInText(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", harbour+"\n")
	succeed(t, nil, "sources", "add", "--title", "The harbour", "harbour.txt")
	const reference = "\n\n[1] The harbour, paragraph 1 (harbour.txt)\n"
	const twice = "\nThe model read 1400 tokens and wrote 60.\n" // with the question in English
	const once = "\nThe model read 700 tokens and wrote 30.\n"
	for _, tt := range []struct {
		name   string
		ask    string
		server http.HandlerFunc
		want   string
	}{
		{"close to the quote", question, completing(written(1, closed, "The harbour of Odda was closed on Monday.")),
			"The harbour of Odda was closed on Monday. [1]" + reference + "    “" + closed + "”\n" + once},
		{"all removed", question, completing(written(1, closed, "The harbour of Odda was closed on 3 Mondays.")),
			"Nothing that the model wrote passed the check. These are the stories' own words.\n\n“" + closed + "” [1]" + reference + "\nThe model read 1400 tokens and wrote 60.\n"},
		{"failed", question, failing(http.StatusUnauthorized),
			"The model gave no usable answer. These are the stories' own words.\n\n“" + closed + "” [1]" + reference},
		{"translated", "Wann wurde der Hafen von Odda geschlossen?", completing(written(1, closed, "Der Hafen von Odda wurde am Montag geschlossen.")),
			"Der Hafen von Odda wurde am Montag geschlossen. [1] (translated)" + reference + "    “" + closed + "”\n" + twice},
		{"not answerable", question, completing(reply(false)),
			"Not in the stories. The nearest paragraphs:" + reference + "    " + harbour + "\n" + once},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(tt.server)
			defer server.Close()
			environ := []string{"OPENAI_BASE_URL=" + server.URL, "OPENAI_MODEL=test"}
			got := succeed(t, environ, "ask", "--story", "The harbour", tt.ask)
			if diff := cmp.Diff(tt.want, got.stdout); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRemovedIsExplained tells, when asked, what the model wrote that did not pass.
func TestRemovedIsExplained(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", harbour+"\n")
	succeed(t, nil, "sources", "add", "harbour.txt")
	server := httptest.NewServer(completing(written(1, closed, "The harbour of Odda was closed on 3 Mondays.")))
	defer server.Close()
	got := succeed(t, []string{"OPENAI_BASE_URL=" + server.URL, "OPENAI_MODEL=test"}, "ask", "--explain", question)
	const want = "\nRemoved: The harbour of Odda was closed on 3 Mondays.\n    The passage does not have the number 3.\n"
	if !strings.Contains(got.stdout, want) {
		t.Errorf("got %s", got.stdout)
	}
}

// TestModelCosts has prices and a budget: an answer tells what it took, 'usage' what
// the day did, and what is beyond the budget is said to be.
func TestModelCosts(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "harbour.txt", harbour+"\n")
	succeed(t, nil, "sources", "add", "--title", "The harbour", "harbour.txt")
	server := httptest.NewServer(completing(written(1, closed, closed)))
	defer server.Close()
	environ := []string{
		"OPENAI_BASE_URL=" + server.URL, "OPENAI_MODEL=test",
		"STORYBOT_PRICE_PROMPT=0.15", "STORYBOT_PRICE_COMPLETION=0.6", "STORYBOT_BUDGET_GUILD=1500",
	}
	const price = 0.000123 // 700 and 30 tokens
	tells := func(want string, args ...string) {
		t.Helper()
		if got := succeed(t, environ, args...); !strings.Contains(got.stdout, want) {
			t.Errorf("%v: %s, want %q", args, got.stdout, want)
		}
	}
	tells("\nThe model read 700 tokens and wrote 30, for 0.00012.\n", "ask", question)
	if got := succeed(t, environ, "ask", question); strings.Contains(got.stdout, "tokens") {
		t.Errorf("asked again, it costs again: %s", got.stdout)
	}
	tells(" 700  ", "usage")
	tells(" 0.00012\n", "usage")

	var answer bot.Answer
	decode(t, succeed(t, environ, "ask", "--json", "--explain", question).stdout, &answer)
	if answer.Usage.Cost != price || answer.Usage.PromptTokens != 700 {
		t.Errorf("%+v", answer.Usage)
	}
	tells(`"cost_millionths": 246`, "usage", "--json")
	tells("wrote 30", "ask", "--explain", question) // 1460 tokens are less than the budget
	tells("Today's budget for the model is used up, until midnight UTC. These are the stories' own words.", "ask", "--explain", question)
	tells("used up, until midnight UTC; the stories' own words decide what they can.", "check", closed)
	tells(closed, "summary", "The harbour")
	tells("wrote 30", "ask", "--explain", "--guild", "1", question) // another server has a budget of its own
}

// TestModelIsNotAsked asks what the stories cannot hold: no call is made.
func TestModelIsNotAsked(t *testing.T) {
	t.Chdir(t.TempDir())
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the model was asked") }))
	defer server.Close()
	got := succeed(t, []string{"OPENAI_BASE_URL=" + server.URL, "OPENAI_MODEL=test"}, "ask", "What did China say?")
	if !strings.HasPrefix(got.stdout, "Not in the stories.") {
		t.Error(got.stdout)
	}
}

// TestSecretFile has the key in a file; the server hears it, the reader does
// not.
func TestSecretFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "key.txt", secretKey+"\n")
	heard := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard <- r.Header.Get("Authorization")
		failing(http.StatusUnauthorized)(w, r)
	}))
	defer server.Close()
	environ := []string{"OPENAI_BASE_URL=" + server.URL, "OPENAI_MODEL=test", "OPENAI_API_KEY_FILE=key.txt"}
	succeed(t, environ, "ask", "What did Peskov say about choosing between the two Koreas?")
	if got := <-heard; got != "Bearer "+secretKey {
		t.Errorf("the server heard %q", got)
	}
	succeed(t, environ, "help", "config")
	succeed(t, environ, "sources", "list", "--json")
}

// TestInterruptedModel is interrupted while the model writes.
func TestInterruptedModel(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		interrupt()
		hanging(w, r)
	}))
	defer server.Close()
	got := invoke(t, ctx, []string{"OPENAI_BASE_URL=" + server.URL, "OPENAI_MODEL=test"},
		"ask", "What did Peskov say about choosing between the two Koreas?")
	if got.status != statusFailed || got.stdout != "" || !strings.HasPrefix(got.stderr, "storybot: interrupted; ") {
		t.Errorf("exit status %d\n%s\n%s", got.status, got.stdout, got.stderr)
	}
}
