// SPDX-License-Identifier: Apache-2.0

// Package pod is what goes on inside of a pod that runs a job: it clones, keeps
// time and log, and gathers the results.
//
// Its programs speak to each other by files in a folder that the containers of
// the pod share, and to whoever runs the pod by what its containers end with. A
// pod that runs a job knows nobody outside: results are asked for, not sent. The
// package does not know Kubernetes. Packages of infra may import it. Each call is
// for one process.
package pod

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/censor"
	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/local"
	"github.com/lanner-project/lanner/infra/results"
)

// Where things are in a pod.
const (
	Logs    = "/logs" // shared by all containers
	Tools   = "/tools"
	Go      = "/home/" + "prow/go"
	Secrets = "/secrets" // of the container that gathers results: NAME/KEY
)

// SpecVariable is the variable that has the run.Spec, as JSON.
const SpecVariable = "LANNER_RUN"

// Limits are those of a run.
const (
	maxLog   = 64 << 20
	maxBytes = 2 << 30
	maxFiles = 10000
)

// End is how a container of a job ended: its termination message.
type End struct {
	State job.State `json:"state"`
	Why   string    `json:"why,omitempty"`
}

const (
	cloneFailed = "clone-failed"       // why, in the shared folder
	records     = "clone-records.json" // as Prow has it
	abortFile   = "abort"              // why the run is to end
)

func readSpec() (run.Spec, error) {
	var spec run.Spec
	text := os.Getenv(SpecVariable)
	if text == "" {
		return spec, fmt.Errorf("%s is empty: this is for containers of a job", SpecVariable)
	}
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return spec, fmt.Errorf("%s: %w", SpecVariable, err)
	}
	return spec, spec.Check()
}

// Folder is where a job begins: in its repository.
func Folder(spec run.Spec) (string, error) {
	refs := all(spec)
	if len(refs) == 0 || spec.Job.Decoration.SkipCloning {
		return "", nil
	}
	first := 0
	for i, r := range refs {
		if r.WorkDir {
			first = i
		}
	}
	return local.Folder(Go, refs[first])
}

func all(spec run.Spec) []run.Refs {
	refs := slices.Clone(spec.Extra)
	if spec.Refs != nil {
		refs = append([]run.Refs{*spec.Refs}, refs...)
	}
	return refs
}

// Clone brings what is to be tested. What cannot be brought is told to the test,
// which does not run then: the pod has to live until its results are fetched.
func Clone(ctx context.Context) error {
	spec, err := readSpec()
	if err != nil {
		return err
	}
	began := time.Now()
	refs := all(spec)
	if spec.Job.Decoration.SkipCloning {
		refs = nil
	}
	commit := ""
	if len(refs) > 0 {
		nothing, err := censor.New()
		if err != nil {
			return err
		}
		log, err := results.CreateLog(filepath.Join(Logs, run.CloneLogFile), nothing, maxLog)
		if err != nil {
			return err
		}
		var done []local.Record
		var failure error
		for _, one := range refs {
			var record local.Record
			record, failure = local.Clone(ctx, Go, one, log)
			done = append(done, record)
			if failure != nil {
				break
			}
		}
		if err := errors.Join(log.Close(), write(records, done)); err != nil {
			return err
		}
		if failure != nil {
			line, _, _ := strings.Cut(failure.Error(), "\n")
			return os.WriteFile(filepath.Join(Logs, cloneFailed), []byte("clone: "+line), 0o644)
		}
		commit = done[0].FinalSHA
	}
	return errors.Join(
		write(run.StartedFile, spec.Started(began, commit)),
		os.MkdirAll(filepath.Join(Logs, run.ArtifactsDir), 0o777), os.Chmod(filepath.Join(Logs, run.ArtifactsDir), 0o777), os.Chmod(Logs, 0o777),
	)
}

func write(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(Logs, name), append(text, '\n'), 0o644)
}

// Place copies this program to where the test finds it.
func Place() error {
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	to, err := os.OpenFile(filepath.Join(Tools, "infra"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return errors.Join(err, from.Close())
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close(), from.Close())
}

// Abort asks the test to end.
func Abort(why string) error {
	name := filepath.Join(Logs, abortFile)
	if err := os.WriteFile(name+".new", []byte(why), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// Results writes the results as a tar archive, secrets taken out. The end is as
// whoever asks for it knows it.
func Results(ctx context.Context, end End, at time.Time, to io.Writer) error {
	spec, err := readSpec()
	if err != nil {
		return err
	}
	secrets, err := readSecrets()
	if err != nil {
		return err
	}
	c, err := censor.New(secrets...)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(Logs, ".results-")
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(Logs)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		wanted := name == run.StartedFile || name == records || name == run.CloneLogFile || strings.HasSuffix(name, run.LogFile)
		if !wanted || !entry.Type().IsRegular() {
			continue
		}
		if err := copyFile(filepath.Join(Logs, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	artifacts := filepath.Join(dir, run.ArtifactsDir)
	if err := os.Mkdir(artifacts, 0o755); err != nil {
		return err
	}
	copied, err := results.Copy(ctx, filepath.Join(Logs, run.ArtifactsDir), artifacts, c, results.Limits{Bytes: maxBytes, Files: maxFiles})
	if err != nil {
		return err
	}
	finished, err := spec.Finished(at, end.State)
	if err != nil {
		return err
	}
	finished.Metadata = make(map[string]any)
	if end.Why != "" {
		finished.Metadata["why"] = c.String(end.Why)
	}
	if copied.LeftOut > 0 {
		finished.Metadata["artifacts-left-out"] = copied
	}
	text, err := json.MarshalIndent(finished, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, run.FinishedFile), append(text, '\n'), 0o644); err != nil {
		return err
	}
	w := tar.NewWriter(to)
	return errors.Join(w.AddFS(os.DirFS(dir)), w.Close(), os.RemoveAll(dir))
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close(), in.Close())
}

// readSecrets are the values of all secrets that the pod has.
func readSecrets() ([]string, error) {
	var all []string
	err := filepath.WalkDir(Secrets, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		value, err := secretFile(name)
		if value != "" {
			all = append(all, value)
		}
		return err
	})
	return all, err
}

// secretFile reads a key. Kubernetes has links in the folder of a secret, to
// files and to a folder with all of them.
func secretFile(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil || info.IsDir() {
		return "", err
	}
	value, err := os.ReadFile(name)
	return string(value), err
}
