// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"slices"

	"github.com/lanner-project/lanner/bots/command"
)

// foreign are commands of Prow that this bot does not know. Others answer them
// in many repositories, and people type them from habit: they are no mistyped
// commands of ours.
var foreign = []string{
	"area", "assign", "auto-cc", "bark", "cc", "check-cla", "check-dco", "check-required-labels", "cherry-pick", "cherrypick",
	"close", "committee", "good-first-issue", "help", "honk", "joke", "kind", "label", "language", "lifecycle", "link-issue", "lint", "meow",
	"milestone", "ok-to-test", "override", "pony", "priority", "project", "rebase", "refresh", "release-note", "release-note-edit",
	"release-note-none", "remove-area", "remove-committee", "remove-good-first-issue", "remove-help", "remove-kind", "remove-label",
	"remove-language", "remove-lifecycle", "remove-priority", "remove-sig", "remove-triage", "remove-wg", "reopen", "retest",
	"retest-required", "retitle", "shrug", "sig", "skip", "stage", "status", "test", "triage", "unassign", "uncc",
	"unshrug", "verify-owners", "wg", "woof",
}

// unknown answers a command that is nearly one of the known. To others it says
// nothing: they are for somebody else, or no commands at all.
func (d *decision) unknown(r Remark, c command.Command) {
	if slices.Contains(foreign, c.Name) {
		return
	}
	var names []string
	for _, f := range d.known {
		names = append(names, f.name)
	}
	if near := command.Suggest(c.Name, names); near != "" {
		d.reply(r.Ref, sayUnknown(c.Name, near))
	}
}
