// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
)

// Keys returns all keys of the file, in the order in which they are documented.
func Keys() []Key { return slices.Clone(keys) }

var keys = slices.Concat(ruleKeys, outputKeys, []Key{
	{
		Name: "sinks", entry: sinkKeys, Default: "stdout", Flag: "to", Example: "[{type: file, path: /var/log/lanner/alerts.jsonl, format: json}]",
		Usage: "send alerts to a `DESTINATION`, see above",
		Doc:   "Where alerts go: a list of mappings with the keys below, or of texts as --to takes them.",
		field: at(func(c *Config) *[]Sink { return &c.Sinks }),
	},
	{
		Name: "limits", entry: limitKeys, Flag: "limit", Live: true, Example: "[{rule: 'Write below *', burst: 1, window: 10m, fields: [proc.name]}]",
		Usage: "hold back repetition: `LIMIT`, see above",
		Doc:   "How often rules may speak: a list of mappings with the keys below, or of texts as --limit takes them; the first that fits a rule counts.",
		field: at(func(c *Config) *[]Limit { return &c.Limits }),
	},
}, driverKeys, runKeys)

var ruleKeys = []Key{
	{
		Name: "rules.paths", Flag: "rules", Short: "r", Live: true, Example: "[/etc/lanner/rules.d]",
		Usage: "rules `FILE`, or folder of such; without it, our own rules",
		Doc:   "Rules files, and folders of such, in the order in which they are read; without any, our own rules run.",
		field: at(func(c *Config) *[]string { return &c.Rules.Paths }),
	},
	{
		Name: "rules.matching", Default: "first", Flag: "rule-matching", Live: true, Values: []string{"first", "all"},
		Doc:   "Whether an event raises the alert of the first rule that matches it, or those of all.",
		field: at(func(c *Config) *string { return &c.Rules.Matching }),
	},
	{
		Name: "rules.priority", Default: "debug", Flag: "priority", Live: true,
		Doc:   "Rules that are less severe do not run.",
		field: at(func(c *Config) *check.Priority { return &c.Rules.Priority }),
	},
	{
		Name: "rules.select", Live: true, Example: `["disable tag=network", "enable Kernel module loaded"]`,
		Doc:   "Turns rules on and off, in order: only, enable or disable, and then a name, in which * stands for any text, or tag=TAG.",
		field: at(func(c *Config) *[]Selection { return &c.Rules.Select }),
	},
	{
		Name: "rules.append_output", Flag: "append-output", Live: true, Example: `["pod=%k8s.pod.name"]`,
		Doc:   "Formats that are added to the output of all rules.",
		field: at(func(c *Config) *[]string { return &c.Rules.AppendOutput }),
	},
	{
		Name: "rules.extra_fields", Flag: "extra-field", Live: true, Example: "[proc.tty]",
		Doc:   "Fields that are added to alerts: FIELD, or NAME=FORMAT for a text.",
		field: at(func(c *Config) *[]string { return &c.Rules.ExtraFields }),
	},
	{
		Name: "rules.suggested_output", Default: "true", Flag: "suggested-output", Live: true,
		Doc:   "Whether container and pod are added to the output of all rules.",
		field: at(func(c *Config) *bool { return &c.Rules.SuggestedOutput }),
	},
}

var outputKeys = []Key{
	{
		Name: "output.format", Default: "text", Flag: "output", Short: "o", Values: []string{"text", "json"},
		Doc:   "The form of alerts.",
		field: at(func(c *Config) *string { return &c.Output.Format }),
	},
	{
		Name: "output.time_format", Default: "clock", Flag: "time-format", Values: []string{"clock", "iso8601"},
		Doc:   "The time before texts: a clock, or iso8601 with date and in UTC.",
		field: at(func(c *Config) *string { return &c.Output.TimeFormat }),
	},
	{
		Name: "output.utc", Default: "false", Flag: "utc",
		Doc:   "Whether clocks are in UTC and not in the local zone.",
		field: at(func(c *Config) *bool { return &c.Output.UTC }),
	},
	{
		Name: "output.omit", Flag: "omit", Values: []string{"output", "tags", "output_fields"},
		Doc:   "Properties that are left out of JSON.",
		field: at(func(c *Config) *[]string { return &c.Output.Omit }),
	},
	{
		Name: "output.json_message", Default: "false", Flag: "json-message",
		Doc:   "Whether JSON has the property message too: the output without time and priority.",
		field: at(func(c *Config) *bool { return &c.Output.JSONMessage }),
	},
}

var driverKeys = []Key{
	{
		Name: "driver.buffer_size", Default: "8MiB", Flag: "buffer-size", Least: 1 << 16,
		Doc:   "Size of each ring buffer for events that the engine has not read yet, a power of two: there is one for two processors, and one more for the life of processes.",
		field: at(func(c *Config) *Size { return &c.Driver.BufferSize }),
	},
	{
		Name: "driver.scope", Flag: "scope", Example: "cgroup:/system.slice/nginx.service",
		Doc:   "The part of the machine that is watched: cgroup:PATH, or pid-tree:PID for a process and its descendants; empty for all of it.",
		field: at(func(c *Config) *Scope { return &c.Driver.Scope }),
	},
	{
		Name: "driver.include_syscalls", Flag: "include-syscall", check: syscallName, Example: "[ptrace]",
		Doc:   "Syscalls that are recorded although no rule asks for them.",
		field: at(func(c *Config) *[]string { return &c.Driver.Include }),
	},
	{
		Name: "driver.exclude_syscalls", Flag: "exclude-syscall", check: syscallName, Example: "[close]",
		Doc:   "Syscalls that are not recorded although rules ask for them: what those rules see is then incomplete.",
		field: at(func(c *Config) *[]string { return &c.Driver.Exclude }),
	},
	{
		Name: "driver.filter", Default: "true", Flag: "kernel-filter",
		Doc:   "Whether events that no rule can match, and that change nothing the engine keeps in mind, are left out in the kernel.",
		field: at(func(c *Config) *bool { return &c.Driver.Filter }),
	},
	{
		Name: "state.threads", Default: "262144", Least: 1024,
		Doc:   "How many threads are kept in mind.",
		field: at(func(c *Config) *int { return &c.State.Threads }),
	},
	{
		Name: "state.files", Default: "262144", Least: 1024,
		Doc:   "How many open file descriptors are kept in mind, of all processes together.",
		field: at(func(c *Config) *int { return &c.State.Files }),
	},
	{
		Name: "state.memory", Default: "64MiB", Least: 1 << 20,
		Doc:   "How much memory threads, descriptors and their texts may take, about.",
		field: at(func(c *Config) *Size { return &c.State.Memory }),
	},
}

var runKeys = []Key{
	{
		Name: "server.listen", Default: "127.0.0.1:8765", Flag: "listen", check: listenAddress,
		Doc:   "HOST:PORT where /metrics, /healthz and /readyz are served, without authentication; off for nowhere.",
		field: at(func(c *Config) *string { return &c.Server.Listen }),
	},
	{
		Name: "server.stuck_after", Default: "10s", Least: 1,
		Doc:   "How long events may wait without one being read before /healthz and the watchdog call the engine stuck.",
		field: at(func(c *Config) *time.Duration { return &c.Server.Stuck }),
	},
	{
		Name: "log.level", Default: "info", Flag: "log-level", Live: true, Values: []string{"debug", "info", "warn", "error"},
		Doc:   "What is less severe is not logged.",
		field: at(func(c *Config) *string { return &c.Log.Level }),
	},
	{
		Name: "log.format", Default: "text", Flag: "log-format", Values: []string{"text", "json"},
		Doc:   "The form of the log, which goes to standard error.",
		field: at(func(c *Config) *string { return &c.Log.Format }),
	},
	{
		Name: "watch", Default: "true", Flag: "watch",
		Doc:   "Whether the configuration and rules are loaded anew when their files change; SIGHUP does so in any case.",
		field: at(func(c *Config) *bool { return &c.Watch }),
	},
	{
		Name: "drain_timeout", Default: "30s", Flag: "drain",
		Doc:   "How long to wait at the end until all alerts are delivered.",
		field: at(func(c *Config) *time.Duration { return &c.Drain }),
	},
	{
		Name: "hostname", Flag: "hostname",
		Doc:   "The machine's name in alerts; empty for what it calls itself.",
		field: at(func(c *Config) *string { return &c.Hostname }),
	},
}

var sinkKeys = []Key{
	{
		Name: "type", Values: []string{"stdout", "file", "http", "syslog", "program"},
		Doc:   "What the sink is.",
		field: at(func(s *Sink) *string { return &s.Type }),
	},
	{
		Name:  "path",
		Doc:   "The file that alerts are appended to; it is opened again when it was moved away, and on SIGHUP.",
		field: at(func(s *Sink) *string { return &s.Path }),
	},
	{
		Name:  "url",
		Doc:   "The http or https address that each alert is posted to; it is tried again while the receiver is busy or away.",
		field: at(func(s *Sink) *string { return &s.URL }),
	},
	{
		Name: "headers", Secret: true,
		Doc:   "Headers that go with http requests.",
		field: at(func(s *Sink) *map[string]string { return &s.Headers }),
	},
	{
		Name:  "headers_from",
		Doc:   "Headers that go with http requests, each with the file that holds its value, as systemd's LoadCredential= makes them.",
		field: at(func(s *Sink) *map[string]string { return &s.HeadersIn }),
	},
	{
		Name: "timeout", Default: "10s", Least: 1,
		Doc:   "How long one attempt to post an alert may take.",
		field: at(func(s *Sink) *time.Duration { return &s.Timeout }),
	},
	{
		Name:  "tls.ca",
		Doc:   "A file with the authorities to trust, instead of the system's.",
		field: at(func(s *Sink) *string { return &s.TLS.CA }),
	},
	{
		Name:  "tls.cert",
		Doc:   "A file with our certificate.",
		field: at(func(s *Sink) *string { return &s.TLS.Cert }),
	},
	{
		Name:  "tls.key",
		Doc:   "A file with its key.",
		field: at(func(s *Sink) *string { return &s.TLS.Key }),
	},
	{
		Name:  "syslog.address",
		Doc:   "udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH; empty for the local daemon.",
		field: at(func(s *Sink) *string { return &s.Syslog.Address }),
	},
	{
		Name: "syslog.format", Default: "rfc5424", Values: []string{"rfc5424", "rfc3164"},
		Doc:   "The form of records; the local daemon always gets rfc3164.",
		field: at(func(s *Sink) *string { return &s.Syslog.Format }),
	},
	{
		Name: "syslog.facility", Default: "1",
		Doc:   "The facility's number, see RFC 5424, 6.2.1.",
		field: at(func(s *Sink) *int { return &s.Syslog.Facility }),
	},
	{
		Name: "syslog.tag", Default: "lanner",
		Doc:   "The name of the sender.",
		field: at(func(s *Sink) *string { return &s.Syslog.Tag }),
	},
	{
		Name:  "command",
		Doc:   "The shell command that gets alerts on its standard input, one a line.",
		field: at(func(s *Sink) *string { return &s.Command }),
	},
	{
		Name: "each", Default: "false",
		Doc:   "Whether the command runs once for each alert.",
		field: at(func(s *Sink) *bool { return &s.Each }),
	},
	{
		Name: "format", Values: []string{"json", "text"},
		Doc:   "The form of its alerts, instead of output.format.",
		field: at(func(s *Sink) *string { return &s.Format }),
	},
	{
		Name: "priority", Default: "debug",
		Doc:   "Alerts that are less severe are left out.",
		field: at(func(s *Sink) *check.Priority { return &s.Priority }),
	},
	{
		Name: "queue", Default: "8192", Least: 1,
		Doc:   "How many alerts may wait.",
		field: at(func(s *Sink) *int { return &s.Queue }),
	},
	{
		Name: "overflow", Values: []string{"shed", "wait"},
		Doc:   "What happens when more come: the least severe are dropped and counted, or the engine waits. Without it, lanner run sheds: an engine that waits loses events, and a recording does not.",
		field: at(func(s *Sink) *string { return &s.Overflow }),
	},
	{
		Name: "required", Default: "false",
		Doc:   "Whether /readyz says no while the sink fails.",
		field: at(func(s *Sink) *bool { return &s.Required }),
	},
}

var limitKeys = []Key{
	{
		Name: "rule", Default: "*",
		Doc:   "The rules that it is for: a name in which * stands for any text.",
		field: at(func(l *Limit) *string { return &l.Rule }),
	},
	{
		Name:  "burst",
		Doc:   "So many alerts of a rule pass in each window; the rest is told in one.",
		field: at(func(l *Limit) *int { return &l.Burst }),
	},
	{
		Name:  "window",
		Doc:   "The time in which alerts count together, from the first of them.",
		field: at(func(l *Limit) *time.Duration { return &l.Window }),
	},
	{
		Name:  "fields",
		Doc:   "Alerts that differ in these fields count apart.",
		field: at(func(l *Limit) *[]string { return &l.Fields }),
	},
}

// syscallName refuses what no syscall is called.
func syscallName(name string) *Problem {
	if _, ok := event.LookupSyscall(name); !ok && event.TypesNamed(name) == nil {
		return problem(`"lanner events" lists them`, "there is no syscall %q", name)
	}
	return nil
}

// listenAddress refuses what nobody can listen on.
func listenAddress(text string) *Problem {
	if text == "off" {
		return nil
	}
	_, port, err := net.SplitHostPort(text)
	if n, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil || n == 0 && port != "0" {
		return problem("write HOST:PORT, as in 127.0.0.1:8765, or off", "no address to listen on: %q", text)
	}
	return nil
}
