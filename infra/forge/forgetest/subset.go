// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"fmt"
	"os"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// CompareGraphQL returns how the schema in a file differs from the part of
// GitHub's that it claims to be.
func CompareGraphQL(t testing.TB, file string) (differences []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := gqlparser.LoadSchema(&ast.Source{Name: file, Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := loadGraphQL()
	if err != nil {
		t.Fatal(err)
	}
	differ := func(format string, args ...any) { differences = append(differences, fmt.Sprintf(format, args...)) }
	for name, our := range ours.Types {
		their := theirs.Types[name]
		switch {
		case our.BuiltIn:
		case their == nil:
			differ("GitHub has no type %s", name)
		case our.Kind != their.Kind:
			differ("%s is %s, GitHub's is %s", name, our.Kind, their.Kind)
		default:
			compareType(our, their, differ)
		}
	}
	return differences
}

func compareType(our, their *ast.Definition, differ func(string, ...any)) {
	for _, value := range our.EnumValues {
		if their.EnumValues.ForName(value.Name) == nil {
			differ("GitHub's %s has no value %s", our.Name, value.Name)
		}
	}
	for _, f := range our.Fields {
		g := their.Fields.ForName(f.Name)
		if f.Name[0] == '_' {
			continue
		}
		if g == nil {
			differ("GitHub's %s has no field %s", our.Name, f.Name)
			continue
		}
		if f.Type.String() != g.Type.String() {
			differ("%s.%s is %s, GitHub's is %s", our.Name, f.Name, f.Type, g.Type)
		}
		for _, a := range f.Arguments {
			b := g.Arguments.ForName(a.Name)
			if b == nil || a.Type.String() != b.Type.String() {
				differ("%s.%s: GitHub has no argument %s: %s", our.Name, f.Name, a.Name, a.Type)
			}
		}
	}
}
