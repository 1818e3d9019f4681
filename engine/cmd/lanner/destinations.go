// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/lanner-project/lanner/engine/config"
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
that may wait, and, for when more come, shed to drop the least severe of them or
wait to wait until there is room. As in: --to json,priority=error,https://example.org/alerts`

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

// parseDestinations reads what --to was given.
func parseDestinations(texts []string) ([]config.Sink, error) {
	if len(texts) == 0 {
		texts = []string{"stdout"}
	}
	var all []config.Sink
	for _, text := range texts {
		s, wrong := config.ParseSink(text)
		if wrong != nil {
			return nil, misuse(wrong.Help, "--to %s: %s", text, wrong.Msg)
		}
		all = append(all, s)
	}
	return all, nil
}

// asWritten names a sink as its destination was written.
func asWritten(s *config.Sink) string { return config.Redact(s.Text) }

// outlets makes the destinations of alerts, each with the defaults in base.
func outlets(sinks []config.Sink, base sink.Outlet, c connection, name func(*config.Sink) string, stdout, stderr io.Writer) ([]sink.Outlet, error) {
	var all []sink.Outlet
	for i := range sinks {
		s := &sinks[i]
		o := base
		o.Name = name(s)
		if s.Format != "" {
			o.JSON = s.Format == "json"
		}
		if s.Overflow != "" {
			o.Wait = s.Overflow == "wait"
		}
		o.Threshold, o.Capacity = s.Priority, s.Queue
		var err error
		if o.Sink, err = open(s, c, stdout, stderr); err != nil {
			return nil, fmt.Errorf("sink %s: %w", o.Name, err)
		}
		all = append(all, o)
	}
	return all, nil
}

// open makes the sink that the settings of one are about.
func open(s *config.Sink, c connection, stdout, stderr io.Writer) (sink.Sink, error) {
	if s.TLS != (config.TLS{}) {
		c.files = sink.TLSFiles{CA: s.TLS.CA, Cert: s.TLS.Cert, Key: s.TLS.Key}
	}
	switch s.Type {
	case "stdout":
		return sink.NewStream(stdout), nil
	case "file":
		return sink.NewFile(s.Path)
	case "program":
		return sink.NewProgram(sink.ProgramConfig{Command: s.Command, Each: s.Each, Stderr: stderr})
	case "http":
		return openHTTP(s, c)
	case "syslog":
		return openSyslog(&s.Syslog, c)
	}
	return nil, fmt.Errorf("no sinks are made of type %q", s.Type)
}

func openHTTP(s *config.Sink, c connection) (sink.Sink, error) {
	cfg, err := c.tls()
	if err != nil {
		return nil, err
	}
	h, err := c.headers()
	if err != nil {
		return nil, err
	}
	for name, value := range s.Headers {
		h.Set(name, value)
	}
	for name, path := range s.HeadersIn {
		value, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("header %s: %w", name, err)
		}
		h.Set(name, strings.TrimSpace(string(value)))
	}
	return sink.NewHTTP(sink.HTTPConfig{URL: s.URL, Header: h, TLS: cfg, Timeout: s.Timeout})
}

func openSyslog(s *config.Syslog, c connection) (sink.Sink, error) {
	cfg := sink.SyslogConfig{RFC3164: s.Format == "rfc3164", Facility: s.Facility, Tag: s.Tag}
	u, err := url.Parse(s.Address)
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
	return sink.NewSyslog(cfg)
}

func unknownPriority(name string) error {
	wrong := config.UnknownPriority(name)
	return misuse(wrong.Help, "%s", wrong.Msg)
}

// misuse makes an error of a mistake in how the command was called.
func misuse(hint, format string, args ...any) error {
	return &misuseError{msg: fmt.Sprintf(format, args...), hint: hint}
}
