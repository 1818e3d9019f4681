// SPDX-License-Identifier: Apache-2.0

// Command lanner is the detection engine's command line.
//
// So far it knows one thing, which build it is; the engine comes next. It is
// the file that strangers install and compare byte for byte with a release, so
// it links nothing but cobra, and it takes nothing from the machine it was
// built on: no -ldflags, no wall clock. The one package that may bring engine
// and driver together is this one. Nothing may import it.
package main
