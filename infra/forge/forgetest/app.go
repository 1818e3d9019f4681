// SPDX-License-Identifier: Apache-2.0

package forgetest

import (
	"context"
	"net/http"
)

// App is a GitHub App of the forge.
type App struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"` // it acts as the account "slug[bot]"
	PEM  string `json:"pem"`  // its private key
}

// App registers an app and installs it on all repositories of account, a user
// or an organization that is there already. On GitHub a person does that in the
// browser; permissions are by GitHub's names: {"contents": "write"}.
func (f *Forge) App(name, account string, permissions map[string]string) App {
	f.t.Helper()
	admin := f.Admin()
	req, err := admin.NewRequest(http.MethodPost, f.URL+"/_forge/apps", map[string]any{
		"name": name, "owner": account, "permissions": permissions,
		"installations": []map[string]any{{"account": account}},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	var app App
	if _, err := admin.Do(context.Background(), req, &app); err != nil {
		f.t.Fatalf("register app %s: %v", name, err)
	}
	return app
}
