// SPDX-License-Identifier: Apache-2.0

package cut

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/infra/grid"
	"github.com/lanner-project/lanner/release/artifact/signature"
	"github.com/lanner-project/lanner/release/plan"
)

const (
	// targetsDir has a file for each family of kernels that the driver is for.
	targetsDir = "driver/targets"
	// gridNamespace is what the signature of an index is for.
	gridNamespace = "lanner-driver"
	// maxIndex is how large an index may be: some 20,000 kernels.
	maxIndex = 32 << 20
)

// fillCompat holds the published index of the grid against what is to be
// released: the driver of the planned commit, the kernels that its targets name,
// and their thresholds. What stands against it are findings; with an index the
// release says in compat.json which kernels its driver works on.
func (r *Release) fillCompat(ctx context.Context, p *plan.Plan, files map[string][]byte) error {
	families, err := r.families(ctx, p.Base.Commit)
	if err != nil {
		return err
	}
	if r.cfg.Grid == "" {
		if len(families) > 0 {
			r.planFindings = append(r.planFindings, Finding{
				Code: "no-grid", Message: fmt.Sprintf("nothing says on which kernels the driver of commit %s works", short(p.Base.Commit)),
				Fix: "name where \"grid publish\" wrote the index with --grid, or say with --waive why there is none: compat.json is left out then",
			})
		}
		return nil
	}
	index, found, err := r.readIndex(ctx, p)
	if err != nil {
		return fmt.Errorf("the grid at %s: %w", r.cfg.Grid, err)
	}
	compat, err := grid.NewCompat(index)
	if err != nil {
		return fmt.Errorf("the grid at %s: %w", r.cfg.Grid, err)
	}
	other, err := r.otherDriver(ctx, p.Base.Commit, compat)
	if err != nil {
		return err
	}
	found = append(found, other...)
	if short := compat.Short(families); len(short) > 0 {
		found = append(found, Finding{
			Code: "grid-threshold", Message: strings.Join(short, "; "),
			Fix: "run the grid to its end, repair the driver, or say with --waive why users can live with it",
		})
	}
	if missing := compat.Missing(families); len(missing) > 0 {
		found = append(found, Finding{
			Code:    "grid-missing",
			Message: fmt.Sprintf("%d kernels of %s are not in the index, such as %s %s", len(missing), targetsDir, missing[0].Release, missing[0].Arch),
			Fix:     "run the grid and publish it again",
		})
	}
	r.planFindings = append(r.planFindings, found...)
	for _, k := range compat.Kernels {
		p.DriverTargets = append(p.DriverTargets, fmt.Sprintf("%s %s %s", k.Family, k.Release, k.Arch))
	}
	files[plan.CompatPath], err = compat.JSON()
	return err
}

// families reads the targets of a commit; an engine without a driver has none.
func (r *Release) families(ctx context.Context, commit string) ([]*grid.Family, error) {
	out, err := r.repo.Run(ctx, "ls-tree", "--name-only", "-z", commit, "--", targetsDir+"/")
	if err != nil {
		return nil, err
	}
	var all []*grid.Family
	for name := range strings.SplitSeq(out, "\x00") {
		if path.Ext(name) != ".yaml" {
			continue
		}
		src, _, err := r.read(ctx, commit, name)
		if err != nil {
			return nil, err
		}
		fam, err := grid.ParseFamily(name, src)
		if err != nil {
			return nil, err
		}
		all = append(all, fam)
	}
	return all, nil
}

// readIndex reads the index and checks whose it is.
func (r *Release) readIndex(ctx context.Context, p *plan.Plan) ([]byte, []Finding, error) {
	index, err := r.fetchGrid(ctx, "index.json")
	if err != nil {
		return nil, nil, err
	}
	signers, there, err := r.read(ctx, p.Base.Commit, signersPath)
	if err != nil {
		return nil, nil, err
	}
	why := fmt.Sprintf("commit %s has no %s", short(p.Base.Commit), signersPath)
	if there {
		armored, err := r.fetchGrid(ctx, "index.json.sig")
		if err == nil {
			var allowed *signature.AllowedSigners
			if allowed, err = signature.ParseAllowedSigners(signersPath, signers); err != nil {
				return nil, nil, err
			}
			_, err = allowed.VerifyFor(gridNamespace, index, armored, time.Now())
		}
		if err == nil {
			return index, nil, nil
		}
		why = err.Error()
	}
	return index, []Finding{{
		Code: "grid-signature", Message: "nobody who may has signed the index of the grid: " + why,
		Fix: "publish it with --key, by somebody whom " + signersPath + " allows the namespace " + gridNamespace,
	}}, nil
}

// fetchGrid reads a file that is beside the index.
func (r *Release) fetchGrid(ctx context.Context, name string) (_ []byte, err error) {
	if !strings.Contains(r.cfg.Grid, "://") {
		return os.ReadFile(filepath.Join(r.cfg.Grid, name))
	}
	address, err := url.JoinPath(r.cfg.Grid, name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxIndex+1))
	if err == nil && len(text) > maxIndex {
		err = fmt.Errorf("%s has more than %d bytes", address, maxIndex)
	}
	return text, err
}

// otherDriver: a grid proves the driver that it ran, and no other.
func (r *Release) otherDriver(ctx context.Context, commit string, compat *grid.Compat) ([]Finding, error) {
	var other []string
	for arch, sum := range compat.Drivers {
		object, there, err := r.read(ctx, commit, arch.Object())
		if err != nil {
			return nil, err
		}
		if !there || plan.Sum(object) != sum {
			other = append(other, arch.Object())
		}
	}
	if len(other) == 0 && len(compat.Drivers) > 0 {
		return nil, nil
	}
	slices.Sort(other)
	return []Finding{{
		Code: "grid-driver", Message: fmt.Sprintf("the grid ran another driver than commit %s has (%s)", short(commit), strings.Join(other, ", ")),
		Fix: "run the grid for the driver that is released", Final: true,
	}}, nil
}
