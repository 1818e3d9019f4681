// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// TestEveryFieldIsResolved: what the schema offers, somebody answers.
func TestEveryFieldIsResolved(t *testing.T) {
	t.Parallel()
	schema, err := loadGraphQLSchema()
	if err != nil {
		t.Fatal(err)
	}
	fields := resolvers()
	for name, def := range schema.Types {
		if def.Kind != ast.Object || def.BuiltIn {
			continue
		}
		for _, f := range def.Fields {
			if f.Name[0] == '_' {
				continue
			}
			get := fields[name][f.Name]
			if get == nil {
				get = (&connection{}).resolver(f.Name)
			}
			if get == nil {
				get = edge{}.resolver(f.Name)
			}
			if get == nil {
				t.Errorf("nobody answers %s.%s", name, f.Name)
			}
		}
		for f := range fields[name] {
			if def.Fields.ForName(f) == nil && name != "Bot" {
				t.Errorf("%s.%s is answered, and not in the schema", name, f)
			}
		}
	}
}
