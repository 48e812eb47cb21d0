// Package openapi is Discord's own description of its API, for tests: it
// holds requests and answers to the schemas of their operations. The
// description is a file outside the repository, so tests pass without it.
package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// variable names the description's file, where it is not at its usual place
// beside the repository.
const variable = "DISCORD_OPENAPI"

// usual is that place, from the module's root.
const usual = "../shared/datasets/discord-openapi.json"

// resource is what the compiler calls the description.
const resource = "discord.json"

// An API checks requests and answers. Its methods may be called from any
// goroutine.
type API struct {
	doc      map[string]any
	mu       sync.Mutex // guards the rest
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema // by place in the description
}

// Load reads the description, once. Where it is not at hand the error is
// fs.ErrNotExist.
var Load = sync.OnceValues(func() (*API, error) {
	file := os.Getenv(variable)
	if file == "" {
		root, err := moduleRoot()
		if err != nil {
			return nil, err
		}
		file = filepath.Join(root, usual)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return parse(text)
})

func parse(text []byte) (*API, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	doc, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("openapi: the description is no object")
	}
	amend(doc)
	a := &API{doc: doc, compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	return a, a.compiler.AddResource(resource, doc)
}

// moduleRoot is the nearest folder above with a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			err = errors.New("openapi: not in a module")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// Request checks a request's body. The path is without the version and the
// query.
func (a *API) Request(method, path, contentType string, body []byte) error {
	at, op, err := a.operation(method, path)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return nil
	}
	kinds := object(op, "requestBody", "content")
	if kinds == nil {
		return fmt.Errorf("openapi: %s %s has no body", method, path)
	}
	kind, params, _ := mime.ParseMediaType(contentType) // nothing is JSON
	if kind == "multipart/form-data" {
		if kinds[kind] == nil {
			return fmt.Errorf("openapi: %s %s takes no files", method, path)
		}
		if body, err = payload(body, params["boundary"]); err != nil || body == nil {
			return err
		}
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return a.validate(at+"/requestBody/content/application~1json/schema", value)
}

// payload is the JSON of a body with files; nil when it has none.
func payload(body []byte, boundary string) ([]byte, error) {
	for parts := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() == "payload_json" {
			return io.ReadAll(part)
		}
	}
}

// Answer checks an answer's status and body.
func (a *API) Answer(method, path string, status int, body []byte) error {
	at, op, err := a.operation(method, path)
	if err != nil {
		return err
	}
	answers := object(op, "responses")
	key := strconv.Itoa(status)
	if answers[key] == nil {
		key = key[:1] + "XX"
	}
	answer, _ := answers[key].(map[string]any)
	if answer == nil {
		return fmt.Errorf("openapi: %s %s is not answered with %d, but with one of %v", method, path, status, slices.Sorted(maps.Keys(answers)))
	}
	at += "/responses/" + key
	if ref, ok := answer["$ref"].(string); ok {
		at = strings.TrimPrefix(ref, "#")
		answer = object(a.doc, strings.Split(strings.TrimPrefix(at, "/"), "/")...)
	}
	if object(answer, "content", "application/json") == nil {
		if len(body) > 0 {
			return fmt.Errorf("openapi: %s %s with %d has no body", method, path, status)
		}
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return a.validate(at+"/content/application~1json/schema", value)
}

// Object checks an object by the name of its schema, as in an event of the
// gateway, which the description does not have.
func (a *API) Object(schema string, body []byte) error {
	if object(a.doc, "components", "schemas", schema) == nil {
		return fmt.Errorf("openapi: there is no %s", schema)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return a.validate("/components/schemas/"+schema, value)
}

// operation finds what a path's template says of a method, and where: of the
// templates that fit and have the method, the one that is most literal.
func (a *API) operation(method, path string) (string, map[string]any, error) {
	best, most := "", -1
	for template := range object(a.doc, "paths") {
		n := fit(template, path)
		if n > most && object(a.doc, "paths", template, strings.ToLower(method)) != nil {
			best, most = template, n
		}
	}
	op := object(a.doc, "paths", best, strings.ToLower(method))
	if op == nil {
		return "", nil, fmt.Errorf("openapi: there is no %s %s", method, path)
	}
	return "/paths/" + pointer(best) + "/" + strings.ToLower(method), op, nil
}

// fit counts the literal segments of a template that fits a path, and is -1
// for one that does not.
func fit(template, path string) int {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return -1
	}
	literal := 0
	for i := range want {
		switch {
		case want[i] == got[i]:
			literal++
		case !strings.HasPrefix(want[i], "{"):
			return -1
		}
	}
	return literal
}

func (a *API) validate(at string, value any) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	schema := a.compiled[at]
	if schema == nil {
		var err error
		if schema, err = a.compiler.Compile(resource + "#" + at); err != nil {
			return err
		}
		a.compiled[at] = schema
	}
	return schema.Validate(value)
}

// pointer escapes a key for a JSON pointer in a URL's fragment.
func pointer(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(key)
}

// object goes down by keys; nil when there is none.
func object(in map[string]any, keys ...string) map[string]any {
	for _, key := range keys {
		in, _ = in[key].(map[string]any)
	}
	return in
}
