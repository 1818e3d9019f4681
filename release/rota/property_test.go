// SPDX-License-Identifier: Apache-2.0

package rota_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/rota"
)

func mustPlan(t *testing.T, in rota.Input) rota.Plan {
	t.Helper()
	p, err := rota.Make(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// publish makes a plan the rotation.
func publish(in rota.Input, p rota.Plan) rota.Input {
	in.Rota.Releases = p.Releases
	return in
}

// each runs a check on many random projects and their plans.
func each(t *testing.T, check func(t *testing.T, seed uint64, r *rand.Rand, in rota.Input, p rota.Plan)) {
	t.Helper()
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		in := generate(r, 1+r.IntN(8), 1+r.IntN(6))
		check(t, seed, r, in, mustPlan(t, in))
	}
}

// TestHardRules: whoever is chosen breaks no hard rule; what could not be
// filled says by which rule.
func TestHardRules(t *testing.T) {
	each(t, func(t *testing.T, seed uint64, _ *rand.Rand, in rota.Input, p rota.Plan) {
		o := naive{in: in, all: p.Releases}
		coming := 0
		for i, a := range p.Releases {
			if a.Date < in.Today.Format(time.DateOnly) {
				continue
			}
			d := p.Decisions[coming]
			coming++
			for _, r := range d.Roles {
				switch {
				case r.Login == "" && r.Role != rota.Shadow && !strings.Contains(r.Unstaffed, "without the rule") && r.Unstaffed != "nobody leads it" && !strings.Contains(r.Unstaffed, "needed"):
					t.Fatalf("seed %d: %s has no %s, and says %q", seed, a.Version, r.Role, r.Unstaffed)
				case r.Login != "" && !r.Published && !o.may(i, r.Role, r.Login):
					t.Fatalf("seed %d: %s can't be %s of %+v", seed, r.Login, r.Role, a)
				}
			}
			if w := day(a.Date).Weekday(); !d.Roles[0].Published && (w == time.Friday || w == time.Saturday || w == time.Sunday) {
				t.Fatalf("seed %d: %s is on a %s", seed, a.Version, w)
			}
		}
		if coming < in.Horizon {
			t.Fatalf("seed %d: %d releases are planned, want %d", seed, coming, in.Horizon)
		}
	})
}

// TestFairness: without constraints, nobody leads twice before all have led
// once, for years. What else there is to do is shared, too: in two years nobody
// does two leads more than another, and a little.
func TestFairness(t *testing.T) {
	t.Parallel()
	for n := 2; n <= 12; n++ {
		in := rota.Input{Project: "lanner", Today: day("2027-01-01"), Horizon: 1}
		for i := range n {
			in.People = append(in.People, roster.Person{Login: fmt.Sprintf("p%02d", i), Lead: roster.LeadTerms{Shadows: 1}})
		}
		for cycle := range 30 {
			p := mustPlan(t, in)
			in = publish(in, p)
			in.Today = day(p.Releases[cycle].Date).AddDate(0, 0, 1)
			leads, credits := map[string]int{}, rota.Credits(p.Releases[max(0, cycle-11):])
			for _, a := range p.Releases {
				leads[a.Lead]++
			}
			if low, high := spread(in.People, leads); high-low > 1 {
				t.Fatalf("%d people, %d releases: somebody leads %d, somebody %d", n, cycle+1, low, high)
			}
			if low, high := spread(in.People, credits); high-low > 7 {
				t.Fatalf("%d people, %d releases: credits from %d to %d", n, cycle+1, low, high)
			}
		}
	}
}

func spread(people []roster.Person, counts map[string]int) (low, high int) {
	low = 1 << 30
	for _, p := range people {
		low, high = min(low, counts[p.Login]), max(high, counts[p.Login])
	}
	return low, high
}

// TestNewcomer: who joins later is not made to catch up.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	in := rota.Input{Project: "lanner", Today: day("2027-01-01"), Horizon: 12}
	for _, login := range []string{"alice", "bob", "carol"} {
		in.People = append(in.People, roster.Person{Login: login, Lead: roster.LeadTerms{Shadows: 1}})
	}
	in = publish(in, mustPlan(t, in))
	in.Today = day("2028-12-15")
	in.People = append(in.People, roster.Person{Login: "dave", Joined: in.Today, Lead: roster.LeadTerms{Shadows: 1}})
	p := mustPlan(t, rota.Input{Project: "lanner", Today: in.Today, Rota: in.Rota, People: in.People, Horizon: 8})
	leads := map[string]int{}
	for _, d := range p.Decisions {
		leads[d.Lead]++
	}
	if leads["dave"] != 2 {
		t.Errorf("of 8 releases among 4, they lead %v", leads)
	}
}

// TestAbsenceLater: an absence never changes a release that is published and
// before it; of those that are not, only if otherwise one more would go without.
func TestAbsenceLater(t *testing.T) {
	changed := 0
	each(t, func(t *testing.T, seed uint64, r *rand.Rand, in rota.Input, p rota.Plan) {
		from := in.Today.AddDate(0, 0, r.IntN(400))
		who := in.People[r.IntN(len(in.People))].Login
		next := publish(in, p)
		away, err := rota.Away(next, who, roster.Interval{From: from})
		if err != nil {
			t.Fatal(err)
		}
		next.Rota = away
		later := mustPlan(t, next)
		fresh := in
		fresh.Rota.Away = away.Away
		other := mustPlan(t, fresh)
		prefix := in
		prefix.Rota.Away = away.Away
		for i, a := range p.Releases {
			if !day(a.Date).Before(from) {
				break
			}
			was, is := a, later.Releases[i]
			was.Unstaffed, is.Unstaffed = "", ""
			if is != was {
				t.Fatalf("seed %d: %s is away from %s, and\n%+v became\n%+v", seed, who, from.Format(time.DateOnly), a, later.Releases[i])
			}
			prefix.Rota.Releases = p.Releases[:i+1]
		}
		if n := len(prefix.Rota.Releases); !slices.EqualFunc(other.Releases[:n], p.Releases[:n], sameFill) {
			changed++
			kept := mustPlan(t, prefix)
			if a, b := unfilled(other), unfilled(kept); slices.Compare(a, b) >= 0 {
				t.Fatalf("seed %d: with earlier releases changed, %v are unfilled; as they were, %v", seed, a, b)
			}
		}
	})
	t.Logf("the absence changed an earlier release that was not published %d times", changed)
}

func sameFill(a, b rota.Assignment) bool {
	a.Unstaffed, b.Unstaffed = "", ""
	return a == b
}

// unfilled counts the releases without a lead, and those without a backup.
func unfilled(p rota.Plan) []int {
	n := []int{0, 0}
	for _, d := range p.Decisions {
		switch {
		case d.Lead == "":
			n[0]++
		case d.Backup == "":
			n[1]++
		}
	}
	return n
}

// TestPinned: a new person changes nothing that is published; a plan is its own
// plan; the order of the input says nothing.
func TestPinned(t *testing.T) {
	each(t, func(t *testing.T, seed uint64, r *rand.Rand, in rota.Input, p rota.Plan) {
		again := mustPlan(t, publish(in, p))
		if diff := cmp.Diff(p.Releases, again.Releases); diff != "" || len(again.Changes) > 0 {
			t.Fatalf("seed %d: the plan of a plan differs: %s", seed, diff)
		}
		more := publish(in, p)
		more.People = append(slices.Clone(in.People), roster.Person{Login: "zoe", Lead: roster.LeadTerms{Shadows: 1}})
		for i, a := range mustPlan(t, more).Releases[:len(p.Releases)] {
			for _, role := range rota.Roles {
				if was := p.Releases[i].Who(role); was != "" && a.Who(role) != was {
					t.Fatalf("seed %d: with one more person, %s of %s is %s instead of %s", seed, role, a.Version, a.Who(role), was)
				}
			}
		}
		mixed := in
		mixed.People, mixed.Rota.Releases = slices.Clone(in.People), slices.Clone(in.Rota.Releases)
		r.Shuffle(len(mixed.People), func(i, j int) { mixed.People[i], mixed.People[j] = mixed.People[j], mixed.People[i] })
		r.Shuffle(len(mixed.Rota.Releases), func(i, j int) {
			mixed.Rota.Releases[i], mixed.Rota.Releases[j] = mixed.Rota.Releases[j], mixed.Rota.Releases[i]
		})
		if diff := cmp.Diff(p.Releases, mustPlan(t, mixed).Releases); diff != "" {
			t.Fatalf("seed %d: in another order: %s", seed, diff)
		}
	})
}

// TestMinimal: when somebody goes, all other roles stay with whom they are,
// unless nobody could lead beside them.
func TestMinimal(t *testing.T) {
	each(t, func(t *testing.T, seed uint64, r *rand.Rand, in rota.Input, p rota.Plan) {
		gone := in.People[r.IntN(len(in.People))].Login
		next := publish(in, p)
		next.Horizon = 0
		next.People = slices.DeleteFunc(slices.Clone(in.People), func(q roster.Person) bool { return q.Login == gone })
		if len(next.People) == 0 {
			return
		}
		for _, d := range mustPlan(t, next).Decisions {
			was := p.Releases[slices.IndexFunc(p.Releases, func(a rota.Assignment) bool { return a.Version == d.Version })]
			for _, role := range rota.Roles {
				who := was.Who(role)
				switch {
				case who == gone && d.Who(role) == gone:
					t.Fatalf("seed %d: %s is gone and still %s of %s", seed, gone, role, d.Version)
				case who == "" || who == gone || who == d.Who(role) || was.Lead == gone && letGo(d, role):
				default:
					t.Fatalf("seed %d: %s is gone, and %s of %s went from %s to %s", seed, gone, role, d.Version, who, d.Who(role))
				}
			}
		}
	})
}

func letGo(d rota.Decision, role rota.Role) bool {
	i := slices.IndexFunc(d.Roles, func(r rota.RoleDecision) bool { return r.Role == role })
	return strings.Contains(d.Roles[i].Freed, "so that somebody can lead")
}

// TestSwap: swapped twice is as before, and a swap breaks no rule.
func TestSwap(t *testing.T) {
	swaps := 0
	each(t, func(t *testing.T, seed uint64, r *rand.Rand, in rota.Input, p rota.Plan) {
		in = publish(in, p)
		place := func() rota.Place {
			return rota.Place{Version: p.Decisions[r.IntN(len(p.Decisions))].Version, Role: rota.Roles[r.IntN(3)]}
		}
		for range 20 {
			x, y := place(), place()
			once, err := rota.Swap(in, x, y)
			if err != nil {
				continue
			}
			swaps++
			before, after := rota.Credits(in.Rota.Releases), rota.Credits(once.Releases)
			if total(before) != total(after) {
				t.Fatalf("seed %d: a swap changes the credits from %v to %v", seed, before, after)
			}
			swapped := in
			swapped.Rota = once
			twice, err := rota.Swap(swapped, y, x)
			if err != nil {
				continue // what was published may break rules of now
			}
			if diff := cmp.Diff(in.Rota.Releases, twice.Releases); diff != "" {
				t.Fatalf("seed %d: %v and %v swapped twice: %s", seed, x, y, diff)
			}
		}
	})
	if swaps < 100 {
		t.Errorf("%d swaps", swaps)
	}
}

func total(credits map[string]int) int {
	n := 0
	for v := range maps.Values(credits) {
		n += v
	}
	return n
}

// TestConservation: what all have been credited with is what there was to do.
func TestConservation(t *testing.T) {
	each(t, func(t *testing.T, seed uint64, _ *rand.Rand, _ rota.Input, p rota.Plan) {
		want := 0
		for _, a := range p.Releases {
			for _, role := range rota.Roles {
				if a.Who(role) != "" {
					want += map[rota.Role]int{rota.Lead: 3, rota.Backup: 1, rota.Shadow: 1}[role]
				}
			}
		}
		if got := total(rota.Credits(p.Releases)); got != want {
			t.Fatalf("seed %d: credits are %d, want %d", seed, got, want)
		}
	})
}

// TestMany: thirty people, most of whom can't, are planned without trying all
// orders.
func TestMany(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		in := rota.Input{Project: "lanner", Today: day("2027-01-01"), Horizon: 6}
		for i := range 30 {
			p := roster.Person{Login: fmt.Sprintf("p%02d", i), Region: fmt.Sprint(r.IntN(2)), Lead: roster.LeadTerms{Shadows: 1, MostPerYear: 1}}
			p.Employers = []roster.Employment{{Name: fmt.Sprint(r.IntN(3))}}
			if i > 2 {
				p.Away = []roster.Interval{{From: in.Today.AddDate(0, r.IntN(8), 0)}}
			}
			in.People = append(in.People, p)
		}
		mustPlan(t, in)
	}
}

// TestEdit: what is written is what was meant, and lines that stay are kept.
func TestEdit(t *testing.T) {
	each(t, func(t *testing.T, seed uint64, r *rand.Rand, in rota.Input, p rota.Plan) {
		first, err := rota.Edit("rotation.yaml", nil, in.Rota)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		first = append([]byte("# Who leads.\n"), first...)
		if len(in.Rota.Releases) > 0 {
			first = []byte(strings.Replace(string(first), "\n  - {version", "\n  # A comment.\n  - {version", 1))
		}
		in.Rota.Releases = p.Releases
		in.Rota.Declined = append(in.Rota.Declined, rota.Refusal{Version: "v0.1.0", Login: "alice"})
		in.Rota.Away = append(in.Rota.Away, rota.Absence{Login: "null", Interval: roster.Interval{From: day("2027-01-01")}})
		second, err := rota.Edit("rotation.yaml", first, in.Rota)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, first)
		}
		got, err := rota.Parse("rotation.yaml", second)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, second)
		}
		if diff := cmp.Diff(in.Rota.Releases, got.Releases); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		if third, err := rota.Edit("rotation.yaml", second, got); err != nil || string(third) != string(second) {
			t.Fatalf("seed %d: written again, %v:\n%s", seed, err, third)
		}
		if !strings.HasPrefix(string(second), "# Who leads.\n") || strings.Contains(string(first), "# A comment.") != strings.Contains(string(second), "# A comment.") {
			t.Fatalf("seed %d: comments are gone:\n%s", seed, second)
		}
	})
}
