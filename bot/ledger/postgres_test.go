package ledger_test

import (
	"testing"

	"storybot/retrieval/record/recordtest"
)

func TestPostgreSQL(t *testing.T) { recordtest.InPostgreSQL(t) }
