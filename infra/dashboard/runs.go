// SPDX-License-Identifier: Apache-2.0

package dashboard

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"
)

// Run is a run of a job as its page shows it.
type Run struct {
	ID, Job, State, Why  string
	Repo                 string // "owner/name", or empty
	Number               int    // of the pull request, or 0
	Created, Began, Over time.Time
	// Files are its results by their names, once they are kept.
	Files []string
	// Dir is where they are, below the folder of all results.
	Dir string
}

// Took is how long it ran, or empty.
func (r Run) Took() string {
	if r.Began.IsZero() || r.Over.IsZero() {
		return ""
	}
	return r.Over.Sub(r.Began).Round(time.Millisecond).String()
}

// Bad reports whether it ended otherwise than it should.
func (r Run) Bad() bool { return r.State == "failure" || r.State == "error" }

// Runs says what there is to show of runs.
type Runs struct {
	// List returns the newest runs, those of one job if it is named.
	List func(ctx context.Context, job string) ([]Run, error)
	// Find returns a run; its error is fs.ErrNotExist if there is none.
	Find func(ctx context.Context, id string) (Run, error)
	// Log writes the log of a run, as it comes if it is not over.
	Log func(ctx context.Context, id string, to io.Writer) error
	// Results is the folder of all results.
	Results fs.FS
	Logger  *slog.Logger
}

// Handler serves /runs, /runs/ID, /runs/ID/log and the files below /results/.
func (r Runs) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /runs", func(w http.ResponseWriter, req *http.Request) {
		job := req.FormValue("job")
		all, err := r.List(req.Context(), job)
		r.show(w, "runs.html", struct {
			Job  string
			Runs []Run
		}{job, all}, err)
	})
	mux.HandleFunc("GET /runs/{id}", func(w http.ResponseWriter, req *http.Request) {
		one, err := r.Find(req.Context(), req.PathValue("id"))
		r.show(w, "run.html", one, err)
	})
	mux.HandleFunc("GET /runs/{id}/log", r.log)
	mux.HandleFunc("GET /results/{name...}", r.result)
	return mux
}

func (r Runs) show(w http.ResponseWriter, page string, data any, err error) {
	var text bytes.Buffer
	if err == nil {
		err = pages.ExecuteTemplate(&text, page, data)
	}
	if err != nil {
		r.failed(w, err)
		return
	}
	pageHeader(w.Header())
	if _, err := text.WriteTo(w); err != nil {
		r.Logger.Debug("page not taken", "err", err)
	}
}

func (r Runs) failed(w http.ResponseWriter, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "there is no such run, and no such file of one", http.StatusNotFound)
		return
	}
	r.Logger.Error("pages of runs", "err", err)
	http.Error(w, "the platform could not read its own state; its log says why", http.StatusInternalServerError)
}

// stranger is the header of what a job wrote: nothing of it is taken for a page.
func stranger(h http.Header) {
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}

// flusher sends on what is written at once.
type flusher struct {
	w http.ResponseWriter
	c *http.ResponseController
}

func (f flusher) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	return n, errors.Join(err, f.c.Flush())
}

func (r Runs) log(w http.ResponseWriter, req *http.Request) {
	stranger(w.Header())
	err := r.Log(req.Context(), req.PathValue("id"), flusher{w, http.NewResponseController(w)})
	switch {
	case err == nil || req.Context().Err() != nil:
	case errors.Is(err, fs.ErrNotExist):
		http.Error(w, "there is no such run, or it printed nothing yet", http.StatusNotFound)
	default:
		r.Logger.Warn("log of a run", "run", req.PathValue("id"), "err", err)
	}
}

func (r Runs) result(w http.ResponseWriter, req *http.Request) {
	name := strings.TrimSuffix(req.PathValue("name"), "/")
	if !fs.ValidPath(name) || strings.HasPrefix(path.Base(name), ".") {
		r.failed(w, fs.ErrNotExist)
		return
	}
	info, err := fs.Stat(r.Results, name)
	if err != nil || info.IsDir() {
		r.failed(w, errors.Join(err, fs.ErrNotExist))
		return
	}
	stranger(w.Header())
	http.ServeFileFS(w, req, r.Results, name)
}
