// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/build"
	"github.com/lanner-project/lanner/driver/kernel"
	"github.com/lanner-project/lanner/driver/machine"
)

const guestHelp = `Build what runs in the virtual machines, once for many.

"driver boot --guest" takes it from there. It has the driver of --source in it, or
another one that --object gives.`

func guestCommand() *cobra.Command {
	var o bootOptions
	var arch string
	cmd := &cobra.Command{
		Use:     "guest FOLDER",
		Short:   "Build what runs in the virtual machines, once for many",
		Long:    guestHelp,
		Example: "  driver guest ./guest --arch arm64",
		Args:    arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := kernel.ParseArch(arch)
			if err != nil {
				return misuse("--arch takes amd64 or arm64", "%w", err)
			}
			g, err := buildGuest(cmd, a, &o)
			if err != nil {
				return err
			}
			return writeGuest(args[0], g)
		},
	}
	cmd.Flags().StringVar(&arch, "arch", "amd64", "machine of the kernels: amd64 or arm64")
	cmd.Flags().StringVar(&o.source, "source", ".", "folder of the repository that the tests are built from")
	cmd.Flags().StringVar(&o.object, "object", "", "the compiled driver; without it the one in --source")
	return cmd
}

// The files of a guest's folder.
func guestFiles(dir string, arch kernel.Arch) (init, tests, object string) {
	in := func(name string) string { return filepath.Join(dir, string(arch)+"-"+name) }
	return in("init"), in("probe.test"), in("lanner.o")
}

func writeGuest(dir string, g *loadedGuest) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	init, tests, object := guestFiles(dir, g.object.Arch)
	return errors.Join(os.WriteFile(init, g.Init, 0o755), os.WriteFile(tests, g.Tests, 0o755), os.WriteFile(object, g.object.Bytes, 0o644))
}

func readGuest(dir string, arch kernel.Arch) (*loadedGuest, error) {
	init, tests, object := guestFiles(dir, arch)
	elf, err := os.ReadFile(object)
	if err != nil {
		return nil, fmt.Errorf("--guest: %w (\"driver guest\" makes it)", err)
	}
	g := &loadedGuest{Guest: &machine.Guest{}, object: build.NewObject(arch, elf)}
	if g.Init, err = os.ReadFile(init); err != nil {
		return nil, fmt.Errorf("--guest: %w", err)
	}
	if g.Tests, err = os.ReadFile(tests); err != nil {
		return nil, fmt.Errorf("--guest: %w", err)
	}
	return g, nil
}
