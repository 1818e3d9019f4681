// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"

	"github.com/lanner-project/lanner/release/artifact/archive"
)

// documents are the files of the commit that go with the binary.
type documents struct {
	license, readme []byte

	// The service: its unit, its configuration with all keys at their defaults,
	// and what editors check that with.
	unit, config, schema []byte
}

// binaryPath is where packages and the image put the binary.
func (s Spec) binaryPath() string { return "usr/bin/" + s.Name }

// tarball returns the .tar and the .tar.gz of a binary.
func (s Spec) tarball(binary []byte, docs documents) (plain, packed []byte, err error) {
	plain, err = archive.Tar(s.Time, []archive.Entry{
		{Name: s.Name, Mode: 0o755, Data: binary},
		{Name: "LICENSE", Mode: 0o644, Data: docs.license},
		{Name: "README.md", Mode: 0o644, Data: docs.readme},
		{Name: s.Name + ".schema.json", Mode: 0o644, Data: docs.schema},
		{Name: s.Name + ".service", Mode: 0o644, Data: docs.unit},
		{Name: s.Name + ".yaml", Mode: 0o644, Data: docs.config},
	})
	if err != nil {
		return nil, nil, err
	}
	packed, err = archive.Gzip(plain)
	return plain, packed, err
}

// packages returns the .deb and the .rpm of a binary. Work is an empty folder
// of its own: nfpm takes files by their path.
func (s Spec) packages(t Target, binary []byte, docs documents, work string) (debian, redhat []byte, err error) {
	source := func(name string, data []byte) (string, error) {
		path := filepath.Join(work, name)
		return path, os.WriteFile(path, data, 0o600)
	}
	paths := make(map[string]string)
	for name, data := range map[string][]byte{
		"binary": binary, "LICENSE": docs.license, "README.md": docs.readme,
		"unit": docs.unit, "config": docs.config, "schema": docs.schema,
	} {
		if paths[name], err = source(name, data); err != nil {
			return nil, nil, fmt.Errorf("package: %w", err)
		}
	}
	doc := "/usr/share/doc/" + s.Name
	file := func(src, dst, kind, packager string, mode fs.FileMode) *files.Content {
		return &files.Content{
			Source: src, Destination: dst, Type: kind, Packager: packager,
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: mode, MTime: s.Time},
		}
	}
	contents := func() files.Contents {
		return files.Contents{
			file(paths["binary"], "/"+s.binaryPath(), files.TypeFile, "", 0o755),
			file("", doc, files.TypeDir, "", 0o755),
			file(paths["README.md"], doc+"/README.md", files.TypeRPMReadme, "rpm", 0o644),
			file(paths["README.md"], doc+"/README.md", files.TypeFile, "deb", 0o644),
			// Debian looks for the licence here, the others there.
			file(paths["LICENSE"], doc+"/copyright", files.TypeFile, "deb", 0o644),
			// What an administrator changed in it stays, and goes with a purge. The
			// unit is there and nothing else: it is enabled and started by whoever
			// wants that.
			file("", "/etc/"+s.Name, files.TypeDir, "", 0o755),
			file(paths["config"], "/etc/"+s.Name+"/"+s.Name+".yaml", files.TypeConfigNoReplace, "", 0o644),
			file(paths["unit"], "/usr/lib/systemd/system/"+s.Name+".service", files.TypeFile, "", 0o644),
			file("", "/usr/share/"+s.Name, files.TypeDir, "", 0o755),
			file(paths["schema"], "/usr/share/"+s.Name+"/"+s.Name+".schema.json", files.TypeFile, "", 0o644),
			file("", "/usr/share/licenses/"+s.Name, files.TypeDir, "rpm", 0o755),
			file(paths["LICENSE"], "/usr/share/licenses/"+s.Name+"/LICENSE", files.TypeRPMLicense, "rpm", 0o644),
		}
	}
	if debian, err = s.pack(deb.Default, t, contents()); err != nil {
		return nil, nil, fmt.Errorf("package deb for %s: %w", t, err)
	}
	if redhat, err = s.pack(rpm.DefaultRPM, t, contents()); err != nil {
		return nil, nil, fmt.Errorf("package rpm for %s: %w", t, err)
	}
	return debian, redhat, nil
}

// pack writes one package. A packager changes the Info it is given, so each
// gets its own.
func (s Spec) pack(packager nfpm.Packager, t Target, contents files.Contents) ([]byte, error) {
	info := nfpm.WithDefaults(&nfpm.Info{
		Name:        s.Name,
		Arch:        t.Arch,
		Platform:    t.OS,
		Version:     s.Version, // nfpm turns 1.2.0-rc.1 into 1.2.0~rc.1, which sorts before 1.2.0
		Release:     "1",
		Section:     "admin",
		Priority:    "optional",
		Maintainer:  maintainer,
		Vendor:      vendor,
		Description: description,
		Homepage:    s.homepage(),
		License:     license,
		MTime:       s.Time,

		DisableGlobbing: true,
		Overridables: nfpm.Overridables{
			Umask:    0o022,
			Contents: contents,
			RPM: nfpm.RPM{
				// Left empty it is the name of this machine.
				BuildHost: "reproducible",
				Summary:   summary,
				Group:     "Unspecified",
			},
		},
	})
	var out bytes.Buffer
	if err := packager.Package(info, &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
