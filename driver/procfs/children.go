// SPDX-License-Identifier: Apache-2.0

package procfs

import (
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// Children returns all that descend from a process: its children, theirs, and
// so on. Where the kernel does not list children (CONFIG_PROC_CHILDREN), the
// parent of every process is looked at.
//
// Those that a process forks while this runs may be missing.
func Children(root string, pid int) (_ []int, err error) {
	s, err := newScan(Config{Root: root}, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	found := []int{pid}
	known := map[int]bool{pid: true}
	for i := 0; i < len(found); i++ {
		below, err := s.childrenOf(found[i])
		switch {
		case err == nil:
		case errors.Is(err, errNoChildren):
			return s.descendants(pid)
		case errors.Is(ended(err), ErrEnded) && i > 0:
			continue
		default:
			return nil, fmt.Errorf("children of process %d: %w", found[i], ended(err))
		}
		for _, c := range below {
			if !known[c] {
				known[c] = true
				found = append(found, c)
			}
		}
	}
	return found[1:], nil
}

// errNoChildren says that the kernel does not list children.
var errNoChildren = errors.New("the kernel lists no children")

func (s *scan) childrenOf(pid int) ([]int, error) {
	dir, err := openFolder(s.root, strconv.Itoa(pid))
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.close() }() // nothing was written
	if s.tids, err = s.numbers(dir, "task", s.tids[:0]); err != nil {
		return nil, err
	}
	var all []int
	for _, tid := range s.tids {
		task := "task/" + strconv.Itoa(tid)
		s.text, err = dir.readTable(task+"/children", s.text[:0])
		if errors.Is(err, unix.ENOENT) {
			if _, err := dir.read(task+"/stat", nil, 1); err == nil {
				return nil, errNoChildren
			}
			continue // a thread that has ended
		}
		if err != nil {
			continue
		}
		for w := s.text; ; {
			var word []byte
			if word, w = nextWord(w); word == nil {
				break
			}
			if n, ok := decimal(word); ok && n > 0 {
				all = append(all, int(n))
			}
		}
	}
	return all, nil
}

// descendants finds those of a process by looking at the parent of all.
func (s *scan) descendants(pid int) ([]int, error) {
	var err error
	if s.pids, err = s.numbers(s.root, ".", s.pids[:0]); err != nil {
		return nil, fmt.Errorf("the process table: %s: %w", s.cfg.Root, err)
	}
	below := make(map[int][]int)
	for _, p := range s.pids {
		if s.text, err = s.root.read(strconv.Itoa(p)+"/stat", s.text[:0], maxStatus); err != nil {
			continue // it has ended
		}
		if st, err := parseStat(s.text); err == nil {
			below[int(st.ppid)] = append(below[int(st.ppid)], p)
		}
	}
	found := []int{pid}
	known := map[int]bool{pid: true}
	for i := 0; i < len(found); i++ {
		for _, c := range below[found[i]] {
			if !known[c] {
				known[c] = true
				found = append(found, c)
			}
		}
	}
	return found[1:], nil
}
