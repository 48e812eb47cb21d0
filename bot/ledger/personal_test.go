package ledger

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPersonal has every table that knows people be one that Forget and About go through.
func TestPersonal(t *testing.T) {
	var ours []string
	for _, p := range personal {
		ours = append(ours, p.table)
	}
	slices.Sort(ours)
	for folder, want := range map[string][]string{"../../retrieval/record/migrations": ours, "inbox": {"requests"}} {
		if diff := cmp.Diff(want, tablesWithMembers(t, folder)); diff != "" {
			t.Errorf("%s: tables that know people (-known here +there are):\n%s", folder, diff)
		}
	}
}

// tablesWithMembers gives the tables with a column member, as migrations make them.
func tablesWithMembers(t *testing.T, folder string) (tables []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	change := regexp.MustCompile(`(?:CREATE|ALTER) TABLE (\w+)([^;]*)`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range change.FindAllStringSubmatch(regexp.MustCompile(`--.*`).ReplaceAllString(string(text), ""), -1) {
			if strings.Contains(c[2], "member ") {
				tables = append(tables, c[1])
			}
		}
	}
	slices.Sort(tables)
	return slices.Compact(tables)
}
