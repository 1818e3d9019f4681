// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// SyslogConfig says where and how system log records are sent.
type SyslogConfig struct {
	// Network is "udp", "tcp", "tls" or "unix"; "": the local daemon, at
	// Address or, where that is empty too, at /dev/log.
	Network string
	Address string

	// RFC3164 asks for the old form of records, which says neither year nor
	// zone. The local daemon always gets it, for want of anything else that all
	// of them read.
	RFC3164  bool
	Facility int    // RFC 5424, 6.2.1; 0 stands for 1, "user-level messages": the kernel's is not ours to use
	Tag      string // name of the sender; "": lanner
	TLS      *tls.Config
	Timeout  time.Duration // of connecting and of one attempt; 0: 10 s
}

// NewSyslog makes a sink that sends one system log record for each alert, with
// the alert's priority as its severity. It connects with the first.
func NewSyslog(cfg SyslogConfig) (Sink, error) {
	switch cfg.Network {
	case "":
		cfg.RFC3164 = true
		if cfg.Address == "" {
			cfg.Address = "/dev/log"
		}
	case "unix":
	case "udp", "tcp", "tls":
		if _, _, err := net.SplitHostPort(cfg.Address); err != nil {
			return nil, fmt.Errorf("syslog address: %w", err)
		}
	default:
		return nil, fmt.Errorf("unknown syslog network %q: there are udp, tcp, tls and unix", cfg.Network)
	}
	if cfg.Facility < 0 || cfg.Facility > 23 {
		return nil, fmt.Errorf("syslog facility %d: there are 1 to 23", cfg.Facility)
	}
	if cfg.Facility == 0 {
		cfg.Facility = 1
	}
	if cfg.Tag == "" {
		cfg.Tag = "lanner"
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
	}
	return &syslog{SyslogConfig: cfg, pid: strconv.Itoa(os.Getpid())}, nil
}

type syslog struct {
	SyslogConfig
	pid    string
	conn   net.Conn
	gone   chan struct{} // closed when the other end of a stream has closed it
	stream bool
	buf    []byte
}

func (s *syslog) Send(ctx context.Context, records []Record) (int, error) {
	for i := range records {
		if err := s.send(ctx, &records[i]); err != nil {
			return i, err
		}
	}
	return len(records), nil
}

func (s *syslog) send(ctx context.Context, r *Record) error {
	if s.conn != nil && s.stream {
		select {
		case <-s.gone:
			// A write would succeed, into a buffer that nobody reads.
			conn := s.conn
			s.conn = nil
			if err := conn.Close(); err != nil {
				return err
			}
		default:
		}
	}
	if s.conn == nil {
		if err := s.connect(ctx); err != nil {
			return err
		}
	}
	conn := s.conn
	// An error is one of a closed connection: the write says so too.
	_ = conn.SetWriteDeadline(time.Now().Add(s.Timeout))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	_, err := conn.Write(s.frame(r))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EMSGSIZE):
		return &Failure{Err: fmt.Errorf("a record of %d bytes: %w", len(s.buf), err), Permanent: true}
	}
	// What a stream took of the record cannot be taken back: the next attempt
	// needs a new one.
	s.conn = nil
	return errors.Join(err, conn.Close())
}

func (s *syslog) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	var dialer net.Dialer
	var err error
	switch s.Network {
	case "udp":
		s.conn, err = dialer.DialContext(ctx, "udp", s.Address)
		s.stream = false
	case "tcp":
		s.conn, err = dialer.DialContext(ctx, "tcp", s.Address)
		s.stream = true
	case "tls":
		s.conn, err = (&tls.Dialer{Config: s.TLS}).DialContext(ctx, "tcp", s.Address)
		s.stream = true
	default:
		s.stream = false
		if s.conn, err = dialer.DialContext(ctx, "unixgram", s.Address); err != nil {
			s.stream = true
			s.conn, err = dialer.DialContext(ctx, "unix", s.Address)
		}
	}
	if err != nil {
		s.conn = nil
		return err
	}
	if s.stream {
		conn, gone := s.conn, make(chan struct{})
		s.gone = gone
		go func() {
			defer close(gone)
			// Receivers say nothing. That this ends is all there is to know.
			_, _ = io.Copy(io.Discard, conn)
		}()
	}
	return nil
}

// frame writes a record as it goes over the connection. In a stream, records of
// the new form say their length (RFC 6587, 3.4.1), those of the old end with a
// line feed.
func (s *syslog) frame(r *Record) []byte {
	b := s.buf[:0]
	if s.RFC3164 {
		b = s.appendOld(b, r)
		if s.stream {
			b = append(b, '\n')
		}
		s.buf = b
		return b
	}
	b = s.appendNew(b, r)
	s.buf = b
	if s.stream {
		s.buf = append(append(strconv.AppendInt(nil, int64(len(b)), 10), ' '), b...)
	}
	return s.buf
}

func (s *syslog) appendPriority(b []byte, r *Record) []byte {
	b = append(b, '<')
	b = strconv.AppendInt(b, int64(s.Facility)*8+int64(r.Priority), 10)
	return append(b, '>')
}

// appendNew appends a record in the form of RFC 5424.
func (s *syslog) appendNew(b []byte, r *Record) []byte {
	b = append(s.appendPriority(b, r), "1 "...)
	b = eventTime(r).UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	b = append(b, ' ')
	b = append(b, headerWord(r.Hostname, 255)...)
	b = append(b, ' ')
	b = append(b, headerWord(s.Tag, 48)...)
	b = append(b, ' ')
	b = append(b, s.pid...)
	b = append(b, " alert - "...)
	return append(b, r.Line...)
}

// appendOld appends a record in the form of RFC 3164. The local daemon knows
// its own name, and takes a name that it is told for the sender's.
func (s *syslog) appendOld(b []byte, r *Record) []byte {
	b = s.appendPriority(b, r)
	b = eventTime(r).Local().AppendFormat(b, time.Stamp)
	b = append(b, ' ')
	if s.Network != "" {
		b = append(b, headerWord(r.Hostname, 255)...)
		b = append(b, ' ')
	}
	b = append(b, headerWord(s.Tag, 32)...)
	b = append(b, '[')
	b = append(b, s.pid...)
	b = append(b, "]: "...)
	return append(b, r.Line...)
}

func eventTime(r *Record) time.Time { return time.Unix(int64(r.Time/1e9), int64(r.Time%1e9)) }

// headerWord makes a text fit to stand in the header of a record: printable
// ASCII without blanks, not empty, not too long.
func headerWord(text string, longest int) string {
	word := strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7F {
			return '_'
		}
		return r
	}, text)
	if word == "" {
		return "-"
	}
	return word[:min(len(word), longest)]
}

func (s *syslog) Close(context.Context) error {
	if s.conn == nil {
		return nil
	}
	return s.conn.Close()
}
