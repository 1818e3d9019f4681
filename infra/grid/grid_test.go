// SPDX-License-Identifier: Apache-2.0

package grid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/driver/kernel"
)

const head = `# what people write
family: debian
suites: [bookworm, bookworm-security]
architectures: [amd64]
packages: ['linux-(image|binary)-[0-9].*-cloud-amd64'] # and why
threshold: 90
`

func digest(n int) string { return fmt.Sprintf("%064x", n) }

func target(rel string, n int) Target {
	return Target{
		Family: "debian", Release: rel, Arch: kernel.AMD64, Suite: "bookworm", Package: "linux-image-" + rel, Version: "1:6.1~rc1+b1-2",
		File: "pool/main/l/linux/linux-image-" + rel + "_1_amd64.deb", Size: 100, SHA256: digest(n),
	}
}

func parse(t *testing.T, text string) *Family {
	t.Helper()
	fam, err := ParseFamily("debian.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return fam
}

func TestFamilyRoundTrip(t *testing.T) {
	fam := parse(t, head)
	fam.Targets = []Target{target("6.1.0-10-cloud-amd64", 1), target("6.1.0-9-cloud-amd64", 2)}
	text := string(fam.Format())
	if !strings.HasPrefix(text, head) {
		t.Errorf("what people wrote is not as it was:\n%s", text)
	}
	again := parse(t, text)
	if again.Targets[0].Release != "6.1.0-9-cloud-amd64" || again.Threshold != 90 || len(again.Suites) != 2 {
		t.Errorf("%+v", again)
	}
	if diff := cmp.Diff(text, string(again.Format())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(fam.Targets[0], again.Targets[1]); diff != "" {
		t.Error(diff)
	}
}

func TestFamilyMistakes(t *testing.T) {
	one := string((&Family{Targets: []Target{target("6.1.0-1-x", 1)}}).Format())
	for text, want := range map[string]string{
		"":                                  "debian.yaml is empty",
		"suites: [a]\n":                     "debian.yaml:1:1: the file does not say which family",
		"family: De bian\n":                 `debian.yaml:1:9: "De bian" cannot be meant`,
		"family: debian\nsuits: [x]\n":      `debian.yaml:2:1: unknown key "suits"`,
		"family: debian\nsuites: ['a b']\n": `debian.yaml:2:10: "a b" cannot be meant`,
		"family: debian\narchitectures: [riscv64]\n":                                       `debian.yaml:2:17: there is no driver for the machine "riscv64"`,
		"family: debian\npackages: ['(']\n":                                                "debian.yaml:2:12: error parsing regexp",
		"family: debian\nthreshold: 101\n":                                                 `debian.yaml:2:12: the threshold is "101"`,
		"family: debian\ntargets: x\n":                                                     "debian.yaml:2:10: the targets are no list",
		"family: debian\n" + one + strings.SplitAfter(one, "\n")[1]:                        "is there twice",
		"family: debian\n" + strings.Replace(one, ", size: 100", "", 1):                    "the target has no size",
		"family: debian\n" + strings.Replace(one, "size: 100", "size: 0", 1):               `the size is "0"`,
		"family: debian\n" + strings.Replace(one, "sha256: 0", "sha256: X", 1):             "is no digest",
		"family: debian\n" + strings.Replace(one, "file: pool/", "file: ../pool/", 1):      "cannot be meant",
		"family: debian\n" + strings.Replace(one, "release: 6.1.0-1-x", "release: new", 1): "is no kernel release",
	} {
		if _, err := ParseFamily("debian.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v\nwant %s", text, err, want)
		}
	}
}

func stanza(t Target) string {
	return fmt.Sprintf("Package: %s\nVersion: %s\nDescription: x\n Package: no\nFilename: %s\nSize: %d\nSHA256: %s\n\n", t.Package, t.Version, t.File, t.Size, t.SHA256)
}

func TestCrawl(t *testing.T) {
	fam := parse(t, head)
	old, empty, whole := target("6.1.0-10-cloud-amd64", 1), target("7.2.0-cloud-amd64", 2), target("7.2.0-cloud-amd64", 3)
	whole.Package = "linux-binary-7.2.0-cloud-amd64"
	other, newest, odd := target("6.1.0-10-amd64", 4), target("6.12-cloud-amd64", 5), target("6.1.0-11-cloud-amd64", 6)
	odd.File = "/etc/passwd"
	var text strings.Builder
	for _, k := range []Target{old, empty, whole, other, newest, odd} {
		text.WriteString(stanza(k))
	}
	found, err := fam.Crawl("bookworm", kernel.AMD64, strings.NewReader(strings.TrimSuffix(text.String(), "\n")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Target{old, empty, whole}, found); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Target{old, whole}, fam.Add(found)); diff != "" {
		t.Error(diff)
	}
	if again := fam.Add(found); again != nil {
		t.Errorf("new once more: %v", again)
	}
}

// known is evidence about some targets: what a driver was found to be on each.
func known(targets []Target, verdicts []Verdict) *Evidence {
	e := NewEvidence()
	for i, t := range targets {
		c := &kernel.Check{Release: t.Release, Arch: t.Arch, Class: "class of " + string(verdicts[i])}
		switch verdicts[i] {
		case Unknown:
			continue
		case Uncovered:
			c.Uncovered, c.Class = "no BTF", ""
		case Refused:
			c.Programs = []kernel.Program{{Name: "p", Problems: []kernel.Problem{{Text: "no member"}}}}
		case Works:
			e.Boots[c.Class] = &kernel.Boot{Release: t.Release, Passed: 54}
		case Broken:
			e.Boots[c.Class] = &kernel.Boot{Release: t.Release, Problem: "a panic"}
		}
		e.Checks[t.SHA256] = c
	}
	return e
}

func TestJudge(t *testing.T) {
	var targets []Target
	for i := range Verdicts() {
		targets = append(targets, target(fmt.Sprintf("6.1.0-%d", i+1), i+1))
	}
	rows := Judge(targets, known(targets, Verdicts()))
	for i, r := range rows {
		if r.Verdict != Verdicts()[i] || (r.Reason == "") != (r.Verdict == Works) {
			t.Errorf("%s: %s, %q: want %s", r.Release, r.Verdict, r.Reason, Verdicts()[i])
		}
	}
	if todo := Checks(rows); len(todo) != 1 || todo[0].Release != "6.1.0-3" {
		t.Errorf("to be checked: %v", todo)
	}
	if todo := Boots(rows); len(todo) != 1 || todo[0].Release != "6.1.0-2" {
		t.Errorf("to be booted: %v", todo)
	}
	if n := Count(rows); n[Works] != 1 || n[Refused] != 1 {
		t.Errorf("%v", n)
	}
	e := known(targets, Verdicts())
	e.Errors[targets[2].SHA256] = "no network"
	if r := Judge(targets, e)[2]; r.Reason != "no network" {
		t.Errorf("an error is hidden: %+v", r)
	}
}

// Of a class it is the newest that is booted, once.
func TestBoots(t *testing.T) {
	targets := []Target{target("6.1.0-9", 1), target("6.1.0-10", 2), target("5.10.0-99", 3), target("6.2.0-1", 4)}
	rows := Judge(targets, known(targets, []Verdict{Fits, Fits, Fits, Works}))
	if todo := Boots(rows); len(todo) != 1 || todo[0].Release != "6.1.0-10" {
		t.Errorf("%v", todo)
	}
}

func TestShort(t *testing.T) {
	targets := []Target{target("6.1.0-1", 1), target("6.1.0-2", 2), target("6.1.0-3", 3), target("6.1.0-4", 4)}
	rows := Judge(targets, known(targets, []Verdict{Works, Works, Works, Refused}))
	for threshold, want := range map[int]map[string]int{75: {}, 76: {"debian": 75}} {
		if got := Short([]*Family{{Name: "debian", Threshold: threshold}}, rows); !cmp.Equal(got, want) {
			t.Errorf("threshold %d: %v", threshold, got)
		}
	}
	if got := Short([]*Family{{Name: "other", Threshold: 1}}, rows); !cmp.Equal(got, map[string]int{"other": 0}) {
		t.Errorf("a family without kernels: %v", got)
	}
}

// The index is the same in whatever order things were found out.
func TestIndexOrder(t *testing.T) {
	var targets []Target
	var verdicts []Verdict
	for i := range 60 {
		targets = append(targets, target(fmt.Sprintf("6.%d.0-%d", i%5, i), i+1))
		verdicts = append(verdicts, Verdicts()[i%len(Verdicts())])
	}
	e := known(targets, verdicts)
	index := func() string {
		x, err := NewIndex("1.2.0+driver", map[kernel.Arch]string{kernel.AMD64: digest(7)}, digest(8), Judge(targets, e))
		if err != nil {
			t.Fatal(err)
		}
		b, err := x.JSON()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	want := index()
	for seed := range uint64(20) {
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(targets), func(i, j int) { targets[i], targets[j] = targets[j], targets[i] })
		if got := index(); got != want {
			t.Fatal(cmp.Diff(want, got))
		}
	}
	if strings.Count(want, `"object": "x86_64/lanner_debian_6.`) != 10 {
		t.Errorf("objects are not where those are that work:\n%s", want)
	}
}

func TestIndexVersion(t *testing.T) {
	for _, version := range []string{"", "../1", "1 2", "-1", "1/2"} {
		if _, err := NewIndex(version, nil, "", nil); err == nil {
			t.Errorf("%q is a version", version)
		}
	}
}

func FuzzParseFamily(f *testing.F) {
	f.Add(head)
	f.Add(head + string((&Family{Targets: []Target{target("6.1.0-1-x", 1)}}).Format()))
	f.Fuzz(func(t *testing.T, text string) {
		fam, err := ParseFamily("f.yaml", []byte(text))
		if err != nil || len(fam.Targets) == 0 {
			return
		}
		again, err := ParseFamily("f.yaml", fam.Format())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, fam.Format())
		}
		if !slices.Equal(fam.Targets, again.Targets) {
			t.Errorf("%v\n%v", fam.Targets, again.Targets)
		}
	})
}

func FuzzCrawl(f *testing.F) {
	f.Add(stanza(target("6.1.0-10-cloud-amd64", 1)))
	f.Fuzz(func(t *testing.T, text string) {
		fam, err := ParseFamily("f.yaml", []byte(head))
		if err != nil {
			t.Fatal(err)
		}
		found, err := fam.Crawl("bookworm", kernel.AMD64, strings.NewReader(text))
		if err != nil {
			return
		}
		fam.Add(found)
		again, err := ParseFamily("f.yaml", fam.Format())
		if err != nil {
			t.Fatalf("%v\n%s", err, fam.Format())
		}
		if len(again.Targets) != len(fam.Targets) {
			t.Error("targets are lost")
		}
	})
}
