// SPDX-License-Identifier: Apache-2.0

// Package run knows one run of a job: what it is told in its environment, where
// its results are kept, and what they say. Whatever runs a job, as processes
// or as a pod, runs the same [Spec].
//
// All of it is as Prow has it, so that jobs and the programs that read their
// results need not change.
// The package is pure: it reads no clock, starts nothing and opens no file. It
// hides the layout of results. Packages of infra may import it; a Spec is a
// value, and all calls are safe concurrently.
package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/infra/job"
)

// Spec is one run of a job.
type Spec struct {
	// ID names the run among all runs, Build among those of its job.
	ID, Build string
	Type      job.Type
	Job       *job.Job
	// Refs are what is tested. A periodic job has none.
	Refs *Refs
	// Extra are the other repositories that it wants.
	Extra []Refs
}

// Refs are a state of a repository: a commit, and pull requests merged into it.
// The keys are those of JOB_SPEC.
type Refs struct {
	Org            string `json:"org"`
	Repo           string `json:"repo"`
	RepoLink       string `json:"repo_link,omitempty"`
	BaseRef        string `json:"base_ref,omitempty"`
	BaseSHA        string `json:"base_sha,omitempty"`
	BaseLink       string `json:"base_link,omitempty"`
	Pulls          []Pull `json:"pulls,omitempty"`
	PathAlias      string `json:"path_alias,omitempty"`
	WorkDir        bool   `json:"workdir,omitempty"`
	CloneURI       string `json:"clone_uri,omitempty"`
	SkipSubmodules bool   `json:"skip_submodules,omitempty"`
	CloneDepth     int    `json:"clone_depth,omitempty"`
	SkipFetchHead  bool   `json:"skip_fetch_head,omitempty"`
}

// Pull is a pull request.
type Pull struct {
	Number     int    `json:"number"`
	Author     string `json:"author"`
	SHA        string `json:"sha"`
	Title      string `json:"title,omitempty"`
	Ref        string `json:"ref,omitempty"` // to fetch; empty is pull/NUMBER/head
	HeadRef    string `json:"head_ref,omitempty"`
	Link       string `json:"link,omitempty"`
	CommitLink string `json:"commit_link,omitempty"`
	AuthorLink string `json:"author_link,omitempty"`
}

// Extra are the other repositories that a job wants.
func Extra(j *job.Job) []Refs {
	var all []Refs
	for _, r := range j.ExtraRefs {
		refs := Refs{Org: r.Org, Repo: r.Repo, BaseRef: r.BaseRef, BaseSHA: r.BaseSHA, WorkDir: r.WorkDir}
		all = append(all, refs.Cloned(r.Clone))
	}
	return all
}

// Cloned returns refs that are cloned as a job says.
func (r Refs) Cloned(c job.Clone) Refs {
	r.PathAlias, r.CloneURI, r.CloneDepth = c.PathAlias, c.URI, c.Depth
	r.SkipSubmodules, r.SkipFetchHead = c.SkipSubmodules, c.SkipFetchHead
	return r
}

// String is how PULL_REFS has it: main:SHA,5:SHA.
func (r Refs) String() string {
	all := []string{r.BaseRef}
	if r.BaseSHA != "" {
		all[0] += ":" + r.BaseSHA
	}
	for _, p := range r.Pulls {
		text := strconv.Itoa(p.Number) + ":" + p.SHA
		if p.Ref != "" {
			text += ":" + p.Ref
		}
		all = append(all, text)
	}
	return strings.Join(all, ",")
}

// segment is what may be one name in a path of results.
var segment = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)

// Check says what a Spec lacks. The other calls want one that has all.
func (s Spec) Check() error {
	if s.Job == nil {
		return errors.New("a run has no job")
	}
	var all []error
	names := []string{"ID", s.ID, "build", s.Build, "job", s.Job.Name}
	if s.Refs != nil {
		names = append(names, "organization", s.Refs.Org, "repository", s.Refs.Repo)
	}
	for i := 0; i < len(names); i += 2 {
		if !segment.MatchString(names[i+1]) {
			all = append(all, fmt.Errorf("%s %q: want letters, digits, and - . _ after the first", names[i], names[i+1]))
		}
	}
	pulls := 0
	if s.Refs != nil {
		pulls = len(s.Refs.Pulls)
		for _, p := range s.Refs.Pulls {
			if p.Number <= 0 || p.SHA == "" {
				all = append(all, fmt.Errorf("pull request %d at %q: want a number and a commit", p.Number, p.SHA))
			}
		}
	}
	switch s.Type {
	case job.Periodic:
		if s.Refs != nil {
			all = append(all, errors.New("a periodic run is of no repository: give it as an extra one"))
		}
	case job.Presubmit, job.Postsubmit, job.InBatch:
		if s.Refs == nil {
			all = append(all, fmt.Errorf("a %s run is of a repository, and there is none", s.Type))
		}
	default:
		all = append(all, fmt.Errorf("type %q: want presubmit, postsubmit, batch or periodic", s.Type))
	}
	if s.Type == job.Presubmit && pulls != 1 {
		all = append(all, fmt.Errorf("a presubmit run is of one pull request, not %d", pulls))
	}
	return errors.Join(all...)
}

// jobSpec is JOB_SPEC.
type jobSpec struct {
	Type       job.Type       `json:"type,omitempty"`
	Job        string         `json:"job,omitempty"`
	Build      string         `json:"buildid,omitempty"`
	ID         string         `json:"prowjobid,omitempty"`
	Refs       *Refs          `json:"refs,omitempty"`
	Extra      []Refs         `json:"extra_refs,omitempty"`
	Decoration map[string]any `json:"decoration_config,omitempty"`
}

// Env is what every container of the run is told. ARTIFACTS and GOPATH are
// those of who runs it.
func (s Spec) Env() (map[string]string, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	spec := jobSpec{Type: s.Type, Job: s.Job.Name, Build: s.Build, ID: s.ID, Refs: s.Refs, Extra: s.Extra}
	if s.Job.Decorate {
		spec.Decoration = s.Job.Decoration.Raw
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("JOB_SPEC of %s: %w", s.Job.Name, err)
	}
	env := map[string]string{
		"CI": "true", "JOB_NAME": s.Job.Name, "JOB_TYPE": string(s.Type), "JOB_SPEC": string(raw),
		"BUILD_ID": s.Build, "BUILD_NUMBER": s.Build, "PROW_JOB_ID": s.ID,
	}
	if s.Type == job.Periodic {
		return env, nil
	}
	env["REPO_OWNER"], env["REPO_NAME"] = s.Refs.Org, s.Refs.Repo
	env["PULL_BASE_REF"], env["PULL_BASE_SHA"], env["PULL_REFS"] = s.Refs.BaseRef, s.Refs.BaseSHA, s.Refs.String()
	if s.Type == job.Presubmit {
		p := s.Refs.Pulls[0]
		env["PULL_NUMBER"], env["PULL_PULL_SHA"], env["PULL_HEAD_REF"], env["PULL_TITLE"] = strconv.Itoa(p.Number), p.SHA, p.HeadRef, p.Title
	}
	return env, nil
}

// Place is where the results of a run are, below the folder of all results.
// Slashes part its names.
type Place struct {
	// Dir is the run's own folder.
	Dir string
	// Alias is a file that names Dir, or empty.
	Alias string
	// Latest are files that name the newest build.
	Latest []string
}

// Place returns where the results are. Each organization and repository is
// named in full, which Prow calls the explicit strategy.
func (s Spec) Place() (Place, error) {
	if err := s.Check(); err != nil {
		return Place{}, err
	}
	name := s.Job.Name
	directory := path.Join("pr-logs/directory", name)
	switch s.Type {
	case job.Presubmit:
		dir := path.Join("pr-logs/pull", s.Refs.Org+"_"+s.Refs.Repo, strconv.Itoa(s.Refs.Pulls[0].Number), name)
		return Place{
			Dir: path.Join(dir, s.Build), Alias: path.Join(directory, s.Build+".txt"),
			Latest: []string{path.Join(directory, "latest-build.txt"), path.Join(dir, "latest-build.txt")},
		}, nil
	case job.InBatch:
		return Place{Dir: path.Join("pr-logs/pull/batch", name, s.Build), Latest: []string{path.Join(directory, "latest-build.txt")}}, nil
	}
	dir := path.Join("logs", name)
	return Place{Dir: path.Join(dir, s.Build), Latest: []string{path.Join(dir, "latest-build.txt")}}, nil
}
