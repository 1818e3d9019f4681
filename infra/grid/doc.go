// SPDX-License-Identifier: Apache-2.0

// Package grid knows on which kernels the driver is to work, and what is known of
// each: what is wanted and not known yet, what was found out, and what that comes
// to. It is the middle of the grid, that proves a driver on every kernel that it is
// published for.
//
// What is known is evidence by content: a driver's digest and a kernel package's
// for what was found out without booting; for what was found out by booting one
// kernel of a class that class, the driver's digest and that of what loads it. So
// nothing is done twice, and what was done for one driver says nothing of another.
//
// It opens no file, runs nothing, and asks nobody: infra/cmd/grid does. Packages of
// infra may import it; its functions are safe concurrently.
package grid
