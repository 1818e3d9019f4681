// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanner-project/lanner/engine/check"
)

// receiver is a server that keeps what it gets, and answers as it is told.
type receiver struct {
	mu      sync.Mutex
	answers []func(http.ResponseWriter) // to the first requests; then 200
	bodies  []string
	headers []http.Header
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil || req.Method != http.MethodPost {
		http.Error(w, "not a whole POST", http.StatusBadRequest)
		return
	}
	r.bodies = append(r.bodies, string(body))
	r.headers = append(r.headers, req.Header)
	if len(r.answers) > 0 {
		answer := r.answers[0]
		r.answers = r.answers[1:]
		answer(w)
	}
}

func status(code int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { http.Error(w, "because  of\nthis", code) }
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	r := &receiver{answers: []func(http.ResponseWriter){
		status(http.StatusServiceUnavailable),
		func(w http.ResponseWriter) { panic(http.ErrAbortHandler) }, // the connection breaks
		func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		status(http.StatusNoContent),
		status(http.StatusRequestEntityTooLarge),
		func(w http.ResponseWriter) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
	}}
	server := httptest.NewServer(r)
	defer server.Close()
	sink, err := NewHTTP(HTTPConfig{
		URL:    strings.Replace(server.URL, "://", "://user:secret@", 1) + "/alerts",
		Header: http.Header{"x-tenant": {"a"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var reports []string
	s := Start(Outlet{Name: "http", Sink: sink, JSON: true, Threshold: check.Debug, Hostname: "box", Report: func(_ string, err error) {
		reports = append(reports, err.Error())
	}})
	start := time.Now()
	for _, rule := range []string{"first", "large", "moved", "last"} {
		if err := s.Put(t.Context(), testAlert(check.Error, rule)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context()); err == nil || !strings.Contains(err.Error(), "2 refused") {
		t.Errorf("close: %v, want two refused", err)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("Retry-After: 1 was not heeded: all took %s", took)
	}
	var rules, ids []string
	for i, body := range r.bodies {
		_, rule, _ := strings.Cut(body, `"rule":"`)
		rule, _, _ = strings.Cut(rule, `"`)
		rules = append(rules, rule)
		ids = append(ids, r.headers[i].Get("Idempotency-Key"))
	}
	slices.Sort(rules[min(6, len(rules)):]) // "last" may be put when the others were taken and their loss was told
	if diff := cmp.Diff([]string{"first", "first", "first", "first", "large", "moved", "Lanner internal: alerts lost", "last"}, rules); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if distinct := len(slices.Compact(slices.Clone(ids))); distinct != 5 || ids[0] != ids[3] || len(ids[0]) != 32 {
		t.Errorf("keys %q: want one for all attempts of an alert, and others for others", ids)
	}
	h := r.headers[0]
	if got := []string{h.Get("Content-Type"), h.Get("X-Tenant"), h.Get("Authorization")}; !slices.Equal(got, []string{"application/json", "a", "Basic dXNlcjpzZWNyZXQ="}) {
		t.Errorf("headers: %q", got)
	}
	if all := strings.Join(reports, "\n"); strings.Contains(all, "secret") || !strings.Contains(all, `503 Service Unavailable: "because of this"`) {
		t.Errorf("reports: %s", all)
	}
}

func TestHTTPWithNobodyThere(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // its port is free now
	sink, err := NewHTTP(HTTPConfig{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	s := Start(Outlet{Name: "http", Sink: sink, Threshold: check.Debug})
	if err := s.Put(t.Context(), testAlert(check.Error, "r")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.Close(ctx); err == nil || s.Stats()[0].Abandoned != 1 {
		t.Errorf("close: %v, %+v, want one abandoned", err, s.Stats())
	}
}

// A server that accepts and never answers is what pins other engines for ever.
func TestHTTPTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	sink, err := NewHTTP(HTTPConfig{URL: server.URL, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	n, err := sink.Send(t.Context(), []Record{rec(check.Error, "x")})
	var failure *Failure
	if n != 0 || err == nil || errors.As(err, &failure) {
		t.Errorf("Send = %d, %v, want a failure that passes", n, err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999999999": 0,
		"Sun, 22 Nov 2026 12:01:00 GMT": time.Minute, "Sun, 22 Nov 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("retryAfter(%q) = %s, want %s", value, got, want)
		}
	}
}

func TestHTTPConfig(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "alerts", "ftp://example.org/", "http://", "http://[::1"} {
		if _, err := NewHTTP(HTTPConfig{URL: address}); err == nil {
			t.Errorf("NewHTTP takes %q", address)
		}
	}
}

// certificate writes a certificate and its key, signed by a parent or itself.
func certificate(t *testing.T, dir, name string, parent *tls.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, BasicConstraintsValid: true, IsCA: parent == nil,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signer, signKey := template, any(key)
	if parent != nil {
		signer, signKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, &key.PublicKey, signKey)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})
	for suffix, text := range map[string][]byte{".crt": certPEM, ".key": keyPEM} {
		if err := os.WriteFile(filepath.Join(dir, name+suffix), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func TestHTTPSWithClientCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca := certificate(t, dir, "ca", nil)
	certificate(t, dir, "client", &ca)
	r := &receiver{}
	server := httptest.NewUnstartedServer(r)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of each handshake that has to fail
	roots := x509.NewCertPool()
	roots.AddCert(ca.Leaf)
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{certificate(t, dir, "server", &ca)},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: roots,
	}
	server.StartTLS()
	defer server.Close()
	address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, tt := range []struct {
		name    string
		files   TLSFiles
		wantErr string
	}{
		{"all", TLSFiles{CA: in("ca.crt"), Cert: in("client.crt"), Key: in("client.key")}, ""},
		{"no certificate of ours", TLSFiles{CA: in("ca.crt")}, "certificate required"},
		{"an authority that is not known", TLSFiles{Cert: in("client.crt"), Key: in("client.key")}, "unknown authority"},
	} {
		cfg, err := tt.files.Config()
		if err != nil {
			t.Fatal(err)
		}
		sink, err := NewHTTP(HTTPConfig{URL: address, TLS: cfg})
		if err != nil {
			t.Fatal(err)
		}
		n, err := sink.Send(t.Context(), []Record{rec(check.Error, "x")})
		if tt.wantErr == "" && (n != 1 || err != nil) || tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)) {
			t.Errorf("%s: Send = %d, %v, want %q", tt.name, n, err, tt.wantErr)
		}
		if err := sink.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	for _, files := range []TLSFiles{{CA: in("none")}, {CA: in("ca.key")}, {Cert: in("ca.crt")}, {Cert: in("ca.crt"), Key: in("client.key")}} {
		if _, err := files.Config(); err == nil {
			t.Errorf("Config of %+v works", files)
		}
	}
}
