// SPDX-License-Identifier: Apache-2.0

package state

import "encoding/binary"

// maxPath is the longest path that is kept. Linux allows 4096 bytes, but names in
// captures and rules have always been cut here.
const maxPath = 1023

// pathTooLong stands for a longer one, as rules know it.
const pathTooLong = "/PATH_TOO_LONG"

// JoinPath appends to dst the path name as seen from the folder dir, without
// ".", ".." and doubled slashes, and without a slash at its end. An absolute
// name does not need the folder. Nothing is looked up: a ".." behind a symbolic
// link is taken literally.
//
// dst must not overlap dir or name.
func JoinPath(dst, dir, name []byte) []byte {
	if isClean(name) && len(name) <= maxPath {
		return append(dst, name...) // as most are
	}
	start := len(dst)
	if len(name) > 0 && name[0] == '/' {
		dir = nil
	}
	absolute := len(dir) > 0 && dir[0] == '/' || len(dir) == 0 && len(name) > 0 && name[0] == '/'
	if absolute {
		dst = append(dst, '/')
	}
	root := len(dst)
	dst = appendParts(dst, root, absolute, dir)
	dst = appendParts(dst, root, absolute, name)
	if len(dst) == start && len(dir)+len(name) > 0 {
		return append(dst, '.')
	}
	if len(dst)-start > maxPath {
		return append(dst[:start], pathTooLong...)
	}
	return dst
}

// isClean reports whether a path is absolute and has nothing in it to be removed.
// It errs on the safe side: a name that begins with a dot may be clean as well.
func isClean(path []byte) bool {
	n := len(path)
	if n < 2 || path[0] != '/' || path[n-1] == '/' {
		return false
	}
	i := 0
	for ; i+9 <= n; i += 8 { // eight at a time: half of all opens are spent here
		this, next := binary.LittleEndian.Uint64(path[i:]), binary.LittleEndian.Uint64(path[i+1:])
		if hasZero(this ^ allSlashes | (next^allSlashes)&allButLast) {
			return false
		}
	}
	for ; i+1 < n; i++ {
		if path[i] == '/' && (path[i+1] == '/' || path[i+1] == '.') {
			return false
		}
	}
	return true
}

// A slash and a dot differ in their last bit alone.
const (
	allOnes    = 0x0101010101010101
	allSlashes = allOnes * '/'
	allButLast = allOnes * 0xfe
)

// hasZero reports whether one of the eight bytes of x is 0.
func hasZero(x uint64) bool { return (x-allOnes)&^x&(allOnes<<7) != 0 }

// appendParts appends the parts of path to dst, whose path begins at root.
func appendParts(dst []byte, root int, absolute bool, path []byte) []byte {
	for i := 0; i < len(path); {
		if path[i] == '/' {
			i++
			continue
		}
		end := i
		for end < len(path) && path[end] != '/' {
			end++
		}
		part := path[i:end]
		i = end
		switch {
		case len(part) == 1 && part[0] == '.':
		case len(part) == 2 && part[0] == '.' && part[1] == '.':
			dst = parent(dst, root, absolute)
		default:
			if len(dst) > root {
				dst = append(dst, '/')
			}
			dst = append(dst, part...)
		}
	}
	return dst
}

// parent removes the last part of the path that begins at root. Above the root
// there is nothing; above a relative path's beginning there is "..".
func parent(dst []byte, root int, absolute bool) []byte {
	cut := len(dst)
	for cut > root && dst[cut-1] != '/' {
		cut--
	}
	last := dst[cut:]
	if len(last) == 0 || string(last) == ".." {
		if absolute {
			return dst
		}
		if len(dst) > root {
			dst = append(dst, '/')
		}
		return append(dst, ".."...)
	}
	if cut > root {
		cut-- // the slash
	}
	return dst[:cut]
}
