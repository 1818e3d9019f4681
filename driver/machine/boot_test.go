// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/driver/build"
	"github.com/lanner-project/lanner/driver/kernel"
)

// root is the folder of the module.
const root = "../.."

// debianKernel returns the newest kernel of a series that apt offers, for clouds,
// whose packages are the smallest. It is fetched once.
func debianKernel(t *testing.T, series string) *kernel.Kernel {
	t.Helper()
	if _, err := exec.LookPath("apt-get"); err != nil {
		t.Skip("no kernels without apt: ", err)
	}
	out, err := exec.Command("apt-cache", "pkgnames", "linux-image-"+series+".").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := slices.DeleteFunc(strings.Fields(string(out)), func(name string) bool { return !strings.HasSuffix(name, "-cloud-amd64") })
	if len(names) == 0 {
		t.Skipf("apt knows no kernel %s for clouds (apt-get update?)", series)
	}
	name := slices.MaxFunc(names, kernel.CompareReleases)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("no folder to keep kernels in: ", err)
	}
	dir := filepath.Join(cache, "lanner", "kernels")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := func() string {
		found, err := filepath.Glob(filepath.Join(dir, name+"_*_amd64.deb"))
		if err != nil || len(found) == 0 {
			return ""
		}
		return found[0]
	}
	if file() == "" {
		cmd := exec.Command("apt-get", "-q", "download", name)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Skipf("%s cannot be fetched: %v: %s", name, err, out)
		}
	}
	b, err := os.ReadFile(file())
	if err != nil {
		t.Fatal(err)
	}
	k, err := kernel.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func boot(t *testing.T, k *kernel.Kernel, g *Guest) *Run {
	t.Helper()
	run, err := Boot(t.Context(), Machine{Arch: k.Arch, Kernel: k.Boots, Guest: g, TestArgs: TestArgs()})
	if errors.Is(err, ErrNoEmulator) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %.1f s of CPU, %d tests passed", k.Release, run.CPU.Seconds(), run.Count("pass"))
	return run
}

func guest(t *testing.T, object []byte) *Guest {
	t.Helper()
	g, err := BuildGuest(t.Context(), root, kernel.AMD64, object)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// breakDriver compiles a driver that reads a member without asking whether the
// kernel has it: kernels from 6.6 to 6.10 do.
func breakDriver(t *testing.T) []byte {
	t.Helper()
	const clang = "clang-16"
	if _, err := exec.LookPath(clang); err != nil {
		t.Skip("no driver can be compiled: ", err)
	}
	dir := t.TempDir()
	sources, err := filepath.Glob(filepath.Join(root, "driver/bpf/*.[ch]"))
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, file := range sources {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		const guard = "if (bpf_core_field_exists(inode->__i_ctime))"
		broken += strings.Count(text, guard)
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), []byte(strings.ReplaceAll(text, guard, "if (1)")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if broken != 1 {
		t.Fatalf("the guard that is to be removed is there %d times", broken)
	}
	cmd := exec.Command(clang, "-O2", "-mcpu=v3", "-g", "-Wno-visibility", "-target", "bpf", "-D__TARGET_ARCH_x86", "-c", "lanner.bpf.c", "-o", "lanner.o")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", clang, err, out)
	}
	object, err := os.ReadFile(filepath.Join(dir, "lanner.o"))
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// What is said of a kernel without booting it is what happens when it is booted:
// of the driver as it is, and of one that is broken for old kernels alone.
func TestCheckAndBootAgree(t *testing.T) {
	own, err := build.Own(kernel.AMD64)
	if err != nil {
		t.Fatal(err)
	}
	broken := breakDriver(t)
	guests := map[string]*Guest{own.Digest: guest(t, nil)}
	breaks := build.NewObject(kernel.AMD64, broken)
	guests[breaks.Digest] = guest(t, broken)
	for _, c := range []struct {
		series string
		object *build.Object
		fits   bool
	}{{"6.1", own, true}, {"6.12", own, true}, {"6.1", breaks, false}, {"6.12", breaks, true}} {
		k := debianKernel(t, c.series)
		found, err := build.Check(c.object, k.BTF)
		if err != nil {
			t.Fatal(err)
		}
		if (found.Err() == nil) != c.fits {
			t.Errorf("%s is checked: %v", k.Release, found.Err())
		}
		run := boot(t, k, guests[c.object.Digest])
		if (run.Problem() == "") != c.fits {
			t.Errorf("%s is booted: %q\n%s", k.Release, run.Problem(), tail(run.Serial))
		}
		if c.fits && (run.Count("pass") < 30 || run.Kernel.Release != k.Release || len(run.Loaded.Programs) < 5) {
			t.Errorf("%s: %d tests passed on %+v, programs %+v", k.Release, run.Count("pass"), run.Kernel, run.Loaded)
		}
		if !c.fits && !strings.Contains(string(run.Serial), "bad CO-RE relocation") {
			t.Errorf("%s refuses the driver for something else:\n%s", k.Release, tail(run.Serial))
		}
	}
}

func tail(b []byte) string { return string(b[max(0, len(b)-4000):]) }

// A machine that does not end is ended, and its console is there.
func TestTimeout(t *testing.T) {
	k := debianKernel(t, "6.1")
	run, err := Boot(t.Context(), Machine{Arch: k.Arch, Kernel: k.Boots, Guest: &Guest{Init: []byte("no program")}, Timeout: time.Second})
	if errors.Is(err, ErrNoEmulator) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if run.Problem() == "" {
		t.Errorf("it works: %+v", run)
	}
}
