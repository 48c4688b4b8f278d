# Made from openapi.json by `npm run docs`: change the contract instead.
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Union
from urllib.parse import quote

from . import contract as c


class Calls:
    """Each call of an issuer. `webhook_id`: kept beside your order, a call repeated after a crash is the same one."""

    # Done by the client: signed, and repeated under the same id where that can help.
    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Optional[Mapping[str, Any]] = None,
        lines: Optional[str] = None,
        query: Optional[Mapping[str, Any]] = None,
        is_queued: bool = False,
        is_text: bool = False,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> Any:
        raise NotImplementedError

    def list_orders(
        self,
        *,
        state: Optional[c.OrderState] = None,
        q: Optional[str] = None,
        created_after: Optional[str] = None,
        updated_after: Optional[str] = None,
        payment_id: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.OrderPage:
        "Orders, newest first; by change or payment, newest change first"
        answer: c.OrderPage = self._call(
            "GET",
            "/orders",
            query={"state": state, "q": q, "createdAfter": created_after, "updatedAfter": updated_after, "paymentId": payment_id, "limit": limit, "cursor": cursor},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def place_order(
        self,
        body: c.PlaceOrderBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "Payment request: places an order"
        answer: c.Order = self._call(
            "POST",
            "/orders",
            body={"type": "order.payment", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def place_orders(
        self,
        body: c.PlaceOrdersBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.PlaceOrdersAnswer:
        "Payment requests: up to 200, each judged as if it were sent alone"
        answer: c.PlaceOrdersAnswer = self._call(
            "POST",
            "/orders/bulk",
            body={"type": "orders.bulk", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_order(
        self,
        order_no: str,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "One order"
        answer: c.Order = self._call(
            "GET",
            f"/orders/{quote(order_no, safe='')}",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_timeline(
        self,
        order_no: str,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Timeline:
        "Every attempt and answer of an order"
        answer: c.Timeline = self._call(
            "GET",
            f"/orders/{quote(order_no, safe='')}/timeline",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def cancel_order(
        self,
        order_no: str,
        body: c.CancelOrderBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "Cancels an order"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/cancellation",
            body={"type": "order.cancellation", "orderNo": order_no, **body},
            is_queued=True,
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def refuse_order(
        self,
        order_no: str,
        body: c.RefuseOrderBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "The issuer cannot give the codes"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/refusal",
            body={"type": "order.refusal", "orderNo": order_no, **body},
            is_queued=True,
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def submit_codes(
        self,
        order_no: str,
        body: c.SubmitCodesBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.CodesTaken:
        "Gives codes"
        answer: c.CodesTaken = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/codes",
            body={"type": "order.codes", "orderNo": order_no, **body},
            is_queued=True,
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def verify_order(
        self,
        order_no: str,
        body: c.VerifyOrderBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Verified:
        "Second interface: order verification request"
        answer: c.Verified = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/verification",
            body={"type": "order.verification", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def change_validity(
        self,
        order_no: str,
        body: c.ChangeValidityBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "Gives codes that have an end a later one"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/validity",
            body={"type": "order.validity", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def complete_order(
        self,
        order_no: str,
        body: c.CompleteOrderBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "Ends the issue window now: what came is delivered, and the rest is owed"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/completion",
            body={"type": "order.completion", "orderNo": order_no, **body},
            is_queued=True,
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def decide_void(
        self,
        order_no: str,
        body: c.DecideVoidBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "Decides whether codes that somebody wants money back for are destroyed"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/void-decision",
            body={"type": "order.void_decision", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def deliver_again(
        self,
        order_no: str,
        body: c.DeliverAgainBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "Sends the good codes again, five times a day at most"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/delivery",
            body={"type": "order.delivery", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def list_items(
        self,
        order_no: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ItemPage:
        "The items of an order, oldest first; never a code"
        answer: c.ItemPage = self._call(
            "GET",
            f"/orders/{quote(order_no, safe='')}/items",
            query={"limit": limit, "cursor": cursor},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def list_redemptions(
        self,
        order_no: str,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.RedemptionPage:
        "The redemptions of an order, oldest first"
        answer: c.RedemptionPage = self._call(
            "GET",
            f"/orders/{quote(order_no, safe='')}/redemptions",
            query={"limit": limit, "cursor": cursor},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def redeem_item(
        self,
        order_no: str,
        body: c.RedeemItemBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Redeemed:
        "A code was used; each redemptionId counts once"
        answer: c.Redeemed = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/redemptions",
            body={"type": "order.redemption", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def replace_codes(
        self,
        order_no: str,
        body: c.ReplaceCodesBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ReplacedBefore:
        "Puts new codes in the place of bad ones"
        answer: c.ReplacedBefore = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/replacement",
            body={"type": "order.replacement", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def reverse_redemption(
        self,
        order_no: str,
        body: c.ReverseRedemptionBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Reversed:
        "Takes a whole redemption back"
        answer: c.Reversed = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/reversals",
            body={"type": "order.reversal", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def settle_refund(
        self,
        order_no: str,
        body: c.SettleRefundBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "Money that was owed was paid back"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/refund-settlement",
            body={"type": "order.refund_settlement", "orderNo": order_no, **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def void_items(
        self,
        order_no: str,
        body: c.VoidItemsBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Order:
        "The issuer has destroyed codes: all good ones where none is named"
        answer: c.Order = self._call(
            "POST",
            f"/orders/{quote(order_no, safe='')}/void",
            body={"type": "order.void", "orderNo": order_no, **body},
            is_queued=True,
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_events(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        wait_seconds: Optional[int] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ReadEventsAnswer:
        "Events of all orders, each once a pass, from 5 s after they happened for 30 days"
        answer: c.ReadEventsAnswer = self._call(
            "GET",
            "/events",
            query={"after": after, "limit": limit, "waitSeconds": wait_seconds},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def acknowledge_messages(
        self,
        body: c.AcknowledgeMessagesBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.AcknowledgeMessagesAnswer:
        "Says that messages were taken, each with the answer that a callback would have got"
        answer: c.AcknowledgeMessagesAnswer = self._call(
            "POST",
            "/messages/acknowledgement",
            body={"type": "messages.acknowledgement", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_messages(
        self,
        *,
        limit: Optional[int] = None,
        wait_seconds: Optional[int] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ReadMessagesAnswer:
        "Messages that wait for an issuer that fetches them; each again after 60 s, until it is acknowledged"
        answer: c.ReadMessagesAnswer = self._call(
            "GET",
            "/messages",
            query={"limit": limit, "waitSeconds": wait_seconds},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_statement(
        self,
        day: str,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> str:
        "Orders that changed on a UTC day (yyyy-mm-dd), by number: from 00:10 of the next one the same for 400 days"
        answer: str = self._call(
            "GET",
            f"/statements/{quote(day, safe='')}",
            is_text=True,
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_replay(
        self,
        replay_id: str,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Replay:
        "How far a replay is"
        answer: c.Replay = self._call(
            "GET",
            f"/replays/{quote(replay_id, safe='')}",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def replay_events(
        self,
        body: c.ReplayEventsBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> Union[c.ReplayMatch, c.ReplayBegun]:
        "Sends events that were not taken once more, with the same bytes and ids: the oldest 10,000 of 30 days"
        answer: Union[c.ReplayMatch, c.ReplayBegun] = self._call(
            "POST",
            "/replays",
            body={"type": "calls.replay", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def list_conformance(
        self,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ConformanceRuns:
        "The newest 20 conformance runs"
        answer: c.ConformanceRuns = self._call(
            "GET",
            "/conformance",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def start_conformance(
        self,
        body: c.StartConformanceBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ConformanceRun:
        "Plays the conformance scenarios with an issuer that is called or fetches; one that is not live goes live by them"
        answer: c.ConformanceRun = self._call(
            "POST",
            "/conformance",
            body={"type": "issuer.conformance", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_conformance(
        self,
        run_id: str,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ConformanceRun:
        "A conformance run: each scenario that was played so far"
        answer: c.ConformanceRun = self._call(
            "GET",
            f"/conformance/{quote(run_id, safe='')}",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_reconciliation(
        self,
        reconciliation_id: str,
        *,
        cursor: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Reconciliation:
        "A page of its differences, for 30 days"
        answer: c.Reconciliation = self._call(
            "GET",
            f"/reconciliations/{quote(reconciliation_id, safe='')}",
            query={"cursor": cursor},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def reconcile_orders(
        self,
        lines: str,
        *,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Reconciliation:
        "Compares a list of orders (at most 50,000) with those that the platform has; changes nothing"
        answer: c.Reconciliation = self._call(
            "POST",
            "/reconciliations",
            lines=lines,
            query={"from": from_, "to": to},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def change_self(
        self,
        body: c.ChangeSelfBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.IssuerRecord:
        "Changes settings of the issuer itself"
        answer: c.IssuerRecord = self._call(
            "POST",
            "/settings",
            body={"type": "issuer.settings", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def preview_self(
        self,
        body: c.PreviewSelfBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Preview:
        "Mail, SMS and page as a buyer would see them, with made-up codes; nothing is changed or sent"
        answer: c.Preview = self._call(
            "POST",
            "/preview",
            body={"type": "issuer.preview", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_choices(
        self,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.IssuerChoices:
        "What terminals and versions an issuer may choose from for its settings"
        answer: c.IssuerChoices = self._call(
            "GET",
            "/settings/choices",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_self(
        self,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.IssuerRecord:
        "The issuer itself"
        answer: c.IssuerRecord = self._call(
            "GET",
            "/self",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def replay_message(
        self,
        message_id: str,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ReplayMessageAnswer:
        "Sends a message to the issuer once more, with the same bytes and id"
        answer: c.ReplayMessageAnswer = self._call(
            "POST",
            f"/messages/{quote(message_id, safe='')}/replay",
            body={"type": "message.replay", },
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def rotate_own_secret(
        self,
        body: c.RotateOwnSecretBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.NewSecret:
        "Rotates the secret of the issuer itself"
        answer: c.NewSecret = self._call(
            "POST",
            "/secret",
            body={"type": "issuer.secret", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def check_callback_proof(
        self,
        body: c.CheckCallbackProofBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.CallbackProof:
        "Looks for the proof now"
        answer: c.CallbackProof = self._call(
            "POST",
            "/callback-proof",
            body={"type": "callback.proof", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_callback_proof(
        self,
        *,
        url: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.CallbackProof:
        "How the host of a callback address is proved, and whether it is"
        answer: c.CallbackProof = self._call(
            "GET",
            "/callback-proof",
            query={"url": url},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def list_own_failures(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.FailurePage:
        "What keeps orders from going on now, newest first"
        answer: c.FailurePage = self._call(
            "GET",
            "/failures",
            query={"limit": limit, "cursor": cursor},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def echo(
        self,
        body: Dict[str, Any],
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.Sent:
        "Self-test of keys and signatures: the same object is sent to the callback"
        answer: c.Sent = self._call(
            "POST",
            "/echo",
            body=body,
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_echo(
        self,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.EchoOutcome:
        "What became of the newest self-test of the last day"
        answer: c.EchoOutcome = self._call(
            "GET",
            "/echo/outcome",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def list_own_calls(
        self,
        *,
        limit: Optional[int] = None,
        failed: Optional[c.Failed] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.IssuerCalls:
        "The newest calls between the platform and the issuer, out of its newest orders, and how its circuit is"
        answer: c.IssuerCalls = self._call(
            "GET",
            "/calls",
            query={"limit": limit, "failed": failed},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_own_call(
        self,
        call_id: str,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.OwnCall:
        "One call with its bodies, as far as they are kept, everything secret masked"
        answer: c.OwnCall = self._call(
            "GET",
            f"/calls/{quote(call_id, safe='')}",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def create_portal_link(
        self,
        body: c.CreatePortalLinkBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.PortalLink:
        "Makes a link to the issuer’s own page, which one person can use once"
        answer: c.PortalLink = self._call(
            "POST",
            "/portal-links",
            body={"type": "portal.link", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def end_portal_sessions(
        self,
        body: c.EndPortalSessionsBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.EndPortalSessionsAnswer:
        "Ends one of them, or all with the links that wait, in every process"
        answer: c.EndPortalSessionsAnswer = self._call(
            "POST",
            "/portal-sessions/end",
            body={"type": "portal.sessions_end", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def list_portal_sessions(
        self,
        *,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.PortalSessionPage:
        "The browsers that are signed in at the issuer’s own page, newest first"
        answer: c.PortalSessionPage = self._call(
            "GET",
            "/portal-sessions",
            query={"limit": limit, "cursor": cursor},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def advance_sandbox_clock(
        self,
        body: c.AdvanceSandboxClockBody,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.ClockAdvanced:
        "Moves the time of a test issuer's open orders: windows, times to decide and what is tried again"
        answer: c.ClockAdvanced = self._call(
            "POST",
            "/clock",
            body={"type": "sandbox.clock", **body},
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer

    def read_sandbox_inbox(
        self,
        *,
        webhook_id: Optional[str] = None,
        within_s: Optional[float] = None,
    ) -> c.SandboxInbox:
        "What buyers of a test issuer would have got by e-mail and SMS: the newest 100"
        answer: c.SandboxInbox = self._call(
            "GET",
            "/inbox",
            webhook_id=webhook_id,
            within_s=within_s,
        )
        return answer
