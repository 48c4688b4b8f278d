// Made from openapi.json by `npm run docs`: change the contract instead.

package codeferry

import (
	"context"
	"net/url"
)

// ListOrdersQuery has the filters of ListOrders; the zero value has none.
type ListOrdersQuery struct {
	State        OrderState
	Q            string
	CreatedAfter string
	UpdatedAfter string
	PaymentID    string
	Limit        int
	Cursor       string
}

// ListOrders: Orders, newest first; by change or payment, newest change first
func (c *Client) ListOrders(ctx context.Context, query ListOrdersQuery, options ...CallOption) (*OrderPage, error) {
	given := url.Values{}
	set(given, "state", string(query.State))
	set(given, "q", query.Q)
	set(given, "createdAfter", query.CreatedAfter)
	set(given, "updatedAfter", query.UpdatedAfter)
	set(given, "paymentId", query.PaymentID)
	setNumber(given, "limit", query.Limit)
	set(given, "cursor", query.Cursor)
	sent := request{method: "GET", path: "/orders", query: given}
	answer := new(OrderPage)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// PlaceOrder: Payment request: places an order
func (c *Client) PlaceOrder(ctx context.Context, body PlaceOrderBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type string `json:"type"`
		PlaceOrderBody
	}{"order.payment", body}
	sent := request{method: "POST", path: "/orders", body: content}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// PlaceOrders: Payment requests: up to 200, each judged as if it were sent alone
func (c *Client) PlaceOrders(ctx context.Context, body PlaceOrdersBody, options ...CallOption) (*PlaceOrdersAnswer, error) {
	content := struct {
		Type string `json:"type"`
		PlaceOrdersBody
	}{"orders.bulk", body}
	sent := request{method: "POST", path: "/orders/bulk", body: content}
	answer := new(PlaceOrdersAnswer)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadOrder: One order
func (c *Client) ReadOrder(ctx context.Context, orderNo string, options ...CallOption) (*Order, error) {
	sent := request{method: "GET", path: "/orders/" + url.PathEscape(orderNo)}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadTimeline: Every attempt and answer of an order
func (c *Client) ReadTimeline(ctx context.Context, orderNo string, options ...CallOption) (*Timeline, error) {
	sent := request{method: "GET", path: "/orders/" + url.PathEscape(orderNo) + "/timeline"}
	answer := new(Timeline)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// CancelOrder: Cancels an order
func (c *Client) CancelOrder(ctx context.Context, orderNo string, body CancelOrderBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		CancelOrderBody
	}{"order.cancellation", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/cancellation", body: content, isQueued: true}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// RefuseOrder: The issuer cannot give the codes
func (c *Client) RefuseOrder(ctx context.Context, orderNo string, body RefuseOrderBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		RefuseOrderBody
	}{"order.refusal", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/refusal", body: content, isQueued: true}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// SubmitCodes: Gives codes
func (c *Client) SubmitCodes(ctx context.Context, orderNo string, body SubmitCodesBody, options ...CallOption) (*CodesTaken, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		SubmitCodesBody
	}{"order.codes", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/codes", body: content, isQueued: true}
	answer := new(CodesTaken)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// VerifyOrder: Second interface: order verification request
func (c *Client) VerifyOrder(ctx context.Context, orderNo string, body VerifyOrderBody, options ...CallOption) (*Verified, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		VerifyOrderBody
	}{"order.verification", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/verification", body: content}
	answer := new(Verified)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ChangeValidity: Gives codes that have an end a later one
func (c *Client) ChangeValidity(ctx context.Context, orderNo string, body ChangeValidityBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		ChangeValidityBody
	}{"order.validity", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/validity", body: content}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// CompleteOrder: Ends the issue window now: what came is delivered, and the rest is owed
func (c *Client) CompleteOrder(ctx context.Context, orderNo string, body CompleteOrderBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		CompleteOrderBody
	}{"order.completion", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/completion", body: content, isQueued: true}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// DecideVoid: Decides whether codes that somebody wants money back for are destroyed
func (c *Client) DecideVoid(ctx context.Context, orderNo string, body DecideVoidBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		DecideVoidBody
	}{"order.void_decision", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/void-decision", body: content}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// DeliverAgain: Sends the good codes again, five times a day at most
func (c *Client) DeliverAgain(ctx context.Context, orderNo string, body DeliverAgainBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		DeliverAgainBody
	}{"order.delivery", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/delivery", body: content}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ListItemsQuery has the filters of ListItems; the zero value has none.
type ListItemsQuery struct {
	Limit  int
	Cursor string
}

// ListItems: The items of an order, oldest first; never a code
func (c *Client) ListItems(ctx context.Context, orderNo string, query ListItemsQuery, options ...CallOption) (*ItemPage, error) {
	given := url.Values{}
	setNumber(given, "limit", query.Limit)
	set(given, "cursor", query.Cursor)
	sent := request{method: "GET", path: "/orders/" + url.PathEscape(orderNo) + "/items", query: given}
	answer := new(ItemPage)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ListRedemptionsQuery has the filters of ListRedemptions; the zero value has none.
type ListRedemptionsQuery struct {
	Limit  int
	Cursor string
}

// ListRedemptions: The redemptions of an order, oldest first
func (c *Client) ListRedemptions(ctx context.Context, orderNo string, query ListRedemptionsQuery, options ...CallOption) (*RedemptionPage, error) {
	given := url.Values{}
	setNumber(given, "limit", query.Limit)
	set(given, "cursor", query.Cursor)
	sent := request{method: "GET", path: "/orders/" + url.PathEscape(orderNo) + "/redemptions", query: given}
	answer := new(RedemptionPage)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// RedeemItem: A code was used; each redemptionId counts once
func (c *Client) RedeemItem(ctx context.Context, orderNo string, body RedeemItemBody, options ...CallOption) (*Redeemed, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		RedeemItemBody
	}{"order.redemption", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/redemptions", body: content}
	answer := new(Redeemed)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReplaceCodes: Puts new codes in the place of bad ones
func (c *Client) ReplaceCodes(ctx context.Context, orderNo string, body ReplaceCodesBody, options ...CallOption) (*ReplacedBefore, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		ReplaceCodesBody
	}{"order.replacement", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/replacement", body: content}
	answer := new(ReplacedBefore)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReverseRedemption: Takes a whole redemption back
func (c *Client) ReverseRedemption(ctx context.Context, orderNo string, body ReverseRedemptionBody, options ...CallOption) (*Reversed, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		ReverseRedemptionBody
	}{"order.reversal", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/reversals", body: content}
	answer := new(Reversed)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// SettleRefund: Money that was owed was paid back
func (c *Client) SettleRefund(ctx context.Context, orderNo string, body SettleRefundBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		SettleRefundBody
	}{"order.refund_settlement", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/refund-settlement", body: content}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// VoidItems: The issuer has destroyed codes: all good ones where none is named
func (c *Client) VoidItems(ctx context.Context, orderNo string, body VoidItemsBody, options ...CallOption) (*Order, error) {
	content := struct {
		Type    string `json:"type"`
		OrderNo string `json:"orderNo"`
		VoidItemsBody
	}{"order.void", orderNo, body}
	sent := request{method: "POST", path: "/orders/" + url.PathEscape(orderNo) + "/void", body: content, isQueued: true}
	answer := new(Order)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadEventsQuery has the filters of ReadEvents; the zero value has none.
type ReadEventsQuery struct {
	After       string
	Limit       int
	WaitSeconds int
}

// ReadEvents: Events of all orders, each once a pass, from 5 s after they happened for 30 days
func (c *Client) ReadEvents(ctx context.Context, query ReadEventsQuery, options ...CallOption) (*ReadEventsAnswer, error) {
	given := url.Values{}
	set(given, "after", query.After)
	setNumber(given, "limit", query.Limit)
	setNumber(given, "waitSeconds", query.WaitSeconds)
	sent := request{method: "GET", path: "/events", query: given}
	answer := new(ReadEventsAnswer)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// AcknowledgeMessages: Says that messages were taken, each with the answer that a callback would have got
func (c *Client) AcknowledgeMessages(ctx context.Context, body AcknowledgeMessagesBody, options ...CallOption) (*AcknowledgeMessagesAnswer, error) {
	content := struct {
		Type string `json:"type"`
		AcknowledgeMessagesBody
	}{"messages.acknowledgement", body}
	sent := request{method: "POST", path: "/messages/acknowledgement", body: content}
	answer := new(AcknowledgeMessagesAnswer)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadMessagesQuery has the filters of ReadMessages; the zero value has none.
type ReadMessagesQuery struct {
	Limit       int
	WaitSeconds int
}

// ReadMessages: Messages that wait for an issuer that fetches them; each again after 60 s, until it is acknowledged
func (c *Client) ReadMessages(ctx context.Context, query ReadMessagesQuery, options ...CallOption) (*ReadMessagesAnswer, error) {
	given := url.Values{}
	setNumber(given, "limit", query.Limit)
	setNumber(given, "waitSeconds", query.WaitSeconds)
	sent := request{method: "GET", path: "/messages", query: given}
	answer := new(ReadMessagesAnswer)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadStatement: Orders that changed on a UTC day (yyyy-mm-dd), by number: from 00:10 of the next one the same for 400 days
func (c *Client) ReadStatement(ctx context.Context, day string, options ...CallOption) ([]byte, error) {
	sent := request{method: "GET", path: "/statements/" + url.PathEscape(day), isText: true}
	var answer []byte
	err := c.call(ctx, sent, &answer, options)
	return answer, err
}

// ReadReplay: How far a replay is
func (c *Client) ReadReplay(ctx context.Context, replayID string, options ...CallOption) (*Replay, error) {
	sent := request{method: "GET", path: "/replays/" + url.PathEscape(replayID)}
	answer := new(Replay)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReplayEvents: Sends events that were not taken once more, with the same bytes and ids: the oldest 10,000 of 30 days
func (c *Client) ReplayEvents(ctx context.Context, body ReplayEventsBody, options ...CallOption) (*ReplayEventsAnswer, error) {
	content := struct {
		Type string `json:"type"`
		ReplayEventsBody
	}{"calls.replay", body}
	sent := request{method: "POST", path: "/replays", body: content}
	answer := new(ReplayEventsAnswer)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ListConformance: The newest 20 conformance runs
func (c *Client) ListConformance(ctx context.Context, options ...CallOption) (*ConformanceRuns, error) {
	sent := request{method: "GET", path: "/conformance"}
	answer := new(ConformanceRuns)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// StartConformance: Plays the conformance scenarios with an issuer that is called or fetches; one that is not live goes live by them
func (c *Client) StartConformance(ctx context.Context, body StartConformanceBody, options ...CallOption) (*ConformanceRun, error) {
	content := struct {
		Type string `json:"type"`
		StartConformanceBody
	}{"issuer.conformance", body}
	sent := request{method: "POST", path: "/conformance", body: content}
	answer := new(ConformanceRun)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadConformance: A conformance run: each scenario that was played so far
func (c *Client) ReadConformance(ctx context.Context, runID string, options ...CallOption) (*ConformanceRun, error) {
	sent := request{method: "GET", path: "/conformance/" + url.PathEscape(runID)}
	answer := new(ConformanceRun)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadReconciliationQuery has the filters of ReadReconciliation; the zero value has none.
type ReadReconciliationQuery struct {
	Cursor string
}

// ReadReconciliation: A page of its differences, for 30 days
func (c *Client) ReadReconciliation(ctx context.Context, reconciliationID string, query ReadReconciliationQuery, options ...CallOption) (*Reconciliation, error) {
	given := url.Values{}
	set(given, "cursor", query.Cursor)
	sent := request{method: "GET", path: "/reconciliations/" + url.PathEscape(reconciliationID), query: given}
	answer := new(Reconciliation)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReconcileOrdersQuery has the filters of ReconcileOrders; the zero value has none.
type ReconcileOrdersQuery struct {
	From string
	To   string
}

// ReconcileOrders: Compares a list of orders (at most 50,000) with those that the platform has; changes nothing
func (c *Client) ReconcileOrders(ctx context.Context, lines []byte, query ReconcileOrdersQuery, options ...CallOption) (*Reconciliation, error) {
	given := url.Values{}
	set(given, "from", query.From)
	set(given, "to", query.To)
	sent := request{method: "POST", path: "/reconciliations", query: given, lines: lines}
	answer := new(Reconciliation)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ChangeSelf: Changes settings of the issuer itself
func (c *Client) ChangeSelf(ctx context.Context, body ChangeSelfBody, options ...CallOption) (*IssuerRecord, error) {
	content := struct {
		Type string `json:"type"`
		ChangeSelfBody
	}{"issuer.settings", body}
	sent := request{method: "POST", path: "/settings", body: content}
	answer := new(IssuerRecord)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// PreviewSelf: Mail, SMS and page as a buyer would see them, with made-up codes; nothing is changed or sent
func (c *Client) PreviewSelf(ctx context.Context, body PreviewSelfBody, options ...CallOption) (*Preview, error) {
	content := struct {
		Type string `json:"type"`
		PreviewSelfBody
	}{"issuer.preview", body}
	sent := request{method: "POST", path: "/preview", body: content}
	answer := new(Preview)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadChoices: What terminals and versions an issuer may choose from for its settings
func (c *Client) ReadChoices(ctx context.Context, options ...CallOption) (*IssuerChoices, error) {
	sent := request{method: "GET", path: "/settings/choices"}
	answer := new(IssuerChoices)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadSelf: The issuer itself
func (c *Client) ReadSelf(ctx context.Context, options ...CallOption) (*IssuerRecord, error) {
	sent := request{method: "GET", path: "/self"}
	answer := new(IssuerRecord)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReplayMessage: Sends a message to the issuer once more, with the same bytes and id
func (c *Client) ReplayMessage(ctx context.Context, messageID string, options ...CallOption) (*ReplayMessageAnswer, error) {
	content := struct {
		Type string `json:"type"`
	}{"message.replay"}
	sent := request{method: "POST", path: "/messages/" + url.PathEscape(messageID) + "/replay", body: content}
	answer := new(ReplayMessageAnswer)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// RotateOwnSecret: Rotates the secret of the issuer itself
func (c *Client) RotateOwnSecret(ctx context.Context, body RotateOwnSecretBody, options ...CallOption) (*NewSecret, error) {
	content := struct {
		Type string `json:"type"`
		RotateOwnSecretBody
	}{"issuer.secret", body}
	sent := request{method: "POST", path: "/secret", body: content}
	answer := new(NewSecret)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// CheckCallbackProof: Looks for the proof now
func (c *Client) CheckCallbackProof(ctx context.Context, body CheckCallbackProofBody, options ...CallOption) (*CallbackProof, error) {
	content := struct {
		Type string `json:"type"`
		CheckCallbackProofBody
	}{"callback.proof", body}
	sent := request{method: "POST", path: "/callback-proof", body: content}
	answer := new(CallbackProof)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadCallbackProofQuery has the filters of ReadCallbackProof; the zero value has none.
type ReadCallbackProofQuery struct {
	URL string
}

// ReadCallbackProof: How the host of a callback address is proved, and whether it is
func (c *Client) ReadCallbackProof(ctx context.Context, query ReadCallbackProofQuery, options ...CallOption) (*CallbackProof, error) {
	given := url.Values{}
	set(given, "url", query.URL)
	sent := request{method: "GET", path: "/callback-proof", query: given}
	answer := new(CallbackProof)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ListOwnFailuresQuery has the filters of ListOwnFailures; the zero value has none.
type ListOwnFailuresQuery struct {
	Limit  int
	Cursor string
}

// ListOwnFailures: What keeps orders from going on now, newest first
func (c *Client) ListOwnFailures(ctx context.Context, query ListOwnFailuresQuery, options ...CallOption) (*FailurePage, error) {
	given := url.Values{}
	setNumber(given, "limit", query.Limit)
	set(given, "cursor", query.Cursor)
	sent := request{method: "GET", path: "/failures", query: given}
	answer := new(FailurePage)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// Echo: Self-test of keys and signatures: the same object is sent to the callback
func (c *Client) Echo(ctx context.Context, body map[string]any, options ...CallOption) (*Sent, error) {
	sent := request{method: "POST", path: "/echo", body: body}
	answer := new(Sent)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadEcho: What became of the newest self-test of the last day
func (c *Client) ReadEcho(ctx context.Context, options ...CallOption) (*EchoOutcome, error) {
	sent := request{method: "GET", path: "/echo/outcome"}
	answer := new(EchoOutcome)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ListOwnCallsQuery has the filters of ListOwnCalls; the zero value has none.
type ListOwnCallsQuery struct {
	Limit  int
	Failed Failed
}

// ListOwnCalls: The newest calls between the platform and the issuer, out of its newest orders, and how its circuit is
func (c *Client) ListOwnCalls(ctx context.Context, query ListOwnCallsQuery, options ...CallOption) (*IssuerCalls, error) {
	given := url.Values{}
	setNumber(given, "limit", query.Limit)
	set(given, "failed", string(query.Failed))
	sent := request{method: "GET", path: "/calls", query: given}
	answer := new(IssuerCalls)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadOwnCall: One call with its bodies, as far as they are kept, everything secret masked
func (c *Client) ReadOwnCall(ctx context.Context, callID string, options ...CallOption) (*OwnCall, error) {
	sent := request{method: "GET", path: "/calls/" + url.PathEscape(callID)}
	answer := new(OwnCall)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// CreatePortalLink: Makes a link to the issuer’s own page, which one person can use once
func (c *Client) CreatePortalLink(ctx context.Context, body CreatePortalLinkBody, options ...CallOption) (*PortalLink, error) {
	content := struct {
		Type string `json:"type"`
		CreatePortalLinkBody
	}{"portal.link", body}
	sent := request{method: "POST", path: "/portal-links", body: content}
	answer := new(PortalLink)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// EndPortalSessions: Ends one of them, or all with the links that wait, in every process
func (c *Client) EndPortalSessions(ctx context.Context, body EndPortalSessionsBody, options ...CallOption) (*EndPortalSessionsAnswer, error) {
	content := struct {
		Type string `json:"type"`
		EndPortalSessionsBody
	}{"portal.sessions_end", body}
	sent := request{method: "POST", path: "/portal-sessions/end", body: content}
	answer := new(EndPortalSessionsAnswer)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ListPortalSessionsQuery has the filters of ListPortalSessions; the zero value has none.
type ListPortalSessionsQuery struct {
	Limit  int
	Cursor string
}

// ListPortalSessions: The browsers that are signed in at the issuer’s own page, newest first
func (c *Client) ListPortalSessions(ctx context.Context, query ListPortalSessionsQuery, options ...CallOption) (*PortalSessionPage, error) {
	given := url.Values{}
	setNumber(given, "limit", query.Limit)
	set(given, "cursor", query.Cursor)
	sent := request{method: "GET", path: "/portal-sessions", query: given}
	answer := new(PortalSessionPage)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// AdvanceSandboxClock: Moves the time of a test issuer's open orders: windows, times to decide and what is tried again
func (c *Client) AdvanceSandboxClock(ctx context.Context, body AdvanceSandboxClockBody, options ...CallOption) (*ClockAdvanced, error) {
	content := struct {
		Type string `json:"type"`
		AdvanceSandboxClockBody
	}{"sandbox.clock", body}
	sent := request{method: "POST", path: "/clock", body: content}
	answer := new(ClockAdvanced)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}

// ReadSandboxInbox: What buyers of a test issuer would have got by e-mail and SMS: the newest 100
func (c *Client) ReadSandboxInbox(ctx context.Context, options ...CallOption) (*SandboxInbox, error) {
	sent := request{method: "GET", path: "/inbox"}
	answer := new(SandboxInbox)
	err := c.call(ctx, sent, answer, options)
	return answer, err
}
