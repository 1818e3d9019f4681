// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/sink"
)

const destinationHelp = `DESTINATION is where alerts go, and may be given several times:

  stdout                 standard output, the default
  file:PATH              appended; opened again when it was moved away, and on SIGHUP
  http://… https://…     one POST for each alert, tried again while the receiver is busy or away
  syslog:                one record for each alert, to the local daemon
  syslog:udp://HOST:PORT the same elsewhere; also tcp, tls, and unix:///PATH
                         (?format=rfc3164, ?facility=N, ?tag=NAME)
  program:COMMAND        to a shell command's standard input, one alert a line
  each:COMMAND           to one run of a shell command for each alert

Before it, separated by commas, may stand: json or text instead of what -o says,
priority=P to leave out what is less severe, queue=N for the number of alerts
that may wait, and shed to drop the least severe of them when more come, rather
than to wait. As in: --to json,priority=error,https://example.org/alerts`

// connection is what destinations on the network have in common.
type connection struct {
	files  sink.TLSFiles
	header []string
}

func (c *connection) tls() (*tls.Config, error) { return c.files.Config() }

func (c *connection) headers() (http.Header, error) {
	h := make(http.Header)
	for _, line := range c.header {
		name, value, found := strings.Cut(line, ":")
		if !found || strings.TrimSpace(name) == "" {
			return nil, misuse("write a header as NAME: VALUE", "no header: %q", line)
		}
		h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return h, nil
}

// outlets makes the destinations of alerts, each with the defaults in base.
func outlets(destinations []string, base sink.Outlet, c connection, stdout, stderr io.Writer) ([]sink.Outlet, error) {
	if len(destinations) == 0 {
		destinations = []string{"stdout"}
	}
	var all []sink.Outlet
	for _, d := range destinations {
		o := base
		o.Name = d
		rest, err := options(&o, d)
		if err != nil {
			return nil, err
		}
		if o.Sink, err = open(rest, c, stdout, stderr); err != nil {
			return nil, fmt.Errorf("--to %s: %w", d, err)
		}
		if u, err := url.Parse(rest); err == nil && u.User != nil {
			o.Name = u.Redacted()
		}
		all = append(all, o)
	}
	return all, nil
}

// options takes the words before a destination.
func options(o *sink.Outlet, text string) (string, error) {
	for {
		word, rest, found := strings.Cut(text, ",")
		if !found || strings.Contains(word, ":") {
			return text, nil
		}
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "json":
			o.JSON = true
		case "text":
			o.JSON = false
		case "shed":
			o.Wait = false
		case "priority":
			p, ok := check.ParsePriority(value)
			if !ok {
				return "", unknownPriority(value)
			}
			o.Threshold = p
		case "queue":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return "", misuse("write queue=N with a number of alerts", "--to %s: no length of a queue: %q", o.Name, value)
			}
			o.Capacity = n
		default:
			return "", misuse("json, text, shed, priority=P and queue=N may stand before a destination",
				"--to %s: unknown option %q", o.Name, word)
		}
		text = rest
	}
}

// open makes the sink that a destination names.
func open(text string, c connection, stdout, stderr io.Writer) (sink.Sink, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	switch scheme {
	case "stdout":
		return sink.NewStream(stdout), nil
	case "file":
		return sink.NewFile(rest)
	case "program", "each":
		return sink.NewProgram(sink.ProgramConfig{Command: rest, Each: scheme == "each", Stderr: stderr})
	case "http", "https":
		cfg, err := c.tls()
		if err != nil {
			return nil, err
		}
		h, err := c.headers()
		if err != nil {
			return nil, err
		}
		return sink.NewHTTP(sink.HTTPConfig{URL: text, Header: h, TLS: cfg})
	case "syslog":
		return openSyslog(rest, c)
	}
	return nil, misuse(`"lanner replay --help" lists the destinations`, "unknown destination %q", text)
}

func openSyslog(address string, c connection) (sink.Sink, error) {
	cfg := sink.SyslogConfig{}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	cfg.Network, cfg.Address = u.Scheme, u.Host
	switch u.Scheme {
	case "", "unix":
		cfg.Address = u.Path
	case "tls":
		if cfg.TLS, err = c.tls(); err != nil {
			return nil, err
		}
	}
	for key, values := range u.Query() {
		value := values[len(values)-1]
		switch key {
		case "format":
			if !slices.Contains([]string{"rfc3164", "rfc5424"}, value) {
				return nil, misuse("format is rfc3164 or rfc5424", "unknown syslog format %q", value)
			}
			cfg.RFC3164 = value == "rfc3164"
		case "facility":
			if cfg.Facility, err = strconv.Atoi(value); err != nil {
				return nil, misuse("facility is a number, see RFC 5424, 6.2.1", "no syslog facility: %q", value)
			}
		case "tag":
			cfg.Tag = value
		default:
			return nil, misuse("there are format, facility and tag", "unknown syslog option %q", key)
		}
	}
	return sink.NewSyslog(cfg)
}

func unknownPriority(name string) error {
	var names []string
	for p := check.Emergency; p <= check.Debug; p++ {
		names = append(names, strings.ToLower(p.String()))
	}
	return misuse("priorities are "+strings.Join(names, ", "), "unknown priority %q", name)
}

// misuse makes an error of a mistake in how the command was called.
func misuse(hint, format string, args ...any) error {
	return &misuseError{msg: fmt.Sprintf(format, args...), hint: hint}
}
