// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/download"
	"github.com/lanner-project/lanner/release/artifact/artifacttest"
	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/verify"
)

// entry is the release's line in the index.
func (r published) entry() download.Release {
	e := download.Release{
		Version: artifacttest.Version, Tag: artifacttest.Version, Commit: r.set.Spec.Commit, Date: artifacttest.When,
		URL: "https://example.org/lanner/releases/tag/v0.1.0",
	}
	for _, f := range r.set.Files {
		e.Files = append(e.Files, download.File{
			Name: f.Name, Size: f.Size, SHA256: f.SHA256, MediaType: f.MediaType, URL: "https://example.org/lanner/" + f.Name,
		})
	}
	return e
}

// index encodes the index with that one release.
func index(t *testing.T, e download.Release) []byte {
	t.Helper()
	x, err := download.Index{}.WithRelease("lanner", e)
	if err != nil {
		t.Fatal(err)
	}
	return encode(t, x)
}

func encode(t *testing.T, x download.Index) []byte {
	t.Helper()
	data, err := x.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sign(t *testing.T, keyFile string, data []byte) []byte {
	t.Helper()
	key, err := signature.OpenKey(t.Context(), keyFile, "")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signature.Sign(key, data)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// pushIndex puts the index, signed by the project, on its branch.
func (r published) pushIndex(t *testing.T, data []byte) {
	t.Helper()
	p := r.project
	p.Git(t, "switch", "--quiet", "--orphan", download.IndexBranch)
	p.Write(t, download.IndexFile, string(data))
	p.Write(t, download.IndexSignatureFile, string(sign(t, p.KeyFile, data)))
	p.Commit(t, "downloads: v0.1.0")
}

// rowOf returns the one row of a check.
func rowOf(t *testing.T, report verify.Report, check string) verify.Row {
	t.Helper()
	for _, row := range report.Rows {
		if row.Check == check {
			return row
		}
	}
	t.Fatalf("no row %q in %+v", check, report.Rows)
	return verify.Row{}
}

// TestIndex serves the release with indexes that say something else of it.
func TestIndex(t *testing.T) {
	t.Parallel()
	r := publish(t)
	_, assets := r.serve(t)
	good := index(t, r.entry())
	own := func(data []byte) map[string][]byte {
		return map[string][]byte{download.IndexFile: data, download.IndexSignatureFile: sign(t, r.project.KeyFile, data)}
	}
	changed := func(change func(*download.Release)) map[string][]byte {
		e := r.entry()
		change(&e)
		return own(index(t, e))
	}
	other := func(date time.Time) map[string][]byte {
		return changed(func(e *download.Release) { e.Version, e.Tag, e.Date = "v0.0.9", "v0.0.9", date })
	}
	yanked, err := download.ParseIndex("index", good)
	if err != nil {
		t.Fatal(err)
	}
	yanked, err = yanked.WithYank(artifacttest.Version, download.Yanked{Reason: "it crashes", Date: artifacttest.When, RetractedBy: "v0.1.1"})
	if err != nil {
		t.Fatal(err)
	}
	stranger := own(good)
	stranger[download.IndexSignatureFile] = sign(t, artifacttest.New(t).KeyFile, good)
	unsigned := own(good)
	delete(unsigned, download.IndexSignatureFile)
	tampered := own(good)
	tampered[download.IndexFile] = []byte(strings.ReplaceAll(string(good), r.set.Files[0].SHA256, strings.Repeat("0", 64)))
	pointed := own([]byte(strings.Replace(string(good), `"stable": "v0.1.0"`, `"stable": "v9.9.9"`, 1)))

	for _, c := range []struct {
		name   string
		site   map[string][]byte
		check  string
		status verify.Status
		says   string
	}{
		{"good", own(good), "index", verify.Proven, "with the digests of checksums.txt; latest is v0.1.0; not withdrawn"},
		{"withdrawn", own(encode(t, yanked)), "index", verify.Proven, "WITHDRAWN on 2026-11-22 by v0.1.1: it crashes"},
		{"none", nil, "index", verify.NotProven, "/releases/index.json answers 404 Not Found"},
		{"behind", other(artifacttest.When.Add(-time.Hour)), "index", verify.NotProven, "from before v0.1.0"},
		{"not listed", other(artifacttest.When), "index", verify.Failed, "it does not list v0.1.0"},
		{"tampered with", tampered, "index signature", verify.Failed, "does not fit the content"},
		{"signed by a stranger", stranger, "index signature", verify.Failed, "is not in release/allowed_signers"},
		{"not signed", unsigned, "index signature", verify.Failed, "has no signature: index.json.sig is missing"},
		{"other digest", changed(func(e *download.Release) { e.Files[0].SHA256 = strings.Repeat("0", 64) }), "index", verify.Failed, "the sha256 000000000000"},
		{"other size", changed(func(e *download.Release) { e.Files[0].Size++ }), "index", verify.Failed, "bytes, the file has"},
		{"one file less", changed(func(e *download.Release) { e.Files = e.Files[1:] }), "index", verify.Failed, "the release has"},
		{"other commit", changed(func(e *download.Release) { e.Commit = r.project.Base }), "index", verify.Failed, "at commit " + r.project.Base},
		{"wrong pointer", pointed, "index", verify.Failed, "the latest pointers are not what its releases give"},
		{"no index", own([]byte("gone fishing")), "index", verify.Failed, "invalid character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				data, ok := c.site[strings.TrimPrefix(req.URL.Path, "/releases/")]
				if !ok {
					http.NotFound(w, req)
					return
				}
				if _, err := w.Write(data); err != nil {
					t.Error(err)
				}
			}))
			t.Cleanup(site.Close)
			opts := r.options(t, assets)
			opts.Site = site.URL + "/"
			report := run(t, opts)
			if row := rowOf(t, report, c.check); row.Status != c.status || !strings.Contains(row.Detail, c.says) {
				t.Errorf("got %+v, want %s: %q", row, c.status, c.says)
			}
			if report.OK() != (c.status != verify.Failed) {
				t.Errorf("OK is %v", report.OK())
			}
		})
	}
}
