// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

// A Key is what is known of one key of the file.
type Key struct {
	Name    string // "rules.paths"; within an entry of a list, without the list's name
	Doc     string // one sentence
	Default string // as a variable would have it; "" is empty, zero or none
	Example string // for the example file, where the default shows too little
	Flag    string // of lanner run, without dashes; "": none
	Short   string // the flag's letter
	Usage   string // what the flag's help says instead of Doc
	Values  []string
	Least   int  // of numbers
	Live    bool // a reload applies it; else a restart does
	Secret  bool // its values are not shown

	entry []Key // of each entry, where the key has a list of mappings
	field field
	check func(text string) *Problem // of a text, or of each in a list
}

// A field is where in a struct the value of a key is.
type field struct {
	of   func(any) any // given a pointer to the struct, one to the field
	zero any           // of the field's pointer type
}

func at[T, V any](f func(*T) *V) field {
	return field{func(t any) any { return f(t.(*T)) }, (*V)(nil)}
}

// Env is the environment variable that sets the key. Keys of entries have none.
func (k *Key) Env() string {
	return "LANNER_" + strings.ToUpper(strings.ReplaceAll(k.Name, ".", "_"))
}

// Entry returns the keys of each entry, where the key has a list of mappings.
func (k *Key) Entry() []Key { return slices.Clone(k.entry) }

// IsList reports whether the key has a list.
func (k *Key) IsList() bool {
	switch k.field.zero.(type) {
	case *[]string, *[]Selection, *[]Sink, *[]Limit:
		return true
	}
	return false
}

// Type says in words what the key takes.
func (k *Key) Type() string {
	words := strings.Join(k.Values, ", ")
	switch k.field.zero.(type) {
	case *string:
		if words != "" {
			return words
		}
		return "text"
	case *Scope:
		return "text"
	case *bool:
		return "true or false"
	case *int:
		return "number"
	case *time.Duration:
		return "duration"
	case *Size:
		return "size"
	case *check.Priority:
		return "priority"
	case *map[string]string:
		return "texts by name"
	case *[]Sink, *[]Limit:
		return "list of mappings or texts"
	}
	if words != "" {
		return "list of " + words
	}
	return "list of texts"
}

// applyDefaults gives a struct the defaults of its keys.
//
// Preconditions: the defaults are right, which a test sees to.
func applyDefaults(keys []Key, target any) {
	for i := range keys {
		if keys[i].Default == "" {
			continue
		}
		if wrong := setText(&keys[i], keys[i].field.of(target), keys[i].Default); wrong != nil {
			panic("default of " + keys[i].Name + ": " + wrong.Msg)
		}
	}
}

// A tree is the keys of a file by the parts of their names.
type tree struct {
	key   *Key // nil: a group
	kids  map[string]*tree
	names []string // of kids, in the table's order
}

func treeOf(keys []Key) *tree {
	root := &tree{}
	for i := range keys {
		t := root
		for part := range strings.SplitSeq(keys[i].Name, ".") {
			if t.kids[part] == nil {
				if t.kids == nil {
					t.kids = make(map[string]*tree)
				}
				t.kids[part] = &tree{}
				t.names = append(t.names, part)
			}
			t = t.kids[part]
		}
		t.key = &keys[i]
	}
	return root
}
