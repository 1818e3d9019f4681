// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/release/plan"
	"github.com/lanner-project/lanner/release/version"
)

// ErrNoPlan is the absence of a plan that is on its way.
var ErrNoPlan = errors.New("no release is on its way")

// Load finds the plan that is on its way for a component: the one of its open
// tracking issue, or, with a version, that version's, finished ones included.
// There is none: ErrNoPlan.
func (r *Release) Load(ctx context.Context, component, version string) error {
	if version != "" {
		return r.loadVersion(ctx, component, version)
	}
	issues, err := r.trackingIssues(ctx, "open")
	if err != nil {
		return err
	}
	var tags []string
	for _, issue := range issues {
		if tag := trackedTag(issue.GetBody()); tag != "" && componentOf(tag) == component {
			tags = append(tags, tag)
		}
	}
	switch len(tags) {
	case 0:
		return ErrNoPlan
	case 1:
		return r.loadVersion(ctx, component, versionOf(tags[0]))
	}
	return fmt.Errorf("several releases of %s are on their way (%s); name one", component, strings.Join(tags, ", "))
}

// loadVersion looks where a plan can be, nearest to execution first: under the
// tag, on the release branch (merged), on the branch of its pull request.
func (r *Release) loadVersion(ctx context.Context, component, number string) error {
	path := plan.Path(component, number)
	tag := version.TagName(component, number)
	for _, ref := range []string{"refs/tags/" + tag, "refs/heads/" + branchOf(component, number), "refs/heads/" + plan.Plan{Tag: tag}.HeadBranch()} {
		commit, err := r.ref(ctx, ref+"^{commit}")
		if err != nil {
			return err
		}
		if commit == "" {
			continue
		}
		data, ok, err := r.read(ctx, commit, path)
		if err != nil {
			return err
		}
		if ok {
			return r.use(ctx, commit, path, data)
		}
	}
	return fmt.Errorf("%s: %w", tag, ErrNoPlan)
}

func (r *Release) use(ctx context.Context, commit, path string, data []byte) error {
	p, err := plan.Parse(path, data)
	if err != nil {
		return fmt.Errorf("commit %s: %w", short(commit), err)
	}
	if p.Path() != path {
		return fmt.Errorf("commit %s: %s holds the plan of %s", short(commit), path, p.Tag)
	}
	r.plan, r.files = p, map[string][]byte{}
	for _, f := range p.Files {
		content, ok, err := r.read(ctx, commit, f.Path)
		if err != nil {
			return err
		}
		if ok {
			r.files[f.Path] = content
		}
	}
	return nil
}

// trackedTag reads the tag that a tracking issue's first line names.
func trackedTag(body string) string {
	line, _, _ := strings.Cut(body, "\n")
	tag, ok := strings.CutPrefix(strings.TrimSpace(line), "<!-- lanner:release ")
	if !ok {
		return ""
	}
	tag, ok = strings.CutSuffix(tag, " -->")
	if !ok {
		return ""
	}
	return tag
}

func componentOf(tag string) string {
	if i := strings.LastIndexByte(tag, '/'); i >= 0 {
		return tag[:i]
	}
	return "engine"
}

func versionOf(tag string) string { return tag[strings.LastIndexByte(tag, '/')+1:] }

// branchOf is the release branch: release/0.3 for v0.3.1.
func branchOf(component, version string) string {
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	line := strings.Join(parts[:min(2, len(parts))], ".")
	if component == "engine" {
		return "release/" + line
	}
	return "release/" + component + "/" + line
}
