// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected output, and the page of the website")

// The website has what the command prints; -update writes it anew.
func TestWebsite(t *testing.T) {
	t.Parallel()
	page := filepath.Join("..", "..", "..", "website", "content", "bot-commands.md")
	var out bytes.Buffer
	if err := run(t.Context(), []string{"commands", "-o", "markdown"}, strings.NewReader(""), &out, t.Output()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	committed, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), out.String()); diff != "" {
		t.Errorf("%s is not what \"bot commands -o markdown\" prints; go test -update writes it (-page +printed):\n%s", page, diff)
	}
}
