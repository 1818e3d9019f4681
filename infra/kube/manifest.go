// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/pod"
)

// Labels and annotations of what the package makes.
const (
	managedBy      = "app.kubernetes.io/managed-by"
	manager        = "lanner"
	runLabel       = "lanner.dev/run"
	jobLabel       = "lanner.dev/job"
	pullLabel      = "lanner.dev/pull"
	jobAnnotation  = "lanner.dev/job"
	repoAnnotation = "lanner.dev/repo"
	// endAnnotation is a pod.End: how a run ended whose pod does not say so.
	endAnnotation = "lanner.dev/end"
)

// gatherer is the container that the results are asked of.
const gatherer = "results"

// The volumes that a run's pod has beside the job's own.
const (
	logsVolume  = "logs"
	codeVolume  = "code"
	toolsVolume = "tools"
)

// manifest is the Job of a run. An error is the job's.
func (c Config) manifest(spec run.Spec) (*batchv1.Job, error) {
	if err := spec.Check(); err != nil {
		return nil, err
	}
	p, err := podOf(spec)
	if err != nil {
		return nil, err
	}
	timeout, grace := c.Timeout, c.Grace
	if d := spec.Job.Decoration; d.Timeout > 0 {
		timeout = d.Timeout
	}
	if d := spec.Job.Decoration; d.GracePeriod > 0 {
		grace = d.GracePeriod
	}
	if err := c.decorate(&p, spec, timeout, grace); err != nil {
		return nil, err
	}
	labels := map[string]string{managedBy: manager, runLabel: spec.ID, jobLabel: labelValue(spec.Job.Name)}
	annotations := map[string]string{jobAnnotation: spec.Job.Name}
	if r := spec.Refs; r != nil {
		annotations[repoAnnotation] = r.Org + "/" + r.Repo
		if len(r.Pulls) == 1 {
			labels[pullLabel] = strconv.Itoa(r.Pulls[0].Number)
		}
	}
	own := maps.Clone(spec.Job.Labels)
	if own == nil {
		own = make(map[string]string)
	}
	maps.Copy(own, labels)
	notes := maps.Clone(spec.Job.Annotations)
	if notes == nil {
		notes = make(map[string]string)
	}
	maps.Copy(notes, annotations)
	policy := &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
		// The node went away, or wanted room: it was not the job's doing.
		Action: batchv1.PodFailurePolicyActionIgnore,
		OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{
			Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue,
		}},
	}}}
	if spec.Job.ErrorOnEviction {
		policy.Rules[0].Action = batchv1.PodFailurePolicyActionFailJob
	}
	// The pod lives until its results are fetched, and no longer than this if
	// nobody comes for them.
	deadline := int64((timeout + grace + c.Keep).Seconds())
	return &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name(spec.ID), Namespace: c.Namespace, Labels: own, Annotations: notes},
		Spec: batchv1.JobSpec{
			BackoffLimit: new(int32(0)), PodFailurePolicy: policy, ActiveDeadlineSeconds: &deadline,
			TTLSecondsAfterFinished: new(int32(c.Keep.Seconds())),
			Template:                corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: own, Annotations: notes}, Spec: p},
		},
	}, nil
}

// name is the name of a run's Job.
func name(id string) string { return "lanner-" + id }

// labelValue is the part of a text that may be the value of a label.
func labelValue(text string) string {
	text = text[:min(len(text), 63)]
	for text != "" && !isAlphanumeric(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	for text != "" && !isAlphanumeric(text[0]) {
		text = text[1:]
	}
	return text
}

func isAlphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// podOf is the pod as the job has it.
func podOf(spec run.Spec) (corev1.PodSpec, error) {
	var p corev1.PodSpec
	text, err := json.Marshal(spec.Job.Pod.Raw)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return p, fmt.Errorf("spec: %w", err)
	}
	if len(p.Containers) == 0 {
		return p, fmt.Errorf("the pod has no container: there is nothing to run")
	}
	for i := range p.Containers {
		c := &p.Containers[i]
		if c.Name == "" {
			c.Name = "test"
		}
		if len(c.Command)+len(c.Args) == 0 {
			return p, fmt.Errorf("container %s has neither command nor args: the command of an image cannot be watched over", c.Name)
		}
	}
	return p, nil
}

// decorate puts around the test what clones, keeps time and gathers results.
func (c Config) decorate(p *corev1.PodSpec, spec run.Spec, timeout, grace time.Duration) error {
	raw, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	env, err := spec.Env()
	if err != nil {
		return err
	}
	env["ARTIFACTS"], env["GOPATH"] = pod.Logs+"/"+run.ArtifactsDir, pod.Go
	folder, err := pod.Folder(spec)
	if err != nil {
		return err
	}
	var given []corev1.EnvVar
	for _, key := range slices.Sorted(maps.Keys(env)) {
		// A value is no expression: $(X) in a title is a title.
		given = append(given, corev1.EnvVar{Name: key, Value: escape(env[key])})
	}
	secrets := make(map[string]bool)
	multiple := len(p.Containers) > 1
	for i := range p.Containers {
		c.wrap(&p.Containers[i], *p, multiple, timeout, grace, secrets)
		t := &p.Containers[i]
		t.Env = append(slices.Clone(given), t.Env...)
		if t.WorkingDir == "" {
			t.WorkingDir = folder
		}
	}
	logs, code, tools := mount(logsVolume, pod.Logs), mount(codeVolume, pod.Go), mount(toolsVolume, pod.Tools)
	utility := func(name string, args []string, mounts ...corev1.VolumeMount) corev1.Container {
		return corev1.Container{
			Name: name, Image: c.UtilityImage, ImagePullPolicy: corev1.PullIfNotPresent, Command: append([]string{c.UtilityCommand, "pod"}, args...),
			Env: []corev1.EnvVar{{Name: pod.SpecVariable, Value: escape(string(raw))}}, VolumeMounts: mounts,
			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		}
	}
	p.InitContainers = []corev1.Container{utility("clonerefs", []string{"clone"}, logs, code), utility("place-entrypoint", []string{"place"}, tools)}
	last := utility(gatherer, []string{"wait"}, logs)
	for _, volume := range []string{logsVolume, codeVolume, toolsVolume} {
		p.Volumes = append(p.Volumes, corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
	}
	for i, secret := range slices.Sorted(maps.Keys(secrets)) {
		volume := "censored-" + strconv.Itoa(i)
		p.Volumes = append(p.Volumes, corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
			Secret: &corev1.SecretVolumeSource{SecretName: secret, Optional: new(true)},
		}})
		m := mount(volume, pod.Secrets+"/"+secret)
		m.ReadOnly = true
		last.VolumeMounts = append(last.VolumeMounts, m)
	}
	p.Containers = append(p.Containers, last)
	p.RestartPolicy = corev1.RestartPolicyNever
	p.TerminationGracePeriodSeconds = new(int64(grace.Seconds()) + 5)
	if p.AutomountServiceAccountToken == nil && p.ServiceAccountName == "" {
		p.AutomountServiceAccountToken = new(false)
	}
	return nil
}

func mount(volume, path string) corev1.VolumeMount {
	return corev1.VolumeMount{Name: volume, MountPath: path}
}

// escape keeps Kubernetes from reading $(NAME) in a value.
func escape(text string) string {
	out := make([]byte, 0, len(text))
	for i := range len(text) {
		if text[i] == '$' && i+1 < len(text) && (text[i+1] == '(' || text[i+1] == '$') {
			out = append(out, '$')
		}
		out = append(out, text[i])
	}
	return string(out)
}

// wrap has the entrypoint start what a container runs, and notes its secrets.
func (c Config) wrap(t *corev1.Container, p corev1.PodSpec, multiple bool, timeout, grace time.Duration, secrets map[string]bool) {
	log := run.LogFile
	if multiple {
		log = t.Name + "-" + log
	}
	words := []string{pod.Tools + "/infra", "pod", "entrypoint", "--name", t.Name, "--log", log, "--timeout", timeout.String(), "--grace", grace.String()}
	for _, v := range t.Env {
		if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil {
			words = append(words, "--secret-variable", v.Name)
			secrets[v.ValueFrom.SecretKeyRef.Name] = true
		}
	}
	for _, m := range t.VolumeMounts {
		for _, v := range p.Volumes {
			if v.Name == m.Name && v.Secret != nil {
				words = append(words, "--secret-folder", m.MountPath)
				secrets[v.Secret.SecretName] = true
			}
		}
	}
	words = append(words, "--")
	t.Args = slices.Concat(t.Command, t.Args)
	t.Command = words
	t.VolumeMounts = append(t.VolumeMounts, mount(logsVolume, pod.Logs), mount(codeVolume, pod.Go), mount(toolsVolume, pod.Tools))
}
