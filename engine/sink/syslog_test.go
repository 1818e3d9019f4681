// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
)

var (
	newForm = regexp.MustCompile(`^<11>1 2018-08-17T17:35:48\.514682Z my_box lanner \d+ alert - (\w+)$`)
	oldForm = regexp.MustCompile(`^<11>Aug 1[78] \d\d:\d\d:48 my_box lanner\[\d+\]: (\w+)$`)
	ownForm = regexp.MustCompile(`^<11>Aug 1[78] \d\d:\d\d:48 lanner\[\d+\]: (\w+)$`)
)

func syslogRecord(line string) Record {
	r := rec(check.Error, line)
	r.Hostname, r.Time = "my box", 1534527348514682170
	return r
}

func sendTwo(t *testing.T, cfg SyslogConfig) {
	t.Helper()
	s, err := NewSyslog(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Send(t.Context(), []Record{syslogRecord("one"), syslogRecord("two")}); n != 2 || err != nil {
		t.Fatalf("Send = %d, %v", n, err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func expectForm(t *testing.T, form *regexp.Regexp, packet, line string) {
	t.Helper()
	if m := form.FindStringSubmatch(packet); m == nil || m[1] != line {
		t.Errorf("record %q, want %s with %q", packet, form, line)
	}
}

func TestSyslogPackets(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "log")
	for _, tt := range []struct {
		listen, address string
		cfg             SyslogConfig
		form            *regexp.Regexp
	}{
		{"udp", "127.0.0.1:0", SyslogConfig{Network: "udp"}, newForm},
		{"udp", "127.0.0.1:0", SyslogConfig{Network: "udp", RFC3164: true}, oldForm},
		{"unixgram", socket + "1", SyslogConfig{Network: "unix"}, newForm},
		{"unixgram", socket + "2", SyslogConfig{}, ownForm},
	} {
		conn, err := net.ListenPacket(tt.listen, tt.address)
		if err != nil {
			t.Fatal(err)
		}
		tt.cfg.Address = conn.LocalAddr().String()
		sendTwo(t, tt.cfg)
		buf := make([]byte, 4096)
		for _, line := range []string{"one", "two"} {
			n, _, err := conn.ReadFrom(buf)
			if err != nil {
				t.Fatal(err)
			}
			expectForm(t, tt.form, string(buf[:n]), line)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

// counted reads a record that says its length.
func readCounted(r *bufio.Reader) (string, error) {
	size, err := r.ReadString(' ')
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(strings.TrimSpace(size))
	if err != nil {
		return "", err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	return string(b), err
}

func TestSyslogStreams(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca := certificate(t, dir, "ca", nil)
	roots := x509.NewCertPool()
	roots.AddCert(ca.Leaf)
	secure := &tls.Config{Certificates: []tls.Certificate{certificate(t, dir, "server", &ca)}}
	for _, tt := range []struct {
		listen, address string
		cfg             SyslogConfig
		form            *regexp.Regexp
	}{
		{"tcp", "127.0.0.1:0", SyslogConfig{Network: "tcp"}, newForm},
		{"tcp", "127.0.0.1:0", SyslogConfig{Network: "tcp", RFC3164: true}, oldForm},
		{"tcp", "127.0.0.1:0", SyslogConfig{Network: "tls", TLS: &tls.Config{RootCAs: roots, ServerName: "localhost"}}, newForm},
		{"unix", filepath.Join(dir, "log"), SyslogConfig{}, ownForm},
	} {
		l, err := net.Listen(tt.listen, tt.address)
		if err != nil {
			t.Fatal(err)
		}
		if tt.cfg.TLS != nil {
			l = tls.NewListener(l, secure)
		}
		tt.cfg.Address = l.Addr().String()
		got := make(chan string, 2)
		go func() {
			defer close(got)
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			for range 2 {
				var line string
				if tt.cfg.RFC3164 || tt.cfg.Network == "" {
					line, err = r.ReadString('\n')
					line = strings.TrimSuffix(line, "\n")
				} else {
					line, err = readCounted(r)
				}
				if err != nil {
					got <- err.Error()
					return
				}
				got <- line
			}
		}()
		sendTwo(t, tt.cfg)
		for _, line := range []string{"one", "two"} {
			expectForm(t, tt.form, <-got, line)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A receiver that was restarted gets what comes next. Without looking whether
// the connection is still open, one record would go into it and be lost.
func TestSyslogReconnects(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := NewSyslog(SyslogConfig{Network: "tcp", Address: l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if n, err := s.Send(t.Context(), []Record{syslogRecord(fmt.Sprint(i))}); n != 1 || err != nil {
			t.Fatalf("Send = %d, %v", n, err)
		}
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		got, err := readCounted(bufio.NewReader(conn))
		if err != nil {
			t.Fatal(err)
		}
		expectForm(t, newForm, got, fmt.Sprint(i))
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		<-s.(*syslog).gone
	}
}

func TestSyslogRefusals(t *testing.T) {
	t.Parallel()
	for _, cfg := range []SyslogConfig{
		{Network: "sctp", Address: "127.0.0.1:1"}, {Network: "udp", Address: "nowhere"}, {Facility: 24}, {Facility: -1},
	} {
		if _, err := NewSyslog(cfg); err == nil {
			t.Errorf("NewSyslog takes %+v", cfg)
		}
	}
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s, err := NewSyslog(SyslogConfig{Network: "udp", Address: conn.LocalAddr().String()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Send(t.Context(), []Record{syslogRecord(strings.Repeat("x", 1<<17))})
	if failure, ok := errors.AsType[*Failure](err); !ok || !failure.Permanent {
		t.Errorf("a record that is too long for a packet: %v, want a permanent failure", err)
	}
	if n, err := s.Send(t.Context(), []Record{syslogRecord("short")}); n != 1 || err != nil {
		t.Errorf("the next: %d, %v", n, err)
	}
	missing, err := NewSyslog(SyslogConfig{Address: filepath.Join(t.TempDir(), "log")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := missing.Send(t.Context(), []Record{syslogRecord("x")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no daemon: %v", err)
	}
}
