// SPDX-License-Identifier: Apache-2.0

// Package kube runs jobs on Kubernetes: a [Runner] is a run.Runner.
//
// A run is a Job of batch/v1, and its pod has the test between utilities of ours
// (infra/pod): what clones before it, what keeps time and log around it, and a
// container that lives until the results were fetched. Nothing in the pod knows
// an address or a credential of the platform: results are asked for by exec,
// through the API server. Pods that are evicted or whose node is lost are tried
// again by the Job; what never begins is ended after a time, with the reason.
//
// It watches and does not poll. It needs the rights of [RBAC] in one namespace,
// and no more. Where and when a pod runs is the cluster's business. It is the
// only package that may import k8s.io; packages of infra may import it. It hides
// how a run is written down in Kubernetes.
package kube

import (
	"archive/tar"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/pod"
)

// RBAC is the Role that a Runner needs, as YAML.
//
//go:embed rbac.yaml
var RBAC string

// Config says how jobs run on a cluster.
type Config struct {
	Cluster   *rest.Config
	Namespace string
	// UtilityImage has this repository's infra at UtilityCommand, which is
	// /infra if it is empty.
	UtilityImage, UtilityCommand string
	// Timeout and Grace are those of jobs that do not say; 0 is two hours and
	// fifteen seconds.
	Timeout, Grace time.Duration
	// Pending is how long a pod may take to begin, Unscheduled how long to get a
	// node; 0 is ten minutes and five.
	Pending, Unscheduled time.Duration
	// Keep is how long results wait to be fetched; 0 is a day.
	Keep time.Duration
}

func (c Config) withDefaults() Config {
	def := func(p *time.Duration, d time.Duration) {
		if *p == 0 {
			*p = d
		}
	}
	def(&c.Timeout, 2*time.Hour)
	def(&c.Grace, 15*time.Second)
	def(&c.Pending, 10*time.Minute)
	def(&c.Unscheduled, 5*time.Minute)
	def(&c.Keep, 24*time.Hour)
	if c.UtilityCommand == "" {
		c.UtilityCommand = "/infra"
	}
	return c
}

// Runner runs jobs on a cluster. It is safe concurrently.
type Runner struct {
	config Config
	client kubernetes.Interface
}

var _ run.Runner = (*Runner)(nil)

// New makes a Runner. It makes no request.
func New(config Config) (*Runner, error) {
	config = config.withDefaults()
	if config.Namespace == "" || config.UtilityImage == "" {
		return nil, errors.New("runs on Kubernetes need a namespace and a utility image")
	}
	client, err := kubernetes.NewForConfig(config.Cluster)
	if err != nil {
		return nil, err
	}
	return &Runner{config: config, client: client}, nil
}

// get returns a run's Job; the error wraps [run.ErrNoRun] if there is none.
func (r *Runner) get(ctx context.Context, id string) (*batchv1.Job, error) {
	j, err := r.client.BatchV1().Jobs(r.config.Namespace).Get(ctx, name(id), metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && j.DeletionTimestamp != nil {
		return nil, fmt.Errorf("run %q in namespace %s: %w", id, r.config.Namespace, run.ErrNoRun)
	}
	return j, err
}

// Start implements [run.Runner].
func (r *Runner) Start(ctx context.Context, spec run.Spec) error {
	j, err := r.config.manifest(spec)
	if err != nil {
		return fmt.Errorf("%w: %w", run.ErrRefused, err)
	}
	if _, err := r.get(ctx, spec.ID); !errors.Is(err, run.ErrNoRun) {
		return err
	}
	err = r.apply(ctx, j)
	if apierrors.IsInvalid(err) {
		return fmt.Errorf("%w: %w", run.ErrRefused, err)
	}
	return err
}

// apply makes a Job, or makes it so, by server-side apply.
func (r *Runner) apply(ctx context.Context, j *batchv1.Job) error {
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	_, err = r.client.BatchV1().Jobs(r.config.Namespace).Patch(ctx, j.Name, types.ApplyPatchType, text, metav1.PatchOptions{FieldManager: manager, Force: new(true)})
	return err
}

// pods are those of a run.
func (r *Runner) pods(ctx context.Context, id string) ([]*corev1.Pod, error) {
	list, err := r.client.CoreV1().Pods(r.config.Namespace).List(ctx, metav1.ListOptions{LabelSelector: runLabel + "=" + id})
	if err != nil {
		return nil, err
	}
	var all []*corev1.Pod
	for i := range list.Items {
		all = append(all, &list.Items[i])
	}
	return all, nil
}

func (r *Runner) see(ctx context.Context, id string) (seen, error) {
	j, err := r.get(ctx, id)
	if err != nil {
		return seen{}, err
	}
	pods, err := r.pods(ctx, id)
	if err != nil {
		return seen{}, err
	}
	return r.config.look(j, pods), nil
}

// Status implements [run.Runner].
func (r *Runner) Status(ctx context.Context, id string) (run.Status, error) {
	s, err := r.see(ctx, id)
	return s.Status, err
}

// Abort implements [run.Runner]. A test that runs is asked to end; what does not
// run yet is ended.
func (r *Runner) Abort(ctx context.Context, id, why string) error {
	s, err := r.see(ctx, id)
	if err != nil || s.State.Done() {
		return err
	}
	if s.pod != nil && running(s.pod, gatherer) {
		err := r.exec(ctx, s.pod.Name, io.Discard, "abort", "--", why)
		if err == nil {
			return nil
		}
		// It may have ended meanwhile.
		if s, again := r.see(ctx, id); again == nil && s.State.Done() {
			return nil
		}
		return err
	}
	return r.stop(ctx, id, pod.End{State: job.Aborted, Why: why})
}

func running(p *corev1.Pod, container string) bool {
	for _, c := range p.Status.ContainerStatuses {
		if c.Name == container {
			return c.State.Running != nil
		}
	}
	return false
}

// stop ends a run from outside: its Job is suspended, which ends its pods, and
// says how.
func (r *Runner) stop(ctx context.Context, id string, end pod.End) error {
	text, err := json.Marshal(end)
	if err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"annotations": map[string]string{endAnnotation: string(text)}},
		"spec":     map[string]any{"suspend": true},
	})
	if err != nil {
		return err
	}
	_, err = r.client.BatchV1().Jobs(r.config.Namespace).Patch(ctx, name(id), types.MergePatchType, patch, metav1.PatchOptions{})
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("run %q: %w", id, run.ErrNoRun)
	}
	return err
}

// exec runs one of our programs in the container that gathers results.
func (r *Runner) exec(ctx context.Context, podName string, stdout io.Writer, args ...string) error {
	req := r.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(r.config.Namespace).Name(podName).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{
			Container: gatherer, Command: append([]string{r.config.UtilityCommand, "pod"}, args...), Stdout: true, Stderr: true,
		}, scheme.ParameterCodec)
	executor, err := remotecommand.NewWebSocketExecutor(r.config.Cluster, "GET", req.URL().String())
	if err != nil {
		return err
	}
	var said bytes.Buffer
	if err := executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdout: stdout, Stderr: &said}); err != nil {
		return fmt.Errorf("%s in pod %s: %w: %s", args[0], podName, err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// Log implements [run.Runner].
func (r *Runner) Log(ctx context.Context, id string, to io.Writer) error {
	container := ""
	err := r.until(ctx, id, func(s seen) bool {
		if s.pod == nil {
			return s.State.Done()
		}
		container = s.pod.Spec.Containers[0].Name
		for _, c := range s.pod.Status.ContainerStatuses {
			if c.Name == container && c.State.Waiting == nil {
				return true
			}
		}
		return s.State.Done()
	})
	if err != nil {
		return err
	}
	s, err := r.see(ctx, id)
	if err != nil || s.pod == nil || container == "" {
		return err
	}
	stream, err := r.client.CoreV1().Pods(r.config.Namespace).GetLogs(s.pod.Name, &corev1.PodLogOptions{Container: container, Follow: true}).Stream(ctx)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, stream)
	return errors.Join(err, stream.Close())
}

// Fetch implements [run.Runner].
func (r *Runner) Fetch(ctx context.Context, id, dir string) error {
	s, err := r.see(ctx, id)
	if err != nil {
		return err
	}
	if !s.State.Done() {
		return fmt.Errorf("run %s is not over: it has no results yet", id)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(dir), ".fetch-")
	if err != nil {
		return err
	}
	if s.pod != nil && running(s.pod, gatherer) {
		err = r.unpack(ctx, s, temporary)
	} else {
		err = r.bare(ctx, s, temporary)
	}
	if err = errors.Join(err, os.Chmod(temporary, 0o755)); err == nil {
		err = os.Rename(temporary, dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("results of run %s: %w", id, err), os.RemoveAll(temporary))
	}
	return nil
}

// Limits of what a pod may send.
const (
	maxFetched = 3 << 30
	maxNames   = 20000
)

// unpack asks a pod for its results. What comes is a stranger's: files and
// folders are taken, in their folder, and nothing else.
func (r *Runner) unpack(ctx context.Context, s seen, dir string) (err error) {
	end, err := json.Marshal(pod.End{State: s.State, Why: s.Why})
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	from, to := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		err := r.exec(ctx, s.pod.Name, to, "results", "--end", string(end), "--at", s.Ended.Format(time.RFC3339))
		to.CloseWithError(err)
		sent <- err
	}()
	err = untar(io.LimitReader(from, maxFetched), root)
	// Whoever still writes is to stop.
	from.CloseWithError(err)
	return errors.Join(err, <-sent)
}

func untar(from io.Reader, root *os.Root) error {
	archive := tar.NewReader(from)
	for names := 0; ; names++ {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, from)
			return err
		}
		if err != nil {
			return err
		}
		if names >= maxNames {
			return fmt.Errorf("it sent more than %d files", maxNames)
		}
		name := path.Clean(header.Name)
		if !filepath.IsLocal(name) {
			return fmt.Errorf("it sent a file called %q, which is not in its folder", header.Name)
		}
		switch header.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(name, 0o755)
		case tar.TypeReg:
			err = writeFile(root, name, archive)
		default:
			err = fmt.Errorf("it sent %q, which is neither a file nor a folder", header.Name)
		}
		if err != nil {
			return err
		}
	}
}

func writeFile(root *os.Root, name string, from io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Close())
}

// bare makes the results of a run whose pod is gone, or never began.
func (r *Runner) bare(_ context.Context, s seen, dir string) error {
	finished := run.Finished{Timestamp: s.Ended.Unix(), Result: "FAILURE", Metadata: map[string]any{"why": s.Why}}
	if s.State == job.Aborted {
		finished.Result = "ABORTED"
	}
	text, err := json.MarshalIndent(finished, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, run.FinishedFile), append(text, '\n'), 0o644)
}

// Remove implements [run.Runner].
func (r *Runner) Remove(ctx context.Context, id string) error {
	s, err := r.see(ctx, id)
	if err != nil {
		return err
	}
	if !s.State.Done() {
		return fmt.Errorf("run %s is not over: abort it first", id)
	}
	background := metav1.DeletePropagationBackground
	err = r.client.BatchV1().Jobs(r.config.Namespace).Delete(ctx, name(id), metav1.DeleteOptions{PropagationPolicy: &background})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
