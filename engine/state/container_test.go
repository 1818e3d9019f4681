// SPDX-License-Identifier: Apache-2.0

package state

import (
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/enginetest"
	"github.com/lanner-project/lanner/engine/event"
)

func TestContainerOf(t *testing.T) {
	t.Parallel()
	const id = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e"
	const short = "3ad7b26ded6d"
	for _, c := range []struct {
		path, id string
		runtime  Runtime
	}{
		{"/", "", Unspecified},
		{"/user.slice/user-1000.slice/session-2.scope", "", Unspecified},
		{"/system.slice/docker.service", "", Unspecified},
		{"/docker/" + id, short, Unspecified},
		{"/system.slice/docker-" + id + ".scope", short, Unspecified},
		{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + id + ".scope", short, Unspecified},
		{"/machine.slice/libpod-" + id + ".scope/container", short, Unspecified},
		{"/libpod_parent/libpod-" + id, short, Unspecified},
		{"/kubepods/besteffort/podaed4686d/" + id, short, Unspecified},
		{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod63b3ebfc.slice/cri-containerd-" + id + ".scope", short, Unspecified},
		{"/kubepods.slice/kubepods-pod63b3ebfc.slice/crio-" + id + ".scope", short, Unspecified},
		{"/system.slice/containerd.service/kubepods-burstable-podbd12.slice:cri-containerd:" + id, short, Unspecified},
		{"/default/test_container", "test_contain", Unspecified}, // containerd's own tool, where the id is any word
		{"/kubepods/besteffort/pod.slice", "", Unspecified},
		{"/lxc/web", "web", LXC},
		{"/lxc.payload/web", "web", LXC},
		{"/lxc.payload.web/init.scope", "web", LXC},
		{"/machine.slice/web.libvirt-lxc", "web", LibvirtLXC},
		{`/machine.slice/machine-lxc\x2dweb.scope`, "web", LibvirtLXC},
		{"/libvirt/lxc/web", "web", LibvirtLXC},
		{"/kubepods/" + id + "/" + id[:40], "", Unspecified}, // too short to be one, and too long with its folder
	} {
		got, runtime := containerOf(c.path)
		if got != c.id || runtime != c.runtime {
			t.Errorf("%s is of container %q of %q, want %q of %q", c.path, got, runtime, c.id, c.runtime)
		}
	}
}

// FuzzContainerOf makes sure that no path of a cgroup does harm.
func FuzzContainerOf(f *testing.F) {
	f.Add("/system.slice/docker-0123456789abcdef.scope")
	f.Add(`/machine.slice/machine-lxc\x2.scope/libvirt`)
	f.Fuzz(func(t *testing.T, path string) {
		if id, _ := containerOf(path); len(id) > len(path) {
			t.Errorf("%q is of container %q", path, id)
		}
	})
}

const containerText = `{"container":{
	"id":"3ad7b26ded6d","full_id":"3ad7b26ded6d8e7b","type":7,"name":"web","image":"nginx:1","imagerepo":"nginx","imagetag":"1",
	"ip":"10.0.0.9","privileged":true,"labels":{"io.kubernetes.pod.name":"p","app":"web","empty":""},"pod_sandbox_id":"aaaaaaaaaaaabbbb",
	"Mounts":[{"Source":"/etc","Destination":"/host","Mode":"ro","RW":false,"Propagation":"rprivate"}],"env":null,"User":5}}`

// A container is known from what a capture tells, however it does.
func TestContainerEvents(t *testing.T) {
	t.Parallel()
	for name, ev := range map[string]*event.Event{
		"notice":    enginetest.Made(event.AsyncEvent, 1, enginetest.P{"name": "container", "data": []byte(containerText + "\x00")}),
		"old event": enginetest.Made(event.Container, 1, enginetest.P{"json": containerText}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := New(Config{})
			var s Subject
			table.Apply(ev, &s)
			c := table.EventContainer()
			if c == nil || c.ID != "3ad7b26ded6d" || c.Info == nil {
				t.Fatalf("the event's container is %+v", c)
			}
			i := c.Info
			got := []string{string(i.FullID), string(i.Name), i.Runtime.String(), string(i.Repository), string(i.Tag), string(i.IP), string(i.MountList), string(i.LabelList)}
			want := []string{"3ad7b26ded6d8e7b", "web", "containerd", "nginx", "1", "10.0.0.9", "/etc:/host:ro:false:rprivate", "app:web, empty"}
			if strings.Join(got, "|") != strings.Join(want, "|") || !i.Privileged {
				t.Errorf("it is %q, want %q", got, want)
			}
			if !table.IsLocal([]byte{10, 0, 0, 9}, &Thread{Container: c}) || table.IsLocal([]byte{10, 0, 0, 9}, nil) {
				t.Error("the container's address is local to its own threads alone")
			}
			table.Apply(enginetest.Made(event.GetuidExit, 1, nil), &s)
			if table.EventContainer() != nil {
				t.Error("the next event is about the container, too")
			}
		})
	}
}

// A notice that is cut or strange changes nothing.
func TestContainerNonsense(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"container":{}}`, `{"container":{"id":5}}`, containerText[:60], `[]`, `"x"`} {
		table := New(Config{})
		var s Subject
		table.Apply(enginetest.Made(event.AsyncEvent, 1, enginetest.P{"name": "container", "data": []byte(text)}), &s)
		if c := table.EventContainer(); c != nil {
			t.Errorf("%q made a container: %+v", text, c)
		}
	}
}

// Containers that are not used any more are forgotten, oldest first.
func TestContainerLimit(t *testing.T) {
	t.Parallel()
	var c containers
	c.init()
	for i := range maxContainers + 10 {
		c.get(strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26))
	}
	if len(c.byID) > maxContainers || len(c.order) != len(c.byID) {
		t.Errorf("%d containers are known, in an order of %d", len(c.byID), len(c.order))
	}
}
