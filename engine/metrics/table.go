// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"fmt"
	"io"
	"strings"
)

// An Info is what is known of a metric.
type Info struct {
	Name    string
	Counter bool // else a gauge
	Labels  []string
	Doc     string
}

// table has all metrics of our own, in the order of the page. What the Go
// runtime and the process are asked for, go_* and process_*, is not among them.
var table = []Info{
	{"lanner_build_info", false, []string{"version", "commit", "go"}, "Always 1: which build this is."},
	{"lanner_events_total", true, []string{"type"}, "Events that the rules were asked about, by the name of the syscall or notice."},
	{"lanner_events_dropped_total", true, []string{"cause", "type"}, "Events that the driver lost, by cause and by the name of the syscall or notice."},
	{"lanner_unseen_total", true, []string{"what"}, "What happened and the driver cannot tell of: work that io_uring does without a syscall, interfaces for other programs than 64-bit ones."},
	{"lanner_event_lag_seconds", false, nil, "How long ago the last event happened when the engine was done with it; 0 while it waits for one."},
	{"lanner_engine_waiting", false, nil, "Whether the engine waits for an event because there is none."},
	{"lanner_alerts_total", true, []string{"rule", "priority"}, "Alerts that rules raised, and the engine about itself, before limits."},
	{"lanner_alerts_held_total", true, nil, "Alerts that limits held back."},
	{"lanner_state_threads", false, nil, "Threads that are kept in mind."},
	{"lanner_state_files", false, nil, "Open file descriptors that are kept in mind."},
	{"lanner_state_evicted_threads_total", true, nil, "Threads that were forgotten to stay inside the limits."},
	{"lanner_state_evicted_files_total", true, nil, "Open file descriptors that were forgotten to stay inside the limits."},
	{"lanner_state_refused_threads_total", true, nil, "Threads that were not recorded to stay inside the limits."},
	{"lanner_state_refused_files_total", true, nil, "Open file descriptors that were not recorded to stay inside the limits."},
	{"lanner_state_found_threads_total", true, nil, "Threads that acted before anything was known about them, and that /proc knew."},
	{"lanner_state_unknown_threads_total", true, nil, "Threads that acted and of which nothing is known: they had ended before they could be looked up."},
	{"lanner_state_renewals_total", true, nil, "Times that all processes in scope were read again from /proc, because events were lost on which it depends what is known of them."},
	{"lanner_state_renewed_processes_total", true, nil, "Processes that were read again so."},
	{"lanner_state_stale", false, nil, "Whether such events were lost since the processes were read last: what is known of them may be wrong."},
	{"lanner_sink_alerts_total", true, []string{"sink", "result"}, "What became of alerts: delivered, shed for want of room in the queue, refused by the receiver, or abandoned at the end."},
	{"lanner_sink_retries_total", true, []string{"sink"}, "Pauses before another try to deliver."},
	{"lanner_sink_queue_length", false, []string{"sink"}, "Alerts that wait to be delivered."},
	{"lanner_sink_queue_capacity", false, []string{"sink"}, "How many can wait."},
	{"lanner_sink_failing", false, []string{"sink"}, "Whether the last attempt to deliver failed."},
	{"lanner_config_reloads_total", true, []string{"result"}, "Times that configuration and rules were loaded anew: with the result changed, unchanged or failed."},
	{"lanner_config_last_reload_successful", false, nil, "Whether the last attempt to load configuration and rules worked."},
	{"lanner_config_last_reload_success_timestamp_seconds", false, nil, "When that last worked."},
	{"lanner_ruleset_generation", false, nil, "Number of the rules that run: 1 for those of the start, one more with each change."},
	{"lanner_ruleset_info", false, []string{"digest"}, "Always 1: the digest of what the rules that run were made from, as alerts have it in lanner.ruleset."},
	{"lanner_rules_enabled", false, nil, "Rules that run."},
}

// WriteMarkdown writes the reference page.
func WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`# Metrics

` + "`lanner run` answers `/metrics` on the address that `server.listen` names," + `
127.0.0.1:8765 unless it is changed, in the forms that Prometheus reads. Beside
those below there are the usual ones of Go programs, ` + "`go_*` and `process_*`." + `

| metric | kind | labels | what it says |
|---|---|---|---|
`)
	for _, i := range table {
		kind := "gauge"
		if i.Counter {
			kind = "counter"
		}
		var labels []string
		for _, l := range i.Labels {
			labels = append(labels, "`"+l+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", i.Name, kind, strings.Join(labels, ", "), i.Doc)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
