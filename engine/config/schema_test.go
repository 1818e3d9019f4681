// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/engine/diag"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	var b bytes.Buffer
	if err := WriteSchema(&b); err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("lanner.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("lanner.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The schema and the decoder agree on what a file may say. What only the decoder
// sees is marked: editors cannot know it.
func TestSchemaAgrees(t *testing.T) {
	t.Parallel()
	s := compileSchema(t)
	for _, tt := range []struct {
		text           string
		decoder, alone bool
	}{
		{text: "{}", decoder: true},
		{text: "rules:\n", decoder: true},
		{text: "rules: {paths: [a, b], matching: all, priority: WARNING, select: [disable tag=x]}", decoder: true},
		{text: "rules: {priority: info}", decoder: true},
		{text: "rules: {priority: urgent}"},
		{text: "rules: {pathes: [a]}"},
		{text: "rules: {paths: a}"},
		{text: "rules: {paths: [1]}"},
		{text: "rules: {matching: some}"},
		{text: "rules: {select: [network]}"},
		{text: "rules: []"},
		{text: "output: {format: json, utc: true, omit: [tags]}", decoder: true},
		{text: "output: {utc: yes}"},
		{text: "output: {omit: [hostname]}"},
		{text: "sinks: [stdout, {type: file, path: /x}]", decoder: true},
		{text: "sinks: [{type: http, url: 'http://127.0.0.1/', headers: {A: b}, tls: {ca: /x}, timeout: 3s, queue: 5, overflow: wait, required: true}]", decoder: true},
		{text: "sinks: [{type: syslog, syslog: {address: 'udp://127.0.0.1:514', facility: 3}}]", decoder: true},
		{text: "sinks: []"},
		{text: "sinks: [{path: /x}]"},
		{text: "sinks: [{type: fil}]"},
		{text: "sinks: [{type: http, url: 'http://127.0.0.1/', headers: {A: 1}}]"},
		{text: "sinks: [{type: file}]", alone: true},
		{text: "sinks: [{type: file, path: /x, url: 'http://127.0.0.1/'}]", alone: true},
		{text: "sinks: [nowhere]", alone: true},
		{text: "limits: [{burst: 1, window: 10m, fields: [a]}, 3/1m]", decoder: true},
		{text: "limits: [{burst: 1}]"},
		{text: "limits: [{burst: 1, window: 10}]"},
		{text: "driver: {buffer_size: 64MiB, scope: 'cgroup:/x', filter: false}", decoder: true},
		{text: "driver: {buffer_size: 67108864}", decoder: true},
		{text: "driver: {buffer_size: 64 parsecs}"},
		{text: "driver: {buffer_size: 1}"},
		{text: "driver: {scope: 'cgrop:x'}"},
		{text: "driver: {include_syscalls: [nosuch]}", alone: true},
		{text: "state: {threads: 7}"},
		{text: "state: {threads: '2000'}"},
		{text: "server: {listen: off}", decoder: true},
		{text: "server: {listen: somewhere}", alone: true},
		{text: "drain_timeout: 1m30s", decoder: true},
		{text: "drain_timeout: 30"},
		{text: "drain_timeout: soon"},
		{text: "hostname: 17"},
		{text: "unknown: 1"},
		{text: "watch:\n"},
		{text: "[]"},
	} {
		var list diag.List
		Load(Input{File: &File{"lanner.yaml", []byte(tt.text)}}, &list)
		if got := list.Errors() == 0; got != tt.decoder {
			t.Errorf("%s: the decoder takes it: %v\n%s", tt.text, got, report(t, &list))
		}
		var v any
		if err := yaml.Unmarshal([]byte(tt.text), &v); err != nil {
			t.Fatal(err)
		}
		err := s.Validate(jsonLike(v))
		if got := err == nil; got != (tt.decoder || tt.alone) {
			t.Errorf("%s: the schema takes it: %v, %v", tt.text, got, err)
		}
	}
}

// jsonLike makes what YAML reads into what the validator knows.
func jsonLike(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = jsonLike(v[key])
		}
	case []any:
		for i := range v {
			v[i] = jsonLike(v[i])
		}
	}
	return v
}

// The example file changes nothing; with each of its keys said aloud, it is
// still right, and says the defaults where it says no example.
func TestExample(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := WriteExample(&b); err != nil {
		t.Fatal(err)
	}
	plain := load(t, b.String(), nil)
	defaults := load(t, "", nil)
	if diff := cmp.Diff(defaults.Config, plain.Config); diff != "" {
		t.Errorf("the example as it is (-default +example):\n%s", diff)
	}
	if len(plain.origins) != 0 {
		t.Errorf("the example sets %v", plain.origins)
	}
	aloud := regexp.MustCompile(`(?m)^( *)#([a-z_]+:)`).ReplaceAllString(b.String(), "$1$2")
	said := load(t, aloud, nil)
	for i := range keys {
		k := &keys[i]
		if said.Origin(k.Name).From != FromFile {
			t.Errorf("the example does not have %s", k.Name)
		}
		if k.Example == "" && fmt.Sprint(k.field.of(&said.Config)) == "" {
			t.Errorf("%s: nothing", k.Name)
		}
	}
	live, restart := Changed(&defaults.Config, &said.Config)
	for _, name := range append(live, restart...) {
		for i := range keys {
			if keys[i].Name == name && keys[i].Example == "" {
				t.Errorf("the example of %s is not its default", name)
			}
		}
	}
	s := compileSchema(t)
	var v any
	if err := yaml.Unmarshal([]byte(aloud), &v); err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(jsonLike(v)); err != nil {
		t.Error(err)
	}
}

// What is shown reads the same, but for secrets.
func TestShow(t *testing.T) {
	t.Parallel()
	const file = `
rules: {paths: ["*.yaml", "%x", "off"], matching: all, priority: warning, select: [only tag=x, "disable a: b"]}
sinks: [{type: http, url: "https://u:secret@127.0.0.1/x", headers: {Authorization: Bearer secret}, tls: {ca: /x}}, "json,file:/a b"]
limits: ["a=b=10/1h30m:x,y"]
driver: {scope: "pid-tree:3", buffer_size: 1000001}
drain_timeout: 90s
hostname: "17"
`
	first := load(t, file, nil)
	for _, origins := range []bool{false, true} {
		var b strings.Builder
		if err := first.WriteYAML(&b, origins); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "secret") || !strings.Contains(b.String(), "Authorization: (redacted)") {
			t.Errorf("shown:\n%s", b.String())
		}
		second := load(t, b.String(), nil)
		second.Sinks[0].Headers, second.Sinks[0].URL = first.Sinks[0].Headers, first.Sinks[0].URL
		second.Sinks[1].Text = first.Sinks[1].Text
		if diff := cmp.Diff(first.Config, second.Config); diff != "" {
			t.Errorf("read again (-first +second):\n%s\nshown:\n%s", diff, b.String())
		}
	}
	values, err := first.Values()
	if err != nil || len(values) != len(keys) || strings.Contains(fmt.Sprint(values), "secret") {
		t.Errorf("values: %v, %v", values, err)
	}
}

// Keys do not share a flag or a letter.
func TestKeys(t *testing.T) {
	t.Parallel()
	seen := make(map[string]string)
	for _, k := range Keys() {
		for _, name := range []string{k.Name, k.Env(), "--" + k.Flag, "-" + k.Short} {
			if other := seen[name]; other != "" && !strings.HasSuffix(name, "-") {
				t.Errorf("%s and %s have both %s", other, k.Name, name)
			}
			seen[name] = k.Name
		}
		if !strings.HasSuffix(k.Doc, ".") || k.Doc == "." {
			t.Errorf("%s: %q is no sentence", k.Name, k.Doc)
		}
	}
}
