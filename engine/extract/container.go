// SPDX-License-Identifier: Apache-2.0

package extract

import (
	"fmt"
	"math"
	"regexp"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/state"
)

// container is the container that the fields are about: the one that the event
// tells of, else the thread's; nil where it is not known who acts.
func (c *Context) container() *state.Container {
	if told := c.Table.EventContainer(); told != nil {
		return told
	}
	switch {
	case c.Thread == nil:
		return nil
	case c.Thread.Container == nil:
		return state.Host
	}
	return c.Thread.Container
}

func containerID(c *Context) (Value, bool) {
	if ct := c.container(); ct != nil {
		return text(view(ct.ID))
	}
	return missing, false
}

// ofContainer reads what a capture tells about the container.
func ofContainer(read func(*Context, *state.ContainerInfo) (Value, bool)) reader {
	return reader{one: func(c *Context) (Value, bool) {
		ct := c.container()
		if ct == nil || ct.Info == nil {
			return missing, false
		}
		return read(c, ct.Info)
	}}
}

func containerText(field func(*state.ContainerInfo) []byte) reader {
	return ofContainer(func(_ *Context, info *state.ContainerInfo) (Value, bool) { return text(field(info)) })
}

func containerBool(field func(*state.ContainerInfo) bool) reader {
	return ofContainer(func(_ *Context, info *state.ContainerInfo) (Value, bool) { return boolean(field(info)) })
}

// containerMount reads a field of one mount: that of the number, or the first
// whose key matches the argument.
func containerMount(key, field func(*state.Mount) []byte) reader {
	return reader{make: func(op check.Operand) (reader, error) {
		if !op.Arg.Set {
			return reader{}, errNoArgument
		}
		if !op.Arg.IsKey {
			n := op.Arg.Index
			return ofContainer(func(_ *Context, info *state.ContainerInfo) (Value, bool) {
				if n >= len(info.Mounts) {
					return missing, false
				}
				return text(field(&info.Mounts[n]))
			}), nil
		}
		// Documented as a glob, the argument has always been a regular expression
		// that is searched for, and rules are written for what that matches.
		pattern, err := regexp.Compile("(?m)" + op.Arg.Key)
		if err != nil {
			return reader{}, fmt.Errorf("the argument is not a regular expression: %w", err)
		}
		return ofContainer(func(_ *Context, info *state.ContainerInfo) (Value, bool) {
			for i := range info.Mounts {
				if m := &info.Mounts[i]; pattern.Match(key(m)) {
					return text(field(m))
				}
			}
			return missing, false
		}), nil
	}}
}

func mountSource(m *state.Mount) []byte      { return m.Source }
func mountDest(m *state.Mount) []byte        { return m.Dest }
func mountMode(m *state.Mount) []byte        { return m.Mode }
func mountPropagation(m *state.Mount) []byte { return m.Propagation }
func mountText(m *state.Mount) []byte        { return m.Text }

func mountRDWR(m *state.Mount) []byte {
	if m.Writable {
		return view("true")
	}
	return view("false")
}

// containerStart is when the thread's pid namespace began.
func containerStart(_ *Context, th *state.Thread) (Value, bool) { return nonZero(th.PIDNSStart) }

func containerDuration(c *Context, th *state.Thread) (Value, bool) { return since(c, th.PIDNSStart) }

// containerLabel reads a label by a name that is given, or by that of the field.
func containerLabel(name string) reader {
	return ofContainer(func(_ *Context, info *state.ContainerInfo) (Value, bool) {
		v, ok := info.Labels[name]
		return Value{Bytes: v}, ok
	})
}

func namedLabel(of func(c *Context, info *state.ContainerInfo) map[string][]byte) reader {
	return reader{make: func(op check.Operand) (reader, error) {
		if !op.Arg.Set {
			return reader{}, errNoArgument
		}
		name := op.Arg.Key
		return ofContainer(func(c *Context, info *state.ContainerInfo) (Value, bool) {
			v, ok := of(c, info)[name]
			return Value{Bytes: v}, ok
		}), nil
	}}
}

// sandbox is the container that holds a pod's network and labels: another one
// where the runtime keeps them there.
func sandbox(c *Context, info *state.ContainerInfo) *state.ContainerInfo {
	if len(info.CNI) == 0 {
		if other := c.Table.Sandbox(info); other != nil {
			return other
		}
	}
	return info
}

// podOnly reads a field that a pod has in its sandbox, or in its own container
// where that knows its network.
func podOnly(field func(*state.ContainerInfo) []byte) reader {
	return ofContainer(func(c *Context, info *state.ContainerInfo) (Value, bool) {
		if len(info.CNI) > 0 {
			return text(field(info))
		}
		if other := c.Table.Sandbox(info); other != nil {
			return text(field(other))
		}
		return missing, false
	})
}

const shortID = 12 // how much of a container's id users see

func sandboxID(info *state.ContainerInfo) []byte {
	return info.SandboxID[:min(len(info.SandboxID), shortID)]
}

// userOf reads a field of the thread's user.
func userOf(field func(*event.User) string) reader {
	return ofThread(func(c *Context, th *state.Thread) (Value, bool) {
		u, _ := c.Table.UserOf(th, th.UID)
		return text(view(field(u)))
	})
}

func loginName(c *Context, th *state.Thread) (Value, bool) {
	u, _ := c.Table.UserOf(th, th.LoginUID)
	return text(view(u.Name))
}

// loginUID is -1 where nobody logged in.
func loginUID(_ *Context, th *state.Thread) (Value, bool) {
	if th.LoginUID == math.MaxUint32 {
		return num(-1)
	}
	return num(th.LoginUID)
}

func groupName(c *Context, th *state.Thread) (Value, bool) {
	g, _ := c.Table.GroupOf(th, th.GID)
	return text(view(g.Name))
}

// capabilities are the names of capabilities, by bit.
var capabilities = [...]string{
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
	"CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
	"CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
	"CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
	"CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
	"CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
}

// capsOf names a set of capabilities.
func capsOf(set func(*state.Thread) uint64) reader {
	return ofThread(func(c *Context, th *state.Thread) (Value, bool) {
		caps := set(th)
		start := c.mark()
		for i, name := range capabilities {
			if caps>>i&1 == 0 {
				continue
			}
			if len(c.scratch) > start {
				c.scratch = append(c.scratch, ' ')
			}
			c.scratch = append(c.scratch, name...)
		}
		return c.since(start)
	})
}
