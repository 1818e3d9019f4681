// SPDX-License-Identifier: Apache-2.0

package repocheck

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/bots/owners"
)

// topFolders and topFiles are all that may be at the top.
var (
	topFolders = []string{".ci", ".github", "bots", "driver", "engine", "infra", "maintainers", "release", "website"}
	topFiles   = []string{
		".gitattributes", ".gitignore", "CONTRIBUTING.md", "LICENSE", "Makefile", "OWNERS", "OWNERS_ALIASES",
		"README.md", "SECURITY.md", "go.mod", "go.sum",
	}
)

func checkTopLevel(t *tree) []finding {
	var findings []finding
	for _, dir := range t.dirs {
		if !slices.Contains(topFolders, dir) {
			findings = append(findings, finding{path: dir, msg: "a folder that the top level does not have; see DESIGN"})
		}
	}
	for _, f := range t.files {
		if f.dir() == "." && !slices.Contains(topFiles, f.path) {
			findings = append(findings, finding{path: f.path, msg: "a file that the top level does not have"})
		}
	}
	return findings
}

var (
	// machinePath finds absolute paths into somebody's home.
	machinePath = regexp.MustCompile("(?:^|[\\s\"'`=(:,])(/(?:root|work|home/[a-z][a-z0-9-]*|Users/[A-Za-z][A-Za-z0-9-]*)/[^\\s\"'`)]*)")
	// registryHost finds where packages come from. Which mirror serves them is
	// for the machine's own set-up to say; a host named here overrules it.
	registryHost = regexp.MustCompile(`\b(?:proxy\.golang\.org|sum\.golang\.org|goproxy\.[a-z]+|registry\.npmjs\.org|(?:deb|ftp|security)\.debian\.org|(?:files\.)?pypi\.org|static\.crates\.io)\b`)
)

// checkMachine looks in everything that is text, fixtures as well, except in
// this rule and its own fixture.
func checkMachine(t *tree) []finding {
	var findings []finding
	for _, f := range t.files {
		if f.path == "infra/repocheck/layout_test.go" || f.path == "infra/repocheck/testdata/machine.txtar" {
			continue
		}
		if f.path == "go.sum" || f.fixture() && path.Ext(f.path) == ".json" {
			continue // checksums; and what GitHub publishes, kept as it is
		}
		for i, line := range strings.Split(f.text, "\n") {
			if m := machinePath.FindStringSubmatch(line); m != nil {
				findings = append(findings, finding{path: f.path, line: i + 1, msg: fmt.Sprintf("names a path of one machine, %s", m[1])})
			}
			if host := registryHost.FindString(line); host != "" {
				findings = append(findings, finding{path: f.path, line: i + 1, msg: fmt.Sprintf("names a package registry, %s", host)})
			}
		}
	}
	return findings
}

// checkOwners wants an OWNERS file in every folder of the top level, an
// approver for every file, no mistake in any, and no one who approves without
// being in a group of OWNERS_ALIASES: a misspelt group is a login, and could be
// somebody's.
func checkOwners(t *tree) []finding {
	var findings []finding
	for _, dir := range append([]string{"."}, t.dirs...) {
		// Beside a folder "owners" there can be no file OWNERS (see checkCase):
		// the root's owners have it.
		besides := slices.ContainsFunc(t.files, func(f *file) bool { return strings.HasPrefix(f.path, path.Join(dir, "owners")+"/") })
		if name := path.Join(dir, owners.Filename); t.file(name) == nil && dir != ".ci" && !besides {
			findings = append(findings, finding{path: name, msg: "missing"})
		}
	}
	files := make(map[string]string)
	for _, f := range t.files {
		if !f.fixture() {
			files[f.path] = f.text
		}
	}
	parsed := owners.Parse(files)
	for _, m := range parsed.Mistakes() {
		findings = append(findings, finding{path: m.File, line: m.Line, msg: m.Message})
	}
	var groups struct {
		Aliases map[string][]string `yaml:"aliases"`
	}
	// A mistake in it is among those above.
	_ = yaml.Unmarshal([]byte(files[owners.AliasesFilename]), &groups)
	known := slices.Concat(slices.Collect(maps.Values(groups.Aliases))...)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		approvers := parsed.Approvers(name)
		if len(approvers) == 0 {
			findings = append(findings, finding{path: name, msg: "nobody may approve a change to it"})
		}
		if path.Base(name) != owners.Filename {
			continue
		}
		for _, login := range slices.Concat(approvers, parsed.Reviewers(name)) {
			if f := (finding{path: name, msg: fmt.Sprintf("names %s, who is in no group of OWNERS_ALIASES", login)}); !slices.Contains(known, login) && !slices.Contains(findings, f) {
				findings = append(findings, f)
			}
		}
	}
	return findings
}

// checkCase looks for names that differ in case alone. Go refuses to make or to
// unpack a module that has such names, and it says so only to who installs it.
func checkCase(t *tree) []finding {
	var findings []finding
	seen := make(map[string]string)
	for _, f := range t.files {
		for name := f.path; name != "."; name = path.Dir(name) {
			folded := strings.ToLower(name)
			if other, ok := seen[folded]; ok && other != name {
				findings = append(findings, finding{path: max(name, other), msg: "differs from " + min(name, other) + " in case alone; go install refuses the module"})
			}
			seen[folded] = name
		}
	}
	sortFindings(findings)
	return slices.Compact(findings)
}
