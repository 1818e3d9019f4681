// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanner-project/lanner/infra/controller"
	"github.com/lanner-project/lanner/infra/dashboard"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/infra/job"
	jobrun "github.com/lanner-project/lanner/infra/job/run"
	"github.com/lanner-project/lanner/infra/local"
	"github.com/lanner-project/lanner/infra/store"
	"github.com/lanner-project/lanner/infra/trigger"
)

// jobs is what runs jobs on the platform.
type jobs struct {
	store      *store.Store
	runner     *local.Runner
	controller *controller.Controller
	trigger    *trigger.Trigger
	central    *job.Config
	results    string
	ended      <-chan struct{} // that the platform ends
}

// jobsApp is the App that writes check runs.
const jobsApp = "lanner-jobs"

func (p *platform) startJobs(ctx, run context.Context) (err error) {
	j := &jobs{results: filepath.Join(p.opts.data, "results"), ended: run.Done()}
	p.jobs = j
	if j.central, err = centralJobs(p.opts.jobs); err != nil {
		return err
	}
	if j.store, err = store.Open(ctx, filepath.Join(p.opts.data, "jobs.db")); err != nil {
		return fmt.Errorf("the jobs' store: %w", err)
	}
	if err := os.MkdirAll(j.results, 0o755); err != nil {
		return err
	}
	j.runner, err = local.New(local.Config{
		Dir: filepath.Join(p.opts.data, "runs"), Secrets: p.opts.secrets, Hide: []string{p.opts.data}, Plain: p.opts.plain,
	})
	if err != nil {
		return err
	}
	client, err := p.app(ctx)
	if err != nil {
		return fmt.Errorf("the App of the jobs: %w", err)
	}
	cloneURI := func(repo string) string { return p.forgeURL + "/" + repo + ".git" }
	j.trigger = trigger.New(trigger.Config{
		GitHub: client, Store: j.store, Mirrors: filepath.Join(p.opts.data, "mirrors"), Central: j.central, Pages: p.siteURL,
		CloneURI: cloneURI,
		Own:      []string{botLogin, jobsApp + "[bot]"}, Log: p.log,
	})
	j.controller, err = controller.New(ctx, controller.Config{
		Store: j.store, Runner: j.runner, Results: j.results, Limits: controller.Limits{Runs: p.opts.parallel}, Report: j.trigger.Report, CloneURI: cloneURI, Log: p.log,
		Periodics: func(context.Context) ([]*job.Job, error) { return j.periodics(), nil },
	})
	if err != nil {
		return err
	}
	j.trigger.UseController(j.controller)
	for what, f := range map[string]func(context.Context) error{"the jobs": j.controller.Run, "the jobs' webhooks": j.trigger.Run} {
		p.running.Go(func() {
			if err := f(run); err != nil && run.Err() == nil {
				p.failed <- fmt.Errorf("%s: %w", what, err)
			}
		})
	}
	return nil
}

// centralJobs reads the central folder; no folder has no jobs.
func centralJobs(dir string) (*job.Config, error) {
	if dir == "" {
		return job.ParseCentral()
	}
	files, err := folderFiles(dir)
	if err != nil {
		return nil, err
	}
	return job.ParseCentral(files...)
}

func (j *jobs) periodics() []*job.Job {
	if j.central == nil {
		return nil
	}
	return j.central.Periodics
}

func (j *jobs) close() error {
	var errs []error
	if j.runner != nil {
		errs = append(errs, j.runner.Close())
	}
	if j.store != nil {
		errs = append(errs, j.store.Close())
	}
	return errors.Join(errs...)
}

// app speaks to the forge as the App of the jobs, which is made at the first
// start: only an App writes check runs.
func (p *platform) app(ctx context.Context) (*github.Client, error) {
	file := filepath.Join(p.opts.data, "tokens", jobsApp)
	var app struct {
		ID  int64  `json:"id"`
		PEM string `json:"pem"`
	}
	raw, err := os.ReadFile(file + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = p.registerApp(ctx)
		if err == nil {
			err = writeSecret(file+".json", string(raw))
		}
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &app); err != nil {
		return nil, err
	}
	if err := writeSecret(file+".pem", app.PEM); err != nil {
		return nil, err
	}
	key, err := github.LoadAppKey(file + ".pem")
	if err != nil {
		return nil, err
	}
	remote, err := github.ParseRemote(p.forgeURL + "/" + owner + "/" + repoName + ".git")
	if err != nil {
		return nil, err
	}
	return github.New(github.Options{
		BaseURL: p.forgeURL + "/api/v3/", Log: p.log, Transport: http.DefaultTransport,
		Token: &github.App{ID: app.ID, Key: key, Remote: remote},
	})
}

func (p *platform) registerApp(ctx context.Context) ([]byte, error) {
	body, err := json.Marshal(map[string]any{
		"name": jobsApp, "owner": owner,
		"permissions":   map[string]string{"checks": "write", "contents": "read", "pull_requests": "write", "issues": "write", "statuses": "read"},
		"installations": []map[string]any{{"account": owner, "repositories": []string{repoName}}},
	})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.forgeURL+"/_forge/apps", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.forge.AdminToken())
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err == nil && resp.StatusCode != http.StatusCreated {
		err = fmt.Errorf("registering %s: %s: %s", jobsApp, resp.Status, answer)
	}
	return answer, err
}

// withJobs hands a webhook that the bot took, and so checked, to the jobs. If
// they cannot keep it, GitHub hears that it did not arrive, and it can be sent
// again: the bot knows it by then.
func (p *platform) withJobs(bot http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, &body), r.Body}
		answer := &heldAnswer{header: make(http.Header), code: http.StatusOK}
		bot.ServeHTTP(answer, r)
		if answer.code < 300 {
			if err := p.jobs.trigger.Accept(r.Context(), r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery"), body.Bytes()); err != nil {
				p.log.Error("a webhook could not be kept for the jobs", "delivery", r.Header.Get("X-GitHub-Delivery"), "err", err)
				http.Error(w, "the jobs could not keep it; send it again", http.StatusInternalServerError)
				return
			}
		}
		maps.Copy(w.Header(), answer.header)
		w.WriteHeader(answer.code)
		if _, err := answer.body.WriteTo(w); err != nil {
			p.log.Debug("the sender of a webhook hung up", "err", err)
		}
	})
}

// heldAnswer is an answer that is not sent yet.
type heldAnswer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *heldAnswer) Header() http.Header         { return a.header }
func (a *heldAnswer) WriteHeader(code int)        { a.code = code }
func (a *heldAnswer) Write(p []byte) (int, error) { return a.body.Write(p) }

// pages are what there is to show of runs.
func (j *jobs) pages(p *platform) dashboard.Runs {
	return dashboard.Runs{
		Results: os.DirFS(j.results), Logger: p.log,
		List: func(ctx context.Context, name string) ([]dashboard.Run, error) {
			runs, err := j.store.RecentRuns(ctx, name, 100)
			var all []dashboard.Run
			for _, r := range runs {
				all = append(all, show(r))
			}
			return all, err
		},
		Find: func(ctx context.Context, id string) (dashboard.Run, error) {
			r, place, err := j.find(ctx, id)
			if err != nil {
				return dashboard.Run{}, err
			}
			out := show(r)
			out.Dir = place.Dir
			if r.Kept {
				out.Files, err = resultFiles(filepath.Join(j.results, filepath.FromSlash(place.Dir)))
			}
			return out, err
		},
		Log: func(ctx context.Context, id string, to io.Writer) error {
			// A log that goes on for hours must not keep the platform up.
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			go func() {
				select {
				case <-j.ended:
					cancel()
				case <-ctx.Done():
				}
			}()
			err := j.runner.Log(ctx, id, to)
			if !errors.Is(err, jobrun.ErrNoRun) {
				return err
			}
			_, place, err := j.find(ctx, id)
			if err != nil {
				return err
			}
			file, err := os.Open(filepath.Join(j.results, filepath.FromSlash(place.Dir), jobrun.LogFile))
			if err != nil {
				return err
			}
			_, err = io.Copy(to, file)
			return errors.Join(err, file.Close())
		},
	}
}

// find finds a run and where its results are.
func (j *jobs) find(ctx context.Context, id string) (store.Run, jobrun.Place, error) {
	r, err := j.store.FindRun(ctx, id)
	if errors.Is(err, store.ErrNoRun) {
		err = fmt.Errorf("%w: %w", err, fs.ErrNotExist)
	}
	if err != nil {
		return r, jobrun.Place{}, err
	}
	var spec jobrun.Spec
	if err := json.Unmarshal(r.Spec, &spec); err != nil {
		return r, jobrun.Place{}, err
	}
	place, err := spec.Place()
	return r, place, err
}

func show(r store.Run) dashboard.Run {
	return dashboard.Run{
		ID: r.ID, Job: r.Job, State: r.State, Why: r.Why, Repo: r.Repo, Number: r.Number, Created: r.CreatedAt, Began: r.BeganAt, Over: r.EndedAt,
	}
}

// maxShown is how many files a page names.
const maxShown = 1000

func resultFiles(dir string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if names = append(names, strings.TrimPrefix(name, "./")); len(names) == maxShown {
			return fs.SkipAll
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) { // it was never begun
		return nil, nil
	}
	return names, err
}
