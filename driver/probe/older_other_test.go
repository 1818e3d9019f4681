// SPDX-License-Identifier: Apache-2.0

//go:build !amd64

package probe

// olderCalls has nothing to do where there are none.
func olderCalls() ([]sight, error) { return opens() }

func olderWaits() ([]sight, error) { return opens() }

func olderBirths() ([]sight, error) { return opens() }

// runs32 has nothing to run.
func runs32() ([]sight, error) { return opens() }
