// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
)

// Where the commit in a build comes from.
const (
	fromCheckout = "checkout"       // Go stamped the commit that was checked out
	fromPseudo   = "pseudo-version" // first 12 digits, from the version "go install …@main" resolves to
	fromRelease  = "release"        // release.txt, written by the release pull request
	fromNowhere  = "unknown"        // built without version control
)

// A build is what "lanner version" tells. Every field is always in the JSON:
// a script need not tell absent from empty.
type build struct {
	Version      string `json:"version"`
	Commit       string `json:"commit"`
	CommitSource string `json:"commitSource"`
	Date         string `json:"date"`
	Modified     bool   `json:"modified"`
	Go           string `json:"go"`
	Platform     string `json:"platform"`
}

const versionHelp = `Print which build this is.

With -o json, one object with these fields, all always present:

  version       the module's version as Go stamped it: "v0.1.0" for a release,
                a pseudo-version for a build of another commit, "(devel)" if
                Go could not tell
  commit        the commit it was built from, 40 hexadecimal digits (12 if
                commitSource is "pseudo-version"), or ""
  commitSource  how the commit is known: "checkout" (the checkout that was
                built), "pseudo-version" (the version names it), "release" (the
                release names the commit whose source it is: the one the
                release pull request was opened on), "unknown"
  date          when that commit was made, RFC 3339 in UTC, or "". Never the
                time of the build
  modified      whether the checkout had changes that were not committed
  go            the Go version that built it
  platform      the system and processor it was built for, "linux/amd64"`

func newVersion() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print which build this is",
		Long:    versionHelp,
		Example: "  lanner version\n  lanner version -o json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, found := formats[output]
			if !found {
				return &misuseError{
					msg:  fmt.Sprintf("unknown output format %q", output),
					hint: "-o takes text or json",
				}
			}
			b, err := thisBuild()
			if err != nil {
				return err
			}
			return write(cmd.OutOrStdout(), b)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "output `format`: text or json")
	complete := cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc("output", complete); err != nil {
		panic(err) // the flag is defined three lines above
	}
	return cmd
}

var formats = map[string]func(io.Writer, build) error{"text": writeText, "json": writeJSON}

func writeText(w io.Writer, b build) error {
	commit, date := "unknown", "unknown"
	if b.Commit != "" {
		commit = b.Commit + " (" + b.CommitSource + ")"
	}
	if b.Modified {
		commit += ", with changes that were not committed"
	}
	if b.Date != "" {
		date = b.Date
	}
	_, err := fmt.Fprintf(w, "lanner %s\ncommit    %s\ndate      %s\ngo        %s\nplatform  %s\n",
		b.Version, commit, date, b.Go, b.Platform)
	return err
}

func writeJSON(w io.Writer, b build) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(b)
}

// thisBuild asks the running binary.
func thisBuild() (build, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{}, errors.New("this binary carries no module information; build it with go build or go install")
	}
	s, err := parseStamp(releaseStamp)
	if err != nil {
		return build{}, err
	}
	return describe(info, s, runtime.GOOS+"/"+runtime.GOARCH), nil
}

// pseudoVersion matches what Go makes up for a commit without a tag:
// v0.0.0-20261122151617-0123456789ab, v1.2.4-0.2026…, v1.2.3-rc.1.0.2026…;
// +dirty follows if the checkout was changed. golang.org/x/mod/module has a
// parser, but it would be the only thing of that module in this binary.
var pseudoVersion = regexp.MustCompile(`^v\d+\.\d+\.\d+-(?:[0-9A-Za-z.-]*\.)?(\d{14})-([0-9a-f]{12})(?:\+dirty)?$`)

// describe decides what a binary with this build information is. What Go
// stamped from a checkout comes first, for it alone knows of uncommitted
// changes; the release stamp counts only for the version it names, so that a
// later build of a branch that still carries it does not borrow its commit.
func describe(info *debug.BuildInfo, s stamp, platform string) build {
	b := build{
		Version:      info.Main.Version,
		CommitSource: fromNowhere,
		Go:           info.GoVersion,
		Platform:     platform,
	}
	if b.Version == "" {
		b.Version = "(devel)" // a test binary has no version at all
	}
	settings := make(map[string]string, len(info.Settings))
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		b.Commit, b.CommitSource, b.Date = revision, fromCheckout, settings["vcs.time"]
		b.Modified = settings["vcs.modified"] == "true"
		return b
	}
	if s.Version != "" && s.Version == b.Version {
		b.Commit, b.CommitSource, b.Date = s.Commit, fromRelease, s.Date
		return b
	}
	if m := pseudoVersion.FindStringSubmatch(b.Version); m != nil {
		// Fourteen digits that are no time make it some other pre-release.
		if when, err := time.Parse("20060102150405", m[1]); err == nil {
			b.Commit, b.CommitSource, b.Date = m[2], fromPseudo, when.Format(time.RFC3339)
		}
	}
	return b
}
