// SPDX-License-Identifier: Apache-2.0

package forge_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/lanner-project/lanner/infra/forge/forgetest"
)

// headOf returns the commit that main of alice/falcon is at.
func headOf(t *testing.T, c *github.Client) string {
	t.Helper()
	sha, _, err := c.Repositories.GetCommitSHA1(context.Background(), "alice", "falcon", "main", "")
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	hook := f.Hook("alice", "alice/falcon", "status")
	sha := headOf(t, alice)
	report := func(state, context string) error {
		_, _, err := alice.Repositories.CreateStatus(ctx, "alice", "falcon", sha, &github.RepoStatus{
			State: &state, Context: &context, Description: new("said so"), TargetURL: new("https://ci.example.org/1"),
		})
		return err
	}
	combined := func() string {
		t.Helper()
		s, _, err := alice.Repositories.GetCombinedStatus(ctx, "alice", "falcon", "main", nil)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s of %d", s.GetState(), s.GetTotalCount())
	}
	got := []string{combined()}
	for _, step := range [][2]string{{"pending", "build"}, {"success", "build"}, {"failure", "test"}, {"success", "test"}} {
		if err := report(step[0], step[1]); err != nil {
			t.Fatal(err)
		}
		got = append(got, combined())
	}
	want := []string{"pending of 0", "pending of 1", "success of 1", "failure of 2", "success of 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("combined state after each report (-want +got):\n%s", diff)
	}
	if err := report("great", "build"); statusOf(err) != http.StatusUnprocessableEntity {
		t.Errorf("an unknown state: %v, want 422", err)
	}
	all, _, err := alice.Repositories.ListStatuses(ctx, "alice", "falcon", "heads/main", &github.ListOptions{PerPage: 3})
	if err != nil || len(all) != 3 || all[0].GetContext() != "test" {
		t.Errorf("ListStatuses = %v, %v", all, err)
	}
	if _, _, err := f.Client("bob").Repositories.CreateStatus(ctx, "alice", "falcon", sha, &github.RepoStatus{State: new("success")}); statusOf(err) != http.StatusForbidden {
		t.Errorf("a stranger reports: %v, want 403", err)
	}
	var told struct {
		State    string
		Branches []struct{ Name string }
	}
	hook.Wait("status").Decode(t, &told)
	if told.State != "pending" || len(told.Branches) != 1 || told.Branches[0].Name != "main" {
		t.Errorf("webhook = %+v", told)
	}
}

// registerApp makes an app, and returns a client for its installation.
func registerApp(t *testing.T, f *forgetest.Forge, permissions map[string]string) *github.Client {
	t.Helper()
	app := f.App("Falconer", "alice", permissions)
	asApp := client(t, f, appToken(t, app.PEM, app.ID, time.Now().Add(5*time.Minute)))
	inst, _, err := asApp.Apps.FindRepositoryInstallation(t.Context(), "alice", "falcon")
	if err != nil {
		t.Fatal(err)
	}
	late := client(t, f, appToken(t, app.PEM, app.ID, time.Now().Add(-time.Minute)))
	if _, _, err := late.Apps.Get(t.Context(), ""); statusOf(err) != http.StatusUnauthorized {
		t.Errorf("an expired token of an app: %v, want 401", err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forged := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(other)}))
	if _, _, err := client(t, f, appToken(t, forged, app.ID, time.Now().Add(time.Minute))).Apps.Get(t.Context(), ""); statusOf(err) != http.StatusUnauthorized {
		t.Errorf("an app's token signed by another key: %v, want 401", err)
	}
	token, _, err := asApp.Apps.CreateInstallationToken(t.Context(), inst.GetID(), &github.InstallationTokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return client(t, f, token.GetToken())
}

func client(t *testing.T, f *forgetest.Forge, token string) *github.Client {
	t.Helper()
	c, err := github.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(f.URL, f.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// appToken signs what an app authenticates with.
func appToken(t *testing.T, key string, id int64, expires time.Time) string {
	t.Helper()
	block, _ := pem.Decode([]byte(key))
	private, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"iat":%d,"exp":%d,"iss":"%d"}`, time.Now().Add(-time.Minute).Unix(), expires.Unix(), id))
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestCheckRuns(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	f := forgetest.Start(t)
	alice := newRepo(t, f)
	hook := f.Hook("alice", "alice/falcon", "check_run")
	sha := headOf(t, alice)
	if _, _, err := alice.Checks.CreateCheckRun(ctx, "alice", "falcon", github.CreateCheckRunOptions{Name: "build", HeadSHA: sha}); statusOf(err) != http.StatusForbidden {
		t.Errorf("a person makes a check run: %v, want 403", err)
	}
	app := registerApp(t, f, map[string]string{"checks": "write"})
	run, _, err := app.Checks.CreateCheckRun(ctx, "alice", "falcon", github.CreateCheckRunOptions{Name: "build", HeadSHA: sha, Status: new("in_progress")})
	if err != nil {
		t.Fatal(err)
	}
	run, _, err = app.Checks.UpdateCheckRun(ctx, "alice", "falcon", run.GetID(), github.UpdateCheckRunOptions{
		Name: "build", Conclusion: new("success"),
		Output: &github.CheckRunOutput{Title: new("Built"), Summary: new("all of it")},
	})
	if err != nil || run.GetStatus() != "completed" || run.CompletedAt == nil {
		t.Errorf("completed run = %v, %v", run, err)
	}
	list, _, err := alice.Checks.ListCheckRunsForRef(ctx, "alice", "falcon", "main", nil)
	if err != nil || list.GetTotal() != 1 || list.CheckRuns[0].GetConclusion() != "success" || list.CheckRuns[0].GetApp().GetSlug() != "falconer" {
		t.Errorf("ListCheckRunsForRef = %v, %v", list, err)
	}
	hook.Wait("check_run.created")
	hook.Wait("check_run.completed")
	// What the app was not given it may not do.
	if _, _, err := app.Repositories.CreateRelease(ctx, "alice", "falcon", &github.RepositoryRelease{TagName: new("v1")}); statusOf(err) != http.StatusForbidden {
		t.Errorf("an app without contents releases: %v, want 403", err)
	}
}
