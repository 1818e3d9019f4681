// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"maps"
	"path"
	"slices"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/config"
	"github.com/lanner-project/lanner/bots/owners"
)

// firstBlocked returns the first path of the change that a blockade blocks.
func (d *decision) firstBlocked(b config.Blockade) string {
	for _, ch := range d.in.Pull.Changes {
		for _, p := range []string{ch.Path, ch.From} {
			if p != "" && b.Blocks(p) {
				return p
			}
		}
	}
	return ""
}

// proposed is the tree of the OWNERS files that the pull request changes, as
// they would be, with the aliases that would hold.
func (in Input) proposed() *owners.Tree {
	files := maps.Clone(in.Pull.OwnersFiles)
	if _, ok := files[owners.AliasesFilename]; !ok && files != nil {
		return owners.ParseWith(files, in.Owners)
	}
	return owners.Parse(files)
}

// named are those whom the changed OWNERS files name anew.
func (in Input) named() []string {
	if len(in.Pull.OwnersFiles) == 0 {
		return nil
	}
	var logins []string
	proposed := in.proposed()
	for file := range in.Pull.OwnersFiles {
		before := in.Owners.Names(file)
		for _, login := range proposed.Names(file) {
			if !slices.Contains(before, login) {
				logins = append(logins, login)
			}
		}
	}
	slices.Sort(logins)
	return slices.Compact(logins)
}

// verifyOwners blocks a change that would leave an OWNERS file broken, or that
// gives a say to somebody who has no role in the repository.
func (d *decision) verifyOwners() {
	if !d.in.Settings.Has("verify-owners") {
		return
	}
	var wrong []string
	if len(d.in.Pull.OwnersFiles) > 0 {
		for _, m := range d.in.proposed().Mistakes() {
			wrong = append(wrong, block(m.Error()))
		}
		var strangers []string
		for _, login := range d.in.named() {
			if !d.in.trusted(login) {
				strangers = append(strangers, login)
			}
		}
		if len(strangers) > 0 {
			wrong = append(wrong, sayStrangers(strangers, d.in.Settings.TrustedRoles))
		}
	}
	if len(wrong) > 0 && !d.labelled(labels.InvalidOwners) {
		d.reply("owners-"+d.in.Pull.Head, sayInvalidOwners)
		for _, w := range wrong {
			d.reply("owners-"+d.in.Pull.Head, w)
		}
	}
	d.label(labels.InvalidOwners, len(wrong) > 0)
}

// ownersLabels puts on what the OWNERS files name for the changed files, once
// for each head.
func (d *decision) ownersLabels() {
	if !d.in.Settings.Has("owners-label") || d.memory.Labelled == d.in.Pull.Head {
		return
	}
	d.memory.Labelled = d.in.Pull.Head
	for _, ch := range d.in.Pull.Changes {
		for _, label := range d.in.Owners.Labels(ch.Path) {
			d.label(label, true)
		}
	}
}

// isOwnersFile reports whether a path is one of the files that owners reads.
func isOwnersFile(p string) bool {
	return path.Base(p) == owners.Filename || p == owners.AliasesFilename
}

// OwnersFiles returns the paths that a change leaves behind and that are OWNERS
// files or the aliases: their texts at the head belong into Pull.OwnersFiles.
func OwnersFiles(changes []owners.Change) []string {
	var paths []string
	for _, ch := range changes {
		if isOwnersFile(ch.Path) {
			paths = append(paths, ch.Path)
		}
	}
	return paths
}
