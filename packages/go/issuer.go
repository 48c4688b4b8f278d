// Package codeferry is an issuer of Codeferry: it hears what is paid, verifies it, and gives its codes.
package codeferry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	// The platform waits 8 s for an answer.
	callsWithin = 6 * time.Second
	workLimit   = 60 * time.Second
	codesACall  = 200
)

// Options say who the issuer is and what it does. The functions may be called at the same time.
type Options struct {
	URL      string
	IssuerID string
	// Secrets has the newest first; two while one is rotated.
	Secrets []string
	// Store is a MemoryStore where it is left out.
	Store Store
	// Codes makes codes of a verified order, Outstanding of them, with or without an ItemID. A Refusal as the error says
	// that there are none; no code and no error that they come later, by Client.SubmitCodes. It is called once more
	// before the order closes, when any is lacking.
	Codes func(ctx context.Context, order CodeRequest) ([]Code, error)
	// Check looks at a paid order before it is verified: nil, or a Refusal of what you never sold.
	Check func(ctx context.Context, order Paid) error
	// VoidRequested: somebody wants money back. The zero answer says that you will decide by Client.DecideVoid.
	VoidRequested func(ctx context.Context, asked VoidRequested) (VoidAnswer, error)
	// Event hears each event once, unless it failed. They may come out of order: compare Sequence.
	Event func(ctx context.Context, event Event) error
	// Log is slog's own where it is left out. No code is written to it.
	Log *slog.Logger
}

// An Issuer is served as an http.Handler, at any path, or fetches its messages. Each message is handled once, and each
// order's codes are made once, whatever is repeated.
type Issuer struct {
	// Client makes any call.
	Client  *Client
	options Options
	keys    [][]byte
	store   Store
	locks   keyedLocks
	log     *slog.Logger
}

// New makes an issuer; its error says what is wrong with the options.
func New(options Options) (*Issuer, error) {
	if len(options.Secrets) == 0 {
		return nil, errors.New("an issuer needs its secret")
	}
	keys := make([][]byte, len(options.Secrets))
	for n, secret := range options.Secrets {
		key, err := keyOf(secret)
		if err != nil {
			return nil, err
		}
		keys[n] = key
	}
	client, err := NewClient(options.URL, options.IssuerID, options.Secrets[0])
	if err != nil {
		return nil, err
	}
	issuer := &Issuer{client, options, keys, options.Store, keyedLocks{held: map[string]chan struct{}{}}, options.Log}
	if issuer.store == nil {
		issuer.store = NewMemoryStore()
	}
	if issuer.log == nil {
		issuer.log = slog.Default()
	}
	return issuer, nil
}

type message struct {
	Type      string          `json:"type"`
	Timestamp string          `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// react is what is done with a message, however it came. The answer is empty for a 2xx without a body.
func (i *Issuer) react(ctx context.Context, id string, heard message) (answer []byte, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), workLimit)
	defer cancel()
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("your function panicked: %v", panicked)
		}
		if err != nil {
			i.log.Error("a message was not handled and will come again", "type", heard.Type, "id", id, "error", err)
		}
	}()
	switch {
	case heard.Type == "order.paid":
		return i.once(ctx, id, func() (any, error) {
			order, err := read[Paid](heard)
			if err != nil {
				return nil, err
			}
			return nil, i.VerifyAndIssue(ctx, order)
		})
	case heard.Type == "order.code_requested", heard.Type == "order.closing":
		return i.answerCodes(ctx, heard)
	case heard.Type == "order.void_requested" && i.options.VoidRequested != nil:
		return i.once(ctx, id, func() (any, error) {
			asked, err := read[VoidRequested](heard)
			if err != nil {
				return nil, err
			}
			answer, err := i.options.VoidRequested(ctx, asked)
			if err != nil || answer.Status == "" {
				return nil, err
			}
			return answer, nil
		})
	case knownEvents[EventType(heard.Type)] && i.options.Event != nil:
		return i.once(ctx, id, func() (any, error) {
			data, err := read[EventData](heard)
			if err != nil {
				return nil, err
			}
			return nil, i.options.Event(ctx, Event{EventType(heard.Type), heard.Timestamp, data, id})
		})
	}
	// The echo, and what is newer than this package.
	return nil, nil
}

func read[T any](heard message) (data T, err error) {
	err = json.Unmarshal(heard.Data, &data)
	return data, err
}

func (i *Issuer) once(ctx context.Context, id string, work func() (any, error)) (answer []byte, err error) {
	key := "message/" + id
	err = i.locks.do(ctx, key, func() error {
		kept, isKept, err := i.store.Get(ctx, key)
		if err != nil {
			return err
		}
		if !isKept {
			content, err := work()
			if err != nil {
				return err
			}
			if content != nil {
				if answer, err = json.Marshal(content); err != nil {
					return err
				}
			}
			if kept, err = i.store.Add(ctx, key, string(answer)); err != nil {
				return err
			}
		}
		answer = []byte(kept)
		return nil
	})
	return answer, err
}

// VerifyAndIssue asks the platform whether the order is real and paid, then makes its codes and gives them. It is what
// an issuer does with `order.paid`.
func (i *Issuer) VerifyAndIssue(ctx context.Context, order Paid) error {
	err := i.verifyAndIssue(ctx, order)
	if refusal, isRefusal := asRefusal(err); isRefusal {
		body := RefuseOrderBody{Token: order.Token, Reason: refusal.Reason, Detail: refusal.Detail}
		_, err = i.Client.RefuseOrder(ctx, order.OrderNo, body, Within(callsWithin))
	}
	var problem *CallError
	if errors.As(err, &problem) && isFinal(problem) {
		i.log.Error("an order cannot be issued", "orderNo", order.OrderNo, "code", problem.Code, "errors", problem.Errors)
		return nil
	}
	return err
}

// isFinal says what a repeat of the message cannot change.
func isFinal(problem *CallError) bool {
	switch problem.Status {
	case 403, 404, 409, 422, 429:
		return !problem.Retryable
	}
	return false
}

func (i *Issuer) verifyAndIssue(ctx context.Context, order Paid) error {
	if i.options.Check != nil {
		if err := i.options.Check(ctx, order); err != nil {
			return err
		}
	}
	facts := VerifyOrderBody{Token: order.Token, Quantity: order.Quantity, Amount: order.Amount}
	verified, err := i.Client.VerifyOrder(ctx, order.OrderNo, facts, Within(callsWithin))
	if err != nil {
		return err
	}
	asked := CodeRequest{
		IssuerID: order.IssuerID, OrderNo: order.OrderNo, Token: order.Token, Product: order.Product,
		Quantity: order.Quantity, Metadata: order.Metadata, VerifyBy: order.VerifyBy, IssueBy: verified.IssueBy,
		VerificationURL: order.VerificationURL, CodesURL: order.CodesURL, RefusalURL: order.RefusalURL,
	}
	return i.locks.do(ctx, "codes/"+order.OrderNo, func() error {
		codes, err := i.give(ctx, asked)
		if err != nil {
			return err
		}
		err = i.submit(ctx, asked, codes)
		var problem *CallError
		if errors.As(err, &problem) && (problem.Code == ProblemCodeBodyInvalid || problem.Code == ProblemCodeCodeReused) {
			return errors.Join(err, i.forgetNewest(ctx, order.OrderNo))
		}
		return err
	})
}

func (i *Issuer) submit(ctx context.Context, order CodeRequest, codes []Code) error {
	for len(codes) > 0 {
		n := min(len(codes), codesACall)
		body := SubmitCodesBody{Token: order.Token, Codes: codes[:n]}
		if _, err := i.Client.SubmitCodes(ctx, order.OrderNo, body, Within(callsWithin)); err != nil {
			return err
		}
		codes = codes[n:]
	}
	return nil
}

func (i *Issuer) answerCodes(ctx context.Context, heard message) (answer []byte, err error) {
	order, err := read[CodeRequest](heard)
	if err != nil {
		return nil, err
	}
	content := CodeAnswer{Status: "issuing"}
	err = i.locks.do(ctx, "codes/"+order.OrderNo, func() error {
		codes, err := i.give(ctx, order)
		if refusal, isRefusal := asRefusal(err); isRefusal {
			content = CodeAnswer{Status: "refused", Reason: refusal.Reason, Detail: refusal.Detail}
			return nil
		}
		if err == nil && len(codes) > codesACall {
			return i.submit(ctx, order, codes)
		}
		if len(codes) > 0 {
			content = CodeAnswer{Status: "issued", Codes: codes}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(content)
}
