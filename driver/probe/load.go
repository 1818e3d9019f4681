// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
	"runtime"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/features"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/bpf"
	"github.com/lanner-project/lanner/driver/calls"
)

// The programs have to be loaded with what is known beforehand as constants:
// the verifier then leaves out what cannot happen.

// host is the ABI of this machine's 64-bit programs.
func host() calls.ABI {
	if runtime.GOARCH == "arm64" {
		return calls.ARM64
	}
	return calls.AMD64
}

// objects are what is loaded: of the programs all that are attached.
type objects struct {
	LannerFork    *ebpf.Program `ebpf:"lanner_fork"`
	LannerFree    *ebpf.Program `ebpf:"lanner_free"`
	LannerExit    *ebpf.Program `ebpf:"lanner_exit"`
	LannerExec    *ebpf.Program `ebpf:"lanner_exec"`
	LannerSysExit *ebpf.Program `ebpf:"lanner_sys_exit"`
	bpf.LannerMaps
	Variables *ebpf.Map `ebpf:".bss"`
}

// twins are the second ones of the programs, where there are such.
type twins struct {
	LannerFork2    *ebpf.Program `ebpf:"lanner_fork2"`
	LannerFree2    *ebpf.Program `ebpf:"lanner_free2"`
	LannerExit2    *ebpf.Program `ebpf:"lanner_exit2"`
	LannerExec2    *ebpf.Program `ebpf:"lanner_exec2"`
	LannerSysExit2 *ebpf.Program `ebpf:"lanner_sys_exit2"`
}

// attached are the programs: those that tell of new processes first.
func (o *objects) attached() []*ebpf.Program {
	return []*ebpf.Program{o.LannerFork, o.LannerFree, o.LannerExit, o.LannerExec, o.LannerSysExit}
}

// all are the programs in the order in which they are attached: a twin after the
// one that it is of.
func (o *loaded) all() []*ebpf.Program {
	programs := o.attached()
	if o.LannerFork2 != nil {
		programs = append(programs, o.LannerFork2, o.LannerFree2, o.LannerExit2, o.LannerExec2, o.LannerSysExit2)
	}
	return programs
}

// last are the programs that an event is lost with if the kernel leaves them out.
func (o *loaded) last() []*ebpf.Program {
	programs := o.all()
	return programs[len(programs)-len(o.attached()):]
}

// loaded is all that was loaded.
type loaded struct {
	objects
	twins
}

func (o *loaded) close() error {
	errs := []error{o.LannerMaps.Close(), o.Variables.Close()}
	for _, p := range o.all() {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

// load creates the maps and loads the programs.
func load(spec *ebpf.CollectionSpec, cfg *Config, w where, rings int) (*loaded, []*ebpf.Map, error) {
	err := errors.Join(w.set(spec, cfg), set(spec, map[string]any{
		"snap": cfg.Snap, "ring_shift": ringShift(), "ring_count": uint32(rings), "shed_above": uint64(cfg.BufferSize) * 3 / 4,
		"page_kib_shift": uint32(bits.TrailingZeros(uint(os.Getpagesize() / 1024))),
	}))
	if err != nil {
		return nil, nil, err
	}
	unlock()
	inner := spec.Maps["rings"].InnerMap
	inner.MaxEntries = uint32(cfg.BufferSize)
	spec.Maps["rings"].MaxEntries = uint32(rings)
	var maps []*ebpf.Map
	for i := range rings {
		m, err := ebpf.NewMap(&ebpf.MapSpec{Name: "lanner_ring", Type: ebpf.RingBuf, MaxEntries: uint32(cfg.BufferSize)})
		if err != nil {
			return nil, nil, errors.Join(explain(err, cfg.LogFile), closeMaps(maps))
		}
		maps = append(maps, m)
		spec.Maps["rings"].Contents = append(spec.Maps["rings"].Contents, ebpf.MapKV{Key: uint32(i), Value: m})
	}
	var o loaded
	var to any = &o.objects
	if cfg.preemptible {
		to = &o
	} else {
		spec.Maps["marks"].MaxEntries = 1
	}
	if err := spec.LoadAndAssign(to, nil); err != nil {
		return nil, nil, errors.Join(explain(err, cfg.LogFile), closeMaps(maps))
	}
	return &o, maps, nil
}

// set gives variables of the programs their values.
func set(spec *ebpf.CollectionSpec, values map[string]any) error {
	for name, v := range values {
		if err := spec.Variables[name].Set(v); err != nil {
			return fmt.Errorf("the driver's variable %s: %w", name, err)
		}
	}
	return nil
}

// set tells the programs whose doings are recorded.
func (w where) set(spec *ebpf.CollectionSpec, cfg *Config) error {
	return set(spec, map[string]any{
		"scope_kind": w.kind, "scope_self": uint32(os.Getpid()), "scope_cgroup": w.cgroup, "scope_level": w.level,
		"scope_subsystem": w.subsystem, "helpers_only": cfg.helpersOnly, "preemptible": cfg.preemptible,
	})
}

// preemptible reports whether programs may be interrupted for other processes.
func preemptible() bool {
	v, err := features.LinuxVersionCode()
	return err == nil && v >= 7<<16
}

// unlock lifts the limit of locked memory, which maps count as before Linux 5.11.
// Where that is not allowed the limit may be high enough as it is; else the
// kernel refuses the maps.
func unlock() {
	const fiveEleven = 5<<16 | 11<<8
	if v, err := features.LinuxVersionCode(); err == nil && v < fiveEleven {
		_ = unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY})
	}
}

func closeMaps(maps []*ebpf.Map) error {
	var errs []error
	for _, m := range maps {
		errs = append(errs, m.Close())
	}
	return errors.Join(errs...)
}

// ringShift is how many processors share a ring, as a power of two: two of
// them, so that few wait for each other and few rings have to be looked at.
func ringShift() uint32 { return 1 }

// ringCount is how many rings that takes, with the one for the life of
// processes.
func ringCount() (int, error) {
	cpus, err := ebpf.PossibleCPU()
	if err != nil {
		return 0, fmt.Errorf("how many processors there are: %w", err)
	}
	per := 1 << ringShift()
	return 1 + (cpus+per-1)/per, nil
}

// lastLines is how much of a verifier's log an error shows.
const lastLines = 12

// explain says what to do about an error of loading. The verifier's log goes
// into a file; its end is in the error.
func explain(err error, logFile string) error {
	var verifier *ebpf.VerifierError
	if errors.As(err, &verifier) {
		lines := verifier.Log[max(0, len(verifier.Log)-lastLines):]
		where := ""
		if logFile != "" {
			text := strings.Join(verifier.Log, "\n") + "\n"
			if e := os.WriteFile(logFile, []byte(text), 0o600); e != nil {
				where = fmt.Sprintf("\n(its log could not be written: %v)", e)
			} else {
				where = "\nthe whole log is in " + logFile
			}
		}
		return fmt.Errorf("the kernel's verifier refuses the driver: %w\n\t%s%s", verifier.Cause, strings.Join(lines, "\n\t"), where)
	}
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("loading the driver: %w: it takes CAP_BPF and CAP_PERFMON, before Linux 5.11 CAP_SYS_RESOURCE too (\"lanner doctor\" says more)", err)
	}
	return fmt.Errorf("loading the driver: %w", err)
}

// fill puts the specs of all calls into the kernel.
func fill(o *loaded) error {
	put := func(m *ebpf.Map, key int, c *calls.Call) error {
		spec := bpf.LannerSpec{Type: uint16(c.Type), Params: uint8(len(c.Params)), Flags: uint8(c.Class)}
		for i, p := range c.Params {
			spec.Param[i].Op, spec.Param[i].Arg = uint8(p.Op), p.Arg
		}
		if err := m.Put(uint32(key), &spec); err != nil {
			return fmt.Errorf("telling the driver of %s: %w", c.Name, err)
		}
		return nil
	}
	for abi, m := range map[calls.ABI]*ebpf.Map{host(): o.SpecNative, calls.IA32: o.SpecCompat} {
		if abi == calls.IA32 && host() != calls.AMD64 {
			continue
		}
		for n, c := range calls.Calls(abi) {
			if c == nil {
				continue
			}
			if err := put(m, n, c); err != nil {
				return err
			}
		}
	}
	for n := range calls.NumNotices {
		if err := put(o.SpecNotice, int(n), calls.OfNotice(n)); err != nil {
			return err
		}
	}
	return nil
}
