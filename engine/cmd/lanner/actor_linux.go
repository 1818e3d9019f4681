// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// actorCommand is the command that "lanner selftest" runs as the process that
// acts, and actingCommand what that one runs under the names of others.
const (
	actorCommand  = "selftest-actor"
	actingCommand = "selftest-acting"
	actorDone     = "done"
)

// actors are the commands that selftest runs.
func actors() []*cobra.Command { return []*cobra.Command{newActor(), newActing()} }

func newActor() *cobra.Command {
	return &cobra.Command{
		Use: actorCommand + " ROOT", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "What selftest runs: it does what rules watch for",
		RunE: func(cmd *cobra.Command, args []string) error {
			return actAll(args[0], cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}

func newActing() *cobra.Command {
	return &cobra.Command{
		Use: actingCommand + " WHAT", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "What selftest's process runs under other names",
		RunE:  func(_ *cobra.Command, args []string) error { return actAs(args[0]) },
	}
}

// A stage is where the actor works: what it holds of the time before it went
// into a root folder of its own.
type stage struct {
	program  string // this program, in the root folder
	terminal *os.File
	uts      int
	overlay  error // why there is no overlay
	inside   bool  // it seems to be in a container
}

// actAll waits for a word, does all deeds, tells what became of each, and waits
// for the end of its input.
func actAll(root string, in io.Reader, out io.Writer) error {
	// The namespaces and the root folder are the thread's.
	runtime.LockOSThread()
	lines := bufio.NewScanner(in)
	if !lines.Scan() {
		return errors.Join(errors.New("nobody wants anything"), lines.Err())
	}
	s := &stage{inside: lines.Text() == "yes"}
	if err := s.set(root); err != nil {
		return fmt.Errorf("a place to act in: %w", err)
	}
	for _, d := range deeds {
		result, detail := "done", d.what
		err := error(nil)
		switch {
		case d.do == nil:
			result = notTried
		case d.container && !s.inside:
			result, detail = notTried, "it is about containers, and no cgroup could be made that looks like one"
		default:
			err = d.do(s)
		}
		if err != nil {
			result, detail = notTried, strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		if _, err := fmt.Fprintf(out, "%s\t%s\t%s\n", result, d.rule, detail); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(out, actorDone); err != nil {
		return err
	}
	_ = lines.Scan()
	return lines.Err()
}

// set makes the stage: namespaces, an empty file system with what deeds need,
// and that as the root folder.
func (s *stage) set(root string) (err error) {
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWUTS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if err := unix.Mount("selftest", root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=256m"); err != nil {
		return fmt.Errorf("mounting a tmpfs: %w", err)
	}
	if s.terminal, err = openTerminal(); err != nil {
		s.terminal = nil
	}
	if s.uts, err = unix.Open("/proc/self/ns/uts", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
		return fmt.Errorf("/proc/self/ns/uts: %w", err)
	}
	if err := network(); err != nil {
		return fmt.Errorf("a network of its own: %w", err)
	}
	for _, dir := range []string{
		"etc/cron.d", "srv/home/.ssh", "proc/1", "proc/sys/kernel", "usr/bin", "usr/sbin", "bin", "tmp", "var/log", "run", "dev", "lower", "upper", "work", "merged",
	} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(root, "dev/null"), nil, 0o600); err != nil {
		return err
	}
	if err := libraries(root); err != nil {
		return err
	}
	s.program = "/usr/lanner"
	if err := copyProgram("/proc/self/exe", filepath.Join(root, s.program)); err != nil {
		return err
	}
	if err := errors.Join(unix.Chroot(root), unix.Chdir("/")); err != nil {
		return fmt.Errorf("chroot: %w", err)
	}
	s.overlay = unix.Mount("overlay", "/merged", "overlay", 0, "lowerdir=/lower,upperdir=/upper,workdir=/work")
	return nil
}

// libraries lets programs that are linked dynamically run in the root folder.
func libraries(root string) error {
	for _, dir := range []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64"} {
		info, err := os.Lstat(dir)
		if err != nil {
			continue // not all systems have all of them
		}
		to := filepath.Join(root, dir)
		if info.Mode()&os.ModeSymlink != 0 {
			target, err := os.Readlink(dir)
			if err == nil {
				err = os.Symlink(target, to)
			}
			if err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(dir, to, "", unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("mounting %s: %w", dir, err)
		}
		if err := unix.Mount("", to, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("mounting %s read-only: %w", dir, err)
		}
	}
	return nil
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // read only
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// openTerminal opens a new terminal, for who is to have one.
func openTerminal() (*os.File, error) {
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		return nil, err
	}
	n, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err != nil {
		return nil, err
	}
	return os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
}

// metadata is the address at which clouds have their metadata service; here it
// is one of the loopback interface of an empty network.
var metadata = [4]byte{169, 254, 169, 254}

// network gives the network namespace its loopback interface, with the address
// of the metadata service.
func network() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(s) }()
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("lo: %w", err)
	}
	second, err := unix.NewIfreq("lo:1")
	if err != nil {
		return err
	}
	if err := second.SetInet4Addr(metadata[:]); err != nil {
		return err
	}
	if err := unix.IoctlIfreq(s, unix.SIOCSIFADDR, second); err != nil {
		return fmt.Errorf("lo:1: %w", err)
	}
	return nil
}
