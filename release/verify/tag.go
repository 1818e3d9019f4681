// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/artifact"
	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/plan"
)

// signersPath is where the project keeps the keys that may sign.
const signersPath = "release/allowed_signers"

// fetchTag fetches the tag and what it reaches, and checks that it is a tag
// object that calls itself by that name: an old tag object put under a new
// name has a good signature.
func (v *verifier) fetchTag(ctx context.Context) bool {
	v.step("fetch the tag " + v.Version)
	v.repo = git.Repo{Dir: filepath.Join(v.Dir, "repository.git")}
	if err := os.MkdirAll(v.repo.Dir, 0o755); err != nil {
		v.fail("tag", err.Error(), "give another work folder")
		return false
	}
	ref := "refs/tags/" + v.Version
	if _, err := v.repo.Run(ctx, "init", "--quiet", "--bare"); err != nil {
		v.fail("tag", err.Error(), "is git installed?")
		return false
	}
	if _, err := v.repo.Run(ctx, "fetch", "--quiet", "--no-tags", "--end-of-options", v.Repository, ref+":"+ref); err != nil {
		v.fail("tag", err.Error(), "is "+v.Repository+" the repository, and "+v.Version+" released?")
		return false
	}
	object, err := v.repo.Run(ctx, "cat-file", "tag", ref)
	if err != nil {
		v.fail("tag", v.Version+" is not a tag object but only a name for a commit: nobody signed it", "do not use it; releases have signed tags")
		return false
	}
	header, _, _ := strings.Cut(object, "\n\n")
	m := tagHeader.FindStringSubmatch(header + "\n")
	if m == nil {
		v.fail("tag", "the tag object is not one that git writes", "do not use it")
		return false
	}
	if m[2] != v.Version || m[1] != "commit" {
		v.fail("tag", fmt.Sprintf("the tag object says %s %q, but is published as the tag %s", m[1], m[2], v.Version), "somebody gave an old tag a new name: do not use it")
		return false
	}
	seconds, err := strconv.ParseInt(m[3], 10, 64)
	if err != nil {
		v.fail("tag", "the tag object has no time: "+err.Error(), "do not use it")
		return false
	}
	v.tagged = time.Unix(seconds, 0).UTC()
	if v.source, err = artifact.Resolve(ctx, v.repo, ref); err != nil {
		v.fail("tag", err.Error(), "fetch again")
		return false
	}
	v.report.Commit = v.source.Commit
	v.prove("tag", fmt.Sprintf("%s is a tag object of commit %s, made %s", v.Version, short(v.source.Commit), v.tagged.Format(time.RFC3339)))
	return true
}

var tagHeader = regexp.MustCompile(`(?s)^object [0-9a-f]+\ntype (\w+)\ntag ([^\n]+)\ntagger [^\n]*> (\d+) [+-]\d{4}\n`)

// trust reads whose signatures count, and says where that is from.
func (v *verifier) trust(ctx context.Context) bool {
	name := v.AllowedSigners
	var data []byte
	var err error
	if name != "" {
		data, err = os.ReadFile(name)
	} else {
		name = signersPath
		var out bytes.Buffer
		err = v.repo.Stream(ctx, nil, &out, "cat-file", "blob", v.source.Commit+":"+signersPath)
		data = out.Bytes()
	}
	if err == nil {
		v.signers, err = signature.ParseAllowedSigners(name, data)
	}
	if err == nil {
		err = os.WriteFile(v.signersFile(), data, 0o600)
	}
	if err != nil {
		v.fail("trust", err.Error(), "give a file with the keys you trust")
		return false
	}
	if v.AllowedSigners != "" {
		v.prove("trust", "signatures are held against the keys in "+name+", which you chose")
		return true
	}
	v.skip("trust", "the keys are those that "+name+" in the tagged commit itself names: whoever can replace the tag can replace them; keep a copy of that file that you trust, and give it")
	return true
}

func (v *verifier) signersFile() string { return filepath.Join(v.Dir, "allowed_signers") }

// tagSignature lets git check the tag, as users do.
func (v *verifier) tagSignature(ctx context.Context) {
	v.step("check signatures")
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		v.skip("tag signature", "git needs ssh-keygen to check it, which is not installed (Debian: openssh-client)")
		return
	}
	repo := v.repo.WithConfig("gpg.format", "ssh").WithConfig("gpg.ssh.allowedSignersFile", v.signersFile())
	cmd := repo.Command(ctx, "verify-tag", "--raw", v.Version)
	var output bytes.Buffer // git hands on what ssh-keygen says on standard error
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	said := strings.TrimSpace(output.String())
	if err != nil || !strings.HasPrefix(said, "Good \"git\" signature for ") {
		if said == "" && err != nil {
			said = err.Error()
		}
		v.fail("tag signature", said, "the tag is not signed by a key of the list; do not use it, and report it to the project (SECURITY.md)")
		return
	}
	first, _, _ := strings.Cut(said, "\n")
	v.prove("tag signature", first)
}

// readPlan reads the plan in the tagged commit, as far as verifying needs it:
// a later tool must still understand an earlier plan, so unknown keys pass.
func (v *verifier) readPlan(ctx context.Context) bool {
	path := plan.Path("engine", v.Version)
	var p plan.Plan
	var out bytes.Buffer
	err := v.repo.Stream(ctx, nil, &out, "cat-file", "blob", v.source.Commit+":"+path)
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &p)
	}
	if err == nil && p.Version != v.Version {
		err = fmt.Errorf("%s: is the plan of %q", path, p.Version)
	}
	if err == nil && p.Toolchain == "" {
		err = fmt.Errorf("%s: names no toolchain", path)
	}
	if err != nil {
		v.fail("plan", err.Error(), "a release commit holds its plan; is "+v.Version+" a release of this project?")
		return false
	}
	v.plan = p
	v.spec = artifact.Engine(v.source, v.Version, p.Toolchain)
	v.spec.Compat = p.Compat()
	v.spec.Plan = plan.File{Path: path, SHA256: plan.Sum(out.Bytes())}
	return true
}

// planBase checks that the commit is the planned one: the base with nothing
// but the files of the plan, in the planned content, put on top.
func (v *verifier) planBase(ctx context.Context) {
	const advice = "something is in the release that was not in the plan the maintainers approved; report it to the project (SECURITY.md)"
	base, err := artifact.Resolve(ctx, v.repo, v.plan.Base.Commit)
	if err != nil {
		v.fail("plan", "the plan's base commit is not part of the tag's history: "+err.Error(), advice)
		return
	}
	if base.Tree != v.plan.Base.Tree {
		v.fail("plan", fmt.Sprintf("the base commit %s has the tree %s, the plan says %s", short(base.Commit), base.Tree, v.plan.Base.Tree), advice)
		return
	}
	changed, err := v.repo.Run(ctx, "diff-tree", "-r", "--no-renames", "--name-only", "-z", base.Commit, v.source.Commit)
	if err != nil {
		v.fail("plan", err.Error(), advice)
		return
	}
	planned := map[string]string{plan.Path("engine", v.Version): ""}
	for _, f := range v.plan.Files {
		planned[f.Path] = f.SHA256
	}
	for path := range strings.SplitSeq(strings.TrimSuffix(changed, "\x00"), "\x00") {
		if _, ok := planned[path]; !ok {
			v.fail("plan", fmt.Sprintf("commit %s changes %q, which is not in the plan", short(v.source.Commit), path), advice)
			return
		}
	}
	for _, f := range v.plan.Files {
		var out bytes.Buffer
		if err := v.repo.Stream(ctx, nil, &out, "cat-file", "blob", v.source.Commit+":"+f.Path); err != nil {
			v.fail("plan", err.Error(), advice)
			return
		}
		if got := plan.Sum(out.Bytes()); got != f.SHA256 {
			v.fail("plan", fmt.Sprintf("%s in the commit has sha256 %s, the plan says %s", f.Path, got, f.SHA256), advice)
			return
		}
	}
	v.prove("plan", fmt.Sprintf("commit %s is %s with the %d files of its plan, and nothing else", short(v.source.Commit), short(base.Commit), len(planned)))
}
