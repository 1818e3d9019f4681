// SPDX-License-Identifier: Apache-2.0

package rota_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/release/rota"
)

func TestLead(t *testing.T) {
	t.Parallel()
	r, err := rota.Parse("rotation.yaml", []byte(`
releases:
  - {version: v0.2.0, lead: Bob}
  - {version: v0.1.0, date: 2027-01-26, lead: alice, backup: carol}
  - {version: v0.1.2, lead: carol}
`))
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"v0.1.0": "alice", "v0.1.0-rc.3": "alice", "v0.1.1": "alice", "v0.1.2": "carol", "v0.1.2-rc.1": "carol", "v0.2.0": "bob",
	} {
		if a, err := r.Lead(version); err != nil || a.Lead != want {
			t.Errorf("%s is led by %+v, %v; want %s", version, a, err, want)
		}
	}
	for version, want := range map[string]string{"v0.3.0": "names nobody to lead v0.3.0", "0.1.0": "not semantic", "v1": "not semantic"} {
		if a, err := r.Lead(version); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is led by %+v, %v; want %q", version, a, err, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	_, err := rota.Parse("rotation.yaml", []byte(`releases:
  - version: 0.1.0
    lead: alice
  - version: v0.2.0
    led: bob
  - version: v0.3.0
    lead: "@carol"
    date: 26.1.2027
  - version: v0.4.0
    lead: alice
    backup: Alice
  - version: v0.5.0
  - version: v0.6.0
    lead: bob
  - version: v0.6.0
    lead: carol
`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"rotation.yaml:2:14: version is \"0.1.0\"\n  - version: 0.1.0\n             ^\nhint: want a semantic version",
		"rotation.yaml:5:5: unknown key \"led\"",
		"rotation.yaml:7:11: lead is \"@carol\"",
		"rotation.yaml:8:11: date is \"26.1.2027\"",
		"rotation.yaml:9:5: alice is lead",
		"rotation.yaml:12:5: version or lead is missing",
		"rotation.yaml:15:5: v0.6.0 is there twice",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the errors lack %q:\n%v", want, err)
		}
	}
}

func TestOurs(t *testing.T) {
	t.Parallel()
	const file = "../../maintainers/rotation.yaml"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rota.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := r.Lead("v0.1.0"); err != nil || a.Lead != "alice" {
		t.Errorf("v0.1.0 is led by %+v, %v", a, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("releases:\n  - {version: v0.1.0, lead: alice}\n"))
	f.Add([]byte("releases: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := rota.Parse("rotation.yaml", data)
		if err != nil {
			return
		}
		for _, a := range r.Releases {
			if got, err := r.Lead(a.Version); err != nil || got != a {
				t.Errorf("%s is led by %+v, %v; listed is %+v", a.Version, got, err, a)
			}
		}
	})
}
