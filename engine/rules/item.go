// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

// Which keys an item of each kind can have.
var itemKeys = map[string][]string{
	"required_engine_version":  {"required_engine_version"},
	"required_plugin_versions": {"required_plugin_versions"},
	"list":                     {"list", "items", "append", "override"},
	"macro":                    {"macro", "condition", "append", "override"},
	"rule": {
		"rule", "condition", "output", "desc", "priority", "source", "enabled", "warn_evttypes",
		"skip-if-unknown-filter", "tags", "exceptions", "capture", "capture_duration", "append", "override",
	},
	"exception": {"name", "fields", "comps", "values"},
	"plugin":    {"name", "version", "alternatives"},
}

// itemKinds: the first of these keys that an item has says what it is.
var itemKinds = []string{"required_engine_version", "required_plugin_versions", "list", "macro", "rule"}

// item reads one item.
func (l *loader) item(n *yaml.Node) {
	m := l.mapping(n)
	for _, kind := range itemKinds {
		if m.get(kind) == nil {
			continue
		}
		m.knownKeys(kind)
		switch kind {
		case "required_engine_version":
			l.engineVersion(m)
		case "required_plugin_versions":
			l.pluginVersions(m)
		case "list":
			l.list(m)
		case "macro":
			l.macro(m)
		case "rule":
			l.rule(m)
		}
		return
	}
	hint := ""
	at := n
	if len(n.Content) > 0 {
		at = n.Content[0]
		for _, k := range m.keys {
			if s := l.diags.Suggest(k.name, slices.Values(itemKinds)); s != "" {
				at, hint = k.key, fmt.Sprintf("did you mean %s?", s)
				break
			}
		}
	}
	l.warn(at, diag.UnknownItem, "the item is neither a rule nor a macro nor a list and is ignored", hint)
}

// A mapping is a YAML mapping while it is read.
type mapping struct {
	l    *loader
	node *yaml.Node
	keys []pair
	many map[string]int // where in keys they are, if there are many
	in   []diag.Place
}

// fewKeys is up to how many keys looking at each is fine. No item has more
// unless someone means harm.
const fewKeys = 24

type pair struct {
	name       string
	key, value *yaml.Node
}

func (l *loader) mapping(n *yaml.Node, in ...diag.Place) *mapping {
	m := &mapping{l: l, node: n, in: in, keys: make([]pair, 0, len(n.Content)/2)}
	if len(n.Content)/2 > fewKeys {
		m.many = make(map[string]int, len(n.Content)/2)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := resolve(n.Content[i])
		name := k.Value
		if k.Kind != yaml.ScalarNode {
			name = "(a key that is not a text)"
		}
		if m.get(name) != nil {
			l.warn(n.Content[i], diag.DuplicateKey, fmt.Sprintf("%s is given twice, and this one ignored", name), "", in...)
			continue
		}
		m.keys = append(m.keys, pair{name, n.Content[i], resolve(n.Content[i+1])})
		if m.many != nil {
			m.many[name] = len(m.keys) - 1
		}
	}
	return m
}

// find returns where in the keys a key is, -1 where it is not.
func (m *mapping) find(name string) int {
	if m.many != nil {
		if i, ok := m.many[name]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(m.keys, func(p pair) bool { return p.name == name })
}

// get returns the value of a key, nil where there is none.
func (m *mapping) get(name string) *yaml.Node {
	if i := m.find(name); i >= 0 {
		return m.keys[i].value
	}
	return nil
}

// key returns where a key stands.
func (m *mapping) key(name string) *yaml.Node {
	if i := m.find(name); i >= 0 {
		return m.keys[i].key
	}
	return m.node
}

func (m *mapping) report(n *yaml.Node, code diag.Code, hint, format string, args ...any) {
	m.l.report(n, code, fmt.Sprintf(format, args...), hint, m.in...)
}

func (m *mapping) warn(n *yaml.Node, code diag.Code, hint, format string, args ...any) {
	m.l.warn(n, code, fmt.Sprintf(format, args...), hint, m.in...)
}

// knownKeys warns about keys that mean nothing in an item of this kind.
func (m *mapping) knownKeys(kind string) {
	known := itemKeys[kind]
	for _, k := range m.keys {
		if slices.Contains(known, k.name) {
			continue
		}
		hint := ""
		if s := m.l.diags.Suggest(k.name, slices.Values(known)); s != "" {
			hint = fmt.Sprintf("did you mean %s?", s)
		}
		m.warn(k.key, diag.UnknownKey, hint, "unknown key %s is ignored", k.name)
	}
}

// text returns the scalar of a key that has to have a value. It returns nil
// where there is none and reports why, unless the key is missing and optional.
func (m *mapping) text(name string, optional bool) *yaml.Node {
	v := m.get(name)
	switch {
	case v == nil:
		if !optional {
			m.report(m.node, diag.MissingKey, "", "the item has no %s", name)
		}
		return nil
	case isNull(v):
		m.report(m.key(name), diag.NullValue, "", "%s has no value", name)
		return nil
	case v.Kind != yaml.ScalarNode:
		m.report(v, diag.NotAScalar, "", "%s takes a single value", name)
		return nil
	case v.Value == "":
		m.report(v, diag.EmptyValue, "", "%s is empty", name)
		return nil
	}
	return v
}

// scalar is text as a Scalar. Its value is empty where there is none.
func (m *mapping) scalar(name string, optional bool) Scalar {
	v := m.text(name, optional)
	if v == nil {
		return Scalar{}
	}
	return m.l.place(v)
}

func (l *loader) place(n *yaml.Node) Scalar {
	pos, end := l.src.span(n)
	return Scalar{n.Value, pos, end}
}

// truth reads a boolean into out, where the item has the key.
func (m *mapping) truth(name string, out *bool) {
	v := m.text(name, true)
	if v == nil {
		return
	}
	b, ok := parseTruth(v.Value)
	if !ok {
		m.report(v, diag.BadBoolean, "write true or false", "%s is %q", name, v.Value)
		return
	}
	*out = b
}

// parseTruth reads the words that YAML 1.1 has for booleans, in the cases that
// the reference accepts.
func parseTruth(s string) (value, ok bool) {
	lower := strings.ToLower(s)
	if s == "" || s != lower && s != strings.ToUpper(s) && s != strings.ToUpper(s[:1])+lower[1:] {
		return false, false
	}
	switch lower {
	case "y", "yes", "true", "on":
		return true, true
	case "n", "no", "false", "off":
		return false, true
	}
	return false, false
}

// duration reads milliseconds into out, where the item has the key.
func (m *mapping) duration(name string, out *time.Duration) {
	v := m.text(name, true)
	if v == nil {
		return
	}
	n, err := strconv.ParseUint(v.Value, 10, 32)
	if err != nil {
		m.report(v, diag.BadDuration, "write a number of milliseconds", "%s is %q", name, v.Value)
		return
	}
	*out = time.Duration(n) * time.Millisecond
}

// sequence returns the scalars of a list, and whether it is one.
func (m *mapping) sequence(name string, optional bool) ([]*yaml.Node, bool) {
	v := m.get(name)
	if v == nil {
		if !optional {
			m.report(m.node, diag.MissingKey, "", "the item has no %s", name)
		}
		return nil, false
	}
	if v.Kind != yaml.SequenceNode {
		at := v
		if isNull(v) {
			at = m.key(name)
		}
		m.report(at, diag.NotAList, "put brackets around it", "%s is not a list", name)
		return nil, false
	}
	if !m.visit(v, len(v.Content)) {
		return nil, false
	}
	out := make([]*yaml.Node, 0, len(v.Content))
	for _, n := range v.Content {
		n = resolve(n)
		if n.Kind != yaml.ScalarNode || isNull(n) {
			m.report(n, diag.NotAScalar, "put quotes around it if it is meant as a text", "%s takes texts only", name)
			continue
		}
		out = append(out, n)
	}
	return out, true
}

// visit counts values that are looked at, and reports the file once there are
// too many.
func (m *mapping) visit(n *yaml.Node, count int) bool {
	before := m.l.visits
	m.l.visits += count
	if m.l.visits <= maxVisits {
		return true
	}
	if before <= maxVisits {
		m.report(n, diag.AliasTooLarge, "", "with its aliases written out, the file has more than %d values", maxVisits)
	}
	return false
}

// tags returns the tags of an item.
func (m *mapping) tags() []string {
	nodes, _ := m.sequence("tags", true)
	tags := make([]string, 0, len(nodes))
	for _, n := range nodes {
		tags = append(tags, n.Value)
	}
	return tags
}
