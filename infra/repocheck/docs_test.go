// SPDX-License-Identifier: Apache-2.0

package repocheck

import (
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// foreign are the commands of others that the documentation uses.
var foreign = map[string]bool{"cd": true, "git": true, "ssh-keygen": true, "sha256sum": true, "systemctl": true}

// A block is a fenced block of a console: commands after "$ ", each with the
// output that follows it. One that says "run" is run, and its output has to be
// what it shows, where "…" stands for anything in a line.
type block struct {
	file  string
	line  int
	run   bool
	lines []string
}

var fence = regexp.MustCompile("^```([a-z]*)(?: (run))?$")

func consoleBlocks(f *file) []block {
	var (
		blocks []block
		in     *block
		inside bool
	)
	for i, line := range strings.Split(f.text, "\n") {
		m := fence.FindStringSubmatch(line)
		switch {
		case m != nil && inside:
			if in != nil {
				blocks = append(blocks, *in)
			}
			in, inside = nil, false
		case m != nil:
			inside = true
			if m[1] == "console" {
				in = &block{file: f.path, line: i + 2, run: m[2] == "run"}
			}
		case in != nil:
			in.lines = append(in.lines, line)
		}
	}
	return blocks
}

// documentation is what is for people to read.
func documentation(tr *tree) []*file {
	var files []*file
	for _, f := range tr.files {
		if path.Ext(f.path) == ".md" && !f.fixture() && (f.dir() == "." || f.dir() == ".github" || strings.HasPrefix(f.path, "website/content/")) {
			files = append(files, f)
		}
	}
	return files
}

// TestDocumentedCommands holds every command that the documentation shows
// against what there is: targets, scripts, and of our own commands the
// subcommands and flags. Blocks that say so are run.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	tr := loadRepository(t)
	d := &docs{tr: tr, bin: t.TempDir(), built: make(map[string]bool)}
	count := 0
	for _, f := range documentation(tr) {
		for _, b := range consoleBlocks(f) {
			var shown []string // output of the command before
			for i := len(b.lines) - 1; i >= 0; i-- {
				command, is := strings.CutPrefix(b.lines[i], "$ ")
				if !is {
					shown = append([]string{b.lines[i]}, shown...)
					continue
				}
				count++
				t.Logf("%s:%d: %s", b.file, b.line+i, command)
				d.check(t, command)
				if b.run {
					d.run(t, command, shown)
				}
				shown = nil
			}
		}
	}
	if count == 0 {
		t.Error("no command found in the documentation")
	}
}

type docs struct {
	tr    *tree
	bin   string // folder of the built commands
	built map[string]bool
}

var (
	goInstall = regexp.MustCompile(`^go install ` + regexp.QuoteMeta(module) + `/(\S+)@\S+$`)
	goRun     = regexp.MustCompile(`^go run \./(\S+)(.*)$`)
)

func (d *docs) check(t *testing.T, command string) {
	t.Helper()
	words := strings.Fields(command)
	if m := goInstall.FindStringSubmatch(command); m != nil {
		d.folder(t, m[1])
		return
	}
	if m := goRun.FindStringSubmatch(command); m != nil {
		if d.folder(t, m[1]) {
			d.help(t, m[1], m[2])
		}
		return
	}
	switch name := words[0]; {
	case foreign[name]:
	case name == "make":
		d.target(t, words)
	case strings.Contains(name, "/"):
		if d.tr.file(name) == nil {
			t.Errorf("%s is not in this repository", name)
		}
	default:
		for _, dir := range d.tr.dirs {
			if folder := dir + "/cmd/" + name; d.tr.has(folder) {
				d.help(t, folder, strings.TrimPrefix(command, name))
				return
			}
		}
		t.Errorf("%s is no command of this repository, and not a foreign one that this test knows", name)
	}
}

// has says whether a folder has files.
func (t *tree) has(folder string) bool {
	for _, f := range t.files {
		if f.dir() == folder {
			return true
		}
	}
	return false
}

// folder says whether a command's folder is there, and complains if it should.
func (d *docs) folder(t *testing.T, folder string) bool {
	t.Helper()
	if !d.tr.has(folder) {
		t.Errorf("%s is not in this repository", folder)
		return false
	}
	return true
}

func (d *docs) target(t *testing.T, words []string) {
	t.Helper()
	for _, word := range words[1:] {
		if !strings.Contains(word, "=") && !strings.Contains(d.tr.file("Makefile").text, "\n"+word+": ") {
			t.Errorf("the Makefile has no target %s", word)
		}
	}
}

// help asks a command for help on exactly these arguments: it refuses unknown
// flags before it helps, and its usage line says which subcommand it found.
func (d *docs) help(t *testing.T, folder, arguments string) {
	t.Helper()
	out := d.shell(t, folder, arguments+" --help")
	usage := path.Base(folder)
	if words := strings.Fields(arguments); len(words) > 0 && !strings.HasPrefix(words[0], "-") {
		usage += " " + words[0]
	}
	if !strings.Contains(out, "Usage:\n  "+usage) {
		t.Errorf("%s%s: there is no %q; its help:\n%s", path.Base(folder), arguments, usage, out)
	}
}

// run runs a command and compares its output.
func (d *docs) run(t *testing.T, command string, shown []string) {
	t.Helper()
	name, arguments, _ := strings.Cut(command, " ")
	for _, dir := range d.tr.dirs {
		if folder := dir + "/cmd/" + name; d.tr.has(folder) {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.Join(shown, "\n")), "…", ".*")
			if out := strings.TrimRight(d.shell(t, folder, arguments), "\n"); !regexp.MustCompile(`^` + pattern + `$`).MatchString(out) {
				t.Errorf("%s prints\n%s\nnot\n%s", command, out, strings.Join(shown, "\n"))
			}
			return
		}
	}
	t.Errorf("only a command of this repository can be run here, not %s", name)
}

// shell runs the command of a folder as a shell would.
func (d *docs) shell(t *testing.T, folder, arguments string) string {
	t.Helper()
	binary := filepath.Join(d.bin, path.Base(folder))
	if !d.built[folder] {
		build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./"+folder)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build ./%s: %v\n%s", folder, err, out)
		}
		d.built[folder] = true
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `"$0" `+arguments, binary)
	cmd.Dir = d.bin
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %s: %v\n%s", path.Base(folder), arguments, err, out)
	}
	return string(out)
}

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
	mentioned  = regexp.MustCompile("`make ([a-z]+)")
	notInSlugs = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// TestDocumentedPlaces follows the links of the documentation within the
// repository, and looks up every "make target" it mentions.
func TestDocumentedPlaces(t *testing.T) {
	t.Parallel()
	tr := loadRepository(t)
	d := &docs{tr: tr}
	for _, f := range documentation(tr) {
		for _, m := range mentioned.FindAllStringSubmatch(f.text, -1) {
			d.target(t, []string{"make", m[1]})
		}
		for _, m := range link.FindAllStringSubmatch(f.text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			name, anchor, _ := strings.Cut(m[1], "#")
			target := f
			if name != "" {
				target = tr.file(path.Join(f.dir(), name))
			}
			if target == nil {
				t.Errorf("%s: links to %s, which is not there", f.path, name)
			} else if anchor != "" && !hasAnchor(target, anchor) {
				t.Errorf("%s: links to %s, but %s has no such heading", f.path, m[1], target.path)
			}
		}
	}
}

// hasAnchor knows how GitHub makes an anchor of a heading.
func hasAnchor(f *file, anchor string) bool {
	for _, m := range heading.FindAllStringSubmatch(f.text, -1) {
		slug := notInSlugs.ReplaceAllString(strings.ToLower(m[1]), "")
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return true
		}
	}
	return false
}
