//go:build !cgo

package record

// explain stands where go-sqlite3, which is C, is left out: the build stops at
// a name that says what is missing.
func explain(error) error { return build_with_CGO_ENABLED_1_and_a_C_compiler }
