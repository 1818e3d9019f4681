// SPDX-License-Identifier: Apache-2.0

package job

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// job reads one job.
func (p *parser) job(n *yaml.Node, kind Type, repo string) *Job {
	j := &Job{Type: kind, Repo: repo, File: p.name, Line: n.Line, Cluster: "default", Decoration: Decoration{}}
	j.When.Always = kind == Postsubmit
	pl := &place{p: p, node: n, keys: make(map[string]*yaml.Node)}
	p.reader.places[j] = pl
	p.reader.order = append(p.reader.order, j)
	known := p.base(j, pl)
	switch kind {
	case Presubmit:
		maps.Copy(known, p.changes(j))
		maps.Copy(known, p.report(j))
		maps.Copy(known, p.presubmit(j))
	case Postsubmit:
		maps.Copy(known, p.changes(j))
		maps.Copy(known, p.report(j))
	case Periodic:
		maps.Copy(known, p.periodic(j))
	}
	for name, read := range known {
		known[name] = func(n *yaml.Node) {
			pl.keys[name] = yamlfile.Resolve(n)
			read(n)
		}
	}
	known["timeout"] = p.misplaced("timeout", "it is a key of decoration_config")
	p.keys(n, known)
	return j
}

// base are the keys that all jobs have.
func (p *parser) base(j *Job, pl *place) map[string]func(*yaml.Node) {
	known := map[string]func(*yaml.Node){
		"name":              func(n *yaml.Node) { j.Name = p.text(n) },
		"labels":            func(n *yaml.Node) { j.Labels = p.words(n, badLabel) },
		"annotations":       func(n *yaml.Node) { j.Annotations = p.words(n, badAnnotation) },
		"max_concurrency":   func(n *yaml.Node) { j.MaxConcurrency = p.number(n) },
		"job_queue_name":    func(n *yaml.Node) { j.Queue = p.text(n) },
		"agent":             p.agent,
		"cluster":           p.into(&j.Cluster, "default"),
		"namespace":         func(n *yaml.Node) { j.Namespace = p.namespace(n) },
		"error_on_eviction": func(n *yaml.Node) { j.ErrorOnEviction = p.Bool(n) },
		"hidden":            func(n *yaml.Node) { j.Hidden = p.Bool(n) },
		"spec":              func(n *yaml.Node) { pl.spec = yamlfile.Resolve(n); j.Pod = p.pod(n) },
		"reporter_config":   func(n *yaml.Node) { j.Slack = p.reporter(n) },
		"rerun_auth_config": func(n *yaml.Node) { j.Rerun = p.rerun(n) },
		"decorate":          func(n *yaml.Node) { j.Decorate = p.Bool(n) },
		"decoration_config": func(n *yaml.Node) { j.Decoration = p.decoration(n) },
		"extra_refs":        func(n *yaml.Node) { j.ExtraRefs = p.refs(n, j.Repo) },
		"prowjob_defaults":  func(n *yaml.Node) { p.only(n, "resultstore_config", "tenant_id") },
	}
	for _, other := range []string{"jenkins_spec", "pipeline_run_spec", "tekton_pipeline_run_spec"} {
		known[other] = p.misplaced(other, "jobs run as pods here: write a spec")
	}
	maps.Copy(known, p.clone(&j.Clone))
	return known
}

// into reads a text, with a default for an empty one.
func (p *parser) into(to *string, empty string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if *to = p.text(n); *to == "" {
			*to = empty
		}
	}
}

// only reports keys other than those, whose values are for somebody else.
func (p *parser) only(n *yaml.Node, names ...string) {
	known := make(map[string]func(*yaml.Node))
	for _, name := range names {
		known[name] = func(*yaml.Node) {}
	}
	p.keys(n, known)
}

func (p *parser) agent(n *yaml.Node) {
	if agent := p.text(n); agent != "kubernetes" && agent != "" {
		p.Report(n, "jobs run as pods here", "agent %q: want kubernetes", agent)
	}
}

func (p *parser) namespace(n *yaml.Node) string {
	text := p.text(n)
	if text != "" && !dnsLabel.MatchString(text) {
		p.Report(n, "", "namespace %q: want lower-case letters, digits and hyphens", text)
	}
	return text
}

func (p *parser) clone(c *Clone) map[string]func(*yaml.Node) {
	return map[string]func(*yaml.Node){
		"path_alias":            p.into(&c.PathAlias, ""),
		"clone_uri":             func(n *yaml.Node) { c.URI = p.cloneURI(n) },
		"clone_depth":           func(n *yaml.Node) { c.Depth = p.number(n) },
		"skip_submodules":       func(n *yaml.Node) { c.SkipSubmodules = p.Bool(n) },
		"skip_fetch_head":       func(n *yaml.Node) { c.SkipFetchHead = p.Bool(n) },
		"sparse_checkout_files": func(n *yaml.Node) { c.SparseFiles = p.texts(n) },
	}
}

func (p *parser) refs(n *yaml.Node, repo string) []Ref {
	var refs []Ref
	seen := map[string]bool{repo: repo != ""}
	for _, item := range p.list(n) {
		var ref Ref
		known := map[string]func(*yaml.Node){
			"org":      p.into(&ref.Org, ""),
			"repo":     p.into(&ref.Repo, ""),
			"base_ref": p.into(&ref.BaseRef, ""),
			"base_sha": p.into(&ref.BaseSHA, ""),
			"workdir":  func(n *yaml.Node) { ref.WorkDir = p.Bool(n) },
			// What only links or is filled in for a run.
			"repo_link": func(*yaml.Node) {}, "base_link": func(*yaml.Node) {}, "blobless_fetch": func(n *yaml.Node) { p.Bool(n) },
		}
		maps.Copy(known, p.clone(&ref.Clone))
		p.keys(item, known)
		name := ref.Org + "/" + ref.Repo
		switch {
		case ref.Org == "" || ref.Repo == "":
			p.Report(item, "such as {org: acme, repo: tools, base_ref: main}", "org and repo are both needed")
		case seen[name]:
			p.Report(item, "", "%s is cloned already", name)
		}
		seen[name] = true
		refs = append(refs, ref)
	}
	return refs
}

func (p *parser) rerun(n *yaml.Node) RerunAuth {
	var r RerunAuth
	p.keys(n, map[string]func(*yaml.Node){
		"allow_anyone": func(n *yaml.Node) { r.Anyone = p.Bool(n) },
		"github_users": func(n *yaml.Node) { r.Users = p.texts(n) },
		"github_orgs":  func(n *yaml.Node) { r.Orgs = p.texts(n) },
		"github_team_ids": func(n *yaml.Node) {
			for _, item := range p.list(n) {
				r.TeamIDs = append(r.TeamIDs, p.number(item))
			}
		},
		"github_team_slugs": func(n *yaml.Node) {
			for _, item := range p.list(n) {
				var org, slug string
				p.keys(item, map[string]func(*yaml.Node){"org": p.into(&org, ""), "slug": p.into(&slug, "")})
				r.Teams = append(r.Teams, org+"/"+slug)
			}
		},
	})
	if r.Anyone && len(r.Users)+len(r.Orgs)+len(r.Teams)+len(r.TeamIDs) > 0 {
		p.Report(n, "leave one of the two out", "anyone may, and only some may")
	}
	return r
}

func (p *parser) reporter(n *yaml.Node) *Slack {
	var s *Slack
	p.keys(n, map[string]func(*yaml.Node){"slack": func(n *yaml.Node) {
		s = &Slack{}
		p.keys(n, map[string]func(*yaml.Node){
			"host":            p.into(&s.Host, ""),
			"channel":         p.into(&s.Channel, ""),
			"report_template": p.into(&s.Template, ""),
			"report":          func(n *yaml.Node) { s.Report = new(p.Bool(n)) },
			"job_states_to_report": func(n *yaml.Node) {
				for _, item := range p.list(n) {
					state := State(p.text(item))
					if !known(state) {
						p.Report(item, fmt.Sprintf("known are %v", States()), "state %q", state)
					}
					s.States = append(s.States, state)
				}
			},
		})
	}})
	return s
}

func known(s State) bool {
	return slices.Contains(States(), s)
}

// changes are the keys of presubmits and postsubmits that choose changes.
func (p *parser) changes(j *Job) map[string]func(*yaml.Node) {
	return map[string]func(*yaml.Node){
		"always_run":           func(n *yaml.Node) { j.When.Always = p.Bool(n) },
		"run_if_changed":       func(n *yaml.Node) { j.When.RunIfChanged = p.pattern(n) },
		"skip_if_only_changed": func(n *yaml.Node) { j.When.SkipIfOnlyChanged = p.pattern(n) },
		"branches":             func(n *yaml.Node) { j.When.Branches = p.patterns(n) },
		"skip_branches":        func(n *yaml.Node) { j.When.SkipBranches = p.patterns(n) },
	}
}

func (p *parser) report(j *Job) map[string]func(*yaml.Node) {
	return map[string]func(*yaml.Node){
		"context":     p.into(&j.Report.Context, ""),
		"skip_report": func(n *yaml.Node) { j.Report.Skip = p.Bool(n) },
	}
}

func (p *parser) presubmit(j *Job) map[string]func(*yaml.Node) {
	return map[string]func(*yaml.Node){
		"optional":         func(n *yaml.Node) { j.Command.Optional = p.Bool(n) },
		"run_before_merge": func(n *yaml.Node) { j.Command.BeforeMerge = p.Bool(n) },
		"trigger":          func(n *yaml.Node) { j.Command.Trigger = p.pattern(n) },
		"rerun_command":    p.into(&j.Command.Rerun, ""),
	}
}

func (p *parser) periodic(j *Job) map[string]func(*yaml.Node) {
	return map[string]func(*yaml.Node){
		"cron":             p.into(&j.Schedule.Cron, ""),
		"interval":         func(n *yaml.Node) { j.Schedule.Interval = p.duration(n) },
		"minimum_interval": func(n *yaml.Node) { j.Schedule.MinimumInterval = p.duration(n) },
		"tags":             func(n *yaml.Node) { j.Schedule.Tags = p.texts(n) },
	}
}

// DefaultTrigger is the trigger of a presubmit that has none: /test with its
// name among others. Prow's takes a dot in the name for any character.
func DefaultTrigger(name string) string {
	return `(?m)^/test( | .* )` + regexp.QuoteMeta(name) + `,?($|\s.*)`
}

// DefaultRerun is the command that the default trigger understands.
func DefaultRerun(name string) string { return "/test " + name }
