// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/download"
	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/plan"
)

const adviceIndex = "do not install by it; report it to the project (SECURITY.md)"

// errUnsigned is an index without its signature. It is not the same as no
// index: who takes the signature off has something to hide.
var errUnsigned = errors.New("has no signature")

// published is the project's index of releases, as it was fetched.
type published struct {
	from            string // where, for people
	data, signature []byte
}

// index checks what the project's signed index of releases, by which download
// sites and installers go, says of this one.
func (v *verifier) index(ctx context.Context) {
	v.step("check the download index")
	fetched, err := v.fetchIndex(ctx)
	if errors.Is(err, errUnsigned) {
		v.fail("index signature", err.Error(), adviceIndex)
		return
	}
	if err != nil {
		v.skip("index", "the release was not held against the project's index of releases: "+err.Error())
		return
	}
	x, err := download.ParseIndex(fetched.from, fetched.data)
	if err != nil {
		v.fail("index", err.Error(), adviceIndex)
		return
	}
	// The index is signed anew with each release: by a key that may sign at that
	// time, which need not be the time of this release.
	who, err := v.signers.Verify(fetched.data, fetched.signature, x.Updated)
	if err != nil {
		v.fail("index signature", fetched.from+": "+err.Error(),
			adviceIndex+". If the project has got other keys since "+v.Version+", hold it against a list that you trust and that has them")
		v.skip("index", "what it says does not count without a good signature")
		return
	}
	v.prove("index signature", fmt.Sprintf("%s, of %s, is signed by %s", fetched.from, x.Updated.Format(time.RFC3339), who))
	v.entry(x)
}

// entry checks the release's line in the index.
func (v *verifier) entry(x download.Index) {
	r := x.Find(v.Version)
	if r == nil && x.Updated.Before(v.source.Time) {
		v.skip("index", fmt.Sprintf("it is of %s, from before %s: where it is from is behind, or the release is not finished", x.Updated.Format(time.RFC3339), v.Version))
		return
	}
	if r == nil {
		v.fail("index", "it does not list "+v.Version, "if the release is being published at this moment, try again; else it is not the project's: do not install it")
		return
	}
	if wrong := v.entryDiffers(r); wrong != "" {
		v.fail("index", wrong, adviceIndex)
		return
	}
	detail := fmt.Sprintf("it lists the %d files of commit %s with the digests of %s", len(r.Files), short(r.Commit), artifact.Checksums)
	latest := x.Latest.Stable
	if latest == "" {
		latest = "no stable version"
	}
	if r.Yanked == nil {
		v.prove("index", detail+"; latest is "+latest+"; not withdrawn")
		return
	}
	v.add("index", Proven, fmt.Sprintf("%s; WITHDRAWN on %s by %s: %s", detail, r.Yanked.Date.Format(time.DateOnly), r.Yanked.RetractedBy, r.Yanked.Reason),
		"do not install it; latest is "+latest)
}

// entryDiffers says where the index's line and the release are not the same.
// That the latest pointers follow from the lines, ParseIndex has checked.
func (v *verifier) entryDiffers(r *download.Release) string {
	if r.Commit != v.source.Commit || r.Tag != v.Version {
		return fmt.Sprintf("it says that %s is tag %s at commit %s, the tag is at %s", r.Version, r.Tag, r.Commit, v.source.Commit)
	}
	var listed []string
	for _, f := range r.Files {
		listed = append(listed, f.Name)
	}
	released := v.names()
	slices.Sort(listed)
	slices.Sort(released)
	if !slices.Equal(listed, released) {
		return fmt.Sprintf("it lists the files %s, the release has %s", strings.Join(listed, " "), strings.Join(released, " "))
	}
	for _, f := range r.Files {
		data, ok := v.read(f.Name)
		want, says := v.sums[f.Name], artifact.Checksums+" says"
		if want == "" && ok { // a signed file, or the list itself
			want, says = plan.Sum(data), "the file has"
		}
		if want != "" && f.SHA256 != want {
			return fmt.Sprintf("it gives %s the sha256 %s, %s %s", f.Name, f.SHA256, says, want)
		}
		if ok && f.Size != int64(len(data)) {
			return fmt.Sprintf("it gives %s %d bytes, the file has %d", f.Name, f.Size, len(data))
		}
	}
	return ""
}

// fetchIndex gets the index from the download site, if one is given, or from
// the repository.
func (v *verifier) fetchIndex(ctx context.Context) (published, error) {
	if v.Site != "" {
		return v.siteIndex(ctx)
	}
	return v.branchIndex(ctx)
}

// siteIndex downloads the index and its signature. A release in between may
// replace both, so they belong together only if the index is still the same.
func (v *verifier) siteIndex(ctx context.Context) (published, error) {
	const attempts = 3
	for range attempts {
		before, err := v.siteFile(ctx, download.IndexFile)
		if err != nil {
			return published{}, err
		}
		signature, err := v.siteFile(ctx, download.IndexSignatureFile)
		if errors.Is(err, errMissing) {
			return published{}, fmt.Errorf("%s of %s %w: %w", download.IndexFile, v.Site, errUnsigned, err)
		}
		if err != nil {
			return published{}, err
		}
		after, err := v.siteFile(ctx, download.IndexFile)
		if err != nil {
			return published{}, err
		}
		if bytes.Equal(before, after) {
			return published{v.Site + "/releases/" + download.IndexFile, before, signature}, nil
		}
	}
	return published{}, fmt.Errorf("%s of %s was another one each of %d times", download.IndexFile, v.Site, attempts)
}

func (v *verifier) siteFile(ctx context.Context, name string) ([]byte, error) {
	address, err := url.JoinPath(v.Site, "releases", name)
	if err != nil {
		return nil, fmt.Errorf("address of the download site: %w", err)
	}
	path := filepath.Join(v.Dir, name)
	if _, err := v.fetch(ctx, address, path, download.MaxIndex); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// branchIndex reads the index from its branch of the repository.
func (v *verifier) branchIndex(ctx context.Context) (published, error) {
	const branch = "refs/heads/" + download.IndexBranch
	heads, err := v.repo.Run(ctx, "ls-remote", "--heads", "--end-of-options", v.Repository, branch)
	if err != nil {
		return published{}, err
	}
	if heads == "" {
		return published{}, fmt.Errorf("%s has no branch %s", v.Repository, download.IndexBranch)
	}
	if _, err := v.repo.Run(ctx, "fetch", "--quiet", "--no-tags", "--end-of-options", v.Repository, branch+":"+branch); err != nil {
		return published{}, err
	}
	p := published{from: download.IndexFile + " of branch " + download.IndexBranch}
	if p.data, err = v.branchFile(ctx, branch+":"+download.IndexFile); err != nil {
		return published{}, err
	}
	if p.signature, err = v.branchFile(ctx, branch+":"+download.IndexSignatureFile); err != nil {
		return published{}, fmt.Errorf("%s %w: %w", p.from, errUnsigned, err)
	}
	return p, nil
}

func (v *verifier) branchFile(ctx context.Context, object string) ([]byte, error) {
	size, err := v.repo.Run(ctx, "cat-file", "-s", object)
	if err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(size); err != nil || n > download.MaxIndex {
		return nil, fmt.Errorf("%s has %s bytes, which no index has", object, size)
	}
	var out bytes.Buffer
	err = v.repo.Stream(ctx, nil, &out, "cat-file", "blob", object)
	return out.Bytes(), err
}
