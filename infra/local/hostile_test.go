// SPDX-License-Identifier: Apache-2.0

package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
)

// shell makes a run of one script.
func shell(t *testing.T, name, lines, script string) run.Spec {
	t.Helper()
	text := "presubmits:\n- name: " + name + "\n  decorate: true\n  always_run: true\n" + lines +
		"  spec:\n    containers:\n    - image: any\n      resources: {limits: {memory: 256Mi}}\n      command: [bash, -c]\n      args: [" + strconv.Quote(script) + "]\n"
	config, err := job.ParseRepo("alice/demo", nil, job.File{Name: ".prow.yaml", Src: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return run.Spec{ID: name, Build: "1", Type: job.Periodic, Job: config.Presubmits["alice/demo"][0]}
}

// last waits for the end of a run and returns its log as well.
func last(t *testing.T, r *Runner, id string) (run.Status, string) {
	t.Helper()
	w, err := r.run(id)
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.over:
	case <-time.After(2 * time.Minute):
		t.Fatalf("run %s is not over", id)
	}
	log, err := os.ReadFile(r.dir(id, resultsDir, run.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	return w.status, string(log)
}

// TestHostile runs jobs that try to do harm, as root.
func TestHostile(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "marker")
	config := Config{Dir: filepath.Join(t.TempDir(), "runs"), Disk: 64 << 20, Log: 1 << 20, Processes: 200}
	r, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	// After all of them.
	t.Cleanup(func() {
		if _, err := os.Stat(marker); err == nil {
			t.Error("a job left a file on this machine")
		}
		if text, err := os.ReadFile("/etc/passwd"); err != nil || !strings.Contains(string(text), "root:") {
			t.Errorf("/etc/passwd is %q, %v", text, err)
		}
	})
	for _, test := range []struct {
		name, script string
		state        job.State
		why          string // that the reason has
		log          string // that the log has
	}{
		// What forks away dies with the run, and does not keep its log open.
		{"forks", "setsid sh -c 'sleep 600; touch " + marker + "' & disown; (sleep 600 &); echo done", job.Success, "", "done\n"},
		// Its parent cannot be killed, nor what supervises it: it is not seen.
		{"parent", "kill -KILL $PPID; kill -STOP $PPID; kill -KILL -1; sleep 0.2; echo still here: $(ls -d /proc/[0-9]* | wc -l)", job.Success, "", "still here: "},
		{"disk", "head -c 40M /dev/zero > a; head -c 40M /dev/zero > b; sleep 60", job.Failure, "bytes, and may write 67108864", ""},
		{"file", "head -c 100M /dev/zero > a || echo refused; rm a", job.Success, "", "refused\n"},
		{"bomb", "exec sh -c 'for i in $(seq 400); do sleep 60 & done; echo end'", job.Failure, "exited with 2", "Cannot fork"},
		{"memory", "x=$(head -c 600M /dev/zero | tr '\\0' x); echo ${#x}", job.Failure, "out of memory", ""},
		{"prints", "head -c 300M /dev/zero | tr '\\0' x; echo the end", job.Success, "", "the end\n"},
		// How it ended is said by others.
		{"forges", "echo '{\"exit\":0}' >&4; exit 5", job.Failure, "exited with 5", "Bad file descriptor"},
		// This machine's files are its own.
		{"machine", "echo broken > /etc/passwd; touch " + marker + "; rm -rf /usr/bin/git; ls " + config.Dir + " /root | wc -l; ls /dev | tr '\\n' ' '; head -c 1 /dev/vda; mount -t tmpfs x /mnt; mknod /tmp/d b 254 0; echo 0 > /proc/sys/kernel/panic; cat /proc/1/environ; echo; cat /etc/passwd", job.Success, "", "\nbroken\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if os.Geteuid() != 0 && (test.name == "memory" || test.name == "machine") {
				t.Skip("only root limits memory, and changes /etc/passwd")
			}
			if err := r.Start(t.Context(), shell(t, test.name, "", test.script)); err != nil {
				t.Fatal(err)
			}
			status, log := last(t, r, test.name)
			if len(log) > 2<<20 {
				t.Errorf("its log has %d bytes", len(log))
			}
			if status.State != test.state || !strings.Contains(status.Why, test.why) || !strings.Contains(log, test.log) {
				t.Errorf("ended %+v, want %s because %q; the log ends with %q", status, test.state, test.why, log[max(0, len(log)-500):])
			}
			if _, err := os.Stat(r.dir(test.name, workDir)); err == nil {
				t.Error("its files are still there")
			}
			if test.name == "machine" {
				for _, bad := range []string{"spec.json", "vda ", "mem "} {
					if strings.Contains(log, bad) {
						t.Errorf("it saw %q", bad)
					}
				}
				for _, refused := range []string{"mount: ", "mknod: ", "/proc/sys/kernel/panic: ", "/proc/1/environ: "} {
					if !strings.Contains(log, refused) {
						t.Errorf("%q was not refused", refused)
					}
				}
			}
		})
	}
}

// TestSupervisorKilled ends what supervises a run: nothing of the run is left,
// and it says so.
func TestSupervisorKilled(t *testing.T) {
	for _, plain := range []bool{false, true} {
		t.Run(fmt.Sprint("plain=", plain), func(t *testing.T) {
			if plain && os.Geteuid() != 0 {
				t.Skip("without namespaces and without a cgroup, what a run started is not found again")
			}
			r, err := New(Config{Dir: filepath.Join(t.TempDir(), "runs"), Plain: plain})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}()
			if err := r.Start(t.Context(), shell(t, "killed", "", "cat; echo begun; sleep 600")); err != nil {
				t.Fatal(err)
			}
			seen := make(chan struct{})
			go func() {
				_ = r.Log(t.Context(), "killed", writeFunc(func(p []byte) (int, error) {
					if strings.Contains(string(p), "begun") {
						close(seen)
					}
					return len(p), nil
				}))
			}()
			select {
			case <-seen:
			case <-time.After(time.Minute):
				t.Fatal("it did not begin")
			}
			supervisors := descendants(os.Getpid())
			for _, pid := range supervisors {
				name, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
				if err == nil && strings.HasPrefix(string(name), supervisorName) {
					if err := unix.Kill(pid, unix.SIGKILL); err != nil {
						t.Fatal(err)
					}
				}
			}
			status, _ := last(t, r, "killed")
			if status.State != job.Error || !strings.Contains(status.Why, "killed") {
				t.Errorf("ended %+v", status)
			}
			var f run.Finished
			if err := readJSON(r.dir("killed", resultsDir, run.FinishedFile), &f); err != nil || f.Passed {
				t.Errorf("finished.json: %+v, %v", f, err)
			}
			deadline := time.Now().Add(10 * time.Second)
			for _, pid := range supervisors {
				for unix.Kill(pid, 0) == nil && !zombie(pid) {
					if time.Now().After(deadline) {
						t.Fatalf("process %d of the run is still there", pid)
					}
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
}

// TestPlain runs jobs in no namespaces.
func TestPlain(t *testing.T) {
	r, err := New(Config{Dir: filepath.Join(t.TempDir(), "runs"), Plain: true, Grace: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, test := range []struct {
		name, lines, script string
		state               job.State
		why, log            string
	}{
		{"works", "", "cd $ARTIFACTS && echo x > made && echo $HOME", job.Success, "", workDir + "/home\n"},
		{"forks", "", "setsid sleep 600 & (setsid sleep 600 &); echo done", job.Success, "", "done\n"},
		{"parent", "", "kill -KILL $PPID; sleep 600", job.Error, "was killed", ""},
		{"never", "  decoration_config: {timeout: 100ms}\n", "trap '' INT; setsid sleep 600 & sleep 600", job.Failure, "longer than 100ms", ""},
	} {
		if err := r.Start(t.Context(), shell(t, test.name, test.lines, test.script)); err != nil {
			t.Fatal(err)
		}
		status, log := last(t, r, test.name)
		if status.State != test.state || !strings.Contains(status.Why, test.why) || !strings.HasSuffix(log, test.log) {
			t.Errorf("%s ended %+v, log %q", test.name, status, log)
		}
	}
	for _, pid := range descendants(os.Getpid()) {
		if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.HasPrefix(string(name), "sleep") {
			t.Errorf("process %d is left", pid)
		}
	}
}

func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(text), ") Z ")
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(p []byte) (int, error) { return f(p) }
