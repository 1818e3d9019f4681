// SPDX-License-Identifier: Apache-2.0

package state

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/event"
)

// A Container is a container that a thread runs in, or the machine itself.
type Container struct {
	ID   string         // the short id
	Info *ContainerInfo // nil where only the cgroup told of it
}

// ContainerInfo is what a capture tells about a container. Its texts never
// change in place.
type ContainerInfo struct {
	ID, FullID, Name                          []byte
	Image, ImageID, Repository, Tag, Digest   []byte
	Runtime                                   Runtime
	Privileged, HostPID, HostNetwork, HostIPC bool
	IP, CNI                                   []byte
	Mounts                                    []Mount
	MountList, LabelList, SandboxLabelList    []byte // all of them, as they are printed
	Labels, SandboxLabels                     map[string][]byte
	SandboxID                                 []byte
	User                                      []byte

	addr []byte // IP as 4 or 16 bytes
}

// A Mount is something of the host that a container sees.
type Mount struct {
	Source, Dest, Mode, Propagation []byte
	Writable                        bool
	Text                            []byte // all of the above, as it is printed
}

// A Runtime is what runs a container. The numbers are those of captures.
type Runtime uint32

// The runtimes.
const (
	Docker      Runtime = 0
	LXC         Runtime = 1
	LibvirtLXC  Runtime = 2
	CRI         Runtime = 6
	Containerd  Runtime = 7
	CRIO        Runtime = 8
	BPM         Runtime = 9
	Podman      Runtime = 11
	HostRuntime Runtime = 0xfffe
	Unspecified Runtime = 0xffff
)

var runtimeNames = map[Runtime]string{
	Docker: "docker", LXC: "lxc", LibvirtLXC: "libvirt-lxc", 3: "mesos", 4: "rkt", CRI: "cri", Containerd: "containerd",
	CRIO: "cri-o", BPM: "bpm", Podman: "podman", HostRuntime: "host",
}

func (r Runtime) String() string { return runtimeNames[r] }

// Host is the machine itself, where a thread is in no container.
var Host = &Container{ID: "host", Info: &ContainerInfo{ID: []byte("host"), Name: []byte("host"), Runtime: HostRuntime}}

// containers are those that were seen, by short id.
type containers struct {
	byID  map[string]*Container
	order []string   // as they were first seen, to forget the oldest
	last  *Container // what the event that is followed tells about

	// What was found out lately: most threads are where another one is. Texts
	// that events tell of cgroups, as they are kept; and of those that are kept
	// in one place, the container.
	told  map[string][]byte
	found map[*byte]*Container
}

// So much is remembered of what was found out.
const (
	maxTold     = 64
	maxToldText = 4096
)

// maxContainers is how many are known at a time. Threads keep theirs.
const maxContainers = 4096

func (c *containers) init() {
	c.byID, c.told, c.found = make(map[string]*Container), make(map[string][]byte), make(map[*byte]*Container)
}

func (c *containers) get(id string) *Container {
	if known := c.byID[id]; known != nil {
		return known
	}
	if len(c.order) >= maxContainers {
		delete(c.byID, c.order[0])
		clear(c.found)
		c.order = slices.Delete(c.order, 0, 1)
	}
	added := &Container{ID: strings.Clone(id)}
	c.byID[added.ID] = added
	c.order = append(c.order, added.ID)
	return added
}

// EventContainer is the container that an event tells about, of which there may
// be no thread yet; nil for other events.
func (t *Table) EventContainer() *Container { return t.containers.last }

// Sandbox finds the container whose network and labels another one shares; nil
// where it is not known.
func (t *Table) Sandbox(info *ContainerInfo) *ContainerInfo {
	id := info.SandboxID
	if c := t.containers.byID[string(id[:min(len(id), shortID)])]; c != nil {
		return c.Info
	}
	return nil
}

// findContainer finds out which container a thread runs in.
func (t *Table) findContainer(th *Thread) {
	var container *Container
	if len(th.Cgroups) > 0 {
		c, place := &t.containers, &th.Cgroups[0] // what is kept does not change
		var known bool
		if container, known = c.found[place]; !known {
			if container = c.of(th.Cgroups); len(c.found) >= maxTold {
				clear(c.found)
			}
			c.found[place] = container
		}
	}
	if container != th.Container {
		th.Container = container
		t.touch(th)
	}
}

// of finds the container that cgroups belong to; nil: none.
func (c *containers) of(cgroups []byte) *Container {
	for len(cgroups) > 0 {
		entry, rest, _ := bytes.Cut(cgroups, []byte{0})
		cgroups = rest
		_, path, _ := bytes.Cut(entry, []byte{'='})
		if len(path) < 2 {
			continue
		}
		if id, runtime := containerOf(string(path)); id != "" {
			found := c.get(id)
			if runtime != Unspecified && found.Info == nil {
				found.Info = &ContainerInfo{ID: []byte(id), Runtime: runtime}
			}
			return found
		}
	}
	return nil
}

// learn takes over what an event tells about a container.
func (t *Table) learn(info *ContainerInfo) {
	if len(info.ID) == 0 {
		return
	}
	c := t.containers.get(string(info.ID))
	c.Info = info
	t.containers.last = c
	t.touchAll()
}

func (t *Table) applyContainerV4(ev *event.Event, _ *Subject) {
	t.learn(&ContainerInfo{
		ID: bytes.Clone(textParam(ev, 0)), Runtime: Runtime(number(ev, 1)),
		Name: bytes.Clone(textParam(ev, 2)), Image: bytes.Clone(textParam(ev, 3)),
	})
}

func (t *Table) applyContainerJSON(ev *event.Event, _ *Subject) {
	if text := ev.Param(0); len(text) > 0 {
		t.learnJSON(untilNUL(text))
	}
}

// applyAsync follows the notices that newer captures have of containers.
func (t *Table) applyAsync(ev *event.Event, _ *Subject) {
	switch string(textParam(ev, 1)) {
	case "container":
		t.learnJSON(untilNUL(ev.Param(2)))
	case "container_removed":
		if info := parseContainer(untilNUL(ev.Param(2))); info != nil {
			t.containers.last = &Container{ID: string(info.ID), Info: info}
			if c := t.containers.byID[string(info.ID)]; c != nil {
				c.Info = nil
				clear(t.containers.found)
				t.touchAll()
			}
		}
	}
}

func (t *Table) learnJSON(text []byte) {
	if info := parseContainer(text); info != nil {
		t.learn(info)
	}
}

// containerJSON is the form in which captures hold a container. Old ones have
// null for what is empty.
type containerJSON struct {
	Container struct {
		ID            string            `json:"id"`
		FullID        string            `json:"full_id"`
		Type          *uint32           `json:"type"`
		Name          string            `json:"name"`
		Image         string            `json:"image"`
		ImageID       string            `json:"imageid"`
		Repository    string            `json:"imagerepo"`
		Tag           string            `json:"imagetag"`
		Digest        string            `json:"imagedigest"`
		Privileged    bool              `json:"privileged"`
		HostPID       bool              `json:"host_pid"`
		HostNetwork   bool              `json:"host_network"`
		HostIPC       bool              `json:"host_ipc"`
		IP            string            `json:"ip"`
		CNI           string            `json:"cni_json"`
		User          string            `json:"User"`
		SandboxID     string            `json:"pod_sandbox_id"`
		Labels        map[string]string `json:"labels"`
		SandboxLabels map[string]string `json:"pod_sandbox_labels"`
		Mounts        []struct {
			Source, Destination, Mode, Propagation string
			RW                                     bool
		}
	} `json:"container"`
}

// parseContainer reads a container's JSON. What has another form than it should
// is left out; nil is returned for what is no JSON at all.
func parseContainer(text []byte) *ContainerInfo {
	var doc containerJSON
	if err := json.Unmarshal(text, &doc); err != nil {
		if _, ok := err.(*json.UnmarshalTypeError); !ok {
			return nil
		}
	}
	c := &doc.Container
	info := &ContainerInfo{
		ID: []byte(c.ID), FullID: []byte(c.FullID), Name: []byte(c.Name),
		Image: []byte(c.Image), ImageID: []byte(c.ImageID), Repository: []byte(c.Repository), Tag: []byte(c.Tag), Digest: []byte(c.Digest),
		Runtime:    Unspecified,
		Privileged: c.Privileged, HostPID: c.HostPID, HostNetwork: c.HostNetwork, HostIPC: c.HostIPC,
		IP: []byte(c.IP), CNI: []byte(c.CNI), User: []byte(c.User), SandboxID: []byte(c.SandboxID),
		Labels: byteValues(c.Labels), SandboxLabels: byteValues(c.SandboxLabels),
		LabelList: labelList(c.Labels), SandboxLabelList: labelList(c.SandboxLabels),
	}
	if c.Type != nil {
		info.Runtime = Runtime(*c.Type)
	}
	if addr, err := netip.ParseAddr(c.IP); err == nil {
		info.addr = addr.AsSlice()
	}
	for _, m := range c.Mounts {
		rw := "false"
		if m.RW {
			rw = "true"
		}
		mount := Mount{
			Source: []byte(m.Source), Dest: []byte(m.Destination), Mode: []byte(m.Mode), Propagation: []byte(m.Propagation), Writable: m.RW,
			Text: []byte(strings.Join([]string{m.Source, m.Destination, m.Mode, rw, m.Propagation}, ":")),
		}
		if len(info.Mounts) > 0 {
			info.MountList = append(info.MountList, ',')
		}
		info.MountList = append(info.MountList, mount.Text...)
		info.Mounts = append(info.Mounts, mount)
	}
	return info
}

func byteValues(m map[string]string) map[string][]byte {
	out := make(map[string][]byte, len(m))
	for k, v := range m {
		out[k] = []byte(v)
	}
	return out
}

// labelList joins labels as they are printed, without those that a runtime adds
// for itself.
func labelList(labels map[string]string) []byte {
	var names []string
	for name := range labels {
		if !strings.HasPrefix(name, "annotation.") && !strings.HasPrefix(name, "io.kubernetes.") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var list []byte
	for i, name := range names {
		if i > 0 {
			list = append(list, ", "...)
		}
		list = append(list, name...)
		if v := labels[name]; v != "" {
			list = append(append(list, ':'), v...)
		}
	}
	return list
}
