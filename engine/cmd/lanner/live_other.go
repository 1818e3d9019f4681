// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

import (
	"context"
	"errors"
)

// openProbe says that there is nothing to attach to.
func openProbe(context.Context, liveConfig) (live, error) {
	return nil, &failure{
		err:  errors.New("only Linux can be watched"),
		hint: `"lanner replay" runs rules over a recording`,
	}
}
