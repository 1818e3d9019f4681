// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/driver/build"
	"github.com/lanner-project/lanner/driver/kernel"
)

const checkHelp = `Hold the driver against the types of kernels, without booting them.

A kernel is a file: a Debian package (linux-image or linux-binary), a vmlinuz, an
unpacked kernel, or its BTF alone. Without one it is the kernel that runs here.

The driver reads members of the kernel's structures. Where a kernel lacks one, the
instruction that reads it cannot be; that does no harm as long as no way through
the program leads there, and this is what is found out here. It takes under a
second for a kernel, most of which is unpacking it. What the kernel's verifier
thinks of a program is seen by booting one kernel of each class: "driver boot".

--download asks a download site instead, which has what the grid found out.`

// ownBTF is where a kernel tells its types.
const ownBTF = "/sys/kernel/btf/vmlinux"

func checkCommand() *cobra.Command {
	var object, arch, output, download, signers string
	cmd := &cobra.Command{
		Use:     "check [KERNEL]...",
		Short:   "Hold the driver against the types of kernels",
		Long:    checkHelp,
		Example: "  driver check\n  driver check linux-image-*.deb -o json\n  driver check --download https://example.org/driver/1.0.0",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			if download != "" {
				if len(args) > 0 || object != "" || output != "text" {
					return misuse("leave the rest out", "--download is about the kernel that runs here and the driver that is built in")
				}
				return checkDownload(cmd, download, signers)
			}
			if len(args) == 0 {
				args = []string{ownBTF}
			}
			var bad int
			for _, file := range args {
				c, err := checkFile(file, object, arch)
				if err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
				if c.Err() != nil {
					bad++
				}
				if err := writeCheck(cmd.OutOrStdout(), output, c); err != nil {
					return err
				}
			}
			if bad > 0 {
				return fmt.Errorf("the driver is not for %d of %d kernels", bad, len(args))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&object, "object", "", "the compiled driver; without it the one that is built in")
	cmd.Flags().StringVar(&arch, "arch", "", "machine of a kernel that is given as BTF alone: amd64 or arm64 (default: this one)")
	cmd.Flags().StringVar(&download, "download", "", "address of a published index: say what it knows of the kernel that runs here")
	cmd.Flags().StringVar(&signers, "signers", "", "file of those whose signature of the index counts, as ssh-keygen's allowed_signers")
	outputFlag(cmd, &output)
	return cmd
}

// checkFile checks one kernel. The error is of what is at fault here.
func checkFile(file, object, arch string) (*kernel.Check, error) {
	k, err := readKernel(file, arch)
	if err != nil {
		return nil, err
	}
	o, err := readObject(object, k.Arch)
	if err != nil {
		return nil, err
	}
	return check(o, k)
}

// check checks a kernel that was read.
func check(o *build.Object, k *kernel.Kernel) (*kernel.Check, error) {
	if k.BTF == nil {
		if !errors.Is(k.NoBTF, kernel.ErrNoBTF) {
			return nil, k.NoBTF
		}
		return &kernel.Check{Driver: o.Digest, Release: k.Release, Arch: k.Arch, Uncovered: k.NoBTF.Error()}, nil
	}
	c, err := build.Check(o, k.BTF)
	if err != nil {
		return nil, err
	}
	c.Release = k.Release
	if k.Config != nil {
		c.Lacking = k.Config.Lacking()
	}
	return c, nil
}

// readKernel reads a file. Of BTF alone it says what it is not in there.
func readKernel(file, arch string) (*kernel.Kernel, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && file == ownBTF {
		return nil, fmt.Errorf("%w: %w", kernel.ErrNoBTF, err)
	}
	if err != nil {
		return nil, err
	}
	k, err := kernel.Read(b)
	if err != nil {
		return nil, err
	}
	if k.Boots != nil {
		if arch != "" && arch != string(k.Arch) && arch != k.Arch.Uname() {
			return nil, misuse("leave --arch out: the file says it", "--arch is %s, and the kernel is for %s", arch, k.Arch)
		}
		return k, nil
	}
	if arch == "" {
		arch = runtime.GOARCH
	}
	if k.Arch, err = kernel.ParseArch(arch); err != nil {
		return nil, misuse("--arch takes amd64 or arm64", "%w", err)
	}
	if file == ownBTF {
		k.Release, err = running()
	}
	return k, err
}

func readObject(file string, arch kernel.Arch) (*build.Object, error) {
	if file == "" {
		return build.Own(arch)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the driver's object: %w", err)
	}
	return build.NewObject(arch, b), nil
}

// running is the release of the kernel that runs here.
func running() (string, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return "", fmt.Errorf("uname: %w", err)
	}
	return unix.ByteSliceToString(uts.Release[:]), nil
}

func writeCheck(w io.Writer, output string, c *kernel.Check) error {
	if output == "json" {
		return writeJSON(w, c)
	}
	verdict, class := "fits", c.Class
	if err := c.Err(); err != nil {
		verdict = "REFUSED: " + err.Error()
		if c.Uncovered != "" {
			verdict = "not covered: " + c.Uncovered
		}
	}
	name := c.Release
	if name == "" {
		name = "BTF " + c.BTF[:12]
	}
	_, err := fmt.Fprintf(w, "%s %s: %s\n", name, c.Arch, verdict)
	if err == nil && class != "" {
		_, err = fmt.Fprintf(w, "\tclass %.12s, %d relocations, %d of them about what this kernel lacks\n", class, c.Relocations, c.Absent)
	}
	for _, p := range c.Programs {
		for _, problem := range p.Problems {
			if p.Optional && err == nil {
				_, err = fmt.Fprintf(w, "\twithout %s, which is optional: %s\n", p.Name, problem)
			}
		}
	}
	return err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
