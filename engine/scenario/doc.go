// SPDX-License-Identifier: Apache-2.0

// Package scenario is the test language for rules: a file says which rules are
// loaded, what was there, what happens, and which alerts each event raises.
//
//	load lanner.yaml
//
//	test "somebody reads the password hashes"
//	  proc 100 exepath=/usr/bin/cat
//	  100 openat fd=3 name=/etc/shadow flags=O_RDONLY
//	    -> "Password hashes read" fd.name=/etc/shadow
//	  100 openat fd=3 name=/etc/hostname flags=O_RDONLY
//
// An event without "->" below it must raise no alert. What the lines may say is
// in website/content/docs/scenarios.md.
//
// It reads rules and captures through the functions that it is given and
// writes nothing. Events are made in the newest form of the capture format, so
// a list of them can be written to a capture too. Nothing here is safe for
// concurrent use.
package scenario
