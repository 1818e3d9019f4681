// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"slices"
)

// routes lists every endpoint that is served, below /api/v3 and /api/uploads.
func routes() []route {
	return slices.Concat(
		siteRoutes,
		switchRoutes,
		userRoutes,
		appRoutes,
		orgRoutes,
		repoRoutes,
		collaboratorRoutes,
		teamRoutes,
		branchRoutes,
		protectionRoutes,
		rulesetRoutes,
		issueRoutes,
		labelRoutes,
		milestoneRoutes,
		commentRoutes,
		reactionRoutes,
		issueEventRoutes,
		pullRoutes,
		reviewRoutes,
		reviewCommentRoutes,
		reviewerRoutes,
		hookRoutes,
		releaseRoutes,
		releaseNotesRoutes,
		assetRoutes,
		archiveRoutes,
		actionsRoutes,
		searchRoutes,
		graphqlRoutes,
		statusRoutes,
		checkRoutes,
		commitRoutes,
		gitRefRoutes,
		gitObjectRoutes,
		contentsRoutes,
	)
}

// webRoutes lists what is served outside the REST interface: git, downloads.
func webRoutes() []route {
	return slices.Concat(
		gitRoutes,
		downloadRoutes,
		rawRoutes,
	)
}

// followers lists what else happens in the transaction that records a change
// of a branch or tag, in order.
func followers() []func(*view, *repository, refChange) error {
	return []func(*view, *repository, refChange) error{
		followPulls,
	}
}

// workers lists what runs in the background until its context ends.
func workers() []func(*Server, context.Context) {
	return []func(*Server, context.Context){
		(*Server).deliverWebhooks,
		(*Server).testMerges,
	}
}
