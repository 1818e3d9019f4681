// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

// An Input is where values come from. The later ones of its fields win.
type Input struct {
	File  *File     // nil: there is none
	Env   []string  // as os.Environ has it
	Flags []Setting // in the order in which they were given
}

// A Setting is a flag that was given.
type Setting struct {
	Key  string
	Flag string // as the user knows it: "--to"
	Text string
}

// A From says what kind of place a value comes from.
type From uint8

// The places, each stronger than those before it.
const (
	FromDefault From = iota
	FromFile
	FromEnv
	FromFlag
)

// An Origin is where a value comes from.
type Origin struct {
	From From
	Name string   // of the variable or flag
	Pos  diag.Pos // in the file
}

// String names the origin for people.
func (o Origin) String() string {
	switch o.From {
	case FromFile:
		return fmt.Sprintf("%s:%d:%d", o.Pos.File, o.Pos.Line, o.Pos.Col)
	case FromEnv:
		return "environment variable " + o.Name
	case FromFlag:
		return "flag " + o.Name
	}
	return "default"
}

// Settings are a configuration, and where each value of it comes from.
type Settings struct {
	Config
	origins map[string]Origin
}

// Origin returns where the value of a key comes from.
func (s *Settings) Origin(key string) Origin { return s.origins[key] }

// Load puts a configuration together. What is wrong goes to list; as long as
// there are errors, the settings are not to be used.
func Load(in Input, list *diag.List) *Settings {
	s := &Settings{origins: make(map[string]Origin)}
	applyDefaults(keys, &s.Config)
	if in.File != nil {
		list.AddSource(in.File.Name, in.File.Data)
		d := newDecoder(in.File, list)
		d.found = func(k *Key, pos diag.Pos) { s.origins[k.Name] = Origin{From: FromFile, Pos: pos} }
		d.file(treeOf(keys), &s.Config)
	}
	s.loadEnv(in.Env, list)
	for _, flag := range in.Flags {
		s.loadFlag(flag, list)
	}
	if !slices.ContainsFunc(list.Diagnostics, func(d diag.Diagnostic) bool { return d.Severity == diag.Error }) {
		s.validate(list)
	}
	return s
}

// notKeys are variables with our prefix that other things read.
var notKeys = []string{"LANNER_CONFIG"}

func (s *Settings) loadEnv(env []string, list *diag.List) {
	byName := make(map[string]*Key, len(keys))
	var names []string
	for i := range keys {
		byName[keys[i].Env()] = &keys[i]
		names = append(names, keys[i].Env())
	}
	for _, variable := range env {
		name, text, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "LANNER_") || slices.Contains(notKeys, name) {
			continue
		}
		k := byName[name]
		if k == nil {
			// Kubernetes makes LANNER_PORT and the like of a service named lanner,
			// so that only what is close to a key can be called a mistake.
			if near := list.Suggest(name, slices.Values(names)); near != "" {
				list.Add(diag.Diagnostic{
					Severity: diag.Warning, Code: diag.ConfigKey, Pos: diag.Pos{File: "environment"},
					Message: "unknown variable " + name, Hint: "did you mean " + near + "?",
				})
			}
			continue
		}
		s.origins[k.Name] = Origin{From: FromEnv, Name: name}
		s.setVariable(k, name, text, list)
	}
}

// setVariable gives a key the value of a variable. Lists are YAML in brackets,
// or their items with commas between them; a list of mappings has one item
// where it is not in brackets.
func (s *Settings) setVariable(k *Key, name, text string, list *diag.List) {
	target := k.field.of(&s.Config)
	report := func(wrong *Problem) {
		list.Add(diag.Diagnostic{Code: diag.ConfigValue, Pos: diag.Pos{File: "environment variable " + name}, Message: wrong.Msg, Hint: wrong.Help})
	}
	if !k.IsList() {
		if wrong := setText(k, target, text); wrong != nil {
			report(wrong)
		}
		return
	}
	clearList(target)
	if text == "" {
		return
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			report(problem("write a list in YAML or JSON", "%s", strings.TrimPrefix(err.Error(), "yaml: ")))
			return
		}
		file := &File{Name: "environment variable " + name, Data: []byte(text)}
		list.AddSource(file.Name, file.Data)
		newDecoder(file, list).value(k, doc.Content[0], target)
		return
	}
	items := []string{text}
	if k.entry == nil {
		items = strings.Split(text, ",")
	}
	for _, item := range items {
		if wrong := setText(k, target, strings.TrimSpace(item)); wrong != nil {
			report(wrong)
		}
	}
}

func (s *Settings) loadFlag(flag Setting, list *diag.List) {
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == flag.Key })
	k := &keys[i]
	target := k.field.of(&s.Config)
	if s.origins[k.Name].From != FromFlag {
		clearList(target) // the first of several takes the place of the file's
	}
	s.origins[k.Name] = Origin{From: FromFlag, Name: flag.Flag}
	if wrong := setText(k, target, flag.Text); wrong != nil {
		list.Add(diag.Diagnostic{Code: diag.ConfigValue, Pos: diag.Pos{File: flag.Flag}, Message: wrong.Msg, Hint: wrong.Help})
	}
}

// CheckFlag says what is wrong with a flag's text, before the rest is known.
func CheckFlag(key, text string) *Problem {
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == key })
	return setText(&keys[i], keys[i].field.of(new(Config)), text)
}

// validate looks at what one value alone cannot show.
func (s *Settings) validate(list *diag.List) {
	for _, name := range s.Driver.Exclude {
		if slices.Contains(s.Driver.Include, name) {
			list.Add(diag.Diagnostic{
				Code: diag.ConfigValue, Pos: s.origins["driver.exclude_syscalls"].Pos,
				Message: fmt.Sprintf("%s is both in driver.include_syscalls and in driver.exclude_syscalls", name), Hint: "keep one of them",
			})
		}
	}
	if len(s.Sinks) == 0 {
		list.Add(diag.Diagnostic{
			Code: diag.ConfigValue, Pos: s.origins["sinks"].Pos, Message: "sinks is an empty list: alerts would go nowhere",
			Hint: "leave the key out for standard output",
		})
	}
}

// Changed returns the keys whose values differ, those that a reload applies and
// those that need a restart.
func Changed(from, to *Config) (live, restart []string) {
	for i := range keys {
		k := &keys[i]
		x, y := reflect.ValueOf(k.field.of(from)).Elem(), reflect.ValueOf(k.field.of(to)).Elem()
		switch {
		case x.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0, reflect.DeepEqual(x.Interface(), y.Interface()):
		case k.Live:
			live = append(live, k.Name)
		default:
			restart = append(restart, k.Name)
		}
	}
	return live, restart
}

// Merge returns a configuration with the values of to for the keys that a
// reload applies, and those of from for the others.
func Merge(from, to *Config) *Config {
	merged := *from
	for i := range keys {
		if keys[i].Live {
			reflect.ValueOf(keys[i].field.of(&merged)).Elem().Set(reflect.ValueOf(keys[i].field.of(to)).Elem())
		}
	}
	return &merged
}
