//go:build !cgo

package index

// SQLite is written in C: build with CGO_ENABLED=1 and a C compiler.
const _ = build_with_CGO_ENABLED_1_and_a_C_compiler
