//go:build race

package main

// raced: the program is this test binary, so each command is ten times slower.
const raced = true
