// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"testing"
	"time"
)

func TestBar(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		read, total int64
		took        time.Duration
		want        string
	}{
		{0, 100e6, time.Second, "  0 % [                              ] 0.0 MB of 100.0 MB, 0.0 MB/s"},
		{25e6, 100e6, 2 * time.Second, " 25 % [=======                       ] 25.0 MB of 100.0 MB, 12.5 MB/s"},
		{100e6, 100e6, 4 * time.Second, "100 % [==============================] 100.0 MB of 100.0 MB, 25.0 MB/s"},
		{200e6, 100e6, time.Second, "100 % [==============================] 200.0 MB of 100.0 MB, 200.0 MB/s"}, // it grew
		{3e6, 0, time.Second, "3.0 MB read, 3.0 MB/s"},
		{123456e6, 999999e6, time.Hour, " 12 % [===                           ] 123456.0 MB of 999999.0 MB, 34.3 MB/s"},
	} {
		if got := bar(tt.read, tt.total, tt.took); got != tt.want || len(got) > 79 {
			t.Errorf("bar(%d, %d, %s) = %q, want %q", tt.read, tt.total, tt.took, got, tt.want)
		}
	}
}

// Where there is no terminal, nothing is shown.
func TestNoBarWithoutTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if showsProgress(&out, &out) {
		t.Error("a buffer is taken for a terminal")
	}
}
