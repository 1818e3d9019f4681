// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

// version is three numbers.
type version [3]uint64

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// engineVersion is the version of the rules language that this engine speaks:
// that of Falco 0.44.1.
var engineVersion = version{0, 62, 0}

// plugins are what this engine offers of Falco's plugins. The container
// plugin's fields are built in.
var plugins = map[string]version{"container": {0, 7, 1}}

// parseVersion reads "1.2.3", with or without what semantic versions have
// behind it.
func parseVersion(s string) (version, bool) {
	s, _, _ = strings.Cut(s, "+")
	s, _, _ = strings.Cut(s, "-")
	numbers := strings.Split(s, ".")
	var v version
	if len(numbers) != len(v) {
		return v, false
	}
	for i, n := range numbers {
		var err error
		if v[i], err = strconv.ParseUint(n, 10, 32); err != nil {
			return v, false
		}
	}
	return v, true
}

// offers reports whether this version does what wanted asks for: it is as new,
// with nothing taken away since.
func (v version) offers(wanted version) bool {
	return v[0] == wanted[0] && (v[1] > wanted[1] || v[1] == wanted[1] && v[2] >= wanted[2])
}

// engineVersion checks that the engine is as new as the file needs. A single
// number is the old way to write it.
func (l *loader) engineVersion(m *mapping) {
	v := m.text("required_engine_version", false)
	if v == nil {
		return
	}
	wanted, ok := parseVersion(v.Value)
	if n, err := strconv.ParseUint(v.Value, 10, 32); err == nil {
		wanted, ok = version{0, n, 0}, true
	}
	switch {
	case !ok:
		m.report(v, diag.EngineVersion, "write three numbers such as "+engineVersion.String(), "%q is not a version", v.Value)
	case !engineVersion.offers(wanted):
		m.report(v, diag.EngineTooOld, "", "the rules need version %s of the rules language, this engine has %s", wanted, engineVersion)
	}
}

// pluginVersions checks that one alternative of each requirement is there.
func (l *loader) pluginVersions(m *mapping) {
	v := m.get("required_plugin_versions")
	if v.Kind != yaml.SequenceNode {
		m.report(v, diag.NotAList, "", "required_plugin_versions is not a list")
		return
	}
	for _, n := range v.Content {
		if n = resolve(n); n.Kind != yaml.MappingNode {
			m.report(n, diag.NotAScalar, "write name: and version:", "the requirement is not a mapping")
			continue
		}
		l.requirement(l.mapping(n, m.in...))
	}
}

func (l *loader) requirement(m *mapping) {
	m.knownKeys("plugin")
	all := []*mapping{m}
	if v := m.get("alternatives"); v != nil {
		if v.Kind != yaml.SequenceNode {
			m.report(v, diag.NotAList, "", "alternatives is not a list")
			return
		}
		for _, n := range v.Content {
			if n = resolve(n); n.Kind != yaml.MappingNode {
				m.report(n, diag.NotAScalar, "write name: and version:", "the alternative is not a mapping")
				return
			}
			all = append(all, l.mapping(n, m.in...))
		}
	}
	seen := make(map[string]bool)
	usable, wellFormed := false, true
	var names []string
	for _, alternative := range all {
		name, wanted := alternative.scalar("name", false), alternative.text("version", false)
		if name.Value == "" || wanted == nil {
			wellFormed = false
			continue
		}
		v, ok := parseVersion(wanted.Value)
		if !ok {
			m.report(wanted, diag.PluginVersion, "write three numbers such as 0.4.0", "%q is not a version", wanted.Value)
			wellFormed = false
		}
		if seen[name.Value] {
			m.report(alternative.get("name"), diag.PluginTwice, "", "the requirement names plugin %s twice", name.Value)
			wellFormed = false
		}
		seen[name.Value] = true
		names = append(names, name.Value+" "+wanted.Value)
		have, found := plugins[name.Value]
		usable = usable || found && have.offers(v)
	}
	if wellFormed && !usable {
		m.report(m.get("name"), diag.PluginMissing, "", "the rules need plugin %s, which this engine does not have",
			strings.Join(names, " or "))
	}
}
