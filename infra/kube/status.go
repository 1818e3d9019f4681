// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/pod"
)

// seen is what Kubernetes knows of a run.
type seen struct {
	run.Status
	pod *corev1.Pod // the last one, or nil
	// Stuck is why the pod does not begin, and Until when it may still.
	stuck string
	until time.Time
}

// look makes a run's status out of its Job and its pods.
func (c Config) look(j *batchv1.Job, pods []*corev1.Pod) seen {
	s := seen{Status: run.Status{ID: j.Labels[runLabel], State: job.Pending, Began: j.CreationTimestamp.UTC()}}
	var end pod.End
	if text := j.Annotations[endAnnotation]; text != "" && json.Unmarshal([]byte(text), &end) == nil && end.State.Done() {
		s.State, s.Why, s.Ended = end.State, end.Why, j.CreationTimestamp.UTC()
		if at := j.Status.CompletionTime; at != nil {
			s.Ended = at.UTC()
		}
		return s
	}
	for _, p := range pods {
		if s.pod == nil || s.pod.CreationTimestamp.Before(&p.CreationTimestamp) {
			s.pod = p
		}
	}
	if s.pod != nil {
		if s.pod.Status.StartTime != nil {
			s.Began = s.pod.Status.StartTime.UTC()
		}
		if s.ended() {
			return s
		}
		c.waiting(&s)
	}
	for _, condition := range j.Status.Conditions {
		if condition.Type == batchv1.JobFailed && condition.Status == corev1.ConditionTrue {
			s.State, s.Ended = job.Error, condition.LastTransitionTime.UTC()
			s.Why = fmt.Sprintf("%s: %s", condition.Reason, condition.Message)
		}
	}
	return s
}

// ended says how the test ended, if all of it did.
func (s *seen) ended() bool {
	var ends []pod.End
	var last time.Time
	for _, c := range s.pod.Status.ContainerStatuses {
		if c.Name == gatherer {
			continue
		}
		over := c.State.Terminated
		if over == nil {
			return false
		}
		ends = append(ends, endOf(c.Name, over))
		if last.Before(over.FinishedAt.Time) {
			last = over.FinishedAt.Time
		}
	}
	if len(ends) != len(s.pod.Spec.Containers)-1 {
		return false
	}
	// A pod that was evicted is tried again, or is an error by its Job.
	if disrupted(s.pod) {
		return false
	}
	s.State, s.Ended = job.Success, last.UTC()
	for _, state := range []job.State{job.Error, job.Aborted, job.Failure} {
		if i := slices.IndexFunc(ends, func(e pod.End) bool { return e.State == state }); i >= 0 {
			s.State, s.Why = state, ends[i].Why
			break
		}
	}
	return true
}

func disrupted(p *corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue
	})
}

func endOf(name string, over *corev1.ContainerStateTerminated) pod.End {
	var end pod.End
	told := json.Unmarshal([]byte(over.Message), &end) == nil && end.State.Done()
	switch {
	case over.Reason == "OOMKilled":
		return pod.End{State: job.Failure, Why: "out of memory: " + name + " was killed at its limit"}
	case told:
		return end
	case over.ExitCode == 0:
		return pod.End{State: job.Error, Why: name + " ended without saying how"}
	}
	return pod.End{State: job.Error, Why: fmt.Sprintf("%s was not run: %s, exit %d: %.500s", name, over.Reason, over.ExitCode, over.Message)}
}

// waiting says why a pod does not begin, if it does not.
func (c Config) waiting(s *seen) {
	began := s.pod.CreationTimestamp.Time
	for _, condition := range s.pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			s.stuck, s.until = "no node takes it: "+condition.Message, began.Add(c.Unscheduled)
			return
		}
	}
	for _, container := range slices.Concat(s.pod.Status.InitContainerStatuses, s.pod.Status.ContainerStatuses) {
		wait := container.State.Waiting
		if wait != nil && wait.Reason != "PodInitializing" && wait.Reason != "ContainerCreating" {
			s.stuck, s.until = fmt.Sprintf("container %s waits: %s: %s", container.Name, wait.Reason, wait.Message), began.Add(c.Pending)
			return
		}
	}
	if s.pod.Status.Phase == corev1.PodPending {
		s.stuck, s.until = "the pod is still pending", began.Add(c.Pending)
	}
}
