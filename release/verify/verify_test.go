// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/artifacttest"
	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/verify"
)

// published is a release, as a stranger finds it.
type published struct {
	project *artifacttest.Project
	set     artifact.Set
}

// publish builds, signs and tags a release.
func publish(t *testing.T) published {
	t.Helper()
	p := artifacttest.New(t)
	r := published{p, signWith(t, p.KeyFile, p.Build(t, p.Spec(t)))}
	p.Tag(t, p.Release)
	return r
}

func signWith(t *testing.T, keyFile string, set artifact.Set) artifact.Set {
	t.Helper()
	key, err := signature.OpenKey(t.Context(), keyFile, "")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := artifact.Sign(t.Context(), set, key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// serve serves a copy of the release's files, which the test may spoil in the
// folder it returns.
func (r published) serve(t *testing.T) (files, url string) {
	t.Helper()
	files = t.TempDir()
	if err := os.CopyFS(files, os.DirFS(r.set.Dir)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(files)))
	t.Cleanup(server.Close)
	return files, server.URL
}

// options are those for a quick verification.
func (r published) options(t *testing.T, assets string) verify.Options {
	t.Helper()
	return verify.Options{
		Version: artifacttest.Version, Repository: r.project.Repo.Dir, Assets: assets,
		Dir: filepath.Join(t.TempDir(), "work"), SkipRebuild: true,
	}
}

func run(t *testing.T, opts verify.Options) verify.Report {
	t.Helper()
	report, err := verify.Verify(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// failures returns the failed checks with what they say.
func failures(report verify.Report) map[string]string {
	failed := make(map[string]string)
	for _, row := range report.Rows {
		if row.Status == verify.Failed {
			failed[row.Check] += row.Detail + "\n-> " + row.Advice + "\n"
		}
	}
	return failed
}

// wantFailures checks that exactly these checks failed, each saying that.
func wantFailures(t *testing.T, report verify.Report, want map[string]string) {
	t.Helper()
	got := failures(report)
	for check, text := range want {
		if !strings.Contains(got[check], text) {
			t.Errorf("%s: got %q, want %q", check, got[check], text)
		}
		delete(got, check)
	}
	for check, text := range got {
		t.Errorf("%s failed too: %s", check, text)
	}
	if report.OK() != (len(want) == 0) {
		t.Errorf("OK is %v with %d failures", report.OK(), len(want))
	}
}

func TestGoodRelease(t *testing.T) {
	t.Parallel()
	r := publish(t)
	r.pushIndex(t, index(t, r.entry()))
	_, url := r.serve(t)
	opts := r.options(t, url)
	opts.SkipRebuild, opts.Cache = false, artifacttest.Cache(t)
	opts.AllowedSigners = filepath.Join(t.TempDir(), "signers")
	if err := os.WriteFile(opts.AllowedSigners, []byte(r.project.Signers), 0o600); err != nil {
		t.Fatal(err)
	}
	report := run(t, opts)
	wantFailures(t, report, nil)
	var got []string
	for _, row := range report.Rows {
		got = append(got, string(row.Status)+": "+row.Check)
	}
	want := []string{
		"proven: tag", "proven: trust", "proven: tag signature", "proven: plan", "proven: download",
		"proven: checksums signature", "proven: checksums", "proven: provenance signature", "proven: provenance",
		"proven: index signature", "proven: index",
		"proven: packages", "proven: build information", "proven: bill of materials", "proven: image", "proven: rebuild",
		"not proven: key holder", "not proven: toolchain", "not proven: behaviour",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(text.String(), ": 16 proven, 0 failed, 3 not proven. Nothing failed.\n") {
		t.Errorf("report:\n%s", text.String())
	}
	t.Log(text.String())
}

func TestSpoiltFiles(t *testing.T) {
	t.Parallel()
	r := publish(t)
	deb := "lanner_0.1.0_linux_amd64.deb"
	stranger := artifacttest.New(t).KeyFile

	t.Run("corrupt", func(t *testing.T) {
		t.Parallel()
		files, url := r.serve(t)
		flip(t, filepath.Join(files, deb), -100)
		opts := r.options(t, url)
		opts.SkipRebuild, opts.Cache = false, artifacttest.Cache(t)
		wantFailures(t, run(t, opts), map[string]string{
			"checksums":  deb + " (",
			"provenance": "it is about " + deb,
			"packages":   deb,
			"rebuild":    deb + ": byte ",
		})
	})
	t.Run("missing", func(t *testing.T) {
		t.Parallel()
		files, url := r.serve(t)
		remove(t, filepath.Join(files, deb))
		wantFailures(t, run(t, r.options(t, url)), map[string]string{
			"download": deb + " is missing: " + url + "/" + deb + " answers 404 Not Found\n-> the release is incomplete, or this is not where its files are: " + url,
		})
	})
	t.Run("signed by a stranger", func(t *testing.T) {
		t.Parallel()
		files, url := r.serve(t)
		forged := r.set
		forged.Dir, forged.Files = files, r.set.Files[:len(r.set.Files)-3] // without the signed ones
		signWith(t, stranger, forged)
		wantFailures(t, run(t, r.options(t, url)), map[string]string{
			"checksums signature":  "is not in release/allowed_signers",
			"provenance signature": "is not in release/allowed_signers",
			"provenance":           "no signature of the envelope is by a key that release/allowed_signers allows",
		})
	})
	t.Run("signature of another file", func(t *testing.T) {
		t.Parallel()
		files, url := r.serve(t)
		rename(t, filepath.Join(files, r.set.Spec.Provenance()+".sig"), filepath.Join(files, "checksums.txt.sig"))
		wantFailures(t, run(t, r.options(t, url)), map[string]string{
			"checksums signature": "does not fit the content",
			"download":            r.set.Spec.Provenance() + ".sig is missing",
		})
	})
	t.Run("cut short", func(t *testing.T) {
		t.Parallel()
		files, _ := r.serve(t)
		cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if strings.HasSuffix(req.URL.Path, ".rpm") {
				w.Header().Set("Content-Length", "1000000")
				w.WriteHeader(http.StatusOK)
				if _, err := w.Write(make([]byte, 1000)); err != nil {
					t.Error(err)
				}
				return
			}
			http.FileServer(http.Dir(files)).ServeHTTP(w, req)
		}))
		t.Cleanup(cut.Close)
		wantFailures(t, run(t, r.options(t, cut.URL)), map[string]string{
			"download": "download lanner_0.1.0_linux_amd64.rpm: broke off after 1000 bytes",
		})
	})
	t.Run("server fails", func(t *testing.T) {
		t.Parallel()
		down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
		t.Cleanup(down.Close)
		wantFailures(t, run(t, r.options(t, down.URL)), map[string]string{"download": "answers 502 Bad Gateway"})
	})
}

// TestLyingBuilder publishes files that the right key signed, and that are
// not the source.
func TestLyingBuilder(t *testing.T) {
	t.Parallel()
	p := artifacttest.New(t)
	honest := p.Spec(t)
	p.Write(t, "engine/cmd/lanner/backdoor.go", "package main\n\nfunc init() { println() }\n")
	p.Release = p.Commit(t, "lanner: add what nobody reviewed")
	lie := p.Build(t, p.Spec(t))
	lie.Spec = honest
	r := published{p, signWith(t, p.KeyFile, lie)}
	p.Tag(t, honest.Commit)
	_, url := r.serve(t)
	opts := r.options(t, url)
	opts.SkipRebuild, opts.Cache = false, artifacttest.Cache(t)
	wantFailures(t, run(t, opts), map[string]string{
		"contents":          "the provenance states the module sum",
		"build information": `the binary says module sum "h1:`,
		"image":             "configuration is",
		"rebuild":           "lanner_0.1.0_linux_amd64.tar.gz: member lanner",
	})
}

func TestWrongTags(t *testing.T) {
	t.Parallel()
	r := publish(t)
	_, url := r.serve(t)
	tagging := func(t *testing.T) published {
		t.Helper()
		clone := *r.project
		clone.Repo.Dir = filepath.Join(t.TempDir(), "clone")
		artifacttest.Run(t, "", "git", "clone", "--quiet", r.project.Repo.Dir, clone.Repo.Dir)
		return published{&clone, r.set}
	}
	t.Run("moved", func(t *testing.T) {
		t.Parallel()
		r := tagging(t)
		r.project.Git(t, "commit", "--quiet", "--allow-empty", "--message", "lanner: after the release")
		head := r.project.Git(t, "rev-parse", "HEAD")
		r.project.Tag(t, head)
		wantFailures(t, run(t, r.options(t, url)), map[string]string{
			"provenance": "the files were made of commit " + r.set.Spec.Commit + ", but the tag v0.1.0 is at " + head + "\n-> the tag was moved after the release",
		})
	})
	t.Run("not signed", func(t *testing.T) {
		t.Parallel()
		r := tagging(t)
		r.project.Git(t, "tag", "--force", "--annotate", "--message", "x", "v0.1.0", r.project.Release)
		wantFailures(t, run(t, r.options(t, url)), map[string]string{"tag signature": "no signature found"})
	})
	t.Run("signed by a stranger", func(t *testing.T) {
		t.Parallel()
		r := tagging(t)
		r.project.KeyFile = artifacttest.New(t).KeyFile
		r.project.Tag(t, r.project.Release)
		wantFailures(t, run(t, r.options(t, url)), map[string]string{"tag signature": "No principal matched"})
	})
	t.Run("only a name", func(t *testing.T) {
		t.Parallel()
		r := tagging(t)
		r.project.Git(t, "tag", "--force", "v0.1.0", r.project.Release)
		wantFailures(t, run(t, r.options(t, url)), map[string]string{"tag": "is not a tag object"})
	})
	t.Run("another name", func(t *testing.T) {
		t.Parallel()
		r := tagging(t)
		r.project.Git(t, "update-ref", "refs/tags/v0.2.0", "refs/tags/v0.1.0")
		opts := r.options(t, url)
		opts.Version = "v0.2.0"
		wantFailures(t, run(t, opts), map[string]string{"tag": `the tag object says commit "v0.1.0", but is published as the tag v0.2.0`})
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		opts := r.options(t, url)
		opts.Version = "v9.9.9"
		wantFailures(t, run(t, opts), map[string]string{"tag": "couldn't find remote ref refs/tags/v9.9.9"})
	})
	t.Run("unplanned file", func(t *testing.T) {
		t.Parallel()
		p := artifacttest.New(t)
		p.Write(t, "engine/extra.go", "package engine\n")
		p.Release = p.Commit(t, "lanner: slip something in")
		p.Tag(t, p.Release)
		got := failures(run(t, published{p, r.set}.options(t, url)))
		if !strings.Contains(got["plan"], `changes "engine/extra.go", which is not in the plan`) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("keys of somebody else", func(t *testing.T) {
		t.Parallel()
		opts := r.options(t, url)
		opts.AllowedSigners = filepath.Join(t.TempDir(), "signers")
		if err := os.WriteFile(opts.AllowedSigners, []byte(artifacttest.New(t).Signers), 0o600); err != nil {
			t.Fatal(err)
		}
		wantFailures(t, run(t, opts), map[string]string{
			"tag signature":        "No principal matched",
			"checksums signature":  "is not in " + opts.AllowedSigners,
			"provenance signature": "is not in " + opts.AllowedSigners,
			"provenance":           "no signature of the envelope",
		})
	})
}

func TestVerifyRefusesOptions(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, opts := range map[string]verify.Options{
		`version "latest": want the tag`:  {Version: "latest", Repository: "x", Dir: t.TempDir()},
		"needs the URL of the repository": {Version: "v0.1.0", Dir: t.TempDir()},
		"is not empty (it has x)":         {Version: "v0.1.0", Repository: "x", Dir: full},
	} {
		if _, err := verify.Verify(context.Background(), opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// flip changes one bit of a file, at an offset from its end if negative.
func flip(t *testing.T, path string, offset int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[(offset+len(data))%len(data)] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
