// SPDX-License-Identifier: Apache-2.0

package run

import (
	"fmt"
	"time"

	"github.com/lanner-project/lanner/infra/job"
)

// The files of a run's results, beside which are its artifacts.
const (
	StartedFile  = "started.json"
	FinishedFile = "finished.json" // comes last: what has it is complete
	LogFile      = "build-log.txt"
	CloneLogFile = "clone-log.txt"
	ArtifactsDir = "artifacts"
)

// Started is started.json.
type Started struct {
	Timestamp int64             `json:"timestamp"`
	Pull      string            `json:"pull,omitempty"`
	Repos     map[string]string `json:"repos,omitempty"`
	// Commit is what was tested, once it is cloned; of several pull requests it
	// is their merge.
	Commit string `json:"repo-commit,omitempty"`
	// Version is the newest of what is tested: old readers want it.
	Version  string         `json:"repo-version,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

// Finished is finished.json.
type Finished struct {
	Timestamp int64          `json:"timestamp"`
	Passed    bool           `json:"passed"`
	Result    string         `json:"result"`
	Revision  string         `json:"revision,omitempty"`
	Metadata  map[string]any `json:"metadata,omitempty"`
}

// Started says that the run begins. Commit is what was cloned, or empty.
func (s Spec) Started(at time.Time, commit string) Started {
	out := Started{Timestamp: at.Unix(), Commit: commit, Version: s.revision()}
	if s.Type == job.Presubmit && s.Refs != nil && len(s.Refs.Pulls) > 0 {
		out.Pull = fmt.Sprint(s.Refs.Pulls[0].Number)
	}
	for _, r := range s.all() {
		if out.Repos == nil {
			out.Repos = make(map[string]string)
		}
		out.Repos[r.Org+"/"+r.Repo] = r.String()
	}
	return out
}

// Finished says how the run ended. It is an error to say so of one that is
// not over. What could not be run is a FAILURE here: readers of this file know
// three results.
func (s Spec) Finished(at time.Time, state job.State) (Finished, error) {
	out := Finished{Timestamp: at.Unix(), Passed: state == job.Success, Revision: s.revision()}
	switch state {
	case job.Success:
		out.Result = "SUCCESS"
	case job.Aborted:
		out.Result = "ABORTED"
	case job.Failure, job.Error:
		out.Result = "FAILURE"
	default:
		return out, fmt.Errorf("run %s is %s: it has no result yet", s.ID, state)
	}
	return out, nil
}

func (s Spec) all() []Refs {
	var all []Refs
	if s.Refs != nil {
		all = append(all, *s.Refs)
	}
	return append(all, s.Extra...)
}

// revision is the head of the first pull request, or the base. Without
// a repository of its own the first of the extra ones counts.
func (s Spec) revision() string {
	all := s.all()
	if len(all) == 0 {
		return ""
	}
	main := all[0]
	switch {
	case len(main.Pulls) > 0:
		return main.Pulls[0].SHA
	case main.BaseSHA != "":
		return main.BaseSHA
	}
	return main.BaseRef
}
