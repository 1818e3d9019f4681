// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanner-project/lanner/driver/kernel"
)

// namespace is what signatures of an index are for: see ssh-keygen(1), -n.
const namespace = "lanner-driver"

// maxIndex is how large an index may be: some 20,000 kernels.
const maxIndex = 64 << 20

// An index is what is read of what "grid publish" writes.
type index struct {
	Schema  int                    `json:"schema"`
	Version string                 `json:"version"`
	Drivers map[kernel.Arch]string `json:"drivers"`
	Classes []struct {
		Class    string      `json:"class"`
		Arch     kernel.Arch `json:"arch"`
		BootedOn string      `json:"bootedOn"`
		Works    bool        `json:"works"`
		Passed   int         `json:"passed"`
		Problem  string      `json:"problem"`
		Evidence string      `json:"evidence"`
	} `json:"classes"`
	Kernels []struct {
		Release string      `json:"release"`
		Arch    kernel.Arch `json:"arch"`
		Verdict string      `json:"verdict"`
		Reason  string      `json:"reason"`
		Class   string      `json:"class"`
		Object  string      `json:"object"`
	} `json:"kernels"`
}

// checkDownload says what the index at an address knows of the kernel that runs here.
func checkDownload(cmd *cobra.Command, address, signers string) error {
	x, signed, err := fetchIndex(cmd.Context(), address, signers)
	if err != nil {
		return err
	}
	h, err := detect()
	if err != nil {
		return err
	}
	text, err := x.about(h, address)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s\n", text, signed)
	return err
}

// about says what is known of a kernel: by its release, and if that is not there, by
// its class.
func (x *index) about(h *host, address string) (string, error) {
	whose := fmt.Sprintf("driver %s (%.12s)", x.Version, x.Drivers[h.Arch])
	if x.Drivers[h.Arch] == h.Driver {
		whose += ", the one that is built in here"
	}
	for _, k := range x.Kernels {
		if k.Release != h.Release || k.Arch != h.Arch {
			continue
		}
		if k.Object == "" {
			return "", fmt.Errorf("%s on %s %s: %s: %s", whose, h.Release, h.Arch, k.Verdict, k.Reason)
		}
		return fmt.Sprintf("%s works on %s %s\n%s\nthe object: %s", whose, h.Release, h.Arch, x.proof(k.Class, address), join(address, k.Object)), nil
	}
	if x.Drivers[h.Arch] != h.Driver {
		return "", fmt.Errorf("%s %s is not in the index of %s, and whether it is of a class that is can be told of the driver built in here alone (%.12s)", h.Release, h.Arch, whose, h.Driver)
	}
	for _, c := range x.Classes {
		if c.Class != h.Class {
			continue
		}
		if !c.Works {
			return "", fmt.Errorf("%s %s is of class %.12s, on which %s does not work: %s", h.Release, h.Arch, c.Class, whose, c.Problem)
		}
		return fmt.Sprintf("%s %s is not in the index, but it is of a class on which %s works\n%s", h.Release, h.Arch, whose, x.proof(c.Class, address)), nil
	}
	return "", fmt.Errorf("%s %s is not in the index of %s, nor is a kernel of its class (%.12s); \"driver check\" says whether it fits", h.Release, h.Arch, whose, h.Class)
}

// proof says how it is known that a class works.
func (x *index) proof(class, address string) string {
	for _, c := range x.Classes {
		if c.Class == class {
			return fmt.Sprintf("%s of its class was booted, and %d tests of the driver passed: %s", c.BootedOn, c.Passed, join(address, c.Evidence))
		}
	}
	return "the index does not say how that is known"
}

func join(address, path string) string {
	u, err := url.JoinPath(address, path)
	if err != nil {
		return path
	}
	return u
}

// fetchIndex fetches the index and checks its signature. It says what was checked.
func fetchIndex(ctx context.Context, address, signers string) (*index, string, error) {
	b, err := get(ctx, join(address, "index.json"))
	if err != nil {
		return nil, "", err
	}
	signed := "the index's signature was not checked: --signers says whose counts"
	if signers != "" {
		sig, err := get(ctx, join(address, "index.json.sig"))
		if err != nil {
			return nil, "", err
		}
		if signed, err = verify(ctx, b, sig, signers); err != nil {
			return nil, "", fmt.Errorf("the index at %s is not signed by one of %s: %w", address, signers, err)
		}
	}
	x := &index{}
	if err := json.Unmarshal(b, x); err != nil {
		return nil, "", fmt.Errorf("the index at %s: %w", address, err)
	}
	if x.Schema != 1 {
		return nil, "", fmt.Errorf("the index at %s is of schema %d, and this program knows 1: use a newer one", address, x.Schema)
	}
	return x, signed, nil
}

func get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, misuse("--download takes an address such as that of a download site's folder 1.0.0", "%w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: the site answers %s", address, resp.Status)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxIndex+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	if len(b) > maxIndex {
		return nil, fmt.Errorf("%s has more than %d bytes", address, maxIndex)
	}
	return b, nil
}

// verify checks a signature with ssh-keygen, and says who signed.
func verify(ctx context.Context, b, sig []byte, signers string) (_ string, err error) {
	dir, err := os.MkdirTemp("", "lanner-index-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "index.json.sig")
	if err := os.WriteFile(file, sig, 0o600); err != nil {
		return "", err
	}
	keygen := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "ssh-keygen", args...)
		cmd.Stdin = bytes.NewReader(b)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("ssh-keygen: %w: %s", err, bytes.TrimSpace(out))
		}
		return strings.TrimSpace(string(out)), nil
	}
	who, err := keygen("-Y", "find-principals", "-s", file, "-f", signers)
	if err != nil {
		return "", err
	}
	who, _, _ = strings.Cut(who, "\n")
	if _, err := keygen("-Y", "verify", "-n", namespace, "-s", file, "-f", signers, "-I", who); err != nil {
		return "", err
	}
	return "the index is signed by " + who, nil
}
