// SPDX-License-Identifier: Apache-2.0

package decide

import (
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/prow/pkg/labels"
)

// lives are the words after /lifecycle. One of them holds at a time.
var lives = []string{"active", "frozen", "stale", "rotten"}

func (d *decision) setLife(_ Remark, args []string) bool {
	if len(args) != 1 || !slices.Contains(lives, strings.ToLower(args[0])) {
		return false
	}
	for _, life := range lives {
		d.label("lifecycle/"+life, strings.EqualFold(life, args[0]))
	}
	return true
}

func (d *decision) removeLife(_ Remark, args []string) bool {
	if len(args) != 1 || !slices.Contains(lives, strings.ToLower(args[0])) {
		return false
	}
	d.label("lifecycle/"+strings.ToLower(args[0]), false)
	return true
}

// close obeys /close. What is stale anybody may close.
func (d *decision) close(r Remark, args []string) bool {
	reason := "completed"
	switch word := strings.ToLower(strings.Join(args, " ")); {
	case d.in.Pull != nil && word == "":
		reason = ""
	case d.in.Pull == nil && word == "":
	case d.in.Pull == nil && (word == "not-planned" || word == "not planned"):
		reason = "not_planned"
	default:
		return false
	}
	stale := d.labelled(labels.LifecycleStale) || d.labelled(labels.LifecycleRotten)
	if !stale && !sameLogin(r.Author, d.in.Author) && !d.in.trusted(r.Author) {
		d.reply(r.Ref, sayUntrusted("close", d.in.Settings.TrustedRoles))
		return true
	}
	d.open, d.reason = false, reason
	return true
}

func (d *decision) reopen(r Remark, args []string) bool {
	switch {
	case len(args) > 0:
		return false
	case d.in.Pull != nil && d.in.Pull.Merged:
		d.reply(r.Ref, sayMerged)
	case !sameLogin(r.Author, d.in.Author) && !d.in.trusted(r.Author):
		d.reply(r.Ref, sayUntrusted("reopen", d.in.Settings.TrustedRoles))
	default:
		d.open = true
	}
	return true
}

// age follows the schedule of the settings: what nobody touches becomes stale,
// then rotten, and is closed. Each step is a change itself, so that the next
// one counts from it.
func (d *decision) age() {
	l := d.in.Settings.Lifecycle
	quiet := int(d.in.Now.Sub(d.in.Updated) / (24 * time.Hour))
	ref := "quiet-" + d.in.Updated.UTC().Format(time.RFC3339)
	switch {
	case !d.in.Settings.Has("lifecycle") || !d.in.Open || d.in.Updated.IsZero() || d.labelled(labels.LifecycleFrozen):
	case d.labelled(labels.LifecycleRotten):
		if l.CloseAfter > 0 && quiet >= l.CloseAfter {
			d.open = false
			if d.in.Pull == nil {
				d.reason = "not_planned"
			}
			d.reply(ref, sayRottenClosed(l.CloseAfter))
		}
	case d.labelled(labels.LifecycleStale):
		if l.RottenAfter > 0 && quiet >= l.RottenAfter {
			d.label(labels.LifecycleStale, false)
			d.label(labels.LifecycleRotten, true)
			d.reply(ref, sayRotten(l))
		}
	case l.StaleAfter > 0 && quiet >= l.StaleAfter:
		d.label(labels.LifecycleStale, true)
		d.label(labels.LifecycleActive, false)
		d.reply(ref, sayStale(l))
	}
}
