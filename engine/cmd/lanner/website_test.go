// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The website shows what the command prints; -update writes it anew.
func TestWebsite(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"fields", "events"} {
		var out bytes.Buffer
		if err := run(t.Context(), []string{name, "-o", "markdown"}, strings.NewReader(""), &out, t.Output()); err != nil {
			t.Fatal(err)
		}
		page := filepath.Join("..", "..", "..", "website", "content", "docs", name+".md")
		if *update {
			writeFile(t, page, out.String())
			continue
		}
		committed, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(committed), out.String()); diff != "" {
			t.Errorf("%s is not what \"lanner %s -o markdown\" prints; go test -update writes it (-page +printed):\n%s", page, name, diff)
		}
	}
}
