// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

// What we send is read by a syslog daemon that others wrote, field by field.
func TestRsyslog(t *testing.T) {
	t.Parallel()
	daemon, err := exec.LookPath("rsyslogd")
	if err != nil {
		t.Skip("rsyslogd is not installed (Debian package rsyslog)")
	}
	dir := t.TempDir()
	port := freePort(t)
	socket := filepath.Join(dir, "log")
	out := filepath.Join(dir, "out")
	config := fmt.Sprintf(`global(workDirectory=%[1]q)
module(load="imtcp")
module(load="imudp")
module(load="imuxsock" SysSock.Use="off")
input(type="imtcp" address="127.0.0.1" port="%[2]d")
input(type="imudp" address="127.0.0.1" port="%[2]d")
input(type="imuxsock" socket=%[3]q)
template(name="fields" type="string" string="%%syslogseverity-text%%|%%syslogfacility-text%%|%%app-name%%|%%timestamp:::date-rfc3339%%|%%msg%%\n")
action(type="omfile" file=%[4]q template="fields")
`, dir, port, socket, out)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), daemon, "-n", "-f", filepath.Join(dir, "conf"), "-i", filepath.Join(dir, "pid"))
	cmd.Env = append(os.Environ(), "TZ=UTC")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := cmd.Process.Kill(); err == nil {
			_ = cmd.Wait() // killed, it says
		}
	}()
	waitFor(t, "the daemon's socket", func() bool {
		_, err := os.Stat(socket)
		return err == nil
	})
	address := fmt.Sprintf("127.0.0.1:%d", port)
	var want []string
	for i, cfg := range []SyslogConfig{
		{Network: "tcp", Address: address},
		{Network: "tcp", Address: address, RFC3164: true},
		{Network: "udp", Address: address, Facility: 16},
		{Address: socket},
	} {
		s, err := NewSyslog(cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := syslogRecord(fmt.Sprintf(`{"message %d":"a|b %%s"}`, i))
		r.Priority = check.Priority(i + 1)
		if n, err := s.Send(t.Context(), []Record{r}); n != 1 || err != nil {
			t.Fatalf("Send = %d, %v", n, err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("%s|%s|lanner|", []string{"alert", "crit", "err", "warning"}[i], []string{"user", "user", "local0", "user"}[i]))
		var text []byte
		waitFor(t, "the record in the daemon's file: "+said.String(), func() bool {
			text, _ = os.ReadFile(out)
			return strings.Count(string(text), "\n") > i
		})
		line := strings.Split(string(text), "\n")[i]
		if !strings.HasPrefix(line, want[i]) || !strings.HasSuffix(strings.TrimSpace(line), string(r.Line)) {
			t.Errorf("%+v: the daemon read %q, want %q and %q", cfg, line, want[i], r.Line)
		}
		if cfg.Network != "" && !cfg.RFC3164 && !strings.Contains(line, "|2018-08-17T17:35:48.514682Z|") {
			t.Errorf("%+v: the daemon read another time: %q", cfg, line)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no sign of %s", what)
		}
	}
}
