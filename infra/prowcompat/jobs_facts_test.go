// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"flag"
	"fmt"
	"maps"
	"regexp"
	"strings"

	prowconfig "sigs.k8s.io/prow/pkg/config"

	"github.com/lanner-project/lanner/infra/job"
)

var jobFiles = flag.Int("job-files", 6000, "how many files TestJobConfigs makes")

// baseFacts are what Prow has of every job, as texts.
func baseFacts(j prowconfig.JobBase) map[string]string {
	f := map[string]string{
		"name": j.Name, "labels": fmt.Sprint(nonNil(j.Labels)), "annotations": fmt.Sprint(nonNil(j.Annotations)), "max": fmt.Sprint(j.MaxConcurrency), "cluster": j.Cluster,
		"hidden": fmt.Sprint(j.Hidden), "eviction": fmt.Sprint(j.ErrorOnEviction), "decorate": fmt.Sprint(j.Decorate != nil && *j.Decorate),
		"clone": fmt.Sprint(j.PathAlias, j.CloneURI, j.CloneDepth, j.SkipSubmodules),
	}
	if c := j.DecorationConfig; c != nil {
		f["decoration"] = fmt.Sprint(c.Timeout.Get(), c.GracePeriod.Get(), c.SkipCloning != nil && *c.SkipCloning, c.SSHKeySecrets)
	}
	for _, ref := range j.ExtraRefs {
		f["refs"] += fmt.Sprintln(ref.Org, ref.Repo, ref.BaseRef, ref.WorkDir, ref.CloneDepth)
	}
	if j.Spec == nil {
		return f
	}
	for _, c := range j.Spec.Containers {
		f["containers"] += fmt.Sprintf("%q %q %q %q\n", c.Name, c.Image, c.Command, c.Args)
		for _, e := range c.Env {
			f["env"] += fmt.Sprintf("%q %q\n", e.Name, e.Value)
		}
		for _, m := range c.VolumeMounts {
			f["mounts"] += fmt.Sprintf("%q %q\n", m.Name, m.MountPath)
		}
	}
	for _, v := range j.Spec.Volumes {
		f["volumes"] += v.Name + "\n"
	}
	if j.Spec.ServiceAccountName != "" {
		f["account"] = j.Spec.ServiceAccountName
	}
	return f
}

func nonNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func changeFacts(f map[string]string, b prowconfig.Brancher, c prowconfig.RegexpChangeMatcher, r prowconfig.Reporter) map[string]string {
	maps.Copy(f, map[string]string{
		"branches": fmt.Sprint(b.Branches, b.SkipBranches), "if": c.RunIfChanged, "unless": c.SkipIfOnlyChanged, "context": r.Context, "report": fmt.Sprint(!r.SkipReport),
	})
	return f
}

func presubmitFacts(j prowconfig.Presubmit) map[string]string {
	f := changeFacts(baseFacts(j.JobBase), j.Brancher, j.RegexpChangeMatcher, j.Reporter)
	maps.Copy(f, map[string]string{
		"always": fmt.Sprint(j.AlwaysRun), "optional": fmt.Sprint(j.Optional), "before": fmt.Sprint(j.RunBeforeMerge), "trigger": j.Trigger, "rerun": j.RerunCommand,
		"required": fmt.Sprint(j.ContextRequired()), "by hand": fmt.Sprint(j.NeedsExplicitTrigger()),
	})
	return f
}

func postsubmitFacts(j prowconfig.Postsubmit) map[string]string {
	f := changeFacts(baseFacts(j.JobBase), j.Brancher, j.RegexpChangeMatcher, j.Reporter)
	always := !j.RegexpChangeMatcher.CouldRun()
	if j.AlwaysRun != nil {
		always = *j.AlwaysRun
	}
	f["always"] = fmt.Sprint(always)
	return f
}

func periodicFacts(j prowconfig.Periodic) map[string]string {
	f := baseFacts(j.JobBase)
	maps.Copy(f, map[string]string{"cron": j.Cron, "interval": fmt.Sprint(j.GetInterval()), "minimum": fmt.Sprint(j.GetMinimumInterval()), "tags": fmt.Sprint(j.Tags)})
	return f
}

// ourFacts are the same, of a job of ours.
func ourFacts(j *job.Job) map[string]string {
	f := map[string]string{
		"name": j.Name, "labels": fmt.Sprint(nonNil(j.Labels)), "annotations": fmt.Sprint(nonNil(j.Annotations)), "max": fmt.Sprint(j.MaxConcurrency), "cluster": j.Cluster,
		"hidden": fmt.Sprint(j.Hidden), "eviction": fmt.Sprint(j.ErrorOnEviction), "decorate": fmt.Sprint(j.Decorate),
		"clone":      fmt.Sprint(j.Clone.PathAlias, j.Clone.URI, j.Clone.Depth, j.Clone.SkipSubmodules),
		"decoration": fmt.Sprint(j.Decoration.Timeout, j.Decoration.GracePeriod, j.Decoration.SkipCloning, j.Decoration.SSHKeySecrets),
		"branches":   fmt.Sprint(patternsOf(j.When.Branches), patternsOf(j.When.SkipBranches)), "if": patternOf(j.When.RunIfChanged), "unless": patternOf(j.When.SkipIfOnlyChanged),
		"context": j.Report.Context, "report": fmt.Sprint(!j.Report.Skip), "always": fmt.Sprint(j.When.Always), "optional": fmt.Sprint(j.Command.Optional),
		"before": fmt.Sprint(j.Command.BeforeMerge), "trigger": patternOf(j.Command.Trigger), "rerun": j.Command.Rerun, "required": fmt.Sprint(j.Required()), "by hand": fmt.Sprint(j.ByHand()),
		"cron": j.Schedule.Cron, "interval": fmt.Sprint(j.Schedule.Interval), "minimum": fmt.Sprint(j.Schedule.MinimumInterval), "tags": fmt.Sprint(j.Schedule.Tags),
	}
	for _, ref := range j.ExtraRefs {
		f["refs"] += fmt.Sprintln(ref.Org, ref.Repo, ref.BaseRef, ref.WorkDir, ref.Clone.Depth)
	}
	// The raw form is what is handed on, so that is what is compared.
	for _, c := range objectsOf(j.Pod.Raw["containers"]) {
		f["containers"] += fmt.Sprintf("%q %q %q %q\n", wordOf(c["name"]), wordOf(c["image"]), wordsOf(c["command"]), wordsOf(c["args"]))
		for _, e := range objectsOf(c["env"]) {
			f["env"] += fmt.Sprintf("%q %q\n", wordOf(e["name"]), wordOf(e["value"]))
		}
		for _, m := range objectsOf(c["volumeMounts"]) {
			f["mounts"] += fmt.Sprintf("%q %q\n", wordOf(m["name"]), wordOf(m["mountPath"]))
		}
	}
	for _, v := range objectsOf(j.Pod.Raw["volumes"]) {
		f["volumes"] += wordOf(v["name"]) + "\n"
	}
	f["account"] = wordOf(j.Pod.Raw["serviceAccountName"])
	return f
}

func patternOf(re *regexp.Regexp) string {
	if re == nil {
		return ""
	}
	return re.String()
}

func patternsOf(all []*regexp.Regexp) []string {
	var out []string
	for _, re := range all {
		out = append(out, patternOf(re))
	}
	return out
}

func objectsOf(v any) []map[string]any {
	var out []map[string]any
	items, _ := v.([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		out = append(out, m)
	}
	return out
}

func wordOf(v any) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(v))
}

func wordsOf(v any) []string {
	var out []string
	items, _ := v.([]any)
	for _, item := range items {
		out = append(out, wordOf(item))
	}
	return out
}
