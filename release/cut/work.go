// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/infra/github"
	"github.com/lanner-project/lanner/release/plan"
)

// Release is one plan on its way.
type Release struct {
	cfg  Config
	plan plan.Plan
	// files are the contents that the release pull request adds, by path.
	files map[string][]byte
	repo  git.Repo // bare, in the work folder; what origin has
	me    string   // login of the caller
	// results are the steps of this run that are done, in order.
	results []Result
	// findings are what the preflight found, waived ones included.
	findings []Finding
	// planFindings are what the plan's making found: of the version, of the notes.
	planFindings []Finding
	built        built
	verified     bool // the uploaded assets, by this run
}

// Open prepares the work folder, fetches origin and asks GitHub who calls.
func Open(ctx context.Context, cfg Config) (*Release, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	me, err := cfg.GitHub.Login(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking %s who you are: %w", cfg.Place.Web, err)
	}
	r := &Release{cfg: cfg, me: strings.ToLower(me)}
	r.repo = git.Repo{Dir: filepath.Join(cfg.WorkDir, "repo.git")}
	if err := r.initWork(ctx); err != nil {
		return nil, err
	}
	return r, r.fetch(ctx)
}

// Plan returns the plan that was loaded or composed.
func (r *Release) Plan() plan.Plan { return r.plan }

// Caller returns the login of the account that acts.
func (r *Release) Caller() string { return r.me }

func (r *Release) initWork(ctx context.Context) error {
	if err := os.MkdirAll(r.repo.Dir, 0o755); err != nil {
		return fmt.Errorf("work folder: %w", err)
	}
	if _, err := r.repo.Run(ctx, "init", "--quiet", "--bare"); err != nil {
		return fmt.Errorf("work folder: %w", err)
	}
	// Objects are borrowed from the clone, so that a fetch of a long history
	// costs nothing. A shallow clone lacks objects that its refs promise, so
	// nothing can be borrowed from it.
	shallow, err := r.cfg.Clone.Run(ctx, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return fmt.Errorf("%s is no git repository; run release inside a clone: %w", r.cfg.Clone.Dir, err)
	}
	if shallow == "true" {
		return nil
	}
	objects, err := r.cfg.Clone.Run(ctx, "rev-parse", "--path-format=absolute", "--git-path", "objects")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.repo.Dir, "objects", "info", "alternates"), []byte(objects+"\n"), 0o644)
}

// fetch makes the work repository's refs those of origin.
func (r *Release) fetch(ctx context.Context) error {
	repo, err := r.remote(ctx)
	if err != nil {
		return err
	}
	_, err = repo.Run(ctx, "fetch", "--quiet", "--prune", "--no-write-fetch-head", "--force", r.cfg.Remote,
		"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
	if err != nil {
		return fmt.Errorf("fetching %s: %w", r.cfg.Remote, err)
	}
	return nil
}

// remote returns the work repository with credentials for origin.
func (r *Release) remote(ctx context.Context) (git.Repo, error) {
	if r.cfg.Token == nil {
		return r.repo, nil
	}
	token, err := r.cfg.Token.Token(ctx)
	if err != nil {
		return git.Repo{}, err
	}
	return r.repo.WithToken(r.cfg.Remote, token), nil
}

// errMoved is a push that lost against another: the ref was not what it was
// expected to be.
var errMoved = errors.New("moved meanwhile")

// push sets ref on origin to object if it is still old; old "" means that it
// must not exist yet, object "" deletes it. Git compares and swaps on the
// server, so of two that race one gets errMoved.
func (r *Release) push(ctx context.Context, ref, object, old string) error {
	repo, err := r.remote(ctx)
	if err != nil {
		return err
	}
	_, err = repo.Run(ctx, "push", "--quiet", "--porcelain", "--force-with-lease="+ref+":"+old, r.cfg.Remote, object+":"+ref)
	if err != nil {
		now, lookErr := r.lookup(ctx, ref)
		if lookErr == nil && now != old && now != object {
			return fmt.Errorf("%s is %s, expected %s: %w", ref, orNothing(now), orNothing(old), errMoved)
		}
		if lookErr == nil && now == object {
			return nil // it arrived; only the answer was lost
		}
		return fmt.Errorf("pushing %s: %w", ref, err)
	}
	return nil
}

// lookup asks origin for a ref, "" if it does not exist.
func (r *Release) lookup(ctx context.Context, ref string) (string, error) {
	repo, err := r.remote(ctx)
	if err != nil {
		return "", err
	}
	out, err := repo.Run(ctx, "ls-remote", r.cfg.Remote, ref)
	if err != nil {
		return "", fmt.Errorf("asking %s for %s: %w", r.cfg.Remote, ref, err)
	}
	for line := range strings.Lines(out) {
		if id, name, _ := strings.Cut(strings.TrimSpace(line), "\t"); name == ref {
			return id, nil
		}
	}
	return "", nil
}

// ref resolves a ref of the work repository to its object, "" if it is not
// there.
func (r *Release) ref(ctx context.Context, name string) (string, error) {
	out, err := r.repo.Run(ctx, "rev-parse", "--quiet", "--verify", name)
	if git.ExitCode(err) == 1 {
		return "", nil
	}
	return out, err
}

// read returns a file of a commit; ok is false if the commit has none of that
// name.
func (r *Release) read(ctx context.Context, commit, path string) (data []byte, ok bool, err error) {
	object, err := r.ref(ctx, commit+":"+path)
	if err != nil || object == "" {
		return nil, false, err
	}
	var out strings.Builder
	if err := r.repo.Stream(ctx, nil, &out, "cat-file", "blob", object); err != nil {
		return nil, false, err
	}
	return []byte(out.String()), true, nil
}

// commitFiles makes a commit on parent that adds or replaces files. The same
// arguments give the same commit. Parent "" makes a root commit.
func (r *Release) commitFiles(ctx context.Context, parent string, files map[string][]byte, message string, when time.Time) (string, error) {
	index, err := os.CreateTemp(r.cfg.WorkDir, "index-*")
	if err != nil {
		return "", fmt.Errorf("work folder: %w", err)
	}
	name := index.Name()
	if err := errors.Join(index.Close(), os.Remove(name)); err != nil { // git wants to make it itself
		return "", err
	}
	defer os.Remove(name)
	repo := r.repo.WithEnv("GIT_INDEX_FILE="+name).As(r.me, github.Email(r.me), when)
	if parent != "" {
		if _, err := repo.Run(ctx, "read-tree", parent); err != nil {
			return "", err
		}
	}
	for path, data := range files {
		blob, err := repo.RunInput(ctx, strings.NewReader(string(data)), "hash-object", "-w", "--stdin")
		if err != nil {
			return "", err
		}
		if _, err := repo.Run(ctx, "update-index", "--add", "--cacheinfo", "100644,"+blob+","+path); err != nil {
			return "", err
		}
	}
	tree, err := repo.Run(ctx, "write-tree")
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", tree}
	if parent != "" {
		args = append(args, "-p", parent)
	}
	return repo.RunInput(ctx, strings.NewReader(message), args...)
}

// commitTime is the committer date of a commit, in UTC.
func (r *Release) commitTime(ctx context.Context, commit string) (time.Time, error) {
	out, err := r.repo.Run(ctx, "show", "-s", "--format=%cI", commit)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, out)
	if err != nil {
		return time.Time{}, fmt.Errorf("commit %s: %w", commit, err)
	}
	return t.UTC(), nil
}

func asWaiting(err error) (*WaitingError, bool) {
	var w *WaitingError
	ok := errors.As(err, &w)
	return w, ok
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

func short(id string) string { return id[:min(len(id), 12)] }
