// SPDX-License-Identifier: Apache-2.0

// Package kubetest starts real Kubernetes for tests: the API server with its
// etcd, which takes seconds, and a node with a kubelet and containerd, in
// namespaces of its own, which takes half a minute.
//
// The programs are those that "make cluster" builds; whoever has not run it is
// told so. Everything is on loopback or inside of a network namespace, everything
// that is started is ended with the test. Tests may import it, and nothing else.
package kubetest

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Cluster is a cluster that runs.
type Cluster struct {
	// Dir has its files: of each user, NAME.kubeconfig.
	Dir    string
	Server string // address of the API server

	t        testing.TB
	binaries string
	ca       *authority
	ended    chan struct{} // closed when a program ended by itself
	once     sync.Once
}

// patience is how long a part may take to be ready: a loaded machine needs
// minutes.
const patience = 3 * time.Minute

// Binaries is the folder where "make cluster" has the programs of the modules
// that the lock file of its module names.
func Binaries() (string, error) {
	sum, err := os.ReadFile(filepath.Join("cluster", "tools", "go.sum"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "lanner", "cluster", fmt.Sprintf("%x", sha256.Sum256(sum))[:16]), nil
}

// Start starts the API server, with a user "admin" who may do everything and one
// "runner" who may do nothing yet. The test is skipped if the programs are not
// built.
func Start(t testing.TB) *Cluster {
	t.Helper()
	binaries, err := Binaries()
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"etcd", "kube-apiserver"} {
		if _, err := os.Stat(filepath.Join(binaries, program)); err != nil {
			t.Skipf("skipped: %s is not built; make cluster builds it", program)
		}
	}
	c := &Cluster{Dir: t.TempDir(), t: t, binaries: binaries, ended: make(chan struct{})}
	if c.ca, err = newAuthority(c.Dir); err != nil {
		t.Fatal(err)
	}
	etcd, peer, secure := freePort(t), freePort(t), freePort(t)
	c.Server = "https://127.0.0.1:" + secure
	c.certificates()
	client, peers := "http://127.0.0.1:"+etcd, "http://127.0.0.1:"+peer
	c.run("etcd", nil, "--data-dir", c.file("etcd"), "--unsafe-no-fsync", "--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default="+peers, "--max-request-bytes", "10485760")
	c.await("etcd", client+"/health", nil)
	c.run("kube-apiserver", nil, "--etcd-servers", client, "--bind-address", "127.0.0.1", "--advertise-address", nodeIP, "--secure-port", secure, "--endpoint-reconciler-type", "none",
		"--tls-cert-file", c.file("apiserver.crt"), "--tls-private-key-file", c.file("apiserver.key"), "--client-ca-file", c.file("ca.crt"),
		"--authorization-mode", "Node,RBAC", "--service-account-issuer", "https://kubernetes.default.svc",
		"--service-account-key-file", c.file("accounts.pub"), "--service-account-signing-key-file", c.file("accounts.key"),
		"--kubelet-client-certificate", c.file("apiserver.crt"), "--kubelet-client-key", c.file("apiserver.key"),
		"--kubelet-certificate-authority", c.file("ca.crt"), "--kubelet-preferred-address-types", "InternalIP", "--service-cluster-ip-range", "10.96.0.0/16", "--profiling=false")
	c.await("kube-apiserver", c.Server+"/readyz", c.client("admin"))
	return c
}

func (c *Cluster) file(name string) string { return filepath.Join(c.Dir, name) }

// Kubeconfig is the file with which a user speaks to the API server.
func (c *Cluster) Kubeconfig(user string) string { return c.file(user + ".kubeconfig") }

func (c *Cluster) certificates() {
	c.t.Helper()
	for _, u := range []struct{ name, user, group string }{
		{"admin", "admin", "system:masters"},
		{"runner", "runner", ""},
		{"accounts", "accounts", ""},
		{"manager", "system:kube-controller-manager", ""},
		{"scheduler", "system:kube-scheduler", ""},
		{"kubelet", "system:node:" + nodeName, "system:nodes"},
		{"apiserver", "kube-apiserver", "system:masters"},
	} {
		if err := errors.Join(c.ca.issue(u.name, u.user, u.group, "127.0.0.1", nodeIP, "localhost", nodeName), c.ca.kubeconfig(u.name, c.Server)); err != nil {
			c.t.Fatal(err)
		}
	}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err := errors.Join(err, l.Close()); err != nil {
		t.Fatal(err)
	}
	return port
}

// run starts a program that ends with the test. What it says is in NAME.log, of
// which the end is shown if the test fails.
func (c *Cluster) run(name string, env []string, args ...string) {
	c.t.Helper()
	log, err := os.Create(c.file(name + ".log"))
	if err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(c.binaries, name)
	if _, err := os.Stat(path); err != nil {
		path = name // of Debian's packages
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(append(os.Environ(), env...), "KUBECONFIG="+os.DevNull)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		c.once.Do(func() { close(c.ended) })
	}()
	c.t.Cleanup(func() {
		early := false
		select {
		case err := <-ended:
			early = true
			c.t.Errorf("%s ended by itself: %v", name, err)
		default:
			// Its whole group, gently first: containerd has shims.
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(5 * time.Second):
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
				<-ended
			}
		}
		if err := log.Close(); err != nil {
			c.t.Error(err)
		}
		if text, err := os.ReadFile(log.Name()); err == nil && (early || c.t.Failed()) {
			c.t.Logf("%s said at the end:\n%s", name, text[max(0, len(text)-4000):])
		}
	})
}

func (c *Cluster) client(user string) *http.Client {
	c.t.Helper()
	pair, err := tls.LoadX509KeyPair(c.file(user+".crt"), c.file(user+".key"))
	if err != nil {
		c.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	text, err := os.ReadFile(c.file("ca.crt"))
	if err != nil || !pool.AppendCertsFromPEM(text) {
		c.t.Fatal("the authority's certificate", err)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool}}}
}

// await waits until a program answers that it is ready.
func (c *Cluster) await(name, url string, client *http.Client) {
	c.t.Helper()
	if client == nil {
		client = http.DefaultClient
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	last := ""
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			c.t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			last = resp.Status
			if err := resp.Body.Close(); err == nil && resp.StatusCode == http.StatusOK {
				return
			}
		} else {
			last = err.Error()
		}
		select {
		case <-ctx.Done():
			c.t.Fatalf("%s is not ready after %s: %s", name, patience, strings.TrimSpace(last))
		case <-c.ended:
			c.t.Fatalf("%s is awaited, and a program of the cluster ended", name)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
