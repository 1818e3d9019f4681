// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/lanner-project/lanner/engine/alert"
)

// encodingFlags are how alerts are written.
type encodingFlags struct {
	clock   string
	utc     bool
	omit    []string
	message bool
}

func (e *encodingFlags) define(f *pflag.FlagSet) {
	f.StringVar(&e.clock, "time-format", "clock", "time before texts: clock, or iso8601 with date and in UTC")
	f.BoolVar(&e.utc, "utc", false, "show clocks in UTC, not in the local zone")
	f.StringSliceVar(&e.omit, "omit", nil, "leave `PROPERTY` out of JSON: output, tags or output_fields")
	f.BoolVar(&e.message, "json-message", false, "add to JSON the property message: the output without time and priority")
}

func (e *encodingFlags) location() *time.Location {
	if e.utc {
		return time.UTC
	}
	return time.Local
}

func (e *encodingFlags) encoding() (alert.Encoding, error) {
	enc := alert.Encoding{WithMessage: e.message, Location: e.location()}
	switch e.clock {
	case "iso8601":
		enc.ISO8601 = true
	case "clock":
	default:
		return enc, misuse("--time-format takes clock or iso8601", "unknown time format %q", e.clock)
	}
	for _, name := range e.omit {
		switch name {
		case "output":
			enc.OmitOutput = true
		case "tags":
			enc.OmitTags = true
		case "output_fields":
			enc.OmitFields = true
		default:
			return enc, misuse("output, tags and output_fields can be left out", "no property that can be left out: %q", name)
		}
	}
	return enc, nil
}
