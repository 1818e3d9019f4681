// SPDX-License-Identifier: Apache-2.0

package grid

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

// A Target is one kernel that the driver is to work on, as a distribution
// publishes it.
type Target struct {
	Family  string      `json:"family"`
	Release string      `json:"release"`
	Arch    kernel.Arch `json:"arch"`
	Suite   string      `json:"suite"`
	Package string      `json:"package"`
	Version string      `json:"version"` // of the package
	File    string      `json:"file"`    // in the archive
	Size    int64       `json:"size"`    // of the package, bytes
	SHA256  string      `json:"sha256"`  // of the package
}

// compare orders targets: by machine, then from old to new.
func (t *Target) compare(u *Target) int {
	return cmp.Or(cmp.Compare(t.Family, u.Family), cmp.Compare(t.Arch, u.Arch), kernel.CompareReleases(t.Release, u.Release),
		cmp.Compare(t.Version, u.Version), cmp.Compare(t.SHA256, u.SHA256))
}

// A Family is a file of targets: those of one distribution, and where new ones are
// looked for.
type Family struct {
	Name          string
	Suites        []string
	Architectures []kernel.Arch
	// Packages are the names of packages that have kernels.
	Packages []*regexp.Regexp
	// Threshold is how many of a hundred targets must work for a release.
	Threshold int
	Targets   []Target

	head string // the file up to its targets, as people wrote it
}

// targetsLine is where the part of a file begins that a crawler writes.
const targetsLine = "targets:"

// ParseFamily reads a file of targets. The error is yamlfile.Mistakes.
func ParseFamily(name string, src []byte) (*Family, error) {
	f, root := yamlfile.Open(name, src)
	fam := &Family{Threshold: 100}
	r := reader{f, fam}
	if root == nil {
		if ms := f.Mistakes(); len(ms) > 0 {
			return nil, ms
		}
		return nil, fmt.Errorf("%s is empty: want a family of kernels, such as driver/targets/debian.yaml has", name)
	}
	f.Read(root, map[string]func(*yaml.Node){
		"family": func(n *yaml.Node) { fam.Name = r.word(n, familyName, "letters, digits and -") },
		"suites": func(n *yaml.Node) {
			fam.Suites = r.words(n, suiteName, "the name of a suite, such as bookworm-security")
		},
		"architectures": r.architectures,
		"packages":      r.packages,
		"threshold":     r.threshold,
		"targets":       r.targets,
	}, nearest)
	if fam.Name == "" {
		f.Report(root, "write family: debian", "the file does not say which family of kernels it is about")
	}
	for i := range fam.Targets {
		fam.Targets[i].Family = fam.Name
	}
	if ms := f.Mistakes(); len(ms) > 0 {
		return nil, ms
	}
	fam.head = headOf(src)
	slices.SortFunc(fam.Targets, func(a, b Target) int { return a.compare(&b) })
	return fam, nil
}

func headOf(src []byte) string {
	for i, line := range bytes.SplitAfter(src, []byte("\n")) {
		if bytes.HasPrefix(line, []byte(targetsLine)) {
			return string(bytes.Join(bytes.SplitAfter(src, []byte("\n"))[:i], nil))
		}
	}
	return strings.TrimRight(string(src), "\n") + "\n"
}

var (
	familyName  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	suiteName   = regexp.MustCompile(`^[a-z0-9][a-z0-9./-]*$`)
	packageName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.~-]*$`)
	digestText  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	poolFile    = regexp.MustCompile(`^pool(/[A-Za-z0-9][A-Za-z0-9+.~_-]*)+\.deb$`)
	versionText = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+.:~-]*$`)
)

type reader struct {
	*yamlfile.File
	fam *Family
}

func nearest(name string, known []string) string {
	for _, k := range known {
		if strings.HasPrefix(k, name[:min(3, len(name))]) {
			return k
		}
	}
	return ""
}

func (r reader) word(n *yaml.Node, form *regexp.Regexp, want string) string {
	n = yamlfile.Resolve(n)
	if n.Kind != yaml.ScalarNode || !form.MatchString(n.Value) {
		r.Report(n, "want "+want, "%.60q cannot be meant", n.Value)
		return ""
	}
	return n.Value
}

func (r reader) words(n *yaml.Node, form *regexp.Regexp, want string) []string {
	var all []string
	for _, item := range r.Items(n) {
		all = append(all, r.word(item, form, want))
	}
	return all
}

func (r reader) arch(n *yaml.Node) kernel.Arch {
	a, err := kernel.ParseArch(n.Value)
	if err != nil {
		r.Report(n, "", "%v", err)
	}
	return a
}

func (r reader) architectures(n *yaml.Node) {
	for _, item := range r.Items(n) {
		r.fam.Architectures = append(r.fam.Architectures, r.arch(item))
	}
}

func (r reader) packages(n *yaml.Node) {
	for _, item := range r.Items(n) {
		re, err := regexp.Compile("^(?:" + item.Value + ")$")
		if err != nil {
			r.Report(item, "want an expression for names of packages", "%v", err)
			continue
		}
		r.fam.Packages = append(r.fam.Packages, re)
	}
}

func (r reader) threshold(n *yaml.Node) {
	v, err := strconv.Atoi(n.Value)
	if err != nil || v < 0 || v > 100 {
		r.Report(n, "want a number from 0 to 100: how many of a hundred kernels must work", "the threshold is %.20q", n.Value)
	}
	r.fam.Threshold = v
}

func (r reader) targets(n *yaml.Node) {
	n = yamlfile.Resolve(n)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.Report(n, "want a list; \"grid crawl --write\" makes it", "the targets are no list")
		return
	}
	seen := make(map[string]bool)
	for _, item := range n.Content {
		t := r.target(item)
		if t.SHA256 != "" && seen[t.SHA256] {
			r.Report(item, "leave one of them out", "the package %.12s is there twice", t.SHA256)
		}
		seen[t.SHA256] = true
		r.fam.Targets = append(r.fam.Targets, t)
	}
}

func (r reader) target(item *yaml.Node) (t Target) {
	given := make(map[string]bool)
	set := func(name string, read func(*yaml.Node)) func(*yaml.Node) {
		return func(n *yaml.Node) { given[name] = true; read(n) }
	}
	keys := map[string]func(*yaml.Node){
		"release": func(n *yaml.Node) {
			t.Release = n.Value
			if _, err := kernel.ParseSeries(n.Value); err != nil {
				r.Report(n, "", "%v", err)
			}
		},
		"arch":    func(n *yaml.Node) { t.Arch = r.arch(n) },
		"suite":   func(n *yaml.Node) { t.Suite = r.word(n, suiteName, "the name of a suite") },
		"package": func(n *yaml.Node) { t.Package = r.word(n, packageName, "the name of a package") },
		"version": func(n *yaml.Node) { t.Version = r.word(n, versionText, "the version of a package") },
		"file":    func(n *yaml.Node) { t.File = r.word(n, poolFile, "where the package is in the archive: pool/….deb") },
		"size": func(n *yaml.Node) {
			var err error
			if t.Size, err = strconv.ParseInt(n.Value, 10, 64); err != nil || t.Size <= 0 {
				r.Report(n, "want the size of the package in bytes", "the size is %.20q", n.Value)
			}
		},
		"sha256": func(n *yaml.Node) {
			t.SHA256 = n.Value
			if !digestText.MatchString(n.Value) {
				r.Report(n, "want the package's SHA-256: 64 digits", "%.80q is no digest", n.Value)
			}
		},
	}
	for name, read := range keys {
		keys[name] = set(name, read)
	}
	r.Read(item, keys, nearest)
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if !given[name] {
			r.Report(item, "\"grid crawl --write\" writes whole ones", "the target has no %s", name)
		}
	}
	return t
}

// Format writes a file of targets: what people wrote stays as it is, what follows
// is one line a target.
func (fam *Family) Format() []byte {
	var b bytes.Buffer
	b.WriteString(fam.head)
	b.WriteString(targetsLine + "\n")
	targets := slices.SortedFunc(slices.Values(fam.Targets), func(a, b Target) int { return a.compare(&b) })
	for _, t := range targets {
		fmt.Fprintf(&b, "  - {release: %s, arch: %s, suite: %s, package: %s, version: %q, file: %s, size: %d, sha256: %s}\n",
			t.Release, t.Arch, t.Suite, t.Package, t.Version, t.File, t.Size, t.SHA256)
	}
	return b.Bytes()
}
