//go:build race

package extract

// slower is by how much pages are made smaller whose reading is timed.
const slower = 10
