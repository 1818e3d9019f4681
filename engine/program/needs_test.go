// SPDX-License-Identifier: Apache-2.0

package program_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/engine/check"
	"github.com/lanner-project/lanner/engine/event"
	"github.com/lanner-project/lanner/engine/extract"
	"github.com/lanner-project/lanner/engine/state"
)

// A needing is an operand whose value is said to hang on less than the event.
type needing struct {
	name string
	extract.Extractor
}

func (n *needing) value(ctx *extract.Context) string {
	var values []extract.Value
	if n.Many != nil {
		values = n.Many(ctx, nil)
	} else if v, ok := n.One(ctx); ok {
		values = append(values, v)
	}
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintf(&b, "%q %d, ", v.Bytes, int64(v.Num))
	}
	return b.String()
}

// needings are all fields that a program remembers something about.
func needings(t *testing.T) (all []needing) {
	t.Helper()
	for id := range event.Fields {
		f := &event.Fields[id]
		var args []check.Arg
		if f.Arg&event.ArgRequired == 0 {
			args = append(args, check.Arg{})
		}
		if f.Arg&event.ArgIndex != 0 {
			args = append(args, check.Arg{Set: true, Index: 1}, check.Arg{Set: true, Index: 2})
		}
		if f.Arg&event.ArgKey != 0 {
			args = append(args, check.Arg{Set: true, Key: "HOME", IsKey: true})
		}
		for _, arg := range args {
			op := check.Operand{Field: event.FieldID(id), Arg: arg, Kind: f.Kind, List: f.List, Any: f.Any && !arg.Set}
			x, err := extract.Compile(op)
			if err != nil || x.Need == event.NeedEvent {
				continue // what no capture carries, and what nothing is remembered of
			}
			all = append(all, needing{fmt.Sprint(f.Name, arg), x})
		}
	}
	return all
}

// What a program remembers is right only as long as each field's value hangs on
// nothing but what the field's Need says.
func TestNeeds(t *testing.T) {
	t.Parallel()
	all := needings(t)
	name, err := extract.Compile(check.Operand{Field: event.FieldFDName, Kind: event.KindString})
	if err != nil {
		t.Fatal(err)
	}
	wrong := make(map[string]string)
	for seed := range uint64(150) {
		w := newWorld(rand.New(rand.NewPCG(seed, 7)))
		table := state.New(state.Config{})
		w.fill(table)
		ctx := extract.New(table)
		seen := make(map[string][2]string)
		var ev event.Event
		for range 80 {
			w.next(&ev)
			ctx.Next(&ev)
			text, named := name.One(ctx)
			for i := range all {
				var on string
				switch n := &all[i]; n.Need {
				case event.NeedThread:
					on = fmt.Sprint("thread ", ctx.ThreadStamp())
				case event.NeedName:
					on = fmt.Sprintf("name %q %v %d", text.Bytes, named, ctx.NameKind())
				default:
					on = fmt.Sprint("type ", uint16(ev.Type))
				}
				various := ev.Type == event.GenericEnter || ev.Type == event.GenericExit || ev.Type == event.AsyncEvent
				if on == "thread 0" || all[i].Need == event.NeedNothing && various {
					continue
				}
				now := [2]string{all[i].value(ctx), fmt.Sprintf("seed %d, event %d, %v of thread %d", seed, ev.Num, ev.Type, ev.TID)}
				key := fmt.Sprint(i, " ", on)
				if before, ok := seen[key]; ok && before[0] != now[0] {
					wrong[all[i].name] = fmt.Sprintf("%s: %s after %s, then %s after %s", on, before[0], before[1], now[0], now[1])
				}
				seen[key] = now
			}
		}
	}
	for _, f := range slices.Sorted(maps.Keys(wrong)) {
		t.Errorf("%s changes with the same %.300s", f, wrong[f])
	}
}
