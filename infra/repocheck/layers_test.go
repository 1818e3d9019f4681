// SPDX-License-Identifier: Apache-2.0

package repocheck

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const layersFile = "infra/repocheck/layers.txt"

// A pattern is a folder, or with below a folder and all under it.
type pattern struct {
	path  string
	below bool
}

func parsePattern(s string) pattern {
	dir, below := strings.CutSuffix(s, "/...")
	return pattern{path: dir, below: below}
}

func (p pattern) matches(dir string) bool {
	return dir == p.path || p.below && strings.HasPrefix(dir, p.path+"/")
}

// closer says whether p describes a folder more closely than q does.
func (p pattern) closer(q pattern) bool {
	if len(p.path) != len(q.path) {
		return len(p.path) > len(q.path)
	}
	return !p.below && q.below
}

// A layer is one "PATTERN -> PATTERN ..." line.
type layer struct {
	from pattern
	to   []pattern
}

// An only is one "only MODULE <- PATTERN ..." line.
type only struct {
	module string
	by     []pattern
}

func (o only) is(importPath string) bool {
	return importPath == o.module || strings.HasPrefix(importPath, o.module+"/")
}

type policy struct {
	layers []layer
	only   []only
	tests  []string // modules of "tests MODULE" lines
}

func parsePolicy(t *tree) (policy, []finding) {
	f := t.file(layersFile)
	if f == nil {
		return policy{}, []finding{{path: layersFile, msg: "missing"}}
	}
	var (
		p   policy
		bad []finding
	)
	for i, line := range strings.Split(f.text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case len(words) >= 2 && words[1] == "->":
			p.layers = append(p.layers, layer{from: parsePattern(words[0]), to: parsePatterns(words[2:])})
		case len(words) >= 4 && words[0] == "only" && words[2] == "<-":
			p.only = append(p.only, only{module: words[1], by: parsePatterns(words[3:])})
		case len(words) == 2 && words[0] == "tests":
			p.tests = append(p.tests, words[1])
		default:
			bad = append(bad, finding{path: layersFile, line: i + 1, msg: fmt.Sprintf(
				`%q is none of "PATTERN -> PATTERN ...", "only MODULE <- PATTERN ...", "tests MODULE"`, strings.TrimSpace(line))})
		}
	}
	return p, bad
}

func parsePatterns(words []string) []pattern {
	patterns := make([]pattern, len(words))
	for i, word := range words {
		patterns[i] = parsePattern(word)
	}
	return patterns
}

func matchAny(patterns []pattern, dir string) bool {
	return slices.ContainsFunc(patterns, func(p pattern) bool { return p.matches(dir) })
}

// layerOf returns the layer that describes dir most closely.
func (p policy) layerOf(dir string) (layer, bool) {
	var (
		best  layer
		found bool
	)
	for _, l := range p.layers {
		if l.from.matches(dir) && (!found || l.from.closer(best.from)) {
			best, found = l, true
		}
	}
	return best, found
}

// An imported is one import of one file.
type imported struct {
	by    *file
	path  string
	blank bool // import _ "…"
}

// eachImport calls f for every import of every file, whatever its build tags.
func (t *tree) eachImport(f func(imp imported, report func(format string, args ...any))) []finding {
	var findings []finding
	for _, src := range t.goFiles() {
		for _, spec := range src.ast.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				panic(err) // the parser let it through
			}
			blank := spec.Name != nil && spec.Name.Name == "_"
			f(imported{by: src, path: path, blank: blank}, func(format string, args ...any) {
				findings = append(findings, t.at(spec, format, args...))
			})
		}
	}
	return findings
}

// checkLayers holds direct imports against layers.txt.
func checkLayers(t *tree) []finding {
	p, findings := parsePolicy(t)
	placed := make(map[string]bool)
	for _, f := range t.goFiles() {
		if _, found := p.layerOf(f.dir()); !found && !placed[f.dir()] {
			placed[f.dir()] = true
			findings = append(findings, finding{path: f.dir(), msg: "no line of layers.txt is about this package"})
		}
	}
	return append(findings, t.eachImport(func(imp imported, report func(string, ...any)) {
		src := imp.by.dir()
		if dir, inside := strings.CutPrefix(imp.path, module+"/"); inside {
			l, found := p.layerOf(src)
			if found && !l.from.matches(dir) && !matchAny(l.to, dir) {
				report("%s may not import %s", src, dir)
			}
			return
		}
		for _, o := range p.only {
			if o.is(imp.path) && !matchAny(o.by, src) {
				report("%s may not import %s", src, imp.path)
			}
		}
	})...)
}

// checkLinks finds a restricted module that gets into a package that may not
// import it through some other module.
func checkLinks(t *tree) []finding {
	p, _ := parsePolicy(t) // checkLayers reports a bad line
	var findings []finding
	for _, pkg := range slices.Sorted(maps.Keys(t.links)) {
		dir, inside := strings.CutPrefix(pkg, module+"/")
		if !inside {
			continue
		}
		for _, o := range p.only {
			if matchAny(o.by, dir) {
				continue
			}
			if way := t.wayTo(pkg, o); way != nil {
				findings = append(findings, finding{path: dir, msg: "links " + strings.Join(way, " <- ")})
			}
		}
	}
	return findings
}

// wayTo returns a shortest import path from pkg to o's module that leaves this
// module at once, the end first; nil if there is none. A way through another
// package of this module is that package's.
func (t *tree) wayTo(pkg string, o only) []string {
	ways := [][]string{{pkg}}
	seen := map[string]bool{pkg: true}
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		for _, next := range t.links[way[0]] {
			if seen[next] || strings.HasPrefix(next, module+"/") {
				continue
			}
			seen[next] = true
			longer := append([]string{next}, way[:len(way)-1]...)
			if o.is(next) {
				return longer
			}
			ways = append(ways, append(longer, pkg))
		}
	}
	return nil
}

// checkTestOnly keeps test helpers, and modules that are for tests, out of
// product code.
func checkTestOnly(t *tree) []finding {
	p, _ := parsePolicy(t) // checkLayers reports a bad line
	return t.eachImport(func(imp imported, report func(string, ...any)) {
		path := imp.path
		if imp.by.isTest() || forTests(imp.by.dir()) {
			return
		}
		switch {
		case path == "testing", strings.HasPrefix(path, "testing/"), path == "net/http/httptest",
			strings.HasPrefix(path, module+"/") && forTests(path):
			report("product code imports %s, which is for tests", path)
		}
		for _, m := range p.tests {
			if (only{module: m}).is(path) {
				report("product code imports %s, which is for tests", path)
			}
		}
	})
}

// forTests says whether a package is for tests alone, by its name: forgetest,
// enginetest.
func forTests(pkg string) bool {
	return strings.HasSuffix(pkg, "test")
}
