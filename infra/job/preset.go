// SPDX-License-Identifier: Apache-2.0

package job

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// preset is what jobs with some labels have as well. Without labels it is for
// all jobs.
type preset struct {
	labels  map[string]string
	env     []Env
	mounts  []Mount
	volumes []string
	raw     map[string]any
}

// filePresets reads the presets of a file.
func (p *parser) filePresets(n *yaml.Node) {
	for _, item := range p.list(n) {
		var s preset
		p.keys(item, map[string]func(*yaml.Node){
			"labels":       func(n *yaml.Node) { s.labels = p.presetLabels(n) },
			"env":          func(n *yaml.Node) { s.env = p.env(n) },
			"volumes":      func(n *yaml.Node) { s.volumes = p.volumes(n) },
			"volumeMounts": func(n *yaml.Node) { s.mounts = p.mounts(n) },
		})
		s.raw = p.raw(item)
		// Its places are in this file, those of the jobs may be in others.
		for i := range s.env {
			s.env[i].node = nil
		}
		for i := range s.mounts {
			s.mounts[i].node = nil
		}
		p.reader.presets = append(p.reader.presets, s)
	}
}

func (p *parser) presetLabels(n *yaml.Node) map[string]string {
	return p.words(n, func(key, value string) string {
		for _, other := range p.reader.presets {
			if v, ok := other.labels[key]; ok && v == value {
				return "there is a preset for " + key + ": " + value + " already"
			}
		}
		return ""
	})
}

// merge puts a preset into a job that has its labels.
func (s preset) merge(pl *place, j *Job) {
	for key, value := range s.labels {
		if v, ok := j.Labels[key]; !ok || v != value {
			return
		}
	}
	rawContainers, _ := j.Pod.Raw["containers"].([]any)
	for i := range j.Pod.Containers {
		c := &j.Pod.Containers[i]
		for _, e := range s.env {
			if slices.ContainsFunc(c.Env, func(has Env) bool { return has.Name == e.Name }) {
				pl.p.Report(pl.at("labels"), "", "a preset sets the variable %s as well", e.Name)
			}
		}
		for _, m := range s.mounts {
			if slices.ContainsFunc(c.Mounts, func(has Mount) bool { return has.Name == m.Name }) {
				pl.p.Report(pl.at("labels"), "", "a preset mounts the volume %s as well", m.Name)
			}
		}
		c.Env, c.Mounts = slices.Concat(c.Env, s.env), slices.Concat(c.Mounts, s.mounts)
		if i < len(rawContainers) {
			if raw, ok := rawContainers[i].(map[string]any); ok {
				s.add(raw, "env")
				s.add(raw, "volumeMounts")
			}
		}
	}
	for _, v := range s.volumes {
		if slices.Contains(j.Pod.Volumes, v) {
			pl.p.Report(pl.at("labels"), "", "a preset has a volume %s as well", v)
		}
	}
	j.Pod.Volumes = slices.Concat(j.Pod.Volumes, s.volumes)
	if j.Pod.Raw != nil {
		s.add(j.Pod.Raw, "volumes")
	}
}

// add appends a list of the preset to that of the same key.
func (s preset) add(to map[string]any, key string) {
	more, _ := s.raw[key].([]any)
	if len(more) == 0 {
		return
	}
	has, _ := to[key].([]any)
	to[key] = slices.Concat(has, more)
}
