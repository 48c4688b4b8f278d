from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, TypeVar, Union, cast

from . import contract as c
from .answers import Later, Refusal, Response, json_response, later, taken
from .client import Client
from .codes import KeptCodes, MakeCodes
from .locks import Busy, KeyedLocks
from .problem import Problem
from .serving import Serving
from .signing import SignatureInvalid, verify, webhooks_of
from .store import MemoryStore, Store

_log = logging.getLogger("codeferry_issuer")
_F = TypeVar("_F", bound=Callable[..., Any])

# The platform waits 8 s for an answer.
_CALL_WITHIN_S = 6.0
_CODES_A_CALL = 200
_FETCHED_AT_ONCE = 8
# What a repeat of the message cannot change.
_FINAL_STATUSES = (403, 404, 409, 422, 429)
# None of the codes was taken: they are made once more.
_BAD_CODES = ("body_invalid", "code_reused")


class Issuer(Serving):
    """An issuer: register your functions, then serve it, or hand `handle` what came in.

    Each message is handled once, and each order's codes are made once, whatever is repeated. `secrets`: the newest
    first; two while one is rotated. The functions may be called by several threads.
    """

    def __init__(self, url: str, issuer_id: str, secrets: Union[str, Sequence[str]], store: Optional[Store] = None) -> None:
        given = [secrets] if isinstance(secrets, str) else list(secrets)
        self._webhooks = webhooks_of(given)
        self.client = Client(url, issuer_id, given[0])
        self._store: Store = store if store is not None else MemoryStore()
        self._kept = KeptCodes(self._store)
        self._locks = KeyedLocks(_CALL_WITHIN_S)
        self._make: Optional[MakeCodes] = None
        self._check: Callable[[c.Paid], Optional[Refusal]] = lambda order: None
        self._decide: Callable[[c.VoidRequested], Optional[c.VoidAnswer]] = lambda request: None
        self._hear: Callable[[c.Event], None] = lambda event: None

    def codes(self, function: _F) -> _F:
        """Makes codes of a verified order, `outstanding` of them: texts or Codes; a `Refusal`; None: they come later.

        A code that comes later goes to `client.submit_codes`. Called once more before the order closes
        (`order.closing`, then with `closesBy`) when any is lacking.
        """
        self._make = function
        return function

    def check(self, function: _F) -> _F:
        """Looks at a paid order before it is verified: None, or a `Refusal` of what you never sold."""
        self._check = function
        return function

    def void_requested(self, function: _F) -> _F:
        """Somebody wants money back. None: you will decide by `client.decide_void`."""
        self._decide = function
        return function

    def event(self, function: _F) -> _F:
        """Hears each event once, unless it failed. They may come out of order: compare `sequence`."""
        self._hear = function
        return function

    def handle(self, headers: Mapping[str, str], body: bytes, method: str = "POST") -> Response:
        """For whatever serves HTTP: `body` as it came, byte for byte."""
        if method != "POST":
            return json_response(405, {"error": "only POST"}, {"allow": "POST"})
        try:
            webhook_id = verify(self._webhooks, headers, body)
        except SignatureInvalid as error:
            _log.warning("a request was answered 401: %s", error)
            return json_response(401, {"error": "signature_invalid"})
        try:
            message = json.loads(body)
            kind, data = message["type"], message["data"]
        except (ValueError, TypeError, KeyError):
            return json_response(400, {"error": "body_malformed"})
        if not isinstance(kind, str) or not isinstance(data, dict):
            return json_response(400, {"error": "body_malformed"})
        return self.react(webhook_id, cast(Dict[str, Any], message))

    def react(self, webhook_id: str, message: Mapping[str, Any]) -> Response:
        """What is done with a message, however it came."""
        kind: str = message["type"]
        try:
            return self._react(webhook_id, kind, message)
        except Later as asked:
            return later(asked.retry_after_s)
        except Busy:
            return later(1)
        except Problem as problem:
            _log.error("%s %s: %s", kind, message["data"].get("orderNo"), problem)
            return later(1)
        except Exception:
            _log.exception("%s: your function failed; the message will come again", kind)
            return json_response(500, {"error": "the issuer failed"})

    def _react(self, webhook_id: str, kind: str, message: Mapping[str, Any]) -> Response:
        data: Any = message["data"]
        if kind == "order.paid":
            return self._once(webhook_id, lambda: self.verify_and_issue(data))
        if kind in ("order.code_requested", "order.closing"):
            return self._answer_codes(data)
        if kind == "order.void_requested":
            return self._once(webhook_id, lambda: self._decide(data))
        if kind in c.EVENT_TYPES:
            event = cast(c.Event, {**message, "id": webhook_id})
            return self._once(webhook_id, lambda: self._hear(event))
        # The echo, and what is newer than this package.
        return taken()

    def _once(self, webhook_id: str, work: Callable[[], Any]) -> Response:
        key = f"message/{webhook_id}"
        with self._locks.held(key):
            known = self._store.get(key)
            if known is None:
                known = self._store.add(key, json.dumps(work()))
        return taken(json.loads(known))

    def verify_and_issue(self, order: c.Paid) -> None:
        """Asks the platform whether the order is real and paid, then makes its codes and gives them."""
        order_no, token = order["orderNo"], order["token"]
        try:
            refusal = self._check(order)
            if refusal is None:
                facts: c.VerifyOrderBody = {"token": token, "quantity": order["quantity"], "amount": order["amount"]}
                verified = self.client.verify_order(order_no, facts, within_s=_CALL_WITHIN_S)
                request = {**order, "outstanding": order["quantity"], "issueBy": verified["issueBy"]}
                given = self._give(cast(c.CodeRequest, request), submits=True)
                refusal = given if isinstance(given, Refusal) else None
            if refusal is not None:
                body = cast(c.RefuseOrderBody, {"token": token, **refusal.fields()})
                self.client.refuse_order(order_no, body, within_s=_CALL_WITHIN_S)
        except Problem as problem:
            if problem.retryable or problem.status not in _FINAL_STATUSES:
                raise
            _log.error("order %s: %s %s", order_no, problem, problem.errors)

    def _give(self, order: c.CodeRequest, submits: bool) -> Union[List[c.Code], Refusal, None]:
        if self._make is None:
            return None
        order_no = order["orderNo"]
        with self._locks.held(f"codes/{order_no}"):
            given = self._kept.give(order, self._make)
            if submits and isinstance(given, list):
                try:
                    self._submit(order, given)
                except Problem as problem:
                    if problem.code in _BAD_CODES:
                        self._kept.forget_newest(order_no)
                    raise
            return given

    def _submit(self, order: c.CodeRequest, codes: List[c.Code]) -> None:
        for first in range(0, len(codes), _CODES_A_CALL):
            body: c.SubmitCodesBody = {"token": order["token"], "codes": codes[first : first + _CODES_A_CALL]}
            self.client.submit_codes(order["orderNo"], body, within_s=_CALL_WITHIN_S)

    def _answer_codes(self, order: c.CodeRequest) -> Response:
        given = self._give(order, submits=False)
        if isinstance(given, Refusal):
            return taken({"status": "refused", **given.fields()})
        if given is None:
            return taken({"status": "issuing"})
        if len(given) <= _CODES_A_CALL:
            return taken({"status": "issued", "codes": given})
        self._submit(order, given)
        return taken({"status": "issuing"})

    def fetch(self, stop: Optional[threading.Event] = None, pause_s: float = 1) -> None:
        """In place of a server, for an issuer with the callback `pull`: fetches messages until `stop` is set."""
        ends = stop or threading.Event()
        with ThreadPoolExecutor(_FETCHED_AT_ONCE) as pool:
            while not ends.is_set():
                try:
                    messages = self.client.read_messages(limit=20, wait_seconds=20)["data"]
                    list(pool.map(self._fetched, messages))
                except Problem as problem:
                    _log.error("fetching: %s", problem)
                    ends.wait(pause_s)

    def _fetched(self, message: c.GivenMessage) -> None:
        response = self.react(message["id"], cast(Mapping[str, Any], message))
        if response.status >= 300:
            return
        result: c.Acknowledgement = {"id": message["id"]}
        if response.body:
            result["answer"] = json.loads(response.body)
        try:
            for unused in self.client.acknowledge_messages({"results": [result]})["problems"]:
                _log.error("%s %s: %s", message["type"], message["id"], unused["code"])
        except Problem as problem:
            _log.error("%s %s comes again: %s", message["type"], message["id"], problem)
