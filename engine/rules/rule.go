// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lanner-project/lanner/engine/diag"
)

// Which keys of a rule an override can append to or replace.
var (
	appendable  = []string{"condition", "output", "desc", "tags", "exceptions"}
	replaceable = []string{
		"condition", "output", "desc", "priority", "capture", "capture_duration", "tags", "exceptions", "enabled",
		"warn_evttypes", "skip-if-unknown-filter",
	}
)

// syscallSource is the source of the events that this engine has.
const syscallSource = "syscall"

// rule defines a rule or changes one.
func (l *loader) rule(m *mapping) {
	name := m.scalar("rule", false)
	if name.Value == "" {
		return
	}
	m.in = []diag.Place{{Kind: "rule", Name: name.Value, Pos: name.Pos}}
	appends := m.appendFlag()
	overrides := m.overrides(appendable, replaceable)
	if appends && overrides != nil {
		m.bothChanges()
		return
	}
	switch {
	case m.get("override") != nil && overrides == nil: // not a mapping
	case len(overrides) > 0:
		l.overrideRule(m, name, overrides)
	case appends:
		l.appendRule(m, name)
	case m.get("condition") == nil && m.get("output") == nil && m.get("desc") == nil && m.get("priority") == nil:
		l.switchRule(m, name)
	default:
		l.defineRule(m, name)
	}
}

// defineRule reads a whole rule. One that lacks something is kept as well, so
// that changes to it are not reported as changes to nothing.
func (l *loader) defineRule(m *mapping, name Scalar) {
	r := &Rule{Name: name, Source: syscallSource, Enabled: true, WarnEventTypes: true, class: class{src: l.src}}
	if v := m.text("condition", false); v != nil {
		r.text = newText(l.src, v)
	}
	if v := m.text("output", false); v != nil {
		r.Output = trimmedText(l.src, v)
	}
	r.descs = m.desc()
	r.Priority = m.scalar("priority", false)
	if v := m.text("source", true); v != nil {
		r.Source = v.Value
	}
	m.truth("enabled", &r.Enabled)
	m.truth("warn_evttypes", &r.WarnEventTypes)
	m.truth("skip-if-unknown-filter", &r.SkipUnknown)
	m.truth("capture", &r.Capture)
	m.duration("capture_duration", &r.CaptureDuration)
	r.tags = m.tags()
	r.setExceptions(m.exceptions(false))
	if r.Source != syscallSource {
		m.warn(m.get("source"), diag.UnknownSource, "", "there are no events of source %s; the rule is left out", r.Source)
	}
	prev := l.rules[name.Value]
	if prev == nil {
		r.index = l.next()
		r.visibility = r.index
		r.first = name.Pos
		l.rules[name.Value] = r
		l.set.Rules = append(l.set.Rules, r)
		return
	}
	if prev.Source != r.Source {
		m.report(m.get("rule"), diag.SourceChanged, "", "rule %s has been defined for source %s", name.Value, prev.Source)
		return
	}
	m.redefined("rule", prev.Name, prev.src)
	r.index, r.visibility, r.first = prev.index, l.next(), prev.first
	*prev = *r
}

// switchRule is the old way to enable and disable rules.
func (l *loader) switchRule(m *mapping, name Scalar) {
	var enabled bool
	if m.text("enabled", false) == nil {
		return
	}
	m.truth("enabled", &enabled)
	m.warn(m.key("enabled"), diag.DeprecatedEnabled, "add override: {enabled: replace}", "enabled alone is deprecated")
	prev := l.rules[name.Value]
	if prev == nil {
		if !l.set.Broken {
			m.report(m.get("rule"), diag.EnableNothing, l.similarRule(name.Value),
				"no rule %s has been defined that could be switched", name.Value)
		}
		return
	}
	prev.Enabled = enabled
}

func (l *loader) similarRule(name string) string {
	if s := l.diags.Suggest(name, names(l.set.Rules)); s != "" {
		return fmt.Sprintf("did you mean %s?", s)
	}
	return ""
}

// earlierRule returns the rule that an item changes, nil and a report where
// there is none.
func (l *loader) earlierRule(m *mapping, name Scalar) *Rule {
	prev := l.rules[name.Value]
	if prev == nil {
		m.noSuch("rule", name.Value, names(l.set.Rules))
		return nil
	}
	// An empty source is any source here.
	if v := m.get("source"); v != nil && v.Value != "" && v.Value != prev.Source {
		m.report(v, diag.SourceChanged, "remove source", "rule %s is for source %s", name.Value, prev.Source)
		return nil
	}
	return prev
}

// appendRule is the old "append: true": to the condition and the exceptions.
func (l *loader) appendRule(m *mapping, name Scalar) {
	prev := l.earlierRule(m, name)
	condition, exceptions := m.get("condition"), m.get("exceptions")
	if condition == nil && exceptions == nil {
		m.report(m.get("rule"), diag.AppendNothing, "", "the item appends neither a condition nor exceptions")
		return
	}
	if prev == nil {
		return
	}
	if condition != nil {
		prev.appendCondition(m)
	}
	if exceptions != nil {
		m.appendExceptions(prev)
	}
	prev.visibility = l.next()
}

// appendCondition joins the item's condition as text, as the reference does:
// precedence is that of the whole.
func (r *Rule) appendCondition(m *mapping) {
	if v := m.text("condition", false); v != nil {
		r.text.join(newText(m.l.src, v))
	}
}

// overrideRule changes the keys that the override names: first those that it
// appends, then those that it replaces.
func (l *loader) overrideRule(m *mapping, name Scalar, overrides map[string]string) {
	prev := l.earlierRule(m, name)
	for _, key := range replaceable {
		switch op, named := overrides[key]; {
		case op != "" && m.get(key) == nil:
			m.report(m.key("override"), diag.OverrideWithoutKey, "", "%s is to be %s, and the item has none", key, past(op))
			delete(overrides, key)
		case !named && m.get(key) != nil:
			m.report(m.key(key), diag.KeyWithoutOverride, "add it to override", "override does not say what to do with %s", key)
		}
	}
	if prev == nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(overrides)) {
		if overrides[key] == "append" {
			m.appendKey(prev, key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(overrides)) {
		if overrides[key] == "replace" {
			m.replaceKey(prev, key)
		}
	}
	prev.visibility = l.next()
}

func past(op string) string {
	if op == "append" {
		return "appended"
	}
	return "replaced"
}

func (m *mapping) appendKey(r *Rule, key string) {
	switch key {
	case "condition":
		r.appendCondition(m)
	case "exceptions":
		m.appendExceptions(r)
	case "output":
		if v := m.text(key, false); v != nil {
			r.Output.join(trimmedText(m.l.src, v))
		}
	case "desc":
		r.descs = append(r.descs, m.desc()...)
	case "tags":
		r.tags = append(r.tags, m.tags()...)
	}
}

func (m *mapping) replaceKey(r *Rule, key string) {
	switch key {
	case "condition":
		if v := m.text(key, false); v != nil {
			r.text = newText(m.l.src, v)
		}
	case "output":
		if v := m.text(key, false); v != nil {
			r.Output = trimmedText(m.l.src, v)
		}
	case "desc":
		r.descs = m.desc()
	case "priority":
		if s := m.scalar(key, false); s.Value != "" {
			r.Priority = s
		}
	case "tags":
		r.tags = m.tags()
	case "exceptions":
		r.setExceptions(m.exceptions(true))
	case "enabled":
		m.truth(key, &r.Enabled)
	case "warn_evttypes":
		m.truth(key, &r.WarnEventTypes)
	case "skip-if-unknown-filter":
		m.truth(key, &r.SkipUnknown)
	case "capture":
		m.truth(key, &r.Capture)
	case "capture_duration":
		m.duration(key, &r.CaptureDuration)
	}
}

// desc returns the description, as a part of one.
func (m *mapping) desc() []string {
	if v := m.text("desc", false); v != nil {
		return []string{v.Value}
	}
	return nil
}
