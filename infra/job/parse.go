// SPDX-License-Identifier: Apache-2.0

package job

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/bots/command"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

// File is a file of job configuration.
type File struct {
	Name string
	Src  []byte
}

// ParseRepo reads the files of one repository, "org/name", which is empty if it
// is not known. Beside them there are the jobs of a central folder, or nil: its
// presets count, and its jobs of that repository are not to be repeated. The
// error is yamlfile.Mistakes: all of them.
func ParseRepo(repo string, central *Config, files ...File) (*Config, error) {
	r := newReader()
	if central != nil {
		r.presets = slices.Clone(central.presets)
	}
	r.read(files, func(p *parser) map[string]func(*yaml.Node) {
		return map[string]func(*yaml.Node){
			"presets":      p.filePresets,
			"presubmits":   p.jobs(Presubmit, repo),
			"postsubmits":  p.jobs(Postsubmit, repo),
			"periodics":    p.misplaced("periodics", "periodics are for the central folder: a repository has them once for each of its branches"),
			"prow_ignored": func(*yaml.Node) {},
		}
	})
	if central != nil {
		r.unique(central.Presubmits[repo], r.config.Presubmits[repo])
		r.unique(central.Postsubmits[repo], r.config.Postsubmits[repo])
	} else {
		r.unique(nil, r.config.Presubmits[repo])
		r.unique(nil, r.config.Postsubmits[repo])
	}
	return r.done()
}

// ParseCentral reads the files of a central folder. The error is
// yamlfile.Mistakes: all of them.
func ParseCentral(files ...File) (*Config, error) {
	r := newReader()
	r.read(files, func(p *parser) map[string]func(*yaml.Node) {
		return map[string]func(*yaml.Node){
			"presets":           p.filePresets,
			"presubmits":        p.byRepo(Presubmit),
			"postsubmits":       p.byRepo(Postsubmit),
			"periodics":         p.jobs(Periodic, ""),
			"decorate_all_jobs": p.misplaced("decorate_all_jobs", "Prow reads it in its main settings only: write decorate: true in each job"),
			"prow_ignored":      func(*yaml.Node) {},
		}
	})
	for _, jobs := range []map[string][]*Job{r.config.Presubmits, r.config.Postsubmits} {
		for _, repo := range sortedKeys(jobs) {
			r.unique(nil, jobs[repo])
		}
	}
	r.uniquePeriodics()
	return r.done()
}

// reader reads several files into one configuration.
type reader struct {
	config  *Config
	presets []preset
	parsers []*parser
	places  map[*Job]*place
	order   []*Job
}

// place is where a job is written.
type place struct {
	p    *parser
	node *yaml.Node
	keys map[string]*yaml.Node // of the job, to their values
	spec *yaml.Node
}

// at returns where a key of a job is, or the job if it is not there.
func (pl *place) at(key string) *yaml.Node {
	if n := pl.keys[key]; n != nil {
		return n
	}
	return pl.node
}

func newReader() *reader {
	return &reader{config: &Config{Presubmits: make(map[string][]*Job), Postsubmits: make(map[string][]*Job)}, places: make(map[*Job]*place)}
}

// read opens the files and hands each to the readers of its keys. Presets count
// for the jobs of all files, so jobs are finished after the last.
func (r *reader) read(files []File, known func(*parser) map[string]func(*yaml.Node)) {
	for _, file := range files {
		f, root := yamlfile.Open(file.Name, file.Src)
		p := &parser{File: f, reader: r, name: file.Name}
		r.parsers = append(r.parsers, p)
		if root == nil || !p.tame(root) {
			continue
		}
		p.keys(root, known(p))
	}
	r.config.presets = r.presets
	for _, j := range r.order {
		r.places[j].finish(j)
	}
}

func (r *reader) done() (*Config, error) {
	var all yamlfile.Mistakes
	for _, p := range r.parsers {
		all = append(all, p.Mistakes()...)
	}
	if len(all) > 0 {
		return nil, all
	}
	return r.config, nil
}

// unique reports jobs of one repository that have the name or the context of
// another one on the same branch. Those of known are fine among themselves.
func (r *reader) unique(known, jobs []*Job) {
	byName, byContext := make(map[string][]*Job), make(map[string][]*Job)
	for i, j := range slices.Concat(known, jobs) {
		for _, other := range byName[j.Name] {
			if i >= len(known) && j.When.meets(other.When) {
				r.report(j, "name", "one name may be there twice if the branches differ", "%s %s is there already, at %s:%d", j.Type, j.Name, other.File, other.Line)
				break
			}
		}
		for _, other := range byContext[j.Report.Context] {
			if i >= len(known) && other.Name != j.Name && j.When.meets(other.When) {
				r.report(j, "context", "give one of the two another context", "%s reports as %q, as %s does", j.Name, j.Report.Context, other.Name)
				break
			}
		}
		byName[j.Name] = append(byName[j.Name], j)
		byContext[j.Report.Context] = append(byContext[j.Report.Context], j)
	}
}

func (r *reader) uniquePeriodics() {
	seen := make(map[string]*Job)
	for _, j := range r.config.Periodics {
		if other := seen[j.Name]; other != nil {
			r.report(j, "name", "", "periodic %s is there already, at %s:%d", j.Name, other.File, other.Line)
		}
		seen[j.Name] = j
	}
}

func (r *reader) report(j *Job, key, hint, format string, args ...any) {
	pl := r.places[j]
	pl.p.Report(pl.at(key), hint, format, args...)
}

// parser reads one file.
type parser struct {
	*yamlfile.File
	reader *reader
	name   string
}

// keys hands the values of a mapping to the readers of their keys. A value that
// is null is as none.
func (p *parser) keys(n *yaml.Node, known map[string]func(*yaml.Node)) {
	wrapped := make(map[string]func(*yaml.Node), len(known))
	for name, read := range known {
		wrapped[name] = func(n *yaml.Node) {
			if !isNull(n) {
				read(n)
			}
		}
	}
	p.Read(n, wrapped, command.Suggest)
}

// misplaced is the reader of a key that is known, and wrong here.
func (p *parser) misplaced(key, hint string) func(*yaml.Node) {
	return func(n *yaml.Node) { p.Report(n, hint, "%s does not belong here", key) }
}

// byRepo reads jobs that are sorted by their repositories.
func (p *parser) byRepo(kind Type) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if yamlfile.Resolve(n).Kind == yaml.SequenceNode {
			p.Report(n, "in a central folder jobs are below the name of their repository: org/name: [...]", "want a mapping of repositories, found a list")
			return
		}
		for _, field := range p.Fields(n) {
			if org, name, ok := strings.Cut(field.Name, "/"); !ok || org == "" || name == "" || strings.ContainsAny(name, "/ ") {
				p.Report(field.Key, "", "repository %q: want org/name", field.Name)
			}
			p.jobs(kind, field.Name)(field.Value)
		}
	}
}

// jobs reads a list of jobs.
func (p *parser) jobs(kind Type, repo string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		for _, item := range p.list(n) {
			j := p.job(item, kind, repo)
			switch kind {
			case Presubmit:
				p.reader.config.Presubmits[repo] = append(p.reader.config.Presubmits[repo], j)
			case Postsubmit:
				p.reader.config.Postsubmits[repo] = append(p.reader.config.Postsubmits[repo], j)
			default:
				p.reader.config.Periodics = append(p.reader.config.Periodics, j)
			}
		}
	}
}

// most is how many nodes a file may come to when its aliases are followed.
const most = 1_000_000

// tame reports whether a file may be walked: an alias inside its own anchor has
// no end, and aliases of aliases no end that anybody sees.
func (p *parser) tame(root *yaml.Node) bool {
	sizes := make(map[*yaml.Node]int)
	var size func(n *yaml.Node) int
	size = func(n *yaml.Node) int {
		if known, ok := sizes[n]; ok {
			return known
		}
		sizes[n] = most + 1 // what comes back to it while it is measured
		total := 1
		if n.Kind == yaml.AliasNode {
			total = size(n.Alias)
		}
		for _, c := range n.Content {
			total = min(total+size(c), most+1)
		}
		sizes[n] = total
		return total
	}
	if size(root) > most {
		p.Report(root, "write it out without anchors", "the aliases of this file come to more than %d values", most)
		return false
	}
	return true
}

func isNull(n *yaml.Node) bool {
	n = yamlfile.Resolve(n)
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
