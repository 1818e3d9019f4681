// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"driver": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			source, err := filepath.Abs("../../..")
			env.Setenv("SOURCE", source)
			return err
		},
		Condition: func(cond string) (bool, error) {
			// Whether this kernel tells its types.
			_, err := os.Stat(ownBTF)
			return cond == "btf" && err == nil, nil
		},
	})
}

// site serves an index about this machine's kernel.
func site(t *testing.T, change func(x *index, h *host)) (address, signers string) {
	t.Helper()
	h, err := detect()
	if err != nil {
		t.Fatal(err)
	}
	if h.Class == "" {
		t.Skip("this kernel does not tell its types")
	}
	text := fmt.Sprintf(`{"schema":1,"version":"1.0.0","drivers":{%q:%q},
		"classes":[{"class":%q,"arch":%q,"bootedOn":"6.1.0-1-x","works":true,"passed":54,"evidence":"e.json"}],
		"kernels":[{"release":%q,"arch":%q,"verdict":"works","class":%q,"object":"o.o"}]}`,
		h.Arch, h.Driver, h.Class, h.Arch, h.Release, h.Arch, h.Class)
	var x index
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		t.Fatal(err)
	}
	change(&x, h)
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(file("index.json"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"-q", "-t", "ed25519", "-N", "", "-f", file("key")},
		{"-q", "-Y", "sign", "-n", namespace, "-f", file("key"), file("index.json")},
	} {
		if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	pub, err := os.ReadFile(file("key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file("signers"), append([]byte("the-grid "), pub...), 0o644); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	return server.URL, file("signers")
}

func TestDownload(t *testing.T) {
	for name, c := range map[string]struct {
		change func(x *index, h *host)
		want   []string // in what is printed, or in the error
		fails  bool
	}{
		"known":          {func(*index, *host) {}, []string{"works on", "the one that is built in here", "6.1.0-1-x of its class was booted, and 54 tests", "/o.o", "signed by the-grid"}, false},
		"another driver": {func(x *index, h *host) { x.Drivers[h.Arch] = "0123" }, []string{"driver 1.0.0 (0123) works on"}, false},
		"of a class":     {func(x *index, _ *host) { x.Kernels = nil }, []string{"is not in the index, but it is of a class"}, false},
		"refused": {func(x *index, _ *host) {
			x.Kernels[0].Object, x.Kernels[0].Verdict, x.Kernels[0].Reason = "", "refused", "no member"
		}, []string{"refused: no member"}, true},
		"class broken": {func(x *index, _ *host) { x.Kernels = nil; x.Classes[0].Works = false; x.Classes[0].Problem = "a panic" }, []string{"does not work: a panic"}, true},
		"not known":    {func(x *index, _ *host) { x.Kernels, x.Classes = nil, nil }, []string{"nor is a kernel of its class"}, true},
		"newer":        {func(x *index, _ *host) { x.Schema = 2 }, []string{"is of schema 2"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			address, signers := site(t, c.change)
			var out bytes.Buffer
			err := run(t.Context(), []string{"check", "--download", address, "--signers", signers}, &out, &out)
			text := out.String()
			if err != nil {
				text = err.Error()
			}
			if (err != nil) != c.fails {
				t.Errorf("%v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s\nwant %s", text, want)
				}
			}
		})
	}
}

// An index that somebody else signed, or changed, is not believed.
func TestDownloadForged(t *testing.T) {
	address, _ := site(t, func(*index, *host) {})
	_, other := site(t, func(*index, *host) {})
	var out bytes.Buffer
	err := run(t.Context(), []string{"check", "--download", address, "--signers", other}, &out, &out)
	if err == nil || !strings.Contains(err.Error(), "is not signed by one of") {
		t.Errorf("%v\n%s", err, out.String())
	}
	err = run(t.Context(), []string{"check", "--download", address + "/nowhere"}, &out, &out)
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
}
