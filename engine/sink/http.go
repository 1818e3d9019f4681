// SPDX-License-Identifier: Apache-2.0

package sink

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// HTTPConfig says how alerts are posted.
type HTTPConfig struct {
	URL     string        // http or https; user and password in it become basic authentication
	Header  http.Header   // sent too
	TLS     *tls.Config   // of https; nil: the system's authorities
	Timeout time.Duration // of one attempt; 0: 10 s
}

// NewHTTP makes a sink that posts each alert to a server, in order, one at a
// time. Answers 2xx take an alert. Requests that time out, 408, 425, 429 and 5xx
// are tried again, not before Retry-After is over; other answers refuse it.
// Redirections are refusals: an alert does not go where nobody told it to go.
func NewHTTP(cfg HTTPConfig) (Sink, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil {
		return nil, err // it names the URL
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is no http or https URL with a host", cfg.URL)
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = cfg.TLS
	transport.MaxIdleConnsPerHost = 1
	return &poster{
		HTTPConfig: cfg,
		client: &http.Client{
			Transport:     transport,
			Timeout:       cfg.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

type poster struct {
	HTTPConfig
	client *http.Client
}

func (p *poster) Send(ctx context.Context, records []Record) (int, error) {
	for i := range records {
		if err := p.post(ctx, &records[i]); err != nil {
			return i, err
		}
	}
	return len(records), nil
}

func (p *poster) post(ctx context.Context, r *Record) error {
	// A copy of the line: the transport may still read from it when it has failed.
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(bytes.Clone(r.Line)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	if r.JSON {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", "lanner")
	req.Header.Set("Idempotency-Key", r.id())
	for name, values := range p.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	// The connection is used again only if the answer is read to its end; of an
	// endless one that is not worth it.
	text, readErr := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err := resp.Body.Close(); err != nil && readErr == nil {
		readErr = err
	}
	if resp.StatusCode/100 == 2 {
		return nil // readErr included: the status says that the alert was taken
	}
	return &Failure{
		Err:       fmt.Errorf("POST %s: %s%s", redacted(p.URL), resp.Status, excerpt(text, readErr)),
		Permanent: !passes(resp.StatusCode),
		Answered:  true,
		After:     retryAfter(resp.Header.Get("Retry-After"), time.Now()),
	}
}

func (p *poster) Close(context.Context) error {
	p.client.CloseIdleConnections()
	return nil
}

// passes reports whether the same request may succeed later.
func passes(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// excerpt quotes what a server says about its refusal.
func excerpt(text []byte, err error) string {
	if err != nil {
		return fmt.Sprintf(" (and its text could not be read: %v)", err)
	}
	line := strings.Join(strings.Fields(string(text)), " ")
	if line == "" {
		return ""
	}
	if len(line) > 200 {
		line = strings.ToValidUTF8(line[:200], "") + "..."
	}
	return ": " + strconv.QuoteToGraphic(line)
}

func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "URL" // it was parsed before
	}
	return u.Redacted()
}

// id is the same for each attempt to send a record, and for no other record: a
// receiver that got one whose answer was lost can tell.
func (r *Record) id() string {
	h := sha256.New()
	h.Write(r.Line)
	var event [8]byte
	binary.LittleEndian.PutUint64(event[:], r.Event)
	h.Write(event[:])
	return hex.EncodeToString(h.Sum(nil)[:16])
}
