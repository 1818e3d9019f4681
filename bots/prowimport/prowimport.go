// SPDX-License-Identifier: Apache-2.0

// Package prowimport translates the configuration of a Prow into settings of
// the bot.
//
// It reads plugins.yaml and the part of config.yaml that is about merging, and
// says of each thing that it could not carry over what that was. It is pure:
// what it returns is text for bots/config, and it guarantees that bots/config
// reads it. bots/cmd imports it; its functions are safe concurrently.
package prowimport

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/bots/config"
)

// Result is what became of a configuration.
type Result struct {
	// Settings is a file for "bot serve --settings".
	Settings []byte
	// Left is what is not in it, each with its place and why.
	Left []string
}

// Import translates plugins.yaml and config.yaml; either may be empty.
func Import(plugins, prow []byte) (Result, error) {
	im := &importer{repos: make(map[string]map[string]any)}
	for _, f := range []struct {
		name string
		src  []byte
		read func(map[string]any)
	}{{"plugins.yaml", plugins, im.plugins}, {"config.yaml", prow, im.config}} {
		root := make(map[string]any)
		if err := yaml.Unmarshal(f.src, &root); err != nil {
			return Result{}, fmt.Errorf("%s: %w", f.name, err)
		}
		im.file = f.name
		f.read(root)
	}
	src, err := im.write()
	if err != nil {
		return Result{}, err
	}
	if _, err := config.ParseShared("settings", src); err != nil {
		return Result{}, fmt.Errorf("what was translated is no settings file: %w", err)
	}
	slices.Sort(im.left)
	return Result{Settings: src, Left: slices.Compact(im.left)}, nil
}

// importer collects settings by repository pattern.
type importer struct {
	file  string
	repos map[string]map[string]any
	left  []string
}

func (im *importer) leave(format string, args ...any) {
	im.left = append(im.left, im.file+": "+fmt.Sprintf(format, args...))
}

// pattern turns Prow's "org" or "org/repo" into ours.
func pattern(key string) string {
	if strings.Contains(key, "/") {
		return key
	}
	return key + "/*"
}

// of returns the settings for a repository or an organization.
func (im *importer) of(key string) map[string]any {
	p := pattern(key)
	if im.repos[p] == nil {
		im.repos[p] = make(map[string]any)
	}
	return im.repos[p]
}

// under returns a mapping in the settings for a repository.
func under(settings map[string]any, key string) map[string]any {
	m, ok := settings[key].(map[string]any)
	if !ok {
		m = make(map[string]any)
		settings[key] = m
	}
	return m
}

// every calls f for what is known of each repository: what Prow sets for all.
func (im *importer) every(f func(map[string]any)) {
	for _, settings := range im.repos {
		f(settings)
	}
}

// each calls f for each of some repositories, all that are known if there is
// none or "*".
func (im *importer) each(repos []string, f func(map[string]any)) {
	if len(repos) == 0 || slices.Contains(repos, "*") {
		im.every(f)
		return
	}
	for _, r := range repos {
		f(im.of(r))
	}
}

// write makes a file of what was collected: repositories that want the same are
// in one block, organizations before the repositories that are in them.
func (im *importer) write() ([]byte, error) {
	blocks := make(map[string][]string)
	texts := make(map[string]map[string]any)
	for p, settings := range im.repos {
		if len(settings) == 0 {
			continue
		}
		text, err := yaml.Marshal(settings)
		if err != nil {
			return nil, err
		}
		blocks[string(text)] = append(blocks[string(text)], p)
		texts[string(text)] = settings
	}
	keys := slices.Collect(maps.Keys(blocks))
	for _, key := range keys {
		slices.SortFunc(blocks[key], order)
	}
	slices.SortFunc(keys, func(a, b string) int { return order(blocks[a][0], blocks[b][0]) })
	var list []map[string]any
	for _, key := range keys {
		list = append(list, map[string]any{"match": blocks[key], "settings": texts[key]})
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(map[string]any{"repositories": list}); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

func order(a, b string) int {
	rank := func(p string) int {
		if strings.HasSuffix(p, "/*") {
			return 0
		}
		return 1
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// text, list and table read what may be of another kind.
func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func table(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func words(v any) []string {
	var all []string
	for _, item := range list(v) {
		all = append(all, text(item))
	}
	return all
}

func sorted(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
