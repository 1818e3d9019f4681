// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/lanner-project/lanner/infra/git"
)

// Config says how a forge runs.
type Config struct {
	// Dir holds everything: database, repositories, assets, the site-admin
	// token. It is made if it is not there.
	Dir string
	// PublicURL is how the forge is reached, without a trailing slash. Empty:
	// as the Host of each request says.
	PublicURL string
	// Clock tells the time; nil is time.Now.
	Clock func() time.Time
	// Log gets what goes wrong inside; nil is nowhere.
	Log *slog.Logger
	// Webhooks carries them to their addresses; nil is the network.
	Webhooks http.RoundTripper
}

// Server is a running forge. It is an http.Handler.
type Server struct {
	config Config
	store  *store
	log    *slog.Logger
	admin  string // the site-admin token
	routes *router
	web    *router
	faults faults
	limits limits
	repos  lockMap // a lock for each repository's references
	folder folderLock
	memo   git.Memo // of the objects of all repositories

	base     baseURL
	outbox   chan struct{} // holds one value while the outbox may have events
	untested chan struct{} // holds one value while pull requests may be to be tried to merge

	stop    context.CancelFunc
	workers sync.WaitGroup
}

// Open opens the forge in config.Dir, tells what a killed process left untold,
// and starts its background work. Close it when done.
func Open(ctx context.Context, config Config) (*Server, error) {
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	for _, dir := range []string{"repos", "assets", "tmp", "hooks"} {
		if err := os.MkdirAll(filepath.Join(config.Dir, dir), 0o700); err != nil {
			return nil, fmt.Errorf("making the forge's folder: %w", err)
		}
	}
	folder, err := lockFolder(config.Dir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: config, log: config.Log, folder: folder,
		routes: newRouter(routes()), web: newRouter(webRoutes()), outbox: make(chan struct{}, 1), untested: make(chan struct{}, 1),
	}
	s.limits.clock = config.Clock
	if err := s.load(ctx); err != nil {
		return nil, errors.Join(err, folder.close())
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	// What the last run did not come to waits.
	wake(s.outbox)
	wake(s.untested)
	for _, worker := range workers() {
		s.workers.Go(func() { worker(s, work) })
	}
	return s, nil
}

// Close stops the background work and closes the database. Requests that
// still run fail; shut the http.Server down first.
func (s *Server) Close() error {
	s.stop()
	s.workers.Wait()
	return errors.Join(s.store.close(), s.folder.close())
}

// load reads what is in the folder, and puts it right.
func (s *Server) load(ctx context.Context) (err error) {
	if s.admin, err = adminToken(filepath.Join(s.config.Dir, "admin-token")); err != nil {
		return err
	}
	if s.store, err = openStore(ctx, s.config.Dir, s.config.Clock); err != nil {
		return err
	}
	if err := errors.Join(s.installHooks(ctx), s.recover(ctx)); err != nil {
		return errors.Join(err, s.store.close())
	}
	return nil
}

// AdminToken returns the token of the site administrator.
func (s *Server) AdminToken() string { return s.admin }

// recover puts right what a killed process left: half-written files, and
// references that moved without anybody being told.
func (s *Server) recover(ctx context.Context) error {
	if err := clearDir(filepath.Join(s.config.Dir, "tmp")); err != nil {
		return err
	}
	return s.store.updateTx(ctx, func(tx *tx) error {
		base, err := tx.setting("base")
		if err != nil {
			return err
		}
		s.base.set(base)
		_, err = accounts.find(tx, 0, adminLogin)
		if errors.Is(err, errMissing) {
			err = accounts.insert(tx, 0, adminLogin, &account{Login: adminLogin, Type: "User", SiteAdmin: true})
		}
		if err != nil {
			return err
		}
		if err := s.sweepAssets(tx); err != nil {
			return err
		}
		return (&view{srv: s, tx: tx, base: s.lastBase()}).settleAll()
	})
}

// adminToken reads the site-admin token, or makes it at the first start.
func adminToken(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("reading the site-admin token: %w", err)
	}
	token := newToken("ghp_")
	// Written beside and renamed: a process killed here leaves no empty token.
	if err := os.WriteFile(file+".new", []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("writing the site-admin token: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return "", fmt.Errorf("writing the site-admin token: %w", err)
	}
	return token, nil
}

// newToken makes a secret. GitHub's tokens say by their prefix what they are,
// so that scanners find them.
func newToken(prefix string) string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return prefix + hex.EncodeToString(b[:])
}

func clearDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("clearing %s: %w", dir, err)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return fmt.Errorf("clearing %s: %w", dir, err)
		}
	}
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.faults.serve(w, r, func(w http.ResponseWriter, r *http.Request) {
		c := &call{view: view{srv: s, base: s.baseOf(r)}, w: w, r: r}
		if err := c.serve(); err != nil {
			c.fail(err)
		}
	})
}

// baseOf returns the URL that a request reached the forge at.
func (s *Server) baseOf(r *http.Request) string {
	if s.config.PublicURL != "" {
		return strings.TrimRight(s.config.PublicURL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// view runs fn in a reading transaction, as nobody.
func (s *Server) view(ctx context.Context, fn func(*view) error) error {
	return s.store.viewTx(ctx, func(tx *tx) error {
		return fn(&view{srv: s, tx: tx, base: s.lastBase()})
	})
}

// update runs fn in the writing transaction, as the account of actor (nil is
// nobody), and wakes webhook delivery if it emitted events.
func (s *Server) update(ctx context.Context, actor *actor, fn func(*view) error) error {
	return s.updateAt(ctx, s.lastBase(), actor, fn)
}

func (s *Server) updateAt(ctx context.Context, base string, actor *actor, fn func(*view) error) error {
	emitted, untested := 0, 0
	err := s.store.updateTx(ctx, func(tx *tx) error {
		if base != s.lastBase() {
			if err := tx.setSetting("base", base); err != nil {
				return err
			}
		}
		v := &view{srv: s, tx: tx, base: base, actor: actor}
		err := fn(v)
		emitted, untested = tx.emitted, tx.untested
		return err
	})
	if err != nil {
		return err
	}
	s.base.set(base)
	if emitted > 0 {
		wake(s.outbox)
	}
	if untested > 0 {
		wake(s.untested)
	}
	return nil
}

// lastBase is the URL for what no request asked for: work in the background.
func (s *Server) lastBase() string {
	if s.config.PublicURL != "" {
		return strings.TrimRight(s.config.PublicURL, "/")
	}
	return s.base.get()
}

// baseURL remembers the URL that the forge was last reached at.
type baseURL struct {
	mu  sync.Mutex
	url string
}

func (b *baseURL) get() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.url == "" {
		return "http://localhost"
	}
	return b.url
}

func (b *baseURL) set(url string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.url = url
}

// lockMap holds one lock for each id.
type lockMap struct {
	mu    sync.Mutex
	locks map[int64]*sync.Mutex
}

// lock takes the lock of id and returns what gives it back.
//
// Order: a repository's lock is taken before the writing transaction begins,
// and nobody holds two.
func (m *lockMap) lock(id int64) (unlock func()) {
	m.mu.Lock()
	if m.locks == nil {
		m.locks = make(map[int64]*sync.Mutex)
	}
	l := m.locks[id]
	if l == nil {
		l = new(sync.Mutex)
		m.locks[id] = l
	}
	m.mu.Unlock()
	l.Lock()
	return l.Unlock
}
