// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"strings"
	"testing"
)

func FuzzParseProvenance(f *testing.F) {
	statement := `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x","digest":{"sha256":"` + strings.Repeat("a", 64) + `"}}],
"predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{"buildType":"https://github.com/lanner-project/lanner/blob/main/release/artifact/PROVENANCE.md#build-type-v1",
"externalParameters":{"plan":{"path":1}},"resolvedDependencies":[{"name":"toolchain","uri":"go"}]},"runDetails":{"builder":{"id":"x"}}}}`
	f.Add([]byte(statement))
	f.Add([]byte(`{"predicate":null}`))
	if _, err := parseProvenance([]byte(statement)); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parseProvenance(data)
		if err == nil && p.Builder == "" {
			t.Error("a provenance without a builder was taken")
		}
	})
}
