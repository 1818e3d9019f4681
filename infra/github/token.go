// SPDX-License-Identifier: Apache-2.0

package github

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v57/github"
)

var errToken = errors.New("GitHub credentials")

// TokenSource gives the token for the next request.
type TokenSource interface {
	Token(context.Context) (string, error)
}

// StaticToken is a personal access token. Printed, it shows nothing.
type StaticToken string

// Token returns the token itself.
func (t StaticToken) Token(context.Context) (string, error) { return string(t), nil }

func (t StaticToken) String() string { return "(token)" }

// GoString hides the token from %#v.
func (t StaticToken) GoString() string { return "(token)" }

// LoadToken reads a token from file, or, where file is empty, from the
// environment: GITHUB_TOKEN, then GH_TOKEN. No token is nil, without an error.
func LoadToken(file string, env func(string) string) (TokenSource, error) {
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("token file: %w", err)
		}
		token := strings.TrimSpace(string(data))
		if token == "" || strings.ContainsAny(token, " \t\r\n") {
			return nil, fmt.Errorf("token file %s: want one token on one line", file)
		}
		return StaticToken(token), nil
	}
	for _, name := range []string{"GITHUB_TOKEN", "GH_TOKEN"} {
		if token := strings.TrimSpace(env(name)); token != "" {
			return StaticToken(token), nil
		}
	}
	return nil, nil
}

// App authenticates as the installation of a GitHub App on one repository. An
// installation token lives an hour; App asks for a new one in time. It is safe
// for concurrent use.
type App struct {
	ID     int64
	Key    *rsa.PrivateKey
	Remote Remote
	// Transport carries the requests for tokens; nil means
	// http.DefaultTransport.
	Transport http.RoundTripper

	mu      sync.Mutex
	token   string
	expires time.Time
	granted *gh.InstallationPermissions
}

// LoadAppKey reads the PEM private key that GitHub gave for an App.
func LoadAppKey(file string) (*rsa.PrivateKey, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("app key: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("app key %s: no PEM block; want the .pem file that GitHub gave for the App", file)
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("app key %s: %w", file, err)
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("app key %s is %T; GitHub Apps sign with RSA", file, key)
	}
	return rsaKey, nil
}

// Token returns an installation token that is valid for at least a minute.
func (a *App) Token(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if a.token != "" && now.Add(time.Minute).Before(a.expires) {
		return a.token, nil
	}
	client, err := a.self(now)
	if err != nil {
		return "", err
	}
	inst, _, err := client.Apps.FindRepositoryInstallation(ctx, a.Remote.Owner, a.Remote.Name)
	if err != nil {
		return "", fmt.Errorf("app %d on %s: %w", a.ID, a.Remote, err)
	}
	token, _, err := client.Apps.CreateInstallationToken(ctx, inst.GetID(), &gh.InstallationTokenOptions{Repositories: []string{a.Remote.Name}})
	if err != nil {
		return "", fmt.Errorf("token for installation %d of app %d: %w", inst.GetID(), a.ID, err)
	}
	a.token, a.expires, a.granted = token.GetToken(), token.GetExpiresAt().Time, token.GetPermissions()
	return a.token, nil
}

// Permissions returns what the installation may do.
func (a *App) Permissions(ctx context.Context) (*gh.InstallationPermissions, error) {
	if _, err := a.Token(ctx); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.granted, nil
}

// Login returns the login of the account that the App acts as.
func (a *App) Login(ctx context.Context) (string, error) {
	client, err := a.self(time.Now())
	if err != nil {
		return "", err
	}
	me, _, err := client.Apps.Get(ctx, "")
	if err != nil {
		return "", fmt.Errorf("app %d: %w", a.ID, err)
	}
	return me.GetSlug() + "[bot]", nil
}

// self is a client that speaks for the App itself, not for an installation.
func (a *App) self(now time.Time) (*Client, error) {
	jwt, err := a.jwt(now)
	if err != nil {
		return nil, err
	}
	return New(Options{BaseURL: a.Remote.BaseURL, Token: StaticToken(jwt), Transport: a.Transport})
}

// jwt makes the token by which an App itself speaks: RS256, at most ten
// minutes, issued a minute ago because clocks differ.
// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
func (a *App) jwt(now time.Time) (string, error) {
	claims, err := json.Marshal(map[string]any{
		"iat": now.Add(-time.Minute).Unix(), "exp": now.Add(9 * time.Minute).Unix(), "iss": fmt.Sprint(a.ID),
	})
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + enc.EncodeToString(claims)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, a.Key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("app %d: %w", a.ID, err)
	}
	return signed + "." + enc.EncodeToString(sig), nil
}
