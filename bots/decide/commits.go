// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/prow/pkg/labels"
)

// The labels and the status of a signed-off pull request, as Prow has them.
const (
	signedLabel   = "dco-signoff: yes"
	unsignedLabel = "dco-signoff: no"
	dcoContext    = "dco"
)

var signOff = regexp.MustCompile(`(?mi)^signed-off-by:[ \t]*(.+?)[ \t]*$`)

// signedOff wants a Signed-off-by of its author in every commit, but for
// merges, which say nothing of their own: https://developercertificate.org.
func (d *decision) signedOff() {
	if !d.in.Settings.Has("dco") || len(d.in.Pull.Commits) == 0 {
		return
	}
	var unsigned []Commit
	for _, c := range d.in.Pull.Commits {
		if c.Parents < 2 && !signed(c) {
			unsigned = append(unsigned, c)
		}
	}
	d.label(signedLabel, len(unsigned) == 0)
	d.label(unsignedLabel, len(unsigned) > 0)
	if len(unsigned) > 0 {
		d.reply("dco-"+d.in.Pull.Head, sayUnsigned(unsigned))
		d.status(dcoContext, Red, fmt.Sprintf("%d of %d commits are not signed off", len(unsigned), len(d.in.Pull.Commits)))
		return
	}
	d.status(dcoContext, Green, "all commits are signed off")
}

func signed(c Commit) bool {
	for _, m := range signOff.FindAllStringSubmatch(c.Message, -1) {
		if a, err := mail.ParseAddress(m[1]); err == nil && strings.EqualFold(a.Address, c.Email) {
			return true
		}
	}
	return false
}

// status sets a status of the head, and counts on it at once.
func (d *decision) status(context string, state CheckState, text string) {
	i := slices.IndexFunc(d.checked, func(c Check) bool { return c.Name == context && c.Status })
	if i >= 0 && d.checked[i].State == state && d.checked[i].Text == text {
		return
	}
	check := Check{Name: context, State: state, Status: true, Text: text}
	if i >= 0 {
		d.checked[i] = check
	} else {
		d.checked = append(d.checked, check)
	}
	word := map[CheckState]string{Green: "success", Red: "failure", Pending: "pending"}[state]
	d.more = append(d.more, SetStatus{SHA: d.in.Pull.Head, Context: context, State: word, Text: text})
}

// mergeCommits blocks branches into which something was merged: they want a
// rebase.
func (d *decision) mergeCommits() {
	if !d.in.Settings.Has("mergecommitblocker") {
		return
	}
	var merges []Commit
	for _, c := range d.in.Pull.Commits {
		if c.Parents > 1 {
			merges = append(merges, c)
		}
	}
	if len(merges) > 0 && !d.labelled(labels.MergeCommits) {
		d.reply("merges-"+d.in.Pull.Head, sayMergeCommits(merges))
	}
	d.label(labels.MergeCommits, len(merges) > 0)
}

// invalidMessage is the label of commit messages that do something on GitHub
// once they are in the default branch of any fork.
const invalidMessage = "do-not-merge/invalid-commit-message"

var (
	closesIssue = regexp.MustCompile(`(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)[ \t:]+(?:[\w.-]+/[\w.-]+)?#\d+`)
	mentions    = regexp.MustCompile(`(?:^|[^\w.+-])@[a-zA-Z0-9][a-zA-Z0-9/-]*`)
	unsquashed  = regexp.MustCompile(`^(?:fixup|squash|amend)! `)
)

func (d *decision) messages() {
	if !d.in.Settings.Has("invalidcommitmsg") {
		return
	}
	var bad []fault
	for _, c := range d.in.Pull.Commits {
		// The lines of people: who signed off, who helped.
		message := trailers.ReplaceAllString(c.Message, "")
		switch {
		case unsquashed.MatchString(message):
			bad = append(bad, fault{c, "waits to be squashed"})
		case closesIssue.MatchString(message):
			bad = append(bad, fault{c, "would close an issue: say that in the description"})
		case mentions.MatchString(message):
			bad = append(bad, fault{c, "mentions somebody, who would be told at each push of it"})
		}
	}
	if len(bad) > 0 && !d.labelled(invalidMessage) {
		d.reply("messages-"+d.in.Pull.Head, sayInvalidMessages(bad))
	}
	d.label(invalidMessage, len(bad) > 0)
}

var trailers = regexp.MustCompile(`(?mi)^[a-z-]+-by:.*$`)

// fault is a commit and what is wrong with it.
type fault struct {
	commit Commit
	what   string
}

// blocked blocks changes of paths that the settings block.
func (d *decision) blocked() {
	if !d.in.Settings.Has("blockade") {
		return
	}
	var why []string
	for _, b := range d.in.Settings.Blockades {
		if path := d.firstBlocked(b); path != "" {
			why = append(why, sayBlocked(path, b.Why))
		}
	}
	if len(why) > 0 && !d.labelled(labels.BlockedPaths) {
		for _, w := range why {
			d.reply("blocked-"+d.in.Pull.Head, w)
		}
	}
	d.label(labels.BlockedPaths, len(why) > 0)
}
