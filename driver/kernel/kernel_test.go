// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// What follows makes kernels that are small and whole: an ELF file with BTF and a
// banner, packed as the kernel's own build and Debian do.

// smallBTF has one type and one string.
func smallBTF() []byte {
	types := []byte{1, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0, 32, 0, 0, 0} // int a
	text := []byte("\x00a\x00")
	b := []byte(btfHeader)
	for _, n := range []uint32{0, uint32(len(types)), uint32(len(types)), uint32(len(text))} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return slices.Concat(b, types, text)
}

// smallELF has a banner and, if there is one, BTF.
func smallELF(machine elf.Machine, release string, btf []byte) []byte {
	names := []byte("\x00.BTF\x00.shstrtab\x00")
	text := []byte("Linux version " + release + " (builder@host)\x00")
	sections := []elf.Section64{{}}
	body := slices.Clone(text)
	at := func() uint64 { return 64 + uint64(len(body)) }
	if btf != nil {
		sections = append(sections, elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: at(), Size: uint64(len(btf))})
		body = append(body, btf...)
	}
	sections = append(sections, elf.Section64{Name: 6, Type: uint32(elf.SHT_STRTAB), Off: at(), Size: uint64(len(names))})
	body = append(body, names...)
	h := elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT), Shoff: at(),
		Ehsize: 64, Shentsize: 64, Shnum: uint16(len(sections)), Shstrndx: uint16(len(sections) - 1),
	}
	var out bytes.Buffer
	for _, v := range []any{h, body, sections} {
		if err := binary.Write(&out, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return out.Bytes()
}

// bzImage packs a kernel as x86 does.
func bzImage(packed []byte) []byte {
	const sectors = 1
	b := make([]byte, (sectors+1)*sector+0x100)
	b[bootSectors] = sectors
	copy(b[bootMagic:], "HdrS")
	binary.LittleEndian.PutUint16(b[bootVersion:], payloadVersion)
	binary.LittleEndian.PutUint32(b[bootPayload:], 0x100)
	binary.LittleEndian.PutUint32(b[bootPayloadSize:], uint32(len(packed)))
	return append(b, packed...)
}

type packer func(io.Writer) io.WriteCloser

var packers = map[string]packer{
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"zstd": func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			panic(err)
		}
		return z
	},
	"lz4": func(w io.Writer) io.WriteCloser {
		z := lz4.NewWriter(w)
		if err := z.Apply(lz4.LegacyOption(true)); err != nil {
			panic(err)
		}
		return z
	},
}

// pack packs, and for all but gzip appends the size, as the kernel's build does.
func pack(name string, b []byte) []byte {
	var out bytes.Buffer
	w := packers[name](&out)
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	if name != "gzip" {
		return binary.LittleEndian.AppendUint32(out.Bytes(), uint32(len(b)))
	}
	return out.Bytes()
}

type tarFile struct {
	name string
	body []byte
}

// deb makes a package as dpkg-deb does.
func deb(name string, open packer, files ...tarFile) []byte {
	var data bytes.Buffer
	z := open(&data)
	w := tar.NewWriter(z)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.body)), Typeflag: tar.TypeReg}); err != nil {
			panic(err)
		}
		if _, err := w.Write(f.body); err != nil {
			panic(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		panic(err)
	}
	out := []byte(arMagic)
	for _, m := range []tarFile{{"debian-binary", []byte("2.0\n")}, {"control.tar.gz", []byte("odd")}, {name, data.Bytes()}} {
		out = fmt.Appendf(out, "%-16s%-12d%-6d%-6d%-8o%-10d%s", m.name, 0, 0, 0, 0o100644, len(m.body), arTail)
		out = append(out, m.body...)
		if len(m.body)%2 == 1 {
			out = append(out, '\n')
		}
	}
	return out
}

const testRelease = "6.1.0-56-cloud-amd64"

func TestReadPackings(t *testing.T) {
	vmlinux := smallELF(elf.EM_X86_64, testRelease, smallBTF())
	for name := range packers {
		k, err := Read(bzImage(pack(name, vmlinux)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if k.Release != testRelease || k.Arch != AMD64 || !bytes.Equal(k.Boots, vmlinux) || !bytes.Equal(k.BTF, smallBTF()) {
			t.Errorf("%s: %+v", name, k)
		}
	}
}

func TestReadLayouts(t *testing.T) {
	image := bzImage(pack("zstd", smallELF(elf.EM_X86_64, testRelease, smallBTF())))
	config := []byte("# comment\nCONFIG_BPF_SYSCALL=y\n# CONFIG_X is not set\nCONFIG_TEXT=\"a b\"\n")
	for _, open := range []struct {
		name string
		with packer
	}{{"data.tar.gz", packers["gzip"]}, {"data.tar.zst", packers["zstd"]}} {
		for layout, files := range map[string][]tarFile{
			"boot":           {{"./boot/config-" + testRelease, config}, {"./boot/vmlinuz-" + testRelease, image}},
			"modules":        {{"./usr/lib/modules/" + testRelease + "/vmlinuz", image}, {"./usr/lib/modules/" + testRelease + "/config", config}},
			"before /usr":    {{"./lib/modules/" + testRelease + "/vmlinuz", image}, {"./lib/modules/" + testRelease + "/config", config}},
			"modules in way": {{"./usr/lib/modules/" + testRelease + "/kernel/vmlinuz", []byte("no")}, {"./boot/vmlinuz-" + testRelease, image}, {"./boot/config-" + testRelease, config}},
		} {
			k, err := Read(deb(open.name, open.with, files...))
			if err != nil {
				t.Errorf("%s, %s: %v", open.name, layout, err)
				continue
			}
			if k.Release != testRelease || k.Config["BPF_SYSCALL"] != "y" || k.Config["TEXT"] != "a b" || k.BTF == nil {
				t.Errorf("%s, %s: %+v", open.name, layout, k)
			}
			if lacks := k.Config.Lacking(); len(lacks) != 3 {
				t.Errorf("it lacks %q", lacks)
			}
		}
	}
}

func TestReadARM64(t *testing.T) {
	image := make([]byte, 0x1000)
	copy(image[armMagicAt:], armMagic)
	image = append(image, "Linux version 6.12.1-arm64 (x)\x00"...)
	// What only begins like BTF is passed over.
	image = append(image, btfHeader+"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"...)
	image = append(image, smallBTF()...)
	image = append(image, make([]byte, 100)...)
	for name, b := range map[string][]byte{"flat": image, "gzip": pack("gzip", image)} {
		k, err := Read(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if k.Arch != ARM64 || k.Release != "6.12.1-arm64" || !bytes.Equal(k.BTF, smallBTF()) {
			t.Errorf("%s: %s %s, BTF %q", name, k.Arch, k.Release, k.BTF)
		}
	}
}

func TestReadBTFAlone(t *testing.T) {
	k, err := Read(append(smallBTF(), 0, 0))
	if err != nil || !bytes.Equal(k.BTF, smallBTF()) || k.Boots != nil {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestNoBTF(t *testing.T) {
	k, err := Read(smallELF(elf.EM_AARCH64, "5.10.1", nil))
	if err != nil || k.BTF != nil || !errors.Is(k.NoBTF, ErrNoBTF) || k.Arch != ARM64 {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestReadMistakes(t *testing.T) {
	vmlinux := smallELF(elf.EM_X86_64, testRelease, smallBTF())
	image := bzImage(pack("zstd", vmlinux))
	old := slices.Clone(image)
	old[bootVersion] = 7
	for want, b := range map[string][]byte{
		`the image begins with "": neither a bzImage`:  {},
		`the image begins with "hell"`:                 []byte("hello"),
		"the package has no data.tar":                  []byte(arMagic),
		"no header is at byte 8":                       []byte(arMagic + strings.Repeat("x", 60)),
		"the package's header at byte 8":               []byte(arMagic + "x"),
		"no kernel is in it":                           deb("data.tar.gz", packers["gzip"], tarFile{"./usr/share/doc/x", nil}),
		"compressed in a way that is not known":        deb("data.tar.lzma", packers["gzip"]),
		`the kernel that it is "6.1.0-56-cloud-amd64"`: deb("data.tar.gz", packers["gzip"], tarFile{"./boot/vmlinuz-6.1.0-1-other", image}),
		"is no kernel release":                         deb("data.tar.gz", packers["gzip"], tarFile{"./boot/vmlinuz-", image}),
		"line 1: \"X\" is no option":                   deb("data.tar.gz", packers["gzip"], tarFile{"./boot/vmlinuz-" + testRelease, image}, tarFile{"./boot/config-" + testRelease, []byte("X\n")}),
		"is of boot protocol 0x207":                    old,
		"the bzImage is cut":                           image[:len(image)-1],
		"unpacking it, after":                          bzImage(pack("gzip", vmlinux)[:100]),
		`it begins with "not pa"`:                      bzImage([]byte("not packed")),
		"is no ELF file":                               bzImage(pack("gzip", []byte("hello, kernel"))),
		"says of no kernel which release":              smallELF(elf.EM_X86_64, "odd", nil),
		"want amd64 or arm64":                          smallELF(elf.EM_S390, testRelease, nil),
		"the BTF is damaged":                           smallBTF()[:30],
	} {
		if k, err := Read(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v, %v\nwant %s", k, err, want)
		}
	}
	if k, err := Read(smallELF(elf.EM_X86_64, testRelease, smallBTF()[:30])); err != nil || k.NoBTF == nil || errors.Is(k.NoBTF, ErrNoBTF) {
		t.Errorf("damaged BTF in a kernel: %+v, %v", k, err)
	}
}

func TestCompareReleases(t *testing.T) {
	inOrder := []string{
		"5.10.0-9-amd64", "5.10.0-46-amd64", "6.1.0-9-amd64", "6.1.0-10-amd64", "6.1.0-10-cloud-amd64", "6.12~rc1-amd64", "6.12-amd64",
		"6.12.107+deb12-amd64", "6.12.117+deb12-amd64", "7.3.4-amd64",
	}
	for i, a := range inOrder {
		for j, b := range inOrder {
			if got := CompareReleases(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}

func TestParseSeries(t *testing.T) {
	for text, want := range map[string]string{
		"6.1.0-56-cloud-amd64": "6.1", "6.12.117+deb12-amd64": "6.12", "5.10.0-0.deb11.48-rt": "5.10", "7.0": "7.0",
		"": "", "six": "", "6": "", "6.": "", "6.x": "", "6.1/../..": "", "6.1 x": "", "66666.1": "", strings.Repeat("6.1", 60): "",
	} {
		s, err := ParseSeries(text)
		if got := s.String(); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
	if (Series{6, 1}).Compare(Series{6, 12}) >= 0 || (Series{5, 15}).Compare(Series{6, 1}) >= 0 {
		t.Error("series are ordered by text")
	}
}

func TestParseArch(t *testing.T) {
	for _, a := range []Arch{AMD64, ARM64} {
		for _, name := range []string{string(a), a.Uname()} {
			if got, err := ParseArch(name); got != a || err != nil {
				t.Errorf("%s: %s, %v", name, got, err)
			}
		}
	}
	if _, err := ParseArch("riscv64"); err == nil {
		t.Error("riscv64 has a driver")
	}
}

func FuzzRead(f *testing.F) {
	image := bzImage(pack("lz4", smallELF(elf.EM_X86_64, testRelease, smallBTF())))
	f.Add(image)
	f.Add(smallELF(elf.EM_AARCH64, testRelease, smallBTF()))
	f.Add(deb("data.tar.gz", packers["gzip"], tarFile{"./boot/vmlinuz-" + testRelease, image}))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := Read(b)
		if err != nil {
			return
		}
		if k.BTF == nil && k.NoBTF == nil {
			t.Error("neither BTF nor why there is none")
		}
		if k.Boots != nil && (k.Release == "" || k.Arch == "") {
			t.Errorf("a kernel without a name: %+v", k)
		}
	})
}
