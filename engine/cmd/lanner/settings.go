// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/lanner-project/lanner/engine/config"
	"github.com/lanner-project/lanner/engine/diag"
)

// configFlags are where the configuration of lanner run comes from: a flag for
// the file, and those that the keys have.
type configFlags struct {
	path  string
	flags []config.Setting
}

func (c *configFlags) define(f *pflag.FlagSet) {
	f.StringVar(&c.path, "config", "", "configuration `FILE`, instead of $LANNER_CONFIG or "+config.Path)
	for _, k := range config.Keys() {
		switch {
		case k.Name == "rules.select":
			for _, s := range []struct{ name, prefix, usage string }{
				{"rule", "only ", "run the rules of this `NAME` alone"},
				{"tag", "only tag=", "run the rules with this `TAG` alone"},
				{"enable", "enable ", "run rules too that are off: `NAME` or tag=TAG"},
				{"disable", "disable ", "do not run rules: `NAME` or tag=TAG"},
			} {
				f.Var(&settingFlag{to: c, key: k, name: s.name, prefix: s.prefix}, s.name, s.usage)
			}
		case k.Flag != "":
			v := &settingFlag{to: c, key: k, name: k.Flag}
			flag := f.VarPF(v, k.Flag, k.Short, usage(k))
			if k.Type() == "true or false" {
				flag.NoOptDefVal = "true"
			}
		}
	}
}

// usage makes the text of a flag of what is known of its key.
func usage(k config.Key) string {
	if k.Usage != "" {
		return k.Usage
	}
	doc := strings.TrimSuffix(k.Doc, ".")
	first, size := utf8.DecodeRuneInString(doc)
	second, _ := utf8.DecodeRuneInString(doc[size:])
	if !unicode.IsUpper(second) {
		doc = string(unicode.ToLower(first)) + doc[size:]
	}
	return doc
}

// A settingFlag keeps what a flag was given, in the order of all flags.
type settingFlag struct {
	to           *configFlags
	key          config.Key
	name, prefix string
}

// Set takes one more text.
func (s *settingFlag) Set(text string) error {
	text = s.prefix + text
	if wrong := config.CheckFlag(s.key.Name, text); wrong != nil {
		return wrong
	}
	s.to.flags = append(s.to.flags, config.Setting{Key: s.key.Name, Flag: "--" + s.name, Text: text})
	return nil
}

// String returns the default.
func (s *settingFlag) String() string {
	if s.prefix != "" {
		return ""
	}
	return s.key.Default
}

// Type names what the flag takes.
func (s *settingFlag) Type() string {
	switch t := s.key.Type(); t {
	case "true or false":
		return "bool"
	case "number", "duration", "size", "priority":
		return t
	}
	return "string"
}

// A loaded is a configuration and the file that it was read from.
type loaded struct {
	*config.Settings
	file string // "" where there is none
}

// A configText is the file as it was read.
type configText struct {
	name  string
	named bool // somebody named it: it has to be there
	data  []byte
	err   error
}

func (c *configFlags) read() configText {
	t := configText{}
	t.name, t.named = c.file()
	t.data, t.err = os.ReadFile(t.name)
	return t
}

// load puts the configuration together, and writes to stderr what is wrong
// with it.
func (c *configFlags) load(text configText, stderr io.Writer) (*loaded, error) {
	var list diag.List
	l := &loaded{}
	in := config.Input{Env: os.Environ(), Flags: c.flags}
	switch {
	case text.err == nil:
		l.file, in.File = text.name, &config.File{Name: text.name, Data: text.data}
		refuseWritable([]string{text.name}, &list)
	case text.named || !errors.Is(text.err, os.ErrNotExist):
		list.Add(diag.Diagnostic{Code: diag.FileRead, Pos: diag.Pos{File: text.name}, Message: "cannot read the configuration: " + causeOf(text.err)})
	}
	l.Settings = config.Load(in, &list)
	list.Sort()
	if err := list.WriteText(stderr); err != nil {
		return nil, err
	}
	if n := list.Errors(); n > 0 {
		return nil, fmt.Errorf("%s in the configuration", count(n, "mistake"))
	}
	return l, nil
}

// file returns the name of the configuration file, and whether somebody named it.
func (c *configFlags) file() (string, bool) {
	if c.path != "" {
		return c.path, true
	}
	if name := os.Getenv("LANNER_CONFIG"); name != "" {
		return name, true
	}
	return config.Path, false
}

func causeOf(err error) string {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// refuseWritable reports files that any user can change, if it
// is root who is about to obey them: each itself, and the folder in which it
// could be replaced by another.
func refuseWritable(paths []string, list *diag.List) {
	if os.Geteuid() != 0 {
		return
	}
	for _, path := range paths {
		for _, name := range []string{path, filepath.Dir(path)} {
			info, err := os.Stat(name)
			if err != nil || !info.IsDir() && !info.Mode().IsRegular() {
				continue // reading it says why; a pipe's permissions protect nothing
			}
			// In a folder with the sticky bit, only a file's owner replaces it.
			if info.Mode().Perm()&0o002 == 0 || name != path && info.Mode()&os.ModeSticky != 0 {
				continue
			}
			list.Add(diag.Diagnostic{
				Code: diag.WritableByOther, Pos: diag.Pos{File: name},
				Message: fmt.Sprintf("any user can change it (%s), and root is to obey it", info.Mode()),
				Hint:    "chmod o-w " + name,
			})
			break
		}
	}
}
