// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lanner-project/lanner/infra/job"
	"github.com/lanner-project/lanner/infra/yamlfile"
)

var (
	pageFile    = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	pageCommand = regexp.MustCompile("(?s)```console\n\\$ infra (.*?)\n(.*?)```")
	pageWord    = regexp.MustCompile(`'[^']*'|\S+`)
)

// TestJobsPage runs the commands of the page about jobs with the jobs that it
// shows, and holds what they print against what it says they do.
func TestJobsPage(t *testing.T) {
	page, err := os.ReadFile("../../../website/content/jobs.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".prow.yaml"), []byte(pageFile.FindStringSubmatch(string(page))[1]), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	ran := 0
	for _, m := range pageCommand.FindAllStringSubmatch(string(page), -1) {
		if m[2] == "" {
			continue // needs a repository; TestDocumentedCommands knows its flags
		}
		var args []string
		for _, word := range pageWord.FindAllString(m[1], -1) {
			args = append(args, strings.Trim(word, "'"))
		}
		var out bytes.Buffer
		if err := run(t.Context(), args, &out, &out); err != nil || out.String() != m[2] {
			t.Errorf("infra %s: %v\n%s\nthe page says\n%s", m[1], err, out.String(), m[2])
		}
		ran++
	}
	if ran != 4 {
		t.Errorf("%d commands ran", ran)
	}
}

// TestJobsPageKeys sees that the page knows every key. An unknown one is
// answered with those that are known.
func TestJobsPageKeys(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../website/content/jobs.md")
	if err != nil {
		t.Fatal(err)
	}
	_, err = job.ParseCentral(job.File{Name: "x", Src: []byte(`
xxxxxxxxxxxxxxxx: x
presubmits: {acme/demo: [{xxxxxxxxxxxxxxxx: x}]}
postsubmits: {acme/demo: [{xxxxxxxxxxxxxxxx: x}]}
periodics: [{xxxxxxxxxxxxxxxx: x}]
`)})
	var mistakes yamlfile.Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatal(err)
	}
	// They are known as what is not for here.
	misplaced := map[string]bool{"jenkins_spec": true, "pipeline_run_spec": true, "tekton_pipeline_run_spec": true, "decorate_all_jobs": true}
	keys := 0
	for _, m := range mistakes {
		list, ok := strings.CutPrefix(m.Hint, "known are ")
		if !ok {
			continue
		}
		for key := range strings.SplitSeq(list, ", ") {
			if keys++; !misplaced[key] && !bytes.Contains(page, []byte("`"+key+"`")) && !bytes.Contains(page, []byte("\n"+key+":")) {
				t.Errorf("the page does not say what %s is", key)
			}
		}
	}
	if keys < 80 {
		t.Errorf("%d keys", keys)
	}
}
