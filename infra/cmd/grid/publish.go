// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/grid"
)

const publishHelp = `Write a folder for a download site: DRIVER-VERSION/ with index.json, the driver's
object for every kernel that it works on, where the field's tools look for it, and
for every class the report and the console of the machine that was booted.

All kernels are in the index, with why, whether the driver works on them or not.
--key signs it: index.json.sig is an SSH signature of namespace lanner-driver, and
"ssh-keygen -Y verify" checks it.`

// namespace is what signatures of an index are for: see ssh-keygen(1), -n.
const namespace = "lanner-driver"

func publishCommand(o *options) *cobra.Command {
	var version, dir, key string
	cmd := &cobra.Command{
		Use: "publish", Short: "Write what was found out, and the driver, for a download site", Long: publishHelp,
		Example: "  grid publish --driver-version 1.0.0 --to ./site --key ~/.ssh/id_ed25519", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version == "" || dir == "" {
				return misuse("grid publish --driver-version 1.0.0 --to FOLDER", "--driver-version and --to are needed")
			}
			s, err := o.state()
			if err != nil {
				return err
			}
			index, err := grid.NewIndex(version, s.drivers, s.loader, s.rows)
			if err != nil {
				return misuse("give --driver-version one such as 1.0.0", "%w", err)
			}
			to := store{filepath.Join(dir, version)}
			if err := o.publish(to, index); err != nil {
				return err
			}
			file := filepath.Join(to.dir, "index.json")
			if key != "" {
				if err := sign(cmd.Context(), file, key); err != nil {
					return err
				}
			}
			works := grid.Count(s.rows)[grid.Works]
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: the driver for %d kernels of %d\n", file, works, len(s.rows))
			return errors.Join(err, s.enough())
		},
	}
	f := cmd.Flags()
	f.StringVar(&version, "driver-version", "", "version of the driver, without v")
	f.StringVar(&dir, "to", "", "folder to write to")
	f.StringVar(&key, "key", "", "SSH key to sign the index with")
	return cmd
}

// publish writes the objects and the evidence, and then the index that leads to
// them.
func (o *options) publish(to store, index *grid.Index) error {
	from := store{o.store}
	for _, k := range index.Kernels {
		if k.Object == "" {
			continue
		}
		if err := to.copy(filepath.Join(o.source, filepath.FromSlash(k.Arch.Object())), k.Object); err != nil {
			return err
		}
	}
	for _, c := range index.Classes {
		if c.Evidence == "" {
			continue
		}
		for kind, path := range map[string]string{"json": c.Evidence, "log": c.Console} {
			if err := to.copy(from.path(index.Drivers[c.Arch], booted(index.Loader), c.Class+"."+kind), path); err != nil {
				return err
			}
		}
	}
	b, err := index.JSON()
	if err != nil {
		return err
	}
	return to.put(filepath.Join(to.dir, "index.json"), b)
}

func (s store) copy(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return s.put(filepath.Join(s.dir, filepath.FromSlash(to)), b)
}

// sign writes FILE.sig.
func sign(ctx context.Context, file, key string) error {
	// It does not write over a signature that is there.
	if err := os.RemoveAll(file + ".sig"); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("signing the index: ssh-keygen: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}
