// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	gh "github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/download"
)

// patience bounds how long the demo waits for the platform to act.
const patience = time.Minute

func (d *demo) mergePull(ctx context.Context) error {
	const number = 1 // the forge's first
	for _, c := range []struct{ who, text string }{{"bob", "Thanks, the key is the one you showed me.\n\n/lgtm"}, {"carol", "/approve"}} {
		who, err := d.as(c.who)
		if err != nil {
			return err
		}
		if err := d.say("%s: %s\n", c.who, strings.ReplaceAll(c.text, "\n\n", " ")); err != nil {
			return err
		}
		if _, _, err := who.Issues.CreateComment(ctx, owner, repoName, number, &gh.IssueComment{Body: &c.text}); err != nil {
			return err
		}
	}
	alice, err := d.as("alice")
	if err != nil {
		return err
	}
	var pull *gh.PullRequest
	err = await(ctx, "the bot to merge the pull request", func() (bool, error) {
		var err error
		pull, _, err = alice.PullRequests.Get(ctx, owner, repoName, number)
		return pull.GetMerged(), err
	})
	if err != nil {
		return err
	}
	if err := d.say("merged as %s by %s\n", pull.GetMergeCommitSHA(), pull.GetMergedBy().GetLogin()); err != nil {
		return err
	}
	if _, err := d.clone.Run(ctx, "switch", "--quiet", "main"); err != nil {
		return err
	}
	if _, err := d.clone.Run(ctx, "pull", "--quiet", "--ff-only"); err != nil {
		return err
	}
	return d.test(ctx)
}

// release runs the release tool as alice in her clone. This repository's first
// commits came before there was anything to review them with: that finding is
// let pass, and recorded.
func (d *demo) release(ctx context.Context, args ...string) error {
	token, err := os.ReadFile(d.tokenFile("alice"))
	if err != nil {
		return err
	}
	// The second build's own compile cache outlives the demo and its clone: the
	// next demo compiles Go's library no more.
	cache, err := exec.CommandContext(ctx, "go", "env", "GOCACHE").Output()
	if err != nil {
		return fmt.Errorf("go env GOCACHE: %w", err)
	}
	args = append(args, "--signing-key", d.key, "--second-cache", filepath.Join(strings.TrimSpace(string(cache)), "lanner-second-build"))
	if args[0] == "plan" || args[0] == "cut" {
		args = append(args, "--waive", "commits-without-pull-request=the founding history came before there was a platform to review it on",
			"--waive", "no-grid=the demonstration boots no kernels")
	}
	return d.command(ctx, d.clone.Dir, strings.TrimSpace(string(token)), d.tool, args...)
}

// propose runs the cut that has to stop: nobody has approved the plan yet.
func (d *demo) propose(ctx context.Context) error {
	err := d.release(ctx, "cut", "engine")
	var exit *exec.ExitError
	if err == nil {
		return errors.New("the cut went on without any approval")
	}
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		return err
	}
	return nil
}

func (d *demo) approve(ctx context.Context) error {
	alice, err := d.as("alice")
	if err != nil {
		return err
	}
	pulls, _, err := alice.PullRequests.List(ctx, owner, repoName, &gh.PullRequestListOptions{Head: owner + ":release-plan/" + version})
	if err != nil {
		return err
	}
	if len(pulls) != 1 {
		return fmt.Errorf("%d release pull requests are open, want 1", len(pulls))
	}
	for _, login := range []string{"bob", "carol"} {
		who, err := d.as(login)
		if err != nil {
			return err
		}
		_, _, err = who.PullRequests.CreateReview(ctx, owner, repoName, pulls[0].GetNumber(), &gh.PullRequestReviewRequest{
			CommitID: pulls[0].GetHead().SHA, Event: new("APPROVE"), Body: new("Read the plan, the notes and the version."),
		})
		if err != nil {
			return err
		}
		if err := d.say("%s approves %s\n", login, pulls[0].GetHTMLURL()); err != nil {
			return err
		}
	}
	return nil
}

// install does what the site tells a newcomer to do.
func (d *demo) install(ctx context.Context) error {
	var index download.Index
	err := await(ctx, "the download site to show "+version, func() (bool, error) {
		data, err := d.fetch(ctx, "/releases/index.json")
		if err != nil {
			return false, nil // the site answers 404 until its first sync
		}
		index, err = download.ParseIndex("index.json", data)
		return index.Latest.Stable == version, err
	})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("lanner_%s_linux_%s.tar.gz", strings.TrimPrefix(version, "v"), runtime.GOARCH)
	var archive []byte
	for _, f := range index.Find(version).Files {
		if f.Name != name {
			continue
		}
		if archive, err = d.fetch(ctx, "/releases/"+version+"/"+name); err != nil {
			return err
		}
		sum := sha256.Sum256(archive)
		if hex.EncodeToString(sum[:]) != f.SHA256 {
			return fmt.Errorf("%s: sha256 %x, the index says %s", name, sum, f.SHA256)
		}
	}
	if archive == nil {
		return fmt.Errorf("the download site has no %s; this demo installs on linux/amd64 and linux/arm64", name)
	}
	program := filepath.Join(d.data, "installed", "lanner")
	if err := unpack(archive, "lanner", program); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := d.say("%s/releases/%s/%s, sha256 as in the index\n", d.siteURL, version, name); err != nil {
		return err
	}
	return d.command(ctx, d.data, "", program, "version")
}

func (d *demo) verify(ctx context.Context) error {
	return d.command(ctx, d.data, "", d.tool, "verify", version, "--repository", d.remote(), "--site", d.siteURL)
}

func (d *demo) fetch(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.siteURL+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 1<<30))
}

// unpack writes the member of a tar.gz whose base name is member to file.
func unpack(archive []byte, member, file string) error {
	zr, err := gzip.NewReader(strings.NewReader(string(archive)))
	if err != nil {
		return err
	}
	tr := tar.NewReader(zr)
	for {
		h, err := tr.Next()
		if err != nil {
			return fmt.Errorf("member %s: %w", member, err)
		}
		if filepath.Base(h.Name) != member || h.Typeflag != tar.TypeReg {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		out, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, tr)
		return errors.Join(err, out.Close())
	}
}

// await asks until ok, the context's end or the end of patience.
func await(ctx context.Context, what string, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if done, err := ok(); err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}
