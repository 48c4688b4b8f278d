# Made from openapi.json by `npm run docs`: change the contract instead.
from __future__ import annotations

from typing import Any, Dict, FrozenSet, List, Literal, TypedDict, Union


class _Product(TypedDict):
    id: str
    name: str


class Product(_Product, total=False):
    instructions: str
    "How its codes are redeemed: shown to the buyer before those of the issuer"


class Amount(TypedDict):
    value: int
    currency: str


class _Payment(TypedDict):
    id: str


class Payment(_Payment, total=False):
    paidAt: str
    payer: str


class _Paid(TypedDict):
    issuerId: str
    orderNo: str
    token: str
    product: Product
    quantity: int
    amount: Amount
    metadata: Dict[str, str]
    verifyBy: str
    verificationUrl: str
    codesUrl: str
    refusalUrl: str


class Paid(_Paid, total=False):
    payment: Payment


class OrderPaid(TypedDict):
    type: Literal["order.paid"]
    timestamp: str
    data: Paid


class CodeRequest(TypedDict):
    issuerId: str
    orderNo: str
    token: str
    product: Product
    quantity: int
    outstanding: int
    "Codes that the order lacked when the message was made"
    metadata: Dict[str, str]
    verifyBy: str
    issueBy: str
    verificationUrl: str
    codesUrl: str
    refusalUrl: str


class OrderCodeRequested(TypedDict):
    type: Literal["order.code_requested"]
    timestamp: str
    data: CodeRequest


CodeFormat = Literal["text", "url", "qr", "code128", "code39", "itf", "ean13", "ean8", "upca", "gs1-128", "pdf417", "aztec", "datamatrix"]


class _Code(TypedDict):
    itemId: str
    value: str


class Code(_Code, total=False):
    secret: str
    format: CodeFormat
    uses: int
    "How often it can be redeemed; 1 when left out"
    startsAt: str
    expiresAt: str


class CodeAnswerIssued(TypedDict):
    status: Literal["issued"]
    codes: List[Code]


class CodeAnswerIssuing(TypedDict):
    status: Literal["issuing"]


RefusalReason = Literal["out_of_stock", "price_changed", "product_unknown", "account_invalid", "other"]


class _CodeAnswerRefused(TypedDict):
    status: Literal["refused"]
    reason: RefusalReason


class CodeAnswerRefused(_CodeAnswerRefused, total=False):
    detail: str


CodeAnswer = Union[CodeAnswerIssued, CodeAnswerIssuing, CodeAnswerRefused]


class Closing(TypedDict):
    issuerId: str
    orderNo: str
    token: str
    product: Product
    quantity: int
    outstanding: int
    "Codes that the order lacked when the message was made"
    metadata: Dict[str, str]
    verifyBy: str
    issueBy: str
    verificationUrl: str
    codesUrl: str
    refusalUrl: str
    closesBy: str
    "What comes later is too late"


class OrderClosing(TypedDict):
    type: Literal["order.closing"]
    timestamp: str
    data: Closing


class VoidRequested(TypedDict):
    issuerId: str
    orderNo: str
    token: str
    requestId: str
    itemIds: List[str]
    reason: str
    decideBy: str
    decisionUrl: str


class OrderVoidRequested(TypedDict):
    type: Literal["order.void_requested"]
    timestamp: str
    data: VoidRequested


class VoidAnswerDestroyed(TypedDict):
    status: Literal["destroyed"]


VoidRefusalReason = Literal["redeemed", "not_refundable", "other"]


class _VoidAnswerRefused(TypedDict):
    status: Literal["refused"]
    reason: VoidRefusalReason


class VoidAnswerRefused(_VoidAnswerRefused, total=False):
    detail: str


class VoidAnswerDeciding(TypedDict):
    status: Literal["deciding"]


class VoidAnswerUnknown(TypedDict):
    status: Literal["unknown"]


VoidAnswer = Union[VoidAnswerDestroyed, VoidAnswerRefused, VoidAnswerDeciding, VoidAnswerUnknown]


class Echoed(TypedDict):
    type: Literal["echo"]
    timestamp: str
    data: Dict[str, Any]


OrderState = Literal["accepted", "notified", "verified", "partially_issued", "issued", "delivered", "undeliverable", "refused", "expired", "cancelled"]


class MaskedTerminal(TypedDict):
    channel: str
    hint: str


class CodeCounts(TypedDict):
    issued: int
    outstanding: int


class ItemCounts(TypedDict):
    issued: int
    delivered: int
    void: int
    replaced: int
    redeemed: int


DeliveryState = Literal["none", "pending", "sent", "delivered", "opened", "bounced", "failed"]


class Delivery(TypedDict):
    state: DeliveryState
    tries: int


ClosedReason = Literal["verify_window", "issue_window", "issuer_refused", "issuer_cancelled", "operator_cancelled", "partially_issued", "completed_short", "all_void"]


VoidRequestState = Literal["open", "undecided", "destroyed", "refused"]


class VoidRequest(TypedDict):
    requestId: str
    itemIds: List[str]
    state: VoidRequestState
    decideBy: str


class _Order(TypedDict):
    issuerId: str
    orderNo: str
    state: OrderState
    product: Product
    quantity: int
    amount: Amount
    terminal: MaskedTerminal
    codes: CodeCounts
    items: ItemCounts
    "Items by state; redeemed are the good ones with a use spent"
    delivery: Delivery
    createdAt: str
    updatedAt: str
    sequence: int
    "Of the last event; 0 before the first"
    actions: List[str]
    "Calls that would now change or send something"


class Order(_Order, total=False):
    pickupUrl: str
    "Whoever has it will see the codes"
    verifyBy: str
    issueBy: str
    "From the verification on"
    closedReason: ClosedReason
    refundDue: Amount
    "Absent when nothing is due"
    refundSettled: Amount
    "What the issuer said was paid back"
    voidRequest: VoidRequest
    "The newest request to destroy codes, which their issuer decides"
    metadata: Dict[str, str]
    payment: Payment


class OrderPage(TypedDict):
    data: List[Order]
    nextCursor: Union[str, None]


class _TerminalPage(TypedDict):
    channel: Literal["page"]


class TerminalPage(_TerminalPage, total=False):
    pin: str


class _TerminalWebhook(TypedDict):
    channel: Literal["webhook"]
    url: str


class TerminalWebhook(_TerminalWebhook, total=False):
    secret: str


class _TerminalEmail(TypedDict):
    channel: Literal["email"]
    address: str


class TerminalEmail(_TerminalEmail, total=False):
    language: str
    pin: str


class _TerminalSms(TypedDict):
    channel: Literal["sms"]
    number: str


class TerminalSms(_TerminalSms, total=False):
    language: str
    pin: str


GivenTerminal = Union[TerminalPage, TerminalWebhook, TerminalEmail, TerminalSms]


class _PlaceOrderBody(TypedDict):
    orderNo: str
    product: Product
    amount: Amount


class PlaceOrderBody(_PlaceOrderBody, total=False):
    quantity: int
    terminal: GivenTerminal
    metadata: Dict[str, str]
    payment: Payment


ProblemCode = Literal["body_too_large", "signature_invalid", "operator_unauthorized", "operator_forbidden", "idempotency_mismatch", "in_progress", "media_type_unsupported", "body_malformed", "body_invalid", "cursor_gone", "order_unknown", "issuer_unknown", "call_unknown", "message_unknown", "reconciliation_unknown", "path_unknown", "method_not_allowed", "order_conflict", "order_closed", "already_delivered", "already_verified", "not_issued", "terminal_fixed", "approval_unknown", "call_pending", "not_replayable", "nothing_issued", "not_delivered", "code_redeemed", "code_expired", "code_not_started", "uses_exhausted", "code_held", "void_pending", "already_decided", "already_opened", "request_unknown", "redemption_conflict", "run_unknown", "replay_unknown", "redemption_unknown", "settlement_conflict", "refund_exceeded", "item_unknown", "origin_forbidden", "code_void", "pin_wrong", "pin_locked", "reveal_first", "token_mismatch", "amount_mismatch", "quantity_mismatch", "verification_locked", "not_verified", "code_conflict", "code_reused", "issuer_exists", "not_url", "not_pull", "version_unknown", "version_ended", "not_live", "callback_not_proved", "issuer_paused", "rate_limited", "unavailable", "statement_not_ready", "internal"]


class Flaw(TypedDict):
    path: str
    "JSON Pointer into the body, or / and the name of a query parameter"
    code: str
    message: str


class _Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    code: ProblemCode
    "Decide by it"
    retryable: bool
    "Whether the same request can be answered otherwise later"
    requestId: str


class Problem(_Problem, total=False):
    errors: List[Flaw]
    itemIds: List[str]
    "The items that the refusal is about"


class _BulkResult(TypedDict):
    orderNo: str
    status: int


class BulkResult(_BulkResult, total=False):
    order: Order
    problem: Problem


class PlaceOrdersAnswer(TypedDict):
    results: List[BulkResult]


class PlaceOrdersBody(TypedDict):
    orders: List[Dict[str, Any]]


TimelineEvent = Literal["accepted", "notice_sent", "notice_answered", "verification_judged", "code_requested", "code_request_answered", "codes_judged", "delivery_tried", "delivered", "closed", "event_sent", "opened", "receipt", "completed", "item_void", "item_replaced", "item_redeemed", "item_reversed", "validity_changed", "refund_settled", "payment_repeated", "terminal_changed", "void_requested", "void_decided", "note", "resumed", "attempt_lost", "code_reported"]


class AnswerFlaw(TypedDict):
    path: str
    code: str


class TimelineData(TypedDict):
    at: str
    event: TimelineEvent
    detail: Dict[str, Union[str, float, bool, List[AnswerFlaw]]]


class Timeline(TypedDict):
    data: List[TimelineData]


class _CancelOrderBody(TypedDict):
    reason: str


class CancelOrderBody(_CancelOrderBody, total=False):
    token: str


class _RefuseOrderBody(TypedDict):
    token: str
    reason: RefusalReason


class RefuseOrderBody(_RefuseOrderBody, total=False):
    detail: str


class CodesTaken(TypedDict):
    accepted: int
    "Codes of this call that the order now holds, old and new"
    outstanding: int
    "Codes that it still lacks"


class SubmitCodesBody(TypedDict):
    token: str
    codes: List[Code]


class Verified(TypedDict):
    verdict: Literal["verified"]
    orderNo: str
    verifiedAt: str
    issueBy: str


class VerifyOrderBody(TypedDict):
    token: str
    quantity: int
    amount: Amount


class _ChangeValidityBody(TypedDict):
    token: str
    expiresAt: str


class ChangeValidityBody(_ChangeValidityBody, total=False):
    itemIds: List[str]


class _CompleteOrderBody(TypedDict):
    token: str


class CompleteOrderBody(_CompleteOrderBody, total=False):
    reason: str


Decision = Literal["destroyed", "refused"]


class _DecideVoidBody(TypedDict):
    token: str
    requestId: str
    decision: Decision


class DecideVoidBody(_DecideVoidBody, total=False):
    reason: VoidRefusalReason
    "Needed when refused"
    detail: str


class _DeliverAgainBody(TypedDict):
    token: str


class DeliverAgainBody(_DeliverAgainBody, total=False):
    terminal: GivenTerminal
    "Another one only after a failed attempt"
    newLink: bool
    "Ends the pick-up link that the order has"


ItemState = Literal["issued", "delivered", "void", "replaced"]


class _Item(TypedDict):
    itemId: str
    state: ItemState
    uses: int
    usesLeft: int
    held: bool


class Item(_Item, total=False):
    startsAt: str
    expiresAt: str
    deliveredAt: str
    openedAt: str
    replacedBy: str
    replaces: str
    maybeLive: bool
    "It was replaced, and its code could not be destroyed"


class ItemPage(TypedDict):
    data: List[Item]
    nextCursor: Union[str, None]


class _Redemption(TypedDict):
    redemptionId: str
    "Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it"
    itemId: str
    uses: int
    usesLeft: int
    "Once it was redeemed, as its call was told"
    at: str


class Redemption(_Redemption, total=False):
    place: str
    reversedAt: str


class RedemptionPage(TypedDict):
    data: List[Redemption]
    nextCursor: Union[str, None]


class Redeemed(TypedDict):
    redemptionId: str
    "Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it"
    itemId: str
    uses: int
    usesLeft: int


class _RedeemItemBody(TypedDict):
    token: str
    redemptionId: str
    "Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it"
    itemId: str


class RedeemItemBody(_RedeemItemBody, total=False):
    uses: int
    redeemedAt: str
    place: str


class ReplacedBefore(TypedDict):
    replaced: int


class _Replacement(TypedDict):
    itemId: str
    code: Code


class Replacement(_Replacement, total=False):
    stillLive: bool


class ReplaceCodesBody(TypedDict):
    token: str
    replacements: List[Replacement]
    reason: str


class Reversed(TypedDict):
    redemptionId: str
    "Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it"
    itemId: str
    usesLeft: int


class _ReverseRedemptionBody(TypedDict):
    token: str
    redemptionId: str
    "Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it"


class ReverseRedemptionBody(_ReverseRedemptionBody, total=False):
    reason: str


class _SettleRefundBody(TypedDict):
    token: str
    settlementId: str
    "Kept as it is: refused where it is a PIN of the order, or has a code, link or token of it"
    amount: Amount


class SettleRefundBody(_SettleRefundBody, total=False):
    settledAt: str


class _VoidItemsBody(TypedDict):
    token: str
    reason: str


class VoidItemsBody(_VoidItemsBody, total=False):
    itemIds: List[str]


EventType = Literal["order.delivered", "order.undeliverable", "order.refused", "order.expired", "order.cancelled", "order.refund_due", "order.codes_void", "order.item_replaced", "order.redeemed", "order.reversed", "order.opened", "order.terminal_changed", "order.void_decided"]


class Replace(TypedDict):
    itemId: str
    by: str


DecidedBy = Literal["issuer", "operator", "redemption", "timeout"]


class _EventData(TypedDict):
    issuerId: str
    orderNo: str
    sequence: int
    "Counts the events of the order from 1 without gaps; they may arrive out of order"
    at: str
    state: OrderState
    "Of the order, after it"


class EventData(_EventData, total=False):
    closedReason: ClosedReason
    refundDue: Amount
    payment: Payment
    "Of `order.refund_due`"
    itemIds: List[str]
    "The items that it is about"
    replaces: List[Replace]
    "Of `order.item_replaced`"
    redemptionId: str
    "Of `order.redeemed` and `order.reversed`"
    requestId: str
    "Of `order.void_decided`"
    decision: Decision
    reason: VoidRefusalReason
    "Why it was refused"
    by: DecidedBy
    "Who changed the terminal, or what ended the request"
    terminal: MaskedTerminal
    "Of `order.terminal_changed`"
    secretsSet: List[str]
    "What it has that the one before had not, or not so, such as `pin`"
    secretsDropped: List[str]
    "What the one before had, and it has not"


class Event(TypedDict):
    type: EventType
    timestamp: str
    data: EventData
    id: str
    "The `webhook-id` of its callback"


class ReadEventsAnswer(TypedDict):
    data: List[Event]
    nextCursor: str
    "Also of an empty page"


class AcknowledgeMessagesAnswerProblem(TypedDict):
    id: str
    code: Union[Literal["answer_unreadable"], ProblemCode]


class AcknowledgeMessagesAnswer(TypedDict):
    acknowledged: int
    problems: List[AcknowledgeMessagesAnswerProblem]


class _Acknowledgement(TypedDict):
    id: str


class Acknowledgement(_Acknowledgement, total=False):
    answer: Dict[str, Any]
    "Left out: a 2xx without a body"


class AcknowledgeMessagesBody(TypedDict):
    results: List[Acknowledgement]


class GivenOrderPaid(TypedDict):
    type: Literal["order.paid"]
    timestamp: str
    data: Paid
    id: str
    "The `webhook-id` that a callback would have"
    attempt: int


class GivenCodeRequested(TypedDict):
    type: Literal["order.code_requested"]
    timestamp: str
    data: CodeRequest
    id: str
    "The `webhook-id` that a callback would have"
    attempt: int


class GivenOrderClosing(TypedDict):
    type: Literal["order.closing"]
    timestamp: str
    data: Closing
    id: str
    "The `webhook-id` that a callback would have"
    attempt: int


class GivenVoidRequested(TypedDict):
    type: Literal["order.void_requested"]
    timestamp: str
    data: VoidRequested
    id: str
    "The `webhook-id` that a callback would have"
    attempt: int


class GivenEvent(TypedDict):
    type: EventType
    timestamp: str
    data: EventData
    id: str
    "The `webhook-id` that a callback would have"
    attempt: int


GivenMessage = Union[GivenOrderPaid, GivenCodeRequested, GivenOrderClosing, GivenVoidRequested, GivenEvent]


class ReadMessagesAnswer(TypedDict):
    data: List[GivenMessage]


ReplayState = Literal["running", "done"]


class Replay(TypedDict):
    replayId: str
    state: ReplayState
    matched: int
    "Events that were not taken since then"
    sent: int
    "Attempts; of an issuer that fetches, what it may fetch again"
    taken: int


class ReplayMatch(TypedDict):
    matched: int
    "Events that were not taken since then"


class ReplayBegun(TypedDict):
    replayId: str
    matched: int
    "Events that were not taken since then"


class _ReplayEventsBody(TypedDict):
    since: str


class ReplayEventsBody(_ReplayEventsBody, total=False):
    types: List[EventType]
    dryRun: bool


ConformanceSummaryState = Literal["running", "passed", "failed", "stopped"]


class Count(TypedDict):
    passed: int
    failed: int
    hints: int
    skipped: int


class _ConformanceSummary(TypedDict):
    runId: str
    state: ConformanceSummaryState
    "passed: no required scenario failed. stopped: it was not played to its end; begin another"
    by: str
    "Who began it: an operator, the issuer, or a person at its own page"
    startedAt: str
    scenarios: int
    "How many it plays; of one that has ended: played"
    counts: Count
    "Hints: failed, and not required. Skipped: of another kind of issuer"


class ConformanceSummary(_ConformanceSummary, total=False):
    endedAt: str
    only: List[str]
    "Played alone: such a run lets nobody go live"


class ConformanceRuns(TypedDict):
    data: List[ConformanceSummary]


Outcome = Literal["passed", "failed", "skipped"]


class _ConformanceRunResult(TypedDict):
    name: str
    "Stable"
    outcome: Outcome
    required: bool
    sent: List[str]
    "What went to the issuer: never a token or a signature"
    came: List[str]
    "Its answers and calls: never a code"
    expected: str
    tookMs: int


class ConformanceRunResult(_ConformanceRunResult, total=False):
    problem: str
    "Where it did something else"
    fix: str
    "How that is mended"
    why: str
    "Of one that was skipped"


class Report(TypedDict):
    statement: str
    "JSON, as it was signed: an in-toto statement of a test result"
    keyId: str
    "Of `GET /v1/keys`"
    id: str
    timestamp: int
    "Seconds"
    signature: str
    "`v1a` over `{id}.{timestamp}.{statement}`"


class _ConformanceRun(TypedDict):
    runId: str
    state: ConformanceSummaryState
    "passed: no required scenario failed. stopped: it was not played to its end; begin another"
    by: str
    "Who began it: an operator, the issuer, or a person at its own page"
    startedAt: str
    scenarios: int
    "How many it plays; of one that has ended: played"
    counts: Count
    "Hints: failed, and not required. Skipped: of another kind of issuer"
    results: List[ConformanceRunResult]


class ConformanceRun(_ConformanceRun, total=False):
    endedAt: str
    only: List[str]
    "Played alone: such a run lets nobody go live"
    report: Report
    "Signed by the platform, for whoever wants to check it"


class StartConformanceBody(TypedDict, total=False):
    only: List[str]
    "Names of scenarios; left out: all"


DifferenceKind = Literal["missing_here", "missing_there", "amount", "state", "issued", "refund"]


class ComparedFacts(TypedDict, total=False):
    state: OrderState
    amount: int
    currency: str
    issued: int
    refundSettled: int


class Difference(TypedDict):
    orderNo: str
    kind: DifferenceKind
    ours: Union[ComparedFacts, None]
    "What differs here; `null`: no such order"
    theirs: Union[ComparedFacts, None]


class Reconciliation(TypedDict):
    reconciliationId: str
    compared: int
    "Lines"
    equal: int
    "Lines without a difference"
    differences: List[Difference]
    nextCursor: Union[str, None]


IssuerState = Literal["active", "paused", "not_live", "not_proved"]


class CallbackUrl(TypedDict):
    kind: Literal["url"]
    url: str


class CallbackFunction(TypedDict):
    kind: Literal["function"]
    name: str


class CallbackPull(TypedDict):
    kind: Literal["pull"]


Callback = Union[CallbackUrl, CallbackFunction, CallbackPull]


CodeMode = Literal["request", "push"]


class IssuerTerminal(TypedDict):
    channel: str


class Message(TypedDict, total=False):
    subject: str
    text: str
    button: str
    sms: str


class _Branding(TypedDict):
    displayName: str


class Branding(_Branding, total=False):
    color: str
    logo: str
    "A data URI of a PNG or SVG of at most 100 KiB; lists leave it out"
    supportEmail: str
    supportUrl: str
    instructions: Dict[str, str]
    language: str
    "Of messages to buyers whose terminal names none; left out: English"
    messages: Dict[str, Message]
    "What messages say in own words, by language; `{product}` and the like are filled in"


VoidUndecided = Literal["approve", "person"]


class CallCertificate(TypedDict):
    subject: str
    fingerprint: str
    endsAt: str


class _IssuerRecord(TypedDict):
    issuerId: str
    name: str
    state: IssuerState
    callback: Callback
    codeMode: CodeMode
    verifyWindowSeconds: int
    issueWindowSeconds: int
    apiVersion: str
    "The version of the contract that counts for it"
    createdAt: str


class IssuerRecord(_IssuerRecord, total=False):
    terminal: IssuerTerminal
    "The preset one of its orders"
    publicKey: str
    noticeDelaysSeconds: List[int]
    eventDelaysSeconds: List[int]
    deliveryDelaysSeconds: List[int]
    signDeliveriesWithIssuerSecret: Literal[True]
    codeInMessage: Literal[True]
    branding: Branding
    buyerRefunds: bool
    voidDecisionSeconds: int
    voidUndecided: VoidUndecided
    holdWhileDeciding: bool
    lastCallSeconds: int
    callsAtOnce: int
    callTimeoutSeconds: int
    "Of one callback; 8 unless it is set"
    callHeaders: List[str]
    "Their names"
    callCa: str
    callCertificate: CallCertificate
    "What is shown of it; the fingerprint is SHA-256"
    ordersPerSecond: int
    "New orders that one api process takes"
    mode: Literal["test"]
    "Of the sandbox"
    endsAt: str
    "Of a test issuer: it is deleted then"


class ChangeSelfBodyCallCertificate(TypedDict):
    certificate: str
    key: str
    "RSA of 2048 to 4096 bits, P-256, P-384, P-521 or Ed25519, in PEM, without a passphrase"


ApiVersion = Literal["2026-11-28"]


class ChangeSelfBody(TypedDict, total=False):
    callback: Callback
    terminal: GivenTerminal
    branding: Branding
    callCertificate: Union[ChangeSelfBodyCallCertificate, None]
    "Shown to the server of its callback (mTLS); kept sealed, never given back"
    apiVersion: ApiVersion
    signDeliveriesWithIssuerSecret: bool
    buyerRefunds: bool
    voidDecisionSeconds: int
    voidUndecided: VoidUndecided
    holdWhileDeciding: bool
    lastCallSeconds: int


class Mail(TypedDict):
    fromName: str
    subject: str
    text: str
    html: str


class Sm(TypedDict):
    text: str
    parts: int
    "As how many single messages it is sent, and paid"


class Page(TypedDict):
    html: str
    "A whole document that loads nothing"


class Preview(TypedDict):
    mail: Mail
    sms: Sm
    page: Page


class PreviewSelfBody(TypedDict, total=False):
    branding: Branding
    codeInMessage: bool
    language: str
    "The buyer’s, as a terminal names it"
    product: str
    quantity: int


AddressKind = Literal["url", "email", "tel"]


class _Address(TypedDict):
    field: str
    label: str
    kind: AddressKind


class Address(_Address, total=False):
    placeholder: str


class _Channel(TypedDict):
    channel: str
    label: str
    hasPage: bool
    "Its orders have a pick-up link"


class Channel(_Channel, total=False):
    address: Address
    "Absent where a channel needs none"
    secrets: List[str]
    "Fields that are never shown, such as `pin`"


class _Version(TypedDict):
    date: str


class Version(_Version, total=False):
    deprecatedAt: str
    endsAt: str


class IssuerChoices(TypedDict):
    channels: List[Channel]
    "What `terminal` may be of"
    versions: List[Version]
    "What `apiVersion` may be, the oldest first; from `endsAt` on calls are refused"


class ReplayMessageAnswer(TypedDict):
    id: str


class ReplayMessageBody(TypedDict):
    pass


class NewSecret(TypedDict):
    secret: str
    oldSecretEndsAt: str


class RotateOwnSecretBody(TypedDict, total=False):
    endOldNow: bool


ProvedBy = Literal["dns", "file"]


class Proved(TypedDict):
    by: ProvedBy
    at: str


class Dn(TypedDict):
    name: str
    txt: str


class File(TypedDict):
    url: str
    content: str


class _Check(TypedDict):
    askedAt: str


class Check(_Check, total=False):
    checkedAt: str
    dns: str
    "`found`, `wrong`, or why nothing was found"
    file: str
    "`found`, `wrong`, or why nothing was found"


class _CallbackProof(TypedDict):
    host: str
    required: bool
    "Whether the platform calls proved hosts alone"
    file: File
    "A file that proves it"


class CallbackProof(_CallbackProof, total=False):
    proved: Proved
    dns: Dn
    "A TXT record that proves it; none for a host without a name"
    check: Check
    "The newest one of this host"


class CheckCallbackProofBody(TypedDict, total=False):
    url: str
    "A callback address that is planned; left out: the one of today"


FailureKind = Literal["not_notified", "not_answered", "answer_unreadable", "undeliverable", "event_given_up", "void_undecided"]


class _Failure(TypedDict):
    orderNo: str
    since: str
    kind: FailureKind


class Failure(_Failure, total=False):
    lastStatus: int
    "Of the last answer"
    errors: List[AnswerFlaw]
    "Of `answer_unreadable`: where, and why"


class FailurePage(TypedDict):
    data: List[Failure]
    nextCursor: Union[str, None]


class Sent(TypedDict):
    status: Literal["sent"]


EchoOutcomeState = Literal["none", "sent", "answered", "failed"]


class _EchoOutcome(TypedDict):
    state: EchoOutcomeState


class EchoOutcome(_EchoOutcome, total=False):
    sentAt: str
    problem: str


class Percentiles(TypedDict):
    count: int
    p50Ms: Union[float, None]
    p95Ms: Union[float, None]
    p99Ms: Union[float, None]


class _Summary(TypedDict):
    calls: int
    failed: int
    took: Percentiles


class Summary(_Summary, total=False):
    lastOk: str
    lastFailed: str


CircuitState = Literal["closed", "open", "half_open"]


class Circuit(TypedDict):
    key: str
    "An issuer, `terminal:` with an issuer and what fails together, or `host:` with one that cannot be reached"
    state: CircuitState
    calls: int
    failures: int
    workers: int
    "How many see it so"


Direction = Literal["to_issuer", "from_issuer", "to_terminal"]


_IssuerCallOther = TypedDict("_IssuerCallOther", {"try": "int"}, total=False)


class __IssuerCallPlain(TypedDict):
    callId: str
    at: str
    orderNo: str
    direction: Direction
    kind: str
    ok: bool


class _IssuerCallPlain(__IssuerCallPlain, total=False):
    status: int
    problem: str
    tookMs: float
    message: str
    "Its webhook-id"
    replay: Literal[True]
    "An operator sent it again"


class IssuerCall(_IssuerCallPlain, _IssuerCallOther):
    pass


class IssuerCalls(TypedDict):
    orders: int
    summary: Summary
    circuits: List[Circuit]
    throttled: int
    data: List[IssuerCall]


Failed = Literal["true", "false"]


class _CallSide(TypedDict):
    notKept: List[str]
    "JSON Pointers; an empty one is the whole body"


class CallSide(_CallSide, total=False):
    status: int
    body: Any
    "The JSON of the wire as far as it is kept, secrets masked"


_OwnCallOther = TypedDict("_OwnCallOther", {"try": "int"}, total=False)


class __OwnCallPlain(TypedDict):
    issuerId: str
    callId: str
    at: str
    orderNo: str
    direction: Direction
    kind: str
    ok: bool
    request: CallSide
    answer: CallSide


class _OwnCallPlain(__OwnCallPlain, total=False):
    status: int
    problem: str
    tookMs: float
    message: str
    "Its webhook-id"
    replay: Literal[True]
    "An operator sent it again"
    partOf: str
    "The codes came as the answer to this message"


class OwnCall(_OwnCallPlain, _OwnCallOther):
    pass


class PortalLink(TypedDict):
    url: str
    expiresAt: str


Role = Literal["viewer", "admin"]


class _CreatePortalLinkBody(TypedDict):
    role: Role


class CreatePortalLinkBody(_CreatePortalLinkBody, total=False):
    expiresInSeconds: int
    name: str
    "Who will use it; the audit log says it"


class EndPortalSessionsAnswer(TypedDict):
    ended: int


class EndPortalSessionsBody(TypedDict, total=False):
    sessionId: str


class PortalSession(TypedDict):
    sessionId: str
    name: str
    role: Role
    startedAt: str
    seenAt: str
    "Its last use, to a minute"
    endsAt: str
    "The latest; without use it ends earlier"
    isThis: bool
    "The one that asks"


class PortalSessionPage(TypedDict):
    data: List[PortalSession]
    nextCursor: Union[str, None]


class ClockAdvanced(TypedDict):
    orders: int


class AdvanceSandboxClockBody(TypedDict):
    advanceSeconds: int


SandboxInboxDataChannel = Literal["page", "webhook", "email", "sms"]


class _SandboxInboxData(TypedDict):
    at: str
    channel: SandboxInboxDataChannel
    to: str
    text: str


class SandboxInboxData(_SandboxInboxData, total=False):
    subject: str


class SandboxInbox(TypedDict):
    data: List[SandboxInboxData]


EVENT_TYPES: FrozenSet[str] = frozenset(
    ["order.delivered","order.undeliverable","order.refused","order.expired","order.cancelled","order.refund_due","order.codes_void","order.item_replaced","order.redeemed","order.reversed","order.opened","order.terminal_changed","order.void_decided"]
)
