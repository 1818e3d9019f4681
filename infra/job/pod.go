// SPDX-License-Identifier: Apache-2.0

package job

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/lanner-project/lanner/infra/yamlfile"
)

// Pod is what a job runs.
type Pod struct {
	Containers []Container
	// Volumes are their names.
	Volumes []string
	// Raw is the whole spec as JSON would have it, with all that is not typed
	// here. It is for Kubernetes to judge.
	Raw map[string]any
}

// Container is the part of a container that is understood.
type Container struct {
	Name, Image, WorkingDir string
	Command, Args           []string
	Env                     []Env
	Mounts                  []Mount

	node *yaml.Node
}

// Env is a variable. Its value is empty if it comes from somewhere else.
type Env struct {
	Name, Value string

	node *yaml.Node
}

// Mount is where a volume is in a container.
type Mount struct {
	Name, Path string

	node *yaml.Node
}

// fields reads what is understood of a mapping and leaves the rest.
func (p *parser) fields(n *yaml.Node, read map[string]func(*yaml.Node)) {
	for _, field := range p.Fields(n) {
		read := read[field.Name]
		switch {
		case isNull(field.Value):
		case read != nil:
			read(field.Value)
		default:
			p.clear(field.Value)
		}
	}
}

func (p *parser) pod(n *yaml.Node) Pod {
	if n = yamlfile.Resolve(n); n.Kind != yaml.MappingNode {
		p.Report(n, "a spec is that of a Kubernetes pod", "want a mapping")
		return Pod{}
	}
	pod := Pod{Raw: p.raw(n)}
	p.fields(n, map[string]func(*yaml.Node){
		"initContainers": func(n *yaml.Node) {
			if len(p.list(n)) > 0 {
				p.Report(n, "what decorates a job needs them", "a job may have no initContainers")
			}
		},
		"containers": func(n *yaml.Node) {
			for _, item := range p.list(n) {
				pod.Containers = append(pod.Containers, p.container(item))
			}
		},
		"volumes": func(n *yaml.Node) { pod.Volumes = p.volumes(n) },
	})
	if len(pod.Containers) == 0 {
		p.Report(n, "such as containers: [{image: golang, command: [make, test]}]", "the pod has no container: there is nothing to run")
	}
	return pod
}

func (p *parser) container(n *yaml.Node) Container {
	c := Container{node: n}
	p.fields(n, map[string]func(*yaml.Node){
		"name":         p.into(&c.Name, ""),
		"image":        p.into(&c.Image, ""),
		"workingDir":   p.into(&c.WorkingDir, ""),
		"command":      func(n *yaml.Node) { c.Command = p.texts(n) },
		"args":         func(n *yaml.Node) { c.Args = p.texts(n) },
		"env":          func(n *yaml.Node) { c.Env = p.env(n) },
		"volumeMounts": func(n *yaml.Node) { c.Mounts = p.mounts(n) },
	})
	if c.Image == "" {
		p.Report(n, "", "a container has an image")
	}
	return c
}

func (p *parser) env(n *yaml.Node) []Env {
	var all []Env
	for _, item := range p.list(n) {
		e := Env{node: item}
		p.fields(item, map[string]func(*yaml.Node){"name": p.into(&e.Name, ""), "value": p.into(&e.Value, "")})
		if e.Name == "" {
			p.Report(item, "such as {name: GOFLAGS, value: -mod=vendor}", "a variable has a name")
		}
		all = append(all, e)
	}
	return all
}

func (p *parser) mounts(n *yaml.Node) []Mount {
	var all []Mount
	for _, item := range p.list(n) {
		m := Mount{node: item}
		p.fields(item, map[string]func(*yaml.Node){"name": p.into(&m.Name, ""), "mountPath": p.into(&m.Path, "")})
		if m.Name == "" || m.Path == "" {
			p.Report(item, "such as {name: cache, mountPath: /cache}", "name and mountPath are both needed")
		}
		all = append(all, m)
	}
	return all
}

func (p *parser) volumes(n *yaml.Node) []string {
	var all []string
	for _, item := range p.list(n) {
		name := ""
		p.fields(item, map[string]func(*yaml.Node){"name": p.into(&name, "")})
		switch {
		case name == "":
			p.Report(item, "", "a volume has a name")
		case slices.Contains(all, name):
			p.Report(item, "", "volume %s is there already", name)
		}
		all = append(all, name)
	}
	return all
}

// What decoration brings into a pod.
var (
	utilities      = []string{"clonerefs", "initupload", "place-entrypoint", "sidecar"}
	utilityVolumes = []string{"logs", "code", "tools", "gcs-credentials", "s3-credentials"}
	testMounts     = []string{"logs", "code", "tools"}
	testPaths      = []string{"/logs", "/home/" + "prow/go", "/tools"} // in the pod, not of a machine
)

// given are the variables that a job of a type is given.
func given(kind Type) []string {
	names := []string{"CI", "JOB_NAME", "JOB_SPEC", "JOB_TYPE", "PROW_JOB_ID", "BUILD_ID", "BUILD_NUMBER"}
	if kind != Periodic {
		names = append(names, "REPO_OWNER", "REPO_NAME", "PULL_BASE_REF", "PULL_BASE_SHA", "PULL_REFS")
	}
	if kind == Presubmit {
		names = append(names, "PULL_NUMBER", "PULL_PULL_SHA", "PULL_HEAD_REF", "PULL_TITLE")
	}
	return names
}

// checkPod checks a pod with its presets.
func (pl *place) checkPod(j *Job) {
	p, pod := pl.p, &j.Pod
	if len(pod.Containers) > 1 && !j.Decorate {
		p.Report(pl.spec, "write decorate: true", "%d containers: which of them is the test is told by decoration only", len(pod.Containers))
	}
	reserved := slices.Concat(utilityVolumes, j.Decoration.SSHKeySecrets)
	if j.Decoration.OAuthTokenSecret != "" {
		reserved = append(reserved, j.Decoration.OAuthTokenSecret)
	}
	for _, name := range pod.Volumes {
		if slices.Contains(reserved, name) {
			p.Report(pl.spec, "", "volume %s is decoration's", name)
		}
	}
	var names []string
	for _, c := range pod.Containers {
		if len(pod.Containers) > 1 {
			switch {
			case c.Name == "":
				p.Report(c.node, "", "of several containers each has a name")
			case slices.Contains(names, c.Name):
				p.Report(c.node, "", "container %s is there already", c.Name)
			case slices.Contains(utilities, c.Name):
				p.Report(c.node, "", "container %s is decoration's", c.Name)
			}
		}
		names = append(names, c.Name)
		if words := slices.Concat(c.Command, c.Args); j.Decorate && (len(words) == 0 || words[0] == "") {
			p.Report(c.node, "an image's own command cannot be wrapped", "a decorated container says its command or args")
		}
		pl.checkContainer(j, c, reserved)
	}
}

func (pl *place) checkContainer(j *Job, c Container, reserved []string) {
	p := pl.p
	var seen []string
	for _, e := range c.Env {
		switch {
		case slices.Contains(seen, e.Name):
			p.Report(pl.or(e.node), "", "variable %s is there already", e.Name)
		case slices.Contains(given(j.Type), e.Name):
			p.Report(pl.or(e.node), "", "variable %s is given to every %s", e.Name, j.Type)
		}
		seen = append(seen, e.Name)
	}
	for _, m := range c.Mounts {
		switch {
		case slices.Contains(testMounts, m.Name):
			p.Report(pl.or(m.node), "", "volume %s is decoration's", m.Name)
		case !slices.Contains(j.Pod.Volumes, m.Name) && !slices.Contains(reserved, m.Name):
			p.Report(pl.or(m.node), "", "there is no volume %s", m.Name)
		case slices.Contains(testPaths, m.Path):
			p.Report(pl.or(m.node), "", "%s is decoration's", m.Path)
		}
	}
}

// or returns a node, or the job's if it is from a preset, which may be in
// another file.
func (pl *place) or(n *yaml.Node) *yaml.Node {
	if n == nil {
		return pl.at("labels")
	}
	return n
}
