// SPDX-License-Identifier: Apache-2.0

// Package plan is the one file that says what a release will be.
//
// Maintainers approve a plan in a release pull request and `release cut`
// executes exactly that file, so a plan holds every decision and nothing that
// changes between two readings: no wall clock, no machine. It is canonical:
// one plan has one encoding, and Parse refuses any other. Pure; release and
// infra/cmd may import it. Values are safe for concurrent reading.
package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
)

// Schema is the version of the plan's format.
const Schema = 1

// The kinds of plans.
const (
	KindRelease = "release"
	KindYank    = "yank"
)

// Plan is a release, or the withdrawal of one, before it happens.
type Plan struct {
	Schema    int    `json:"schema"`
	Kind      string `json:"kind"`
	Component string `json:"component"` // "engine"
	Version   string `json:"version"`   // "v0.1.0"
	Tag       string `json:"tag"`
	Previous  string `json:"previous,omitempty"` // version, empty for the first release
	Bump      string `json:"bump,omitempty"`     // "major", "minor", "patch", "prerelease"
	// Reasons says for each decision about the version which pull request
	// caused it.
	Reasons []string `json:"reasons,omitempty"`
	Branch  string   `json:"branch"` // release branch, "release/0.1"
	Base    Base     `json:"base"`
	// Toolchain builds the artifacts: `go env GOVERSION`.
	Toolchain    string        `json:"toolchain"`
	Lead         string        `json:"lead"`
	PullRequests []PullRequest `json:"pullRequests,omitempty"`
	Targets      []string      `json:"targets,omitempty"` // "linux/amd64"
	Artifacts    []string      `json:"artifacts,omitempty"`
	// DriverTargets are the kernels that the grid of the release's driver knows,
	// "debian 6.1.0-57-cloud-amd64 amd64". Without a grid there are none, and the
	// release has no compat.json.
	DriverTargets []string `json:"driverTargets,omitempty"`
	// Files are what the release pull request changes beside the plan itself.
	// The release commit must differ from the base by these and the plan only.
	Files []File   `json:"files"`
	Notes string   `json:"notes"` // Markdown
	Steps []string `json:"steps"`
	// Waivers are findings that were let pass, with who and why.
	Waivers []Waiver `json:"waivers,omitempty"`
	Yank    *Yank    `json:"yank,omitempty"`
}

// Base is the commit that a release is made of.
type Base struct {
	Commit string    `json:"commit"`
	Tree   string    `json:"tree"`
	Time   time.Time `json:"time"` // committer date, UTC
}

// PullRequest is one that the release contains.
type PullRequest struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Author string `json:"author"`
	Merge  string `json:"merge"` // commit on the release's history
}

// File is a file of the release commit, by content.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Waiver lets a finding pass.
type Waiver struct {
	Finding string `json:"finding"` // its code
	By      string `json:"by"`
	Reason  string `json:"reason"`
}

// Yank says which release is withdrawn.
type Yank struct {
	Version string `json:"version"`
	Reason  string `json:"reason"`
	// Fallback is the release that the latest pointers move back to; empty if
	// there is none.
	Fallback string `json:"fallback,omitempty"`
}

// ChangelogPath is where release notes are kept in the repository.
const ChangelogPath = "release/CHANGELOG.md"

// StampPath is the file that tells a binary built from a module, where Go
// records no commit, which commit it was planned from.
const StampPath = "engine/cmd/lanner/release.txt"

// CompatPath is where the repository has what a release says of kernels.
const CompatPath = "release/compat.json"

// Path is where the plan for a version of a component is kept in the
// repository.
func Path(component, version string) string {
	if component == "engine" {
		return "release/plans/" + version + ".json"
	}
	return "release/plans/" + component + "/" + version + ".json"
}

// Path is where p is kept in the repository.
func (p Plan) Path() string { return Path(p.Component, p.Version) }

// Compat is where the release commit has compat.json, or empty if the release
// has none.
func (p Plan) Compat() string {
	if len(p.DriverTargets) == 0 {
		return ""
	}
	return CompatPath
}

// HeadBranch is the branch of the release pull request.
func (p Plan) HeadBranch() string { return "release-plan/" + p.Tag }

// Prerelease reports whether p's version is a release candidate or the like.
func (p Plan) Prerelease() bool {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(p.Version, "v"))
	return err == nil && v.Prerelease() != ""
}

// Encode returns p's one encoding.
func (p Plan) Encode() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("plan %s: %w", p.Version, err)
	}
	return buf.Bytes(), nil
}

// Parse reads a plan. File names it in errors. Unknown keys, trailing data and
// an encoding that is not the canonical one are refused: two files that mean
// the same but differ could be approved as one and executed as the other.
func Parse(file string, data []byte) (Plan, error) {
	var p Plan
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", position(file, data, dec.InputOffset(), err), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Plan{}, fmt.Errorf("%s: more follows the plan; a plan file holds one JSON object", position(file, data, dec.InputOffset(), nil))
	}
	want, err := p.Encode()
	if err != nil {
		return Plan{}, fmt.Errorf("%s: %w", file, err)
	}
	if !bytes.Equal(want, data) {
		return Plan{}, fmt.Errorf("%s: not in canonical form; do not edit a plan by hand, run `release plan` again", position(file, data, int64(firstDifference(want, data)), nil))
	}
	return p, nil
}

var (
	reHash      = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)
	reSHA256    = regexp.MustCompile(`^[0-9a-f]{64}$`)
	reComponent = regexp.MustCompile(`^[a-z]+(/[a-z0-9-]+)?$`)
)

func (p Plan) check() error {
	_, semverErr := semver.StrictNewVersion(strings.TrimPrefix(p.Version, "v"))
	switch {
	case p.Schema != Schema:
		return fmt.Errorf("plan schema %d; this tool reads schema %d: use the release tool of the plan's own branch", p.Schema, Schema)
	case p.Kind != KindRelease && p.Kind != KindYank:
		return fmt.Errorf("plan kind %q; want %q or %q", p.Kind, KindRelease, KindYank)
	case (p.Kind == KindYank) != (p.Yank != nil):
		return fmt.Errorf("plan of kind %q: the yank section belongs to kind %q only", p.Kind, KindYank)
	case !reComponent.MatchString(p.Component):
		return fmt.Errorf("plan component %q is not a component's name", p.Component)
	case !strings.HasPrefix(p.Version, "v") || semverErr != nil:
		return fmt.Errorf("plan version %q is not a semantic version with a v", p.Version)
	case p.Tag != p.Version && p.Tag != p.Component+"/"+p.Version:
		return fmt.Errorf("plan tag %q does not name version %s", p.Tag, p.Version)
	case !reHash.MatchString(p.Base.Commit) || !reHash.MatchString(p.Base.Tree):
		return fmt.Errorf("plan base: commit %q and tree %q must be full object ids", p.Base.Commit, p.Base.Tree)
	case !p.Base.Time.Equal(p.Base.Time.UTC().Truncate(time.Second)) || p.Base.Time.Location() != time.UTC:
		return fmt.Errorf("plan base time %s: want UTC in whole seconds", p.Base.Time)
	case p.Branch == "" || p.Toolchain == "" || p.Lead == "":
		return fmt.Errorf("plan %s: branch, toolchain and lead must be named", p.Version)
	}
	for _, f := range p.Files {
		if !reSHA256.MatchString(f.SHA256) || f.Path == "" || strings.HasPrefix(f.Path, "/") || strings.Contains("/"+f.Path+"/", "/../") {
			return fmt.Errorf("plan file %q with sha256 %q: want a path in the repository and 64 hex digits", f.Path, f.SHA256)
		}
	}
	return nil
}

// Sum returns the SHA-256 of data in hex, as File has it.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func position(file string, data []byte, offset int64, err error) string {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset - 1 // of the byte after the wrong one
	case errors.As(err, &typ):
		offset = typ.Offset
	}
	head := data[:min(max(offset, 0), int64(len(data)))]
	line := bytes.Count(head, []byte("\n")) + 1
	col := len(head) - bytes.LastIndexByte(head, '\n')
	return fmt.Sprintf("%s:%d:%d", file, line, col)
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
