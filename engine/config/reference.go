// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes the reference page.
func WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`# The configuration of lanner run

` + "`lanner run` reads " + Path + ", or the file that `--config` or" + `
` + "`LANNER_CONFIG`" + ` names. Without a file the defaults hold. A variable of the
environment is stronger than the file, and a flag stronger than both; a list that
is given in one place takes the place of the other's as a whole. Unknown keys,
values of the wrong kind and values that cannot be are mistakes, and nothing
starts. ` + "`lanner config show --origin`" + ` prints each value and where it comes from,
` + "`lanner config check`" + ` says whether all is well, ` + "`lanner config schema`" + ` prints a
JSON Schema for editors.

In variables, lists are written with commas between their items, or in brackets
as in the file. Durations have a unit, as in 30s; sizes may have one, as in 32MiB.
Keys with "yes" in the last column take effect when the configuration is loaded
anew; others need a restart, and the log says so.

`)
	b.WriteString("| key | takes | default | flag | reload | what it says |\n|---|---|---|---|---|---|\n")
	for i := range keys {
		k := &keys[i]
		flag := ""
		if k.Flag != "" {
			flag = "`--" + k.Flag + "`"
		}
		live := ""
		if k.Live {
			live = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", k.Name, k.Type(), code(k.Default), flag, live, k.Doc)
	}
	b.WriteString("\nThe variable of a key has its name in capitals: `LANNER_RULES_PATHS` is `rules.paths`.\n")
	for _, k := range keys {
		if k.entry == nil {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\nEach entry is a mapping with these keys, or a text as `--%s` takes it.\n\n| key | takes | default | what it says |\n|---|---|---|---|\n",
			strings.ToUpper(k.Name[:1])+k.Name[1:], k.Flag)
		for i := range k.entry {
			e := &k.entry[i]
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", e.Name, e.Type(), code(e.Default), e.Doc)
		}
	}
	b.WriteString("\n## An example\n\n```yaml\n")
	writeExample(&b)
	b.WriteString("```\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// Schema is where packages install the JSON Schema.
const Schema = "/usr/share/lanner/lanner.schema.json"

// WriteExample writes a file with all keys, each behind a "#" with its default
// or an example, and what it says.
func WriteExample(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# SPDX-License-Identifier: Apache-2.0\n# yaml-language-server: $schema=" + Schema + "\n#\n" +
		"# The configuration of lanner run. What is behind a \"#\" holds by itself, or is\n" +
		"# an example where it says so. \"lanner config check\" checks the file.\n")
	writeExample(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeExample(b *strings.Builder) {
	t := treeOf(keys)
	for _, name := range t.names {
		kid := t.kids[name]
		b.WriteByte('\n')
		if kid.key != nil {
			exampleKey(b, "", name, kid.key)
			continue
		}
		fmt.Fprintf(b, "%s:\n", name)
		for _, inner := range kid.names {
			exampleKey(b, "  ", inner, kid.kids[inner].key)
		}
	}
}

// exampleKey writes one key.
func exampleKey(b *strings.Builder, indent, name string, k *Key) {
	for _, line := range wrap(k.Doc, 78-len(indent)) {
		fmt.Fprintf(b, "%s# %s\n", indent, line)
	}
	if k.Example != "" {
		fmt.Fprintf(b, "%s# For example:\n", indent)
	}
	value := k.Example
	if value == "" {
		value = k.Default
		switch {
		case k.IsList():
			value = "[" + value + "]"
		case value == "":
			value = `""`
		}
	}
	fmt.Fprintf(b, "%s#%s: %s\n", indent, name, value)
}

// wrap breaks a sentence into lines.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
