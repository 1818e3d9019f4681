// SPDX-License-Identifier: Apache-2.0

package event

import (
	"slices"
	"sync"
)

// A FieldID names a field of the table. It is an index of Fields, stable within
// one build only.
type FieldID uint16

// A Need says what the value of a field hangs on; a program keeps results as
// long as that does not change.
type Need uint8

const (
	// NeedEvent: the value may differ with each event.
	NeedEvent Need = iota
	// NeedThread: the value hangs on the thread, its process, their ancestors,
	// users and container alone; state says when one of them changed.
	NeedThread
	// NeedName: the value hangs on the text of fd.name and the kind of its
	// descriptor alone; extract's NameKind says which that is.
	NeedName
	// NeedNothing: the value is the same for all events of a type.
	NeedNothing
)

// An ArgRule says what may stand in the brackets after a field's name, or as
// its last dotted part.
type ArgRule uint8

const (
	ArgNone     ArgRule = 0
	ArgIndex    ArgRule = 1 << iota // a number
	ArgKey                          // any other text
	ArgDotted                       // the name's further parts are the argument too
	ArgRequired                     // the field has no value without one
)

// A Field is something that a rule can ask of an event.
type Field struct {
	Name string
	Kind Kind
	Need Need
	Arg  ArgRule

	List        bool // has several values, to which only in, intersects and exists apply
	Any         bool // has several values of which one has to match: fd.ip, proc.aname
	NoTransform bool // cannot be the argument of a transformer
	NoFilter    bool // for outputs only
	NoOutput    bool // for conditions only

	Doc        string // one sentence for the reference
	Deprecated string // what to do instead, to be read after "deprecated: "
}

// Fields are all fields, indexed by FieldID.
var Fields = slices.Concat(evtFields, procFields, fdFields, containerFields)

// Field returns the table's row of a field.
func (id FieldID) Field() *Field { return &Fields[id] }

// LookupField finds a field by its whole name, without argument.
func LookupField(name string) (FieldID, bool) {
	id, ok := fieldIDs()[name]
	return id, ok
}

var fieldIDs = sync.OnceValue(func() map[string]FieldID {
	ids := make(map[string]FieldID, len(Fields))
	for i := range Fields {
		ids[Fields[i].Name] = FieldID(i)
	}
	return ids
})
