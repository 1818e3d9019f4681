// SPDX-License-Identifier: Apache-2.0

// Command enginebench measures lanner replay beside Debian's sysdig, which
// merely reads the same files: make bench-engine.
//
// Whole processes are run in pairs, one after the other in turn, and what is
// compared is the processor time that they took, which other work on the
// machine disturbs least. Medians are printed, and the median of the pairs'
// ratios. It needs the shared captures and rulesets, and is not part of a
// release. Nothing may import it.
package main
