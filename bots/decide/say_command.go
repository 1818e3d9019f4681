// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/bots/config"
)

// The sentences about single commands and automatic features. The two rules of
// say.go hold here too.

const (
	sayMerged          = "It is merged: that can't be opened again."
	sayNoAdministrator = "`/override` counts from administrators of this repository."
	sayNeedsRebase     = "It has a conflict with its base branch and needs a rebase."
	sayHasNote         = "The description has a release note. Write `NONE` there, or take the block out, and users are told nothing."
	sayNoteNeeded      = "What do users see of this change? Please write it into a block of code ```` ```release-note ```` in the description, or `NONE` if they see nothing."
	sayInvalidOwners   = "With this change, the OWNERS files could not be relied on:"
	sayNeverMerged     = "It was closed without being merged: there is nothing to carry over."
)

func sayUnassignable(logins []string) string {
	return fmt.Sprintf("GitHub lets nobody be assigned who has no access and has said nothing here: %s.", names(logins))
}

func sayUnaskable(logins []string) string {
	return fmt.Sprintf("These can't be asked for a review, for they are the author or have no access to the repository: %s.", names(logins))
}

func sayNoSuchLabel(label string, allowed []string) string {
	if len(allowed) == 0 {
		return fmt.Sprintf("`/label` puts on no label in this repository, and so not %s: the settings name none under `labels.additional`.", code(label))
	}
	return fmt.Sprintf("`/label` does not put on %s. It puts on: %s.", code(label), codes(allowed))
}

func sayRestricted(label string, roles []string) string {
	return fmt.Sprintf("The label %s takes one of these roles in this repository: %s.", code(label), codes(roles))
}

func sayUnknownLabel(label string) string {
	return fmt.Sprintf("This repository has no label %s.", code(label))
}

func sayAbsentLabel(label string) string {
	return fmt.Sprintf("The label %s is not there.", code(label))
}

func sayStale(l config.Lifecycle) string {
	next := ""
	if l.RottenAfter > 0 {
		next = fmt.Sprintf(" After %d more it is marked as rotten.", l.RottenAfter)
	}
	return fmt.Sprintf("Nothing has happened here for %d days, and it is marked as stale.%s `/remove-lifecycle stale` says that it matters still, `/lifecycle frozen` that it always will, `/close` that it does not.", l.StaleAfter, next)
}

func sayRotten(l config.Lifecycle) string {
	next := ""
	if l.CloseAfter > 0 {
		next = fmt.Sprintf(" After %d more it is closed.", l.CloseAfter)
	}
	return fmt.Sprintf("Nothing has happened here for %d days since it was marked as stale, and it is marked as rotten.%s `/remove-lifecycle rotten` says that it matters still.", l.RottenAfter, next)
}

func sayRottenClosed(days int) string {
	return fmt.Sprintf("Nothing has happened here for %d days since it was marked as rotten, and it is closed. `/reopen` and `/remove-lifecycle rotten` bring it back.", days)
}

func sayNoMilestone(title string, open []string) string {
	if len(open) == 0 {
		return fmt.Sprintf("There is no open milestone, and so not %s.", code(title))
	}
	return fmt.Sprintf("There is no open milestone %s. There are: %s.", code(title), codes(open))
}

func sayWelcome(in Input) string {
	if in.Settings.Welcome != "" {
		return in.Settings.Welcome
	}
	what := "issue"
	if in.Pull != nil {
		what = "pull request"
	}
	return fmt.Sprintf("Welcome, %s, and thank you for your first %s here. I am the bot that looks after this repository. `/why` tells what a pull request is waiting for; the commands are in the documentation of this project.", name(in.Author), what)
}

func sayUnsigned(commits []Commit) string {
	return "These commits are not signed off by their author:\n\n" + commitList(commits, func(c Commit) string { return "" }) +
		"\n\nWith `git rebase --signoff HEAD~N` and a forced push they are. What that says is at https://developercertificate.org."
}

func sayMergeCommits(commits []Commit) string {
	return "These commits are merges:\n\n" + commitList(commits, func(c Commit) string { return "" }) +
		"\n\nPlease rebase the branch on its base instead of merging the base into it."
}

func sayInvalidMessages(faults []fault) string {
	what := make(map[string]string)
	var commits []Commit
	for _, f := range faults {
		what[f.commit.SHA] = f.what
		commits = append(commits, f.commit)
	}
	return "The messages of these commits would do something wherever they are pushed:\n\n" +
		commitList(commits, func(c Commit) string { return " " + what[c.SHA] }) + "\n\nPlease reword them."
}

func commitList(commits []Commit, note func(Commit) string) string {
	const most = 10
	var lines []string
	for i, c := range commits {
		if i == most {
			lines = append(lines, fmt.Sprintf("- and %d more", len(commits)-most))
			break
		}
		subject, _, _ := strings.Cut(c.Message, "\n")
		lines = append(lines, fmt.Sprintf("- %s %s%s", code(short(c.SHA)), code(subject), note(c)))
	}
	return strings.Join(lines, "\n")
}

func sayBlocked(path, why string) string {
	return fmt.Sprintf("A change of %s is blocked by the settings of this repository: %s", code(path), code(why))
}

func sayStrangers(logins, roles []string) string {
	return fmt.Sprintf("These are named, and have none of the roles %s in this repository: %s.", codes(roles), names(logins))
}

func sayNoCheck(unknown, open []string) string {
	if len(open) == 0 {
		return fmt.Sprintf("No check of the present head is called %s, and none is waiting or failed.", codes(unknown))
	}
	return fmt.Sprintf("No check of the present head is called %s. Waiting or failed are: %s.", codes(unknown), codes(open))
}

func sayNoBranch(branch string) string {
	return fmt.Sprintf("%s is no name of a branch that I could carry this to.", code(branch))
}

func sayOwnBase(branch string) string {
	return fmt.Sprintf("This is to be merged into %s already.", code(branch))
}

func sayPickLater(branches []string) string {
	return fmt.Sprintf("Once it is merged, it is carried to %s.", codes(branches))
}

func sayPicked(in Input, branch, by string) string {
	body := fmt.Sprintf("This carries #%d to %s, as %s asked.\n\n", in.Number, code(branch), name(by))
	note, _ := findNote(in.Remarks[0].Body)
	if note.text == "" {
		note.text = "NONE"
	}
	fence := ticks(note.text, 3)
	return body + fence + "release-note\n" + note.text + "\n" + fence + "\n"
}

func sayPickConflict(in Input, branch, onto, by string) string {
	commands := fmt.Sprintf("git fetch origin %[1]s refs/pull/%[2]d/head\ngit switch --create %[3]s origin/%[1]s\ngit cherry-pick -x $(git merge-base origin/%[4]s FETCH_HEAD)..FETCH_HEAD\n# mend the conflict, then:\ngit cherry-pick --continue\ngit push origin %[3]s",
		branch, in.Number, onto, in.Pull.Base)
	return fmt.Sprintf("#%d could not be carried to %s, as %s asked: the change does not fit there. By hand:\n\n```\n%s\n```\n", in.Number, code(branch), name(by), commands)
}

// sayWhy is the answer to /why: everything, with its source and its way out.
func sayWhy(criteria []Criterion) string {
	var b strings.Builder
	missing := 0
	for _, c := range criteria {
		if !c.Met {
			missing++
		}
	}
	switch missing {
	case 0:
		b.WriteString("Nothing is missing: it is merged now, if GitHub lets it be.\n")
	case 1:
		b.WriteString("One thing is missing:\n")
	default:
		b.WriteString(strconv.Itoa(missing) + " things are missing:\n")
	}
	for _, c := range criteria {
		box := "[ ]"
		if c.Met {
			box = "[x]"
		}
		fmt.Fprintf(&b, "\n- %s %s: %s", box, code(c.Name), code(c.Why))
		if !c.Met && len(c.Who) > 0 {
			fmt.Fprintf(&b, "; who can: %s", names(c.Who))
		}
		if !c.Met && c.How != "" {
			fmt.Fprintf(&b, "; how: %s", code(c.How))
		}
		if c.Source != "" {
			fmt.Fprintf(&b, " (%s in %s)", code(c.Source), code(config.Path))
		}
	}
	return b.String()
}

func sayLanded(commit, tree string) string {
	return fmt.Sprintf("Landed as %s: the files that were tested, tree %s.", code(commit), code(tree))
}
