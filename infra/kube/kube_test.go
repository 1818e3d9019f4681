// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/job/run/runtest"
	"github.com/lanner-project/lanner/infra/kube/kubetest"
	"github.com/lanner-project/lanner/infra/local"
)

// clusterVariable asks for the tests with a real node: make cluster.
const clusterVariable = "LANNER_TEST_CLUSTER"

func TestMain(m *testing.M) {
	if code, is := local.Child(os.Args); is {
		os.Exit(code)
	}
	if os.Getenv(clusterVariable) != "" {
		if code, entered := kubetest.Enter(); entered {
			os.Exit(code)
		}
	}
	os.Exit(m.Run())
}

func admin(t testing.TB, c *kubetest.Cluster) kubernetes.Interface {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig("admin"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// place makes the namespace for jobs, where the user "runner" has the rights of
// RBAC and no others, and returns how it runs jobs there.
func place(t testing.TB, c *kubetest.Cluster) Config {
	t.Helper()
	const namespace = "jobs"
	client := admin(t, c)
	ctx := t.Context()
	var role rbacv1.Role
	if err := yaml.UnmarshalStrict([]byte(RBAC), &role); err != nil {
		t.Fatal(err)
	}
	_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// No controller makes it where there is none, and no pod is admitted without.
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	_, accountErr := client.CoreV1().ServiceAccounts(namespace).Create(ctx, account, metav1.CreateOptions{})
	_, roleErr := client.RbacV1().Roles(namespace).Create(ctx, &role, metav1.CreateOptions{})
	_, bindErr := client.RbacV1().RoleBindings(namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		Subjects:   []rbacv1.Subject{{Kind: "User", APIGroup: "rbac.authorization.k8s.io", Name: "runner"}},
		RoleRef:    rbacv1.RoleRef{Kind: "Role", APIGroup: "rbac.authorization.k8s.io", Name: role.Name},
	}, metav1.CreateOptions{})
	if err := errors.Join(accountErr, roleErr, bindErr); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig("runner"))
	if err != nil {
		t.Fatal(err)
	}
	return Config{Cluster: config, Namespace: namespace, UtilityImage: "lanner.test/infra:1", Pending: time.Minute, Unscheduled: time.Minute}
}

func spec(t testing.TB, id, text string) run.Spec {
	t.Helper()
	config, err := job.ParseRepo("alice/demo", nil, job.File{Name: ".prow.yaml", Src: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return run.Spec{ID: id, Build: "1", Type: job.Periodic, Job: config.All()[0]}
}

const idle = `
presubmits:
- name: idle
  decorate: true
  always_run: true
  labels: {team: a}
  spec: {containers: [{image: x, command: [sleep, "600"]}]}
`

// TestAPI has an API server and no node: what is asked of it, with which rights.
func TestAPI(t *testing.T) {
	c := kubetest.Start(t)
	config := place(t, c)
	config.Unscheduled, config.Pending = time.Second, time.Second
	r, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	s := spec(t, "one", idle)
	for range 2 {
		if err := r.Start(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	client := admin(t, c)
	list, err := client.BatchV1().Jobs("jobs").List(ctx, metav1.ListOptions{})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("%d Jobs, %v", len(list.Items), err)
	}
	made := list.Items[0]
	if made.Labels["team"] != "a" || made.Labels[jobLabel] != "idle" || made.ManagedFields[0].Manager != manager || made.ManagedFields[0].Operation != "Apply" {
		t.Errorf("made: %+v", made.ObjectMeta)
	}
	if status, err := r.Status(ctx, "one"); err != nil || status.State != job.Pending {
		t.Errorf("status %+v, %v", status, err)
	}
	if err := r.Remove(ctx, "one"); err == nil {
		t.Error("a run that is not over was removed")
	}
	// No controller is there to make its pod.
	if err := r.Abort(ctx, "one", "not wanted"); err != nil {
		t.Fatal(err)
	}
	if status, err := r.Status(ctx, "one"); err != nil || status.State != job.Aborted || status.Why != "not wanted" {
		t.Errorf("aborted: %+v, %v", status, err)
	}
	dir := filepath.Join(t.TempDir(), "results")
	if err := r.Fetch(ctx, "one", dir); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, run.FinishedFile)); err != nil || !strings.Contains(string(text), `"ABORTED"`) {
		t.Errorf("finished.json: %s, %v", text, err)
	}
	stuckPod(t, client, r)
	if err := r.Remove(ctx, "one"); err != nil {
		t.Error(err)
	}
	if _, err := r.Status(ctx, "one"); !errors.Is(err, run.ErrNoRun) {
		t.Errorf("removed: %v", err)
	}
	bad := spec(t, "bad", strings.Replace(idle, "image: x, command", "image: x, workingDir: x, resources: {limits: {memory: lots}}, command", 1))
	if err := r.Start(ctx, bad); !errors.Is(err, run.ErrRefused) {
		t.Errorf("a pod that cannot be: %v", err)
	}
	if _, err := r.client.CoreV1().Secrets("jobs").List(ctx, metav1.ListOptions{}); err == nil {
		t.Error("it may read secrets")
	}
}

// stuckPod has a pod that no node takes: the run ends after a time, and says why.
func stuckPod(t *testing.T, client kubernetes.Interface, r *Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := r.Start(ctx, spec(t, "two", idle)); err != nil {
		t.Fatal(err)
	}
	j, err := r.config.withDefaults().manifest(spec(t, "two", idle))
	if err != nil {
		t.Fatal(err)
	}
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "two-x", Namespace: "jobs", Labels: j.Spec.Template.Labels}, Spec: j.Spec.Template.Spec}
	if p, err = client.CoreV1().Pods("jobs").Create(ctx, p, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes fit"}}
	if _, err := client.CoreV1().Pods("jobs").UpdateStatus(ctx, p, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	var last run.Status
	told := 0
	err = r.Watch(ctx, func(s run.Status) {
		told++
		if last = s; s.ID == "two" && s.State.Done() {
			cancel()
		}
	})
	if err != nil || last.State != job.Error || !strings.Contains(last.Why, "0/3 nodes fit") {
		t.Errorf("after %d statuses %+v, %v", told, last, err)
	}
}

// TestCluster runs real pods.
func TestCluster(t *testing.T) {
	if os.Getenv(clusterVariable) == "" {
		t.Skip("skipped: a node takes half a minute to start; make cluster runs it")
	}
	c := kubetest.Start(t)
	config := place(t, c)
	c.StartNode(images(t))
	client := admin(t, c)
	_, err := client.CoreV1().Secrets("jobs").Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "deploy"}, StringData: map[string]string{"token": runtest.Secret},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	gitDaemon(t)
	t.Cleanup(func() { explain(t, client) })
	t.Run("Twenty", func(t *testing.T) { twenty(t, config) })
	runtest.Test(t, runtest.Harness{
		Image: "lanner.test/shell:1", Patience: 2 * time.Minute,
		Clone: func(dir string) string { return "git://" + net.JoinHostPort(kubetest.NodeIP, "9418") + dir },
		Open: func(t *testing.T) run.Runner {
			t.Helper()
			r, err := New(config)
			if err != nil {
				t.Fatal(err)
			}
			return r
		},
	})
}

// twenty runs the same twenty jobs as pods and as processes: they end in the same
// way, for the same reason, and leave the same files.
func twenty(t *testing.T, config Config) {
	scripts := []string{
		"echo fine", "echo x > $ARTIFACTS/x", "mkdir -p $ARTIFACTS/a/b && echo 1 > $ARTIFACTS/a/b/c && echo 2 > $ARTIFACTS/d", "exit 1", "echo x >&2; exit 42",
		"kill -TERM $$$$", "sleep 60", "trap '' INT; echo x > $ARTIFACTS/late; while :; do sleep 0.1; done", "false", "no-such-program", "(sleep 600 &)", "cd /nowhere",
		"env | grep -c ^JOB_", "cat /proc/self/status | grep -c Cap", "ln -s /etc $ARTIFACTS/etc; echo 1 > $ARTIFACTS/one", "echo $0", "pwd; ls", "seq 100000", "exec true", "test -z \"$PULL_NUMBER\"",
	}
	var text strings.Builder
	text.WriteString("presubmits:\n")
	for i, script := range scripts {
		fmt.Fprintf(&text, "- {name: job-%d, decorate: true, decoration_config: {timeout: 3s, grace_period: 1s}, spec: {containers: [{image: \"lanner.test/shell:1\", command: [sh, -c, %q]}]}}\n", i, script)
	}
	jobs, err := job.ParseRepo("alice/demo", nil, job.File{Name: ".prow.yaml", Src: []byte(text.String())})
	if err != nil {
		t.Fatal(err)
	}
	pods, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	processes, err := local.New(local.Config{Dir: filepath.Join(t.TempDir(), "runs")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := processes.Close(); err != nil {
			t.Error(err)
		}
	}()
	here, there := outcomes(t, processes, jobs.All()), outcomes(t, pods, jobs.All())
	if len(here) != len(scripts) {
		t.Errorf("%d jobs", len(here))
	}
	for name, want := range here {
		if there[name] != want {
			t.Errorf("%s: as a pod %s; as a process %s", name, there[name], want)
		}
	}
}

// outcomes runs jobs and says of each how it ended and what it left.
func outcomes(t *testing.T, r run.Runner, jobs []*job.Job) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, j := range jobs {
		if err := r.Start(t.Context(), run.Spec{ID: j.Name, Build: "1", Type: job.Periodic, Job: j}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	err := r.Watch(ctx, func(s run.Status) {
		if s.State.Done() && strings.HasPrefix(s.ID, "job-") {
			all[s.ID] = fmt.Sprintf("%s (%s)", s.State, s.Why)
		}
		if len(all) == len(jobs) {
			cancel()
		}
	})
	if err != nil || len(all) != len(jobs) {
		t.Fatalf("%d of %d are over: %v, %v", len(all), len(jobs), all, err)
	}
	for id := range all {
		dir := filepath.Join(t.TempDir(), id)
		if err := errors.Join(r.Fetch(t.Context(), id, dir), r.Remove(t.Context(), id)); err != nil {
			t.Fatal(err)
		}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				all[id] += " " + name
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// explain says what became of the pods of a test that failed.
func explain(t *testing.T, client kubernetes.Interface) {
	t.Helper()
	if !t.Failed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	pods, err := client.CoreV1().Pods("jobs").List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Log(err)
		return
	}
	for _, p := range pods.Items {
		text, err := yaml.Marshal(p.Status)
		t.Logf("pod %s: %v\n%s", p.Name, err, text)
	}
	events, err := client.CoreV1().Events("jobs").List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Log(err)
		return
	}
	for _, e := range events.Items {
		t.Logf("event of %s: %s: %s", e.InvolvedObject.Name, e.Reason, e.Message)
	}
}

// images are a shell, this repository's infra, both with git, and a pause.
func images(t *testing.T) map[string]kubetest.Image {
	t.Helper()
	program := filepath.Join(t.TempDir(), "infra")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "../cmd/infra")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	image := func(entrypoint ...string) kubetest.Image {
		i := kubetest.Image{Files: map[string]string{"/infra": program, "/bin/busybox": "/bin/busybox"}, Links: map[string]string{}, Entrypoint: entrypoint}
		out, err := exec.Command("/bin/busybox", "--list").Output()
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(string(out)) {
			i.Links["/usr/bin/"+name] = "/bin/busybox"
		}
		i.Links["/bin/sh"] = "/bin/busybox"
		if err := i.Program("/usr/bin/git"); err != nil {
			t.Fatal(err)
		}
		scripts, err := filepath.Glob("/usr/lib/git-core/git-s*")
		if err != nil {
			t.Fatal(err)
		}
		for _, script := range scripts {
			if info, err := os.Lstat(script); err == nil && info.Mode().IsRegular() && info.Size() < 200<<10 {
				i.Files[script] = script
			}
		}
		i.Links["/usr/lib/git-core/git"] = "/usr/bin/git"
		return i
	}
	return map[string]kubetest.Image{
		"lanner.test/shell:1": image("/bin/sh"), "lanner.test/infra:1": image("/infra"), "lanner.test/pause:1": image("/infra", "pod", "wait"),
	}
}

// gitDaemon serves the repositories of this machine to the pods of the node,
// which is in a network namespace of its own.
func gitDaemon(t *testing.T) {
	t.Helper()
	cmd := exec.Command("git", "daemon", "--export-all", "--reuseaddr", "--listen="+kubetest.NodeIP)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed
	})
}
