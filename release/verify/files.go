// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/plan"
)

const (
	// maxFile bounds one download. A server that sends without end must not
	// fill the disk; no file of a release comes near.
	maxFile = 512 << 20

	// fetchTimeout bounds one download by the default client.
	fetchTimeout = 15 * time.Minute

	adviceReport  = "do not install it; report it to the project (SECURITY.md)"
	adviceDamaged = "download again; if it stays so, the file was changed after the release: do not install it, and report it to the project (SECURITY.md)"
)

// download fetches all files of the release and reports whether it has them.
func (v *verifier) download(ctx context.Context) bool {
	names := v.names()
	var total int64
	complete := true
	for _, name := range names {
		v.step("download " + name)
		address, err := url.JoinPath(v.Assets, name)
		if err != nil {
			v.fail("download", "address of the files: "+err.Error(), "give the address of the folder that has them")
			return false
		}
		size, err := v.fetch(ctx, address, filepath.Join(v.files, name), maxFile)
		if err != nil {
			advice := "try again; a release has " + strings.Join(names, ", ")
			if errors.Is(err, errMissing) {
				advice = "the release is incomplete, or this is not where its files are: " + v.Assets
			}
			v.fail("download", err.Error(), advice)
			complete = false
		}
		total += size
	}
	if complete {
		v.prove("download", fmt.Sprintf("%d files, %.1f MB, from %s", len(names), float64(total)/1e6, v.Assets))
	}
	return complete
}

var errMissing = errors.New("is missing")

// names returns the names of all files of the release.
func (v *verifier) names() []string {
	provenance := v.spec.Provenance()
	return append(v.spec.Files(), provenance,
		artifact.Checksums+artifact.SignatureSuffix, provenance+artifact.SignatureSuffix)
}

// fetch downloads one file of at most limit bytes. It goes to its path only
// when it is whole.
func (v *verifier) fetch(ctx context.Context, address, file string, limit int64) (_ int64, err error) {
	name := filepath.Base(file)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, fmt.Errorf("address of the files: %w", err)
	}
	request.Header.Set("User-Agent", "lanner-release-verify")
	client := v.HTTP
	if client == nil {
		client = &http.Client{Timeout: fetchTimeout}
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("download %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusGone {
		return 0, fmt.Errorf("%s %w: %s answers %s", name, errMissing, address, response.Status)
	}
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("download %s: %s answers %s", name, address, response.Status)
	}
	partial, err := os.CreateTemp(v.Dir, "download-*")
	if err != nil {
		return 0, fmt.Errorf("download %s: %w", name, err)
	}
	size, err := io.Copy(partial, io.LimitReader(response.Body, limit+1))
	if err = errors.Join(err, partial.Close()); err != nil {
		return 0, fmt.Errorf("download %s: broke off after %d bytes: %w", name, size, errors.Join(err, os.Remove(partial.Name())))
	}
	if size > limit {
		return 0, errors.Join(fmt.Errorf("download %s: larger than %d bytes, which it never is", name, limit), os.Remove(partial.Name()))
	}
	if err := os.Rename(partial.Name(), file); err != nil {
		return 0, fmt.Errorf("download %s: %w", name, err)
	}
	return size, nil
}

// read returns a downloaded file. A missing one has been reported.
func (v *verifier) read(name string) ([]byte, bool) {
	data, err := os.ReadFile(filepath.Join(v.files, name))
	return data, err == nil
}

// checksums checks the signature over the checksums, and them.
func (v *verifier) checksums() {
	v.signed("checksums signature", artifact.Checksums)
	list, ok := v.read(artifact.Checksums)
	if !ok {
		v.skip("checksums", artifact.Checksums+" is missing")
		return
	}
	sums := make(map[string]string)
	for line := range strings.Lines(string(list)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || name == "" || len(sum) != 64 || sums[name] != "" {
			v.fail("checksums", fmt.Sprintf("%s: line %q is not a sum, two blanks and a new name", artifact.Checksums, line), adviceDamaged)
			return
		}
		sums[name] = sum
	}
	v.sums = sums
	failed := false
	for _, name := range v.spec.Files() {
		data, ok := v.read(name)
		if !ok || name == artifact.Checksums {
			continue
		}
		switch got := plan.Sum(data); {
		case sums[name] == "":
			v.fail("checksums", name+" is not in "+artifact.Checksums, adviceDamaged)
			failed = true
		case sums[name] != got:
			v.fail("checksums", fmt.Sprintf("%s (%d bytes) has sha256 %s, %s says %s", name, len(data), got, artifact.Checksums, sums[name]), adviceDamaged)
			failed = true
		}
	}
	if !failed {
		v.prove("checksums", fmt.Sprintf("%d files have the sums that %s says", len(sums), artifact.Checksums))
	}
}

// signed checks the detached signature of a file.
func (v *verifier) signed(check, name string) {
	data, ok := v.read(name)
	armored, okSignature := v.read(name + artifact.SignatureSuffix)
	if !ok || !okSignature {
		v.skip(check, name+" or its signature is missing")
		return
	}
	who, err := v.signers.Verify(data, armored, v.tagged)
	if err != nil {
		v.fail(check, name+": "+err.Error(), adviceDamaged)
		return
	}
	v.prove(check, name+" is signed by "+who.String())
}

// provenance checks the provenance's signatures and what it states. It reports
// whether the files are, by that, of the tag's commit.
func (v *verifier) provenance(ctx context.Context) bool {
	name := v.spec.Provenance()
	v.signed("provenance signature", name)
	data, ok := v.read(name)
	if !ok {
		v.skip("provenance", name+" is missing")
		return false
	}
	p, who, err := artifact.OpenProvenance(ctx, data, v.signers, v.tagged)
	if err != nil {
		v.fail("provenance", err.Error(), adviceDamaged)
		return false
	}
	if p.Commit != v.source.Commit {
		v.fail("provenance", fmt.Sprintf("the files were made of commit %s, but the tag %s is at %s", p.Commit, v.Version, v.source.Commit),
			"the tag was moved after the release, or the files are of another one: do not install either; ask the project which is right")
		return false
	}
	for _, c := range []struct{ what, got, want string }{
		{"version", p.Version, v.Version},
		{"tree", p.Tree, v.source.Tree},
		{"command", p.Command, v.spec.Module + "/" + v.spec.Command},
		{"toolchain", p.Toolchain, v.plan.Toolchain},
		{"plan", p.Plan.Path + " " + p.Plan.SHA256, v.spec.Plan.Path + " " + v.spec.Plan.SHA256},
	} {
		if c.got != c.want {
			v.fail("provenance", fmt.Sprintf("it states the %s %q, the tag has %q", c.what, c.got, c.want), adviceDamaged)
			return false
		}
	}
	v.stated = p
	return v.subjects(p, who.String())
}

// subjects checks that the provenance is about the downloaded files.
func (v *verifier) subjects(p artifact.Provenance, who string) bool {
	for _, name := range v.spec.Files() {
		data, ok := v.read(name)
		if !ok {
			continue
		}
		if got := plan.Sum(data); got != p.Subjects[name] {
			v.fail("provenance", fmt.Sprintf("it is about %s with sha256 %q, the file has %s", name, p.Subjects[name], got), adviceDamaged)
			return true // of the commit all the same: let the rebuild say what differs
		}
	}
	v.prove("provenance", fmt.Sprintf("%s states that %s made these files of commit %s and its plan; no SLSA level is claimed", who, p.Toolchain, short(p.Commit)))
	return true
}
