// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/results"
)

// Config says how jobs run on this machine.
type Config struct {
	// Dir is the folder of all runs. One Runner at a time has it.
	Dir string `json:"dir"`
	// Secrets is a folder of secrets: NAME/KEY. Empty is none.
	Secrets string `json:"secrets,omitempty"`
	// Hide are folders of this machine that jobs do not see, beside Dir,
	// Secrets, the home folders and /run.
	Hide []string `json:"hide,omitempty"`
	// HostPaths are the folders of this machine that jobs may mount, each with
	// what is below it.
	HostPaths []string `json:"host_paths,omitempty"`
	// Timeout and Grace are those of jobs that do not say; 0 is two hours and
	// fifteen seconds.
	Timeout time.Duration `json:"timeout,omitempty"`
	Grace   time.Duration `json:"grace,omitempty"`
	// Disk is how much a run may write, Log how long its log may be, in bytes,
	// and Processes how many it may have; 0 is 20 GiB, 64 MiB, 4,096.
	Disk      int64 `json:"disk,omitempty"`
	Log       int64 `json:"log,omitempty"`
	Processes int64 `json:"processes,omitempty"`
	// Artifacts are how many of them are kept; 0 is 10,000 and 2 GiB.
	Artifacts results.Limits `json:"artifacts"`
	// Plain runs jobs as mere processes, in no namespaces: whatever they write
	// and start is on this machine. It is for where namespaces are not allowed.
	Plain bool `json:"plain,omitempty"`
}

func (c Config) withDefaults() Config {
	def := func(p *int64, n int64) {
		if *p == 0 {
			*p = n
		}
	}
	def((*int64)(&c.Timeout), int64(2*time.Hour))
	def((*int64)(&c.Grace), int64(15*time.Second))
	def(&c.Disk, 20<<30)
	def(&c.Log, 64<<20)
	def(&c.Processes, 4096)
	def(&c.Artifacts.Bytes, 2<<30)
	if c.Artifacts.Files == 0 {
		c.Artifacts.Files = 10000
	}
	return c
}

// A plan is what one run does on this machine.
type plan struct {
	containers     []container
	secrets        []string // values, to be taken out of what is kept
	timeout, grace time.Duration
	memory         int64 // bytes; 0 is no limit
	cpu            int64 // thousandths of a processor; 0 is no limit
}

// container is a process that a plan starts.
type container struct {
	Name   string
	Args   []string
	Env    []string
	Dir    string // empty is the repository
	Mounts []mount
}

// mount is a folder in a container.
type mount struct {
	Path     string
	From     string            // a folder of this machine, or
	Volume   string            // one of the run's own, or
	Files    map[string][]byte // these
	ReadOnly bool
}

// where are the places that a job is told of, as it sees them.
type where struct{ home, gopath, artifacts, tmp string }

// makePlan checks everything that can be wrong before a run begins.
func makePlan(spec run.Spec, config Config, at where) (plan, error) {
	pod, err := readPod(spec.Job.Pod.Raw)
	if err != nil {
		return plan{}, err
	}
	p := plan{timeout: config.Timeout, grace: config.Grace}
	if d := spec.Job.Decoration; true {
		if d.Timeout > 0 {
			p.timeout = d.Timeout
		}
		if d.GracePeriod > 0 {
			p.grace = d.GracePeriod
		}
	}
	env, err := spec.Env()
	if err != nil {
		return plan{}, err
	}
	env["ARTIFACTS"], env["GOPATH"], env["HOME"], env["TMPDIR"] = at.artifacts, at.gopath, at.home, at.tmp
	env["PATH"], env["LANG"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin", "C.UTF-8"
	for _, c := range pod.Containers {
		made, err := p.container(c, pod.Volumes, maps.Clone(env), config)
		if err != nil {
			return plan{}, fmt.Errorf("container %s: %w", c.Name, err)
		}
		p.containers = append(p.containers, made)
		memory, err := c.limit("memory")
		if err != nil {
			return plan{}, err
		}
		cpu, err := c.limit("cpu")
		if err != nil {
			return plan{}, err
		}
		p.memory += memory / 1000
		p.cpu += cpu
	}
	return p, nil
}

func (p *plan) container(c podContainer, volumes []podVolume, env map[string]string, config Config) (container, error) {
	out := container{Name: c.Name, Dir: c.WorkingDir}
	for _, v := range c.Env {
		switch {
		case v.From == nil:
			env[v.Name] = expand(v.Value, env)
		case v.From.Secret == nil:
			return out, fmt.Errorf("variable %s: of valueFrom only secretKeyRef is known on this machine", v.Name)
		default:
			files, err := p.secret(config, v.From.Secret.Name, v.From.Secret.Optional)
			if err != nil {
				return out, fmt.Errorf("variable %s: %w", v.Name, err)
			}
			value, ok := files[v.From.Secret.Key]
			if !ok && !v.From.Secret.Optional {
				return out, fmt.Errorf("variable %s: secret %s has no key %s; it has %s", v.Name, v.From.Secret.Name, v.From.Secret.Key,
					strings.Join(slices.Sorted(maps.Keys(files)), ", "))
			}
			if ok {
				env[v.Name] = string(value)
			}
		}
	}
	for _, m := range c.Mounts {
		at := slices.IndexFunc(volumes, func(v podVolume) bool { return v.Name == m.Name })
		made, err := p.mount(volumes[at], config)
		if err != nil {
			return out, fmt.Errorf("volume %s: %w", m.Name, err)
		}
		if made.Path = filepath.Clean(m.MountPath); !filepath.IsAbs(made.Path) || made.Path == "/" {
			return out, fmt.Errorf("volume %s: mountPath %q is not a path from /, and below it", m.Name, m.MountPath)
		}
		made.ReadOnly = made.ReadOnly || m.ReadOnly
		out.Mounts = append(out.Mounts, made)
	}
	if config.Plain && len(out.Mounts) > 0 {
		return out, errors.New("it mounts volumes, and without namespaces nothing is mounted")
	}
	for _, text := range slices.Concat(c.Command, c.Args) {
		out.Args = append(out.Args, expand(text, env))
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out.Env = append(out.Env, name+"="+env[name])
	}
	return out, nil
}

func (p *plan) mount(v podVolume, config Config) (mount, error) {
	switch {
	case v.Secret != nil:
		files, err := p.secret(config, v.Secret.Name, v.Secret.Optional)
		return mount{Files: files, ReadOnly: true}, err
	case v.HostPath == nil:
		return mount{Volume: v.Name}, nil
	}
	path := filepath.Clean(v.HostPath.Path)
	allowed := slices.ContainsFunc(config.HostPaths, func(dir string) bool {
		rel, err := filepath.Rel(dir, path)
		return err == nil && filepath.IsLocal(rel)
	})
	if !filepath.IsAbs(path) || !allowed {
		return mount{}, fmt.Errorf("hostPath %s is not among the folders that jobs may mount here (%s)", path, strings.Join(config.HostPaths, ", "))
	}
	return mount{From: path}, nil
}

// secret reads all keys of a secret and remembers their values.
func (p *plan) secret(config Config, name string, optional bool) (map[string][]byte, error) {
	if config.Secrets == "" {
		if optional {
			return nil, nil
		}
		return nil, fmt.Errorf("secret %q: there are no secrets here; name their folder with --secrets", name)
	}
	root, err := os.OpenRoot(config.Secrets)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	err = fs.WalkDir(root.FS(), name, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		value, err := root.ReadFile(file)
		if err == nil {
			files[filepath.Base(file)] = value
			p.secrets = append(p.secrets, string(value))
		}
		return err
	})
	err = errors.Join(err, root.Close())
	if optional && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("secret %q: %w", name, err)
	}
	return files, nil
}
