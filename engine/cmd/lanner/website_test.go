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

// The website and the packages have what the command prints; -update writes it
// anew.
func TestWebsite(t *testing.T) {
	t.Parallel()
	docs := filepath.Join("..", "..", "..", "website", "content", "docs")
	packaging := filepath.Join("..", "..", "packaging")
	for page, args := range map[string][]string{
		filepath.Join(docs, "fields.md"):               {"fields", "-o", "markdown"},
		filepath.Join(docs, "events.md"):               {"events", "-o", "markdown"},
		filepath.Join(docs, "configuration.md"):        {"config", "keys"},
		filepath.Join(docs, "metrics.md"):              {"config", "metrics"},
		filepath.Join(packaging, "lanner.yaml"):        {"config", "example"},
		filepath.Join(packaging, "lanner.schema.json"): {"config", "schema"},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), args, strings.NewReader(""), &out, t.Output()); err != nil {
			t.Fatal(err)
		}
		if *update {
			writeFile(t, page, out.String())
			continue
		}
		committed, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(committed), out.String()); diff != "" {
			t.Errorf("%s is not what \"lanner %s\" prints; go test -update writes it (-page +printed):\n%s", page, strings.Join(args, " "), diff)
		}
	}
}
