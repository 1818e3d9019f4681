// SPDX-License-Identifier: Apache-2.0

package download

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanner-project/lanner/infra/objstore"
)

// Config says what a Site mirrors.
type Config struct {
	// Dir is the site's own folder; a site opened again with it serves at once
	// what it served before.
	Dir string
	// Repository is the address of the repository, as a browser shows it:
	// https://github.com/lanner-project/lanner. The index is read by git from
	// its branch "downloads". Files are fetched from below its
	// /releases/download/ and from nowhere else, so that who may push to that
	// branch cannot send this server's requests where they like.
	Repository string
	// Client fetches the files; nil means http.DefaultClient.
	Client *http.Client
	// Log is told of every file that cannot be served; nil means silence.
	Log *slog.Logger
}

// A Site is the download site: an http.Handler for /releases and all below it.
// It serves what the last Sync found. All methods are safe for concurrent use.
type Site struct {
	mux        *http.ServeMux
	mirror     *mirror
	store      *objstore.Store
	repository string
	client     *http.Client
	log        *slog.Logger

	syncing sync.Mutex // one Sync at a time
	now     atomic.Pointer[content]
}

// content is what the site serves at one moment. It does not change.
type content struct {
	snapshot
	// failures says of each file that is not served why, by releasePath.
	failures map[string]*failure
	// stale is why the repository's index could not be taken over.
	stale error
}

// OpenSite opens the site whose folder is config.Dir. It asks the network
// nothing: that is for Sync.
func OpenSite(ctx context.Context, config Config) (*Site, error) {
	store, err := objstore.Open(filepath.Join(config.Dir, "objects"))
	if err != nil {
		return nil, err
	}
	repository := strings.TrimSuffix(strings.TrimSuffix(config.Repository, "/"), ".git")
	if err := checkURL(repository); err != nil {
		return nil, fmt.Errorf("download site: repository: %w", err)
	}
	m, err := openMirror(ctx, filepath.Join(config.Dir, "index.git"), repository+".git")
	if err != nil {
		return nil, err
	}
	s := &Site{
		mirror: m, store: store, repository: repository,
		client: config.Client, log: config.Log,
	}
	if s.client == nil {
		s.client = http.DefaultClient
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	last, err := m.accepted(ctx)
	if err != nil {
		return nil, err
	}
	s.now.Store(&content{snapshot: last, failures: s.missing(last.index)})
	s.mux = s.routes()
	return s, nil
}

// Index returns the index that the site serves.
func (s *Site) Index() Index { return s.now.Load().index }

// Sync takes over the repository's index and fetches the files that it names
// and the site does not have. It is called when a webhook tells of a push or a
// release, and now and then in case one was lost. An error says what is not
// served, or not up to date; the rest is served all the same.
func (s *Site) Sync(ctx context.Context) error {
	s.syncing.Lock()
	defer s.syncing.Unlock()
	before := s.now.Load()
	next := &content{snapshot: before.snapshot}
	if fetched, err := s.mirror.fetch(ctx, before.snapshot); err != nil {
		next.stale = fmt.Errorf("the index of %s: %w", s.repository, err)
		s.log.Error("download site keeps its index", "err", next.stale)
	} else {
		next.snapshot = fetched
	}
	next.failures = s.fill(ctx, next.index)
	errs := []error{next.stale}
	for _, err := range next.failures {
		errs = append(errs, err)
	}
	s.now.Store(next)
	return errors.Join(errs...)
}

// fill fetches every file that the store lacks and returns what failed.
func (s *Site) fill(ctx context.Context, x Index) map[string]*failure {
	failures := s.missing(x)
	for _, r := range x.Releases {
		for _, f := range r.Files {
			path := releasePath(r.Version, f.Name)
			if failures[path] == nil {
				continue
			}
			if err := s.fetch(ctx, f); err != nil {
				failures[path] = &failure{File: f.Name, Version: r.Version, err: err}
				s.log.Error("download site does not serve a file", "release", r.Version, "file", f.Name, "err", err)
				continue
			}
			delete(failures, path)
		}
	}
	return failures
}

// A failure is a file that the site does not serve.
type failure struct {
	File, Version string
	err           error
}

func (f *failure) Error() string { return fmt.Sprintf("%s of %s: %v", f.File, f.Version, f.err) }

func (f *failure) Unwrap() error { return f.err }

// Public says why to anybody. Which errors those of the network and the disk
// are is for the log: they name addresses and folders of this machine.
func (f *failure) Public() string {
	var (
		mismatch *objstore.MismatchError
		answer   *answerError
	)
	switch {
	case errors.As(f.err, &mismatch):
		return "what was fetched is not what the index says: " + mismatch.Error()
	case errors.As(f.err, &answer):
		return answer.Error()
	case errors.Is(f.err, errNotFetched), errors.Is(f.err, errElsewhere):
		return f.err.Error()
	default:
		return "it could not be fetched"
	}
}

// An answerError is a server that did not send the file.
type answerError struct{ url, status string }

func (e *answerError) Error() string { return fmt.Sprintf("GET %s: %s", e.url, e.status) }

var (
	errNotFetched = errors.New("it was not fetched yet")
	errElsewhere  = errors.New("the index has it outside the repository's releases")
)

// fetchTimeout ends a download that does not. Files are a few MiB.
const fetchTimeout = 10 * time.Minute

// missing returns the files of x that the store cannot hand out.
func (s *Site) missing(x Index) map[string]*failure {
	failures := make(map[string]*failure)
	for _, r := range x.Releases {
		for _, f := range r.Files {
			file, err := s.store.Get(f.artifact())
			if err == nil {
				err = file.Close()
			}
			if err != nil {
				failures[releasePath(r.Version, f.Name)] = &failure{File: f.Name, Version: r.Version, err: errNotFetched}
			}
		}
	}
	return failures
}

// fetch gets one file from where it is published. The store refuses bytes that
// are not those of the index.
func (s *Site) fetch(ctx context.Context, f File) error {
	if below := s.repository + "/releases/download/"; !strings.HasPrefix(f.URL, below) || strings.Contains(f.URL, "/..") {
		return fmt.Errorf("%w: at %s, which is not below %s", errElsewhere, f.URL, below)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, http.NoBody)
	if err != nil {
		return err
	}
	// Otherwise net/http asks for gzip and unpacks it on the way: a proxy that
	// compresses would then change a .tar.gz.
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return &answerError{url: f.URL, status: resp.Status}
	}
	return s.store.Put(ctx, f.artifact(), resp.Body)
}

func (f File) artifact() objstore.Artifact {
	return objstore.Artifact{Name: f.Name, Size: f.Size, SHA256: f.SHA256}
}

// releasePath is where the site has a release, or a file of it.
func releasePath(version string, file ...string) string {
	return strings.Join(append([]string{"/releases", version}, file...), "/")
}
