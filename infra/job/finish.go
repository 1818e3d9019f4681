// SPDX-License-Identifier: Apache-2.0

package job

import (
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// finish fills the defaults of a job in and checks what takes more than one
// key. It is called once all presets are read.
func (pl *place) finish(j *Job) {
	p := pl.p
	switch {
	case pl.keys["name"] == nil:
		p.Report(pl.node, "", "a job has a name")
		j.Name = "unnamed"
	case !jobName.MatchString(j.Name):
		p.Report(pl.at("name"), "want letters, digits, and - . _", "name %q", j.Name)
	}
	if j.Type != Periodic {
		pl.finishChanges(j)
	}
	switch j.Type {
	case Presubmit:
		pl.finishCommand(j)
	case Periodic:
		pl.finishSchedule(j)
	}
	if pl.keys["decoration_config"] != nil && !j.Decorate {
		p.Report(pl.at("decoration_config"), "write decorate: true beside it", "it is for decorated jobs")
	}
	if pl.spec == nil {
		p.Report(pl.node, "such as spec: {containers: [{image: golang, command: [make, test]}]}", "%s has no spec: there is nothing to run", j.Name)
		return
	}
	for _, preset := range p.reader.presets {
		preset.merge(pl, j)
	}
	pl.checkPod(j)
}

func (pl *place) finishChanges(j *Job) {
	if j.Report.Context == "" {
		j.Report.Context = j.Name
	}
	w := &j.When
	_, said := pl.keys["always_run"]
	// A postsubmit that says what it is for does not run always.
	if j.Type == Postsubmit && w.byFiles() && !said {
		w.Always = false
	}
	switch {
	case w.RunIfChanged != nil && w.SkipIfOnlyChanged != nil:
		pl.p.Report(pl.at("skip_if_only_changed"), "leave one of them out", "run_if_changed and skip_if_only_changed exclude each other")
	case w.Always && w.RunIfChanged != nil:
		pl.p.Report(pl.at("run_if_changed"), "leave one of them out", "always_run and run_if_changed exclude each other")
	case w.Always && w.SkipIfOnlyChanged != nil:
		pl.p.Report(pl.at("skip_if_only_changed"), "leave one of them out", "always_run and skip_if_only_changed exclude each other")
	}
}

func (pl *place) finishCommand(j *Job) {
	c := &j.Command
	// A trigger that is no expression has been reported.
	trigger := c.Trigger != nil || pl.keys["trigger"] != nil && pl.keys["trigger"].Value != ""
	switch {
	case !trigger && c.Rerun == "":
		c.Trigger, c.Rerun = regexp.MustCompile(DefaultTrigger(j.Name)), DefaultRerun(j.Name)
	case !trigger:
		pl.p.Report(pl.at("rerun_command"), "give both, or none", "rerun_command is without a trigger that understands it")
	case c.Rerun == "":
		pl.p.Report(pl.at("trigger"), "give both, or none", "trigger is without a rerun_command that tells people what to write")
	case c.Trigger != nil && !c.Trigger.MatchString(c.Rerun):
		pl.p.Report(pl.at("rerun_command"), "", "the trigger does not match %q", c.Rerun)
	}
}

// cronParser reads what Prow reads: five fields or six, the first of which are
// then seconds, and @daily and the like.
var cronParser = cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

func (pl *place) finishSchedule(j *Job) {
	s := &j.Schedule
	set := 0
	for _, key := range []string{"cron", "interval", "minimum_interval"} {
		if n := pl.keys[key]; n != nil && n.Value != "" {
			if set++; set == 2 {
				pl.p.Report(n, "leave the others out", "cron, interval and minimum_interval exclude each other")
			}
		}
	}
	if set == 0 {
		pl.p.Report(pl.node, `such as cron: "0 5 * * *", or interval: 4h`, "%s has no cron, no interval and no minimum_interval: it would never run", j.Name)
	}
	if s.Cron == "" {
		return
	}
	if strings.HasPrefix(s.Cron, "TZ=") || strings.HasPrefix(s.Cron, "CRON_TZ=") {
		pl.p.Report(pl.at("cron"), "", "times are in UTC, for Prow too; no other time zone can be said")
		return
	}
	// The parser takes a step of 0 for a mistake, as everything does that isn't
	// a list of ranges.
	schedule, err := cronParser.Parse(s.Cron)
	if err != nil {
		pl.p.Report(pl.at("cron"), "minute, hour, day of the month, month, day of the week", "%v", err)
		return
	}
	starred(schedule, s.Cron)
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		pl.p.Report(pl.at("cron"), "", "there is no such day: %s", s.Cron)
		return
	}
	s.cron = schedule
}

// starred has a step of all days, */3, count as all days where that matters:
// of two fields of days one of which is all days both have to match, and
// otherwise one of them. Prow does so, and the cron of most systems; the parser
// holds a step for a choice of days.
func starred(schedule cron.Schedule, expression string) {
	spec, ok := schedule.(*cron.SpecSchedule)
	fields := strings.Fields(expression)
	if !ok || len(fields) < 5 {
		return
	}
	const star = 1 << 63 // as the parser marks it
	for i, bits := range map[int]*uint64{len(fields) - 3: &spec.Dom, len(fields) - 1: &spec.Dow} {
		for r := range strings.SplitSeq(fields[i], ",") {
			if strings.HasPrefix(r, "*") || strings.HasPrefix(r, "?") {
				*bits |= star
			}
		}
	}
}
