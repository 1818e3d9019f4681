// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
)

// openProbe attaches the driver.
func openProbe(context.Context, liveConfig) (live, error) {
	return nil, &failure{
		err:  errors.New("this build has no driver"),
		hint: `"lanner replay" runs rules over a recording`,
	}
}
