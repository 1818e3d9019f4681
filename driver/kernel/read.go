// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"debug/elf"
	"fmt"
)

// A Kernel is one that was read, ready to be checked and booted.
type Kernel struct {
	Release string // "" for BTF alone
	Arch    Arch   // "" for BTF alone
	Boots   []byte // what boots, as Unpack returns it; nil for BTF alone
	BTF     []byte // nil: NoBTF says why
	NoBTF   error
	Config  Config // nil if it is not known
}

// Read reads a kernel out of whatever it is in: a Debian package, a vmlinuz, an
// unpacked kernel, or its BTF alone, as it is in /sys/kernel/btf/vmlinux. A kernel
// without BTF is no error.
func Read(b []byte) (*Kernel, error) {
	switch {
	case bytes.HasPrefix(b, []byte(arMagic)):
		p, err := ReadPackage(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		k, err := readImage(p.Image)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Release, err)
		}
		if k.Release != p.Release {
			return nil, fmt.Errorf("the package says that its kernel is %s, and the kernel that it is %q", p.Release, k.Release)
		}
		if p.Config != nil {
			if k.Config, err = ParseConfig(p.Config); err != nil {
				return nil, fmt.Errorf("the configuration of %s: %w", p.Release, err)
			}
		}
		return k, nil
	case bytes.HasPrefix(b, []byte(btfHeader)):
		whole, ok := wholeBTF(b)
		if !ok {
			return nil, fmt.Errorf("the BTF is damaged: it is not whole in %d bytes", len(b))
		}
		return &Kernel{BTF: whole}, nil
	}
	return readImage(b)
}

func readImage(image []byte) (*Kernel, error) {
	k := &Kernel{}
	var err error
	if k.Boots, err = Unpack(image); err != nil {
		return nil, err
	}
	if k.Arch, err = machineOf(k.Boots); err != nil {
		return nil, err
	}
	k.Release = Banner(k.Boots)
	if _, err := ParseSeries(k.Release); err != nil {
		return nil, fmt.Errorf("what is unpacked says of no kernel which release it is: %w", err)
	}
	k.BTF, k.NoBTF = BTF(k.Boots)
	return k, nil
}

// machineOf says for which machine an unpacked kernel is.
func machineOf(kernel []byte) (Arch, error) {
	if isARM64(kernel) {
		return ARM64, nil
	}
	f, err := elf.NewFile(bytes.NewReader(kernel))
	if err != nil {
		return "", fmt.Errorf("the kernel: %w", err)
	}
	switch f.Machine {
	case elf.EM_X86_64:
		return AMD64, nil
	case elf.EM_AARCH64:
		return ARM64, nil
	}
	return "", fmt.Errorf("the kernel is for %v: want amd64 or arm64", f.Machine)
}
