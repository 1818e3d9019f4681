// SPDX-License-Identifier: Apache-2.0

// Command grid proves the driver on every kernel that it is published for: it finds
// the kernels, checks all, boots one of each class, and keeps and publishes what was
// found out.
//
// It exits 0 when done, 1 if it failed or kernels are short of what is wanted, 2 when
// it was misused.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/infra/cli"
	"github.com/lanner-project/lanner/infra/grid"
)

func main() { cli.Main("grid", run) }

// options are what all commands share.
type options struct {
	source, targets, store, cache string
	output                        string
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	o := &options{}
	root := &cobra.Command{Use: "grid", Short: "Prove the driver on every kernel that it is published for"}
	f := root.PersistentFlags()
	f.StringVar(&o.source, "source", ".", "folder of the repository")
	f.StringVar(&o.targets, "targets", "", "folder with a file of targets for each distribution (default: driver/targets in --source)")
	f.StringVar(&o.store, "store", "grid", "folder with what was found out")
	f.StringVar(&o.cache, "cache", "", "folder for fetched packages (default: one in the user's cache)")
	root.AddCommand(crawlCommand(o), planCommand(o), runCommand(o), statusCommand(o), publishCommand(o))
	return cli.Run(ctx, root, args, stdin, stdout, stderr)
}

func misuse(hint, format string, args ...any) error {
	return &cli.MisuseError{Err: fmt.Errorf(format, args...), Hint: hint}
}

// outputFlag adds -o.
func (o *options) outputFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "form of the results: text or json")
}

func (o *options) checkOutput() error {
	if o.output != "text" && o.output != "json" {
		return misuse("-o takes text or json", "unknown output format %q", o.output)
	}
	return nil
}

// families reads all files of targets.
func (o *options) families() (map[string]*grid.Family, error) {
	dir := o.targets
	if dir == "" {
		dir = filepath.Join(o.source, "driver", "targets")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no file of targets in %s: want one such as debian.yaml (--targets, --source)", dir)
	}
	all := make(map[string]*grid.Family)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if all[file], err = grid.ParseFamily(file, src); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (o *options) cacheDir() (string, error) {
	if o.cache != "" {
		return o.cache, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "lanner", "grid"), err
}

// wanted are the targets of all families, and the families.
func wanted(files map[string]*grid.Family) (families []*grid.Family, targets []grid.Target) {
	for _, fam := range files {
		families = append(families, fam)
		targets = append(targets, fam.Targets...)
	}
	return families, targets
}
