// SPDX-License-Identifier: Apache-2.0

package download

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
)

// IndexSchema is the version of the index's format.
const IndexSchema = 1

// Index lists every release that was published, the withdrawn ones included,
// newest version first. Its bytes are signed (index.json.sig, an SSH signature
// in the namespace lanner-release), so one index has one encoding.
type Index struct {
	Schema  int    `json:"schema"`
	Project string `json:"project"` // "lanner"
	// Updated is the time of the release commit that changed the index last.
	Updated  time.Time `json:"updated"`
	Latest   Latest    `json:"latest"`
	Releases []Release `json:"releases"`
}

// Latest names the versions that a newcomer installs.
type Latest struct {
	Stable     string `json:"stable,omitempty"`
	Prerelease string `json:"prerelease,omitempty"` // only where newer than Stable
}

// Release is one version and its files.
type Release struct {
	Version    string    `json:"version"` // "v0.1.0"
	Tag        string    `json:"tag"`
	Commit     string    `json:"commit"`
	Date       time.Time `json:"date"` // of the commit
	Prerelease bool      `json:"prerelease,omitempty"`
	URL        string    `json:"url"` // the release's page for people
	Yanked     *Yanked   `json:"yanked,omitempty"`
	Files      []File    `json:"files"`
}

// Yanked says that a release was withdrawn. Its files stay.
type Yanked struct {
	Reason string    `json:"reason"`
	Date   time.Time `json:"date"`
	// RetractedBy is the version whose go.mod retracts it.
	RetractedBy string `json:"retractedBy"`
}

// File is one artifact of a release.
type File struct {
	Name      string `json:"name"`
	Size      int64  `json:"size"` // bytes
	SHA256    string `json:"sha256"`
	MediaType string `json:"mediaType"`
	URL       string `json:"url"` // where it is published
}

// Find returns the release of a version, nil if the index has none.
func (x Index) Find(version string) *Release {
	for i := range x.Releases {
		if x.Releases[i].Version == version {
			return &x.Releases[i]
		}
	}
	return nil
}

// WithRelease returns x with a release added. A release that is there already
// must be the same; then x is returned as it is.
func (x Index) WithRelease(project string, r Release) (Index, error) {
	if old := x.Find(r.Version); old != nil {
		same := *old
		same.Yanked = nil
		if !equalJSON(same, r) {
			return Index{}, fmt.Errorf("the index has another release %s, of commit %s; a published release is not changed", r.Version, old.Commit)
		}
		return x, nil
	}
	next := x.clone(r.Date)
	next.Schema, next.Project = IndexSchema, project
	next.Releases = append(next.Releases, r)
	return next.settle()
}

// WithYank returns x with a release marked as withdrawn; the latest pointers
// go back to the highest version that is not.
func (x Index) WithYank(version string, y Yanked) (Index, error) {
	next := x.clone(y.Date)
	r := next.Find(version)
	if r == nil {
		return Index{}, fmt.Errorf("the index has no release %s to withdraw", version)
	}
	if r.Yanked != nil {
		if *r.Yanked != y {
			return Index{}, fmt.Errorf("release %s is withdrawn already, by %s: %s", version, r.Yanked.RetractedBy, r.Yanked.Reason)
		}
		return x, nil
	}
	r.Yanked = &y
	return next.settle()
}

// LatestWith returns what the latest pointers are once x lists version too: x's
// own if it does already.
func (x Index) LatestWith(version string) (Latest, error) {
	if x.Find(version) != nil {
		return x.Latest, nil
	}
	v, err := checkVersion(version)
	if err != nil {
		return Latest{}, err
	}
	x = x.clone(x.Updated)
	x.Releases = append(x.Releases, Release{Version: version, Prerelease: v.Prerelease() != ""})
	x.point()
	return x.Latest, nil
}

func (x Index) clone(now time.Time) Index {
	x.Releases = slices.Clone(x.Releases)
	if now.After(x.Updated) {
		x.Updated = now
	}
	return x
}

// settle sorts the releases and computes the latest pointers.
func (x Index) settle() (Index, error) {
	x.point()
	return x, x.check()
}

func (x *Index) point() {
	slices.SortFunc(x.Releases, func(a, b Release) int { return parse(b.Version).Compare(parse(a.Version)) })
	x.Latest = Latest{}
	for _, r := range x.Releases {
		switch {
		case r.Yanked != nil:
		case r.Prerelease && x.Latest.Prerelease == "" && x.Latest.Stable == "":
			x.Latest.Prerelease = r.Version
		case !r.Prerelease && x.Latest.Stable == "":
			x.Latest.Stable = r.Version
		}
	}
}

// Encode returns x's one encoding.
func (x Index) Encode() ([]byte, error) {
	if err := x.check(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(x); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	return buf.Bytes(), nil
}

// ParseIndex reads an index. File names it in errors. Unknown keys, wrong
// pointers and any encoding but the canonical one are refused.
func ParseIndex(file string, data []byte) (Index, error) {
	var x Index
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&x); err != nil {
		return Index{}, fmt.Errorf("%s: at byte %d: %w", file, dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Index{}, fmt.Errorf("%s: at byte %d: more follows the index", file, dec.InputOffset())
	}
	if err := x.check(); err != nil {
		return Index{}, fmt.Errorf("%s: %w", file, err)
	}
	settled, err := x.clone(x.Updated).settle()
	if err != nil {
		return Index{}, fmt.Errorf("%s: %w", file, err)
	}
	want, err := settled.Encode()
	if err != nil {
		return Index{}, fmt.Errorf("%s: %w", file, err)
	}
	if !bytes.Equal(want, data) {
		return Index{}, fmt.Errorf("%s: not in canonical form: order, spacing or the latest pointers are not what its releases give", file)
	}
	return x, nil
}

var (
	reSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)
	reCommit = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
	// A name becomes a path on the site and a file on a user's disk.
	reName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~+-]*$`)
)

func (x Index) check() error {
	if x.Schema != IndexSchema {
		return fmt.Errorf("index schema %d; this program reads schema %d", x.Schema, IndexSchema)
	}
	seen := map[string]bool{}
	for _, r := range x.Releases {
		v, err := checkVersion(r.Version)
		if err != nil {
			return err
		}
		if seen[r.Version] {
			return fmt.Errorf("release %s is listed twice", r.Version)
		}
		seen[r.Version] = true
		if (v.Prerelease() != "") != r.Prerelease {
			return fmt.Errorf("release %s: prerelease is %t", r.Version, r.Prerelease)
		}
		if !reCommit.MatchString(r.Commit) {
			return fmt.Errorf("release %s: commit %q is not a full object id", r.Version, r.Commit)
		}
		if err := checkURL(r.URL); err != nil {
			return fmt.Errorf("release %s: %w", r.Version, err)
		}
		names := map[string]bool{}
		for _, f := range r.Files {
			if !reName.MatchString(f.Name) || !reSHA256.MatchString(f.SHA256) || f.Size < 0 || names[f.Name] {
				return fmt.Errorf("release %s: file %q of %d bytes with sha256 %q: want a plain name, once, and 64 hex digits", r.Version, f.Name, f.Size, f.SHA256)
			}
			names[f.Name] = true
			if err := checkURL(f.URL); err != nil {
				return fmt.Errorf("release %s: file %s: %w", r.Version, f.Name, err)
			}
		}
	}
	return nil
}

func checkVersion(version string) (*semver.Version, error) {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil || !strings.HasPrefix(version, "v") || v.Metadata() != "" {
		return nil, fmt.Errorf("release version %q is not a semantic version with a v", version)
	}
	return v, nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("address %q is not http or https", s)
	}
	return nil
}

// parse reads a version that check let pass.
func parse(version string) *semver.Version {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	if err != nil {
		return &semver.Version{}
	}
	return v
}

func equalJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
