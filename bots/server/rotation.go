// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"path"

	"github.com/lanner-project/lanner/bots/act"
	"github.com/lanner-project/lanner/bots/decide"
)

// rotation reads who leads releases, at the tip of the default branch. A
// repository without the file has none.
func (r *Reader) rotation(ctx context.Context, t act.Target, in *decide.Input) error {
	branch, err := r.defaultBranch(ctx, t)
	if branch == nil || err != nil {
		return err
	}
	commit := branch.GetCommit()
	found := &decide.Rotation{Branch: branch.GetName(), Commit: commit.GetSHA()}
	root, err := r.tree(ctx, t, commit.GetCommit().GetTree().GetSHA())
	if err != nil {
		return err
	}
	folder := path.Dir(decide.RotationPath)
	for _, e := range root {
		if e.GetPath() != folder || e.GetType() != "tree" {
			continue
		}
		files, err := r.tree(ctx, t, e.GetSHA())
		if err != nil {
			return err
		}
		for _, file := range files {
			into := map[string]*string{decide.RotationPath: &found.Text, decide.PeoplePath: &found.People}[folder+"/"+file.GetPath()]
			if into == nil || file.GetType() != "blob" || file.GetMode() == "120000" {
				continue
			}
			if *into, err = r.blob(ctx, t, commit.GetSHA(), folder+"/"+file.GetPath(), file.GetSHA()); err != nil {
				return err
			}
		}
	}
	in.Rotation = found
	return nil
}
