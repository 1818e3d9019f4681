// SPDX-License-Identifier: Apache-2.0

package signature_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/release/artifact/signature"
)

var when = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// tool returns the path of a program the test needs. Where everything must be
// tested (CI) its absence is a failure.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is needed and not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return path
}

func run(t *testing.T, stdin []byte, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, name), args...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// newKey makes a key pair with ssh-keygen and returns the private file's path
// and the public line.
func newKey(t *testing.T, keyType, passphrase string) (path, public string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "key")
	if out, err := run(t, nil, "ssh-keygen", "-q", "-t", keyType, "-N", passphrase, "-C", "", "-f", path); err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	line, err := os.ReadFile(path + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return path, strings.TrimSpace(string(line))
}

func openKey(t *testing.T, path, socket string) *signature.Key {
	t.Helper()
	key, err := signature.OpenKey(t.Context(), path, socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := key.Close(); err != nil {
			t.Error(err)
		}
	})
	return key
}

func allow(t *testing.T, text string) *signature.AllowedSigners {
	t.Helper()
	a, err := signature.ParseAllowedSigners("allowed_signers", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSSHKeygenVerifiesOurSignature(t *testing.T) {
	t.Parallel()
	path, public := newKey(t, "ed25519", "")
	key := openKey(t, path, "")
	message := []byte("checksums\n")
	sig, err := signature.Sign(key, message)
	if err != nil {
		t.Fatal(err)
	}
	again, err := signature.Sign(key, message)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sig, again) {
		t.Error("two signatures of one message differ: the release would not be reproducible")
	}
	dir := t.TempDir()
	sigFile, signers := filepath.Join(dir, "sig"), filepath.Join(dir, "allowed")
	line := `alice@example.org namespaces="git,lanner-release",valid-after="20260101Z" ` + public + "\n"
	for name, data := range map[string][]byte{sigFile: sig, signers: []byte(line)} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"-Y", "verify", "-f", signers, "-I", "alice@example.org", "-n", signature.Namespace, "-s", sigFile}
	if out, err := run(t, message, "ssh-keygen", args...); err != nil {
		t.Errorf("ssh-keygen -Y verify: %v\n%s", err, out)
	}
	if out, err := run(t, []byte("other\n"), "ssh-keygen", args...); err == nil {
		t.Errorf("ssh-keygen -Y verify took another message:\n%s", out)
	}
}

func TestWeVerifySSHKeygensSignature(t *testing.T) {
	t.Parallel()
	path, public := newKey(t, "ed25519", "")
	message := []byte("text")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, message, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, nil, "ssh-keygen", "-Y", "sign", "-q", "-f", path, "-n", signature.Namespace, file); err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	sig, err := os.ReadFile(file + ".sig")
	if err != nil {
		t.Fatal(err)
	}
	who, err := allow(t, "alice@example.org "+public).Verify(message, sig, when)
	if err != nil {
		t.Fatal(err)
	}
	if who.Principal != "alice@example.org" {
		t.Errorf("signed by %v", who)
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	path, public := newKey(t, "ed25519", "")
	_, other := newKey(t, "ed25519", "")
	key := openKey(t, path, "")
	message := []byte("text")
	sig, err := signature.Sign(key, message)
	if err != nil {
		t.Fatal(err)
	}
	const payloadType = "application/vnd.in-toto+json"
	envelope, err := signature.SignEnvelope(t.Context(), key, payloadType, message)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, signers, want, wantEnvelope string }{
		{"another key", "bob@example.org " + other, "is not in allowed_signers", "no signature of the envelope is by a key"},
		{"another namespace", `alice@example.org namespaces="git" ` + public, "allowed_signers:1: only for the namespaces git, not lanner-release", "allows no ed25519 key"},
		{"too early", `alice@example.org valid-after="20270101Z" ` + public, "only after 2027-01-01T00:00:00Z, not at 2026-11-22T10:00:00Z", "allows no ed25519 key"},
		{"expired", `alice@example.org valid-before="202601010000Z" ` + public, "only before 2026-01-01T00:00:00Z", "allows no ed25519 key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signers := allow(t, tt.signers)
			if _, err := signers.Verify(message, sig, when); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("signature: got %v, want %q", err, tt.want)
			}
			if _, _, err := signers.VerifyEnvelope(t.Context(), envelope, payloadType, when); err == nil || !strings.Contains(err.Error(), tt.wantEnvelope) {
				t.Errorf("envelope: got %v, want %q", err, tt.wantEnvelope)
			}
		})
	}
	signers := allow(t, "alice@example.org "+public)
	if _, err := signers.Verify([]byte("tex7"), sig, when); err == nil || !strings.Contains(err.Error(), "does not fit the content") {
		t.Errorf("changed message: got %v", err)
	}
	if payload, who, err := signers.VerifyEnvelope(t.Context(), envelope, payloadType, when); err != nil || who.Principal != "alice@example.org" || !bytes.Equal(payload, message) {
		t.Errorf("good envelope: %q, %v, %v", payload, who, err)
	}
	both := allow(t, `old@example.org valid-before="20260101Z" `+public+"\nalice@example.org "+public)
	if _, who, err := both.VerifyEnvelope(t.Context(), envelope, payloadType, when); err != nil || who.Principal != "alice@example.org" {
		t.Errorf("a key with an expired line and a valid one: %v, %v", who, err)
	}
	changed := bytes.Replace(envelope, []byte("dGV4dA"), []byte("dGV4dQ"), 1)
	if _, _, err := signers.VerifyEnvelope(t.Context(), changed, payloadType, when); err == nil {
		t.Error("a changed envelope was taken")
	}
}

func TestOpenKeyExplains(t *testing.T) {
	t.Parallel()
	rsa, _ := newKey(t, "rsa", "")
	locked, _ := newKey(t, "ed25519", "a secret passphrase")
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("hunter2"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		rsa:                 "a release needs ssh-ed25519, because only its signatures are deterministic",
		locked:              "ssh-add " + locked,
		junk:                "make one with: ssh-keygen -t ed25519",
		junk + "-not-there": "no such file",
	} {
		_, err := signature.OpenKey(context.Background(), path, "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error quotes the key file: %v", err)
		}
	}
}

func TestAgentSignsForALockedKey(t *testing.T) {
	t.Parallel()
	path, public := newKey(t, "ed25519", "pass")
	socket := startAgent(t, path, "pass")
	key := openKey(t, path, socket)
	sig, err := signature.Sign(key, []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	signers := allow(t, "alice@example.org "+public)
	if _, err := signers.Verify([]byte("text"), sig, when); err != nil {
		t.Error(err)
	}
	envelope, err := signature.SignEnvelope(t.Context(), key, "x", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := signers.VerifyEnvelope(t.Context(), envelope, "x", when); err != nil {
		t.Error(err)
	}
	stranger, _ := newKey(t, "ed25519", "pass")
	if _, err := signature.OpenKey(t.Context(), stranger, socket); err == nil || !strings.Contains(err.Error(), "the agent holds 1 keys, not SHA256:") {
		t.Errorf("a key the agent lacks: %v", err)
	}
}

func TestParseAllowedSignersErrors(t *testing.T) {
	t.Parallel()
	_, public := newKey(t, "ed25519", "")
	tests := []struct{ name, text, want string }{
		{"empty", "# nobody\n", "allowed_signers:1:1: no signer"},
		{"no key", "# ok\nalice@example.org\n", "allowed_signers:2:18: the key is missing"},
		{"two principals", "a@b,c@d " + public, "allowed_signers:1:4: ',' in a principal"},
		{"pattern", "*@b " + public, "allowed_signers:1:1: '*' in a principal"},
		{"unknown option", "a@b namespaces=\"git\",zone=\"x\" " + public, "allowed_signers:1:22: unknown option \"zone\""},
		{"unquoted", "a@b namespaces=git " + public, "allowed_signers:1:16: the value of namespaces must stand in double quotes"},
		{"after value", "a@b namespaces=\"git\"x " + public, "allowed_signers:1:21: want a comma"},
		{"local time", "a@b valid-after=\"20260101\" " + public, "allowed_signers:1:18: \"20260101\" is not a time in UTC"},
		{"authority", "a@b cert-authority " + public, "allowed_signers:1:5: cert-authority is not supported"},
		{"cut key", "a@b ssh-ed25519 AAAA", "allowed_signers:1:17: not an SSH public key"},
		{"not base64", "a@b ssh-ed25519 !", "allowed_signers:1:17: the key is not base64"},
		{"wrong type", "a@b " + strings.Replace(public, "ssh-ed25519", "ssh-rsa", 1), "this key is of type ssh-ed25519, the line says ssh-rsa"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := signature.ParseAllowedSigners("allowed_signers", []byte(tt.text))
			var syntax *signature.SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	_, err := signature.ParseAllowedSigners("f", []byte("\ta@b\tzone "+public))
	want := "f:1:6: unknown option \"zone\"; known: namespaces, valid-after, valid-before\n\t\ta@b\tzone " + public + "\n\t\t   \t^"
	if err == nil || cmp.Diff(want, err.Error()) != "" {
		t.Errorf("caret (-want +got):\n%s", cmp.Diff(want, err.Error()))
	}
}

func FuzzParseAllowedSigners(f *testing.F) {
	f.Add([]byte("# c\nalice@example.org namespaces=\"git,lanner-release\",valid-after=\"20260101Z\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8oYbS8kJQn0PjOYbYv0h7n8J5E8m3f0JX4m5a6b7c8 c\n"))
	f.Add([]byte("a@b valid-before=\"20260101Z\" ssh-ed25519 !\r\n"))
	f.Add([]byte("a@b namespaces=\"\",cert-authority x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := signature.ParseAllowedSigners("f", data)
		if err == nil {
			if _, err := a.Verify(nil, nil, when); err == nil {
				t.Error("an empty signature was taken")
			}
			return
		}
		var syntax *signature.SyntaxError
		if !errors.As(err, &syntax) {
			t.Fatalf("not a SyntaxError: %v", err)
		}
		lines := strings.Split(string(data), "\n")
		if syntax.Line < 1 || syntax.Line > len(lines) || syntax.Col < 1 || syntax.Col > len(lines[syntax.Line-1])+1 {
			t.Errorf("position %d:%d is outside the file", syntax.Line, syntax.Col)
		}
	})
}
