// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/lanner-project/lanner/bots/owners"
	"github.com/lanner-project/lanner/maintainers/roster"
	"github.com/lanner-project/lanner/release/rota"
)

// Where a repository says who leads its releases.
const (
	RotationPath = "maintainers/rotation.yaml"
	PeoplePath   = "maintainers/people.yaml"
)

// Rotation is what the default branch says about who leads.
type Rotation struct {
	// Branch is its name, Commit its tip.
	Branch, Commit string
	// Text and People are the two files; empty is none.
	Text, People string
}

// Swap is a swap of roles in a release that one has asked another for.
type Swap struct {
	By string `json:"by"`
	Of string `json:"of"`
}

var errNoRotation = errors.New("there is no " + RotationPath + " on the default branch")

// releaseLead obeys /release-lead. Whoever has no part in the rotation can
// change nothing of it: each command is about the roles of who gives it.
func (d *decision) releaseLead(r Remark, args []string) bool {
	if len(args) == 0 {
		return false
	}
	in, err := d.rotation(r.Ref)
	if err != nil {
		d.reply(r.Ref, sayBadRotation(err))
		return true
	}
	me, rest := owners.Normalize(r.Author), args[1:]
	switch what := strings.ToLower(args[0]); {
	case (what == "next" || what == "list") && len(rest) == 0:
		d.reply(r.Ref, sayTurns(coming(in), what == "next"))
	case what == "take" && (len(rest) == 1 || len(rest) == 2):
		role := rota.Lead
		if len(rest) == 2 {
			role = rota.Role(strings.ToLower(rest[1]))
		}
		if !slices.Contains(rota.Roles, role) {
			return false
		}
		next, err := rota.Take(in, rota.Place{Version: rest[0], Role: role}, me)
		d.turn(r, in, next, err, false)
	case what == "decline" && len(rest) == 1:
		next, err := rota.Decline(in, rest[0], me)
		d.turn(r, in, next, err, true)
	case what == "away" && len(rest) == 1:
		interval, err := rota.ParseInterval(rest[0])
		if err != nil {
			return false
		}
		next, err := rota.Away(in, me, interval)
		d.turn(r, in, next, err, true)
	case what == "swap" && (len(rest) == 1 || len(rest) == 2):
		d.swap(r, in, me, rest)
	default:
		return false
	}
	return true
}

// rotation reads the rotation, as the commands before in the same remark left
// it.
func (d *decision) rotation(ref string) (rota.Input, error) {
	file := d.in.Rotation
	if file == nil || file.Text == "" {
		return rota.Input{}, errNoRotation
	}
	r, err := rota.Parse(RotationPath, []byte(file.Text))
	if err != nil {
		return rota.Input{}, err
	}
	people, err := roster.ParsePeople(PeoplePath, []byte(file.People))
	if err != nil {
		return rota.Input{}, err
	}
	if next, ok := d.rotations[ref]; ok {
		r = next
	}
	return rota.Input{Project: path.Base(d.in.Repo), Today: d.in.Now, Rota: r, People: people, Keep: true}, nil
}

// coming are the releases that are not done.
func coming(in rota.Input) []rota.Assignment {
	today := in.Today.Format(time.DateOnly)
	return slices.DeleteFunc(slices.Clone(in.Rota.Releases), func(a rota.Assignment) bool { return a.Date != "" && a.Date < today })
}

// swap obeys both halves of a swap: who asks, and who agrees.
func (d *decision) swap(r Remark, in rota.Input, me string, args []string) {
	version := args[0]
	asked, open := d.memory.Swaps[version]
	agreed := open && asked.Of == me
	if len(args) == 2 {
		other := owners.Normalize(strings.TrimPrefix(args[1], "@"))
		if agreed = agreed && asked.By == other; !agreed {
			asked = Swap{By: me, Of: other}
		}
	} else if !agreed {
		d.reply(r.Ref, saySwapUnasked(version))
		return
	}
	mine, theirs, err := rota.Counterpart(in, version, asked.By, asked.Of)
	var next rota.Rota
	if err == nil {
		next, err = rota.Swap(in, mine, theirs)
	}
	if agreed || err != nil {
		if agreed {
			delete(d.memory.Swaps, version)
		}
		d.turn(r, in, next, err, false)
		return
	}
	if d.memory.Swaps == nil {
		d.memory.Swaps = make(map[string]Swap)
	}
	d.memory.Swaps[version] = asked
	d.reply(r.Ref, sayAskSwap(asked, mine, theirs))
}

// turn says what a change of the rotation changes, and proposes it. With plan,
// what is open then is filled.
func (d *decision) turn(r Remark, in rota.Input, next rota.Rota, err error, plan bool) {
	if err == nil && plan {
		in.Rota = next
		var filled rota.Plan
		filled, err = rota.Make(in)
		next.Releases = filled.Releases
	}
	var text []byte
	if err == nil {
		text, err = rota.Edit(RotationPath, []byte(d.in.Rotation.Text), next)
	}
	if err != nil {
		d.reply(r.Ref, sayNoTurn(err))
		return
	}
	if string(text) == d.in.Rotation.Text {
		d.reply(r.Ref, saySameTurns)
		return
	}
	before, parseErr := rota.Parse(RotationPath, []byte(d.in.Rotation.Text))
	if parseErr != nil { // it has parsed already
		d.reply(r.Ref, sayBadRotation(parseErr))
		return
	}
	changes := rota.Changes(before.Releases, next.Releases)
	if d.rotations == nil {
		d.rotations = make(map[string]rota.Rota)
	}
	d.rotations[r.Ref] = next
	p := Propose{
		Branch: fmt.Sprintf("release-lead/%d-%s", d.in.Number, r.Ref), Base: d.in.Rotation.Branch, Commit: d.in.Rotation.Commit,
		Path: RotationPath, Text: string(text), Title: "maintainers: change who leads, as " + name(r.Author) + " asked", Body: sayProposal(d.in, r, changes),
	}
	d.more = append(slices.DeleteFunc(d.more, func(a Action) bool {
		other, is := a.(Propose)
		return is && other.Branch == p.Branch
	}), p)
	d.reply(r.Ref, sayTurnsChange(changes))
}
