// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"encoding/binary"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/event"
)

// step is how far events are apart that do not say when they are.
const step = time.Millisecond

// addEvent takes something that happens: "[+DURATION] TID NAME PARAMETER=VALUE …".
func (w *World) addEvent(words []word) error {
	at := words[0].pos
	after := step
	if d, found := strings.CutPrefix(words[0].value, "+"); found && words[0].key == "" {
		var err error
		if after, err = time.ParseDuration(d); err != nil {
			return badWord(words[0], "%q is not a duration such as +10ms", words[0].value)
		}
		words = words[1:]
	}
	tid, words, err := leadingTID("an event", words)
	if err != nil {
		return err
	}
	if len(words) == 0 || words[0].key != "" {
		return &lineError{message: "after the thread id comes the name of an event: 100 openat fd=3 …"}
	}
	t, err := eventType(words[0])
	if err != nil {
		return err
	}
	given, err := complete(words[1:])
	if err != nil {
		return err
	}
	w.now = w.now.Add(after)
	ev := event.Event{Num: uint64(len(w.Events) + 1), Time: uint64(w.now.UnixNano()), TID: tid, Type: t}
	if err := w.params(&ev, given); err != nil {
		return err
	}
	w.Events, w.at = append(w.Events, ev), append(w.at, at)
	return nil
}

// eventType finds the newest type of a name: the end of a syscall, or with ">"
// before the name its begin.
func eventType(w word) (event.Type, error) {
	name, enter := strings.CutPrefix(w.value, ">")
	best, found := event.Type(0), false
	for _, t := range event.TypesNamed(name) {
		syscall := t.Info().Origin == event.OriginSyscall
		if syscall && t.IsEnter() != enter || !enter && t.Info().Flags&event.Old != 0 {
			continue
		}
		best, found = t, true
	}
	if !found {
		return 0, badWord(w, "there is no event %q", w.value)
	}
	return best, nil
}

// params writes the event's parameters: those given, then what is known of the
// thread, then zero.
func (w *World) params(ev *event.Event, given []word) error {
	info := ev.Type.Info()
	used := make(map[string]bool)
	values := w.knownTo(ev.TID, given)
	for _, g := range given {
		values[g.key] = g
	}
	forgetFiles(values, given)
	var data []byte
	var sizes []uint32
	params := info.Common()
	if _, ok := values[event.Opened]; ok {
		params = info.Params
	}
	for i := range params {
		p := &params[i]
		var b []byte
		if v, known := values[p.Name]; known {
			var err error
			if b, err = encode(p, &v); err != nil {
				return badWord(v, "%s: %v", p.Name, err)
			}
			used[p.Name] = true
		} else {
			b = zero(info, i)
		}
		data, sizes = append(data, b...), append(sizes, uint32(len(b)))
	}
	for _, g := range given {
		if !used[g.key] && !implied[g.key] {
			names := make([]string, len(info.Params))
			for i := range info.Params {
				names[i] = info.Params[i].Name
			}
			return badWord(g, "%s has no parameter %q; it has %s", info.Name, g.key, strings.Join(names, ", "))
		}
	}
	ev.Reset(data)
	for _, size := range sizes {
		ev.AddParam(size)
	}
	if info.Flags&event.ModifiesProcess != 0 {
		known := make(proc)
		for i := range info.Params {
			if v, ok := values[info.Params[i].Name]; ok && perThread[info.Params[i].Name] {
				known[info.Params[i].Name] = v
			}
		}
		maps.Copy(w.thread(ev.TID), known)
	}
	return nil
}

// perThread are the parameters that tell of a thread, so that one event's
// value is the next one's default.
var perThread = map[string]bool{
	"tid": true, "pid": true, "ptid": true, "vtid": true, "vpid": true, "comm": true, "exe": true, "trusted_exepath": true, "args": true,
	"env": true, "cgroups": true, "cwd": true, "uid": true, "gid": true, "loginuid": true, "tty": true, "vpgid": true, "pgid": true, "fdlimit": true,
	"cap_inheritable": true, "cap_permitted": true, "cap_effective": true,
}

// implied are words from which others follow; an event need not have them.
var implied = map[string]bool{"exepath": true, "exe": true, "comm": true, "ptid": true, "cgroups": true}

func (w *World) thread(tid int64) proc {
	if w.procs[tid] == nil {
		w.procs[tid] = make(proc)
	}
	return w.procs[tid]
}

// knownTo returns what is known of a thread. A thread that nothing is known of
// has what its parent has, as after a fork.
func (w *World) knownTo(tid int64, given []word) proc {
	values := make(proc)
	known, found := w.procs[tid]
	if !found {
		for _, g := range given {
			if g.key == "ptid" {
				if parent, err := strconv.ParseInt(g.value, 10, 64); err == nil {
					known = w.procs[parent]
				}
			}
		}
	}
	number := func(n int64) word { return word{value: strconv.FormatInt(n, 10)} }
	maps.Copy(values, proc{"fdlimit": number(1024), "loginuid": number(-1), "cwd": {value: "/"}, "ptid": number(1), "vpgid": number(tid), "pgid": number(tid)})
	maps.Copy(values, known)
	if !found {
		delete(values, "pid")
		delete(values, "vpid")
		delete(values, "vtid")
	}
	values["tid"] = number(tid)
	for _, key := range []string{"pid", "vtid", "vpid"} {
		if _, set := values[key]; !set {
			values[key] = number(tid)
		}
	}
	return values
}

// forgetFiles fills in what names the program that an execve starts.
func forgetFiles(values proc, given []word) {
	for _, g := range given {
		if g.key == "exepath" {
			for _, key := range []string{"trusted_exepath", "filename", "pathname"} {
				if v, set := values[key]; !set || v.pos != g.pos && !isGiven(given, key) {
					values[key] = word{value: g.value, quoted: true, pos: g.pos}
				}
			}
		}
	}
}

func isGiven(given []word, key string) bool {
	for _, g := range given {
		if g.key == key {
			return true
		}
	}
	return false
}

// zero is the value of a parameter that a line leaves out.
func zero(info *event.TypeInfo, i int) []byte {
	p := &info.Params[i]
	if p.Kind.IsString() {
		return []byte{0}
	}
	for _, other := range info.Params {
		if other.Kind == event.KindRelPath && int(other.Dir) == i {
			return binary.LittleEndian.AppendUint64(nil, twos(atFDCWD))
		}
	}
	if p.Kind.IsNumber() {
		return make([]byte, p.Kind.Width())
	}
	return nil
}
