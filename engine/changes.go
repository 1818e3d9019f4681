// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"reflect"
	"regexp"
	"slices"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/diag"
)

// Changes returns the names of the rules that only one of two rulesets runs,
// and of those that mean something else in it: another condition with its
// macros and lists put in, another output, priority, tags or place in the order
// aside. All are sorted.
func Changes(from, to *Ruleset) (added, removed, changed []string) {
	old, now := from.enabled(), to.enabled()
	for name, rule := range now {
		switch before := old[name]; {
		case before == nil:
			added = append(added, name)
		case !alike(reflect.ValueOf(*before), reflect.ValueOf(*rule)):
			changed = append(changed, name)
		}
	}
	for name := range old {
		if now[name] == nil {
			removed = append(removed, name)
		}
	}
	slices.Sort(added)
	slices.Sort(removed)
	slices.Sort(changed)
	return added, removed, changed
}

func (rs *Ruleset) enabled() map[string]*check.Rule {
	rules := make(map[string]*check.Rule, len(rs.rules))
	for i := range rs.rules {
		if rs.rules[i].Enabled {
			rules[rs.rules[i].Name] = &rs.rules[i]
		}
	}
	return rules
}

var (
	posType   = reflect.TypeFor[diag.Pos]()
	regexType = reflect.TypeFor[*regexp.Regexp]()
)

// alike reports whether two parts of rules mean the same: equal, wherever they
// stand in their files.
func alike(x, y reflect.Value) bool {
	if x.IsValid() != y.IsValid() || x.IsValid() && x.Type() != y.Type() {
		return false
	}
	if !x.IsValid() || x.Type() == posType {
		return true
	}
	switch x.Kind() {
	case reflect.Interface, reflect.Pointer:
		if x.IsNil() || y.IsNil() {
			return x.IsNil() == y.IsNil()
		}
		if x.Type() == regexType && x.CanInterface() {
			return x.Interface().(*regexp.Regexp).String() == y.Interface().(*regexp.Regexp).String()
		}
		return alike(x.Elem(), y.Elem())
	case reflect.Slice, reflect.Array:
		if x.Len() != y.Len() {
			return false
		}
		for i := range x.Len() {
			if !alike(x.Index(i), y.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range x.NumField() {
			if !alike(x.Field(i), y.Field(i)) {
				return false
			}
		}
		return true
	}
	return x.Equal(y)
}
