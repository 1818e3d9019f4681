// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"

	"github.com/lanner-project/lanner/bots/decide"
)

// rotation reads who leads releases, at the tip of the default branch. A
// repository without a branch has none.
func (g *reading) rotation(ctx context.Context) error {
	if g.home == nil {
		return nil
	}
	commit, tree := g.home.Target.OID, g.home.Target.Tree.OID
	text, people := place{commit, tree, decide.RotationPath}, place{commit, tree, decide.PeoplePath}
	texts, err := g.files(ctx, []place{text, people})
	if err != nil {
		return err
	}
	g.in.Rotation = &decide.Rotation{Branch: g.home.Name, Commit: commit, Text: texts[text], People: texts[people]}
	return nil
}
