// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	prowapi "sigs.k8s.io/prow/pkg/apis/prowjobs/v1"
	"sigs.k8s.io/prow/pkg/pod-utils/downwardapi"
	"sigs.k8s.io/prow/pkg/pod-utils/gcs"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/job/run"
)

// randomRefs makes refs with some of everything.
func randomRefs(r *rand.Rand, pulls int) run.Refs {
	some := func(values ...string) string { return values[r.IntN(len(values))] }
	refs := run.Refs{
		Org: some("acme", "k8s.io"), Repo: some("demo", "a_b"), BaseRef: some("main", "release/0.3"), BaseSHA: some("", "b1"),
		PathAlias: some("", "k8s.io/demo"), CloneURI: some("", "https://github.com/acme/demo.git"), BaseLink: some("", "https://x"),
		RepoLink: some("", "https://y"), CloneDepth: r.IntN(2), WorkDir: r.IntN(2) == 0, SkipSubmodules: r.IntN(2) == 0, SkipFetchHead: r.IntN(2) == 0,
	}
	for n := range pulls {
		refs.Pulls = append(refs.Pulls, run.Pull{
			Number: n + 5, Author: some("alice", "bob"), SHA: "c" + strconv.Itoa(n), Title: some("", `a "b" <c>`), Ref: some("", "refs/x"),
			HeadRef: some("", "topic"), Link: some("", "https://p"), CommitLink: some("", "https://c"), AuthorLink: some("", "https://a"),
		})
	}
	return refs
}

// toProw is a Spec as Prow would have it. What JSON has no key for is lost,
// and so are keys that Prow does not know.
func toProw(t *testing.T, s run.Spec) downwardapi.JobSpec {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"refs": s.Refs, "extra_refs": s.Extra})
	if err != nil {
		t.Fatal(err)
	}
	spec := prowapi.ProwJobSpec{Type: prowapi.ProwJobType(s.Type), Agent: prowapi.KubernetesAgent, Job: s.Job.Name}
	if err := json.Unmarshal(raw, &spec); err != nil {
		t.Fatal(err)
	}
	return downwardapi.NewJobSpec(spec, s.Build, s.ID)
}

// TestRuns holds the environment of a run, the places of its results and its
// revision against Prow's.
func TestRuns(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []job.Type{job.Presubmit, job.Postsubmit, job.Periodic, job.InBatch}
	for i := range 400 {
		s := run.Spec{ID: "id-" + strconv.Itoa(i), Build: strconv.Itoa(1000 + i), Type: kinds[i%len(kinds)], Job: &job.Job{Name: "unit.x"}}
		if s.Type != job.Periodic {
			pulls := map[job.Type]int{job.Presubmit: 1, job.InBatch: 1 + r.IntN(3)}[s.Type]
			refs := randomRefs(r, pulls)
			s.Refs = &refs
		}
		for range r.IntN(3) {
			s.Extra = append(s.Extra, randomRefs(r, r.IntN(2)))
		}
		theirs := toProw(t, s)
		want, err := downwardapi.EnvForSpec(theirs)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Env()
		if err != nil {
			t.Fatal(err)
		}
		var ourSpec, theirSpec any
		if err := json.Unmarshal([]byte(got["JOB_SPEC"]), &ourSpec); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want["JOB_SPEC"]), &theirSpec); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(ourSpec, theirSpec) {
			t.Errorf("JOB_SPEC\n%v, want\n%v", ourSpec, theirSpec)
		}
		delete(got, "JOB_SPEC")
		delete(want, "JOB_SPEC")
		if !maps.Equal(got, want) {
			t.Errorf("environment\n%v, want\n%v", got, want)
		}
		place, err := s.Place()
		if err != nil {
			t.Fatal(err)
		}
		explicit := gcs.NewExplicitRepoPathBuilder()
		if dir, alias, latest := gcs.PathForSpec(&theirs, explicit), gcs.AliasForSpec(&theirs), gcs.LatestBuildForSpec(&theirs, explicit); place.Dir != dir || place.Alias != alias || !slices.Equal(place.Latest, latest) {
			t.Errorf("%+v, want %s, %s, %s", place, dir, alias, latest)
		}
		if got, want := s.Started(time.Unix(1, 0), "").Version, downwardapi.GetRevisionFromSpec(&theirs); got != want {
			t.Errorf("revision %s, want %s", got, want)
		}
	}
}
