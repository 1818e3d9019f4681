// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

// buildFlags are given to "go build" here and to "go install" by whoever
// wants the same bytes. -s and -w drop the symbol and debug tables; an empty
// build id keeps the linker from hashing what differs between machines.
var buildFlags = []string{"-trimpath", "-ldflags=-s -w -buildid="}

// toolchain is a go command in an environment of its own.
type toolchain struct {
	env []string
	dir string // an empty folder outside any module
}

// newToolchain prepares the go command to take the module from its proxy
// folder, with a module cache below work. Cache is the build cache.
func newToolchain(ctx context.Context, m Module, work, cache string) (toolchain, error) {
	tc := toolchain{dir: filepath.Join(work, "empty")}
	if err := os.MkdirAll(tc.dir, 0o755); err != nil {
		return tc, fmt.Errorf("prepare the build: %w", err)
	}
	own, err := goEnv(ctx, tc.dir)
	if err != nil {
		return tc, err
	}
	// What the user has downloaded already serves as a proxy: a build needs
	// no network then. Its content is checked against go.sum all the same.
	downloaded := filepath.Join(own.GOMODCACHE, "cache", "download")
	proxies := fileURL(m.Proxy) + "," + fileURL(downloaded) + "," + own.GOPROXY
	for _, kv := range os.Environ() {
		// Every variable that the go command reads (go help environment)
		// begins with one of these, but for those that name a C toolchain,
		// which CGO_ENABLED=0 makes irrelevant.
		if !strings.HasPrefix(kv, "GO") && !strings.HasPrefix(kv, "CGO_") {
			tc.env = append(tc.env, kv)
		}
	}
	tc.env = append(
		tc.env,
		"GOENV=off", "GOWORK=off", "GOTOOLCHAIN=local", "GOTELEMETRY=off",
		"CGO_ENABLED=0", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off",
		"GOPATH="+filepath.Join(work, "gopath"),
		"GOCACHE="+cache,
		"GOPROXY="+proxies,
		// The commit's own go.sum is what dependencies are held against; the
		// module itself is not in any public log before it is tagged.
		"GOSUMDB=off",
		// Otherwise the cache is read-only and nobody can clean up.
		"GOFLAGS=-modcacherw",
	)
	return tc, nil
}

type goVariables struct{ GOVERSION, GOPROXY, GOMODCACHE, GOCACHE string }

// goEnv asks the go command for the user's own settings.
func goEnv(ctx context.Context, dir string) (goVariables, error) {
	var v goVariables
	cmd := exec.CommandContext(ctx, "go", "env", "-json", "GOVERSION", "GOPROXY", "GOMODCACHE", "GOCACHE")
	cmd.Dir = dir
	// A go.mod or a setting must not make it fetch and become another version.
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local")
	out, err := cmd.Output()
	if err != nil {
		return v, fmt.Errorf("run \"go env\": %w; is Go installed and in PATH?", err)
	}
	if err := json.Unmarshal(out, &v); err != nil {
		return v, fmt.Errorf("read \"go env\": %w", err)
	}
	return v, nil
}

// CheckToolchain reports an error unless the go command is the one that the
// Spec names: another one gives other bytes.
func CheckToolchain(ctx context.Context, spec Spec) error {
	v, err := goEnv(ctx, os.TempDir())
	if err != nil {
		return err
	}
	if v.GOVERSION != spec.Toolchain {
		return fmt.Errorf("the release is planned with %s, but the go command here is %s: its binaries would differ; put %s first in PATH (https://go.dev/dl/)", spec.Toolchain, v.GOVERSION, spec.Toolchain)
	}
	return nil
}

func fileURL(dir string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}
	// A comma or a bar would end the entry of GOPROXY.
	return strings.NewReplacer(",", "%2C", "|", "%7C").Replace(u.String())
}

// run runs the go command for a target.
func (tc toolchain) run(ctx context.Context, dir string, t Target, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(tc.env[:len(tc.env):len(tc.env)], "GOOS="+t.OS, "GOARCH="+t.Arch)
	cmd.WaitDelay = 5 * time.Second // for compilers that outlive a cancelled go command
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s for %s: %w\n%s", args[0], t, err, bytes.TrimSpace(output.Bytes()))
	}
	return nil
}

// compiler builds the command from a module that requires the released one
// and has its go.sum: the same bytes as "go install Module/Command@Version"
// gives (Rehearse proves it), but every dependency is held against the
// commit's go.sum before it is compiled, without a network.
type compiler struct {
	toolchain
	spec Spec
	main string // folder of that module
}

func newCompiler(tc toolchain, spec Spec, m Module, work string) (compiler, error) {
	c := compiler{toolchain: tc, spec: spec, main: filepath.Join(work, "main")}
	theirs, err := modfile.Parse("go.mod", m.GoMod, nil)
	if err != nil {
		return c, fmt.Errorf("go.mod of commit %s: %w", spec.Commit, err)
	}
	// All of its requirements are repeated: as direct ones they give the same
	// selection of versions, and go.sum covers what has to be read for them.
	var gomod bytes.Buffer
	fmt.Fprintf(&gomod, "module lanner.invalid/build\n\ngo %s\n\nrequire %s %s\n", theirs.Go.Version, spec.Module, spec.Version)
	for _, r := range theirs.Require {
		fmt.Fprintf(&gomod, "require %s %s\n", r.Mod.Path, r.Mod.Version)
	}
	modSum, err := goModSum(m.GoMod)
	if err != nil {
		return c, err
	}
	gosum := fmt.Sprintf("%s\n%s %s %s\n%s %s/go.mod %s\n",
		bytes.TrimSpace(m.GoSum), spec.Module, spec.Version, m.Sum, spec.Module, spec.Version, modSum)
	if err := os.MkdirAll(c.main, 0o755); err != nil {
		return c, fmt.Errorf("prepare the build: %w", err)
	}
	for name, data := range map[string]string{"go.mod": gomod.String(), "go.sum": gosum} {
		if err := os.WriteFile(filepath.Join(c.main, name), []byte(data), 0o644); err != nil {
			return c, fmt.Errorf("prepare the build: %w", err)
		}
	}
	return c, nil
}

// compile returns the binary for a target.
func (c compiler) compile(ctx context.Context, t Target) ([]byte, error) {
	out := filepath.Join(c.main, c.spec.Name+"_"+t.OS+"_"+t.Arch)
	args := append([]string{"build", "-mod=readonly", "-o", out}, buildFlags...)
	if err := c.run(ctx, c.main, t, append(args, c.spec.Module+"/"+c.spec.Command)...); err != nil {
		return nil, fmt.Errorf("build %s from commit %s: %w", c.spec.Command, c.spec.Commit, err)
	}
	binary, err := os.ReadFile(out)
	if err != nil {
		return nil, fmt.Errorf("read the binary: %w", err)
	}
	return binary, nil
}

// checkBinary holds what a binary says of its origin against the Spec. Sum is
// the module's, and may be empty if it is not known.
func (s Spec) checkBinary(binary []byte, sum string) (*buildinfo.BuildInfo, error) {
	info, err := buildinfo.Read(bytes.NewReader(binary))
	if err != nil {
		return nil, fmt.Errorf("read the build information of the binary: %w", err)
	}
	for _, c := range []struct{ what, got, want string }{
		{"Go version", info.GoVersion, s.Toolchain},
		{"package", info.Path, s.Module + "/" + s.Command},
		{"module", info.Main.Path, s.Module},
		{"version", info.Main.Version, s.Version},
		{"module sum", info.Main.Sum, sum},
	} {
		if c.got != c.want && (c.want != "" || c.what != "module sum") {
			return nil, fmt.Errorf("the binary says %s %q, want %q", c.what, c.got, c.want)
		}
	}
	return info, nil
}
