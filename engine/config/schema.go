// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

// A schema is a JSON Schema, as much of it as is needed here.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        any                `json:"type,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	MinLength   int                `json:"minLength,omitempty"`
	MinItems    int                `json:"minItems,omitempty"`
	Default     any                `json:"default,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	OneOf       []*schema          `json:"oneOf,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"`
}

// WriteSchema writes the JSON Schema of the file.
func WriteSchema(w io.Writer) error {
	root := schemaOf(treeOf(keys))
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "lanner.yaml"
	root.Description = "The configuration of lanner run."
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(root)
}

// schemaOf describes a mapping.
func schemaOf(t *tree) *schema {
	s := &schema{Type: "object", Properties: make(map[string]*schema), Additional: false}
	for name, kid := range t.kids {
		if kid.key == nil {
			group := schemaOf(kid)
			group.Type = []string{"object", "null"} // with nothing but comments in it
			s.Properties[name] = group
			continue
		}
		s.Properties[name] = valueSchema(kid.key)
	}
	return s
}

const durationPattern = `^([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))*$`

func valueSchema(k *Key) *schema {
	s := &schema{Description: k.Doc}
	if k.Default != "" && !k.IsList() {
		s.Default = k.Default
	}
	switch k.field.zero.(type) {
	case *string:
		s.Type, s.Enum = "string", k.Values
	case *Scope:
		s.Type, s.Pattern = "string", `^(cgroup:.+|pid-tree:[1-9][0-9]*)?$`
	case *bool:
		s.Type = "boolean"
		if k.Default != "" {
			s.Default = k.Default == "true"
		}
	case *int:
		s.Type, s.Minimum = "integer", &k.Least
		if k.Default != "" {
			s.Default = json.Number(k.Default)
		}
	case *time.Duration:
		s.Type, s.Pattern = "string", durationPattern
	case *Size:
		s.Type, s.Pattern, s.Minimum = []string{"string", "integer"}, `^[0-9]+ *([KMG]iB|kB|[MG]?B)?$`, &k.Least
	case *check.Priority:
		s.Type, s.Pattern = "string", ignoreCase(append(priorityNames(), "info"))
	case *map[string]string:
		s.Type, s.Additional = "object", &schema{Type: "string"}
	case *[]Selection:
		s.Type, s.Items = "array", &schema{Type: "string", Pattern: `^(only|enable|disable) +[^ ]`}
	case *[]Sink, *[]Limit:
		entry := schemaOf(treeOf(k.entry))
		entry.Required = []string{"type"}
		if _, isLimit := k.field.zero.(*[]Limit); isLimit {
			entry.Required = []string{"burst", "window"}
		} else {
			s.MinItems = 1
		}
		s.Type, s.Items = "array", &schema{OneOf: []*schema{{Type: "string", MinLength: 1}, entry}}
	default:
		s.Type, s.Items = "array", &schema{Type: "string", Enum: k.Values}
	}
	return s
}

// ignoreCase makes a pattern of words, which JSON Schema cannot do without case.
func ignoreCase(words []string) string {
	var b strings.Builder
	b.WriteString("^(")
	for i, word := range words {
		if i > 0 {
			b.WriteByte('|')
		}
		for _, c := range word {
			b.WriteString("[" + string(c) + strings.ToUpper(string(c)) + "]")
		}
	}
	b.WriteString(")$")
	return b.String()
}
