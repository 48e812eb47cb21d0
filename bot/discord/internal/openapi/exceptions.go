package openapi

import "strings"

// amend changes the description where it differs from Discord's written
// documentation, which is what holds. Each change says the page.
func amend(doc map[string]any) {
	text := map[string]any{"type": "string"}
	schemas := object(doc, "components", "schemas")

	// "API Reference", "Error Messages": the code of an error in a form is a
	// word such as BASE_TYPE_REQUIRED; the description has a number.
	set(schemas, map[string]any{
		"type": "object", "required": []any{"code", "message"},
		"properties": map[string]any{"code": text, "message": text},
	}, "InnerErrors", "properties", "_errors", "items")

	// "Message", "Attachment Request Structure": the id of a file is a
	// snowflake or a number; the description has strings only.
	set(schemas, map[string]any{"type": []any{"string", "integer"}}, "MessageAttachmentRequest", "properties", "id")

	// "Rate Limits", "Exceeding A Rate Limit": an answer with 429 need not
	// have a code.
	set(schemas, map[string]any{
		"type": "object", "required": []any{"message", "retry_after", "global"},
		"properties": map[string]any{
			"message": text, "retry_after": map[string]any{"type": "number"}, "global": map[string]any{"type": "boolean"},
			"code": map[string]any{"type": "integer"},
		},
	}, "RatelimitedResponse")

	// "Application Commands", "Application Command Structure": permissions
	// are a string; the description has a number in requests.
	for name := range schemas {
		if strings.HasSuffix(name, "Request") || strings.HasSuffix(name, "RequestPartial") {
			set(schemas, map[string]any{"type": []any{"string", "null"}}, name, "properties", "default_member_permissions")
		}
	}
}

// set replaces the schema that keys lead to, if there is one.
func set(in map[string]any, schema any, keys ...string) {
	last := len(keys) - 1
	if parent := object(in, keys[:last]...); parent != nil && parent[keys[last]] != nil {
		parent[keys[last]] = schema
	}
}
