// SPDX-License-Identifier: Apache-2.0

package config

import (
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// redacted stands for a value that is not shown.
const redacted = "(redacted)"

// WriteYAML writes all values in the form of a file that gives the same, secrets
// aside. With origins, each line says where its value comes from.
func (s *Settings) WriteYAML(w io.Writer, origins bool) error {
	t := treeOf(keys)
	root := s.node(t, origins)
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return err
	}
	return enc.Close()
}

func (s *Settings) node(t *tree, origins bool) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range t.names {
		kid := t.kids[name]
		key := &yaml.Node{Kind: yaml.ScalarNode, Value: name}
		if kid.key == nil {
			n.Content = append(n.Content, key, s.node(kid, origins))
			continue
		}
		value := export(kid.key, kid.key.field.of(&s.Config))
		if origins {
			where := key
			if value.Kind == yaml.ScalarNode || len(value.Content) == 0 || value.Style&yaml.FlowStyle != 0 {
				where = value
			}
			where.LineComment = s.origins[kid.key.Name].String()
		}
		n.Content = append(n.Content, key, value)
	}
	return n
}

// A Value is one of all values, for programs.
type Value struct {
	Key    string `json:"key"`
	Value  any    `json:"value"`
	Origin string `json:"origin"`
}

// Values returns all values, secrets redacted.
func (s *Settings) Values() ([]Value, error) {
	var all []Value
	for i := range keys {
		var v any
		if err := export(&keys[i], keys[i].field.of(&s.Config)).Decode(&v); err != nil {
			return nil, err
		}
		all = append(all, Value{keys[i].Name, v, s.origins[keys[i].Name].String()})
	}
	return all, nil
}

// export makes YAML of a value.
func export(k *Key, target any) *yaml.Node {
	switch p := target.(type) {
	case *[]Sink:
		return exportEntries(k, *p)
	case *[]Limit:
		return exportEntries(k, *p)
	case *map[string]string:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, name := range slices.Sorted(maps.Keys(*p)) {
			value := (*p)[name]
			if k.Secret {
				value = redacted
			}
			n.Content = append(n.Content, text(name), text(value))
		}
		return n
	case *[]string, *[]Selection:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range texts(p) {
			n.Content = append(n.Content, text(item))
		}
		return n
	case *bool, *int:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: texts(p)[0]}
	}
	return text(Redact(texts(target)[0]))
}

// exportEntries makes a list of mappings, each with what is not the default.
func exportEntries[T any](k *Key, entries []T) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	var zero T
	applyDefaults(k.entry, &zero)
	for i := range entries {
		n.Content = append(n.Content, exportEntry(treeOf(k.entry), &entries[i], &zero))
	}
	return n
}

func exportEntry(t *tree, entry, zero any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range t.names {
		kid := t.kids[name]
		var value *yaml.Node
		if kid.key == nil {
			if value = exportEntry(kid, entry, zero); len(value.Content) == 0 {
				continue
			}
		} else {
			field := kid.key.field.of(entry)
			if reflect.DeepEqual(field, kid.key.field.of(zero)) {
				continue
			}
			value = export(kid.key, field)
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, value)
	}
	return n
}

// text is a scalar that is read as a text again.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if strings.HasPrefix(s, "%") || s == "off" || s == "*" || s == "" {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
