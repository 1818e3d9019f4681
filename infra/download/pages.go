// SPDX-License-Identifier: Apache-2.0

package download

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed pages.html
var pagesHTML string

//go:embed style.css
var styleCSS string

// modulePath is what "go install" is told.
const modulePath = "github.com/lanner-project/lanner"

var pages = template.Must(template.New("pages").Funcs(template.FuncMap{
	"size":      size,
	"timestamp": timestamp,
	"day":       func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"path":      releasePath,
	"sentence":  func(s string) string { return strings.TrimRight(s, ". ") + "." },
	"style":     func() template.CSS { return template.CSS(styleCSS) }, // our own, embedded
}).Parse(pagesHTML))

// The pages need nothing but themselves: no script, no font, no picture. The
// one style sheet is in the page and allowed by its digest.
var pagePolicy = fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	styleDigest())

func styleDigest() string {
	sum := sha256.Sum256([]byte(styleCSS))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// page is what every template gets.
type page struct {
	Title string
	Base  string // scheme and host of the site, for commands to copy
	Index Index
	Stale bool // the repository's index could not be taken over

	Release  *Release // on the page of one
	Version  string   // the version that commands name
	Commands []command
	Failures map[string]*failure
	Message  string
}

// Failure says why a file is not served, "" if it is.
func (p page) Failure(version, file string) string {
	if f := p.Failures[releasePath(version, file)]; f != nil {
		return f.Public()
	}
	return ""
}

// A command is a way to install, with what to type.
type command struct{ Title, Text string }

func (s *Site) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /releases", s.serveReleases)
	mux.HandleFunc("GET /releases/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/releases", http.StatusMovedPermanently)
	})
	mux.HandleFunc("GET /releases/latest", s.serveLatest)
	mux.HandleFunc("GET /releases/"+IndexFile, s.serveIndex)
	mux.HandleFunc("GET /releases/"+IndexSignatureFile, s.serveSignature)
	mux.HandleFunc("GET /releases/{version}", s.serveRelease)
	mux.HandleFunc("GET /releases/{version}/{file}", s.serveFile)
	return mux
}

// ServeHTTP serves /releases and all below it.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-cache") // to be asked again each time, which is cheap
	s.mux.ServeHTTP(w, r)
}

func (s *Site) serveReleases(w http.ResponseWriter, r *http.Request) {
	now := s.now.Load()
	p := newPage(r, now, "Releases of Lanner")
	if latest := now.index.Find(now.index.Latest.Stable); latest != nil {
		p.Version = latest.Version
		p.Commands = installCommands(p.Base, latest, now.failures)
	}
	s.render(w, r, http.StatusOK, "releases", p)
}

func (s *Site) serveLatest(w http.ResponseWriter, r *http.Request) {
	now := s.now.Load()
	if now.index.Latest.Stable == "" {
		s.notFound(w, r, "There is no stable release yet.")
		return
	}
	http.Redirect(w, r, releasePath(now.index.Latest.Stable), http.StatusFound)
}

func (s *Site) serveRelease(w http.ResponseWriter, r *http.Request) {
	now := s.now.Load()
	release := now.index.Find(r.PathValue("version"))
	if release == nil {
		s.notFound(w, r, fmt.Sprintf("There is no release %q.", r.PathValue("version")))
		return
	}
	p := newPage(r, now, "Lanner "+release.Version)
	p.Release, p.Version = release, release.Version
	if release.Yanked == nil {
		p.Commands = installCommands(p.Base, release, now.failures)
	}
	s.render(w, r, http.StatusOK, "release", p)
}

func (s *Site) serveIndex(w http.ResponseWriter, r *http.Request) {
	s.serveBytes(w, r, "application/json", s.now.Load().data)
}

func (s *Site) serveSignature(w http.ResponseWriter, r *http.Request) {
	s.serveBytes(w, r, "text/plain; charset=utf-8", s.now.Load().sig)
}

func (s *Site) serveBytes(w http.ResponseWriter, r *http.Request, mediaType string, data []byte) {
	if data == nil {
		s.notFound(w, r, "Nothing was released yet, so there is no index.")
		return
	}
	sum := sha256.Sum256(data)
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("ETag", etag(hex.EncodeToString(sum[:])))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// serveFile serves an artifact: those of the index and no others, whole or a
// range, to whoever asks.
func (s *Site) serveFile(w http.ResponseWriter, r *http.Request) {
	now := s.now.Load()
	version, name := r.PathValue("version"), r.PathValue("file")
	release := now.index.Find(version)
	if release == nil {
		s.notFound(w, r, fmt.Sprintf("There is no release %q.", version))
		return
	}
	i := slices.IndexFunc(release.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		s.notFound(w, r, fmt.Sprintf("Release %s has no file %q.", version, name))
		return
	}
	f := release.Files[i]
	file, err := s.store.Get(f.artifact())
	if err != nil {
		s.log.Warn("download site was asked for a file it does not have", "release", version, "file", name, "err", err)
		p := newPage(r, now, name+" is not served")
		p.Message = fmt.Sprintf("%s of %s is not served: this site does not have it, or what it has is not what the index says. %s has it too.", name, version, f.URL)
		w.Header().Set("Retry-After", "300")
		s.render(w, r, http.StatusServiceUnavailable, "message", p)
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", f.MediaType)
	h.Set("Content-Disposition", "attachment; filename="+strconv.Quote(name)) // the name is plain: ParseIndex
	h.Set("ETag", etag(f.SHA256))
	h.Set("Cache-Control", "public, max-age=31536000, immutable") // a published file never changes
	http.ServeContent(w, r, "", release.Date, file)
}

func etag(sha256 string) string { return `"sha256:` + sha256 + `"` }

func (s *Site) notFound(w http.ResponseWriter, r *http.Request, message string) {
	p := newPage(r, s.now.Load(), "Not found")
	p.Message = message
	s.render(w, r, http.StatusNotFound, "message", p)
}

func (s *Site) render(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	var buf bytes.Buffer
	if err := pages.ExecuteTemplate(&buf, name, p); err != nil {
		s.log.Error("download site cannot render a page", "page", r.URL.Path, "err", err)
		http.Error(w, "this page cannot be shown; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	if _, err := w.Write(buf.Bytes()); err != nil {
		s.log.Debug("download site: the reader went away", "page", r.URL.Path, "err", err)
	}
}

func newPage(r *http.Request, now *content, title string) page {
	scheme := "http"
	// A proxy in front that ends TLS says so; it only changes what the commands
	// on the page read.
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return page{
		Title: title, Base: scheme + "://" + r.Host, Index: now.index,
		Stale: now.stale != nil, Failures: now.failures,
	}
}

// installCommands returns what to type for each kind of file that a release
// has for the most common machine, and for "go install".
func installCommands(base string, r *Release, failures map[string]*failure) []command {
	commands := []command{{"With Go", "go install " + modulePath + "/engine/cmd/lanner@" + r.Version}}
	for _, kind := range []struct{ suffix, title, after string }{
		{"amd64.tar.gz", "Linux on x86-64", "tar -xzf %s lanner"},
		{"amd64.deb", "Debian, Ubuntu", "sudo apt-get install ./%s"},
		{"amd64.rpm", "Fedora, Red Hat, SUSE", "sudo rpm --install %s"},
	} {
		for _, f := range r.Files {
			path := releasePath(r.Version, f.Name)
			if strings.HasSuffix(f.Name, kind.suffix) && failures[path] == nil {
				commands = append(commands, command{kind.title, "curl -fLO " + base + path + "\n" + fmt.Sprintf(kind.after, f.Name)})
			}
		}
	}
	return commands
}

// size writes a size for people.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
}

func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
