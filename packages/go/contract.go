// Made from openapi.json by `npm run docs`: change the contract instead.

package codeferry

import "encoding/json"

type OrderPage struct {
	Data       []Order `json:"data"`
	NextCursor *string `json:"nextCursor"`
}

type Order struct {
	IssuerID string         `json:"issuerId"`
	OrderNo  string         `json:"orderNo"`
	State    OrderState     `json:"state"`
	Product  Product        `json:"product"`
	Quantity int            `json:"quantity"`
	Amount   Amount         `json:"amount"`
	Terminal MaskedTerminal `json:"terminal"`
	Codes    CodeCounts     `json:"codes"`
	// Items by state; redeemed are the good ones with a use spent
	Items    ItemCounts `json:"items"`
	Delivery Delivery   `json:"delivery"`
	// Whoever has it will see the codes
	PickupURL string `json:"pickupUrl,omitempty"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
	VerifyBy  string `json:"verifyBy,omitempty"`
	// From the verification on
	IssueBy      string       `json:"issueBy,omitempty"`
	ClosedReason ClosedReason `json:"closedReason,omitempty"`
	// Absent when nothing is due
	RefundDue *Amount `json:"refundDue,omitempty"`
	// What the issuer said was paid back
	RefundSettled *Amount `json:"refundSettled,omitempty"`
	// The newest request to destroy codes, which their issuer decides
	VoidRequest *VoidRequest      `json:"voidRequest,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	Payment     *Payment          `json:"payment,omitempty"`
	// Of the last event; 0 before the first
	Sequence int64 `json:"sequence"`
	// Calls that would now change or send something
	Actions []string `json:"actions"`
}

type OrderState string

const (
	OrderStateAccepted        OrderState = "accepted"
	OrderStateNotified        OrderState = "notified"
	OrderStateVerified        OrderState = "verified"
	OrderStatePartiallyIssued OrderState = "partially_issued"
	OrderStateIssued          OrderState = "issued"
	OrderStateDelivered       OrderState = "delivered"
	OrderStateUndeliverable   OrderState = "undeliverable"
	OrderStateRefused         OrderState = "refused"
	OrderStateExpired         OrderState = "expired"
	OrderStateCancelled       OrderState = "cancelled"
)

type Product struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// How its codes are redeemed: shown to the buyer before those of the issuer
	Instructions string `json:"instructions,omitempty"`
}

type Amount struct {
	Value    int64  `json:"value"`
	Currency string `json:"currency"`
}

type MaskedTerminal struct {
	Channel string `json:"channel"`
	Hint    string `json:"hint"`
}

type CodeCounts struct {
	Issued      int `json:"issued"`
	Outstanding int `json:"outstanding"`
}

// ItemCounts: Items by state; redeemed are the good ones with a use spent
type ItemCounts struct {
	Issued    int64 `json:"issued"`
	Delivered int64 `json:"delivered"`
	Void      int64 `json:"void"`
	Replaced  int64 `json:"replaced"`
	Redeemed  int64 `json:"redeemed"`
}

type Delivery struct {
	State DeliveryState `json:"state"`
	Tries int64         `json:"tries"`
}

type DeliveryState string

const (
	DeliveryStateNone      DeliveryState = "none"
	DeliveryStatePending   DeliveryState = "pending"
	DeliveryStateSent      DeliveryState = "sent"
	DeliveryStateDelivered DeliveryState = "delivered"
	DeliveryStateOpened    DeliveryState = "opened"
	DeliveryStateBounced   DeliveryState = "bounced"
	DeliveryStateFailed    DeliveryState = "failed"
)

type ClosedReason string

const (
	ClosedReasonVerifyWindow      ClosedReason = "verify_window"
	ClosedReasonIssueWindow       ClosedReason = "issue_window"
	ClosedReasonIssuerRefused     ClosedReason = "issuer_refused"
	ClosedReasonIssuerCancelled   ClosedReason = "issuer_cancelled"
	ClosedReasonOperatorCancelled ClosedReason = "operator_cancelled"
	ClosedReasonPartiallyIssued   ClosedReason = "partially_issued"
	ClosedReasonCompletedShort    ClosedReason = "completed_short"
	ClosedReasonAllVoid           ClosedReason = "all_void"
)

// VoidRequest: The newest request to destroy codes, which their issuer decides
type VoidRequest struct {
	RequestID string           `json:"requestId"`
	ItemIDs   []string         `json:"itemIds"`
	State     VoidRequestState `json:"state"`
	DecideBy  string           `json:"decideBy"`
}

type VoidRequestState string

const (
	VoidRequestStateOpen      VoidRequestState = "open"
	VoidRequestStateUndecided VoidRequestState = "undecided"
	VoidRequestStateDestroyed VoidRequestState = "destroyed"
	VoidRequestStateRefused   VoidRequestState = "refused"
)

type Payment struct {
	ID     string `json:"id"`
	PaidAt string `json:"paidAt,omitempty"`
	Payer  string `json:"payer,omitempty"`
}

type PlaceOrderBody struct {
	OrderNo  string            `json:"orderNo"`
	Product  Product           `json:"product"`
	Quantity int               `json:"quantity,omitempty"`
	Amount   Amount            `json:"amount"`
	Terminal *GivenTerminal    `json:"terminal,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Payment  *Payment          `json:"payment,omitempty"`
}

type GivenTerminal struct {
	Channel  string `json:"channel"`
	Pin      string `json:"pin,omitempty"`
	URL      string `json:"url,omitempty"`
	Secret   string `json:"secret,omitempty"`
	Address  string `json:"address,omitempty"`
	Language string `json:"language,omitempty"`
	Number   string `json:"number,omitempty"`
}

type PlaceOrdersBody struct {
	Orders []map[string]any `json:"orders"`
}

type PlaceOrdersAnswer struct {
	Results []BulkResult `json:"results"`
}

type BulkResult struct {
	OrderNo string   `json:"orderNo"`
	Status  int64    `json:"status"`
	Order   *Order   `json:"order,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int64  `json:"status"`
	Detail string `json:"detail"`
	// Decide by it
	Code ProblemCode `json:"code"`
	// Whether the same request can be answered otherwise later
	Retryable bool   `json:"retryable"`
	RequestID string `json:"requestId"`
	Errors    []Flaw `json:"errors,omitempty"`
	// The items that the refusal is about
	ItemIDs []string `json:"itemIds,omitempty"`
}

type ProblemCode string

const (
	ProblemCodeBodyTooLarge          ProblemCode = "body_too_large"
	ProblemCodeSignatureInvalid      ProblemCode = "signature_invalid"
	ProblemCodeOperatorUnauthorized  ProblemCode = "operator_unauthorized"
	ProblemCodeOperatorForbidden     ProblemCode = "operator_forbidden"
	ProblemCodeIdempotencyMismatch   ProblemCode = "idempotency_mismatch"
	ProblemCodeInProgress            ProblemCode = "in_progress"
	ProblemCodeMediaTypeUnsupported  ProblemCode = "media_type_unsupported"
	ProblemCodeBodyMalformed         ProblemCode = "body_malformed"
	ProblemCodeBodyInvalid           ProblemCode = "body_invalid"
	ProblemCodeCursorGone            ProblemCode = "cursor_gone"
	ProblemCodeOrderUnknown          ProblemCode = "order_unknown"
	ProblemCodeIssuerUnknown         ProblemCode = "issuer_unknown"
	ProblemCodeCallUnknown           ProblemCode = "call_unknown"
	ProblemCodeMessageUnknown        ProblemCode = "message_unknown"
	ProblemCodeReconciliationUnknown ProblemCode = "reconciliation_unknown"
	ProblemCodePathUnknown           ProblemCode = "path_unknown"
	ProblemCodeMethodNotAllowed      ProblemCode = "method_not_allowed"
	ProblemCodeOrderConflict         ProblemCode = "order_conflict"
	ProblemCodeOrderClosed           ProblemCode = "order_closed"
	ProblemCodeAlreadyDelivered      ProblemCode = "already_delivered"
	ProblemCodeAlreadyVerified       ProblemCode = "already_verified"
	ProblemCodeNotIssued             ProblemCode = "not_issued"
	ProblemCodeTerminalFixed         ProblemCode = "terminal_fixed"
	ProblemCodeApprovalUnknown       ProblemCode = "approval_unknown"
	ProblemCodeCallPending           ProblemCode = "call_pending"
	ProblemCodeNotReplayable         ProblemCode = "not_replayable"
	ProblemCodeNothingIssued         ProblemCode = "nothing_issued"
	ProblemCodeNotDelivered          ProblemCode = "not_delivered"
	ProblemCodeCodeRedeemed          ProblemCode = "code_redeemed"
	ProblemCodeCodeExpired           ProblemCode = "code_expired"
	ProblemCodeCodeNotStarted        ProblemCode = "code_not_started"
	ProblemCodeUsesExhausted         ProblemCode = "uses_exhausted"
	ProblemCodeCodeHeld              ProblemCode = "code_held"
	ProblemCodeVoidPending           ProblemCode = "void_pending"
	ProblemCodeAlreadyDecided        ProblemCode = "already_decided"
	ProblemCodeAlreadyOpened         ProblemCode = "already_opened"
	ProblemCodeRequestUnknown        ProblemCode = "request_unknown"
	ProblemCodeRedemptionConflict    ProblemCode = "redemption_conflict"
	ProblemCodeRunUnknown            ProblemCode = "run_unknown"
	ProblemCodeReplayUnknown         ProblemCode = "replay_unknown"
	ProblemCodeRedemptionUnknown     ProblemCode = "redemption_unknown"
	ProblemCodeSettlementConflict    ProblemCode = "settlement_conflict"
	ProblemCodeRefundExceeded        ProblemCode = "refund_exceeded"
	ProblemCodeItemUnknown           ProblemCode = "item_unknown"
	ProblemCodeOriginForbidden       ProblemCode = "origin_forbidden"
	ProblemCodeCodeVoid              ProblemCode = "code_void"
	ProblemCodePinWrong              ProblemCode = "pin_wrong"
	ProblemCodePinLocked             ProblemCode = "pin_locked"
	ProblemCodeRevealFirst           ProblemCode = "reveal_first"
	ProblemCodeTokenMismatch         ProblemCode = "token_mismatch"
	ProblemCodeAmountMismatch        ProblemCode = "amount_mismatch"
	ProblemCodeQuantityMismatch      ProblemCode = "quantity_mismatch"
	ProblemCodeVerificationLocked    ProblemCode = "verification_locked"
	ProblemCodeNotVerified           ProblemCode = "not_verified"
	ProblemCodeCodeConflict          ProblemCode = "code_conflict"
	ProblemCodeCodeReused            ProblemCode = "code_reused"
	ProblemCodeIssuerExists          ProblemCode = "issuer_exists"
	ProblemCodeNotURL                ProblemCode = "not_url"
	ProblemCodeNotPull               ProblemCode = "not_pull"
	ProblemCodeVersionUnknown        ProblemCode = "version_unknown"
	ProblemCodeVersionEnded          ProblemCode = "version_ended"
	ProblemCodeNotLive               ProblemCode = "not_live"
	ProblemCodeCallbackNotProved     ProblemCode = "callback_not_proved"
	ProblemCodeIssuerPaused          ProblemCode = "issuer_paused"
	ProblemCodeRateLimited           ProblemCode = "rate_limited"
	ProblemCodeUnavailable           ProblemCode = "unavailable"
	ProblemCodeStatementNotReady     ProblemCode = "statement_not_ready"
	ProblemCodeInternal              ProblemCode = "internal"
)

type Flaw struct {
	// JSON Pointer into the body, or / and the name of a query parameter
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type Timeline struct {
	Data []TimelineData `json:"data"`
}

type TimelineData struct {
	At     string         `json:"at"`
	Event  TimelineEvent  `json:"event"`
	Detail map[string]any `json:"detail"`
}

type TimelineEvent string

const (
	TimelineEventAccepted            TimelineEvent = "accepted"
	TimelineEventNoticeSent          TimelineEvent = "notice_sent"
	TimelineEventNoticeAnswered      TimelineEvent = "notice_answered"
	TimelineEventVerificationJudged  TimelineEvent = "verification_judged"
	TimelineEventCodeRequested       TimelineEvent = "code_requested"
	TimelineEventCodeRequestAnswered TimelineEvent = "code_request_answered"
	TimelineEventCodesJudged         TimelineEvent = "codes_judged"
	TimelineEventDeliveryTried       TimelineEvent = "delivery_tried"
	TimelineEventDelivered           TimelineEvent = "delivered"
	TimelineEventClosed              TimelineEvent = "closed"
	TimelineEventEventSent           TimelineEvent = "event_sent"
	TimelineEventOpened              TimelineEvent = "opened"
	TimelineEventReceipt             TimelineEvent = "receipt"
	TimelineEventCompleted           TimelineEvent = "completed"
	TimelineEventItemVoid            TimelineEvent = "item_void"
	TimelineEventItemReplaced        TimelineEvent = "item_replaced"
	TimelineEventItemRedeemed        TimelineEvent = "item_redeemed"
	TimelineEventItemReversed        TimelineEvent = "item_reversed"
	TimelineEventValidityChanged     TimelineEvent = "validity_changed"
	TimelineEventRefundSettled       TimelineEvent = "refund_settled"
	TimelineEventPaymentRepeated     TimelineEvent = "payment_repeated"
	TimelineEventTerminalChanged     TimelineEvent = "terminal_changed"
	TimelineEventVoidRequested       TimelineEvent = "void_requested"
	TimelineEventVoidDecided         TimelineEvent = "void_decided"
	TimelineEventNote                TimelineEvent = "note"
	TimelineEventResumed             TimelineEvent = "resumed"
	TimelineEventAttemptLost         TimelineEvent = "attempt_lost"
	TimelineEventCodeReported        TimelineEvent = "code_reported"
)

type CancelOrderBody struct {
	Token  string `json:"token,omitempty"`
	Reason string `json:"reason"`
}

type RefuseOrderBody struct {
	Token  string        `json:"token"`
	Reason RefusalReason `json:"reason"`
	Detail string        `json:"detail,omitempty"`
}

type RefusalReason string

const (
	RefusalReasonOutOfStock     RefusalReason = "out_of_stock"
	RefusalReasonPriceChanged   RefusalReason = "price_changed"
	RefusalReasonProductUnknown RefusalReason = "product_unknown"
	RefusalReasonAccountInvalid RefusalReason = "account_invalid"
	RefusalReasonOther          RefusalReason = "other"
)

type SubmitCodesBody struct {
	Token string `json:"token"`
	Codes []Code `json:"codes"`
}

type Code struct {
	ItemID string     `json:"itemId"`
	Value  string     `json:"value"`
	Secret string     `json:"secret,omitempty"`
	Format CodeFormat `json:"format,omitempty"`
	// How often it can be redeemed; 1 when left out
	Uses      int    `json:"uses,omitempty"`
	StartsAt  string `json:"startsAt,omitempty"`
	ExpiresAt string `json:"expiresAt,omitempty"`
}

type CodeFormat string

const (
	CodeFormatText       CodeFormat = "text"
	CodeFormatURL        CodeFormat = "url"
	CodeFormatQr         CodeFormat = "qr"
	CodeFormatCode128    CodeFormat = "code128"
	CodeFormatCode39     CodeFormat = "code39"
	CodeFormatItf        CodeFormat = "itf"
	CodeFormatEan13      CodeFormat = "ean13"
	CodeFormatEan8       CodeFormat = "ean8"
	CodeFormatUpca       CodeFormat = "upca"
	CodeFormatGs1128     CodeFormat = "gs1-128"
	CodeFormatPdf417     CodeFormat = "pdf417"
	CodeFormatAztec      CodeFormat = "aztec"
	CodeFormatDatamatrix CodeFormat = "datamatrix"
)

type CodesTaken struct {
	// Codes of this call that the order now holds, old and new
	Accepted int `json:"accepted"`
	// Codes that it still lacks
	Outstanding int `json:"outstanding"`
}

type VerifyOrderBody struct {
	Token    string `json:"token"`
	Quantity int    `json:"quantity"`
	Amount   Amount `json:"amount"`
}

type Verified struct {
	Verdict    string `json:"verdict"`
	OrderNo    string `json:"orderNo"`
	VerifiedAt string `json:"verifiedAt"`
	IssueBy    string `json:"issueBy"`
}

type ChangeValidityBody struct {
	Token     string   `json:"token"`
	ItemIDs   []string `json:"itemIds,omitempty"`
	ExpiresAt string   `json:"expiresAt"`
}

type CompleteOrderBody struct {
	Token  string `json:"token"`
	Reason string `json:"reason,omitempty"`
}

type DecideVoidBody struct {
	Token     string   `json:"token"`
	RequestID string   `json:"requestId"`
	Decision  Decision `json:"decision"`
	// Needed when refused
	Reason VoidRefusalReason `json:"reason,omitempty"`
	Detail string            `json:"detail,omitempty"`
}

type Decision string

const (
	DecisionDestroyed Decision = "destroyed"
	DecisionRefused   Decision = "refused"
)

type VoidRefusalReason string

const (
	VoidRefusalReasonRedeemed      VoidRefusalReason = "redeemed"
	VoidRefusalReasonNotRefundable VoidRefusalReason = "not_refundable"
	VoidRefusalReasonOther         VoidRefusalReason = "other"
)

type DeliverAgainBody struct {
	Token string `json:"token"`
	// Another one only after a failed attempt
	Terminal *GivenTerminal `json:"terminal,omitempty"`
	// Ends the pick-up link that the order has
	NewLink *bool `json:"newLink,omitempty"`
}

type ItemPage struct {
	Data       []Item  `json:"data"`
	NextCursor *string `json:"nextCursor"`
}

type Item struct {
	ItemID      string    `json:"itemId"`
	State       ItemState `json:"state"`
	Uses        int       `json:"uses"`
	UsesLeft    int       `json:"usesLeft"`
	Held        bool      `json:"held"`
	StartsAt    string    `json:"startsAt,omitempty"`
	ExpiresAt   string    `json:"expiresAt,omitempty"`
	DeliveredAt string    `json:"deliveredAt,omitempty"`
	OpenedAt    string    `json:"openedAt,omitempty"`
	ReplacedBy  string    `json:"replacedBy,omitempty"`
	Replaces    string    `json:"replaces,omitempty"`
	// It was replaced, and its code could not be destroyed
	MaybeLive *bool `json:"maybeLive,omitempty"`
}

type ItemState string

const (
	ItemStateIssued    ItemState = "issued"
	ItemStateDelivered ItemState = "delivered"
	ItemStateVoid      ItemState = "void"
	ItemStateReplaced  ItemState = "replaced"
)

type RedemptionPage struct {
	Data       []Redemption `json:"data"`
	NextCursor *string      `json:"nextCursor"`
}

type Redemption struct {
	// Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it
	RedemptionID string `json:"redemptionId"`
	ItemID       string `json:"itemId"`
	Uses         int    `json:"uses"`
	// Once it was redeemed, as its call was told
	UsesLeft   int    `json:"usesLeft"`
	At         string `json:"at"`
	Place      string `json:"place,omitempty"`
	ReversedAt string `json:"reversedAt,omitempty"`
}

type RedeemItemBody struct {
	Token string `json:"token"`
	// Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it
	RedemptionID string `json:"redemptionId"`
	ItemID       string `json:"itemId"`
	Uses         int    `json:"uses,omitempty"`
	RedeemedAt   string `json:"redeemedAt,omitempty"`
	Place        string `json:"place,omitempty"`
}

type Redeemed struct {
	// Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it
	RedemptionID string `json:"redemptionId"`
	ItemID       string `json:"itemId"`
	Uses         int    `json:"uses"`
	UsesLeft     int    `json:"usesLeft"`
}

type ReplaceCodesBody struct {
	Token        string        `json:"token"`
	Replacements []Replacement `json:"replacements"`
	Reason       string        `json:"reason"`
}

type Replacement struct {
	ItemID    string `json:"itemId"`
	Code      Code   `json:"code"`
	StillLive *bool  `json:"stillLive,omitempty"`
}

type ReplacedBefore struct {
	Replaced int `json:"replaced"`
}

type ReverseRedemptionBody struct {
	Token string `json:"token"`
	// Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it
	RedemptionID string `json:"redemptionId"`
	Reason       string `json:"reason,omitempty"`
}

type Reversed struct {
	// Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it
	RedemptionID string `json:"redemptionId"`
	ItemID       string `json:"itemId"`
	UsesLeft     int    `json:"usesLeft"`
}

type SettleRefundBody struct {
	Token string `json:"token"`
	// Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it
	SettlementID string `json:"settlementId"`
	Amount       Amount `json:"amount"`
	SettledAt    string `json:"settledAt,omitempty"`
}

type VoidItemsBody struct {
	Token   string   `json:"token"`
	ItemIDs []string `json:"itemIds,omitempty"`
	Reason  string   `json:"reason"`
}

type ReadEventsAnswer struct {
	Data []Event `json:"data"`
	// Also of an empty page
	NextCursor string `json:"nextCursor"`
}

type Event struct {
	Type      EventType `json:"type"`
	Timestamp string    `json:"timestamp"`
	Data      EventData `json:"data"`
	// The `webhook-id` of its callback
	ID string `json:"id"`
}

type EventType string

const (
	EventTypeOrderDelivered       EventType = "order.delivered"
	EventTypeOrderUndeliverable   EventType = "order.undeliverable"
	EventTypeOrderRefused         EventType = "order.refused"
	EventTypeOrderExpired         EventType = "order.expired"
	EventTypeOrderCancelled       EventType = "order.cancelled"
	EventTypeOrderRefundDue       EventType = "order.refund_due"
	EventTypeOrderCodesVoid       EventType = "order.codes_void"
	EventTypeOrderItemReplaced    EventType = "order.item_replaced"
	EventTypeOrderRedeemed        EventType = "order.redeemed"
	EventTypeOrderReversed        EventType = "order.reversed"
	EventTypeOrderOpened          EventType = "order.opened"
	EventTypeOrderTerminalChanged EventType = "order.terminal_changed"
	EventTypeOrderVoidDecided     EventType = "order.void_decided"
)

type EventData struct {
	IssuerID string `json:"issuerId"`
	OrderNo  string `json:"orderNo"`
	// Counts the events of the order from 1 without gaps; they may arrive out of order
	Sequence int64  `json:"sequence"`
	At       string `json:"at"`
	// Of the order, after it
	State        OrderState   `json:"state"`
	ClosedReason ClosedReason `json:"closedReason,omitempty"`
	RefundDue    *Amount      `json:"refundDue,omitempty"`
	// Of `order.refund_due`
	Payment *Payment `json:"payment,omitempty"`
	// The items that it is about
	ItemIDs []string `json:"itemIds,omitempty"`
	// Of `order.item_replaced`
	Replaces []Replace `json:"replaces,omitempty"`
	// Of `order.redeemed` and `order.reversed`
	RedemptionID string `json:"redemptionId,omitempty"`
	// Of `order.void_decided`
	RequestID string   `json:"requestId,omitempty"`
	Decision  Decision `json:"decision,omitempty"`
	// Why it was refused
	Reason VoidRefusalReason `json:"reason,omitempty"`
	// Who changed the terminal, or what ended the request
	By DecidedBy `json:"by,omitempty"`
	// Of `order.terminal_changed`
	Terminal *MaskedTerminal `json:"terminal,omitempty"`
	// What it has that the one before had not, or not so, such as `pin`
	SecretsSet []string `json:"secretsSet,omitempty"`
	// What the one before had, and it has not
	SecretsDropped []string `json:"secretsDropped,omitempty"`
}

type Replace struct {
	ItemID string `json:"itemId"`
	By     string `json:"by"`
}

type DecidedBy string

const (
	DecidedByIssuer     DecidedBy = "issuer"
	DecidedByOperator   DecidedBy = "operator"
	DecidedByRedemption DecidedBy = "redemption"
	DecidedByTimeout    DecidedBy = "timeout"
)

type AcknowledgeMessagesBody struct {
	Results []Acknowledgement `json:"results"`
}

type Acknowledgement struct {
	ID string `json:"id"`
	// Left out: a 2xx without a body
	Answer map[string]any `json:"answer,omitempty"`
}

type AcknowledgeMessagesAnswer struct {
	Acknowledged int                                `json:"acknowledged"`
	Problems     []AcknowledgeMessagesAnswerProblem `json:"problems"`
}

type AcknowledgeMessagesAnswerProblem struct {
	ID   string `json:"id"`
	Code string `json:"code"`
}

type ReadMessagesAnswer struct {
	Data []GivenMessage `json:"data"`
}

type GivenMessage struct {
	Type      string          `json:"type"`
	Timestamp string          `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
	// The `webhook-id` that a callback would have
	ID      string `json:"id"`
	Attempt int64  `json:"attempt"`
}

type Replay struct {
	ReplayID string      `json:"replayId"`
	State    ReplayState `json:"state"`
	// Events that were not taken since then
	Matched int64 `json:"matched"`
	// Attempts; of an issuer that fetches, what it may fetch again
	Sent  int64 `json:"sent"`
	Taken int64 `json:"taken"`
}

type ReplayState string

const (
	ReplayStateRunning ReplayState = "running"
	ReplayStateDone    ReplayState = "done"
)

type ReplayEventsBody struct {
	Since  string      `json:"since"`
	Types  []EventType `json:"types,omitempty"`
	DryRun *bool       `json:"dryRun,omitempty"`
}

type ReplayEventsAnswer struct {
	// Events that were not taken since then
	Matched  int64  `json:"matched"`
	ReplayID string `json:"replayId,omitempty"`
}

type ConformanceRuns struct {
	Data []ConformanceSummary `json:"data"`
}

type ConformanceSummary struct {
	RunID string `json:"runId"`
	// passed: no required scenario failed. stopped: it was not played to its end; begin another
	State ConformanceSummaryState `json:"state"`
	// Who began it: an operator, the issuer, or a person at its own page
	By        string `json:"by"`
	StartedAt string `json:"startedAt"`
	EndedAt   string `json:"endedAt,omitempty"`
	// Played alone: such a run lets nobody go live
	Only []string `json:"only,omitempty"`
	// How many it plays; of one that has ended: played
	Scenarios int64 `json:"scenarios"`
	// Hints: failed, and not required. Skipped: of another kind of issuer
	Counts Count `json:"counts"`
}

type ConformanceSummaryState string

const (
	ConformanceSummaryStateRunning ConformanceSummaryState = "running"
	ConformanceSummaryStatePassed  ConformanceSummaryState = "passed"
	ConformanceSummaryStateFailed  ConformanceSummaryState = "failed"
	ConformanceSummaryStateStopped ConformanceSummaryState = "stopped"
)

// Count: Hints: failed, and not required. Skipped: of another kind of issuer
type Count struct {
	Passed  int64 `json:"passed"`
	Failed  int64 `json:"failed"`
	Hints   int64 `json:"hints"`
	Skipped int64 `json:"skipped"`
}

type StartConformanceBody struct {
	// Names of scenarios; left out: all
	Only []string `json:"only,omitempty"`
}

type ConformanceRun struct {
	RunID string `json:"runId"`
	// passed: no required scenario failed. stopped: it was not played to its end; begin another
	State ConformanceSummaryState `json:"state"`
	// Who began it: an operator, the issuer, or a person at its own page
	By        string `json:"by"`
	StartedAt string `json:"startedAt"`
	EndedAt   string `json:"endedAt,omitempty"`
	// Played alone: such a run lets nobody go live
	Only []string `json:"only,omitempty"`
	// How many it plays; of one that has ended: played
	Scenarios int64 `json:"scenarios"`
	// Hints: failed, and not required. Skipped: of another kind of issuer
	Counts  Count                  `json:"counts"`
	Results []ConformanceRunResult `json:"results"`
	// Signed by the platform, for whoever wants to check it
	Report *Report `json:"report,omitempty"`
}

type ConformanceRunResult struct {
	// Stable
	Name     string  `json:"name"`
	Outcome  Outcome `json:"outcome"`
	Required bool    `json:"required"`
	// What went to the issuer: never a token or a signature
	Sent []string `json:"sent"`
	// Its answers and calls: never a code
	Came     []string `json:"came"`
	Expected string   `json:"expected"`
	// Where it did something else
	Problem string `json:"problem,omitempty"`
	// How that is mended
	Fix string `json:"fix,omitempty"`
	// Of one that was skipped
	Why    string `json:"why,omitempty"`
	TookMs int64  `json:"tookMs"`
}

type Outcome string

const (
	OutcomePassed  Outcome = "passed"
	OutcomeFailed  Outcome = "failed"
	OutcomeSkipped Outcome = "skipped"
)

// Report: Signed by the platform, for whoever wants to check it
type Report struct {
	// JSON, as it was signed: an in-toto statement of a test result
	Statement string `json:"statement"`
	// Of `GET /v1/keys`
	KeyID string `json:"keyId"`
	ID    string `json:"id"`
	// Seconds
	Timestamp int64 `json:"timestamp"`
	// `v1a` over `{id}.{timestamp}.{statement}`
	Signature string `json:"signature"`
}

type Reconciliation struct {
	ReconciliationID string `json:"reconciliationId"`
	// Lines
	Compared int64 `json:"compared"`
	// Lines without a difference
	Equal       int64        `json:"equal"`
	Differences []Difference `json:"differences"`
	NextCursor  *string      `json:"nextCursor"`
}

type Difference struct {
	OrderNo string         `json:"orderNo"`
	Kind    DifferenceKind `json:"kind"`
	// What differs here; `null`: no such order
	Ours   *ComparedFacts `json:"ours"`
	Theirs *ComparedFacts `json:"theirs"`
}

type DifferenceKind string

const (
	DifferenceKindMissingHere  DifferenceKind = "missing_here"
	DifferenceKindMissingThere DifferenceKind = "missing_there"
	DifferenceKindAmount       DifferenceKind = "amount"
	DifferenceKindState        DifferenceKind = "state"
	DifferenceKindIssued       DifferenceKind = "issued"
	DifferenceKindRefund       DifferenceKind = "refund"
)

type ComparedFacts struct {
	State         OrderState `json:"state,omitempty"`
	Amount        *int64     `json:"amount,omitempty"`
	Currency      string     `json:"currency,omitempty"`
	Issued        *int64     `json:"issued,omitempty"`
	RefundSettled *int64     `json:"refundSettled,omitempty"`
}

type ChangeSelfBody struct {
	Callback *Callback      `json:"callback,omitempty"`
	Terminal *GivenTerminal `json:"terminal,omitempty"`
	Branding *Branding      `json:"branding,omitempty"`
	// Shown to the server of its callback (mTLS); kept sealed, never given back
	CallCertificate                *ChangeSelfBodyCallCertificate `json:"callCertificate,omitempty"`
	ApiVersion                     ApiVersion                     `json:"apiVersion,omitempty"`
	SignDeliveriesWithIssuerSecret *bool                          `json:"signDeliveriesWithIssuerSecret,omitempty"`
	BuyerRefunds                   *bool                          `json:"buyerRefunds,omitempty"`
	VoidDecisionSeconds            int                            `json:"voidDecisionSeconds,omitempty"`
	VoidUndecided                  VoidUndecided                  `json:"voidUndecided,omitempty"`
	HoldWhileDeciding              *bool                          `json:"holdWhileDeciding,omitempty"`
	LastCallSeconds                *int                           `json:"lastCallSeconds,omitempty"`
}

type Callback struct {
	Kind string `json:"kind"`
	URL  string `json:"url,omitempty"`
	Name string `json:"name,omitempty"`
}

type Branding struct {
	DisplayName string `json:"displayName"`
	Color       string `json:"color,omitempty"`
	// A data URI of a PNG or SVG of at most 100 KiB; lists leave it out
	Logo         string            `json:"logo,omitempty"`
	SupportEmail string            `json:"supportEmail,omitempty"`
	SupportURL   string            `json:"supportUrl,omitempty"`
	Instructions map[string]string `json:"instructions,omitempty"`
	// Of messages to buyers whose terminal names none; left out: English
	Language string `json:"language,omitempty"`
	// What messages say in own words, by language; `{product}` and the like are filled in
	Messages map[string]Message `json:"messages,omitempty"`
}

type Message struct {
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	Button  string `json:"button,omitempty"`
	Sms     string `json:"sms,omitempty"`
}

type ChangeSelfBodyCallCertificate struct {
	Certificate string `json:"certificate"`
	// RSA of 2048 to 4096 bits, P-256, P-384, P-521 or Ed25519, in PEM, without a passphrase
	Key string `json:"key"`
}

type ApiVersion string

const (
	ApiVersion20261128 ApiVersion = "2026-11-28"
)

type VoidUndecided string

const (
	VoidUndecidedApprove VoidUndecided = "approve"
	VoidUndecidedPerson  VoidUndecided = "person"
)

type IssuerRecord struct {
	IssuerID string      `json:"issuerId"`
	Name     string      `json:"name"`
	State    IssuerState `json:"state"`
	Callback Callback    `json:"callback"`
	CodeMode CodeMode    `json:"codeMode"`
	// The preset one of its orders
	Terminal                       *IssuerTerminal `json:"terminal,omitempty"`
	VerifyWindowSeconds            int             `json:"verifyWindowSeconds"`
	IssueWindowSeconds             int             `json:"issueWindowSeconds"`
	PublicKey                      string          `json:"publicKey,omitempty"`
	NoticeDelaysSeconds            []int           `json:"noticeDelaysSeconds,omitempty"`
	EventDelaysSeconds             []int           `json:"eventDelaysSeconds,omitempty"`
	DeliveryDelaysSeconds          []int           `json:"deliveryDelaysSeconds,omitempty"`
	SignDeliveriesWithIssuerSecret bool            `json:"signDeliveriesWithIssuerSecret,omitempty"`
	CodeInMessage                  bool            `json:"codeInMessage,omitempty"`
	Branding                       *Branding       `json:"branding,omitempty"`
	BuyerRefunds                   *bool           `json:"buyerRefunds,omitempty"`
	VoidDecisionSeconds            int             `json:"voidDecisionSeconds,omitempty"`
	VoidUndecided                  VoidUndecided   `json:"voidUndecided,omitempty"`
	HoldWhileDeciding              *bool           `json:"holdWhileDeciding,omitempty"`
	LastCallSeconds                *int            `json:"lastCallSeconds,omitempty"`
	CallsAtOnce                    int             `json:"callsAtOnce,omitempty"`
	// Of one callback; 8 unless it is set
	CallTimeoutSeconds int `json:"callTimeoutSeconds,omitempty"`
	// Their names
	CallHeaders []string `json:"callHeaders,omitempty"`
	CallCa      string   `json:"callCa,omitempty"`
	// What is shown of it; the fingerprint is SHA-256
	CallCertificate *CallCertificate `json:"callCertificate,omitempty"`
	// New orders that one api process takes
	OrdersPerSecond int `json:"ordersPerSecond,omitempty"`
	// The version of the contract that counts for it
	ApiVersion string `json:"apiVersion"`
	// Of the sandbox
	Mode      string `json:"mode,omitempty"`
	CreatedAt string `json:"createdAt"`
	// Of a test issuer: it is deleted then
	EndsAt string `json:"endsAt,omitempty"`
}

type IssuerState string

const (
	IssuerStateActive    IssuerState = "active"
	IssuerStatePaused    IssuerState = "paused"
	IssuerStateNotLive   IssuerState = "not_live"
	IssuerStateNotProved IssuerState = "not_proved"
)

type CodeMode string

const (
	CodeModeRequest CodeMode = "request"
	CodeModePush    CodeMode = "push"
)

// IssuerTerminal: The preset one of its orders
type IssuerTerminal struct {
	Channel string `json:"channel"`
}

// CallCertificate: What is shown of it; the fingerprint is SHA-256
type CallCertificate struct {
	Subject     string `json:"subject"`
	Fingerprint string `json:"fingerprint"`
	EndsAt      string `json:"endsAt"`
}

type PreviewSelfBody struct {
	Branding      *Branding `json:"branding,omitempty"`
	CodeInMessage *bool     `json:"codeInMessage,omitempty"`
	// The buyer’s, as a terminal names it
	Language string `json:"language,omitempty"`
	Product  string `json:"product,omitempty"`
	Quantity int    `json:"quantity,omitempty"`
}

type Preview struct {
	Mail Mail `json:"mail"`
	Sms  Sm   `json:"sms"`
	Page Page `json:"page"`
}

type Mail struct {
	FromName string `json:"fromName"`
	Subject  string `json:"subject"`
	Text     string `json:"text"`
	Html     string `json:"html"`
}

type Sm struct {
	Text string `json:"text"`
	// As how many single messages it is sent, and paid
	Parts int64 `json:"parts"`
}

type Page struct {
	// A whole document that loads nothing
	Html string `json:"html"`
}

type IssuerChoices struct {
	// What `terminal` may be of
	Channels []Channel `json:"channels"`
	// What `apiVersion` may be, the oldest first; from `endsAt` on calls are refused
	Versions []Version `json:"versions"`
}

type Channel struct {
	Channel string `json:"channel"`
	Label   string `json:"label"`
	// Its orders have a pick-up link
	HasPage bool `json:"hasPage"`
	// Absent where a channel needs none
	Address *Address `json:"address,omitempty"`
	// Fields that are never shown, such as `pin`
	Secrets []string `json:"secrets,omitempty"`
}

// Address: Absent where a channel needs none
type Address struct {
	Field       string      `json:"field"`
	Label       string      `json:"label"`
	Kind        AddressKind `json:"kind"`
	Placeholder string      `json:"placeholder,omitempty"`
}

type AddressKind string

const (
	AddressKindURL   AddressKind = "url"
	AddressKindEmail AddressKind = "email"
	AddressKindTel   AddressKind = "tel"
)

type Version struct {
	Date         string `json:"date"`
	DeprecatedAt string `json:"deprecatedAt,omitempty"`
	EndsAt       string `json:"endsAt,omitempty"`
}

type ReplayMessageBody struct{}

type ReplayMessageAnswer struct {
	ID string `json:"id"`
}

type RotateOwnSecretBody struct {
	EndOldNow *bool `json:"endOldNow,omitempty"`
}

type NewSecret struct {
	Secret          string `json:"secret"`
	OldSecretEndsAt string `json:"oldSecretEndsAt"`
}

type CheckCallbackProofBody struct {
	// A callback address that is planned; left out: the one of today
	URL string `json:"url,omitempty"`
}

type CallbackProof struct {
	Host string `json:"host"`
	// Whether the platform calls proved hosts alone
	Required bool    `json:"required"`
	Proved   *Proved `json:"proved,omitempty"`
	// A TXT record that proves it; none for a host without a name
	Dns *Dn `json:"dns,omitempty"`
	// A file that proves it
	File File `json:"file"`
	// The newest one of this host
	Check *Check `json:"check,omitempty"`
}

type Proved struct {
	By ProvedBy `json:"by"`
	At string   `json:"at"`
}

type ProvedBy string

const (
	ProvedByDns  ProvedBy = "dns"
	ProvedByFile ProvedBy = "file"
)

// Dn: A TXT record that proves it; none for a host without a name
type Dn struct {
	Name string `json:"name"`
	Txt  string `json:"txt"`
}

// File: A file that proves it
type File struct {
	URL     string `json:"url"`
	Content string `json:"content"`
}

// Check: The newest one of this host
type Check struct {
	AskedAt   string `json:"askedAt"`
	CheckedAt string `json:"checkedAt,omitempty"`
	// `found`, `wrong`, or why nothing was found
	Dns string `json:"dns,omitempty"`
	// `found`, `wrong`, or why nothing was found
	File string `json:"file,omitempty"`
}

type FailurePage struct {
	Data       []Failure `json:"data"`
	NextCursor *string   `json:"nextCursor"`
}

type Failure struct {
	OrderNo string      `json:"orderNo"`
	Since   string      `json:"since"`
	Kind    FailureKind `json:"kind"`
	// Of the last answer
	LastStatus *int64 `json:"lastStatus,omitempty"`
	// Of `answer_unreadable`: where, and why
	Errors []AnswerFlaw `json:"errors,omitempty"`
}

type FailureKind string

const (
	FailureKindNotNotified      FailureKind = "not_notified"
	FailureKindNotAnswered      FailureKind = "not_answered"
	FailureKindAnswerUnreadable FailureKind = "answer_unreadable"
	FailureKindUndeliverable    FailureKind = "undeliverable"
	FailureKindEventGivenUp     FailureKind = "event_given_up"
	FailureKindVoidUndecided    FailureKind = "void_undecided"
)

type AnswerFlaw struct {
	Path string `json:"path"`
	Code string `json:"code"`
}

type Sent struct {
	Status string `json:"status"`
}

type EchoOutcome struct {
	State   EchoOutcomeState `json:"state"`
	SentAt  string           `json:"sentAt,omitempty"`
	Problem string           `json:"problem,omitempty"`
}

type EchoOutcomeState string

const (
	EchoOutcomeStateNone     EchoOutcomeState = "none"
	EchoOutcomeStateSent     EchoOutcomeState = "sent"
	EchoOutcomeStateAnswered EchoOutcomeState = "answered"
	EchoOutcomeStateFailed   EchoOutcomeState = "failed"
)

type IssuerCalls struct {
	Orders    int64        `json:"orders"`
	Summary   Summary      `json:"summary"`
	Circuits  []Circuit    `json:"circuits"`
	Throttled int64        `json:"throttled"`
	Data      []IssuerCall `json:"data"`
}

type Summary struct {
	Calls      int64       `json:"calls"`
	Failed     int64       `json:"failed"`
	Took       Percentiles `json:"took"`
	LastOk     string      `json:"lastOk,omitempty"`
	LastFailed string      `json:"lastFailed,omitempty"`
}

// Percentiles: Times that were really measured; null where there was none
type Percentiles struct {
	Count int64    `json:"count"`
	P50Ms *float64 `json:"p50Ms"`
	P95Ms *float64 `json:"p95Ms"`
	P99Ms *float64 `json:"p99Ms"`
}

type Circuit struct {
	// An issuer, `terminal:` with an issuer and what fails together, or `host:` with one that cannot be reached
	Key      string       `json:"key"`
	State    CircuitState `json:"state"`
	Calls    int64        `json:"calls"`
	Failures int64        `json:"failures"`
	// How many see it so
	Workers int64 `json:"workers"`
}

type CircuitState string

const (
	CircuitStateClosed   CircuitState = "closed"
	CircuitStateOpen     CircuitState = "open"
	CircuitStateHalfOpen CircuitState = "half_open"
)

type IssuerCall struct {
	CallID    string    `json:"callId"`
	At        string    `json:"at"`
	OrderNo   string    `json:"orderNo"`
	Direction Direction `json:"direction"`
	Kind      string    `json:"kind"`
	Ok        bool      `json:"ok"`
	Try       *int64    `json:"try,omitempty"`
	Status    *int      `json:"status,omitempty"`
	Problem   string    `json:"problem,omitempty"`
	TookMs    *float64  `json:"tookMs,omitempty"`
	// Its webhook-id
	Message string `json:"message,omitempty"`
	// An operator sent it again
	Replay bool `json:"replay,omitempty"`
}

type Direction string

const (
	DirectionToIssuer   Direction = "to_issuer"
	DirectionFromIssuer Direction = "from_issuer"
	DirectionToTerminal Direction = "to_terminal"
)

type Failed string

const (
	FailedTrue  Failed = "true"
	FailedFalse Failed = "false"
)

type OwnCall struct {
	IssuerID  string    `json:"issuerId"`
	CallID    string    `json:"callId"`
	At        string    `json:"at"`
	OrderNo   string    `json:"orderNo"`
	Direction Direction `json:"direction"`
	Kind      string    `json:"kind"`
	Ok        bool      `json:"ok"`
	Try       *int64    `json:"try,omitempty"`
	Status    *int      `json:"status,omitempty"`
	Problem   string    `json:"problem,omitempty"`
	TookMs    *float64  `json:"tookMs,omitempty"`
	// Its webhook-id
	Message string `json:"message,omitempty"`
	// An operator sent it again
	Replay  bool     `json:"replay,omitempty"`
	Request CallSide `json:"request"`
	Answer  CallSide `json:"answer"`
	// The codes came as the answer to this message
	PartOf string `json:"partOf,omitempty"`
}

type CallSide struct {
	Status *int `json:"status,omitempty"`
	// The JSON of the wire as far as it is kept, secrets masked
	Body any `json:"body,omitempty"`
	// JSON Pointers; an empty one is the whole body
	NotKept []string `json:"notKept"`
}

type CreatePortalLinkBody struct {
	Role             Role `json:"role"`
	ExpiresInSeconds int  `json:"expiresInSeconds,omitempty"`
	// Who will use it; the audit log says it
	Name string `json:"name,omitempty"`
}

type Role string

const (
	RoleViewer Role = "viewer"
	RoleAdmin  Role = "admin"
)

type PortalLink struct {
	URL       string `json:"url"`
	ExpiresAt string `json:"expiresAt"`
}

type EndPortalSessionsBody struct {
	SessionID string `json:"sessionId,omitempty"`
}

type EndPortalSessionsAnswer struct {
	Ended int `json:"ended"`
}

type PortalSessionPage struct {
	Data       []PortalSession `json:"data"`
	NextCursor *string         `json:"nextCursor"`
}

type PortalSession struct {
	SessionID string `json:"sessionId"`
	Name      string `json:"name"`
	Role      Role   `json:"role"`
	StartedAt string `json:"startedAt"`
	// Its last use, to a minute
	SeenAt string `json:"seenAt"`
	// The latest; without use it ends earlier
	EndsAt string `json:"endsAt"`
	// The one that asks
	IsThis bool `json:"isThis"`
}

type AdvanceSandboxClockBody struct {
	AdvanceSeconds int `json:"advanceSeconds"`
}

type ClockAdvanced struct {
	Orders int `json:"orders"`
}

type SandboxInbox struct {
	Data []SandboxInboxData `json:"data"`
}

type SandboxInboxData struct {
	At      string                  `json:"at"`
	Channel SandboxInboxDataChannel `json:"channel"`
	To      string                  `json:"to"`
	Subject string                  `json:"subject,omitempty"`
	Text    string                  `json:"text"`
}

type SandboxInboxDataChannel string

const (
	SandboxInboxDataChannelPage    SandboxInboxDataChannel = "page"
	SandboxInboxDataChannelWebhook SandboxInboxDataChannel = "webhook"
	SandboxInboxDataChannelEmail   SandboxInboxDataChannel = "email"
	SandboxInboxDataChannelSms     SandboxInboxDataChannel = "sms"
)

type Paid struct {
	IssuerID        string            `json:"issuerId"`
	OrderNo         string            `json:"orderNo"`
	Token           string            `json:"token"`
	Product         Product           `json:"product"`
	Quantity        int               `json:"quantity"`
	Amount          Amount            `json:"amount"`
	Metadata        map[string]string `json:"metadata"`
	Payment         *Payment          `json:"payment,omitempty"`
	VerifyBy        string            `json:"verifyBy"`
	VerificationURL string            `json:"verificationUrl"`
	CodesURL        string            `json:"codesUrl"`
	RefusalURL      string            `json:"refusalUrl"`
}

type CodeRequest struct {
	IssuerID string  `json:"issuerId"`
	OrderNo  string  `json:"orderNo"`
	Token    string  `json:"token"`
	Product  Product `json:"product"`
	Quantity int     `json:"quantity"`
	// Codes that the order lacked when the message was made
	Outstanding     int64             `json:"outstanding"`
	Metadata        map[string]string `json:"metadata"`
	VerifyBy        string            `json:"verifyBy"`
	IssueBy         string            `json:"issueBy"`
	VerificationURL string            `json:"verificationUrl"`
	CodesURL        string            `json:"codesUrl"`
	RefusalURL      string            `json:"refusalUrl"`
}

type CodeAnswer struct {
	Status string        `json:"status"`
	Codes  []Code        `json:"codes,omitempty"`
	Reason RefusalReason `json:"reason,omitempty"`
	Detail string        `json:"detail,omitempty"`
}

type Closing struct {
	IssuerID string  `json:"issuerId"`
	OrderNo  string  `json:"orderNo"`
	Token    string  `json:"token"`
	Product  Product `json:"product"`
	Quantity int     `json:"quantity"`
	// Codes that the order lacked when the message was made
	Outstanding     int64             `json:"outstanding"`
	Metadata        map[string]string `json:"metadata"`
	VerifyBy        string            `json:"verifyBy"`
	IssueBy         string            `json:"issueBy"`
	VerificationURL string            `json:"verificationUrl"`
	CodesURL        string            `json:"codesUrl"`
	RefusalURL      string            `json:"refusalUrl"`
	// What comes later is too late
	ClosesBy string `json:"closesBy"`
}

type VoidRequested struct {
	IssuerID    string   `json:"issuerId"`
	OrderNo     string   `json:"orderNo"`
	Token       string   `json:"token"`
	RequestID   string   `json:"requestId"`
	ItemIDs     []string `json:"itemIds"`
	Reason      string   `json:"reason"`
	DecideBy    string   `json:"decideBy"`
	DecisionURL string   `json:"decisionUrl"`
}

type VoidAnswer struct {
	Status string            `json:"status"`
	Reason VoidRefusalReason `json:"reason,omitempty"`
	Detail string            `json:"detail,omitempty"`
}

var knownEvents = map[EventType]bool{
	EventTypeOrderDelivered:       true,
	EventTypeOrderUndeliverable:   true,
	EventTypeOrderRefused:         true,
	EventTypeOrderExpired:         true,
	EventTypeOrderCancelled:       true,
	EventTypeOrderRefundDue:       true,
	EventTypeOrderCodesVoid:       true,
	EventTypeOrderItemReplaced:    true,
	EventTypeOrderRedeemed:        true,
	EventTypeOrderReversed:        true,
	EventTypeOrderOpened:          true,
	EventTypeOrderTerminalChanged: true,
	EventTypeOrderVoidDecided:     true,
}
