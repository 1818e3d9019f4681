// SPDX-License-Identifier: Apache-2.0

package lexicon

import (
	"maps"
	"slices"

	"github.com/lanner-project/lanner/engine/event"
)

// An Event is what there is to say of the events of a name. In JSON all of it
// is always there.
type Event struct {
	Name       string      `json:"name"`
	Origin     string      `json:"origin"`
	Category   string      `json:"category"`
	Generic    bool        `json:"generic"` // a syscall without parameters of its own
	Old        bool        `json:"old"`     // only old captures have it
	Parameters []Parameter `json:"parameters"`
}

// A Parameter is what there is to say of a parameter, which rules call
// evt.arg.NAME.
type Parameter struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Values     []string `json:"values"`     // what its bits or numbers are called
	Kinds      []string `json:"kinds"`      // what a DYNAMIC one may hold
	RelativeTo string   `json:"relativeTo"` // the parameter with the folder that a path starts from

	set string // the name of its values
}

// Events returns the events called word, or without a word all there are, by
// name. Of several versions of an event it is the newest, for older ones are
// made into it before a rule sees them. An *UnknownError says that there is
// nothing of that name.
func Events(word string) ([]Event, error) {
	all := newest()
	if word != "" {
		e, ok := all[word]
		if !ok {
			return nil, unknown("event", word, slices.Sorted(maps.Keys(all)))
		}
		return []Event{e}, nil
	}
	events := make([]Event, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		events = append(events, all[name])
	}
	return events, nil
}

// EventWords are the names of all events.
func EventWords() []string { return slices.Sorted(maps.Keys(newest())) }

// newest describes the newest event of each name.
func newest() map[string]Event {
	types := make(map[string]event.Type)
	for id := range event.Type(event.NumTypes) {
		info := id.Info()
		if info.Flags&event.Unused != 0 || id == event.GenericEnter || id == event.GenericExit {
			continue
		}
		if last, ok := types[info.Name]; !ok || newer(id, last) {
			types[info.Name] = id
		}
	}
	events := make(map[string]Event, len(types))
	for name, id := range types {
		events[name] = describeEvent(name, id)
	}
	// Syscalls are numbered without a gap from 1, and 0 is what any other
	// number is called.
	for s := event.Syscall(1); s.String() != event.Syscall(0).String(); s++ {
		if _, ok := events[s.String()]; !ok {
			e := describeEvent(s.String(), event.GenericExit)
			e.Generic = true
			events[e.Name] = e
		}
	}
	return events
}

// newer reports whether there is more to know from id than from an earlier type
// of the same name. A few syscalls still have an event for their begin; what it
// says stands in the one for the end too.
func newer(id, last event.Type) bool {
	if old := id.Info().Flags&event.Old != 0; old != (last.Info().Flags&event.Old != 0) {
		return !old
	}
	return last.IsEnter() || !id.IsEnter()
}

func describeEvent(name string, id event.Type) Event {
	info := id.Info()
	e := Event{
		Name:       name,
		Origin:     info.Origin.String(),
		Category:   info.Category.String(),
		Old:        info.Flags&event.Old != 0,
		Parameters: make([]Parameter, 0, len(info.Params)),
	}
	for i := range info.Params {
		p := &info.Params[i]
		param := Parameter{Name: p.Name, Kind: p.Kind.String(), Values: []string{}, Kinds: []string{}}
		if p.Flags != nil {
			param.set = p.Flags.Name
			for _, v := range p.Flags.Values {
				param.Values = append(param.Values, v.Name)
			}
		}
		for _, v := range p.Variants {
			if kind := v.Kind.String(); !slices.Contains(param.Kinds, kind) {
				param.Kinds = append(param.Kinds, kind)
			}
		}
		if p.Kind == event.KindRelPath && p.Dir >= 0 {
			param.RelativeTo = info.Params[p.Dir].Name
		}
		e.Parameters = append(e.Parameters, param)
	}
	return e
}
