// SPDX-License-Identifier: Apache-2.0

package cut

import "github.com/lanner-project/lanner/release/plan"

// steps is the order of everything. What users could see comes after all that
// could fail: the tag is the point of no return.
func (r *Release) steps() []Step {
	if r.plan.Kind == plan.KindYank {
		return []Step{
			r.stepTracking(),
			r.stepBranch(),
			r.stepPullRequest(),
			r.stepApproval(),
			r.stepTag(),      // of the version that retracts itself and the withdrawn one
			r.stepWithdraw(), // the release says so, latest goes back
			r.stepIndex(),
			r.stepForward(),
			r.stepClose(),
		}
	}
	return []Step{
		r.stepTracking(),
		r.stepBranch(),
		r.stepPullRequest(),
		r.stepApproval(),
		r.stepBuild(),    // twice, compared, signed
		r.stepRehearse(), // install it before it exists
		r.stepDraft(),
		r.stepUpload(),
		r.stepVerifyUpload(),
		r.stepTag(), // the point of no return
		r.stepPublish(),
		r.stepIndex(),
		r.stepMilestone(),
		r.stepForward(),
		r.stepClose(),
	}
}
