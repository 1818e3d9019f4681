// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/lanner-project/lanner/infra/git"
)

// createTag makes an annotated tag: the object alone. A reference is made to
// it with the endpoint for references.
func (c *call) createTag() (reply, error) {
	r, err := c.repo(levelWrite)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Tag, Message, Object, Type string
		Tagger                     *personInput
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	repo := c.srv.git(r)
	if _, err := repo.Run(c.tx.ctx, "check-ref-format", "refs/tags/"+in.Tag); git.ExitCode(err) > 0 {
		return reply{}, invalid("Tag", "tag", "invalid")
	} else if err != nil {
		return reply{}, err
	}
	typ, err := c.objectType(repo, in.Object)
	if errors.Is(err, errMissing) || err == nil && typ != in.Type {
		return reply{}, unprocessable("Could not verify object")
	}
	if err != nil {
		return reply{}, err
	}
	text := fmt.Sprintf("object %s\ntype %s\ntag %s\ntagger %s\n\n%s", in.Object, typ, in.Tag, in.Tagger.or(c.person()).signature(), in.Message)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	oid, err := repo.RunInput(c.tx.ctx, strings.NewReader(text), "hash-object", "-w", "-t", "tag", "--stdin")
	if err != nil {
		return reply{}, err
	}
	return c.answerTag(r, oid, http.StatusCreated)
}

func (c *call) getTag() (reply, error) {
	r, err := c.repo(levelRead)
	if err != nil {
		return reply{}, err
	}
	return c.answerTag(r, c.param("tag_sha"), http.StatusOK)
}

func (c *call) answerTag(r *repository, oid string, status int) (reply, error) {
	text, err := c.readObject(c.srv.git(r), "tag", oid)
	if err != nil {
		return reply{}, err
	}
	u, err := c.repoURL(r, "/git")
	if err != nil {
		return reply{}, err
	}
	head, message, _ := strings.Cut(string(text), "\n\n")
	out := object{
		"node_id": "TA_" + oid, "sha": oid, "url": u + "/tags/" + oid, "message": strings.TrimRight(message, "\n"),
		// A tag that predates taggers has none; GitHub shows an empty one.
		"tagger": object{"name": "", "email": "", "date": "1970-01-01T00:00:00Z"}, "verification": tagVerification(string(text)),
	}
	target := object{}
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, " ")
		switch name {
		case "object":
			target["sha"] = value
		case "type":
			target["type"] = value
			target["url"] = fmt.Sprintf("%s/%ss/%s", u, value, target["sha"])
		case "tag":
			out["tag"] = value
		case "tagger":
			p, err := parseSignature(value)
			if err != nil {
				return reply{}, fmt.Errorf("tag %s: %w", oid, err)
			}
			out["tagger"] = p.object()
		}
	}
	out["object"] = target
	return reply{status: status, body: out}, nil
}

// tagVerification takes apart a tag, whose signature is the end of its message.
func tagVerification(tag string) object {
	for _, begin := range []string{"-----BEGIN PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----"} {
		if at := strings.Index(tag, "\n"+begin); at >= 0 {
			return verification(tag[at+1:], tag[:at+1])
		}
	}
	return verification("", "")
}

// verification says what is known of a signature. The forge keeps nobody's
// keys: it shows a signature, and vouches for none.
func verification(signature, payload string) object {
	out := object{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
	if signature != "" {
		out["reason"], out["signature"], out["payload"] = "unknown_key", signature, payload
	}
	return out
}
