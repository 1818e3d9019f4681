// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// reading compares replaying with rules to sysdig's plain reading.
func (b *bench) reading(ctx context.Context) error {
	for _, of := range []struct {
		source string
		rounds int
	}{{"sf_mpm-event_full_capture", 60}, {"sf_namespaces_setns", 150}} {
		file, err := b.file(of.source, of.source, of.rounds, 1)
		if err != nil {
			return err
		}
		names := []string{"no rules", "25 rules", "93 rules"}
		commands := [][]string{{"sysdig", "-v", "-q", "-r", file}}
		sets := b.rulesets()
		for _, name := range names {
			commands = append(commands, b.replay(file, sets[name]...))
		}
		events, _, err := b.count(ctx, commands[1])
		if err != nil {
			return err
		}
		costs, err := inTurn(ctx, b.rounds, commands...)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.out, "\n%s x %d, %d events\n", of.source, of.rounds, events)
		fmt.Fprintf(b.out, "  %-24s %9s %12s %12s %8s\n", "", "CPU s", "ns an event", "of sysdig's", "peak MB")
		for i, name := range append([]string{"sysdig -v -q -r"}, names...) {
			fmt.Fprintf(b.out, "  %-24s %9.3f %12.0f %12.2f %8.0f\n", name, median(costs[i], cpu)/1e9,
				median(costs[i], cpu)/float64(events), ratio(costs[i], costs[0], cpu), median(costs[i], memory)/1e6)
		}
	}
	return nil
}

// alerts measures what an alert costs: a rule that fires on each event, with
// twelve fields and the six that are suggested.
func (b *bench) alerts(ctx context.Context) error {
	file, err := b.file("alerts", "sf_mpm-event_full_capture", 10, 1)
	if err != nil {
		return err
	}
	rules, err := b.own("each", `- rule: Each event
  desc: fires on each event
  condition: evt.num >= 0
  output: "An event | file=%fd.name evt_type=%evt.type user=%user.name user_uid=%user.uid user_loginuid=%user.loginuid process=%proc.name proc_exepath=%proc.exepath parent=%proc.pname command=%proc.cmdline terminal=%proc.tty res=%evt.res args=%evt.args"
  priority: NOTICE
  warn_evttypes: false
`)
	if err != nil {
		return err
	}
	json := b.replay(file, append(rules, "-o", "json")...)
	_, alerts, err := b.count(ctx, json)
	if err != nil {
		return err
	}
	costs, err := inTurn(ctx, b.rounds, b.replay(file, append(rules, "--disable", "*")...), json, b.replay(file, rules...))
	if err != nil {
		return err
	}
	each := func(c []cost) float64 { return (median(c, cpu) - median(costs[0], cpu)) / float64(alerts) / 1e3 }
	fmt.Fprintf(b.out, "\n%d alerts with 18 fields to /dev/null: %.2f us of CPU each as JSON, %.2f as text\n", alerts, each(costs[1]), each(costs[2]))
	return nil
}

// start measures how long it takes until events can be read.
func (b *bench) start(ctx context.Context) error {
	file, err := b.file("start", "falco_psp_write_tmp_test", 1, 1)
	if err != nil {
		return err
	}
	sets := b.rulesets()
	costs, err := inTurn(ctx, 3*b.rounds, b.replay(file, sets["25 rules"]...), b.replay(file, sets["93 rules"]...), []string{b.lanner, "version"})
	if err != nil {
		return err
	}
	ms := func(c []cost, of func(cost) float64) float64 { return median(c, of) / 1e6 }
	fmt.Fprintf(b.out, "\nA run over a capture of some hundred events: 25 rules %.0f ms (CPU %.0f), 93 rules %.0f ms (CPU %.0f); lanner version: %.0f ms\n",
		ms(costs[0], wall), ms(costs[0], cpu), ms(costs[1], wall), ms(costs[1], cpu), ms(costs[2], wall))
	return nil
}

// manyRules compares a hundred rules with a thousand. What it takes to read and
// compile them is measured with a capture of nearly nothing, and taken off.
func (b *bench) manyRules(ctx context.Context) error {
	file, err := b.file("many", "sf_mpm-event_full_capture", 60, 1)
	if err != nil {
		return err
	}
	tiny, err := b.file("tiny", "falco_psp_write_tmp_test", 1, 1)
	if err != nil {
		return err
	}
	numbers := []int{1, 100, 1000}
	var commands [][]string
	for _, n := range numbers {
		rules, err := b.own(fmt.Sprint("synthetic", n), synthetic(n))
		if err != nil {
			return err
		}
		commands = append(commands, b.replay(file, rules...), b.replay(tiny, rules...))
	}
	events, _, err := b.count(ctx, commands[0])
	if err != nil {
		return err
	}
	costs, err := inTurn(ctx, b.rounds, commands...)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\nSynthetic rules over %d events\n", events)
	each := make([]float64, len(numbers))
	for i, n := range numbers {
		start := median(costs[2*i+1], cpu)
		each[i] = (median(costs[2*i], cpu) - start) / float64(events)
		fmt.Fprintf(b.out, "  %4d rules: %5.0f ns of CPU an event, after %4.0f ms for reading and compiling them\n", n, each[i], start/1e6)
	}
	fmt.Fprintf(b.out, "  1000 rules take %.2f times what 100 take\n", each[2]/each[1])
	return nil
}

// synthetic makes rules as people write them, no two alike.
func synthetic(n int) string {
	var rules strings.Builder
	for i := range n {
		fmt.Fprintf(&rules, `- rule: Synthetic %d
  desc: one of many
  condition: >
    evt.type in (open, openat, openat2) and evt.is_open_read = true and fd.name startswith /srv/app%d/
    and not proc.name in (reader%d, backup%d) and not proc.pname in (init%d) and user.name != user%d
  output: "%%fd.name was opened by %%proc.cmdline"
  priority: NOTICE
`, i, i, i, i, i, i)
	}
	return rules.String()
}

// crowd measures the memory for a machine with more processes than are kept.
func (b *bench) crowd(ctx context.Context) error {
	const processes, opens = 300_000, 4
	file := filepath.Join(b.work, "crowd.scap")
	if err := writeCrowd(file, processes, opens); err != nil {
		return err
	}
	command := b.replay(file, b.rulesets()["93 rules"]...)
	costs, err := inTurn(ctx, 3, command)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\n%d processes with 1 KB of environment, which open %d files each: at most %.0f MB of memory\n",
		processes, opens, median(costs[0], memory)/1e6)
	return nil
}

// workers compares one worker with two, on a machine with many processes and on
// one where a single process does nearly all: that cannot be split, but for the
// reading.
func (b *bench) workers(ctx context.Context) error {
	fmt.Fprintf(b.out, "\nWorkers, 93 rules, time on the clock; on a machine that has other work they get less than two processors\n")
	for _, of := range []struct {
		title          string
		rounds, copies int
	}{{"eight busy process trees", 20, 8}, {"one process makes most events", 60, 1}} {
		file, err := b.file("workers", "sf_mpm-event_full_capture", of.rounds, of.copies)
		if err != nil {
			return err
		}
		rules := b.rulesets()["93 rules"]
		one, two := b.replay(file, rules...), b.replay(file, append(rules, "--workers", "2")...)
		costs, err := inTurn(ctx, b.rounds, one, two)
		if err != nil {
			return err
		}
		seconds := func(c []cost, of func(cost) float64) float64 { return median(c, of) / float64(time.Second) }
		fmt.Fprintf(b.out, "  %-32s one %.3f s (CPU %.3f), two %.3f s (CPU %.3f): %.2f times as fast", of.title,
			seconds(costs[0], wall), seconds(costs[0], cpu), seconds(costs[1], wall), seconds(costs[1], cpu), ratio(costs[0], costs[1], wall))
		fmt.Fprintf(b.out, "; two idle processors, evenly used: %.2f\n", 2*ratio(costs[0], costs[1], cpu))
	}
	return nil
}
