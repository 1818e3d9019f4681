// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/lanner-project/lanner/engine/check"
)

// Path is where the file is if nobody says otherwise. It need not exist.
const Path = "/etc/lanner/lanner.yaml"

// A Config is what lanner run works with. The table Keys says what each part is.
type Config struct {
	Rules    Rules
	Output   Output
	Sinks    []Sink
	Limits   []Limit
	Driver   Driver
	State    State
	Server   Server
	Log      Log
	Watch    bool
	Drain    time.Duration
	Hostname string
}

// Rules are which rules run, and what their alerts hold.
type Rules struct {
	Paths           []string
	Matching        string
	Priority        check.Priority
	Select          []Selection
	AppendOutput    []string
	ExtraFields     []string
	SuggestedOutput bool
}

// Output is how alerts are written.
type Output struct {
	Format      string
	TimeFormat  string
	UTC         bool
	Omit        []string
	JSONMessage bool
}

// Driver is what the driver is asked for.
type Driver struct {
	BufferSize Size
	Scope      Scope
	Include    []string
	Exclude    []string
	Filter     bool
}

// State bounds what is kept in mind of the machine.
type State struct {
	Threads int
	Files   int
	Memory  Size
}

// Server is where metrics and health are served.
type Server struct {
	Listen string // "off": nowhere
	Stuck  time.Duration
}

// Log is how the engine talks about itself.
type Log struct {
	Level  string
	Format string
}

// A Selection turns rules on or off.
type Selection struct {
	Action string // "only", "enable" or "disable"
	Rule   string // a name in which "*" stands for any text; "": any
	Tag    string // "": any
}

// String writes the selection as ParseSelection reads it.
func (s Selection) String() string {
	if s.Tag != "" {
		return s.Action + " tag=" + s.Tag
	}
	return s.Action + " " + s.Rule
}

// ParseSelection reads "disable NAME" or "enable tag=TAG".
func ParseSelection(text string) (Selection, *Problem) {
	action, target, found := strings.Cut(text, " ")
	target = strings.TrimSpace(target)
	if !found || target == "" || action != "only" && action != "enable" && action != "disable" {
		return Selection{}, problem(`write only, enable or disable, a blank, and a name or tag=TAG, as in "disable tag=network"`,
			"no selection of rules: %q", text)
	}
	if tag, isTag := strings.CutPrefix(target, "tag="); isTag {
		return Selection{Action: action, Tag: tag}, nil
	}
	return Selection{Action: action, Rule: target}, nil
}

// A Scope is the part of the machine that is watched.
type Scope struct {
	Kind   string // "": all of it; "cgroup" or "pid-tree"
	Cgroup string // path below the root of cgroups, or of a folder there
	PID    int    // of the process whose descendants are watched, and itself
}

// String writes the scope as ParseScope reads it.
func (s Scope) String() string {
	switch s.Kind {
	case "cgroup":
		return "cgroup:" + s.Cgroup
	case "pid-tree":
		return "pid-tree:" + strconv.Itoa(s.PID)
	}
	return ""
}

// ParseScope reads "cgroup:PATH", "pid-tree:PID" or nothing.
func ParseScope(text string) (Scope, *Problem) {
	if text == "" {
		return Scope{}, nil
	}
	const hint = "write cgroup:PATH or pid-tree:PID; without a scope the whole machine is watched"
	kind, rest, _ := strings.Cut(text, ":")
	switch kind {
	case "cgroup":
		if rest == "" {
			return Scope{}, problem(hint, "scope %q names no cgroup", text)
		}
		return Scope{Kind: kind, Cgroup: rest}, nil
	case "pid-tree":
		pid, err := strconv.Atoi(rest)
		if err != nil || pid < 1 {
			return Scope{}, problem(hint, "scope %q names no process", text)
		}
		return Scope{Kind: kind, PID: pid}, nil
	}
	return Scope{}, problem(hint, "no scope: %q", text)
}

// A Size is a number of bytes.
type Size int64

var units = []struct {
	name string
	size Size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

// String writes the size with the largest unit that leaves a whole number.
func (s Size) String() string {
	for _, u := range units[:3] {
		if s != 0 && s%u.size == 0 {
			return strconv.FormatInt(int64(s/u.size), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// ParseSize reads a number of bytes with a unit or without.
func ParseSize(text string) (Size, *Problem) {
	number, unit := text, Size(1)
	for _, u := range units {
		if n, has := strings.CutSuffix(text, u.name); has {
			number, unit = strings.TrimSpace(n), u.size
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > int64(1<<62)/int64(unit) {
		return 0, problem("write a whole number and KiB, MiB or GiB, as in 32MiB; without a unit it is bytes", "no size: %q", text)
	}
	return Size(n) * unit, nil
}
