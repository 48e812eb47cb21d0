package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"storybot/bot/discord/local"
)

// openAPI is Discord's description of its API, kept outside the repository.
const openAPI = "../../../shared/datasets/discord-openapi.json"

// schemas has the schema of each kind of request body that the bot sends.
type schemas []struct {
	method string
	path   *regexp.Regexp
	schema *jsonschema.Schema
}

// loadSchemas is without any where the description is not at hand; it says
// so.
func loadSchemas(t *testing.T) schemas {
	t.Helper()
	list, err := compiled()
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("bodies are not checked against Discord's schemas: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return list
}

// compiled reads the description once for all tests.
var compiled = sync.OnceValues(func() (schemas, error) {
	text, err := os.ReadFile(openAPI)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("discord.json", doc); err != nil {
		return nil, err
	}
	const inBody = "/requestBody/content/application~1json/schema"
	var list schemas
	for _, s := range []struct{ method, path, at string }{
		{"POST", `^/channels/\d+/messages$`, "/components/schemas/MessageCreateRequest"},
		{"PATCH", `^/channels/\d+/messages/\d+$`, "/components/schemas/MessageEditRequestPartial"},
		{"POST", `^/users/@me/channels$`, "/components/schemas/CreatePrivateChannelRequest"},
		{"PATCH", `^/webhooks/\d+/[^/]+/messages/@original$`, "/components/schemas/IncomingWebhookUpdateRequestPartial"},
		{"POST", `^/interactions/\d+/[^/]+/callback$`, "/paths/" + pointer("/interactions/{interaction_id}/{interaction_token}/callback") + "/post" + inBody},
		{"PUT", `^/applications/\d+/commands$`, "/paths/" + pointer("/applications/{application_id}/commands") + "/put" + inBody},
	} {
		compiled, err := c.Compile("discord.json#" + s.at)
		if err != nil {
			return nil, err
		}
		list = append(list, struct {
			method string
			path   *regexp.Regexp
			schema *jsonschema.Schema
		}{s.method, regexp.MustCompile(s.path), compiled})
	}
	return list, nil
})

// pointer escapes a key for a JSON pointer in a URL's fragment.
func pointer(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key)
}

// check validates a request's body. Every body has to have a schema.
func (list schemas) check(r local.Request) error {
	if list == nil || len(r.Body) == 0 {
		return nil
	}
	for _, s := range list {
		if s.method != r.Method || !s.path.MatchString(r.Path) {
			continue
		}
		var body any
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return err
		}
		return s.schema.Validate(body)
	}
	return fmt.Errorf("no schema for this request")
}
