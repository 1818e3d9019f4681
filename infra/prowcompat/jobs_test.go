// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
	prowconfig "sigs.k8s.io/prow/pkg/config"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

// prowSettings are those of a Prow with utilities for decorated jobs.
const prowSettings = `
plank:
  default_decoration_configs:
    "*":
      utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}
      gcs_configuration: {bucket: b, path_strategy: explicit}
`

// slot is a key of a job, how often of a hundred it is there, and values for it.
type slot struct {
	key    string
	often  int
	values []string
}

// baseSlots, changeSlots and so on are what generated jobs are made of. Good
// values are there several times: a file with one mistake in each job would be
// refused by both sides, and compare nothing.
var (
	baseSlots = []slot{
		{"labels", 20, []string{"{a: b}", "{preset-x: \"1\"}", "{preset-x: \"1\"}", "{preset-y: why}", "{n: 1, v: 1.10}", "{prow.k8s.io/type: x}", "{\"a b\": c}", "{a: \"b c\"}"}},
		{"annotations", 8, []string{"{x.org/y: z}", "{x: a b c}", "{/x: y}"}},
		{"max_concurrency", 10, []string{"2", "0", "3", "-1", "\"2\""}},
		{"job_queue_name", 1, []string{"slow"}},
		{"agent", 8, []string{"kubernetes", "kubernetes", "kubernetes", "jenkins", "hawk"}},
		{"cluster", 8, []string{"default", "default", "\"\"", "build"}},
		{"namespace", 4, []string{"default", "default", "test-pods"}},
		{"hidden", 4, []string{"true", "false", "\"true\""}},
		{"error_on_eviction", 4, []string{"true"}},
		{"decoration_config", 15, []string{
			"{timeout: 1h30m}", "{timeout: 1h, grace_period: 15s}", "{skip_cloning: true}", "{ssh_key_secrets: [key]}", "{timeout: 3600000000000}", "{timeout: soon}", "{tiemout: 1h}",
			"{gcs_configuration: {path_strategy: flat}}", "{oauth_token_secret: {name: t, key: k}, ssh_key_secrets: [key]}", "{timeout: -1s}",
		}},
		{"extra_refs", 8, []string{"[{org: acme, repo: tools, base_ref: main}]", "[{org: acme, repo: tools, workdir: true, clone_depth: 1}]", "[{org: acme}]", "[{org: acme, repo: demo}]", "[{org: a, repo: b, clone_uri: \"https://[::1\"}]"}},
		{"clone_uri", 8, []string{"https://git.example.org/acme/demo.git", "git@git.example.org:acme/demo.git", "\"https://[::1\""}},
		{"path_alias", 5, []string{"example.org/demo"}},
		{"clone_depth", 5, []string{"1"}},
		{"skip_submodules", 5, []string{"true"}},
		{"rerun_auth_config", 5, []string{"{github_users: [alice]}", "{allow_anyone: true}", "{allow_anyone: true, github_users: [alice]}", "{github_team_slugs: [{org: acme, slug: sec}]}"}},
		{"reporter_config", 4, []string{"{slack: {channel: c, job_states_to_report: [failure, error]}}", "{slack: {job_states_to_report: [done]}}"}},
		{"nmae", 1, []string{"x"}},
		{"timeout", 1, []string{"1h"}},
		{"Hidden", 1, []string{"true"}},
		{"jenkins_spec", 1, []string{"{}"}},
	}
	changeSlots = []slot{
		{"run_if_changed", 25, []string{"^docs/", "\\.go$", "^docs/|^go\\.", "\"\"", "\"(\""}},
		{"skip_if_only_changed", 12, []string{"\\.md$", "^docs/", "\"(\""}},
		{"branches", 25, []string{"[main]", "[^main$]", "[^release/]", "[main, next]", "[1.10]", "[\"[\"]", "[^main$, ^main$]"}},
		{"skip_branches", 15, []string{"[next]", "[^release/0\\.1$]", "[\"[\"]", "[\"\"]"}},
		{"context", 15, []string{"ci/a", "ci/b", "\"ci c\"", "unit"}},
		{"skip_report", 10, []string{"true", "false"}},
	}
	presubmitSlots = []slot{
		{"always_run", 40, []string{"true", "true", "false", "yes", "\"true\""}},
		{"optional", 20, []string{"true", "false"}},
		{"run_before_merge", 12, []string{"true"}},
		{"trigger", 6, []string{"(?m)^/go( .*)?$", "(?mi)^/(please )?build\\s*$", "\"(\"", "^/test all$"}},
		{"rerun_command", 6, []string{"/go", "/build", "/test it", "/test all"}},
	}
	postsubmitSlots = []slot{{"always_run", 30, []string{"true", "false", "null"}}}
	periodicSlots   = []slot{
		{"cron", 45, []string{"0 5 * * *", "\"*/5 1-3 * * mon\"", "\"@daily\"", "\"@every 1h\"", "\"30 0 5 * * *\"", "\"* * *\"", "\"61 * * * *\"", "0 0 30 2 *", "TZ=UTC 0 5 * * *", "\"0 0 ? * SUN\"", "\"5/15 * * * *\"", "\"@noon\""}},
		{"interval", 35, []string{"4h", "30m", "1h30m", "0s", "-1h", "soon", "10"}},
		{"minimum_interval", 20, []string{"4h", "90s", "often"}},
		{"tags", 5, []string{"[a, b]"}},
		{"always_run", 1, []string{"true"}},
	}
	jobNames = []string{"unit", "lint", "docs", "e2e", "build.x", "a_b-c", "123", "un it"}
	specs    = []string{
		"{containers: [{image: golang, command: [make]}]}", "{containers: [{image: golang, command: [make, test], args: [x]}]}", "{containers: [{image: golang, args: [\"1\", x]}]}",
		"{containers: [{name: test, image: golang, command: [make], env: [{name: A, value: \"1\"}, {name: B, value: \"2\"}]}], nodeSelector: {disk: ssd}}",
		"{containers: [{image: golang, command: [make], volumeMounts: [{name: c, mountPath: /c}]}], volumes: [{name: c, emptyDir: {}}]}",
		"{containers: [{image: golang, command: [make], resources: {requests: {cpu: \"1\"}}}], serviceAccountName: builder}",
	}
	badSpecs = []string{
		"{containers: [{name: a, image: x, command: [make]}, {name: b, image: y, command: [make]}]}", "{containers: [{name: a, image: x, command: [make]}, {name: a, image: y, command: [make]}]}",
		"{containers: [{image: x, command: [make]}, {image: y, command: [make]}]}", "{containers: []}", "{}", "{containers: [{image: golang}]}", "{containers: [{command: [make]}]}",
		"{initContainers: [{image: x}], containers: [{image: golang, command: [make]}]}", "{containers: [{image: golang, command: [make], env: [{name: A}, {name: A}]}]}",
		"{containers: [{image: golang, command: [make], env: [{name: PULL_NUMBER, value: \"1\"}]}]}", "{containers: [{image: golang, command: [make], env: [{name: JOB_NAME, value: x}]}]}",
		"{containers: [{image: golang, command: [make]}], volumes: [{name: c}, {name: c}]}", "{containers: [{image: golang, command: [make]}], volumes: [{name: logs}]}",
		"{containers: [{image: golang, command: [make], volumeMounts: [{name: z, mountPath: /z}]}]}", "{containers: [{image: golang, command: [make], volumeMounts: [{name: tools, mountPath: /t}]}]}",
		"{containers: [{image: golang, command: [make], volumeMounts: [{name: c, mountPath: /tools}]}], volumes: [{name: c}]}", "{containers: [{image: golang, command: [make]}], nodeSelectr: {}}",
		"{containers: [{image: golang, args: [1, true]}]}", "{containers: [{name: clonerefs, image: x, command: [make]}, {name: b, image: y, command: [make]}]}", "{containers: [{image: golang, command: [make], env: [{name: X, value: 1}]}]}",
	}
	presetTexts = []string{
		"- {labels: {preset-x: \"1\"}, env: [{name: X, value: preset}]}", "- {labels: {preset-y: why}, volumes: [{name: v, emptyDir: {}}], volumeMounts: [{name: v, mountPath: /v}]}",
		"- {env: [{name: EVERY, value: job}]}", "- {labels: {preset-x: \"1\"}, env: [{name: Z}]}", "- {labels: {preset-c: c}, volumes: [{name: c}]}",
		"- {labels: {preset-n: n}, env: [{name: N, value: 1}]}",
	}
)

// makeJob writes one job, as a mapping of a list.
func makeJob(r *rand.Rand, used *[]string, slots ...[]slot) string {
	pick := func(all []string) string { return all[r.IntN(len(all))] }
	name := pick(jobNames[:6])
	switch {
	case r.IntN(100) == 0:
		name = pick(jobNames[6:])
	case r.IntN(3) > 0:
		for slices.Contains(*used, name) && len(*used) < 6 {
			name = pick(jobNames[:6])
		}
	}
	*used = append(*used, name)
	lines := []string{"name: " + name}
	if r.IntN(200) == 0 {
		lines = nil
	}
	has := make(map[string]bool)
	for _, s := range slices.Concat(slots...) {
		// Half of the jobs are plain.
		if r.IntN(200) >= s.often {
			continue
		}
		value := s.values[r.IntN(len(s.values))]
		// The later values of a key are the worse ones.
		if s.key != "cron" && r.IntN(25) > 0 {
			value = s.values[r.IntN((len(s.values)+1)/2)]
		}
		has[s.key] = true
		lines = append(lines, s.key+": "+value)
	}
	if has["trigger"] && !has["rerun_command"] && r.IntN(3) > 0 {
		lines = append(lines, "rerun_command: /go")
	}
	if slices.ContainsFunc(slots, func(s []slot) bool { return s[0].key == "cron" }) && !has["cron"] && !has["interval"] && !has["minimum_interval"] && r.IntN(30) > 0 {
		lines = append(lines, "interval: 4h")
	}
	if has["decoration_config"] && r.IntN(8) > 0 || r.IntN(6) == 0 {
		lines = append(lines, "decorate: true")
	}
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "jenkins") || strings.Contains(l, "hawk") }) && r.IntN(200) > 0 {
		all := specs
		if r.IntN(25) == 0 {
			all = badSpecs
		}
		lines = append(lines, "spec: "+pick(all))
	}
	if len(lines) == 0 {
		return "  - {}\n"
	}
	return "  - " + strings.Join(lines, "\n    ") + "\n"
}

// makeFile writes a file of jobs: of a repository, or of a central folder.
func makeFile(r *rand.Rand, central bool) string {
	var b strings.Builder
	if r.IntN(3) == 0 {
		b.WriteString("presets:\n")
		for range 1 + r.IntN(2) {
			b.WriteString(presetTexts[r.IntN(len(presetTexts))] + "\n")
		}
	}
	section := func(key string, most int, slots ...[]slot) {
		if n := r.IntN(most + 1); n > 0 {
			b.WriteString(key + ":\n")
			if central && key != "periodics" {
				b.WriteString("  acme/demo:\n")
			}
			var used []string
			for range n {
				b.WriteString(makeJob(r, &used, slots...))
			}
		}
	}
	section("presubmits", 3, presubmitSlots, changeSlots, baseSlots)
	section("postsubmits", 2, postsubmitSlots, changeSlots, baseSlots)
	if central {
		section("periodics", 2, periodicSlots, baseSlots)
	}
	if b.Len() == 0 {
		b.WriteString("presubmits: \n")
	}
	return b.String()
}

// loader reads files as Prow does.
type loader struct {
	dir  string
	base *prowconfig.Config
}

func newLoader(t *testing.T) *loader {
	t.Helper()
	logrus.SetOutput(discard{})
	l := &loader{dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(l.dir, "config.yaml"), []byte(prowSettings), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := prowconfig.LoadStrict(filepath.Join(l.dir, "config.yaml"), "", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	l.base = c
	return l
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// load returns the jobs of a file, or why Prow refuses it. cron.v2 logs what it
// panics with; that is kept off by whoever runs this.
func (l *loader) load(t *testing.T, src string, central bool) (presubmits []prowconfig.Presubmit, postsubmits []prowconfig.Postsubmit, periodics []prowconfig.Periodic, err error) {
	t.Helper()
	if central {
		file := filepath.Join(l.dir, "jobs.yaml")
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := prowconfig.LoadStrict(filepath.Join(l.dir, "config.yaml"), file, nil, "")
		if err != nil {
			return nil, nil, nil, err
		}
		return c.PresubmitsStatic["acme/demo"], c.PostsubmitsStatic["acme/demo"], c.Periodics, nil
	}
	dir := filepath.Join(l.dir, "repo")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, ".prow.yaml"), []byte(src), 0o600)); err != nil {
		t.Fatal(err)
	}
	y, err := prowconfig.ReadProwYAML(logrus.NewEntry(logrus.StandardLogger()), dir, true)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := prowconfig.DefaultAndValidateProwYAML(l.base, y, "acme/demo"); err != nil {
		return nil, nil, nil, err
	}
	return y.Presubmits, y.Postsubmits, nil, nil
}

func parseOurs(src string, central bool) (*job.Config, error) {
	if central {
		return job.ParseCentral(job.File{Name: "jobs.yaml", Src: []byte(src)})
	}
	return job.ParseRepo("acme/demo", nil, job.File{Name: ".prow.yaml", Src: []byte(src)})
}

// known is a difference that is a choice: what one of the two says.
type known struct {
	says *regexp.Regexp
	name string
}

// stricter are our mistakes in files that Prow takes.
var stricter = []known{
	{regexp.MustCompile(`^agent "|jenkins_spec does not belong`), "jobs run as pods; Prow takes any agent, those that it does not know at one's own risk"},
	{regexp.MustCompile(`^a container has an image$`), "a container without an image cannot start; Prow leaves that to Kubernetes"},
	{regexp.MustCompile(`has no spec`), "a job that runs nothing is refused; Prow lets one pass whose agent it does not know"},
	{regexp.MustCompile(`^want a time that is longer than none`), "a time is more than none and has a unit; Prow takes numbers for nanoseconds, and times before now"},
	{regexp.MustCompile(`^there is no such day`), "a cron that never comes is refused; Prow waits for it"},
	{regexp.MustCompile(`^times are in UTC`), "a cron with a time zone is refused; Prow takes it, and then cannot start it"},
	{regexp.MustCompile(`^org and repo are both needed`), "an extra ref has a name; Prow finds out when it clones it"},
	{regexp.MustCompile(`is cloned already$`), "a repository is cloned once; of Prow only checkconfig says so"},
	{regexp.MustCompile(`missing ']' in host`), "the address of an extra ref is checked; Prow does so only if the job has one of its own"},
	{regexp.MustCompile(`^want a text, found`), "a text that YAML takes for something else is put in quotes; Prow wants that too, but makes texts of it in presets"},
	{regexp.MustCompile(`^unknown key "Hidden"`), "a key is written in one way; Prow does not look at upper and lower case"},
	{regexp.MustCompile(`^an empty pattern matches everything`), "an empty pattern is a mistake; Prow skips all branches for it"},
	{regexp.MustCompile(`^state "done"`), "a state is one of the seven; Prow never reports any other"},
	{regexp.MustCompile(`^there is a preset for`), "two presets for one label are refused everywhere; Prow refuses them in the central folder only"},
}

// laxer are Prow's errors about files that we take.
var laxer = []known{
	{regexp.MustCompile(`unknown field "(spec|presubmits\S*|postsubmits\S*|periodics\S*)?\.?nodeSelectr"|nodeSelectr`), "of a pod what we do not use is for Kubernetes to judge; Prow knows all of it"},
	{regexp.MustCompile(`namespace customization requires`), "a job may name a namespace; Prow wants the one of its settings"},
	{regexp.MustCompile(`invalid job queue name`), "queues are not checked: nothing here has settings of them yet"},
	{regexp.MustCompile(`cluster "build" is not allowed`), "clusters are not checked: which a repository may use is for who runs the jobs"},
}

// TestJobConfigs holds which files of jobs are taken, and with which defaults,
// against Prow.
func TestJobConfigs(t *testing.T) {
	l := newLoader(t)
	taken, refused, counts := 0, 0, make(map[string]int)
	failed := 0
	fail := func(format string, args ...any) {
		if failed++; failed <= 8 {
			t.Errorf(format, args...)
		}
	}
	explain := func(all []known, says string) bool {
		i := slices.IndexFunc(all, func(k known) bool { return k.says.MatchString(says) })
		if i >= 0 {
			counts[all[i].name]++
		}
		return i >= 0
	}
	for seed := range *jobFiles {
		r := rand.New(rand.NewPCG(uint64(seed), 19))
		central := r.IntN(2) == 0
		src := makeFile(r, central)
		pre, post, periodics, theirs := l.load(t, src, central)
		ours, err := parseOurs(src, central)
		switch {
		case theirs != nil && err != nil:
			refused++
		case theirs != nil:
			if !explain(laxer, theirs.Error()) {
				fail("only Prow refuses: %v\n%s", theirs, src)
			}
		case err != nil:
			var mistakes yamlfile.Mistakes
			if !errors.As(err, &mistakes) {
				t.Fatal(err)
			}
			for _, m := range mistakes {
				if !explain(stricter, m.Message) {
					fail("only we refuse: %v\n%s", m, src)
				}
			}
		default:
			taken++
			for _, d := range differentJobs(pre, post, periodics, ours) {
				if !explain(defaults, d) {
					fail("%s\n%s", d, src)
				}
			}
		}
	}
	t.Logf("%d files compared: %d both take, %d both refuse, %d differ for a reason", *jobFiles, taken, refused, *jobFiles-taken-refused)
	reportKnown(t, counts, stricter, laxer, defaults)
}

func reportKnown(t *testing.T, counts map[string]int, all ...[]known) {
	t.Helper()
	names := make(map[string]bool)
	for _, k := range slices.Concat(all...) {
		names[k.name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		t.Logf("%6d  %s", counts[name], name)
		if counts[name] == 0 {
			t.Errorf("nothing differs any more for this reason: %s", name)
		}
	}
}

// defaults are differences in jobs that both take.
var defaults = []known{
	{regexp.MustCompile(`^trigger of build\.x`), "a dot in a name is a dot; in Prow's trigger it is any character"},
}

// differentJobs compares jobs, key by key.
func differentJobs(pre []prowconfig.Presubmit, post []prowconfig.Postsubmit, periodics []prowconfig.Periodic, ours *job.Config) []string {
	var all []string
	compare := func(name string, theirs, mine map[string]string) {
		for _, key := range slices.Sorted(maps.Keys(theirs)) {
			if theirs[key] != mine[key] {
				all = append(all, fmt.Sprintf("%s of %s: Prow %s, we %s", key, name, theirs[key], mine[key]))
			}
		}
	}
	our := [][]*job.Job{ours.Presubmits["acme/demo"], ours.Postsubmits["acme/demo"], ours.Periodics}
	if len(pre) != len(our[0]) || len(post) != len(our[1]) || len(periodics) != len(our[2]) {
		return []string{"there are not as many jobs"}
	}
	for i, j := range pre {
		compare(j.Name, presubmitFacts(j), ourFacts(our[0][i]))
	}
	for i, j := range post {
		compare(j.Name, postsubmitFacts(j), ourFacts(our[1][i]))
	}
	for i, j := range periodics {
		compare(j.Name, periodicFacts(j), ourFacts(our[2][i]))
	}
	return all
}
