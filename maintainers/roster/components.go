// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Component is one entry of components.yaml: a folder that stands for what is
// a repository elsewhere.
type Component struct {
	Name   string
	Path   string // a folder
	Scope  string // Core, Ecosystem, Infra or Special
	Status string // Stable, Incubating, Sandbox or Deprecated
}

var (
	scopes   = []string{"Core", "Ecosystem", "Infra", "Special"}
	statuses = []string{"Stable", "Incubating", "Sandbox", "Deprecated"}
)

// ParseComponents reads a components.yaml. The error is a [yamlfile.Mistakes]
// with all that is wrong in it.
func ParseComponents(file string, data []byte) ([]Component, error) {
	f, root := yamlfile.Open(file, data)
	r := reader{f: f}
	var all []Component
	if root != nil {
		for _, n := range sequence(f, root) {
			var c Component
			before := len(f.Mistakes())
			for _, field := range f.Fields(n) {
				switch field.Name {
				case "name":
					c.Name = r.word(field.Value)
				case "path":
					c.Path = r.folder(field.Value)
				case "scope":
					c.Scope = r.oneOf(field.Value, scopes)
				case "status":
					c.Status = r.oneOf(field.Value, statuses)
				default:
					f.Unknown(field, "", []string{"name", "path", "scope", "status"})
				}
			}
			if len(f.Mistakes()) == before && (c.Name == "" || c.Path == "" || c.Scope == "") {
				f.Report(yamlfile.Resolve(n), "", "want name, path and scope")
			}
			if slices.ContainsFunc(all, func(other Component) bool { return other.Path == c.Path && c.Path != "" }) {
				f.Report(yamlfile.Resolve(n), "", "%s is there twice", c.Path)
			}
			all = append(all, c)
		}
	}
	if mistakes := f.Mistakes(); len(mistakes) > 0 {
		return nil, mistakes
	}
	return all, nil
}

func (r reader) oneOf(n *yaml.Node, known []string) string {
	word := r.word(n)
	if word != "" && !slices.Contains(known, word) {
		r.f.Report(yamlfile.Resolve(n), "", "want one of %s", strings.Join(known, ", "))
		return ""
	}
	return word
}

func (r reader) folder(n *yaml.Node) string {
	text := r.word(n)
	if text == "" {
		return ""
	}
	if path.IsAbs(text) || path.Clean(text) != text || text == "." || strings.HasPrefix(text, "..") {
		r.f.Report(yamlfile.Resolve(n), "", "want a folder as the repository has it, such as engine")
		return ""
	}
	return text
}
