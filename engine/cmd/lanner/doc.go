// SPDX-License-Identifier: Apache-2.0

// Command lanner is the detection engine's command line.
//
// It is the file that strangers install and compare byte for byte with a
// release, so it links little but cobra and the engine, and it takes nothing
// from the machine it was built on: no -ldflags, no wall clock. The one package that may bring engine
// and driver together is this one. Nothing may import it.
package main
