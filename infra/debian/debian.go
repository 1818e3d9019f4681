// SPDX-License-Identifier: Apache-2.0

// Package debian asks Debian's archive for what packages there are, by apt in a
// folder of its own: suites that the machine does not use, and machines that it is
// not. Signatures of the indexes are checked by apt, with the keys that the machine
// trusts, and packages by the digests in them. Which mirror is asked is what the
// machine's own apt asks.
//
// It installs nothing and changes nothing outside its folder. Packages of infra may
// import it. An Archive is safe for concurrent use; two must not share a folder.
package debian

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// An Archive is Debian's archive, seen from a folder.
type Archive struct {
	dir          string
	options      []string
	main, secure string // of the mirror
}

// uri is where a suite is.
func (a *Archive) uri(suite string) string {
	if strings.HasSuffix(suite, security) {
		return a.secure
	}
	return a.main
}

// security is how the suites end that are in an archive of their own.
const security = "-security"

// Open prepares the folder for some suites and machines. It asks nobody: see
// Update.
func Open(ctx context.Context, dir string, suites, architectures []string) (*Archive, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	a := &Archive{dir: dir}
	for _, d := range []string{"state/lists/partial", "cache/archives/partial", "fetched"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	sources := filepath.Join(dir, "sources.list")
	a.options = []string{
		"-q", "-o", "Dir::Etc::sourcelist=" + sources, "-o", "Dir::Etc::sourceparts=-",
		"-o", "Dir::State=" + filepath.Join(dir, "state"), "-o", "Dir::State::status=/dev/null",
		"-o", "Dir::Cache=" + filepath.Join(dir, "cache"), "-o", "APT::Architectures=" + strings.Join(architectures, ","),
		"-o", "Acquire::Languages=none", "-o", "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
		// The folder need not be readable for apt's own user.
		"-o", "APT::Sandbox::User=root",
	}
	if a.main, a.secure, err = mirrors(ctx); err != nil {
		return nil, err
	}
	var list strings.Builder
	for _, suite := range suites {
		fmt.Fprintf(&list, "deb [arch=%s] %s %s main\n", strings.Join(architectures, ","), a.uri(suite), suite)
	}
	return a, os.WriteFile(sources, []byte(list.String()), 0o644)
}

// mirrors are where this machine's apt gets Debian from, and Debian's security
// updates.
func mirrors(ctx context.Context) (main, secure string, err error) {
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages").Output()
	if err != nil {
		return "", "", explain("apt-get indextargets", err, out)
	}
	for line := range strings.Lines(string(out)) {
		uri, codename, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case strings.HasSuffix(codename, security):
			secure = uri
		case main == "" || !strings.Contains(codename, "-"):
			main = uri
		}
	}
	if main == "" || secure == "" {
		return "", "", errors.New("this machine's apt knows no archive of Debian and its security updates: want both in /etc/apt, and \"apt-get update\" to have run")
	}
	return main, secure, nil
}

// Update gets the newest indexes.
func (a *Archive) Update(ctx context.Context) error {
	// A suite that cannot be reached must not look like one without kernels.
	args := slices.Concat(a.options, []string{"-o", "APT::Update::Error-Mode=any", "update"})
	out, err := exec.CommandContext(ctx, "apt-get", args...).CombinedOutput()
	return explain("apt-get update", err, out)
}

// An Index is the list of packages of a suite for a machine.
type Index struct {
	Suite, Arch string
	file        string
}

// Indexes returns those that Update got.
func (a *Archive) Indexes(ctx context.Context) ([]Index, error) {
	args := slices.Concat(a.options, []string{"indextargets", "--format", "$(CODENAME) $(ARCHITECTURE) $(FILENAME)", "Created-By: Packages"})
	out, err := exec.CommandContext(ctx, "apt-get", args...).Output()
	if err != nil {
		return nil, explain("apt-get indextargets", err, out)
	}
	var all []Index
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) != 3 {
			return nil, fmt.Errorf("apt-get indextargets: %q is no index", line)
		}
		all = append(all, Index{f[0], f[1], f[2]})
	}
	if len(all) == 0 {
		return nil, errors.New("no index of packages was fetched")
	}
	return all, nil
}

// Read hands the text of an index on.
func (a *Archive) Read(ctx context.Context, i Index, read func(io.Reader) error) error {
	cmd := exec.CommandContext(ctx, "/usr/lib/apt/apt-helper", "cat-file", i.file)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var talk bytes.Buffer
	cmd.Stderr = &talk
	if err := cmd.Start(); err != nil {
		return err
	}
	failed := read(out)
	if failed != nil {
		_, _ = io.Copy(io.Discard, out) // so that it can end
	}
	return errors.Join(failed, explain("apt-helper cat-file", cmd.Wait(), talk.Bytes()))
}

// Fetch returns the file of a package of a suite, that has that digest. It is fetched
// once. The digest, out of a signed index, is what makes it the right one.
func (a *Archive) Fetch(ctx context.Context, suite, file, digest string) (string, error) {
	local := filepath.Join(a.dir, "fetched", digest+".deb")
	if has(local, digest) {
		return local, nil
	}
	uri, err := url.JoinPath(a.uri(suite), file)
	if err != nil {
		return "", err
	}
	var failed error
	for range attempts {
		if failed = fetch(ctx, uri, local, digest); failed == nil || !again(failed) {
			break
		}
	}
	return local, failed
}

// attempts are how often a fetch is tried that fails on the way.
const attempts = 3

// statusError is an answer that is not the file.
type statusError struct {
	uri    string
	status int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s: the mirror answers %d %s", e.uri, e.status, http.StatusText(e.status))
}

// again reports whether a fetch may succeed when it is tried again.
func again(err error) bool {
	var s *statusError
	return !errors.Is(err, context.Canceled) && (!errors.As(err, &s) || s.status >= 500)
}

func fetch(ctx context.Context, uri, local, digest string) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return &statusError{uri, resp.StatusCode}
	}
	f, err := os.CreateTemp(filepath.Dir(local), ".new-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), resp.Body)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", uri, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != digest {
		return fmt.Errorf("%s is not the package that is wanted: its SHA-256 is %.12s, and the index said %.12s", uri, got, digest)
	}
	return os.Rename(f.Name(), local)
}

// has reports whether a file has a digest.
func has(file, digest string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return err == nil && hex.EncodeToString(h.Sum(nil)) == digest
}

// explain adds what a command said to its error.
func explain(what string, err error, out []byte) error {
	if err == nil {
		return nil
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		out = exit.Stderr
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Errorf("%s: %w: %s", what, err, strings.Join(lines[max(0, len(lines)-3):], "; "))
}
