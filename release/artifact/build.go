// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Options are the choices that change nothing in the files.
type Options struct {
	// Cache is the build cache to use, as GOCACHE. Empty: a new one, removed
	// afterwards. Two builds prove something about each other only if they do
	// not share one.
	Cache string
	// Progress, if set, is told before each of total steps.
	Progress func(done, total int, what string)
}

// A File is one file to publish.
type File struct {
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
}

// A Set is what a build wrote into a folder.
type Set struct {
	Spec      Spec
	Dir       string
	Files     []File // in the order to publish; the signed ones after Sign
	ModuleSum string // "h1:...": what go.sum says of Module@Version
	GoSum     string // sha256 of the commit's go.sum
	Image     string // digest of the image index, "sha256:..."
}

// Load returns the Set whose files, written by an earlier Build of spec or
// downloaded, stand in the folder dir. It compares them with nothing.
func Load(ctx context.Context, spec Spec, dir string) (_ Set, err error) {
	set := Set{Spec: spec, Dir: dir}
	for _, name := range spec.Files() {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return Set{}, fmt.Errorf("load the files of %s: %w", spec.Version, err)
		}
		set.record(name, data)
		if name == spec.Image() {
			if set.Image, err = imageDigest(data); err != nil {
				return Set{}, fmt.Errorf("load %s: %w", name, err)
			}
		}
	}
	proxy, err := os.MkdirTemp("", "lanner-load-*")
	if err != nil {
		return Set{}, fmt.Errorf("load: %w", err)
	}
	defer func() {
		if e := os.RemoveAll(proxy); e != nil && err == nil {
			err = fmt.Errorf("load: remove the work folder: %w", e)
		}
	}()
	module, err := ModuleProxy(ctx, spec, proxy)
	if err != nil {
		return Set{}, err
	}
	set.ModuleSum, set.GoSum = module.Sum, sha256Hex(module.GoSum)
	return set, nil
}

// Build builds and packs everything but provenance and signatures into the
// folder dir, which must be empty or absent.
func Build(ctx context.Context, spec Spec, dir string, opts Options) (_ Set, err error) {
	if err := spec.validate(); err != nil {
		return Set{}, err
	}
	if err := CheckToolchain(ctx, spec); err != nil {
		return Set{}, err
	}
	if err := makeEmpty(dir); err != nil {
		return Set{}, err
	}
	work, err := os.MkdirTemp("", "lanner-build-*")
	if err != nil {
		return Set{}, fmt.Errorf("build: %w", err)
	}
	defer func() {
		if e := os.RemoveAll(work); e != nil && err == nil {
			err = fmt.Errorf("build: remove the work folder: %w", e)
		}
	}()
	b := builder{
		spec: spec, opts: opts, work: work,
		set:   Set{Spec: spec, Dir: dir},
		total: 2*len(spec.Targets) + 2,
	}
	if err := b.build(ctx); err != nil {
		return Set{}, err
	}
	return b.set, nil
}

// builder is the state of one Build.
type builder struct {
	spec        Spec
	opts        Options
	work        string
	set         Set
	docs        documents
	done, total int
}

func (b *builder) step(what string) {
	if b.opts.Progress != nil {
		b.opts.Progress(b.done, b.total, what)
	}
	b.done++
}

// packaging is where the commit has what packages hold beside the binary.
const packaging = "engine/packaging/"

func (b *builder) build(ctx context.Context) error {
	var err error
	for _, f := range []struct {
		name string
		into *[]byte
	}{
		{"LICENSE", &b.docs.license},
		{"README.md", &b.docs.readme},
		{packaging + b.spec.Name + ".service", &b.docs.unit},
		{packaging + b.spec.Name + ".yaml", &b.docs.config},
		{packaging + b.spec.Name + ".schema.json", &b.docs.schema},
	} {
		if *f.into, err = b.spec.read(ctx, f.name); err != nil {
			return err
		}
	}
	binaries, err := b.compile(ctx)
	if err != nil {
		return err
	}
	var tarSums strings.Builder
	for _, t := range b.spec.Targets {
		b.step("package " + t.String())
		sum, err := b.pack(t, binaries[t])
		if err != nil {
			return err
		}
		fmt.Fprintf(&tarSums, "%s  %s\n", sum, strings.TrimSuffix(b.spec.Archive(t), ".gz"))
	}
	b.step("image")
	folder, err := os.MkdirTemp(b.work, "image-*")
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}
	image, digest, err := b.spec.imageLayout(binaries, b.docs, folder)
	if err != nil {
		return err
	}
	b.set.Image = digest
	if err := b.set.add(b.spec.Image(), image); err != nil {
		return err
	}
	if b.spec.Compat != "" {
		compat, err := b.spec.read(ctx, b.spec.Compat)
		if err == nil {
			err = b.set.add(CompatFile, compat)
		}
		if err != nil {
			return err
		}
	}
	b.step("checksums")
	if err := b.set.add(uncompressed, []byte(tarSums.String())); err != nil {
		return err
	}
	return b.set.add(Checksums, b.set.checksums())
}

// compile returns the binaries, each held against the commit.
func (b *builder) compile(ctx context.Context) (map[Target][]byte, error) {
	module, err := ModuleProxy(ctx, b.spec, filepath.Join(b.work, "proxy"))
	if err != nil {
		return nil, err
	}
	b.set.ModuleSum, b.set.GoSum = module.Sum, sha256Hex(module.GoSum)
	cache := b.opts.Cache
	if cache == "" {
		cache = filepath.Join(b.work, "cache")
	}
	tc, err := newToolchain(ctx, module, b.work, cache)
	if err != nil {
		return nil, err
	}
	compiler, err := newCompiler(tc, b.spec, module, b.work)
	if err != nil {
		return nil, err
	}
	binaries := make(map[Target][]byte)
	for _, t := range b.spec.Targets {
		b.step("compile " + t.String())
		binary, err := compiler.compile(ctx, t)
		if err != nil {
			return nil, err
		}
		if _, err := b.spec.checkBinary(binary, module.Sum); err != nil {
			return nil, err
		}
		binaries[t] = binary
	}
	return binaries, nil
}

// pack writes the files of one target and returns the sum of the plain tar.
func (b *builder) pack(t Target, binary []byte) (tarSum string, err error) {
	plain, packed, err := b.spec.tarball(binary, b.docs)
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(b.work, "package-*")
	if err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	debian, redhat, err := b.spec.packages(t, binary, b.docs, folder)
	if err != nil {
		return "", err
	}
	bom, err := billOfMaterials(b.spec, t, binary)
	if err != nil {
		return "", err
	}
	return sha256Hex(plain), errors.Join(
		b.set.add(b.spec.Archive(t), packed),
		b.set.add(b.spec.Package(t, "deb"), debian),
		b.set.add(b.spec.Package(t, "rpm"), redhat),
		b.set.add(b.spec.SBOM(t), bom),
	)
}

// add writes a file of the set.
func (s *Set) add(name string, data []byte) error {
	if err := os.WriteFile(filepath.Join(s.Dir, name), data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	s.record(name, data)
	return nil
}

func (s *Set) record(name string, data []byte) {
	s.Files = append(s.Files, File{Name: name, MediaType: mediaType(name), Size: int64(len(data)), SHA256: sha256Hex(data)})
}

// mediaType returns the type of a file of a release, by its name.
func mediaType(name string) string {
	for _, known := range []struct{ ending, mediaType string }{
		{SignatureSuffix, "application/x-ssh-signature"},
		{".intoto.jsonl", "application/vnd.in-toto+dsse"},
		{".cdx.json", "application/vnd.cyclonedx+json"},
		{".tar.gz", "application/gzip"},
		{".tar", "application/x-tar"},
		{".deb", "application/vnd.debian.binary-package"},
		{".rpm", "application/x-rpm"},
		{".json", "application/json"},
		{".txt", "text/plain"},
	} {
		if strings.HasSuffix(name, known.ending) {
			return known.mediaType
		}
	}
	return "application/octet-stream"
}

// checksums returns what "sha256sum -c" reads, of all files so far.
func (s *Set) checksums() []byte {
	var out strings.Builder
	for _, f := range s.Files {
		fmt.Fprintf(&out, "%s  %s\n", f.SHA256, f.Name)
	}
	return []byte(out.String())
}

func makeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("folder to build into: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("folder to build into: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("folder to build into: %s is not empty (it has %s); give a new one or remove it", dir, entries[0].Name())
	}
	return nil
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
