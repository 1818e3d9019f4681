// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanner-project/lanner/engine/diag"
)

// A File is a rules file: its name, for messages, and what is in it.
type File struct {
	Name string
	Data []byte
}

// maxFileSize is how many bytes of a file are looked at. The largest public
// ruleset has a hundred thousand.
const maxFileSize = 8 << 20

// Read reads files, and the .yaml and .yml files of folders in the order of
// their names. What cannot be read is reported to list and left out.
func Read(paths []string, list *diag.List) []File {
	var files []File
	for _, path := range paths {
		names, err := expand(path)
		if err != nil {
			list.Add(unreadable(path, err))
			continue
		}
		for _, name := range names {
			data, err := readFile(name)
			if err != nil {
				list.Add(unreadable(name, err))
				continue
			}
			files = append(files, File{name, data})
		}
	}
	return files
}

// expand returns the path itself, or the rules files of the folder that it is.
func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path) // in the order of names
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && slices.Contains([]string{".yaml", ".yml"}, ext) {
			names = append(names, filepath.Join(path, e.Name()))
		}
	}
	return names, nil
}

// readFile reads one byte more than a file may have, so that Load can tell.
func readFile(name string) (data []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer // io.ReadAll leaves three times the file behind it
	b.Grow(int(min(max(info.Size(), 0), maxFileSize)) + bytes.MinRead)
	_, err = b.ReadFrom(io.LimitReader(f, maxFileSize+1))
	return b.Bytes(), err
}

func unreadable(path string, err error) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.FileRead, Pos: diag.Pos{File: path}}
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	d.Message = fmt.Sprintf("cannot read rules: %v", err)
	if errors.Is(err, os.ErrNotExist) && strings.ContainsAny(path, "*?[") {
		d.Hint = "quote no patterns: the shell has to replace them by names"
	}
	return d
}
