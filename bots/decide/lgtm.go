// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"strings"

	"sigs.k8s.io/prow/pkg/labels"

	"github.com/lanner-project/lanner/bots/owners"
)

// lgtm obeys /lgtm, /lgtm no-issue and /lgtm cancel.
//
// A comment names no commit, and GitHub tells nobody when a commit was pushed:
// its own date is the author's to choose. What is certain is that a comment
// which was not there when the bot last read the pull request is younger than
// the files that were there then. If the files are others by now, nobody can
// say which of the two the comment is about, and it must be said again. A
// review names the commit that it is of. Where nothing is remembered of the
// pull request, an old comment counts only for a head that is older still, by
// the date that the commit gives itself.
func (d *decision) lgtm(r Remark, args []string) bool {
	switch arg := strings.ToLower(strings.Join(args, " ")); {
	case arg == "cancel":
		return d.removeLGTM(r, nil)
	case arg != "" && arg != "no-issue":
		return false
	}
	switch {
	case sameLogin(r.Author, d.in.Author):
		d.reply(r.Ref, sayOwnLGTM)
	case !d.in.trusted(r.Author):
		d.reply(r.Ref, sayUntrusted("lgtm", d.in.Settings.TrustedRoles))
	case r.Commit != "" && r.Commit != d.in.Pull.Head:
		d.reply(r.Ref, sayOldReview(r.Commit, d.in.Pull.Head))
	case d.pushedSince(r):
		// That was said already, under the notice.
	case r.Commit == "" && d.pushedMeanwhile():
		d.reply(r.Ref, sayPushedMeanwhile(d.in.Pull.Head))
	case !d.in.Memory.Known && d.in.Pull.Committed.After(r.At):
		d.reply(r.Ref, sayLateCommit(d.in.Pull.Head))
	default:
		d.label(labels.LGTM, true)
		d.memory.LGTM = &LGTM{By: owners.Normalize(r.Author), Tree: d.in.Pull.Tree}
	}
	return true
}

func (d *decision) removeLGTM(r Remark, args []string) bool {
	if len(args) > 0 {
		return false
	}
	if !sameLogin(r.Author, d.in.Author) && !d.in.trusted(r.Author) {
		d.reply(r.Ref, sayUntrusted("lgtm cancel", d.in.Settings.TrustedRoles))
		return true
	}
	d.label(labels.LGTM, false)
	d.memory.LGTM = nil
	return true
}

// lgtmAfterPush takes the label off when the files are not those any more that
// looked good. A push that leaves the tree as it is (a reworded commit, a
// squash) keeps it.
func (d *decision) lgtmAfterPush() {
	switch given := d.memory.LGTM; {
	case !d.in.Settings.Has("lgtm"):
		// It is somebody else's.
	case !d.labelled(labels.LGTM):
		d.memory.LGTM = nil // somebody took it off by hand
	case given == nil && !d.pushedMeanwhile():
		d.memory.LGTM = &LGTM{Tree: d.in.Pull.Tree} // somebody put it on by hand
	case given == nil || given.Tree != d.in.Pull.Tree:
		d.label(labels.LGTM, false)
		d.memory.LGTM = nil
		d.reply("push-"+d.in.Pull.Head, sayNewChanges)
	}
}

// pushedMeanwhile reports whether the files are others than when the pull
// request was last read.
func (d *decision) pushedMeanwhile() bool {
	return d.in.Memory.Tree != "" && d.in.Memory.Tree != d.in.Pull.Tree
}

// pushedSince reports whether the bot has noticed a push after a remark. This
// matters once its memory is lost: the notice outlasts it.
func (d *decision) pushedSince(r Remark) bool {
	for _, other := range d.in.Remarks {
		if d.in.own(other.Author) && other.At.After(r.At) && Marked(other.Body, pushMarker) {
			return true
		}
	}
	return false
}

func sameLogin(a, b string) bool { return owners.Normalize(a) == owners.Normalize(b) }
