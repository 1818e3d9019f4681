// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"strings"
	"testing"

	"github.com/lanner-project/lanner/infra/forge"
)

func TestFolderIsForOneServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := forge.Open(t.Context(), forge.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := forge.Open(t.Context(), forge.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another forge serves") {
		t.Errorf("a second server on the folder: %v, want refused", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := forge.Open(t.Context(), forge.Config{Dir: dir})
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}
