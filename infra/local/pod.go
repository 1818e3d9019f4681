// SPDX-License-Identifier: Apache-2.0

package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
)

// The parts of a pod's specification that count on this machine. Where it is to
// be scheduled does not, and its images do not: the machine is the image.
type podSpec struct {
	Containers []podContainer `json:"containers"`
	Volumes    []podVolume    `json:"volumes"`
}

type podContainer struct {
	Name       string        `json:"name"`
	Command    []string      `json:"command"`
	Args       []string      `json:"args"`
	WorkingDir string        `json:"workingDir"`
	Env        []podVariable `json:"env"`
	EnvFrom    []any         `json:"envFrom"`
	Mounts     []struct {
		Name      string `json:"name"`
		MountPath string `json:"mountPath"`
		SubPath   string `json:"subPath"`
		ReadOnly  bool   `json:"readOnly"`
	} `json:"volumeMounts"`
	Resources struct {
		Limits map[string]any `json:"limits"`
	} `json:"resources"`
	Security struct {
		Privileged bool `json:"privileged"`
	} `json:"securityContext"`
}

type podVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	From  *struct {
		Secret *secretKey `json:"secretKeyRef"`
	} `json:"valueFrom"`
}

type secretKey struct {
	Name     string `json:"name"`
	Key      string `json:"key"`
	Optional bool   `json:"optional"`
}

type podVolume struct {
	Name     string    `json:"name"`
	EmptyDir *struct{} `json:"emptyDir"`
	HostPath *struct {
		Path string `json:"path"`
	} `json:"hostPath"`
	Secret *struct {
		Name     string `json:"secretName"`
		Optional bool   `json:"optional"`
		Items    []any  `json:"items"`
	} `json:"secret"`
}

// readPod reads what a job configured.
func readPod(raw map[string]any) (podSpec, error) {
	var spec podSpec
	text, err := json.Marshal(raw)
	if err != nil {
		return spec, err
	}
	if err := json.Unmarshal(text, &spec); err != nil {
		return spec, fmt.Errorf("spec: %w", err)
	}
	if len(spec.Containers) == 0 {
		return spec, errors.New("the pod has no container: there is nothing to run")
	}
	var all []error
	for i := range spec.Containers {
		c := &spec.Containers[i]
		if c.Name == "" {
			c.Name = "test"
		}
		if !containerName.MatchString(c.Name) {
			all = append(all, fmt.Errorf("container %q: a name has small letters, digits and hyphens", c.Name))
		}
		if len(c.Command)+len(c.Args) == 0 {
			all = append(all, fmt.Errorf("container %s has neither command nor args: there is no image here that has one of its own", c.Name))
		}
		if len(c.EnvFrom) > 0 {
			all = append(all, fmt.Errorf("container %s: envFrom is not known on this machine: name the variables in env", c.Name))
		}
		if c.Security.Privileged {
			all = append(all, fmt.Errorf("container %s wants to be privileged: that would be all of this machine", c.Name))
		}
		for _, m := range c.Mounts {
			if m.SubPath != "" {
				all = append(all, fmt.Errorf("container %s: subPath of volume %s is not known on this machine", c.Name, m.Name))
			}
			if !slices.ContainsFunc(spec.Volumes, func(v podVolume) bool { return v.Name == m.Name }) {
				all = append(all, fmt.Errorf("container %s: there is no volume %s", c.Name, m.Name))
			}
		}
	}
	for _, v := range spec.Volumes {
		switch {
		case v.EmptyDir == nil && v.HostPath == nil && v.Secret == nil:
			all = append(all, fmt.Errorf("volume %s: known on this machine are emptyDir, hostPath and secret", v.Name))
		case v.Secret != nil && len(v.Secret.Items) > 0:
			all = append(all, fmt.Errorf("volume %s: items of a secret are not known on this machine: mount all of it", v.Name))
		}
	}
	return spec, errors.Join(all...)
}

var containerName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// reference is $(NAME) in a command or a value, or $$, which stands for $.
var reference = regexp.MustCompile(`\$\$|\$\([A-Za-z_][A-Za-z0-9_.-]*\)`)

// expand replaces references as Kubernetes does: what is not known stays.
func expand(text string, env map[string]string) string {
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		if found == "$$" {
			return "$"
		}
		if value, ok := env[found[2:len(found)-1]]; ok {
			return value
		}
		return found
	})
}

var suffixes = map[string]int64{
	"m": -1, "": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40,
}

// quantity reads a quantity of Kubernetes, in thousandths.
func quantity(v any) (int64, error) {
	text := fmt.Sprint(v)
	at := len(text) - len(strings.TrimLeft(text, "0123456789."))
	factor, ok := suffixes[text[at:]]
	value, isNumber := new(big.Rat).SetString(text[:at])
	if !ok || !isNumber {
		return 0, fmt.Errorf("quantity %q: want a number and a unit, such as 500m or 2Gi", text)
	}
	if factor > 0 {
		value.Mul(value, new(big.Rat).SetInt64(factor*1000))
	}
	n := new(big.Int).Quo(value.Num(), value.Denom())
	if !n.IsInt64() {
		return 0, fmt.Errorf("quantity %q is too much", text)
	}
	return n.Int64(), nil
}

// limit reads one of a container's limits, in thousandths; 0 is none.
func (c podContainer) limit(name string) (int64, error) {
	v, ok := c.Resources.Limits[name]
	if !ok {
		return 0, nil
	}
	n, err := quantity(v)
	if err != nil {
		return 0, fmt.Errorf("container %s, limits.%s: %w", c.Name, name, err)
	}
	return n, nil
}
