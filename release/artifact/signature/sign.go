// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hiddeco/sshsig"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"golang.org/x/crypto/ssh"
)

// Sign returns a detached signature of message, in the armored form that
// "ssh-keygen -Y verify -n lanner-release" reads.
func Sign(key *Key, message []byte) ([]byte, error) {
	sig, err := sshsig.Sign(bytes.NewReader(message), key.signer, sshsig.HashSHA512, Namespace)
	if err != nil {
		return nil, fmt.Errorf("sign with %s: %w", key.Fingerprint(), err)
	}
	return sshsig.Armor(sig), nil
}

// SignEnvelope returns payload in a DSSE envelope, as one line of JSON. The
// signature in it is the plain ed25519 one that DSSE asks for, its key id the
// SSH fingerprint.
func SignEnvelope(ctx context.Context, key *Key, payloadType string, payload []byte) ([]byte, error) {
	signer, err := dsse.NewEnvelopeSigner(envelopeSigner{key})
	if err != nil {
		return nil, fmt.Errorf("sign envelope: %w", err)
	}
	envelope, err := signer.SignPayload(ctx, payloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("sign envelope with %s: %w", key.Fingerprint(), err)
	}
	line, err := json.Marshal(envelope)
	if err != nil {
		return nil, fmt.Errorf("sign envelope: %w", err)
	}
	return append(line, '\n'), nil
}

type envelopeSigner struct{ key *Key }

func (s envelopeSigner) Sign(_ context.Context, data []byte) ([]byte, error) {
	sig, err := s.key.signer.Sign(rand.Reader, data)
	if err != nil {
		return nil, err
	}
	return sig.Blob, nil
}

func (s envelopeSigner) KeyID() (string, error) { return s.key.Fingerprint(), nil }

// Verify checks that armored is a signature of message by one of the signers,
// for this package's namespace, and says whose. At is when the signature was
// made as far as the caller knows: a key is held against its valid-after and
// valid-before at that time.
func (a *AllowedSigners) Verify(message, armored []byte, at time.Time) (Identity, error) {
	return a.VerifyFor(Namespace, message, armored, at)
}

// VerifyFor is Verify for another namespace.
func (a *AllowedSigners) VerifyFor(namespace string, message, armored []byte, at time.Time) (Identity, error) {
	sig, err := sshsig.Unarmor(armored)
	if err != nil {
		return Identity{}, fmt.Errorf("not an SSH signature: %w", err)
	}
	if sig.Namespace != namespace {
		return Identity{}, fmt.Errorf("the signature is for the namespace %q, want %q: it was made for something else", sig.Namespace, namespace)
	}
	line, err := a.find(sig.PublicKey, namespace, at)
	if err != nil {
		return Identity{}, err
	}
	if err := sshsig.Verify(bytes.NewReader(message), sig, line.key, sig.HashAlgorithm, namespace); err != nil {
		return Identity{}, fmt.Errorf("the signature by %s does not fit the content: one of the two was changed: %w", line.identity(), err)
	}
	return line.identity(), nil
}

// VerifyEnvelope checks a DSSE envelope as Verify does a detached signature,
// and returns its payload. The payload's type must be payloadType.
func (a *AllowedSigners) VerifyEnvelope(ctx context.Context, envelope []byte, payloadType string, at time.Time) ([]byte, Identity, error) {
	var e dsse.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return nil, Identity{}, fmt.Errorf("not a DSSE envelope: %w", err)
	}
	if e.PayloadType != payloadType {
		return nil, Identity{}, fmt.Errorf("the envelope holds %q, want %q", e.PayloadType, payloadType)
	}
	verifiers := make([]dsse.Verifier, 0, len(a.lines))
	for _, l := range a.lines {
		if v, ok := l.envelopeVerifier(at); ok {
			verifiers = append(verifiers, v)
		}
	}
	if len(verifiers) == 0 {
		return nil, Identity{}, fmt.Errorf("%s allows no ed25519 key to sign %s at %s", a.file, Namespace, at.UTC().Format(time.RFC3339))
	}
	verifier, err := dsse.NewEnvelopeVerifier(verifiers...)
	if err != nil {
		return nil, Identity{}, fmt.Errorf("verify envelope: %w", err)
	}
	accepted, payload, err := verifier.VerifyAndDecode(ctx, &e)
	if err != nil {
		return nil, Identity{}, fmt.Errorf("no signature of the envelope is by a key that %s allows: %w", a.file, err)
	}
	for _, l := range a.lines {
		// One key may stand on several lines, not all of which are valid then.
		if len(accepted) > 0 && l.identity().Fingerprint == accepted[0].KeyID && l.refuses(Namespace, at) == "" {
			return payload, l.identity(), nil
		}
	}
	return nil, Identity{}, errors.New("the envelope was accepted without a key")
}

type envelopeVerifier struct {
	key ed25519.PublicKey
	id  string
}

func (l signerLine) envelopeVerifier(at time.Time) (envelopeVerifier, bool) {
	if l.refuses(Namespace, at) != "" {
		return envelopeVerifier{}, false
	}
	carrier, ok := l.key.(ssh.CryptoPublicKey)
	if !ok {
		return envelopeVerifier{}, false
	}
	key, ok := carrier.CryptoPublicKey().(ed25519.PublicKey)
	return envelopeVerifier{key, l.identity().Fingerprint}, ok
}

func (v envelopeVerifier) Verify(_ context.Context, data, sig []byte) error {
	if !ed25519.Verify(v.key, data, sig) {
		return errors.New("ed25519: signature does not match")
	}
	return nil
}

func (v envelopeVerifier) KeyID() (string, error) { return v.id, nil }

func (v envelopeVerifier) Public() crypto.PublicKey { return v.key }
