// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"fmt"
	"strings"

	"github.com/lanner-project/lanner/release/rota"
)

// The sentences about who leads a release. The two rules of say.go hold here
// too.

const saySameTurns = "That changes nothing of who leads."

func sayBadRotation(err error) string {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return "I can't tell whose turn it is: " + code(first)
}

func sayNoTurn(err error) string { return "I did nothing: " + code(err.Error()) }

// sayTurns tells who does what for the coming releases, or the next one.
func sayTurns(coming []rota.Assignment, next bool) string {
	if len(coming) == 0 {
		return "The rotation has no coming release."
	}
	if next {
		coming = coming[:1]
	}
	const most = 12
	var lines []string
	for i, a := range coming {
		if i == most {
			lines = append(lines, fmt.Sprintf("- and %d more", len(coming)-most))
			break
		}
		var line strings.Builder
		line.WriteString("- " + code(a.Version))
		if a.Date != "" {
			line.WriteString(" on " + a.Date)
		}
		if a.Lead == "" {
			line.WriteString(": nobody leads it: " + code(a.Unstaffed))
		} else {
			line.WriteString(": " + name(a.Lead) + " leads")
		}
		for _, role := range []rota.Role{rota.Backup, rota.Shadow} {
			if who := a.Who(role); who != "" {
				fmt.Fprintf(&line, ", %s is %s", name(who), role)
			}
		}
		lines = append(lines, line.String())
	}
	return strings.Join(lines, "\n")
}

func sayAskSwap(s Swap, mine, theirs rota.Place) string {
	return fmt.Sprintf("%s is to be %s of %s, and %s %s of %s. If %s says %s here too, I open a pull request with it.",
		name(s.Of), mine.Role, code(mine.Version), name(s.By), theirs.Role, code(theirs.Version), name(s.Of), code("/release-lead swap "+mine.Version))
}

func saySwapUnasked(version string) string {
	return fmt.Sprintf("Nobody has asked you here to swap a role of %s. %s asks somebody.", code(version), code("/release-lead swap "+version+" @LOGIN"))
}

func sayTurnsChange(changes []rota.Change) string {
	return "I open a pull request. It changes:\n\n" + changeList(changes)
}

func sayProposal(in Input, r Remark, changes []rota.Change) string {
	return fmt.Sprintf("%s asked for this in #%d. It changes who leads releases:\n\n%s\n\n```release-note\nNONE\n```\n", name(r.Author), in.Number, changeList(changes))
}

func changeList(changes []rota.Change) string {
	if len(changes) == 0 {
		return "- no role, for it is noted only"
	}
	const most = 20
	var lines []string
	for i, c := range changes {
		if i == most {
			lines = append(lines, fmt.Sprintf("- and %d more", len(changes)-most))
			break
		}
		lines = append(lines, "- "+code(c.String()))
	}
	return strings.Join(lines, "\n")
}
