// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// A notifier tells systemd how the service is, by the protocol of sd_notify(3).
// Without systemd it does nothing.
type notifier struct {
	socket   *net.UnixAddr
	watchdog time.Duration // systemd wants to hear of us so often; 0: it does not
}

func newNotifier() (*notifier, error) {
	n := &notifier{}
	if name := os.Getenv("NOTIFY_SOCKET"); name != "" {
		if !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "@") {
			return nil, fmt.Errorf("NOTIFY_SOCKET: no name of a socket: %q", name)
		}
		n.socket = &net.UnixAddr{Net: "unixgram", Name: name}
	}
	text := os.Getenv("WATCHDOG_USEC")
	if pid := os.Getenv("WATCHDOG_PID"); text == "" || pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return n, nil
	}
	usec, err := strconv.ParseUint(text, 10, 53)
	if err != nil || usec == 0 {
		return nil, fmt.Errorf("WATCHDOG_USEC: no number of microseconds: %q", text)
	}
	n.watchdog = time.Duration(usec) * time.Microsecond
	return n, nil
}

// send sends assignments such as READY=1.
func (n *notifier) send(lines ...string) (err error) {
	if n.socket == nil {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, n.socket)
	if err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	_, err = conn.Write([]byte(strings.Join(lines, "\n")))
	return err
}
