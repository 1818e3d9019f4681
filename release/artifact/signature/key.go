// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// A Key signs. Close it when done: it may hold a connection to an agent.
type Key struct {
	signer ssh.Signer
	close  func() error
}

// OpenKey returns the key in the file at path: an unencrypted private key, or
// a public key or passphrase-protected private key whose private half the SSH
// agent at agentSocket (usually $SSH_AUTH_SOCK) holds.
func OpenKey(ctx context.Context, path, agentSocket string) (*Key, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	if signer, err := ssh.ParsePrivateKey(data); err == nil {
		if err := checkType(path, signer.PublicKey()); err != nil {
			return nil, err
		}
		return &Key{signer: signer, close: func() error { return nil }}, nil
	} else if public, ok := publicHalf(data, err); ok {
		if err := checkType(path, public); err != nil {
			return nil, err
		}
		return fromAgent(ctx, path, public, agentSocket)
	} else if isEncrypted(err) {
		return nil, fmt.Errorf("signing key %s is protected by a passphrase and of a format that hides its public key; give the path of its .pub file, and the key to the SSH agent with ssh-add", path)
	}
	// The parser's own error is left out: it may quote the file.
	return nil, fmt.Errorf("signing key %s: neither an OpenSSH private key nor a public key; make one with: ssh-keygen -t ed25519 -f %s", path, path)
}

// Public returns the key as a line of authorized_keys, without a newline.
func (k *Key) Public() string {
	return string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(k.signer.PublicKey())))
}

// Fingerprint returns the key's fingerprint as ssh-keygen -l prints it.
func (k *Key) Fingerprint() string { return ssh.FingerprintSHA256(k.signer.PublicKey()) }

// Close ends the connection to the agent, if there is one.
func (k *Key) Close() error { return k.close() }

// publicHalf finds a public key in a file that is no usable private key;
// parseErr is why it is not.
func publicHalf(data []byte, parseErr error) (ssh.PublicKey, bool) {
	var locked *ssh.PassphraseMissingError
	if errors.As(parseErr, &locked) {
		return locked.PublicKey, locked.PublicKey != nil
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(data)
	return public, err == nil
}

func isEncrypted(err error) bool {
	var locked *ssh.PassphraseMissingError
	return errors.As(err, &locked)
}

func checkType(path string, public ssh.PublicKey) error {
	if public.Type() != ssh.KeyAlgoED25519 {
		return fmt.Errorf("signing key %s is of type %s; a release needs %s, because only its signatures are deterministic and a release can be built again to the same bytes: ssh-keygen -t ed25519", path, public.Type(), ssh.KeyAlgoED25519)
	}
	return nil
}

func fromAgent(ctx context.Context, path string, public ssh.PublicKey, socket string) (*Key, error) {
	advice := fmt.Sprintf("the private half of %s is not readable here and must come from the SSH agent: ssh-add %s", path, path)
	if socket == "" {
		return nil, fmt.Errorf("%s (no agent runs: SSH_AUTH_SOCK is not set; start one with: eval $(ssh-agent))", advice)
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("%s (the agent does not answer: %w)", advice, err)
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s (the agent lists no keys: %w)", advice, err), conn.Close())
	}
	for _, s := range signers {
		if bytes.Equal(s.PublicKey().Marshal(), public.Marshal()) {
			return &Key{signer: s, close: conn.Close}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s (the agent holds %d keys, not %s)", advice, len(signers), ssh.FingerprintSHA256(public)), conn.Close())
}
