// SPDX-License-Identifier: Apache-2.0

package notes

import (
	"fmt"
	"testing"
)

// BenchmarkBuild shows that time grows with the number of pull requests, not
// faster: ns/pull is about the same for both.
func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		var changes []Change
		for i := range n {
			changes = append(changes, pull(i+1, "alice", fmt.Sprintf("Change %d", i), "A note.", "kind/bug"))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Build(Input{Changes: changes})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/pull")
		})
	}
}
