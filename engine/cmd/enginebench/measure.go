// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A cost is what a process took.
type cost struct {
	cpu, wall time.Duration
	memory    int64 // the most at once, bytes
}

// once runs a command and says what it cost.
func once(ctx context.Context, command []string) (cost, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var said strings.Builder
	cmd.Stderr = &said // its output goes nowhere
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, said.String())
	}
	c := cost{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	c.memory = peak(cmd.ProcessState)
	return c, nil
}

// inTurn runs commands one after the other, again and again, and returns what
// each run of each cost.
func inTurn(ctx context.Context, rounds int, commands ...[]string) ([][]cost, error) {
	costs := make([][]cost, len(commands))
	for range rounds {
		for i, command := range commands {
			c, err := once(ctx, command)
			if err != nil {
				return nil, err
			}
			costs[i] = append(costs[i], c)
		}
	}
	return costs, nil
}

func cpu(c cost) float64    { return float64(c.cpu) }
func wall(c cost) float64   { return float64(c.wall) }
func memory(c cost) float64 { return float64(c.memory) }

// median returns the median of a quantity.
func median(costs []cost, of func(cost) float64) float64 {
	values := make([]float64, 0, len(costs))
	for _, c := range costs {
		values = append(values, of(c))
	}
	return middle(values)
}

// ratio returns the median of what one command took as a multiple of what
// another took in the same round.
func ratio(these, those []cost, of func(cost) float64) float64 {
	values := make([]float64, 0, len(these))
	for i := range these {
		values = append(values, of(these[i])/of(those[i]))
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
