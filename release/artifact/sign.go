// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/lanner-project/lanner/release/artifact/signature"
)

// Sign writes the provenance of the set into its folder, and the detached
// signatures of the checksums and of the provenance, and returns the set with
// them. A key that cannot sign is an error: a release without signatures is
// none.
//
// Preconditions: what stands in set.Dir is what Build wrote; Sign checks that.
func Sign(ctx context.Context, set Set, key *signature.Key) (Set, error) {
	set.Files = slices.Clone(set.Files)
	checksums, err := set.check()
	if err != nil {
		return Set{}, err
	}
	statement, err := set.statement()
	if err != nil {
		return Set{}, err
	}
	envelope, err := signature.SignEnvelope(ctx, key, payloadType, statement)
	if err != nil {
		return Set{}, fmt.Errorf("sign the provenance: %w", err)
	}
	name := set.Spec.Provenance()
	if err := set.add(name, envelope); err != nil {
		return Set{}, err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{Checksums, checksums}, {name, envelope}} {
		armored, err := signature.Sign(key, f.data)
		if err != nil {
			return Set{}, fmt.Errorf("sign %s: %w", f.name, err)
		}
		if err := set.add(f.name+SignatureSuffix, armored); err != nil {
			return Set{}, err
		}
	}
	return set, nil
}

// check holds the files in the folder against what Build wrote: nothing may
// be signed that was changed meanwhile. It returns the checksums file.
func (s Set) check() (checksums []byte, err error) {
	for _, f := range s.Files {
		data, err := os.ReadFile(filepath.Join(s.Dir, f.Name))
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		if got := sha256Hex(data); got != f.SHA256 {
			return nil, fmt.Errorf("sign: %s was changed after it was built: sha256 %s, built %s; build again", f.Name, got, f.SHA256)
		}
		if f.Name == Checksums {
			checksums = data
		}
	}
	if checksums == nil {
		return nil, fmt.Errorf("sign: the set has no %s", Checksums)
	}
	return checksums, nil
}
