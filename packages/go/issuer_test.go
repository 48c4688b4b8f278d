package codeferry

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	secret    = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	order     = `{"issuerId":"acme","orderNo":"A-1","token":"t","product":{"id":"card","name":"Card"},"quantity":2,` +
		`"metadata":{},"amount":{"value":100,"currency":"EUR"},"outstanding":2,"fieldOfTomorrow":{"x":[1]}}`
)

type answered struct {
	status     int
	body       string
	retryAfter string
}

type called struct {
	name, id string
	body     map[string]any
}

// platform answers as told, in turn, and keeps what it was sent; signatures are checked.
type platform struct {
	*httptest.Server
	mutex   sync.Mutex
	calls   []called
	answers map[string][]answered
}

func startPlatform(t *testing.T) *platform {
	p := &platform{answers: map[string][]answered{}}
	key, _ := keyOf(secret)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		signed := raw
		if len(raw) == 0 {
			signed = []byte(r.Method + " " + r.RequestURI)
		}
		if err := verify(r.Header, [][]byte{key}, time.Now(), signed); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.RequestURI, err)
		}
		p.mutex.Lock()
		defer p.mutex.Unlock()
		one := called{name: filepath.Base(r.URL.Path), id: r.Header.Get("webhook-id")}
		_ = json.Unmarshal(raw, &one.body)
		p.calls = append(p.calls, one)
		answer := answered{200, `{"verdict":"verified","issueBy":"2026-01-01T00:10:01Z","accepted":2,"outstanding":0}`, ""}
		if queue := p.answers[one.name]; len(queue) > 0 {
			answer, p.answers[one.name] = queue[0], queue[1:]
		}
		if answer.retryAfter != "" {
			w.Header().Set("retry-after", answer.retryAfter)
		}
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *platform) names() (names []string) {
	for _, one := range p.calls {
		names = append(names, one.name)
	}
	return names
}

func newIssuer(t *testing.T, p *platform, change func(*Options)) *Issuer {
	var made atomic.Int64
	options := Options{
		URL: p.URL, IssuerID: "acme", Secrets: []string{secret, oldSecret},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Codes: func(_ context.Context, asked CodeRequest) (codes []Code, err error) {
			time.Sleep(5 * time.Millisecond)
			round := strconv.FormatInt(made.Add(1), 10)
			for n := range asked.Outstanding {
				codes = append(codes, Code{Value: "CODE-" + round + "-" + strconv.FormatInt(n, 10)})
			}
			return codes, nil
		},
	}
	if change != nil {
		change(&options)
	}
	issuer, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	return issuer
}

func signedRequest(kind, data, id, with string) *http.Request {
	body := `{"type":"` + kind + `","timestamp":"2026-01-01T00:00:00Z","data":` + data + `,"newer":true}`
	r := httptest.NewRequest(http.MethodPost, "/callback", strings.NewReader(body))
	key, _ := keyOf(with)
	sign(r.Header, key, id, time.Now(), []byte(body))
	return r
}

func signAgain(r *http.Request, at time.Time) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	key, _ := keyOf(secret)
	sign(r.Header, key, "cf_1", at, body)
}

func serve(issuer *Issuer, r *http.Request) (int, string, http.Header) {
	w := httptest.NewRecorder()
	issuer.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

func expect(t *testing.T, issuer *Issuer, kind, data, id string, status int, body string) {
	t.Helper()
	gotStatus, got, _ := serve(issuer, signedRequest(kind, data, id, secret))
	if gotStatus != status || got != body {
		t.Errorf("%s: %d %s, not %d %s", kind, gotStatus, got, status, body)
	}
}

func equal(t *testing.T, got, wanted any) {
	t.Helper()
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("%v, not %v", got, wanted)
	}
}

const issued = `{"status":"issued","codes":[{"itemId":"1","value":"CODE-1-0"},{"itemId":"2","value":"CODE-1-1"}]}`

func TestThePublishedVectorsOfStandardWebhooks(t *testing.T) {
	key, _ := keyOf(oldSecret)
	made := signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	equal(t, base64.StdEncoding.EncodeToString(made), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
}

func TestASignatureThatDoesNotFitIsAnswered401(t *testing.T) {
	p := startPlatform(t)
	issuer := newIssuer(t, p, nil)
	for name, change := range map[string]func(*http.Request){
		"none":    func(r *http.Request) { r.Header = http.Header{} },
		"late":    func(r *http.Request) { signAgain(r, time.Now().Add(-310*time.Second)) },
		"early":   func(r *http.Request) { signAgain(r, time.Now().Add(310*time.Second)) },
		"id":      func(r *http.Request) { r.Header.Set("webhook-id", "cf_2") },
		"garbled": func(r *http.Request) { r.Header.Set("webhook-signature", "v1,é v1, x,y v1,%%% v1,====") },
		"body":    func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) },
	} {
		r := signedRequest("order.paid", order, "cf_1", secret)
		change(r)
		if status, _, _ := serve(issuer, r); status != 401 {
			t.Errorf("%s: %d", name, status)
		}
	}
	status, _, _ := serve(issuer, httptest.NewRequest(http.MethodGet, "/", nil))
	equal(t, status, 405)
	status, _, _ = serve(issuer, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", 2<<20))))
	equal(t, status, 413)
	equal(t, len(p.calls), 0)
}

func TestEitherSecretFitsWhileOneIsRotatedAndOneGoodSignatureOfManyIsEnough(t *testing.T) {
	issuer := newIssuer(t, startPlatform(t), nil)
	r := signedRequest("echo", "{}", "cf_1", oldSecret)
	r.Header.Set("webhook-signature", "v1,AAAA, v2,x "+r.Header.Get("webhook-signature"))
	status, _, _ := serve(issuer, r)
	equal(t, status, 204)
	for _, wrong := range [][]string{nil, {"whsec_"}, {"abc"}, {secret, ""}} {
		if _, err := New(Options{URL: "https://x", IssuerID: "acme", Secrets: wrong}); err == nil {
			t.Errorf("%v is no secret", wrong)
		}
	}
	if _, err := New(Options{URL: "file:///x", IssuerID: "acme", Secrets: []string{secret}}); err == nil {
		t.Error("a file is no platform")
	}
}

func TestAPaidOrderIsVerifiedAndItsCodesAreGivenOnce(t *testing.T) {
	p := startPlatform(t)
	issuer := newIssuer(t, p, nil)
	expect(t, issuer, "order.paid", order, "cf_1", 204, "")
	expect(t, issuer, "order.paid", order, "cf_1", 204, "")
	equal(t, p.names(), []string{"verification", "codes"})
	equal(t, p.calls[1].body["type"], "order.codes")
	equal(t, p.calls[1].body["orderNo"], "A-1")
	equal(t, len(p.calls[1].body["codes"].([]any)), 2)
	expect(t, issuer, "order.code_requested", order, "cf_2", 200, issued)
	expect(t, issuer, "order.closing", order, "cf_3", 200, issued)
}

func TestNoCodeIsMadeForAnOrderThatIsNotVerified(t *testing.T) {
	p := startPlatform(t)
	issuer := newIssuer(t, p, func(o *Options) {
		o.Codes = func(context.Context, CodeRequest) ([]Code, error) { t.Error("it was made"); return nil, nil }
	})
	p.answers["verification"] = []answered{
		{409, `{"code":"order_closed","retryable":false}`, ""},
		{401, `{"code":"signature_invalid","retryable":false}`, ""},
	}
	expect(t, issuer, "order.paid", order, "cf_1", 204, "")
	expect(t, issuer, "order.paid", order, "cf_2", 503, "")
	equal(t, p.names(), []string{"verification", "verification"})
}

func TestWhatWasNeverSoldIsRefusedUnverified(t *testing.T) {
	p := startPlatform(t)
	issuer := newIssuer(t, p, func(o *Options) {
		o.Check = func(context.Context, Paid) error { return Refusal{RefusalReasonPriceChanged, "no"} }
	})
	expect(t, issuer, "order.paid", order, "cf_1", 204, "")
	equal(t, p.names(), []string{"refusal"})
	equal(t, p.calls[0].body["reason"], "price_changed")
}

func TestCodesRefusedOrLaterAreSaidSo(t *testing.T) {
	var err error
	issuer := newIssuer(t, startPlatform(t), func(o *Options) {
		o.Codes = func(context.Context, CodeRequest) ([]Code, error) { return nil, err }
	})
	expect(t, issuer, "order.code_requested", order, "cf_1", 200, `{"status":"issuing"}`)
	err = Refusal{Reason: RefusalReasonOutOfStock}
	expect(t, issuer, "order.code_requested", order, "cf_1", 200, `{"status":"refused","reason":"out_of_stock"}`)
	err = errors.New("no database")
	expect(t, issuer, "order.code_requested", order, "cf_1", 500, "")
}

func TestALastCallMakesWhatIsLackingAlone(t *testing.T) {
	var asked []int64
	issuer := newIssuer(t, startPlatform(t), func(o *Options) {
		o.Codes = func(_ context.Context, order CodeRequest) ([]Code, error) {
			asked = append(asked, order.Outstanding)
			if len(asked) == 1 {
				return []Code{{ItemID: "seat-7", Value: "FIRST"}}, nil
			}
			return []Code{{Value: "SECOND"}, {Value: "TOO-MANY"}}, nil
		}
	})
	serve(issuer, signedRequest("order.code_requested", order, "cf_1", secret))
	expect(t, issuer, "order.closing", order, "cf_2", 200,
		`{"status":"issued","codes":[{"itemId":"seat-7","value":"FIRST"},{"itemId":"2","value":"SECOND"}]}`)
	equal(t, asked, []int64{2, 1})
}

func TestCodesThatThePlatformDoesNotTakeAreMadeAgain(t *testing.T) {
	p := startPlatform(t)
	issuer := newIssuer(t, p, nil)
	p.answers["codes"] = []answered{{422, `{"code":"body_invalid","retryable":false}`, ""}}
	expect(t, issuer, "order.paid", order, "cf_1", 204, "")
	_, body, _ := serve(issuer, signedRequest("order.code_requested", order, "cf_2", secret))
	equal(t, strings.Contains(body, "CODE-2-0"), true)
}

func TestMoreCodesThanOneCallTakesGoInParts(t *testing.T) {
	p := startPlatform(t)
	issuer := newIssuer(t, p, nil)
	many := strings.Replace(order, `"quantity":2`, `"quantity":450`, 1)
	expect(t, issuer, "order.code_requested", many, "cf_1", 200, `{"status":"issuing"}`)
	var sizes []int
	for _, one := range p.calls {
		sizes = append(sizes, len(one.body["codes"].([]any)))
	}
	equal(t, sizes, []int{200, 200, 50})
}

func TestARequestForMoneyBackIsDecidedOnce(t *testing.T) {
	asked := 0
	p := startPlatform(t)
	expect(t, newIssuer(t, p, nil), "order.void_requested", order, "cf_1", 204, "")
	issuer := newIssuer(t, p, func(o *Options) {
		o.VoidRequested = func(context.Context, VoidRequested) (VoidAnswer, error) {
			asked++
			return VoidAnswer{Status: "destroyed"}, nil
		}
	})
	for range 2 {
		expect(t, issuer, "order.void_requested", order, "cf_1", 200, `{"status":"destroyed"}`)
	}
	equal(t, asked, 1)
}

func TestAnEventIsHeardOnceUnlessItFailedAndWhatIsUnknownIsTaken(t *testing.T) {
	var heard []Event
	issuer := newIssuer(t, startPlatform(t), func(o *Options) {
		o.Event = func(_ context.Context, event Event) error {
			heard = append(heard, event)
			switch len(heard) {
			case 1:
				return Later(7 * time.Second)
			case 3:
				panic("broken")
			}
			return nil
		}
	})
	status, _, header := serve(issuer, signedRequest("order.delivered", `{"orderNo":"A-1","sequence":3}`, "cf_1", secret))
	equal(t, []string{strconv.Itoa(status), header.Get("retry-after")}, []string{"503", "7"})
	for range 2 {
		expect(t, issuer, "order.delivered", `{"orderNo":"A-1","sequence":3}`, "cf_1", 204, "")
	}
	equal(t, len(heard), 2)
	equal(t, heard[1], Event{EventTypeOrderDelivered, "2026-01-01T00:00:00Z", EventData{OrderNo: "A-1", Sequence: 3}, "cf_1"})
	expect(t, issuer, "order.expired", `{}`, "cf_2", 500, "")
	expect(t, issuer, "order.of_tomorrow", `[1]`, "cf_3", 204, "")
}

func TestRepeatsThatComeTogetherAreWorkedOnOnce(t *testing.T) {
	var made atomic.Int64
	issuer := newIssuer(t, startPlatform(t), func(o *Options) {
		usual := o.Codes
		o.Codes = func(ctx context.Context, asked CodeRequest) ([]Code, error) { made.Add(1); return usual(ctx, asked) }
	})
	var group sync.WaitGroup
	for range 16 {
		group.Add(1)
		go func() {
			defer group.Done()
			expect(t, issuer, "order.code_requested", order, "cf_1", 200, issued)
		}()
	}
	group.Wait()
	equal(t, made.Load(), int64(1))
}

func TestAFileGivesTheSameCodesAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "issuer.jsonl")
	p := startPlatform(t)
	for n := range 3 {
		store, err := OpenFileStore(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFileStore(path); err == nil {
			t.Error("it was opened twice")
		}
		expect(t, newIssuer(t, p, func(o *Options) {
			o.Store = store
			if n > 0 {
				o.Codes = func(context.Context, CodeRequest) ([]Code, error) { t.Error("made again"); return nil, nil }
			}
		}), "order.code_requested", order, "cf_1", 200, issued)
		if err := errors.Join(store.Remove(context.Background(), "codes/A-1/9"), store.Close()); err != nil {
			t.Error(err)
		}
		// A line that a crash cut short is as if it had never been.
		file, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		_, _ = file.WriteString(`{"key":"codes/A-1/1","val`)
		_ = file.Close()
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Error("others may read it")
	}
}

func TestACallIsRepeatedUnderItsIDAfterTheTimeThatWasAskedFor(t *testing.T) {
	p := startPlatform(t)
	client := newIssuer(t, p, nil).Client
	p.answers["void"] = []answered{{429, `{"code":"rate_limited","retryable":true}`, "1"}, {202, `{"status":"queued"}`, ""}, {200, `{}`, ""}}
	begun := time.Now()
	if _, err := client.VoidItems(context.Background(), "A-1", VoidItemsBody{Token: "t", Reason: "lost"}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < 2*time.Second {
		t.Errorf("it took %s", took)
	}
	ids := map[string]bool{}
	for _, one := range p.calls {
		ids[one.id] = true
	}
	equal(t, []int{len(p.calls), len(ids)}, []int{3, 1})
}

func TestAProblemSaysItsCodeAndIsNotRepeatedInVain(t *testing.T) {
	p := startPlatform(t)
	client := newIssuer(t, p, nil).Client
	p.answers["void"] = []answered{{409, `{"code":"code_redeemed","retryable":false,"itemIds":["1"]}`, ""}}
	_, err := client.VoidItems(context.Background(), "A-1", VoidItemsBody{Token: "t", Reason: "lost"}, WebhookID("mine-1"))
	var problem *CallError
	if !errors.As(err, &problem) || problem.Code != ProblemCodeCodeRedeemed || problem.Status != 409 || !slices.Equal(problem.ItemIDs, []string{"1"}) {
		t.Errorf("%#v", err)
	}
	equal(t, p.calls[0].id, "mine-1")
	p.answers["self"] = []answered{{302, "{}", ""}, {502, "<html>", ""}}
	_, err = client.ReadSelf(context.Background())
	errors.As(err, &problem)
	equal(t, []int64{problem.Status, int64(len(p.calls))}, []int64{302, 2})
	gone, _ := NewClient("http://127.0.0.1:9", "acme", secret)
	_, err = gone.ReadSelf(context.Background(), Within(200*time.Millisecond))
	errors.As(err, &problem)
	equal(t, problem.Code, ProblemCode("unreachable"))
}

func TestMessagesAreFetchedAnsweredAndAcknowledged(t *testing.T) {
	p := startPlatform(t)
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	issuer := newIssuer(t, p, func(o *Options) {
		o.Event = func(context.Context, Event) error { time.AfterFunc(200*time.Millisecond, stop); return nil }
	})
	p.answers["acknowledgement"] = []answered{{400, `{"code":"body_malformed","retryable":false}`, ""}}
	p.answers["messages"] = []answered{{200, `{"data":[` +
		`{"id":"cf_9","type":"order.code_requested","timestamp":"","data":` + order + `,"attempt":1},` +
		`{"id":"cf_10","type":"order.delivered","timestamp":"","data":{"orderNo":"A-1"},"attempt":1}]}`, ""}}
	if err := issuer.Fetch(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var results []any
	for _, one := range p.calls {
		if one.name == "acknowledgement" {
			results = append(results, one.body["results"].([]any)[0])
		}
	}
	slices.SortFunc(results, func(a, b any) int { return strings.Compare(idOf(a), idOf(b)) })
	equal(t, len(results), 2)
	equal(t, results[0], any(map[string]any{"id": "cf_10"}))
	equal(t, results[1].(map[string]any)["answer"].(map[string]any)["status"], "issued")
}

func idOf(result any) string { return result.(map[string]any)["id"].(string) }
