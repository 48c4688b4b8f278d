package codeferry

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	triesMax       = 5
	tryLimit       = 10 * time.Second
	totalLimit     = 60 * time.Second
	backoffFirst   = 500 * time.Millisecond
	backoffMax     = 15 * time.Second
	queuedDelay    = time.Second
	retryAfterMax  = 300 * time.Second
	answerMaxBytes = 64 << 20
)

// A Client makes signed calls. A repeat sends the same bytes under the same webhook-id: it can only be the same request.
type Client struct {
	base *url.URL
	key  []byte
	http *http.Client
}

// NewClient makes one for the platform at this address.
func NewClient(platformURL, issuerID, secret string) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(platformURL, "/"))
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, errors.New("the platform's address begins with https://")
	}
	if issuerID == "" {
		return nil, errors.New("an issuer needs its id")
	}
	key, err := keyOf(secret)
	if err != nil {
		return nil, err
	}
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base.JoinPath("v1/issuers", issuerID), key, &http.Client{CheckRedirect: noRedirects}}, nil
}

// A CallOption changes one call.
type CallOption func(*request)

// WebhookID gives the call an id that you keep beside your order: repeated after a crash, it is the same request.
func WebhookID(id string) CallOption { return func(r *request) { r.webhookID = id } }

// Within limits the time of a call with its repeats; 60 s unless it is given.
func Within(limit time.Duration) CallOption { return func(r *request) { r.within = limit } }

type request struct {
	method, path      string
	query             url.Values
	body              any
	lines             []byte
	isQueued, isText  bool
	webhookID         string
	within, waits     time.Duration
	content           []byte
	contentType, kind string
}

func set(query url.Values, key, value string) {
	if value != "" {
		query.Set(key, value)
	}
}

func setNumber(query url.Values, key string, value int) {
	if value != 0 {
		query.Set(key, strconv.Itoa(value))
	}
}

func (c *Client) call(ctx context.Context, r request, answer any, options []CallOption) error {
	r.webhookID, r.within, r.contentType, r.kind = newID(), totalLimit, "application/json", "application/json"
	for _, option := range options {
		option(&r)
	}
	if r.isText {
		r.kind = "application/x-ndjson"
	}
	if r.lines != nil {
		r.content, r.contentType = r.lines, "application/x-ndjson"
	} else if r.body != nil {
		content, err := json.Marshal(r.body)
		if err != nil {
			return err
		}
		r.content = content
	}
	if seconds, err := strconv.Atoi(r.query.Get("waitSeconds")); err == nil {
		r.waits = time.Duration(seconds) * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, r.within+r.waits)
	defer cancel()
	failed := 0
	for {
		problem := c.once(ctx, r, answer)
		if problem == nil {
			return nil
		}
		delay := queuedDelay
		if problem.Status != http.StatusAccepted {
			failed++
			delay = time.Duration(float64(min(backoffFirst<<(failed-1), backoffMax)) * (0.75 + mathrand.Float64()/2))
		}
		delay = max(delay, problem.retryAfter)
		deadline, _ := ctx.Deadline()
		if !problem.Retryable || failed >= triesMax || time.Until(deadline) < delay {
			return problem
		}
		select {
		case <-ctx.Done():
			return problem
		case <-time.After(delay):
		}
	}
}

func (c *Client) once(ctx context.Context, r request, answer any) *CallError {
	ctx, cancel := context.WithTimeout(ctx, tryLimit+r.waits)
	defer cancel()
	to := c.base.JoinPath(r.path)
	to.RawQuery = r.query.Encode()
	sent, err := http.NewRequestWithContext(ctx, r.method, to.String(), bytes.NewReader(r.content))
	if err != nil {
		return unreachable(err)
	}
	signed := r.content
	if r.content == nil {
		// A request without a body signs its own first line instead.
		sent.Body, signed = nil, []byte(r.method+" "+sent.URL.RequestURI())
	} else {
		sent.Header.Set("content-type", r.contentType)
	}
	sent.Header.Set("accept", r.kind)
	sign(sent.Header, c.key, r.webhookID, time.Now(), signed)
	response, err := c.http.Do(sent)
	if err != nil {
		return unreachable(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, answerMaxBytes))
	if err != nil {
		return unreachable(err)
	}
	if response.StatusCode == http.StatusAccepted && r.isQueued {
		// Durable and not judged yet: the same request again gets the judgement.
		return &CallError{Problem: Problem{Status: 202, Code: "queued", Retryable: true, Detail: "it is not judged yet"}}
	}
	if response.StatusCode/100 != 2 {
		return problemOf(response, content)
	}
	if text, isText := answer.(*[]byte); isText {
		*text = content
		return nil
	}
	if err := json.Unmarshal(withoutMark(content), answer); err != nil {
		return &CallError{Problem: Problem{Status: int64(response.StatusCode), Code: "answer_malformed", Detail: "the answer is no JSON"}, cause: err}
	}
	return nil
}

func problemOf(response *http.Response, content []byte) *CallError {
	status := response.StatusCode
	fields := Problem{Code: "answer_malformed", Detail: "answered " + strconv.Itoa(status)}
	fields.Retryable = status >= 500 || status == http.StatusTooManyRequests
	// A proxy's page is a problem too, only with less to say.
	_ = json.Unmarshal(withoutMark(content), &fields)
	fields.Status = int64(status)
	seconds, _ := strconv.ParseFloat(response.Header.Get("retry-after"), 64)
	after := time.Duration(max(seconds, 0) * float64(time.Second))
	return &CallError{Problem: fields, retryAfter: min(after, retryAfterMax)}
}

func unreachable(err error) *CallError {
	return &CallError{Problem: Problem{Code: "unreachable", Retryable: true, Detail: "no answer from the platform"}, cause: err}
}

func withoutMark(content []byte) []byte { return bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")) }

func newID() string {
	bytes := make([]byte, 16)
	_, _ = rand.Read(bytes)
	return hex.EncodeToString(bytes)
}
