// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"fmt"
)

// The sentences about issues that are pinned or go to another repository. The
// two rules of say.go hold here too.

const (
	sayPullStays      = "A pull request can't be transferred: GitHub moves issues alone."
	sayPullUnpinned   = "A pull request can't be pinned: GitHub pins issues alone."
	saySameRepository = "This issue is in that repository already."
)

func sayNoRepositoryName(arg string) string {
	return fmt.Sprintf("%s is no name of a repository.", code(arg))
}

func sayOtherOwner(arg, owner string) string {
	return fmt.Sprintf("GitHub transfers issues between repositories of one owner only: %s is not one of %s.", code(arg), code(owner))
}

func sayNoTarget(name string) string {
	return fmt.Sprintf("There is no repository %s, or I may not write to it.", code(name))
}

func sayNoIssues(name string) string {
	return fmt.Sprintf("The repository %s has its issues turned off.", code(name))
}

func sayTransferRefused(to string) string {
	return fmt.Sprintf("GitHub refuses to transfer this to %s:", code(to))
}

func sayNoPin(approvers, roles []string) string {
	if len(approvers) == 0 {
		return "`/pin-issue` and `/unpin-issue` count from the approvers in the OWNERS file at the root, and it has none."
	}
	return fmt.Sprintf("`/pin-issue` and `/unpin-issue` count from the approvers in the OWNERS file at the root who have one of the roles %s in this repository: %s.", codes(roles), names(approvers))
}

func sayPinRefused(on bool) string {
	if on {
		return "GitHub refuses to pin this issue. It pins three in a repository at most; `/unpin-issue` takes another one off. It says:"
	}
	return "GitHub refuses to unpin this issue:"
}

// SayRefused returns the body of a Reply that tells of a refusal, with GitHub's
// reason.
func SayRefused(body, reason string) string { return body + "\n\n" + block(reason) }
