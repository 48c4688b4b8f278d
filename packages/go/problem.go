package codeferry

import (
	"errors"
	"fmt"
	"time"
)

// CallError is a call that got no 2xx, after the repeats that could have helped. Decide by Code. Beside the
// platform's codes: "unreachable", "queued" and "answer_malformed". Status is 0 when nothing answered.
type CallError struct {
	Problem
	retryAfter time.Duration
	cause      error
}

func (e *CallError) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Detail) }

// Unwrap gives what kept the platform from being reached.
func (e *CallError) Unwrap() error { return e.cause }

// A Refusal, given in place of codes, says that this order gets none.
type Refusal struct {
	Reason RefusalReason
	Detail string
}

func (r Refusal) Error() string { return "refused: " + string(r.Reason) }

// Later has the platform send the message once more, not before this time.
type Later time.Duration

func (l Later) Error() string { return "later: " + time.Duration(l).String() }

func asRefusal(err error) (Refusal, bool) {
	var refusal Refusal
	return refusal, errors.As(err, &refusal)
}
