// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/release/cut"
	"github.com/lanner-project/lanner/release/verify"
)

func verifyCommand(g *globals) *cobra.Command {
	opts := verify.Options{}
	var freshCache bool
	cmd := &cobra.Command{
		Use: "verify VERSION", Short: "Prove a release: signatures, provenance, and a rebuild from its tag",
		Long: `verify downloads a release as anybody can, checks its checksums, signatures,
provenance, tag and entry in the signed download index, rebuilds it from the tag
and compares every file to the byte. It prints what was proven and what was not. It needs no token and no
clone: the public address and the repository are enough.`,
		Example: "  release verify v0.1.0\n  release verify v0.1.0 --repository https://github.com/lanner-project/lanner -o json\n  release verify v0.1.0 --allowed-signers ./pinned_signers",
		Args:    usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := g.checkOutput(); err != nil {
				return err
			}
			opts.Version = args[0]
			if opts.Dir == "" {
				if opts.Dir, err = os.MkdirTemp("", "lanner-verify-"); err != nil {
					return err
				}
				defer func() { err = errors.Join(err, os.RemoveAll(opts.Dir)) }()
			}
			if !freshCache {
				if opts.Cache, err = goCache(cmd.Context()); err != nil {
					return err
				}
			}
			report := g.reporter()
			opts.Progress = func(what string) { report.Step("verify", cut.Running, what) }
			opts.Rebuild = func(done, total int, what string) { report.Progress("rebuild: "+what, int64(done), int64(total)) }
			result, err := verify.Verify(cmd.Context(), opts)
			if err != nil {
				return err
			}
			if err := g.print(result, func(w io.Writer) error { return result.WriteText(w) }); err != nil {
				return err
			}
			if !result.OK() {
				return fmt.Errorf("%w: %s is not what it claims to be", errReported, opts.Version)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.Repository, "repository", "https://github.com/lanner-project/lanner", "address that git clones from")
	f.StringVar(&opts.Site, "site", "", "download site to take the files and the index from (default: the repository and its host)")
	f.StringVar(&opts.AllowedSigners, "allowed-signers", "", "pinned allowed_signers file, instead of the one in the tagged commit")
	f.StringVar(&opts.Dir, "dir", "", "keep what was downloaded and built in this new folder")
	f.BoolVar(&freshCache, "fresh-cache", false, "rebuild without your compile cache: slower, and trusts nothing that was compiled before")
	f.BoolVar(&opts.SkipRebuild, "skip-rebuild", false, "do not rebuild: then it is not proven that the files are the source")
	return cmd
}
