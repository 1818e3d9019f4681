// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// What a run sees of its own, where Prow's pods have it.
const (
	insideHome = "/home/" + "prow" // inside, and no folder of this machine
	insideGo   = insideHome + "/go"
	insideLogs = "/logs"
)

// A room is what a run sees: this machine's files, which it may change for
// itself alone, its own folders in the places where pods have them, and no
// more of this machine's devices than any program needs.
type room struct {
	Work string   // folder of the run: upper, overlay, root, home, logs, tmp, volumes
	Hide []string // folders that are not seen
	// User says that root in here is not root of this machine.
	User bool
	// Mounts are of all containers: they share the room.
	Mounts []mount
}

// enter makes the room around this thread, for good. Precondition: the process
// is the first of a PID namespace, in a mount namespace of its own.
func (r *room) enter() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	root := filepath.Join(r.Work, "root")
	if err := bind(root, root, false); err != nil {
		return err
	}
	steps := []func(string) error{r.layers, r.others, r.hide, r.devices, r.own, r.volumes, pivot}
	for _, step := range steps {
		if err := step(root); err != nil {
			return err
		}
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	return giveUp()
}

// elsewhere are folders that are made anew instead of shown.
var elsewhere = []string{"/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/var/run"}

func below(path string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") })
}

// layers shows this machine's folders, each below a layer of the run's own: what
// is changed is changed in that. All of / cannot be one, for whoever is not root
// of this machine: something is mounted in it.
func (r *room) layers(root string) error {
	entries, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		from, to := "/"+entry.Name(), filepath.Join(root, entry.Name())
		switch {
		case entry.Type() == fs.ModeSymlink:
			target, err := os.Readlink(from)
			if err := errors.Join(err, os.Symlink(target, to)); err != nil {
				return err
			}
		case !entry.IsDir():
		case below(from, elsewhere):
			if err := os.Mkdir(to, 0o755); err != nil {
				return err
			}
		default:
			if err := errors.Join(os.Mkdir(to, 0o755), r.layer(from, to)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *room) layer(from, to string) error {
	upper, work := filepath.Join(r.Work, "upper", from), filepath.Join(r.Work, "overlay", from)
	if err := errors.Join(os.Mkdir(upper, 0o755), os.Mkdir(work, 0o755)); err != nil {
		return err
	}
	options := "lowerdir=" + from + ",upperdir=" + upper + ",workdir=" + work
	if r.User {
		options += ",userxattr"
	}
	err := unix.Mount("overlay", to, "overlay", 0, options)
	if errors.Is(err, unix.EINVAL) { // something is mounted in it that may not be taken away
		return bind(from, to, true)
	}
	if err != nil {
		return fmt.Errorf("overlay of %s in %s: %w", from, r.Work, err)
	}
	return nil
}

// others shows the other file systems of this machine, to be read only.
func (r *room) others(root string) error {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	seen := append(slices.Clone(elsewhere), r.Work)
	seen = append(seen, r.Hide...)
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		path := unescape(fields[4])
		if path == "/" || below(path, seen) {
			continue
		}
		seen = append(seen, path)
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			continue // what cannot be looked at cannot be shown
		}
		if err := bind(path, filepath.Join(root, path), true); err != nil {
			return err
		}
	}
	return nil
}

// unescape reads how mountinfo writes spaces and the like.
func unescape(text string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(text)
}

// bind shows a folder in another place, with all that is mounted in it.
func bind(from, to string, readOnly bool) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("showing %s: %w", from, err)
	}
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NOSUID, Propagation: unix.MS_PRIVATE}
	if readOnly {
		attr.Attr_set |= unix.MOUNT_ATTR_RDONLY
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, to, unix.AT_RECURSIVE, &attr); err != nil {
		return fmt.Errorf("showing %s: %w", from, err)
	}
	return nil
}

func scratch(at, options string) error {
	if err := os.MkdirAll(at, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return fmt.Errorf("empty %s: %w", at, err)
	}
	return nil
}

// hide puts empty folders over those that are not to be seen.
func (r *room) hide(root string) error {
	for _, dir := range r.Hide {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		if err := scratch(filepath.Join(root, dir), "size=1m,mode=755"); err != nil {
			return err
		}
	}
	return nil
}

var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

func (r *room) devices(root string) error {
	dev := filepath.Join(root, "dev")
	if err := scratch(dev, "size=64k,mode=755"); err != nil {
		return err
	}
	for _, name := range devices {
		file, err := os.Create(filepath.Join(dev, name))
		if err != nil {
			return err
		}
		if err := errors.Join(file.Close(), unix.Mount("/dev/"+name, file.Name(), "", unix.MS_BIND, "")); err != nil {
			return fmt.Errorf("device %s: %w", name, err)
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx",
	} {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	pts := filepath.Join(dev, "pts")
	if err := os.Mkdir(pts, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("devpts", pts, "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"); err != nil {
		return fmt.Errorf("terminals: %w", err)
	}
	return scratch(filepath.Join(dev, "shm"), "size=256m,mode=1777")
}

// own shows the folders that belong to the run.
func (r *room) own(root string) error {
	if err := bind("/sys", filepath.Join(root, "sys"), true); err != nil {
		return err
	}
	if err := unix.Mount("proc", filepath.Join(root, "proc"), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("proc: %w", err)
	}
	// What tells of this machine, or changes it, is closed even to root.
	for _, name := range []string{"sys", "sysrq-trigger", "irq", "bus", "fs"} {
		at := filepath.Join(root, "proc", name)
		if _, err := os.Stat(at); err != nil {
			continue
		}
		if err := bind(at, at, true); err != nil {
			return err
		}
	}
	if err := scratch(filepath.Join(root, "run"), "size=64m,mode=755"); err != nil {
		return err
	}
	for inside, own := range map[string]string{insideHome: "home", insideLogs: "logs", "/tmp": "tmp", "/var/tmp": "tmp"} {
		if err := r.place(filepath.Join(r.Work, own), root, inside, false); err != nil {
			return err
		}
	}
	return nil
}

// place shows a folder inside, which makes the place for it.
func (r *room) place(from, root, inside string, readOnly bool) error {
	to := filepath.Join(root, inside)
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	return bind(from, to, readOnly)
}

func (r *room) volumes(root string) error {
	for _, m := range r.Mounts {
		switch {
		case m.From != "":
			if err := r.place(m.From, root, m.Path, m.ReadOnly); err != nil {
				return err
			}
		case m.Volume != "":
			own := filepath.Join(r.Work, "volumes", m.Volume)
			if err := errors.Join(os.MkdirAll(own, 0o777), r.place(own, root, m.Path, m.ReadOnly)); err != nil {
				return err
			}
		default:
			at := filepath.Join(root, m.Path)
			if err := scratch(at, "size=16m,mode=755"); err != nil {
				return err
			}
			for name, value := range m.Files {
				if err := os.WriteFile(filepath.Join(at, name), value, 0o444); err != nil {
					return err
				}
			}
			if err := unix.MountSetattr(unix.AT_FDCWD, at, 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}); err != nil {
				return fmt.Errorf("volume at %s: %w", m.Path, err)
			}
		}
	}
	return nil
}

// pivot makes the new root the only one.
func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	// The old root comes to lie on top of the new one, and is taken off.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leaving the old root: %w", err)
	}
	return nil
}

// kept are the capabilities that root has in a room: those with which packages
// are installed and servers are started, and none with which this machine is
// changed. A device cannot be made.
var kept = []int{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FSETID, unix.CAP_FOWNER, unix.CAP_NET_RAW, unix.CAP_SETGID, unix.CAP_SETUID,
	unix.CAP_SETFCAP, unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE, unix.CAP_SYS_CHROOT, unix.CAP_KILL, unix.CAP_AUDIT_WRITE,
}

// giveUp drops all other capabilities of this thread, and of what it starts.
func giveUp() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	var set [2]unix.CapUserData
	for number := 0; number <= unix.CAP_LAST_CAP; number++ {
		if slices.Contains(kept, number) {
			bit := uint32(1) << (number % 32)
			set[number/32].Effective |= bit
			set[number/32].Permitted |= bit
			continue
		}
		// An older kernel does not know the newest ones.
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(number), 0, 0, 0); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("dropping capability %d: %w", number, err)
		}
	}
	if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &set[0]); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	return nil
}
