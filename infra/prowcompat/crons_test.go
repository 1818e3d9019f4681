// SPDX-License-Identifier: Apache-2.0

package prowcompat

import (
	"fmt"
	"log"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/robfig/cron.v2"

	"github.com/lanner-project/lanner/infra/job"
)

// field makes one field of a cron expression. A step of nothing is not among
// them: Prow does not come back from it.
func field(r *rand.Rand, least, most int, names []string) string {
	number := func() string { return strconv.Itoa(least + r.IntN(most-least+2)) }
	switch r.IntN(9) {
	case 0:
		return number()
	case 1:
		return number() + "-" + number()
	case 2:
		return "*/" + strconv.Itoa(1+r.IntN(20))
	case 3:
		return number() + "/" + strconv.Itoa(1+r.IntN(20))
	case 4:
		return number() + "," + number()
	case 5:
		if names != nil {
			return names[r.IntN(len(names))]
		}
	case 6:
		return "?"
	}
	return "*"
}

// TestCrons holds which cron expressions are taken, and when they come next,
// against the library that Prow reads them with.
func TestCrons(t *testing.T) {
	log.SetOutput(discard{})
	days, months := []string{"mon", "SUN", "Sat"}, []string{"jan", "DEC"}
	taken, refused, never := 0, 0, 0
	for seed := range 5000 {
		r := rand.New(rand.NewPCG(uint64(seed), 31))
		spec := strings.Join([]string{field(r, 0, 59, nil), field(r, 0, 23, nil), field(r, 1, 31, nil), field(r, 1, 12, months), field(r, 0, 6, days)}, " ")
		switch r.IntN(12) {
		case 0:
			spec = field(r, 0, 59, nil) + " " + spec
		case 1:
			spec = []string{"@daily", "@weekly", "@monthly", "@yearly", "@annually", "@hourly", "@midnight", "@every 90m", "@every x", "@reboot"}[r.IntN(10)]
		}
		theirs, prow := cron.Parse("TZ=UTC " + spec)
		ours, err := job.ParseCentral(job.File{Name: "p.yaml", Src: fmt.Appendf(nil, "periodics:\n- {name: p, cron: %q, spec: {containers: [{image: x}]}}\n", spec)})
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(3*365*24*60)) * time.Minute)
		switch {
		case prow != nil && err != nil:
			refused++
			continue
		case prow == nil && err != nil && theirs.Next(at).IsZero():
			never++
			continue
		case prow != nil || err != nil:
			t.Errorf("%q: Prow %v, we %v", spec, prow, err)
			continue
		}
		taken++
		for range 4 {
			_, later := job.Tick(ours.Periodics, nil, at)
			if len(later) != 1 || !later[0].At.Equal(theirs.Next(at)) {
				t.Errorf("%q after %s: Prow %s, we %+v", spec, at, theirs.Next(at), later)
				break
			}
			at = later[0].At
		}
	}
	t.Logf("%d taken with the same four next times, %d refused by both, %d that never come refused by us", taken, refused, never)
}
