// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"

	"github.com/lanner-project/lanner/infra/git"
)

// A Module is the commit as Go module, as the module proxies will serve it
// once the tag exists.
type Module struct {
	Proxy string // folder: GOPROXY=file://Proxy
	Sum   string // "h1:...", as in go.sum
	GoMod []byte
	GoSum []byte // the file go.sum of the commit
}

// ModuleProxy writes a module proxy into the folder dir that serves the
// commit as Module@Version, although nothing is tagged yet.
func ModuleProxy(ctx context.Context, spec Spec, dir string) (Module, error) {
	if err := spec.validate(); err != nil {
		return Module{}, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Module{}, fmt.Errorf("module proxy: %w", err)
	}
	m := Module{Proxy: abs}
	if m.GoMod, err = spec.read(ctx, "go.mod"); err != nil {
		return Module{}, err
	}
	if m.GoSum, err = spec.read(ctx, "go.sum"); err != nil {
		return Module{}, err
	}
	if err := checkGoMod(spec, m.GoMod); err != nil {
		return Module{}, err
	}
	escaped, err := module.EscapePath(spec.Module)
	if err != nil {
		return Module{}, fmt.Errorf("module proxy: %w", err)
	}
	files := filepath.Join(abs, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(files, 0o755); err != nil {
		return Module{}, fmt.Errorf("module proxy: %w", err)
	}
	archive := filepath.Join(files, spec.Version+".zip")
	if err := writeModuleZip(ctx, spec, archive); err != nil {
		return Module{}, fmt.Errorf("module zip of %s: %w", spec.Commit, err)
	}
	if m.Sum, err = dirhash.HashZip(archive, dirhash.Hash1); err != nil {
		return Module{}, fmt.Errorf("module zip of %s: %w", spec.Commit, err)
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{spec.Version, spec.Time})
	if err != nil {
		return Module{}, fmt.Errorf("module proxy: %w", err)
	}
	for name, data := range map[string][]byte{
		spec.Version + ".info": info,
		spec.Version + ".mod":  m.GoMod,
		"list":                 []byte(spec.Version + "\n"),
	} {
		if err := os.WriteFile(filepath.Join(files, name), data, 0o644); err != nil {
			return Module{}, fmt.Errorf("module proxy: %w", err)
		}
	}
	return m, nil
}

// read returns a file of the commit.
func (s Source) read(ctx context.Context, name string) ([]byte, error) {
	var out bytes.Buffer
	if err := s.Repo.Stream(ctx, nil, &out, "cat-file", "blob", s.Commit+":"+name); err != nil {
		return nil, fmt.Errorf("the release needs the file %s of commit %s: %w", name, s.Commit, err)
	}
	return out.Bytes(), nil
}

func checkGoMod(spec Spec, data []byte) error {
	file, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return fmt.Errorf("go.mod of commit %s: %w", spec.Commit, err)
	}
	if file.Module == nil || file.Module.Mod.Path != spec.Module {
		return fmt.Errorf("go.mod of commit %s: is not of module %s", spec.Commit, spec.Module)
	}
	if len(file.Replace) > 0 || len(file.Exclude) > 0 {
		return fmt.Errorf("go.mod of commit %s: has a replace or exclude line, with which \"go install %s/%s@%s\" refuses to work; remove it", spec.Commit, spec.Module, spec.Command, spec.Version)
	}
	if file.Go == nil {
		return fmt.Errorf("go.mod of commit %s: has no go line", spec.Commit)
	}
	return nil
}

// writeModuleZip makes the zip the way the go command makes it of a tag: from
// "git archive", with the attributes that change an archive switched off.
// x/mod's CreateFromVCS would do less: it honours export-ignore, which the go
// command does not (golang.org/issue/22348), and the user's git configuration.
func writeModuleZip(ctx context.Context, spec Spec, file string) (err error) {
	bare, err := os.MkdirTemp(filepath.Dir(file), "git-*")
	if err != nil {
		return err
	}
	defer func() {
		if e := os.RemoveAll(bare); e != nil && err == nil {
			err = e
		}
	}()
	repo, err := borrow(ctx, spec.Repo, bare)
	if err != nil {
		return err
	}
	var tree bytes.Buffer
	if err := repo.Stream(ctx, nil, &tree, "-c", "core.autocrlf=input", "-c", "core.eol=lf",
		"archive", "--format=zip", "--prefix=prefix/", spec.Commit); err != nil {
		return err
	}
	z, err := zip.NewReader(bytes.NewReader(tree.Bytes()), int64(tree.Len()))
	if err != nil {
		return fmt.Errorf("read git archive: %w", err)
	}
	var files []modzip.File
	for _, f := range z.File {
		if name := strings.TrimPrefix(f.Name, "prefix/"); !strings.HasSuffix(f.Name, "/") {
			files = append(files, zipFile{name, f})
		}
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	// The go command refuses the same, after the tag: a module whose file
	// names differ in case alone ("OWNERS", "owners/") cannot be installed.
	err = modzip.Create(out, module.Version{Path: spec.Module, Version: spec.Version}, files)
	return errors.Join(err, out.Close())
}

// borrow makes an empty bare repository in dir that reads the objects of
// repo, so that neither the attributes nor the grafts of repo take part.
func borrow(ctx context.Context, repo git.Repo, dir string) (git.Repo, error) {
	objects, err := repo.Run(ctx, "rev-parse", "--path-format=absolute", "--git-path", "objects")
	if err != nil {
		return git.Repo{}, err
	}
	format, err := repo.Run(ctx, "rev-parse", "--show-object-format")
	if err != nil {
		return git.Repo{}, err
	}
	bare := git.Repo{Dir: dir}
	if _, err := bare.Run(ctx, "init", "--quiet", "--bare", "--object-format="+format); err != nil {
		return git.Repo{}, err
	}
	for name, text := range map[string]string{
		"objects/info/alternates": objects + "\n",
		"info/attributes":         "\n* -export-subst -export-ignore\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return git.Repo{}, err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return git.Repo{}, err
		}
	}
	return bare, nil
}

// zipFile is a file of git's archive as x/mod/zip wants it.
type zipFile struct {
	name string
	file *zip.File
}

func (f zipFile) Path() string                 { return f.name }
func (f zipFile) Lstat() (os.FileInfo, error)  { return f.file.FileInfo(), nil }
func (f zipFile) Open() (io.ReadCloser, error) { return f.file.Open() }

// goModSum returns the sum that go.sum holds of a go.mod file.
func goModSum(data []byte) (string, error) {
	sum, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	})
	if err != nil {
		return "", fmt.Errorf("sum of go.mod: %w", err)
	}
	return sum, nil
}
