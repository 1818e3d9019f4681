// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"sync"

	"github.com/lanner-project/lanner/driver/calls"
	"github.com/lanner-project/lanner/engine/event"
)

// A form is what records of a type look like.
type form struct {
	params  []param
	rewrite bool // some parameter is not as events have it
	resize  bool // some is shorter or longer there
}

type param struct {
	width   int                 // in the record; 0: it varies
	out     int                 // in the event
	convert func(uint64) uint64 // nil: it stays as it is
}

var forms = sync.OnceValue(func() *[maxTypes]*form {
	var all [maxTypes]*form
	for t := range event.Type(event.NumTypes) {
		c := calls.OfType(t)
		if t == event.GenericExit {
			c = calls.Generic()
		}
		if c == nil || int(t) >= maxTypes {
			continue
		}
		f := &form{}
		for i, p := range c.Params {
			info := &t.Info().Params[i]
			made := param{width: p.Op.Width(), out: info.Kind.Width()}
			made.convert = conversion(p.Op, info)
			if made.convert == nil && made.width != 0 && made.out != 0 && made.width != made.out {
				made.convert = same // the table has it narrower or wider
			}
			f.rewrite = f.rewrite || made.convert != nil
			f.resize = f.resize || made.convert != nil && made.width != made.out
			f.params = append(f.params, made)
		}
		all[t] = f
	}
	return &all
})

func same(v uint64) uint64 { return v }

// The operations that tell the flags of open, and what became of them.
var openOp, howOp = calls.Words()["open_flags"], calls.Words()["how_flags"]

// conversion returns what a parameter's number has to go through.
func conversion(op calls.Op, p *event.Param) func(uint64) uint64 {
	if p.Flags == nil || op.Width() == 0 {
		return nil
	}
	switch p.Flags.Name {
	case "file_flags":
		if op == openOp || op == howOp {
			return openFlags
		}
		return descriptorFlags
	case "sockopt_levels":
		return socketLevels.of
	case "sockopt_options":
		return socketOption
	case "prot_flags":
		return protFlags
	case "semget_flags":
		return semgetFlags.of
	case "semop_flags":
		return semopFlags.of
	case "semctl_commands":
		return semctlCommands.of
	case "rlimit_resources":
		return resource
	case "clone_flags":
		return cloneFlags
	case "mmap_flags":
		return mmapFlags.of
	case "openat2_flags":
		return resolveFlags.of
	case "execveat_flags":
		return execveatFlags.of
	case "fchownat_flags":
		return fchownatFlags.of
	case "pidfd_open_flags":
		return pidfdFlags.of
	case "epoll_create1_flags":
		return epollFlags.of
	case "delete_module_flags":
		return moduleFlags.of
	case "io_uring_setup_flags":
		return uringFlags.of
	case "mount_flags":
		return mountFlags
	case "fcntl_commands":
		return fcntlCommands.of
	case "ptrace_requests":
		return ptraceRequests.of
	}
	return nil // the table has the kernel's numbers
}
