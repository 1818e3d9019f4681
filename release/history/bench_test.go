// SPDX-License-Identifier: Apache-2.0

package history_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanner-project/lanner/infra/git"
	"github.com/lanner-project/lanner/release/history"
)

// BenchmarkWalk100k reads a repository of more than 100,000 commits since its
// last release, and compares the CPU time, git's included, with that of plain
// git log over the same range. The limit is a ratio of 1.2.
func BenchmarkWalk100k(b *testing.B) {
	for _, flow := range []struct {
		name  string
		merge int // commits of a hundred that are merges of a branch
	}{{"merges", 33}, {"squashes", 0}} {
		b.Run(flow.name, func(b *testing.B) {
			repo, total := generate(b, 100_000, flow.merge)
			var plain, ours time.Duration
			changes := 0
			for b.Loop() {
				// In turns, so that what else the machine does meets both.
				plain += cpuOf(func() {
					if err := repo.Stream(b.Context(), nil, io.Discard, "log", "v0.1.0..main"); err != nil {
						b.Fatal(err)
					}
				})
				ours += cpuOf(func() {
					r, err := history.Read(b.Context(), history.Options{Repo: repo, Head: "main", Component: "engine"})
					if err != nil {
						b.Fatal(err)
					}
					if r.From != "v0.1.0" {
						b.Fatalf("starts behind %q", r.From)
					}
					changes = len(r.Changes)
				})
			}
			b.ReportMetric(float64(ours)/float64(plain), "ratio")
			b.ReportMetric(ours.Seconds()/float64(b.N), "cpu-s")
			b.ReportMetric(plain.Seconds()/float64(b.N), "git-cpu-s")
			b.ReportMetric(float64(total), "commits")
			b.ReportMetric(float64(changes), "changes")
		})
	}
}

// cpuOf returns the CPU time of f, user and system, with that of the processes
// that it waited for.
func cpuOf(f func()) time.Duration {
	before := cpu()
	f()
	return cpu() - before
}

func cpu() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			panic(err) // it fails for an unknown who only
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

// generate writes a repository with git fast-import: a tag, and size commits
// and some more behind it, of which merges in a hundred are merges of pull
// requests with one to four commits each.
func generate(b *testing.B, size, merges int) (repo git.Repo, total int) {
	b.Helper()
	repo = git.Repo{Dir: b.TempDir()}
	if _, err := repo.Run(b.Context(), "init", "--quiet", "--bare"); err != nil {
		b.Fatal(err)
	}
	cmd := repo.Command(b.Context(), "fast-import", "--quiet")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	total = stream(bufio.NewWriterSize(in, 1<<20), size, merges)
	if err := in.Close(); err != nil {
		b.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%v: %s", err, complaint.String())
	}
	if _, err := repo.Run(b.Context(), "symbolic-ref", "HEAD", "refs/heads/main"); err != nil {
		b.Fatal(err)
	}
	return repo, total
}

// stream writes the input of git fast-import and returns the number of commits
// behind the tag.
func stream(w *bufio.Writer, size, merges int) int {
	r := rand.New(rand.NewPCG(1, 2))
	mark, now := 0, int64(1_800_000_000)
	commit := func(message string, parents ...int) int {
		mark++
		now += int64(r.IntN(600))
		fmt.Fprintf(w, "commit refs/heads/main\nmark :%d\n", mark)
		who := r.IntN(300)
		for _, role := range []string{"author", "committer"} {
			fmt.Fprintf(w, "%s Example %d <person-%d@example.com> %d +0100\n", role, who, who, now)
		}
		fmt.Fprintf(w, "data %d\n%s\n", len(message), message)
		for i, p := range parents {
			fmt.Fprintf(w, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], p)
		}
		fmt.Fprintf(w, "M 100644 inline file-%d\ndata 4\n%03d\n\n", r.IntN(50), r.IntN(1000))
		return mark
	}
	prose := func() string {
		words := strings.Fields("the engine reads a rule and then counts each drop of an event which the ring has lost")
		var b strings.Builder
		for range 5 + r.IntN(60) {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		return b.String() + "\n\nSigned-off-by: Example <person@example.com>\n"
	}
	main := commit("start")
	fmt.Fprintf(w, "reset refs/tags/v0.1.0\nfrom :%d\n\n", main)
	for pull := 1; mark <= size; pull++ {
		if r.IntN(100) >= merges*2 {
			main = commit(fmt.Sprintf("engine: change %d (#%d)\n\n%s", pull, pull, prose()), main)
			continue
		}
		side := main
		for range 1 + r.IntN(4) {
			side = commit("engine: work on it\n\n"+prose(), side)
		}
		main = commit(fmt.Sprintf("Merge pull request #%d from alice/topic\n\nengine: change %d\n", pull, pull), main, side)
	}
	if err := w.Flush(); err != nil {
		panic(err) // the pipe to git; its own complaint follows
	}
	return mark - 1
}
