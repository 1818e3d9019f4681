// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"slices"
	"strings"

	"github.com/lanner-project/lanner/bots/config"
)

// place is where a command is obeyed.
type place int

const (
	openPull   place = iota // on an open pull request
	anyPull                 // on a merged or closed one too
	openIssue               // on what is open, issue or pull request
	issueOnly               // on an open issue
	issueTold               // on an issue, open or not, and on a pull request it says so
	everywhere              // whatever it is
)

// order is a command that people can give.
type order struct {
	name    string
	feature string
	// usage is how it is written, does what it does, who who may say it.
	usage, does, who string
	where            place
	// obey carries the command out in the decision, and reports false for
	// arguments that make no sense.
	obey func(*decision, Remark, []string) bool
}

func (o order) hears(in Input) bool {
	switch o.where {
	case openPull:
		return in.Pull != nil && in.Open
	case anyPull:
		return in.Pull != nil
	case openIssue:
		return in.Open
	case issueOnly:
		return in.Pull == nil && in.Open
	}
	return true
}

// Whom a command listens to, in the words of the help.
const (
	anybody  = "anybody"
	trusted  = "trusted roles"
	authors  = "the author, trusted roles"
	notTheir = "trusted roles, but not the author"
)

// orders lists the commands of a repository.
func orders(s config.Settings) []order {
	all := []order{
		{"lgtm", "lgtm", "`/lgtm` or `/lgtm cancel`", "The files as they are look good. It goes when they change.", notTheir, openPull, (*decision).lgtm},
		{"remove-lgtm", "lgtm", "`/remove-lgtm`", "Takes that back.", authors, openPull, (*decision).removeLGTM},
		{"approve", "approve", "`/approve` or `/approve cancel`", "Approves what the OWNERS files let you approve. It outlasts a push.", "approvers in the OWNERS files", openPull, (*decision).approve},
		{"remove-approve", "approve", "`/remove-approve`", "Takes your approval back.", anybody, openPull, (*decision).removeApprove},
		{"hold", "hold", "`/hold`, with a reason if you like, or `/hold cancel`", "Holds the merge.", anybody, openPull, (*decision).hold},
		{"unhold", "hold", "`/unhold`", "Lets go of it.", anybody, openPull, (*decision).unhold},
		{"remove-hold", "hold", "`/remove-hold`", "Lets go of it.", anybody, openPull, (*decision).unhold},
		{"release", "release", "`/release status` or `/release status v1.2.3`", "Tells how far a release is.", anybody, everywhere, (*decision).release},
		{"release-lead", "release", "`/release-lead next`, `list`, `take v1.2.0 [lead|backup|shadow]`, `decline v1.2.0`, `away 2027-03-20..2027-04-02`, or `swap v1.2.0 @bob`, to which bob says `/release-lead swap v1.2.0`", "Tells who leads the coming releases, or opens a pull request that changes what you do in them.", "anybody; changes, who is in the rotation", everywhere, (*decision).releaseLead},
		{"why", "why", "`/why`", "Tells why this is not merging: everything that is missing, where it is set, and who can give it with which command.", anybody, openPull, (*decision).why},
		{"assign", "assign", "`/assign` or `/assign @alice @bob`", "Assigns people, or you.", anybody, openIssue, (*decision).assign},
		{"unassign", "assign", "`/unassign` or `/unassign @alice`", "Takes that back.", anybody, openIssue, (*decision).unassign},
		{"cc", "assign", "`/cc` or `/cc @alice @org/team`", "Asks people, or you, for a review.", anybody, openPull, (*decision).cc},
		{"uncc", "assign", "`/uncc` or `/uncc @alice`", "Takes that back.", anybody, openPull, (*decision).uncc},
		{"auto-cc", "blunderbuss", "`/auto-cc`", "Asks owners of the files for a review.", anybody, openPull, (*decision).autoCC},
		{"label", "label", "`/label NAME`", "Puts on a label of those that the settings allow.", anybody, everywhere, (*decision).addLabel},
		{"remove-label", "label", "`/remove-label NAME`", "Takes such a label off.", anybody, everywhere, (*decision).removeLabel},
		{"help", "help", "`/help`", "Marks that help is wanted.", anybody, issueOnly, flag("help wanted", true)},
		{"remove-help", "help", "`/remove-help`", "Takes that back, and that it is for a newcomer.", anybody, issueOnly, flag("help wanted", false)},
		{"good-first-issue", "help", "`/good-first-issue`", "Marks that it is for a newcomer, and that help is wanted.", anybody, issueOnly, flag("good first issue", true)},
		{"remove-good-first-issue", "help", "`/remove-good-first-issue`", "Takes that back.", anybody, issueOnly, flag("good first issue", false)},
		{"lifecycle", "lifecycle", "`/lifecycle active`, `frozen`, `stale` or `rotten`", "Says how alive it is. What is frozen is never closed by itself.", anybody, openIssue, (*decision).setLife},
		{"remove-lifecycle", "lifecycle", "`/remove-lifecycle active`, `frozen`, `stale` or `rotten`", "Takes that back.", anybody, openIssue, (*decision).removeLife},
		{"close", "lifecycle", "`/close` or `/close not-planned`", "Closes it.", "the author, trusted roles; anybody if it is stale", openIssue, (*decision).close},
		{"reopen", "lifecycle", "`/reopen`", "Opens it again.", authors, everywhere, (*decision).reopen},
		{"retitle", "retitle", "`/retitle NEW TITLE`", "Changes the title.", trusted, everywhere, (*decision).retitle},
		{"milestone", "milestone", "`/milestone TITLE` or `/milestone clear`", "Sets the milestone.", trusted, everywhere, (*decision).setMilestone},
		{"release-note-none", "release-note", "`/release-note-none`", "Users see nothing of this change.", authors, openPull, (*decision).noNote},
		{"release-note-edit", "release-note", "`/release-note-edit`, and below it a block of code ```` ```release-note ````", "Changes the release note in the description.", trusted, anyPull, (*decision).editNote},
		{"check-required-labels", "require-matching-label", "`/check-required-labels`", "Looks again which labels are missing.", anybody, openIssue, look},
		{"verify-owners", "verify-owners", "`/verify-owners`", "Looks again at the OWNERS files that this changes.", anybody, openPull, look},
		{"check-dco", "dco", "`/check-dco`", "Looks again whether the commits are signed off.", anybody, openPull, look},
		{"override", "override", "`/override CHECK` or `/override \"CHECK WITH SPACES\"`", "Takes a check of the present head for passed.", "administrators", openPull, (*decision).override},
		{"cherry-pick", "cherrypicker", "`/cherry-pick BRANCH [BRANCH …]`", "Opens the pull request that carries this one to another branch, now or when it is merged.", trusted, anyPull, (*decision).cherryPick},
		{"cherrypick", "cherrypicker", "`/cherrypick BRANCH [BRANCH …]`", "The same.", trusted, anyPull, (*decision).cherryPick},
		{"transfer", "issue-management", "`/transfer REPO`", "Moves the issue to another repository of the same owner. What was said in it comes along, and is not obeyed again there.", trusted, issueTold, (*decision).move},
		{"transfer-issue", "issue-management", "`/transfer-issue REPO`", "The same.", trusted, issueTold, (*decision).move},
		{"pin-issue", "issue-management", "`/pin-issue`", "Pins the issue to the top of the list of issues. GitHub pins three at most.", "approvers in the OWNERS file at the root", issueTold, pin(true)},
		{"unpin-issue", "issue-management", "`/unpin-issue`", "Takes it off again.", "approvers in the OWNERS file at the root", issueTold, pin(false)},
		{"link-issue", "issue-management", "`/link-issue 12` or `/link-issue org/repo#12`", "Says in the description that this closes an issue.", authors, openPull, (*decision).linkIssue},
		{"unlink-issue", "issue-management", "`/unlink-issue 12`", "Takes that back.", authors, openPull, (*decision).unlinkIssue},
	}
	for _, prefix := range s.Labels.Prefixes {
		all = append(all,
			order{prefix, "label", "`/" + prefix + " NAME …`", "Puts on the label `" + prefix + "/NAME`, if the repository has it.", anybody, everywhere, labeller(prefix, true)},
			order{"remove-" + prefix, "label", "`/remove-" + prefix + " NAME …`", "Takes it off.", anybody, everywhere, labeller(prefix, false)})
	}
	return slices.DeleteFunc(all, func(o order) bool { return !s.Has(o.feature) })
}

// look is the order of commands that ask for what is done at each look anyway.
func look(_ *decision, _ Remark, args []string) bool { return len(args) == 0 }

// Help is a command, for those who ask which there are.
type Help struct {
	Name    string `json:"name"`
	Feature string `json:"feature"`
	// Usage and Does are Markdown; Who may use it.
	Usage string `json:"usage"`
	Does  string `json:"does"`
	Who   string `json:"who"`
	// Where it is obeyed, in words.
	Where string `json:"where"`
}

// Commands returns the commands of a repository with these settings.
func Commands(s config.Settings) []Help {
	where := map[place]string{openPull: "open pull requests", anyPull: "pull requests", openIssue: "open issues and pull requests", issueOnly: "open issues", issueTold: "issues", everywhere: "issues and pull requests"}
	var all []Help
	for _, o := range orders(s) {
		who := o.who
		if who == trusted {
			who = "the roles " + strings.Join(s.TrustedRoles, ", ")
		}
		all = append(all, Help{Name: o.name, Feature: o.feature, Usage: o.usage, Does: o.does, Who: who, Where: where[o.where]})
	}
	slices.SortStableFunc(all, func(a, b Help) int { return strings.Compare(a.Feature, b.Feature) })
	return all
}
