// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/build"
	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/driver/machine"
)

const bootHelp = `Boot kernels in a virtual machine each, with the driver's own tests in it.

A kernel is a file, as for "driver check", but not BTF alone. QEMU emulates the
machine, on any host; the go command builds what runs in it from the driver's
source, so this is called in the repository, or with --source.

A machine that comes up but where the driver does not load, does not attach or
does not see what it must see, is a result; --serial keeps its console.`

type bootOptions struct {
	source, object, guest, serial, output string
	timeout                               time.Duration
}

func bootCommand() *cobra.Command {
	var o bootOptions
	cmd := &cobra.Command{
		Use:     "boot KERNEL...",
		Short:   "Boot kernels and run the driver's tests on them",
		Long:    bootHelp,
		Example: "  driver boot linux-image-6.1.0-56-cloud-amd64_6.1.192-2_amd64.deb --serial console.log",
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(o.output); err != nil {
				return err
			}
			if o.serial != "" && len(args) > 1 {
				return misuse("boot them one by one, or leave --serial out", "--serial is for one kernel, and there are %d", len(args))
			}
			return bootAll(cmd, args, &o)
		},
	}
	cmd.Flags().StringVar(&o.source, "source", ".", "folder of the repository that the tests are built from")
	cmd.Flags().StringVar(&o.object, "object", "", "the compiled driver; without it the one in --source")
	cmd.Flags().StringVar(&o.guest, "guest", "", "folder with what runs in the machine, as \"driver guest\" makes it (default: it is built)")
	cmd.Flags().StringVar(&o.serial, "serial", "", "file to write the machine's console to")
	cmd.Flags().DurationVar(&o.timeout, "timeout", machine.DefaultTimeout, "how long a machine may run")
	outputFlag(cmd, &o.output)
	return cmd
}

func bootAll(cmd *cobra.Command, files []string, o *bootOptions) error {
	guests := make(map[kernel.Arch]*loadedGuest)
	bad := 0
	for _, file := range files {
		k, err := readKernel(file, "")
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if k.Boots == nil {
			return misuse("give the package or the vmlinuz", "%s is BTF alone: it does not boot", file)
		}
		if guests[k.Arch] == nil {
			if guests[k.Arch], err = buildGuest(cmd, k.Arch, o); err != nil {
				return err
			}
		}
		b, err := bootOne(cmd, k, guests[k.Arch], o)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if b.Problem != "" {
			bad++
		}
		if err := writeBoot(cmd.OutOrStdout(), o.output, b); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("the driver does not work on %d of %d kernels", bad, len(files))
	}
	return nil
}

// loadedGuest is what runs in machines of one type, and which driver it has.
type loadedGuest struct {
	*machine.Guest
	object *build.Object
}

func buildGuest(cmd *cobra.Command, arch kernel.Arch, o *bootOptions) (*loadedGuest, error) {
	if o.guest != "" {
		return readGuest(o.guest, arch)
	}
	file, own := o.object, false
	if file == "" {
		file, own = filepath.Join(o.source, filepath.FromSlash(arch.Object())), true
	}
	elf, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the driver's object: %w", err)
	}
	g := &loadedGuest{object: build.NewObject(arch, elf)}
	if own {
		elf = nil
	}
	if g.Guest, err = machine.BuildGuest(cmd.Context(), o.source, arch, elf); err != nil {
		return nil, fmt.Errorf("building what runs in the machine: %w", err)
	}
	return g, nil
}

func bootOne(cmd *cobra.Command, k *kernel.Kernel, guest *loadedGuest, o *bootOptions) (*kernel.Boot, error) {
	run, err := machine.Boot(cmd.Context(), machine.Machine{
		Arch: k.Arch, Kernel: k.Boots, Guest: guest.Guest, TestArgs: machine.TestArgs(), Timeout: o.timeout,
	})
	if err != nil {
		return nil, err
	}
	if o.serial != "" {
		if err := os.WriteFile(o.serial, run.Serial, 0o644); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(k.Boots)
	b := &kernel.Boot{
		Driver: guest.object.Digest, Release: k.Release, Arch: k.Arch, Kernel: hex.EncodeToString(sum[:]),
		Emulator: run.Emulator, Problem: run.Problem(),
		Passed: run.Count("pass"), Failed: run.Count("fail"), Skipped: run.Count("skip"), Console: run.Console,
		WallSeconds: run.Wall.Seconds(), CPUSeconds: run.CPU.Seconds(),
	}
	if b.Problem == "" && run.Kernel.Release != k.Release {
		b.Problem = fmt.Sprintf("the file says that its kernel is %s, and what booted was %s", k.Release, run.Kernel.Release)
	}
	return b, nil
}

func writeBoot(w io.Writer, output string, b *kernel.Boot) error {
	if output == "json" {
		return writeJSON(w, b)
	}
	verdict := "works"
	if b.Problem != "" {
		verdict = "DOES NOT WORK: " + b.Problem
	}
	_, err := fmt.Fprintf(w, "%s %s: %s\n\t%d tests passed, %d failed, %d were skipped; %.0f s, %.0f of CPU, in %s\n",
		b.Release, b.Arch, verdict, b.Passed, b.Failed, b.Skipped, b.WallSeconds, b.CPUSeconds, b.Emulator)
	if err != nil || b.Console.Loaded == nil {
		return err
	}
	for _, p := range b.Console.Loaded.Programs {
		if _, err := fmt.Fprintf(w, "\t%-16s %6d instructions verified, %6d bytes compiled\n", p.Name, p.Verified, p.Compiled); err != nil {
			return err
		}
	}
	return nil
}
