// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

import (
	"errors"

	"github.com/lanner-project/lanner/driver/doctor"
)

// machineFacts says that there is nothing to look at.
func machineFacts(int) (doctor.Facts, error) {
	return doctor.Facts{}, &failure{
		err:  errors.New("the driver runs on Linux alone"),
		hint: `"lanner replay" runs rules over a recording`,
	}
}
