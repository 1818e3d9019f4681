// SPDX-License-Identifier: Apache-2.0

package lexicon

import (
	"strings"

	"github.com/lanner-project/lanner/engine/event"
)

// A Field is what there is to say of a field. In JSON all of it is always
// there: a program need not tell absent from empty.
type Field struct {
	Name           string    `json:"name"`
	Class          string    `json:"class"`
	Kind           string    `json:"kind"`
	Argument       *Argument `json:"argument"` // nil: it takes none
	List           bool      `json:"list"`     // several values, for in, intersects and exists
	Any            bool      `json:"any"`      // several values, of which one has to match
	ConditionsOnly bool      `json:"conditionsOnly"`
	OutputsOnly    bool      `json:"outputsOnly"`
	Doc            string    `json:"doc"`
	Deprecated     string    `json:"deprecated"` // what to do instead

	kind event.Kind
}

// An Argument is what may follow the name of a field.
type Argument struct {
	Required bool `json:"required"`
	Index    bool `json:"index"`  // a number in brackets
	Key      bool `json:"key"`    // other text in brackets
	Dotted   bool `json:"dotted"` // a name after a dot
}

// String says what can follow the name, as in "nothing or [n]".
func (a *Argument) String() string {
	var forms []string
	if !a.Required {
		forms = append(forms, "nothing")
	}
	if a.Index {
		forms = append(forms, "[n]")
	}
	if a.Key {
		forms = append(forms, "[key]")
	}
	if a.Dotted {
		forms = append(forms, ".name")
	}
	return or(forms)
}

// A class is what the names of fields start with.
type class struct{ name, doc string }

// classes are in the order of the reference: from the event to its thread, to
// what it deals with, to where that runs.
var classes = []class{
	{"evt", "The event itself: when and where it happened, what it was, how it ended."},
	{"syscall", "The event as a syscall."},
	{"proc", "The process of the thread that the event is of, and its ancestors."},
	{"thread", "The thread that the event is of."},
	{"user", "The user that the thread acts as, and the one who logged in."},
	{"group", "The group that the thread acts as."},
	{"fd", "The descriptor that the event is about: a file, a socket, a pipe."},
	{"fs", "The paths that the event is about, whether it opens them or not."},
	{"fdlist", "The descriptors that a call such as poll waits for."},
	{"container", "The container that the thread is in."},
	{"k8s", "The Kubernetes pod that the thread's container belongs to."},
}

// Fields returns the field called word, which may carry an argument as in
// proc.aname[2], or else all of a class or of the start of a name: fd, k8s.pod.
// Without a word it returns all there are. An *UnknownError says that there is
// nothing of that name.
func Fields(word string) ([]Field, error) {
	if id, ok := lookupField(word); ok {
		return []Field{describeField(id.Field())}, nil
	}
	var fields []Field
	for _, c := range classes {
		for i := range event.Fields {
			f := &event.Fields[i]
			if classOf(f) == c.name && (word == "" || strings.HasPrefix(f.Name, word+".")) {
				fields = append(fields, describeField(f))
			}
		}
	}
	if len(fields) == 0 {
		return nil, unknown("field or class", word, FieldWords())
	}
	return fields, nil
}

// FieldWords are the names of all fields and classes.
func FieldWords() []string {
	var words []string
	for _, c := range classes {
		words = append(words, c.name)
	}
	for i := range event.Fields {
		words = append(words, event.Fields[i].Name)
	}
	return words
}

// lookupField finds the field of a name that may carry an argument.
func lookupField(word string) (event.FieldID, bool) {
	name, _, _ := strings.Cut(word, "[")
	if id, ok := event.LookupField(name); ok {
		return id, true
	}
	for {
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 {
			return 0, false
		}
		name = name[:dot]
		if id, ok := event.LookupField(name); ok {
			return id, id.Field().Arg&event.ArgDotted != 0
		}
	}
}

func classOf(f *event.Field) string {
	name, _, _ := strings.Cut(f.Name, ".")
	return name
}

func describeField(f *event.Field) Field {
	field := Field{
		Name:           f.Name,
		Class:          classOf(f),
		Kind:           f.Kind.String(),
		List:           f.List,
		Any:            f.Any,
		ConditionsOnly: f.NoOutput,
		OutputsOnly:    f.NoFilter,
		Doc:            f.Doc,
		Deprecated:     f.Deprecated,
		kind:           f.Kind,
	}
	if f.Arg != event.ArgNone {
		field.Argument = &Argument{
			Required: f.Arg&event.ArgRequired != 0,
			Index:    f.Arg&event.ArgIndex != 0,
			Key:      f.Arg&event.ArgKey != 0,
			Dotted:   f.Arg&event.ArgDotted != 0,
		}
	}
	return field
}
