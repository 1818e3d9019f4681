// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"regexp"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/owners"
)

// Target is a repository that an issue may be transferred to.
type Target struct {
	// Name is "owner/name", as GitHub writes it.
	Name string
	// Writable: the bot may write to it, as far as GitHub tells.
	Writable bool
	// Issues: it has any.
	Issues bool
}

// repositoryName is what GitHub lets a repository be called.
var repositoryName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// targetOf reads the argument of /transfer: the name of a repository, or what
// is wrong with it.
func (in Input) targetOf(arg string) (name, wrong string) {
	owner, own, _ := strings.Cut(in.Repo, "/")
	of, name, given := strings.Cut(arg, "/")
	if !given {
		of, name = owner, arg
	}
	switch {
	case !repositoryName.MatchString(of) || !repositoryName.MatchString(name) || strings.Trim(name, ".") == "":
		return "", sayNoRepositoryName(arg)
	case !strings.EqualFold(of, owner):
		return "", sayOtherOwner(arg, owner)
	case strings.EqualFold(name, own):
		return "", saySameRepository
	}
	return name, ""
}

// Targets returns the names, without their owner, of the repositories that the
// issue is to be transferred to, in lower case and sorted: those that trusted
// people name, so that nobody else makes the bot look for them.
//
// Preconditions: in holds the roles that Need(in) asked for.
func Targets(in Input) []string {
	var all []string
	if in.Pull != nil || !in.Settings.Has("issue-management") {
		return nil
	}
	for _, r := range in.Remarks {
		if !in.trusted(r.Author) {
			continue
		}
		for _, c := range in.news(r) {
			if !slices.Contains([]string{"transfer", "transfer-issue"}, c.Name) || len(c.Args) != 1 {
				continue
			}
			if name, wrong := in.targetOf(c.Args[0]); wrong == "" {
				all = append(all, strings.ToLower(name))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// move obeys /transfer. Of several the last one counts.
func (d *decision) move(r Remark, args []string) bool {
	if len(args) != 1 {
		return false
	}
	switch {
	case d.in.Pull != nil:
		d.reply(r.Ref, sayPullStays)
		return true
	case !d.in.trusted(r.Author):
		d.reply(r.Ref, sayUntrusted("transfer", d.in.Settings.TrustedRoles))
		return true
	}
	name, wrong := d.in.targetOf(args[0])
	if wrong != "" {
		d.reply(r.Ref, wrong)
		return true
	}
	target, found := d.in.Targets[strings.ToLower(name)]
	switch {
	case !found || !target.Writable:
		d.reply(r.Ref, sayNoTarget(name))
	case !target.Issues:
		d.reply(r.Ref, sayNoIssues(target.Name))
	default:
		if refused, told := d.refusal("transfer", r, sayTransferRefused(target.Name)); !told {
			d.transfer = &Transfer{To: target.Name, Refused: refused}
		}
	}
	return true
}

// pin obeys /pin-issue and /unpin-issue.
func pin(on bool) func(*decision, Remark, []string) bool {
	return func(d *decision, r Remark, args []string) bool {
		if len(args) > 0 {
			return false
		}
		if d.in.Pull != nil {
			d.reply(r.Ref, sayPullUnpinned)
			return true
		}
		// Who lost their role may not have left the file yet.
		approvers := d.in.Owners.Approvers(owners.Filename)
		if !slices.Contains(approvers, owners.Normalize(r.Author)) || !d.in.trusted(r.Author) {
			d.reply(r.Ref, sayNoPin(approvers, d.in.Settings.TrustedRoles))
			return true
		}
		if refused, told := d.refusal("pin", r, sayPinRefused(on)); !told {
			d.pinned, d.refused = on, refused
		}
		return true
	}
}

// refusal returns the reply to a remark for the case that GitHub refuses what it
// asks for, and whether that is what it was told already: then the memory of it
// was lost.
func (d *decision) refusal(what string, r Remark, text string) (Reply, bool) {
	ref := what + "-" + r.Ref
	_, told := d.ownComment(Marker(ref))
	return Reply{Ref: ref, Body: Marker(ref) + "\n" + sayInReplyTo(r) + "\n\n" + text}, told
}

// elsewhere reports whether a remark was made in the repository that the issue
// was transferred from: comments keep their time, and get other IDs. The bot
// there saw to its commands, or nobody did. GitHub's times are whole seconds,
// and within the one of the transfer a command is rather missed than obeyed
// twice.
func (in Input) elsewhere(r Remark) bool {
	arrived := in.Arrived
	if arrived.IsZero() {
		arrived = in.Memory.Arrived
	}
	return !arrived.IsZero() && !r.At.After(arrived)
}
