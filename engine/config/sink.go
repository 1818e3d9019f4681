// SPDX-License-Identifier: Apache-2.0

package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

// A Sink is where alerts go, and how.
type Sink struct {
	Type string // stdout, file, http, syslog or program

	Path      string // of a file
	URL       string // http or https
	Headers   map[string]string
	HeadersIn map[string]string // names of headers, and the files that hold their values
	Timeout   time.Duration
	TLS       TLS
	Syslog    Syslog
	Command   string // of a program
	Each      bool   // one run of the program for each alert
	Format    string // json, text, or "": as the output
	Priority  check.Priority
	Queue     int
	Overflow  string // shed or wait
	Required  bool
	Text      string // the destination, if it was written as one
}

// TLS names the files that a connection is secured with.
type TLS struct {
	CA, Cert, Key string
}

// Syslog is what a sink to syslog is about.
type Syslog struct {
	Address  string // udp://HOST:PORT, tcp://, tls://, unix:///PATH; "": the local daemon
	Format   string // rfc5424 or rfc3164
	Facility int
	Tag      string
}

// Name is what people know the sink by. The path of a URL is not in it: with
// some receivers that is the secret.
func (s *Sink) Name() string {
	switch s.Type {
	case "file":
		return "file:" + s.Path
	case "http":
		if u, err := url.Parse(s.URL); err == nil {
			return u.Scheme + "://" + u.Host
		}
	case "syslog":
		return "syslog:" + s.Syslog.Address
	case "program":
		if s.Each {
			return "each:" + s.Command
		}
		return "program:" + s.Command
	}
	return s.Type
}

// Redact returns a URL without the password in it.
func Redact(address string) string {
	if u, err := url.Parse(address); err == nil && u.User != nil {
		return u.Redacted()
	}
	return address
}

// ParseSink reads a destination as --to takes it: options, each with a comma
// behind it, and then stdout, file:PATH, a URL, syslog:…, program:COMMAND or
// each:COMMAND.
func ParseSink(text string) (Sink, *Problem) {
	s := Sink{Text: text}
	applyDefaults(sinkKeys, &s)
	rest, wrong := s.options(text)
	if wrong != nil {
		return s, wrong
	}
	scheme, target, _ := strings.Cut(rest, ":")
	switch scheme {
	case "stdout":
		s.Type = scheme
	case "file":
		s.Type, s.Path = scheme, target
	case "program", "each":
		s.Type, s.Command, s.Each = "program", target, scheme == "each"
	case "http", "https":
		s.Type, s.URL = "http", rest
	case "syslog":
		s.Type = scheme
		wrong = s.syslog(target)
	default:
		return s, problem(`"lanner replay --help" lists the destinations`, "unknown destination %q", rest)
	}
	if wrong == nil {
		wrong = s.validate()
	}
	return s, wrong
}

// options takes the words before a destination.
func (s *Sink) options(text string) (string, *Problem) {
	for {
		word, rest, found := strings.Cut(text, ",")
		if !found || strings.Contains(word, ":") {
			return text, nil
		}
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "json", "text":
			s.Format = key
		case "shed", "wait":
			s.Overflow = key
		case "priority":
			p, ok := check.ParsePriority(value)
			if !ok {
				return "", UnknownPriority(value)
			}
			s.Priority = p
		case "queue":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return "", problem("write queue=N with a number of alerts", "no length of a queue: %q", value)
			}
			s.Queue = n
		default:
			return "", problem("json, text, shed, wait, priority=P and queue=N may stand before a destination", "unknown option %q", word)
		}
		text = rest
	}
}

func (s *Sink) syslog(address string) *Problem {
	u, err := url.Parse(address)
	if err != nil {
		return problem("write syslog:udp://HOST:PORT, or nothing behind the colon for the local daemon", "no address: %q", address)
	}
	for key, values := range u.Query() {
		value := values[len(values)-1]
		switch key {
		case "format":
			if !slices.Contains([]string{"rfc3164", "rfc5424"}, value) {
				return problem("format is rfc3164 or rfc5424", "unknown syslog format %q", value)
			}
			s.Syslog.Format = value
		case "facility":
			if s.Syslog.Facility, err = strconv.Atoi(value); err != nil {
				return problem("facility is a number, see RFC 5424, 6.2.1", "no syslog facility: %q", value)
			}
		case "tag":
			s.Syslog.Tag = value
		default:
			return problem("there are format, facility and tag", "unknown syslog option %q", key)
		}
	}
	u.RawQuery = ""
	s.Syslog.Address = u.String()
	return nil
}

// needs says which key a type of sink cannot do without, and which others it
// knows; those of every sink aside.
var needs = map[string]struct {
	key    string
	others []string
}{
	"stdout":  {},
	"file":    {key: "path"},
	"http":    {key: "url", others: []string{"headers", "headers_from", "timeout", "tls"}},
	"syslog":  {others: []string{"syslog", "tls"}},
	"program": {key: "command", others: []string{"each"}},
}

// validate looks at what one value alone cannot show.
func (s *Sink) validate() *Problem {
	need := needs[s.Type]
	value := map[string]string{"path": s.Path, "url": s.URL, "command": s.Command}
	if need.key != "" && value[need.key] == "" {
		return problem("add "+need.key+": to the sink", "a sink of type %s needs the key %s", s.Type, need.key)
	}
	if s.Type == "http" {
		u, err := url.Parse(s.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return problem("write http://HOST/PATH or https://HOST/PATH", "%q is no http or https URL with a host", Redact(s.URL))
		}
	}
	if (s.TLS.Cert == "") != (s.TLS.Key == "") {
		return problem("give both tls.cert and tls.key, or neither", "a client certificate and its key come together: one of them is not given")
	}
	for name := range s.HeadersIn {
		if _, both := s.Headers[name]; both {
			return problem("keep one of them", "the header %s is in headers and in headers_from", name)
		}
	}
	return nil
}

// UnknownPriority is what is wrong with a word that is no priority.
func UnknownPriority(name string) *Problem {
	return problem("priorities are "+strings.Join(priorityNames(), ", "), "unknown priority %q", name)
}

func priorityNames() []string {
	var names []string
	for p := check.Emergency; p <= check.Debug; p++ {
		names = append(names, strings.ToLower(p.String()))
	}
	return names
}
