"""Plays issuers, terminals and an operator through every answer of docs/protocol.md that can be had from a running platform.

    pip install standardwebhooks
    PLATFORM_URL=http://127.0.0.1:8080 OPERATOR_TOKEN=... python3 play_every_answer.py

The platform has to reach this process on 127.0.0.1: `npm start` with its demo allows that, any other one with
CALLBACK_ALLOW=127.0.0.0/8. Prints a line for each answer, and a count at the end; exits with 1 when one differs.
Not played, because a part of the platform would have to be stopped or overloaded: 202 queued, 503, 429 rate_limited, 500.
"""

import base64
import concurrent.futures
import gzip
import json
import os
import re
import secrets
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import ed25519
from standardwebhooks import Webhook

PLATFORM = os.environ.get("PLATFORM_URL", "http://127.0.0.1:8080").rstrip("/")
TOKEN = os.environ.get("OPERATOR_TOKEN") or sys.exit(__doc__)
RUN = secrets.token_hex(3)
WAIT_LIMIT_S = 40
AMOUNT = {"value": 1000, "currency": "EUR"}

# --- keeping count -------------------------------------------------------------------------------------------------

count = {"ok": 0, "differs": 0}
count_lock = threading.Lock()


def check(promise: str, holds: object, seen: object = "") -> bool:
    with count_lock:
        count["ok" if holds else "differs"] += 1
        print(f"{'ok     ' if holds else 'DIFFERS'} {promise}" + ("" if holds else f"   seen: {str(seen)[:400]}"), flush=True)
    return bool(holds)


class Answer:
    def __init__(self, status: int, headers, raw: bytes):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.raw = raw
        try:
            self.body = json.loads(raw) if raw else None
        except ValueError:
            self.body = None

    def get(self, name: str, otherwise: object = None):
        return self.body.get(name, otherwise) if isinstance(self.body, dict) else otherwise

    @property
    def code(self):
        return self.get("code")

    def paths(self) -> list:
        return [error["path"] for error in self.get("errors") or []]

    def __repr__(self) -> str:
        return f"{self.status} {self.raw[:300]!r}"


RETRYABLE = {"statement_not_ready", "issuer_paused", "callback_not_proved", "not_verified", "in_progress", "rate_limited", "unavailable", "internal"}


def refused(promise: str, answer: Answer, status: int, code: str, path: str | None = None) -> None:
    """A problem is checked whole: media type, every field, whether a repeat can help, when it may come."""
    holds = (
        answer.status == status
        and answer.code == code
        and answer.headers.get("content-type", "").startswith("application/problem+json")
        and answer.get("status") == status
        and answer.get("retryable") == (code in RETRYABLE)
        and all(answer.get(name) for name in ("type", "title", "detail", "requestId"))
        and (status not in (429, 503) or answer.headers.get("retry-after", "").isdigit())
        and (path is None or path in answer.paths())
    )
    check(f"{status} {code}: {promise}", holds, answer)


def until(what: str, look, limit_s: float = WAIT_LIMIT_S):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"waited {limit_s} s for {what}")


ABSENT = object()


def present(fields: dict) -> dict:
    return {name: value for name, value in fields.items() if value is not ABSENT}


# --- calls ---------------------------------------------------------------------------------------------------------


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(NoRedirect)


def send(method: str, target: str, body: bytes | None, headers: dict) -> Answer:
    request = urllib.request.Request(PLATFORM + target, data=body, headers=headers, method=method)
    try:
        with opener.open(request, timeout=20) as response:
            return Answer(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


def operator(method: str, path: str, body: object = None, token: str = TOKEN) -> Answer:
    raw = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return send(method, f"/v1/operator{path}", raw, headers)


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


# --- issuers and terminals -----------------------------------------------------------------------------------------


class Message:
    def __init__(self, headers: dict, raw: bytes):
        self.id = headers["webhook-id"]
        self.timestamp = headers["webhook-timestamp"]
        self.signature = headers["webhook-signature"]
        self.headers = headers
        self.raw = raw
        body = json.loads(raw)
        self.type, self.sent_at, self.data = body["type"], body["timestamp"], body["data"]
        self.at = time.monotonic()


class Receiver:
    """What hears at one path of the callback server. A reaction returns (status, headers, body), or what writes to the wire."""

    def __init__(self, path: str):
        self.url = f"http://127.0.0.1:{callbacks.server_port}{path}"
        self.received: list[Message] = []
        self.unsigned = 0
        self.reactions: dict = {}
        receivers[path] = self

    def is_from_platform(self, headers: dict, raw: bytes) -> bool:
        raise NotImplementedError

    def hear(self, headers: dict, raw: bytes):
        if not self.is_from_platform(headers, raw):
            self.unsigned += 1
            return 401, {}, None
        message = Message(headers, raw)
        self.received.append(message)
        key = (message.type, message.data.get("orderNo"))
        reaction = self.reactions.get(key) or self.reactions.get(message.type)
        return reaction(message) if reaction else (204, {}, None)

    def messages(self, kind: str, order_no: str) -> list[Message]:
        return [m for m in self.received if m.type == kind and m.data.get("orderNo") == order_no]

    def message(self, kind: str, order_no: str, n: int = 1) -> Message:
        return until(f"{kind} number {n} of {order_no}", lambda: (self.messages(kind, order_no) + [None] * n)[n - 1])


class Issuer(Receiver):
    def __init__(self, name: str, **settings):
        self.id = f"play-{RUN}-{name}"
        super().__init__(f"/callbacks/{self.id}")
        preset = {
            "issuerId": self.id,
            "name": f"Issuer {name}",
            "callback": {"kind": "url", "url": self.url},
            "codeMode": "push",
            "terminal": {"channel": "page"},
        }
        self.settings = present({**preset, **settings})
        self.created = operator("POST", "/issuers", self.settings)
        self.secrets = [self.created.get("secret")]
        if self.created.status != 201:
            raise RuntimeError(f"the issuer {self.id} was not created: {self.created}")

    def is_from_platform(self, headers: dict, raw: bytes) -> bool:
        for secret in self.secrets:
            try:
                Webhook(secret).verify(raw, headers)
                return True
            except Exception:
                continue
        return False

    def signed(self, text: str, webhook_id: str | None = None, at: datetime | None = None, secret: str | None = None) -> dict:
        webhook_id = webhook_id or str(uuid.uuid4())
        at = at or datetime.now(tz=timezone.utc)
        return {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret or self.secrets[-1]).sign(webhook_id, at, text),
        }

    def post(self, path: str, body: object = None, raw: str | None = None, headers: dict | None = None, **signing) -> Answer:
        text = raw if raw is not None else json.dumps(body)
        return send("POST", f"/v1/issuers/{self.id}{path}", text.encode(), {**self.signed(text, **signing), **(headers or {})})

    def get(self, path: str, **headers) -> Answer:
        target = f"/v1/issuers/{self.id}{path}"
        return send("GET", target, None, {**self.signed(f"GET {target}"), **headers})

    def payment(self, order_no: str, **changes) -> dict:
        body = {"type": "order.payment", "orderNo": order_no, "product": {"id": "card", "name": "Gift card"}, "amount": AMOUNT}
        return present({**body, **changes})

    def place(self, order_no: str, **changes) -> Answer:
        return self.post("/orders", self.payment(order_no, **changes))

    def token(self, order_no: str) -> str:
        return self.message("order.paid", order_no).data["token"]

    def about(self, order_no: str, operation: str, kind: str, **facts) -> Answer:
        signing = {name: facts.pop(name) for name in ("webhook_id", "headers") if name in facts}
        return self.post(f"/orders/{order_no}/{operation}", {"type": kind, "orderNo": order_no, **facts}, **signing)

    def verify(self, order_no: str, **changes) -> Answer:
        token = changes.pop("token", None) or self.token(order_no)
        return self.about(order_no, "verification", "order.verification", **{"token": token, "quantity": 1, "amount": AMOUNT, **changes})

    def submit(self, order_no: str, *codes, **changes) -> Answer:
        token = changes.pop("token", None) or self.token(order_no)
        return self.about(order_no, "codes", "order.codes", token=token, codes=list(codes), **changes)

    def refuse(self, order_no: str, **changes) -> Answer:
        token = changes.pop("token", None) or self.token(order_no)
        return self.about(order_no, "refusal", "order.refusal", **{"token": token, "reason": "out_of_stock", **changes})

    def cancel(self, order_no: str, **changes) -> Answer:
        return self.about(order_no, "cancellation", "order.cancellation", **{"reason": "the buyer changed her mind", **changes})

    def order(self, order_no: str) -> dict:
        return self.get(f"/orders/{order_no}").body

    def in_state(self, order_no: str, state: str) -> dict:
        return until(f"{order_no} to be {state}", lambda: (o := self.order(order_no))["state"] == state and o)

    def timeline(self, order_no: str) -> list:
        return self.get(f"/orders/{order_no}/timeline").body["data"]

    def events(self, order_no: str, *kinds: str) -> list[Message]:
        """The events in the order of their sequence, once the last of them is here."""
        until(
            f"the events {kinds} of {order_no}",
            lambda: len({m.id for m in self.received if m.data.get("orderNo") == order_no and "sequence" in m.data}) >= len(kinds),
        )
        found = {m.data["sequence"]: m for m in self.received if m.data.get("orderNo") == order_no and "sequence" in m.data}
        return [found[n] for n in sorted(found)]


class Terminal(Receiver):
    def __init__(self, name: str):
        super().__init__(f"/terminals/{name}")

    def is_from_platform(self, headers: dict, raw: bytes) -> bool:
        keys = [base64.b64decode(key["publicKey"].removeprefix("whpk_")) for key in send("GET", "/v1/keys", None, {}).body["keys"]]
        text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
        signatures = [part[4:] for part in headers["webhook-signature"].split(" ") if part.startswith("v1a,")]
        return any(ed25519.is_signed(key, text, base64.b64decode(signature)) for key in keys for signature in signatures)


class CallbackHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests = 0

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["content-length"]))
        self.requests += 1
        receiver = receivers.get(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = receiver.hear(headers, raw) if receiver else (404, {}, None)
        if callable(answer) and (answer := answer(self)) is None:
            self.close_connection = True
            return
        status, extra, body = answer
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-length": str(len(data)), **extra}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class CallbackServer(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_):
        """A caller that waits no more for its answer."""


receivers: dict[str, Receiver] = {}
callbacks = CallbackServer(("127.0.0.1", 0), CallbackHandler)
threading.Thread(target=callbacks.serve_forever, daemon=True).start()


def answers(*scripted):
    """A reaction that gives the scripted answers one after the other; the last one repeats."""
    left = list(scripted)

    def react(_message):
        answer = left.pop(0) if len(left) > 1 else left[0]
        status, headers, body = (answer, {}, None) if isinstance(answer, int) else answer
        return status, headers, body

    return react


def bare(*pieces: bytes):
    """A reaction that writes these bytes as they are; the last of several is repeated while anybody reads."""

    def write(handler: CallbackHandler) -> None:
        handler.wfile.write(pieces[0])
        end = time.monotonic() + 20
        try:
            while pieces[1:] and time.monotonic() < end:
                handler.wfile.write(pieces[1])
        except OSError:
            pass

    return lambda _message: write


def code(item_id: str, value: str | None = None, **fields) -> dict:
    return {"itemId": item_id, "value": value or f"{RUN}-{secrets.token_hex(6)}", **fields}


def verified(issuer: Issuer, order_no: str, **changes) -> None:
    issuer.place(order_no, **changes)
    answer = issuer.verify(order_no, **{name: value for name, value in changes.items() if name in ("quantity", "amount")})
    if answer.status != 200:
        raise RuntimeError(f"{order_no} was not verified: {answer}")


# --- the answers ---------------------------------------------------------------------------------------------------


def play_signing():
    issuer = Issuer("signing")
    target = f"/v1/issuers/{issuer.id}/orders"

    def post(**signing) -> Answer:
        return issuer.post("/orders", issuer.payment(f"s-{secrets.token_hex(4)}"), **signing)

    body = json.dumps(issuer.payment("s-1")).encode()
    refused("no signature at all", send("POST", target, body, {"content-type": "application/json"}), 401, "signature_invalid")
    wrong = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    known = post(secret=wrong)
    refused("another secret", known, 401, "signature_invalid")
    unknown = send("POST", "/v1/issuers/nobody-at-all/orders", body, issuer.signed(body.decode()))
    refused("an unknown issuer", unknown, 401, "signature_invalid")
    same = [{k: v for k, v in answer.body.items() if k != "requestId"} for answer in (known, unknown)]
    check("an unknown issuer and a wrong signature get the same answer", same[0] == same[1], same)
    now = datetime.now(tz=timezone.utc)
    refused("signed 310 s ago", post(at=now - timedelta(seconds=310)), 401, "signature_invalid")
    refused("signed 310 s ahead", post(at=now + timedelta(seconds=310)), 401, "signature_invalid")
    check("201: signed 280 s ago", post(at=now - timedelta(seconds=280)).status == 201)
    refused("a webhook-id that begins with cf_", post(webhook_id="cf_mine"), 401, "signature_invalid")
    refused("a webhook-id of 65 characters", post(webhook_id="x" * 65), 401, "signature_invalid")
    refused("a webhook-id with a dot", post(webhook_id="a.b"), 401, "signature_invalid")
    check("201: a webhook-id of 64 characters", post(webhook_id=secrets.token_hex(32)).status == 201)
    raw = json.dumps(issuer.payment("s-2"))
    headers = issuer.signed(raw)
    headers["webhook-signature"] = "v1,AAAA v2,unknown " + headers["webhook-signature"]
    check("201: several signatures, one of them right", send("POST", target, raw.encode(), headers).status == 201)
    headers = issuer.signed(raw)
    refused("a changed body", send("POST", target, raw.replace("1000", "1").encode(), headers), 401, "signature_invalid")
    check("200: a signed GET", issuer.get("/orders?limit=3").status == 200)
    moved = issuer.signed(f"GET {target}?limit=3")
    refused("a GET signed for another target", send("GET", f"{target}?limit=4", None, moved), 401, "signature_invalid")
    seed = secrets.token_bytes(32)
    public = "whpk_" + base64.b64encode(ed25519.public_key(seed)).decode()
    check("200: an issuer registers a public key", operator("PATCH", f"/issuers/{issuer.id}", {"publicKey": public}).status == 200)
    raw = json.dumps(issuer.payment("s-3"))
    headers = issuer.signed(raw)
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{raw}".encode()
    headers["webhook-signature"] = "v1a," + base64.b64encode(ed25519.sign(seed, text)).decode()
    check("201: signed v1a", send("POST", target, raw.encode(), headers).status == 201)

    first = post(webhook_id=f"rotate-{RUN}")
    old = issuer.secrets[-1]
    rotated = operator("POST", f"/issuers/{issuer.id}/secret", {})
    end = seconds(rotated.get("oldSecretEndsAt"))
    check("201: a rotation gives a secret and the end of the old one", rotated.status == 201 and abs(end - time.time() - 86400) < 60, rotated)
    issuer.secrets.append(rotated.get("secret"))
    check("201: the old secret still signs", first.status == 201 and post(secret=old).status == 201)
    check("201: the new secret signs", post().status == 201)
    place = issuer.place("s-rotated")
    message = issuer.message("order.paid", "s-rotated") if place.status == 201 else None
    check("callbacks carry one v1 for each live secret", message and len(message.signature.split(" ")) == 2, place)
    third = operator("POST", f"/issuers/{issuer.id}/secret", {})
    issuer.secrets.append(third.get("secret"))
    refused("the oldest secret after a third rotation", post(secret=old), 401, "signature_invalid")
    last = operator("POST", f"/issuers/{issuer.id}/secret", {"endOldNow": True})
    refused("the old secret after endOldNow", post(), 401, "signature_invalid")
    issuer.secrets.append(last.get("secret"))
    check("201: the newest secret after endOldNow", post().status == 201)
    check("every callback was signed", issuer.unsigned == 0, issuer.unsigned)


def play_order_of_checks():
    issuer = Issuer("checks")
    target = f"/v1/issuers/{issuer.id}/orders"
    refused("256 KiB and a byte, unsigned", send("POST", target, b" " * (256 * 1024 + 1), {"content-type": "application/json"}), 413, "body_too_large")
    refused("256 KiB, unsigned", send("POST", target, b" " * (256 * 1024), {"content-type": "application/json"}), 401, "signature_invalid")
    codes = f"{target}/o-1/codes"
    refused("1 MiB and a byte to /codes, unsigned", send("POST", codes, b" " * (1024 * 1024 + 1), {}), 413, "body_too_large")
    refused("1 MiB to /codes, unsigned", send("POST", codes, b" " * (1024 * 1024), {}), 401, "signature_invalid")
    refused("another media type", issuer.post("/orders", issuer.payment("c-1"), headers={"content-type": "text/plain"}), 415, "media_type_unsupported")
    refused("another media type before bad JSON", issuer.post("/orders", raw="{", headers={"content-type": "text/plain"}), 415, "media_type_unsupported")
    refused("not JSON", issuer.post("/orders", raw='{"type":'), 400, "body_malformed")
    refused("an unknown field", issuer.place("c-1", extra=1), 422, "body_invalid", "/extra")
    refused("a bad body for an unknown order", issuer.about("c-none", "verification", "order.verification"), 422, "body_invalid", "/token")
    unknown = issuer.about("c-none", "verification", "order.verification", token="t", quantity=1, amount=AMOUNT)
    refused("a verification of an unknown order", unknown, 404, "order_unknown")
    refused("a GET of an unknown order", issuer.get("/orders/c-none"), 404, "order_unknown")
    refused("the timeline of an unknown order", issuer.get("/orders/c-none/timeline"), 404, "order_unknown")
    other = Issuer("checks-other")
    other.place("c-theirs")
    refused("another issuer's order", issuer.get("/orders/c-theirs"), 404, "order_unknown")
    refused("nothing at this path", send("GET", "/v1/nothing", None, {}), 404, "path_unknown")
    wrong_method = send("DELETE", f"{target}/c-1", None, {})
    refused("another method", wrong_method, 405, "method_not_allowed")
    check("405 names the methods in Allow", "GET" in wrong_method.headers.get("allow", ""), wrong_method.headers)
    refused("the type of another call", issuer.place("c-1", type="order.codes"), 422, "body_invalid", "/type")
    issuer.place("c-2")
    mixed = issuer.post("/orders/c-2/cancellation", {"type": "order.cancellation", "orderNo": "c-3", "reason": "x"})
    refused("the orderNo of another path", mixed, 422, "body_invalid", "/orderNo")


def play_idempotency():
    issuer = Issuer("repeat")
    key = f"same-{RUN}"
    first = issuer.post("/orders", issuer.payment("i-1"), webhook_id=key)
    again = issuer.post("/orders", issuer.payment("i-1"), webhook_id=key)
    check("201: the same request again gets the very answer", (again.status, again.raw) == (201, first.raw) and first.status == 201, again)
    check("a repeated answer says idempotency-replayed: true", again.headers.get("idempotency-replayed") == "true" and "idempotency-replayed" not in first.headers)
    refused("the same webhook-id with another body", issuer.post("/orders", issuer.payment("i-2"), webhook_id=key), 422, "idempotency_mismatch")
    same_body = issuer.post("/orders/i-1/cancellation", issuer.payment("i-1"), webhook_id=key)
    refused("the same webhook-id at another path", same_body, 422, "idempotency_mismatch")
    typed = issuer.post("/orders", issuer.payment("i-2"), webhook_id=key, headers={"content-type": "text/plain"})
    refused("idempotency is looked at before the media type", typed, 422, "idempotency_mismatch")
    other = issuer.post("/orders", issuer.payment("i-1"))
    check("200: the same order under another webhook-id", other.status == 200 and other.get("pickupUrl") == first.get("pickupUrl"), other)
    conflict = [issuer.post("/orders", issuer.payment("i-1", quantity=2), webhook_id=f"conflict-{RUN}") for _ in range(2)]
    check("a kept 409 is repeated", conflict[0].status == 409 and conflict[1].headers.get("idempotency-replayed") == "true", conflict)
    missing = [issuer.about("i-new", "cancellation", "order.cancellation", reason="x", webhook_id=f"later-{RUN}") for _ in range(2)]
    issuer.place("i-new")
    later = issuer.about("i-new", "cancellation", "order.cancellation", reason="x", webhook_id=f"later-{RUN}")
    check("a 404 is judged anew", [a.status for a in missing] == [404, 404] and later.status == 200, [missing, later])
    for attempt in range(20):
        body = issuer.payment(f"i-race-{attempt}")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            raced = list(pool.map(lambda _: issuer.post("/orders", body, webhook_id=f"race-{RUN}-{attempt}"), range(8)))
        running = [a for a in raced if a.status == 409]
        if running:
            break
    check("eight at once: one is handled, the others repeat it or are told that it runs", {a.status for a in raced} <= {201, 409}, raced)
    if running:
        refused("while the first is running", running[0], 409, "in_progress")
        check("in_progress: Retry-After: 1", running[0].headers.get("retry-after") == "1", running[0].headers)


def play_values():
    issuer = Issuer("values")
    bad = {
        "/amount/value": [{"amount": {"value": value, "currency": "EUR"}} for value in (-1, 9007199254740992, "1000", None)],
        "/amount/currency": [{"amount": {"value": 1, "currency": value}} for value in ("eur", "EURO", "", 1)],
        "/quantity": [{"quantity": value} for value in (0, 10001, "1", None)],
        "/product/id": [{"product": {"id": value, "name": "x"}} for value in ("", "x" * 65, 5)],
        "/product/name": [{"product": {"id": "x", "name": value}} for value in ("", "x" * 201, None)],
        "/orderNo": [{"orderNo": value} for value in ("", ".a", "a/b", "x" * 65, "a b", "ä", 7)],
        "/metadata": [{"metadata": value} for value in ({str(n): "x" for n in range(51)}, {"a": "x" * 8192}, [], None)],
        "/metadata/a": [{"metadata": {"a": value}} for value in (1, None, {}, True)],
        "/payment/id": [{"payment": {"id": value}} for value in ("", "x" * 65)],
        "/payment/paidAt": [{"payment": {"id": "p", "paidAt": value}} for value in ("yesterday", "2026-01-01", "2026-01-01T00:00:00")],
        "/payment/payer": [{"payment": {"id": "p", "payer": "x" * 65}}],
        "/payment/card": [{"payment": {"id": "p", "card": "4111"}}],
        "/product": [{"product": ABSENT}],
        "/amount": [{"amount": ABSENT}],
        "/type": [{"type": ABSENT}],
    }
    for path, bodies in bad.items():
        for changes in bodies:
            shown = {name: "absent" if value is ABSENT else value for name, value in changes.items()}
            refused(f"{path} for {json.dumps(shown)[:60]}", issuer.place(**{"order_no": "v-bad", **renamed(changes)}), 422, "body_invalid", path)
    text = json.dumps(issuer.payment("v-raw"))
    for name, raw, path in (
        ("a fraction", text.replace("1000", "1000.0"), "/amount/value"),
        ("an exponent", text.replace("1000", "1e3"), "/amount/value"),
        ("a duplicate key", text.replace('"type"', '"orderNo": "x", "type"', 1), "/orderNo"),
        ("NUL", text.replace("Gift card", "Gift\\u0000card"), "/product/name"),
        ("a lone surrogate", text.replace("Gift card", "Gift\\ud800card"), "/product/name"),
    ):
        refused(name, issuer.post("/orders", raw=raw), 422, "body_invalid", path)
    good = {
        "the amount 0": {"amount": {"value": 0, "currency": "JPY"}},
        "the largest amount": {"amount": {"value": 9007199254740991, "currency": "EUR"}},
        "10,000 pieces": {"quantity": 10000},
        "lengths in code points": {"product": {"id": "🎟" * 64, "name": "🎟" * 200}},
        "50 pairs of metadata": {"metadata": {str(n): "x" for n in range(50)}},
        "a payment": {"payment": {"id": "p" * 64, "paidAt": "2026-01-01T00:00:00Z", "payer": "Ä" * 64}},
    }
    for n, (name, changes) in enumerate(good.items()):
        answer = issuer.place(f"v-good-{n}", **changes)
        check(f"201: {name}", answer.status == 201, answer)
    for order_no in ("~a", "-", "_._~", "A" + "9" * 63):
        answer = issuer.place(order_no)
        check(f"201: the order number {order_no[:12]}", answer.status == 201 and issuer.order(order_no)["orderNo"] == order_no, answer)
    paid = issuer.place("v-paid", payment={"id": "pay-1", "payer": "Ann"}, metadata={"b": "2", "a": "1"})
    message = issuer.message("order.paid", "v-paid")
    check("payment is repeated in Order and order.paid", paid.get("payment") == message.data["payment"] == {"id": "pay-1", "payer": "Ann"}, paid)
    check("metadata is repeated in order.paid", message.data["metadata"] == {"a": "1", "b": "2"}, message.raw)


def renamed(changes: dict) -> dict:
    return {("order_no" if name == "orderNo" else name): value for name, value in changes.items()}


def play_addresses():
    issuer = Issuer("addresses")
    long = "https://example.com/" + "x" * 1005
    for url in (
        "http://example.com/", "ftp://example.com/", "https://user:pass@example.com/", "https://user@example.com/", "https://10.0.0.1/", "https://192.168.1.1/",
        "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[::1]/", "https://[fd00::1]/",
        "https://167772161/", "https://0xa000001/", "https://012.0.0.1/", "https://10.1/", "https://0.0.0.0/", "example.com", "//example.com/", long,
    ):  # fmt: skip
        answer = issuer.place("a-bad", terminal={"channel": "webhook", "url": url})
        refused(f"a terminal at {url[:45]}", answer, 422, "body_invalid", "/terminal/url")
        changed = operator("PATCH", f"/issuers/{issuer.id}", {"callback": {"kind": "url", "url": url}})
        refused(f"a callback at {url[:45]}", changed, 422, "body_invalid", "/callback/url")
    check("201: https to a public name", issuer.place("a-ok", terminal={"channel": "webhook", "url": "https://example.invalid/x"}).status == 201)
    check("201: http inside CALLBACK_ALLOW", issuer.place("a-http", terminal={"channel": "webhook", "url": f"{callback_root()}/nobody"}).status == 201)
    configured = [one["channel"] for one in operator("GET", "/channels").get("data", [])]
    for channel, at in (("email", {"address": "a@example.com"}), ("sms", {"number": "+491701234567"})):
        answer = issuer.place(f"a-{channel}", terminal={"channel": channel, **at})
        if channel in configured:
            check(f"201: {channel}, which is configured", answer.status == 201 and answer.get("pickupUrl"), answer)
        else:
            refused(f"{channel} where none is configured", answer, 422, "body_invalid", "/terminal")
    refused("a channel that is none", issuer.place("a-fax", terminal={"channel": "fax"}), 422, "body_invalid")
    none = Issuer("no-terminal", terminal=ABSENT)
    refused("no terminal at all", none.place("a-none"), 422, "body_invalid", "/terminal")
    check("201: a terminal of the order's own", none.place("a-own", terminal={"channel": "page"}).status == 201)
    unknown = operator("PATCH", f"/issuers/{issuer.id}", {"callback": {"kind": "function", "name": "not-loaded"}})
    refused("a function that is not loaded", unknown, 422, "body_invalid", "/callback/name")


def callback_root() -> str:
    return f"http://127.0.0.1:{callbacks.server_port}"


def play_orders():
    issuer = Issuer("orders")
    placed = issuer.place("o-1", quantity=2, metadata={"a": "1", "b": "2"})
    body = placed.body
    check("201: a new order", placed.status == 201 and body["state"] in ("accepted", "notified"), placed)
    fields = {"issuerId", "orderNo", "state", "product", "quantity", "amount", "terminal", "codes", "items", "delivery", "pickupUrl", "createdAt", "updatedAt", "verifyBy", "metadata", "sequence", "actions"}
    check("an Order has its fields and no others", set(body) == fields, sorted(body))
    check("codes and delivery begin at none", body["codes"] == {"issued": 0, "outstanding": 2} and body["delivery"] == {"state": "none", "tries": 0}, body)
    check("the terminal is masked", set(body["terminal"]) == {"channel", "hint"} and body["terminal"]["channel"] == "page", body["terminal"])
    check("verifyBy = createdAt + 600 s", round(seconds(body["verifyBy"]) - seconds(body["createdAt"])) == 600, body)
    check("sequence is 0 before the first event", body["sequence"] == 0)
    pickup_secret = body["pickupUrl"].rsplit("/", 1)[1]
    check("pickupUrl holds at least 128 random bits", len(pickup_secret) >= 22 and body["pickupUrl"].split("/p/")[0] == PLATFORM, body["pickupUrl"])
    check("200: a GET right after shows it, with pickupUrl", issuer.order("o-1").get("pickupUrl") == body["pickupUrl"])
    same = issuer.place("o-1", quantity=2, metadata={"b": "2", "a": "1"}, terminal={"channel": "page"})
    check("200: the same content, keys in another order, the preset terminal named", same.status == 200 and same.get("pickupUrl") == body["pickupUrl"], same)
    for name, changes in {
        "another amount": {"amount": {"value": 1001, "currency": "EUR"}}, "another currency": {"amount": {"value": 1000, "currency": "USD"}},
        "another quantity": {"quantity": 3}, "another product": {"product": {"id": "card", "name": "Other"}}, "other metadata": {"metadata": {"a": "1"}},
        "another terminal": {"terminal": {"channel": "webhook", "url": "https://example.invalid/"}}, "a payment more": {"payment": {"id": "p"}},
    }.items():  # fmt: skip
        refused(name, issuer.place("o-1", **{"quantity": 2, "metadata": {"a": "1", "b": "2"}, **changes}), 409, "order_conflict")

    def bulk(*orders: dict, webhook_id: str | None = None) -> Answer:
        return issuer.post("/orders/bulk", {"type": "orders.bulk", "orders": list(orders)}, webhook_id=webhook_id)

    mixed = bulk(issuer.payment("b-1"), issuer.payment("o-1"), issuer.payment("b-2", amount=ABSENT), issuer.payment("bulk"))
    seen = [(r["orderNo"], r["status"], r.get("problem", {}).get("code")) for r in mixed.get("results", [])]
    wanted = [("b-1", 201, None), ("o-1", 409, "order_conflict"), ("b-2", 422, "body_invalid"), ("bulk", 201, None)]
    check("200: many orders, each as if sent alone", mixed.status == 200 and seen == wanted, mixed)
    check("an order may be named bulk", issuer.order("bulk").get("orderNo") == "bulk")
    refused("an entry without a number", bulk(issuer.payment("b-3"), issuer.payment("b-4", orderNo=ABSENT)), 422, "body_invalid", "/orders/1/orderNo")
    refused("a number twice in one call", bulk(issuer.payment("b-3"), issuer.payment("b-3")), 422, "body_invalid", "/orders/1/orderNo")
    operator("POST", f"/issuers/{issuer.id}/pause", {})
    paused = bulk(issuer.payment("b-5"), webhook_id=f"bulk-{RUN}")
    check("200: a retryable result in it", [r["status"] for r in paused.get("results", [])] == [409], paused)
    operator("POST", f"/issuers/{issuer.id}/resume", {})
    resumed = bulk(issuer.payment("b-5"), webhook_id=f"bulk-{RUN}")
    check("200: it was not kept", [r["status"] for r in resumed.get("results", [])] == [201], resumed)

    lister = Issuer("lister")
    for n in range(5):
        lister.place(f"l-{n}")
        time.sleep(0.01)
    full = lister.get("/orders").body
    check("200: newest first, nextCursor null at the end", [o["orderNo"] for o in full["data"]] == [f"l-{n}" for n in (4, 3, 2, 1, 0)] and full["nextCursor"] is None, full)
    check("lists never hold pickupUrl", all("pickupUrl" not in order for order in full["data"]))
    pages, cursor = [], ""
    while cursor is not None:
        page = lister.get(f"/orders?limit=2{cursor and '&cursor=' + cursor}").body
        pages.append([order["orderNo"] for order in page["data"]])
        cursor = page["nextCursor"]
    check("200: pages of two by cursor", pages == [["l-4", "l-3"], ["l-2", "l-1"], ["l-0"]], pages)
    after = lister.get(f"/orders?createdAfter={full['data'][2]['createdAt']}").body
    check("200: createdAfter leaves that moment itself out", [o["orderNo"] for o in after["data"]] == ["l-4", "l-3"], after)
    lister.cancel("l-3")
    changed = lister.get(f"/orders?updatedAfter={full['data'][0]['updatedAt']}").body
    check("200: updatedAfter, newest change first", changed["data"][0]["orderNo"] == "l-3", changed)
    lister.place("l-paid", payment={"id": f"pay-{RUN}"})
    check("200: by paymentId", [o["orderNo"] for o in lister.get(f"/orders?paymentId=pay-{RUN}").body["data"]] == ["l-paid"])
    cancelled = lister.get("/orders?state=cancelled").body
    check("200: by state", [o["orderNo"] for o in cancelled["data"]] == ["l-3"], cancelled)
    check("200: limit=100", lister.get("/orders?limit=100").status == 200)
    for query in ("limit=0", "limit=101", "limit=x", "state=unknown", "createdAfter=yesterday", "cursor=nonsense", "colour=red"):
        refused(f"the query {query}", lister.get(f"/orders?{query}"), 422, "body_invalid", f"/{query.split('=')[0]}")

    operator("POST", f"/issuers/{lister.id}/pause", {})
    paused = [lister.post("/orders", lister.payment("l-paused"), webhook_id=f"paused-{RUN}") for _ in range(2)]
    refused("a new order of a paused issuer", paused[1], 409, "issuer_paused")
    known = lister.place("l-0")
    check("200: a known order of a paused issuer", known.status == 200, known)
    operator("POST", f"/issuers/{lister.id}/resume", {})
    resumed = lister.post("/orders", lister.payment("l-paused"), webhook_id=f"paused-{RUN}")
    check("201: issuer_paused was not kept: the same request after the resume", resumed.status == 201, resumed)


def play_verification():
    issuer = Issuer("verify")
    issuer.place("w-1", quantity=2)
    paid = issuer.message("order.paid", "w-1")
    expected = {"issuerId", "orderNo", "token", "product", "quantity", "amount", "metadata", "verifyBy", "verificationUrl", "codesUrl", "refusalUrl"}
    check("order.paid has its fields and no others", set(paid.data) == expected, sorted(paid.data))
    check("the addresses in order.paid are the order's own", paid.data["verificationUrl"] == f"{PLATFORM}/v1/issuers/{issuer.id}/orders/w-1/verification", paid.data)
    check("the platform's webhook-id begins with cf_", paid.id.startswith("cf_") and len(paid.id) <= 64, paid.id)
    facts = {"token": paid.data["token"], "quantity": 2}
    check("the state is notified once order.paid was answered", issuer.in_state("w-1", "notified"))
    refused("a wrong token", issuer.verify("w-1", token="wrong", quantity=2), 403, "token_mismatch")
    refused("a token of 256 characters", issuer.verify("w-1", token="x" * 256, quantity=2), 403, "token_mismatch")
    refused("a token of 257 characters", issuer.verify("w-1", token="x" * 257, quantity=2), 422, "body_invalid", "/token")
    refused("another quantity", issuer.verify("w-1", token=facts["token"], quantity=1), 422, "quantity_mismatch")
    refused("another amount", issuer.verify("w-1", **facts, amount={"value": 1, "currency": "EUR"}), 422, "amount_mismatch")
    refused("another currency", issuer.verify("w-1", **facts, amount={"value": 1000, "currency": "USD"}), 422, "amount_mismatch")
    both = issuer.verify("w-1", token="wrong", quantity=9, amount={"value": 1, "currency": "EUR"})
    refused("everything wrong: the token is looked at first", both, 403, "token_mismatch")
    both = issuer.verify("w-1", token=facts["token"], quantity=9, amount={"value": 1, "currency": "EUR"})
    refused("quantity and amount wrong: the quantity is looked at first", both, 422, "quantity_mismatch")
    early = issuer.submit("w-1", code("a"), token=facts["token"], webhook_id=f"early-{RUN}")
    refused("codes before the verification", early, 409, "not_verified")
    first = issuer.verify("w-1", **facts)
    check("200: the right facts", first.status == 200 and set(first.body) == {"verdict", "orderNo", "verifiedAt", "issueBy"} and first.get("verdict") == "verified", first)
    check("issueBy = verifiedAt + 600 s", round(seconds(first.get("issueBy")) - seconds(first.get("verifiedAt"))) == 600, first)
    check("a GET right after shows verified and issueBy", issuer.order("w-1")["state"] == "verified" and issuer.order("w-1")["issueBy"] == first.get("issueBy"))
    check("200: the right facts again, the same answer", issuer.verify("w-1", **facts).body == first.body)
    refused("a wrong token after success", issuer.verify("w-1", token="wrong", quantity=2), 403, "token_mismatch")
    refused("a wrong amount after success", issuer.verify("w-1", **facts, amount={"value": 1, "currency": "EUR"}), 422, "amount_mismatch")
    anew = issuer.submit("w-1", code("a"), token=facts["token"], webhook_id=f"early2-{RUN}")
    check("201: one of two codes", anew.status == 201 and anew.body == {"accepted": 1, "outstanding": 1}, anew)
    check("the state is partially_issued", issuer.order("w-1")["state"] == "partially_issued")
    issuer.submit("w-1", code("b"))
    issuer.in_state("w-1", "delivered")
    check("200: the right facts after delivery, the same answer", issuer.verify("w-1", **facts).body == first.body)

    issuer.place("w-early")
    code_a = code("a")
    token = issuer.token("w-early")
    early = issuer.submit("w-early", code_a, token=token, webhook_id=f"again-{RUN}")
    refused("codes before the verification, to be sent again", early, 409, "not_verified")
    issuer.verify("w-early")
    later = issuer.submit("w-early", code_a, token=token, webhook_id=f"again-{RUN}")
    check("201: not_verified was not kept: the same request after the verification", later.status == 201, later)

    issuer.place("w-locked")
    token = issuer.token("w-locked")
    wrong = [issuer.verify("w-locked", token=f"wrong-{n}") for n in range(8)]
    wrong.append(issuer.submit("w-locked", code("a"), token="wrong"))
    wrong.append(issuer.refuse("w-locked", token="wrong"))
    check("403: ten failures over verification, codes and refusal", [a.status for a in wrong] == [403] * 10, wrong)
    locked = issuer.verify("w-locked", token=token, webhook_id=f"locked-{RUN}")
    refused("the right facts after ten failures", locked, 429, "verification_locked")
    check("locked: not retryable by itself, Retry-After until the window's end", locked.get("retryable") is False and 0 < int(locked.headers["retry-after"]) <= 600, locked.headers)
    operator("POST", f"/orders/{issuer.id}/w-locked/renotify", {})
    second = issuer.message("order.paid", "w-locked", 2)
    check("renotify sends a new message with the same token", second.id != issuer.messages("order.paid", "w-locked")[0].id and second.data["token"] == token)
    check("200: renotify ended the lock, the same request is judged anew", issuer.verify("w-locked", token=token, webhook_id=f"locked-{RUN}").status == 200)

    def inside(message: Message):
        results.append(issuer.verify("w-inside", token=message.data["token"]).status)
        results.append(issuer.submit("w-inside", code("a"), token=message.data["token"]).status)
        return 200, {}, None

    results: list[int] = []
    issuer.reactions[("order.paid", "w-inside")] = inside
    started = time.monotonic()
    issuer.place("w-inside")
    until("both answers", lambda: len(results) == 2)
    check("200 and 201: verified and submitted inside the handling of order.paid, at once", results == [200, 201] and issuer.in_state("w-inside", "delivered") and time.monotonic() - started < 8, results)


def play_codes():
    issuer = Issuer("codes")
    verified(issuer, "k-1", quantity=3)
    one, two, three = code("a"), code("b", secret="1234"), code("c", format="qr", expiresAt="2027-01-01T00:00:00Z")
    refused("a wrong token", issuer.submit("k-1", one, token="wrong"), 403, "token_mismatch")
    first = issuer.submit("k-1", one)
    check("201: a new code", first.status == 201 and first.body == {"accepted": 1, "outstanding": 2}, first)
    again = issuer.submit("k-1", one)
    check("200: the same code under another webhook-id", again.status == 200 and again.body == {"accepted": 1, "outstanding": 2}, again)
    check("200: its default format named", issuer.submit("k-1", {**one, "format": "text"}).status == 200)
    refused("the same itemId with another value", issuer.submit("k-1", code("a")), 409, "code_conflict")
    refused("the same itemId with another format", issuer.submit("k-1", {**one, "format": "qr"}), 409, "code_conflict")
    refused("the same value under another itemId", issuer.submit("k-1", {**one, "itemId": "z"}), 409, "code_conflict")
    refused("more codes than the quantity", issuer.submit("k-1", code("d"), code("e"), code("f")), 409, "code_conflict")
    refused("one new code and one conflict: nothing is taken", issuer.submit("k-1", two, code("a")), 409, "code_conflict")
    check("a refused call left nothing", issuer.order("k-1")["codes"] == {"issued": 1, "outstanding": 2}, issuer.order("k-1"))
    mixed = issuer.submit("k-1", one, two)
    check("201: an old and a new code: accepted counts both", mixed.status == 201 and mixed.body == {"accepted": 2, "outstanding": 1}, mixed)
    last = issuer.submit("k-1", three)
    check("201: the last code", last.status == 201 and last.body == {"accepted": 1, "outstanding": 0}, last)
    done = issuer.in_state("k-1", "delivered")
    check("delivered: nothing outstanding, no refund", done["codes"] == {"issued": 3, "outstanding": 0} and "refundDue" not in done and "closedReason" not in done, done)
    check("200: a repeat to an order delivered whole", issuer.submit("k-1", one, two).status == 200)
    refused("anything else to an order delivered whole", issuer.submit("k-1", code("x")), 409, "code_conflict")

    verified(issuer, "k-2")
    refused("a value that another order holds", issuer.submit("k-2", {**one, "itemId": "q"}), 409, "code_reused")
    stranger = Issuer("codes-other")
    verified(stranger, "k-3")
    check("201: another issuer's value", stranger.submit("k-3", one).status == 201)
    cancelled = issuer.cancel("k-2")
    late = code("late")
    refused("codes for a closed order", issuer.submit("k-2", late), 409, "order_closed")
    verified(issuer, "k-4")
    check("201: a late code's value is free for another order", cancelled.status == 200 and issuer.submit("k-4", late).status == 201)

    verified(issuer, "k-5", quantity=200)
    refused("a number as value", issuer.submit("k-5", {"itemId": "a", "value": 12345}), 422, "body_invalid", "/codes/0/value")
    refused("no codes", issuer.submit("k-5"), 422, "body_invalid", "/codes")
    refused("201 codes", issuer.submit("k-5", *[code(str(n)) for n in range(201)]), 422, "body_invalid", "/codes")
    refused("an itemId twice", issuer.submit("k-5", code("a"), code("a")), 422, "body_invalid", "/codes/1/itemId")
    refused("a value twice", issuer.submit("k-5", code("a", "SAME"), code("b", "SAME")), 422, "body_invalid", "/codes/1/value")
    refused("an itemId of 65 characters", issuer.submit("k-5", code("x" * 65)), 422, "body_invalid", "/codes/0/itemId")
    refused("a value of 513 characters", issuer.submit("k-5", code("a", "x" * 513)), 422, "body_invalid", "/codes/0/value")
    refused("a secret of 513 characters", issuer.submit("k-5", code("a", secret="x" * 513)), 422, "body_invalid", "/codes/0/secret")
    refused("an unknown field in a code", issuer.submit("k-5", code("a", colour="red")), 422, "body_invalid", "/codes/0/colour")
    refused("an expiresAt that is no time", issuer.submit("k-5", code("a", expiresAt="soon")), 422, "body_invalid", "/codes/0/expiresAt")
    for form, value in (
        ("url", "not a link"), ("url", "javascript:alert(1)"), ("url", "ftp://example.com/"), ("ean13", "4006381333932"), ("ean13", "400638133393"),
        ("code128", "x" * 81), ("code128", "ä"), ("pdf417", "€" * 400), ("upc", "123"),
    ):  # fmt: skip
        answer = issuer.submit("k-5", code("a", value, format=form))
        refused(f"the format {form} for {value[:20]}", answer, 422, "body_invalid", "/codes/0/format" if form == "upc" else "/codes/0/value")
    forms = [
        code("url", f"https://example.com/{RUN}", format="url"), code("ean", "4006381333931", format="ean13"), code("c128", "x" * 80, format="code128"),
        code("qr", "€" * 512, format="qr"), code("pdf", f"{RUN}pdf", format="pdf417"), code("aztec", f"{RUN}aztec", format="aztec"),
        code("dm", f"{RUN}dm", format="datamatrix"), code("text", " \t\n" + "🎫" * 500),
    ]  # fmt: skip
    taken = issuer.submit("k-5", *forms)
    check("201: a code of every format", taken.status == 201 and taken.get("accepted") == len(forms), taken)
    rest = issuer.submit("k-5", *[code(f"n-{n}", "x" * 500 + f"{n:012}") for n in range(192)])
    check("201: 192 codes of 512 characters in one call", rest.status == 201 and rest.body == {"accepted": 192, "outstanding": 0}, rest)
    issuer.in_state("k-5", "delivered")
    page = send("POST", urlsplit(issuer.order("k-5")["pickupUrl"]).path + "/reveal", None, {"accept": "text/html"}).raw.decode()
    check("the page holds the codes of every format", f"https://example.com/{RUN}" in page and "4006381333931" in page and "€" * 512 in page)

    racer = Issuer("race")
    for n in range(2):
        verified(racer, f"r-{n}")
    same = f"{RUN}-raced"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        raced = list(pool.map(lambda n: racer.submit(f"r-{n}", code("a", same)), range(2)))
    check("two orders, one value, at once: one gets it, the other is told code_reused", sorted(a.status for a in raced) == [201, 409] and any(a.code == "code_reused" for a in raced), raced)


def play_refusal_and_cancellation():
    issuer = Issuer("closing")
    issuer.place("f-1", payment={"id": "pay-7"})
    refused("a wrong token", issuer.refuse("f-1", token="wrong"), 403, "token_mismatch")
    refused("an unknown reason", issuer.refuse("f-1", reason="mood"), 422, "body_invalid", "/reason")
    refused("a detail of 513 characters", issuer.refuse("f-1", detail="x" * 513), 422, "body_invalid", "/detail")
    for n, reason in enumerate(("out_of_stock", "price_changed", "product_unknown", "account_invalid", "other")):
        order_no = "f-1" if n == 0 else f"f-reason-{n}"
        if n:
            issuer.place(order_no)
        answer = issuer.refuse(order_no, reason=reason, detail="said so")
        check(f"200: refused, {reason}", answer.status == 200 and answer.get("state") == "refused" and answer.get("closedReason") == "issuer_refused", answer)
    order = issuer.order("f-1")
    check("refused: the whole amount is due", order["refundDue"] == AMOUNT and order["codes"]["issued"] == 0, order)
    events = issuer.events("f-1", "order.refused", "order.refund_due")
    check("events order.refused and order.refund_due, sequence 1 and 2", [(e.type, e.data["sequence"]) for e in events] == [("order.refused", 1), ("order.refund_due", 2)], [e.raw for e in events])
    check("order.refused has its fields", events[0].data | {"at": ""} == {"issuerId": issuer.id, "orderNo": "f-1", "sequence": 1, "at": "", "state": "refused", "closedReason": "issuer_refused", "refundDue": AMOUNT}, events[0].raw)
    check("payment is repeated in order.refund_due", events[1].data.get("payment") == {"id": "pay-7"} and events[1].data["refundDue"] == AMOUNT, events[1].raw)
    check("Order.sequence is the last event's", issuer.order("f-1")["sequence"] == 2)
    check("200: the same refusal again", issuer.refuse("f-1").status == 200)
    refused("a verification of a refused order", issuer.verify("f-1"), 409, "order_closed")
    refused("a wrong verification of a refused order: closed is looked at first", issuer.verify("f-1", token="wrong"), 409, "order_closed")
    refused("codes for a refused order", issuer.submit("f-1", code("a")), 409, "order_closed")
    refused("codes for a refused order with a wrong token: closed is looked at first", issuer.submit("f-1", code("a"), token="wrong"), 409, "order_closed")
    refused("cancelling a refused order", issuer.cancel("f-1"), 409, "order_closed")

    verified(issuer, "f-part", quantity=3)
    given = code("a")
    issuer.submit("f-part", given)
    issuer.refuse("f-part")
    part = issuer.order("f-part")
    check("a refusal after some codes: they are void, the whole amount is due", part["refundDue"] == AMOUNT and part["codes"] == {"issued": 0, "outstanding": 3}, part)
    events = issuer.events("f-part", "order.refused", "order.refund_due", "order.codes_void")
    check("order.codes_void names the items", [e.type for e in events] == ["order.refused", "order.refund_due", "order.codes_void"] and events[2].data["itemIds"] == ["a"], [e.raw for e in events])

    verified(issuer, "f-reuse")
    refused("a void code for another order", issuer.submit("f-reuse", given), 409, "code_reused")

    issuer.place("f-2")
    issuer.token("f-2")
    cancelled = issuer.cancel("f-2")
    check("200: cancelled", cancelled.status == 200 and cancelled.get("state") == "cancelled" and cancelled.get("closedReason") == "issuer_cancelled", cancelled)
    check("200: cancelled again, the same", issuer.cancel("f-2").get("state") == "cancelled")
    refused("a refusal of a cancelled order", issuer.refuse("f-2"), 409, "order_closed")
    refused("a verification of a cancelled order", issuer.verify("f-2"), 409, "order_closed")
    events = issuer.events("f-2", "order.cancelled", "order.refund_due")
    check("events order.cancelled and order.refund_due", [e.type for e in events] == ["order.cancelled", "order.refund_due"], [e.raw for e in events])
    verified(issuer, "f-free", amount={"value": 0, "currency": "EUR"})
    issuer.cancel("f-free")
    events = issuer.events("f-free", "order.cancelled")
    time.sleep(1)
    check("nothing due for the amount 0: no order.refund_due", "refundDue" not in issuer.order("f-free") and not issuer.messages("order.refund_due", "f-free"))

    verified(issuer, "f-3")
    issuer.submit("f-3", code("a"))
    issuer.in_state("f-3", "delivered")
    refused("cancelling a delivered order", issuer.cancel("f-3"), 409, "already_delivered")
    refused("refusing a delivered order", issuer.refuse("f-3"), 409, "already_delivered")
    events = issuer.events("f-3", "order.delivered")
    check("order.delivered: sequence 1, its items", events[0].data | {"at": ""} == {"issuerId": issuer.id, "orderNo": "f-3", "sequence": 1, "at": "", "state": "delivered", "itemIds": ["a"]}, events[0].raw)


def play_windows():
    fast = Issuer("windows", verifyWindowSeconds=5, issueWindowSeconds=5, noticeDelaysSeconds=[1])
    started = time.monotonic()
    fast.place("x-never")
    verified(fast, "x-none")
    verified(fast, "x-part", quantity=3, amount={"value": 1000, "currency": "EUR"})
    fast.submit("x-part", code("a"))
    order = fast.in_state("x-never", "expired")
    check("expired at the end of the verify window", order["closedReason"] == "verify_window" and order["refundDue"] == AMOUNT and 4 < time.monotonic() - started < 20, order)
    refused("a verification of an expired order", fast.verify("x-never"), 409, "order_closed")
    refused("a refusal of an expired order", fast.refuse("x-never"), 409, "order_closed")
    refused("cancelling an expired order", fast.cancel("x-never"), 409, "order_closed")
    events = fast.events("x-never", "order.expired", "order.refund_due")
    check("events order.expired and order.refund_due", [e.type for e in events] == ["order.expired", "order.refund_due"] and events[0].data["closedReason"] == "verify_window", [e.raw for e in events])
    order = fast.in_state("x-none", "expired")
    check("expired at the end of the issue window", order["closedReason"] == "issue_window" and order["refundDue"] == AMOUNT, order)
    refused("codes for an expired order", fast.submit("x-none", code("a")), 409, "order_closed")
    order = fast.in_state("x-part", "delivered")
    check("partial: what came is delivered, the rest is due", order["codes"] == {"issued": 1, "outstanding": 2} and order["refundDue"] == {"value": 667, "currency": "EUR"} and order["closedReason"] == "partially_issued", order)
    events = fast.events("x-part", "order.delivered", "order.refund_due")
    check("partial: order.delivered and order.refund_due", [e.type for e in events] == ["order.delivered", "order.refund_due"] and events[0].data["closedReason"] == "partially_issued", [e.raw for e in events])
    refused("codes after a partial delivery", fast.submit("x-part", code("b")), 409, "order_closed")

    fast.place("x-extend")
    extended = operator("POST", f"/orders/{fast.id}/x-extend/extend", {"seconds": 3600})
    check("200: extend lengthens the verify window", extended.status == 200 and seconds(extended.get("verifyBy")) - seconds(extended.get("createdAt")) == 3605, extended)
    fast.place("x-held")
    fast.message("order.paid", "x-held")
    operator("POST", f"/issuers/{fast.id}/pause", {})
    time.sleep(7)
    held = fast.order("x-held")
    check("a pause holds the windows", held["state"] in ("accepted", "notified") and seconds(held["verifyBy"]) > time.time(), held)
    check("200: a verification goes on while paused", fast.verify("x-held").status == 200)
    operator("POST", f"/issuers/{fast.id}/resume", {})
    check("the extended order still waits", fast.order("x-extend")["state"] == "notified")


def play_first_interface():
    issuer = Issuer("calls", codeMode="request", noticeDelaysSeconds=[1], eventDelaysSeconds=[1, 1])

    def requested(order_no: str, *replies, quantity: int = 1) -> list[Message]:
        issuer.reactions[("order.code_requested", order_no)] = answers(*replies)
        verified(issuer, order_no, quantity=quantity)
        issuer.message("order.code_requested", order_no)
        return issuer.received

    def issued(*codes) -> tuple:
        return 200, {"content-type": "application/json"}, {"status": "issued", "codes": list(codes)}

    requested("q-issued", issued(code("a")))
    issuer.in_state("q-issued", "delivered")
    request = issuer.message("order.code_requested", "q-issued")
    fields = {"issuerId", "orderNo", "token", "product", "quantity", "metadata", "verifyBy", "issueBy", "outstanding", "verificationUrl", "codesUrl", "refusalUrl"}
    check("order.code_requested has the fields of order.paid without amounts, and outstanding and issueBy", set(request.data) == fields and request.data["outstanding"] == 1, sorted(request.data))
    check("issued: the codes of the answer are delivered", True)
    for name, reply in {"issuing": (200, {}, {"status": "issuing"}), "202": 202, "204": 204}.items():
        requested(f"q-{name}", reply)
        time.sleep(2.5)
        check(f"{name} ends the asking", len(issuer.messages("order.code_requested", f"q-{name}")) == 1)
        check(f"{name}: codes may be submitted later", issuer.submit(f"q-{name}", code("a")).status == 201 and issuer.in_state(f"q-{name}", "delivered"))
    requested("q-refused", (200, {}, {"status": "refused", "reason": "out_of_stock", "detail": "none left"}))
    order = issuer.in_state("q-refused", "refused")
    check("refused: the order is refused", order["closedReason"] == "issuer_refused", order)
    good = code("a")
    for name, reply in {
        "500": 500, "404": 404, "a redirect": (302, {"location": "/elsewhere"}, None), "no JSON": (200, {}, b"<html>"), "an unknown status": (200, {}, {"status": "maybe"}),
        "an unknown field": (200, {}, {"status": "issuing", "x": 1}), "an empty 200": 200, "too many codes": issued(code("a"), code("b")),
        "a number as value": issued({"itemId": "a", "value": 5}), "a duplicate key": (200, {}, b'{"status":"issuing","status":"issuing"}'),
        "a code of another order": issued(code("z", good["value"])),
    }.items():  # fmt: skip
        order_no = f"q-bad-{abs(hash(name)) % 10**8}"
        if name == "a code of another order":
            requested("q-holder", issued(good))
            issuer.in_state("q-holder", "delivered")
        requested(order_no, reply, issued(code("a")))
        issuer.in_state(order_no, "delivered")
        tries = issuer.messages("order.code_requested", order_no)
        same = len(tries) == 2 and tries[0].id == tries[1].id and tries[0].raw == tries[1].raw
        check(f"{name}: a failed try, sent again with the same bytes and webhook-id", same, [(t.id, t.raw) for t in tries])
        check(f"{name}: the try stands in the timeline", any(e["event"] == "code_request_answered" and e["detail"].get("ok") is False for e in issuer.timeline(order_no)), issuer.timeline(order_no))
    requested("q-some", issued(code("a")), quantity=2)
    issuer.in_state("q-some", "partially_issued")
    check("201: the rest after an answer with some", issuer.submit("q-some", code("b")).status == 201 and issuer.in_state("q-some", "delivered"))

    check("without lastCallSeconds no last call", issuer.messages("order.closing", "q-some") == [])
    pushing = Issuer("last-call", lastCallSeconds=60, issueWindowSeconds=60, noticeDelaysSeconds=[1])
    for order_no, replies, state in [("l-1", [500, issued(code("a"))], "delivered"), ("l-2", [(200, {}, {"status": "refused", "reason": "out_of_stock"})], "refused")]:
        pushing.reactions[("order.closing", order_no)] = answers(*replies)
        verified(pushing, order_no)
        pushing.in_state(order_no, state)
        calls = pushing.messages("order.closing", order_no)
        check(f"order.closing, {state}: the fields of order.code_requested and closesBy", all(set(m.data) == fields | {"closesBy"} for m in calls), calls[0].data)
        check(f"order.closing, {state}: the same bytes and webhook-id over all tries", len(calls) == len(replies) and len({(m.id, m.raw) for m in calls}) == 1, [m.raw for m in calls])
    pushing.reactions[("order.closing", "l-3")] = answers(204)
    verified(pushing, "l-3")
    pushing.message("order.closing", "l-3")
    check("order.closing: a 204 leaves the codes to come", pushing.submit("l-3", code("a")).status == 201 and pushing.in_state("l-3", "delivered"))

    issuer.reactions[("order.paid", "q-paid")] = answers(500, (429, {"retry-after": "3"}, None), 200)
    issuer.place("q-paid")
    issuer.message("order.paid", "q-paid", 3)
    tries = issuer.messages("order.paid", "q-paid")
    check("order.paid: the same bytes and webhook-id over all tries", len({(t.id, t.raw) for t in tries}) == 1, [t.raw for t in tries])
    check("order.paid: only time and signature are new", len({(t.timestamp, t.signature) for t in tries}) == 3, [(t.timestamp, t.signature) for t in tries])
    waits = [round(b.at - a.at, 1) for a, b in zip(tries, tries[1:])]
    check("the delays are the issuer's; Retry-After lengthens one", 1 <= waits[0] < 3 and 3 <= waits[1] < 6, waits)
    issuer.reactions[("order.paid", "q-stop")] = answers(500)
    issuer.place("q-stop")
    issuer.reactions["order.code_requested"] = answers(202)
    issuer.verify("q-stop")
    before = len(issuer.messages("order.paid", "q-stop"))
    time.sleep(3)
    check("order.paid: tries stop once verified", len(issuer.messages("order.paid", "q-stop")) <= before + 1, before)

    issuer.reactions[("order.cancelled", "q-event")] = answers(500, 302, 200)
    issuer.place("q-event")
    issuer.cancel("q-event")
    issuer.message("order.cancelled", "q-event", 3)
    check("an event is sent again until a 2xx, under one webhook-id", len({m.id for m in issuer.messages("order.cancelled", "q-event")}) == 1)

    verified(issuer, "q-renotify")
    operator("POST", f"/orders/{issuer.id}/q-renotify/renotify", {})
    anew = issuer.message("order.code_requested", "q-renotify", 2)
    check("renotify asks for codes anew, as a new message", anew.id != issuer.messages("order.code_requested", "q-renotify")[0].id)

    sent = issuer.post("/echo", {"hello": "wörld", "n": 1.5})
    check("200: echo", sent.status == 200, sent)
    echo = until("the echo", lambda: [m for m in issuer.received if m.type == "echo"])[0]
    check("the echo comes signed to the callback", echo.data == {"hello": "wörld", "n": 1.5} and set(json.loads(echo.raw)) == {"type", "timestamp", "data"}, echo.raw)
    refused("an echo of a list", issuer.post("/echo", [1]), 422, "body_invalid")

    gone = Issuer("gone", noticeDelaysSeconds=[1])
    gone.reactions["order.paid"] = answers(410)
    gone.place("g-1")
    until("the issuer to be paused", lambda: operator("GET", f"/issuers/{gone.id}").get("state") == "paused")
    check("410 to a callback pauses the issuer", True)
    refused("its new orders", gone.place("g-2"), 409, "issuer_paused")


def play_odd_answers():
    """A 2xx is success at its status line, and what a server or a proxy adds to an answer is read all the same."""
    issuer = Issuer("odd", noticeDelaysSeconds=[1], codeMode="request")
    ok = b"HTTP/1.1 200 OK\r\n"
    for n, (name, reaction) in enumerate({
        "a body cut short": bare(ok + b"content-length: 10\r\n\r\nabc"),
        "an endless body": bare(ok + b"\r\n", b"x" * 1024),
        "20 KiB of headers": bare(ok + b"x: " + b"a" * 20480 + b"\r\ncontent-length: 0\r\n\r\n"),
        "100 before it": bare(b"HTTP/1.1 100 Continue\r\n\r\n" + ok + b"content-length: 0\r\n\r\n"),
    }.items()):  # fmt: skip
        issuer.reactions[("order.paid", f"a-{n}")] = reaction
        issuer.place(f"a-{n}")
        issuer.in_state(f"a-{n}", "notified")
        time.sleep(1.5)
        check(f"a 200 with {name} is taken, once", len(issuer.messages("order.paid", f"a-{n}")) == 1)
    for name, headers, change in (("gzip", {"content-encoding": "gzip"}, gzip.compress), ("a byte order mark", {}, lambda raw: b"\xef\xbb\xbf" + raw)):
        order_no = f"a-{name.replace(chr(32), chr(45))}"
        body = change(json.dumps({"status": "issued", "codes": [code("a")]}).encode())
        issuer.reactions[("order.code_requested", order_no)] = answers((200, headers, body))
        verified(issuer, order_no)
        issuer.in_state(order_no, "delivered")
        request = issuer.messages("order.code_requested", order_no)
        check(f"an answer with {name} is read", len(request) == 1, request)
    issuer.reactions[("order.code_requested", "a-late")] = answers(500, (200, {}, {"status": "issued", "codes": [code("a")]}))
    verified(issuer, "a-late")
    issuer.in_state("a-late", "delivered")
    tries = issuer.messages("order.code_requested", "a-late")
    check("order.code_requested comes again after 1 s", 0.9 < tries[1].at - tries[0].at < 3, tries[1].at - tries[0].at)
    issuer.reactions[("order.code_requested", "a-odd")] = answers((200, {}, {"status": "issued", "codes": [{"itemId": "a", "value": 7}]}))
    verified(issuer, "a-odd")
    told = until("the unreadable answer", lambda: [e["detail"] for e in issuer.timeline("a-odd") if e["detail"].get("errors")])
    check("an answer that cannot be read names its field in the timeline", [e["path"] for e in told[0]["errors"]] == ["/codes/0/value"], told)
    why = operator("GET", f"/orders/{issuer.id}/a-odd/why")
    check("and in why", "/codes/0/value" in json.dumps(why.body), why)

    slow = Issuer("reset", noticeDelaysSeconds=[20])
    resets = []

    def reset_once(_message):
        def write(handler: CallbackHandler):
            if resets or handler.requests == 1:
                return 204, {}, None
            resets.append(True)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            handler.connection.close()
            return None

        return write

    slow.reactions["order.paid"] = reset_once
    for n in range(20):
        slow.place(f"r-{n}")
        slow.in_state(f"r-{n}", "notified")
        if resets:
            break
    sent = [entry for entry in slow.timeline(f"r-{n}") if entry["event"] == "notice_sent"]
    came = slow.messages("order.paid", f"r-{n}")
    check("a used connection that is reset before an answer is no attempt", resets and len(sent) == 1 and len(came) == 2 and came[1].at - came[0].at < 5, sent)


def play_odd_requests():
    issuer = Issuer("requests")
    for name, headers in (("charset=UTF8", {"content-type": "application/json; charset=UTF8"}), ("charset=utf-8", {"content-type": "application/json;charset=utf-8"})):
        answer = issuer.post("/orders", issuer.payment(f"r-{name[8:]}"), headers=headers)
        check(f"201: {name}", answer.status == 201, answer)
    answer = issuer.post("/orders", raw="\ufeff" + json.dumps(issuer.payment("r-bom")))
    check("201: a byte order mark", answer.status == 201, answer)
    paid = {"id": "p", "paidAt": "2026-01-01T02:00:00+02:00"}
    answer = issuer.place("r-offset", payment=paid)
    check("201: a time with an offset, given in UTC", answer.status == 201 and seconds(answer.get("payment")["paidAt"]) == seconds(paid["paidAt"]) and answer.get("payment")["paidAt"].endswith("Z"), answer)
    for n, folded in enumerate(("v1,AAAA,", "v1,AAAA, ")):
        raw = json.dumps(issuer.payment(f"r-folded-{n}"))
        headers = issuer.signed(raw)
        headers["webhook-signature"] = folded + headers["webhook-signature"]
        answer = send("POST", f"/v1/issuers/{issuer.id}/orders", raw.encode(), headers)
        check(f"201: signatures after {folded!r}", answer.status == 201, answer)
    page = urlsplit(issuer.order("r-bom")["pickupUrl"]).path
    head = send("HEAD", f"{page}/events", None, {})
    check("200: HEAD of a stream ends without a body", head.status == 200 and head.raw == b"" and head.headers.get("content-type", "").startswith("text/event-stream"), head)
    wrong = issuer.place("r-number", metadata={"card": 9007199254740993})
    refused("a number where a string belongs", wrong, 422, "body_invalid", "/metadata/card")
    check("and says so", "string" in json.dumps(wrong.get("errors")), wrong)
    verified(issuer, "r-codes", quantity=5)
    now = datetime.now(tz=timezone.utc)
    for name, bad, path in (
        ("a value of blanks", code("a", " \u200b\u3000"), "/codes/0/value"),
        ("a code that has expired", code("a", expiresAt=(now - timedelta(days=1)).isoformat()), "/codes/0/expiresAt"),
    ):
        refused(name, issuer.submit("r-codes", bad), 422, "body_invalid", path)
    forms = [("ean8", "96385074"), ("upca", "036000291452"), ("code39", "A-1 $"), ("itf", "123456"), ("gs1-128", f"(01)04006381333931(21){RUN}")]
    for n, (form, value) in enumerate(forms):
        answer = issuer.submit("r-codes", code(f"f-{n}", value, format=form))
        check(f"201: the format {form}", answer.status == 201, answer)
    for n in range(1600):
        repeated = issuer.verify("r-codes", quantity=5)
        if repeated.status != 200:
            break
    check("200: the right verification for the 1600th time", repeated.status == 200, (n, repeated))


def play_terminals():
    issuer = Issuer("terminals", deliveryDelaysSeconds=[1])
    dead, live = Terminal(f"{RUN}-dead"), Terminal(f"{RUN}-live")
    dead.reactions["code.delivered"] = answers(404)
    for n in range(12):
        verified(issuer, f"t-{n}", terminal={"channel": "webhook", "url": dead.url})
        issuer.submit(f"t-{n}", code("a"))
    until("ten failed deliveries", lambda: len(dead.received) >= 10)
    verified(issuer, "t-live", terminal={"channel": "webhook", "url": live.url})
    began = time.monotonic()
    issuer.submit("t-live", code("a"))
    issuer.in_state("t-live", "delivered")
    check("ten 404 of one address leave another one at its host alone", time.monotonic() - began < 15)
    until("the last order to be called", lambda: len({m.data["orderNo"] for m in dead.received}) == 12, 90)
    check("no order is undeliverable without a try", all(issuer.order(f"t-{n}")["delivery"]["tries"] > 0 or issuer.order(f"t-{n}")["state"] == "issued" for n in range(12)))

    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    verified(issuer, "t-parts", quantity=450, terminal={"channel": "webhook", "url": live.url, "secret": secret})
    codes = [code(str(n)) for n in range(450)]
    for n in range(0, 450, 150):
        issuer.submit("t-parts", *codes[n : n + 150])
    issuer.in_state("t-parts", "delivered")
    parts = {m.data["part"]["n"]: m for m in live.messages("code.delivered", "t-parts")}
    check("450 codes go in three parts of at most 200", sorted(parts) == [1, 2, 3] and all(m.data["part"]["of"] == 3 and len(m.data["codes"]) <= 200 for m in parts.values()))
    check("each part is a message of its own, and together they are all", len({m.id for m in parts.values()}) == 3 and sum(len(m.data["codes"]) for m in parts.values()) == 450)
    kinds = [{part.split(",")[0] for part in m.signature.split(" ")} for m in parts.values()]
    check("a terminal with a secret gets v1 beside v1a", kinds == [{"v1", "v1a"}] * 3, kinds)
    check("the secret is given back by no call", secret not in json.dumps([issuer.order("t-parts"), operator("GET", f"/orders/{issuer.id}/t-parts").body]))

    dead.reactions["code.delivered"] = answers(500)
    mended = Issuer("mended")
    verified(mended, "m-1", terminal={"channel": "webhook", "url": f"{dead.url}?mended"})
    mended.submit("m-1", code("a"))
    until("a failed try", lambda: mended.order("m-1")["delivery"]["tries"] > 0)
    moved = mended.about("m-1", "delivery", "order.delivery", token=mended.token("m-1"), terminal={"channel": "page"})
    check("200: another terminal from the first failed try on", moved.status == 200, moved)
    paged = mended.in_state("m-1", "delivered")
    check("one that was corrected to a page has its link", paged.get("pickupUrl"), paged)
    renewed = mended.about("m-1", "delivery", "order.delivery", token=mended.token("m-1"), newLink=True)
    check("200: a new link, and the old one is dead", renewed.status == 200 and mended.order("m-1")["pickupUrl"] != paged["pickupUrl"] and send("GET", urlsplit(paged["pickupUrl"]).path, None, {}).status == 404, renewed)


def play_support():
    """What support does: finds, notes, ends short, pays back."""
    issuer = Issuer("support")
    issuer.place("S-1", payment={"id": f"pay-{RUN}-1", "payer": "Ann"})
    refused("a second payment", issuer.place("S-1", payment={"id": f"pay-{RUN}-2", "payer": "Ann"}), 409, "order_conflict")
    line = until("its line", lambda: [e for e in issuer.timeline("S-1") if e["event"] == "payment_repeated"])
    check("it is a line of the timeline, and a failure", line and any(f["orderNo"] == "S-1" and f["kind"] == "paid_twice" for f in operator("GET", "/failures?limit=100").body["data"]), line)
    verified(issuer, "S-2", quantity=3)
    given = code("a", secret="1234")
    issuer.submit("S-2", given)
    for query in (f"q=s-2&issuerId={issuer.id}", f"q=pay-{RUN}-1"):
        found = operator("GET", f"/orders?{query}")
        check(f"200: found by {query.split('=')[0]}, {query[2:5]}", len(found.get("data")) == 1, found)
    found = operator("POST", "/orders/search", {"code": given["value"]})
    check("200: found by its very code", [o["orderNo"] for o in found.get("data")] == ["S-2"], found)
    csv = operator("GET", f"/orders.csv?issuerId={issuer.id}")
    check("200: orders as CSV, without a code", csv.status == 200 and csv.headers["content-type"].startswith("text/csv") and len(csv.raw.split(b"\r\n")) == 4 and given["value"].encode() not in csv.raw, csv)
    noted = operator("POST", f"/orders/{issuer.id}/S-2/note", {"text": "called back"})
    lines = operator("GET", f"/orders/{issuer.id}/S-2/timeline").body["data"]
    check("200: a note, for operators alone", noted.status == 200 and any(e["event"] == "note" for e in lines) and all(e["event"] != "note" for e in issuer.timeline("S-2")), noted)
    token = issuer.token("S-2")
    verified(issuer, "S-3")
    refused("nothing to end short", issuer.about("S-3", "completion", "order.completion", token=issuer.token("S-3")), 409, "nothing_issued")
    ended = [issuer.about("S-2", "completion", "order.completion", token=token, reason="no more") for _ in range(2)]
    short = issuer.in_state("S-2", "delivered")
    check("200: ended short, and again", [a.status for a in ended] == [200, 200] and short["closedReason"] == "completed_short" and short["refundDue"] == {"value": 667, "currency": "EUR"}, short)

    def due(settled: str) -> list:
        return [one for one in operator("GET", f"/refunds?limit=100&settled={settled}").get("data") if one["issuerId"] == issuer.id]

    check("200: what is due is listed", [(one["orderNo"], one["due"]["value"]) for one in due("false")] == [("S-2", 667)], due("false"))
    settle = {"token": token, "settlementId": "s-1", "amount": {"value": 667, "currency": "EUR"}}
    check("201: settled", issuer.about("S-2", "refund-settlement", "order.refund_settlement", **settle).status == 201)
    check("200: settled again", issuer.about("S-2", "refund-settlement", "order.refund_settlement", **settle).status == 200)
    more = issuer.about("S-2", "refund-settlement", "order.refund_settlement", **{**settle, "settlementId": "s-2"})
    refused("more than is due", more, 409, "refund_exceeded")
    check("200: it is no longer due", due("false") == [] and [one["orderNo"] for one in due("true")] == ["S-2"])
    path = urlsplit(issuer.order("S-2")["pickupUrl"]).path
    refused("a file before the codes were shown", send("GET", f"{path}/voucher.pdf", None, {}), 403, "reveal_first")
    send("POST", path + "/reveal", b"{}", {"accept": "application/json", "content-type": "application/json"})
    opened = issuer.message("order.opened", "S-2")
    check("order.opened, once the codes were seen", opened.data["orderNo"] == "S-2" and issuer.order("S-2")["delivery"]["state"] == "opened", issuer.order("S-2")["delivery"])
    without = operator("POST", f"/orders/{issuer.id}/S-2/void", {})
    refused("void without a reason", without, 422, "body_invalid", "/reason")
    voided = operator("POST", f"/orders/{issuer.id}/S-2/void", {"reason": "lost"})
    check("200: void is done when it is answered", voided.status == 200 and voided.get("items", {}).get("void") == 1 and voided.get("refundDue") == AMOUNT == issuer.order("S-2")["refundDue"], voided)
    shown = send("POST", path + "/reveal", b"{}", {"accept": "application/json", "content-type": "application/json"})
    check("the page shows it no more", all("value" not in item for item in shown.get("items")), shown.status)
    dead = send("GET", "/p/" + secrets.token_urlsafe(32), None, {"accept": "text/html"})
    check("404: a dead link is a page for a person", dead.status == 404 and dead.headers["content-type"].startswith("text/html"), dead)
    seen = operator("GET", f"/orders/{issuer.id}/S-2")
    check("200: operators see how many codes are void", seen.get("codesVoid", {}).get("codes") == 1, seen)
    audit = operator("GET", f"/audit?limit=20&target={issuer.id}/S-2&phase=any")
    entry = next((one for one in audit.get("data") if one["action"] == "order.codes_voided" and one["phase"] == "done"), {})
    check("200: the audit is searched, and has asked, done and the reason", entry.get("reason") == "lost" and any(one["seq"] == entry.get("of") and one["phase"] == "asked" for one in audit.get("data")), audit)
    told = [e for e in operator("GET", f"/orders/{issuer.id}/S-2/timeline").body["data"] if e["event"] == "item_void"]
    check("and so has the timeline", "lost" in json.dumps(told), told)
    exported = operator("GET", "/audit/export")
    check("200: and exported", exported.status == 200 and f"{issuer.id}/S-2".encode() in exported.raw, exported.status)


def play_issuer_settings():
    wanted = {"callTimeoutSeconds": 1, "callHeaders": {"x-shop": "of-mine"}, "ordersPerSecond": 1, "verifyWindowSeconds": 7776000, "issueWindowSeconds": 7776000}
    issuer = Issuer("settings", **wanted)
    shown = issuer.created.body
    check("201: an issuer's own limits", all(shown.get(name) == wanted[name] for name in wanted if name != "callHeaders"), shown)
    check("its headers are given back by name alone", "of-mine" not in json.dumps(shown) and "x-shop" in json.dumps(shown.get("callHeaders")), shown)
    for field, value in (("callTimeoutSeconds", 31), ("callTimeoutSeconds", 0), ("callHeaders", {"webhook-id": "x"}), ("callHeaders", {"connection": "x"}), ("callCa", "no certificate"), ("ordersPerSecond", 0)):
        answer = operator("PATCH", f"/issuers/{issuer.id}", {field: value})
        check(f"422: {field} {value!r}", answer.status == 422 and answer.code == "body_invalid" and any(path.startswith(f"/{field}") for path in answer.paths()), answer)
    slow: list = []

    def late(message: Message):
        slow.append(message)
        time.sleep(1.5 if len(slow) == 1 else 0)
        return 204, {}, None

    issuer.reactions["order.paid"] = late
    placed = issuer.place("c-1")
    check("verifyBy is 90 days ahead", round(seconds(placed.get("verifyBy")) - seconds(placed.get("createdAt"))) == 7776000, placed)
    failed = until("the late answer to fail", lambda: [e for e in issuer.timeline("c-1") if e["event"] == "notice_answered"])
    check("a callback has as long as the setting says", failed[0]["detail"].get("problem") == "timeout" and failed[0]["detail"]["tookMs"] < 1400, failed)
    check("the headers come with it", slow[0].headers.get("x-shop") == "of-mine", slow[0].headers)
    many = [issuer.place(f"c-many-{n}") for n in range(4)]
    slower = [answer for answer in many if answer.status == 429]
    if check("429: more new orders a second than the setting says", slower, many):
        refused("the rest of them", slower[0], 429, "rate_limited")


def play_deliveries():
    issuer = Issuer("deliver")
    good = Terminal(f"{RUN}-good")
    verified(issuer, "d-1", terminal={"channel": "webhook", "url": good.url})
    check("no pickupUrl for another terminal than the page", "pickupUrl" not in issuer.order("d-1"), issuer.order("d-1"))
    masked = issuer.order("d-1")["terminal"]
    check("a webhook terminal is masked", masked == {"channel": "webhook", "hint": masked["hint"]} and "/terminals" not in masked["hint"], masked)
    secret_code = code("a", secret="PIN", format="qr", expiresAt="2027-01-01T00:00:00Z")
    plain = code("b")
    issuer.submit("d-1", secret_code)
    delivery = good.message("code.delivered", "d-1")
    check("code.delivered is signed v1a by a key of /v1/keys", good.unsigned == 0 and delivery.signature.startswith("v1a,"), delivery.signature)
    expected = {"issuerId": issuer.id, "orderNo": "d-1", "product": {"id": "card", "name": "Gift card"}, "codes": [secret_code]}
    check("code.delivered has its fields, the code as it was given", delivery.data == expected, delivery.raw)
    order = issuer.in_state("d-1", "delivered")
    check("delivery: delivered after one try", order["delivery"] == {"state": "delivered", "tries": 1}, order)
    keys = send("GET", "/v1/keys", None, {}).body["keys"]
    check("200: /v1/keys", all(set(key) == {"id", "algorithm", "publicKey"} and key["algorithm"] == "ed25519" for key in keys), keys)
    redelivered = operator("POST", f"/orders/{issuer.id}/d-1/redeliver", {})
    again = good.message("code.delivered", "d-1", 2)
    check("200: redeliver to the same terminal keeps webhook-id and bytes", redelivered.status == 200 and (again.id, again.raw) == (delivery.id, delivery.raw), redelivered)
    fixed = operator("POST", f"/orders/{issuer.id}/d-1/redeliver", {"terminal": {"channel": "page"}})
    refused("redeliver of a delivered order to another terminal", fixed, 409, "terminal_fixed")

    wobbly = Terminal(f"{RUN}-wobbly")
    wobbly.reactions["code.delivered"] = answers(500, (302, {"location": "/elsewhere"}, None), 200)
    verified(issuer, "d-2", terminal={"channel": "webhook", "url": wobbly.url})
    issuer.submit("d-2", plain)
    wobbly.message("code.delivered", "d-2", 3)
    tries = wobbly.messages("code.delivered", "d-2")
    waits = [b.at - a.at for a, b in zip(tries, tries[1:])]
    check("a delivery is tried again after 2 and 10 s, same bytes and webhook-id", len({(t.id, t.raw) for t in tries}) == 1 and 1.9 < waits[0] < 5 and 9.9 < waits[1] < 14, waits)
    check("the tries are counted", issuer.in_state("d-2", "delivered")["delivery"] == {"state": "delivered", "tries": 3}, issuer.order("d-2"))

    gone = Terminal(f"{RUN}-gone")
    gone.reactions["code.delivered"] = answers(410)
    for order_no in ("d-3", "d-4"):
        verified(issuer, order_no, terminal={"channel": "webhook", "url": gone.url})
        issuer.submit(order_no, code("a"))
        order = issuer.in_state(order_no, "undeliverable")
    check("410 from a terminal: undeliverable at once", order["delivery"]["state"] == "failed" and "closedReason" not in order and "refundDue" not in order, order)
    events = issuer.events("d-4", "order.undeliverable")
    check("undeliverable sends only its own event", [e.type for e in events] == ["order.undeliverable"], [e.raw for e in events])
    refused("refusing an undeliverable order", issuer.refuse("d-4"), 409, "already_delivered")
    why = operator("GET", f"/orders/{issuer.id}/d-4/why")
    check("200: why, one plain sentence", why.status == 200 and why.get("why", "").endswith("."), why)
    compared = operator("GET", "/comparison")
    check("200: what the daily look found, once there was one", compared.status == 200 and set(compared.body) <= {"newest"}, compared)
    failures = operator("GET", "/failures?limit=100")
    check("200: failures lists it", any(f["orderNo"] == "d-4" and f["issuerId"] == issuer.id for f in failures.body["data"]), failures)
    cancelled = issuer.cancel("d-4")
    check("200: cancelling an undeliverable order, the whole amount is due", cancelled.status == 200 and cancelled.get("refundDue") == AMOUNT, cancelled)
    events = issuer.events("d-4", "order.undeliverable", "order.cancelled", "order.refund_due", "order.codes_void")
    check("its codes are void", [e.type for e in events][1:] == ["order.cancelled", "order.refund_due", "order.codes_void"], [e.raw for e in events])
    bad = operator("POST", f"/orders/{issuer.id}/d-3/redeliver", {"terminal": {"channel": "webhook", "url": "https://10.0.0.1/"}})
    refused("redeliver to a forbidden address", bad, 422, "body_invalid", "/terminal/url")
    corrected = operator("POST", f"/orders/{issuer.id}/d-3/redeliver", {"terminal": {"channel": "webhook", "url": good.url}})
    moved = good.message("code.delivered", "d-3")
    check("200: redeliver to a corrected terminal is a new message", corrected.status == 200 and moved.id != gone.messages("code.delivered", "d-3")[0].id, corrected)
    check("delivered after all", issuer.in_state("d-3", "delivered"))


def play_page():
    issuer = Issuer("page")
    placed = issuer.place("p-1")
    path = urlsplit(placed.get("pickupUrl")).path
    page = send("GET", path, None, {})
    check("200: the page shows the wait", page.status == 200 and page.headers["content-type"].startswith("text/html"), page)
    check("Cache-Control: no-store", page.headers.get("cache-control") == "no-store", page.headers)
    csp = page.headers.get("content-security-policy", "")
    check("a CSP without inline script", "script-src 'self'" in csp and "unsafe" not in csp, csp)
    check("Referrer-Policy: no-referrer, noindex", page.headers.get("referrer-policy") == "no-referrer" and "noindex" in page.headers.get("x-robots-tag", ""), page.headers)
    refused("an unknown link", send("GET", "/p/" + secrets.token_urlsafe(32), None, {}), 404, "path_unknown")
    parts = urlsplit(PLATFORM)
    connection = socket.create_connection((parts.hostname, parts.port or 80), timeout=20)
    connection.sendall(f"GET {path}/events HTTP/1.1\r\nhost: {parts.netloc}\r\naccept: text/event-stream\r\n\r\n".encode())
    issuer.verify("p-1")
    the_code = code("a", f"PAGE-{RUN}")
    issuer.submit("p-1", the_code)
    stream = b""
    while b'"delivered"' not in stream and (chunk := connection.recv(65536)):
        stream += chunk
    connection.close()
    check("the page's stream tells of every state and holds no code", b"text/event-stream" in stream and stream.count(b"event: state") >= 2 and the_code["value"].encode() not in stream, stream[:300])
    check("nor does the page, with its link alone", the_code["value"].encode() not in send("GET", path, None, {}).raw)
    refused("a page of another site cannot reveal", send("POST", path + "/reveal", None, {"origin": "https://elsewhere.example"}), 403, "origin_forbidden")
    shown = send("POST", path + "/reveal", b"{}", {"accept": "application/json", "content-type": "application/json"})
    check("200: a reveal gives the items", shown.status == 200 and [item["value"] for item in shown.body["items"]] == [the_code["value"]], shown.status)
    check("and the page to a form", the_code["value"].encode() in send("POST", path + "/reveal", None, {"accept": "text/html"}).raw)
    listed = json.dumps([issuer.order("p-1"), issuer.timeline("p-1"), operator("GET", f"/orders/{issuer.id}/p-1").body, operator("GET", f"/orders/{issuer.id}/p-1/timeline").body])
    check("neither Order nor timeline holds the code", the_code["value"] not in listed)
    check("neither Order nor timeline holds the token", issuer.token("p-1") not in listed)
    shown = json.dumps([operator("GET", f"/orders/{issuer.id}/p-1").body, issuer.timeline("p-1")])
    check("operator answers and timelines never hold pickupUrl", path not in shown)
    events = {entry["event"] for entry in issuer.timeline("p-1")}
    timeline = send("GET", "/openapi.json", None, {}).body["components"]["schemas"]["Timeline"]
    known = set(timeline["properties"]["data"]["items"]["properties"]["event"]["enum"]) - {"note", "resumed"}
    check("the timeline's events are of the closed list", events <= known and {"accepted", "notice_sent", "verification_judged", "codes_judged", "delivered"} <= events, events)
    check("timeline entries are at, event, detail", all(set(e) == {"at", "event", "detail"} and isinstance(e["detail"], dict) for e in issuer.timeline("p-1")))
    voided = operator("POST", f"/orders/{issuer.id}/p-1/void", {"reason": "lost"})
    issuer.events("p-1", "order.delivered", "order.codes_void")
    void_event = issuer.message("order.codes_void", "p-1")
    check("200: void tells the issuer which codes, after order.opened", voided.status == 200 and void_event.data["itemIds"] == ["a"] and void_event.data["sequence"] == 3, void_event.raw)
    gone = send("POST", path + "/reveal", None, {"accept": "application/json"})
    check("the page of void codes lives on, and holds none", gone.status == 200 and [(i["state"], "value" in i) for i in gone.body["items"]] == [("void", False)] and send("GET", path, None, {}).status == 200, gone.raw)


def play_operator():
    refused("no token", send("GET", "/v1/operator/issuers", None, {}), 401, "operator_unauthorized")
    refused("a wrong token", operator("GET", "/issuers", token="wrong"), 401, "operator_unauthorized")
    issuer = Issuer("operated")
    body = issuer.created.body
    check("201: an issuer with its secret", base64.b64decode(body["secret"].removeprefix("whsec_")) and len(base64.b64decode(body["secret"][6:])) == 32, body)
    fields = {"issuerId", "name", "state", "callback", "codeMode", "terminal", "verifyWindowSeconds", "issueWindowSeconds", "apiVersion", "createdAt"}
    check("an Issuer has its fields and no others", set(body) - {"secret"} == fields and body["state"] == "active" and body["verifyWindowSeconds"] == 600, body)
    refused("a taken id", operator("POST", "/issuers", issuer.settings), 409, "issuer_exists")
    for field, value in (("issuerId", "UPPER"), ("codeMode", "pull"), ("verifyWindowSeconds", 4), ("issueWindowSeconds", 7776001), ("name", ""), ("colour", "red")):
        refused(f"{field} {value!r}", operator("POST", "/issuers", {**issuer.settings, "issuerId": f"play-{RUN}-bad", field: value}), 422, "body_invalid", f"/{field}")
    read = operator("GET", f"/issuers/{issuer.id}")
    check("200: one issuer, without its secret", read.status == 200 and "secret" not in read.body, read)
    refused("an unknown issuer", operator("GET", "/issuers/nobody-at-all"), 404, "issuer_unknown")
    listed = operator("GET", "/issuers?limit=2")
    check("200: issuers by pages", listed.status == 200 and len(listed.body["data"]) == 2 and listed.body["nextCursor"], listed)
    changed = operator("PATCH", f"/issuers/{issuer.id}", {"name": "Another name", "verifyWindowSeconds": 60})
    check("200: an issuer changed", changed.status == 200 and changed.get("name") == "Another name" and changed.get("verifyWindowSeconds") == 60, changed)
    for action, state in (("pause", "paused"), ("resume", "active")):
        answer = operator("POST", f"/issuers/{issuer.id}/{action}", {})
        check(f"200: {action}", answer.status == 200 and answer.get("state") == state, answer)
    for n in range(3):
        issuer.place(f"m-{n}", metadata={"n": str(n)})
    page = operator("GET", f"/orders?issuerId={issuer.id}&limit=2")
    check("200: orders of an issuer by pages", page.status == 200 and [o["orderNo"] for o in page.body["data"]] == ["m-2", "m-1"] and page.body["nextCursor"], page)
    found = operator("GET", f"/orders?issuerId={issuer.id}&q=m-1")
    check("200: orders by q", [o["orderNo"] for o in found.body["data"]] == ["m-1"], found)
    one = operator("GET", f"/orders/{issuer.id}/m-0")
    check("200: one order, without pickupUrl", one.status == 200 and "pickupUrl" not in one.body, one)
    refused("an unknown order", operator("GET", f"/orders/{issuer.id}/m-none"), 404, "order_unknown")
    why = operator("GET", f"/orders/{issuer.id}/m-0/why")
    check("200: why", why.status == 200 and "erif" in why.get("why", ""), why)
    check("200: timeline", operator("GET", f"/orders/{issuer.id}/m-0/timeline").status == 200)
    refused("redeliver before there are codes", operator("POST", f"/orders/{issuer.id}/m-0/redeliver", {}), 409, "not_issued")
    refused("void before delivery", operator("POST", f"/orders/{issuer.id}/m-0/void", {"reason": "lost"}), 409, "not_issued")
    cancelled = operator("POST", f"/orders/{issuer.id}/m-0/cancel", {})
    check("200: cancelled by the operator", cancelled.status == 200 and cancelled.get("closedReason") == "operator_cancelled", cancelled)
    for action, given in (("renotify", {}), ("redeliver", {}), ("void", {"reason": "lost"}), ("extend", {"seconds": 60})):
        refused(f"{action} of a cancelled order", operator("POST", f"/orders/{issuer.id}/m-0/{action}", given), 409, "order_closed")
    refused("extend by 4 s", operator("POST", f"/orders/{issuer.id}/m-1/extend", {"seconds": 4}), 422, "body_invalid", "/seconds")
    issuer.verify("m-1")
    refused("renotify of a verified order of an issuer that pushes", operator("POST", f"/orders/{issuer.id}/m-1/renotify", {}), 409, "already_verified")
    issuer.submit("m-1", code("a"))
    issuer.in_state("m-1", "delivered")
    for action, given in (("renotify", {}), ("cancel", {}), ("extend", {"seconds": 60})):
        refused(f"{action} of a delivered order", operator("POST", f"/orders/{issuer.id}/m-1/{action}", given), 409, "already_delivered")
    longer = operator("PUT", f"/issuers/{issuer.id}/settings", {"verifyWindowSeconds": 7200})
    check("200: settings of an issuer", longer.status == 200 and longer.get("effective", {}).get("verifyWindowSeconds") == {"value": 7200, "from": "issuer"}, longer)
    seen = operator("POST", f"/issuers/{issuer.id}/preview", {"language": "zh"})
    check("200: a preview", seen.status == 200 and "<html" in seen.get("page", {}).get("html", ""), seen)
    own = operator("PUT", f"/issuers/{issuer.id}/products/p-1/settings", {"issueWindowSeconds": 60})
    check("200: settings of a product", own.status == 200 and own.get("effective", {}).get("issueWindowSeconds") == {"value": 60, "from": "product"}, own)
    refused("a setting that does not fit", operator("PUT", "/settings", {"noticeDelaysSeconds": [0]}), 422, "body_invalid", "/noticeDelaysSeconds/0")
    for path in ("/settings", f"/issuers/{issuer.id}/settings", f"/issuers/{issuer.id}/products", f"/orders/{issuer.id}/m-2/settings", f"/issuers/{issuer.id}/calls", "/health", "/maintenance", "/keys/delivery"):
        check(f"200: {path.replace(issuer.id, '{issuerId}')}", operator("GET", path).status == 200)
    keys_before = send("GET", "/v1/keys", None, {}).body["keys"]
    rotated = operator("POST", "/keys/delivery", {})
    check("201: a new delivery key", rotated.status == 201 and set(rotated.body) == {"id", "algorithm", "publicKey", "oldKeyEndsAt"}, rotated)
    keys_after = [key["id"] for key in send("GET", "/v1/keys", None, {}).body["keys"]]
    check("200: /v1/keys has the new key and the one before", keys_after == [rotated.get("id"), keys_before[0]["id"]], keys_after)
    refused("a rotation that does not fit", operator("POST", "/keys/delivery", {"endOldNow": "no"}), 422, "body_invalid", "/endOldNow")
    lengthened = operator("POST", "/batches", {"filter": {"issuerId": issuer.id}, "action": "apply_settings", "dryRun": True})
    check("200: running orders that would be lengthened are counted", lengthened.get("matched") == 1 and lengthened.get("changed") == 0, lengthened)
    dry = operator("POST", "/batches", {"filter": {"issuerId": issuer.id, "state": "cancelled"}, "action": "renotify", "dryRun": True})
    check("200: a dry batch changes nothing", dry.body == {"matched": 1, "changed": 0, "failed": []}, dry)
    real = operator("POST", "/batches", {"filter": {"issuerId": issuer.id}, "action": "cancel"})
    expected = {("m-1", "already_delivered")}
    check("200: a batch tells what changed and what failed", real.get("matched") == 3 and {(f["orderNo"], f["code"]) for f in real.get("failed")} == expected, real)
    audit = operator("GET", "/audit?limit=20").body
    check("200: audit, newest first", audit["data"][0]["action"] == "orders.batch" and {"at", "actor", "action", "target"} <= set(audit["data"][0]), audit["data"][0])
    refused("a batch of an unknown action", operator("POST", "/batches", {"filter": {}, "action": "explode"}), 422, "body_invalid", "/action")
    refused("a deletion without its confirmation", operator("DELETE", f"/issuers/{issuer.id}"), 422, "body_invalid", "/confirm")
    for method, path in (("PUT", f"/issuers/{issuer.id}/settings"), ("PUT", "/settings"), ("POST", "/keys/delivery")):
        refused(f"{method} {path.replace(issuer.id, '{issuerId}')} without a body", operator(method, path), 422, "body_invalid", "")
    check("204: an issuer deleted", operator("DELETE", f"/issuers/{issuer.id}?confirm={issuer.id}").status == 204)
    refused("a deleted issuer", operator("GET", f"/issuers/{issuer.id}"), 404, "issuer_unknown")
    refused("its id again", operator("POST", "/issuers", issuer.settings), 409, "issuer_exists")
    refused("its own calls", issuer.get("/orders"), 401, "signature_invalid")
    doomed = Issuer("doomed")
    doomed.place("z-1")
    operator("DELETE", f"/issuers/{doomed.id}?confirm={doomed.id}")
    state = until("the open order to be cancelled", lambda: operator("GET", f"/orders/{doomed.id}/z-1").get("state") == "cancelled")
    check("an issuer's open orders are cancelled with it", state)


def play_public():
    start = send("GET", "/", None, {"accept": "text/html"})
    check("200: the first address is a page", start.status == 200 and start.headers["content-type"].startswith("text/html"), start)
    for path in ("/healthz", "/readyz"):
        check(f"200: {path}", send("GET", path, None, {}).status == 200)
    check("200: /metrics", b"# HELP" in send("GET", "/metrics", None, {}).raw)
    check("200: /openapi.json", send("GET", "/openapi.json", None, {}).get("openapi") == "3.1.0")
    check("200: /docs", send("GET", "/docs", None, {}).status == 200)
    check("200: /operator", send("GET", "/operator", None, {}).status == 200)


def play_feed():
    issuer = Issuer("feed")
    start = issuer.get("/events")
    check("200: no event yet, and a cursor", start.status == 200 and start.get("data") == [] and isinstance(start.get("nextCursor"), str), start)
    verified(issuer, "e-1")
    issuer.submit("e-1", code("a"))
    issuer.in_state("e-1", "delivered")
    told = issuer.events("e-1", "order.delivered")[0]
    page = issuer.get(f"/events?after={start.get('nextCursor')}&waitSeconds=15")
    seen = [(event["id"], event["type"], event["timestamp"], event["data"]) for event in page.get("data", [])]
    check("200: a reader that waits gets the event as it was sent", seen == [(told.id, told.type, told.sent_at, told.data)], page)
    check("200: the same from the oldest on", issuer.get("/events?limit=100").get("data") == page.get("data"))
    check("200: nothing behind it", issuer.get(f"/events?after={page.get('nextCursor')}").get("data") == [])
    for query in ("limit=0", "waitSeconds=31", "after=nonsense", "colour=red"):
        refused(f"the query {query}", issuer.get(f"/events?{query}"), 422, "body_invalid", f"/{query.split('=')[0]}")
    old = base64.urlsafe_b64encode(f"{int((time.time() - 31 * 86400) * 1000)}/1/A-1".encode()).decode().rstrip("=")
    refused("a cursor of 31 days ago", issuer.get(f"/events?after={old}"), 410, "cursor_gone")


def play_failures():
    issuer = Issuer("failures", codeMode="request")
    check("200: no failure", issuer.get("/failures").body == {"data": [], "nextCursor": None})
    issuer.reactions[("order.paid", "f-1")] = answers(503)
    issuer.place("f-1")
    issuer.reactions[("order.code_requested", "f-2")] = answers((200, {}, {"status": "unheard of"}))
    verified(issuer, "f-2")

    def look():
        data = issuer.get("/failures").get("data", [])
        return len(data) == 2 and {f["orderNo"]: f for f in data}

    seen = until("both failures", look)
    check("not_notified, with the last status", (seen["f-1"]["kind"], seen["f-1"].get("lastStatus")) == ("not_notified", 503), seen)
    check("answer_unreadable, with where", seen["f-2"]["kind"] == "answer_unreadable" and seen["f-2"].get("errors"), seen)
    refused("a cursor that is none", issuer.get("/failures?cursor=nonsense"), 422, "body_invalid", "/cursor")


COLUMNS = "orderNo,paymentId,state,product,quantity,amount,currency,issued,delivered,void,redeemed,refundDue,refundSettled,createdAt,closedAt"


def play_statements():
    issuer = Issuer("statements")
    now = datetime.now(tz=timezone.utc)
    day = lambda days: f"/statements/{(now + timedelta(days=days)).date().isoformat()}"
    issuer.place("-s-1", product={"id": "=card", "name": "Gift card"}, payment={"id": "pay-1"})
    verified(issuer, "s-2")
    issuer.submit("s-2", code("a"))
    issuer.in_state("s-2", "delivered")
    running = issuer.get(day(0))
    lines = [json.loads(line) for line in running.raw.splitlines()]
    check("200: the running day, NDJSON, by number", [line["orderNo"] for line in lines] == ["-s-1", "s-2"], running)
    check("200: it is not final", running.headers.get("statement-final") == "false" and seconds(running.headers["statement-as-of"]) >= now.timestamp() - 60, running.headers)
    check("a line has what is so, and nothing else", present({**lines[1], "createdAt": ABSENT, "closedAt": ABSENT}) == {"orderNo": "s-2", "state": "delivered", "product": "card", "quantity": 1, "amount": 1000, "currency": "EUR", "issued": 1, "delivered": 1, "void": 0, "redeemed": 0}, lines[1])
    csv = issuer.get(day(0), accept="text/csv").raw.decode()
    check("200: CSV, with CRLF and no formula", csv.split("\r\n")[0] == COLUMNS and re.match(r"'-s-1,pay-1,(accepted|notified),'=card,1,1000,EUR,", csv.split("\r\n")[1]), csv)
    past = issuer.get(day(-2))
    check("200: a past day is final", past.status == 200 and past.raw == b"" and past.headers.get("statement-final") == "true", past)
    refused("a day to come", issuer.get(day(2)), 422, "body_invalid", "/day")
    refused("a day that is none", issuer.get("/statements/2026-02-30"), 422, "body_invalid", "/day")
    taken = operator("GET", f"/issuers/{issuer.id}{day(0)}")
    check("200: operators get it as CSV", taken.status == 200 and taken.raw.decode() == csv, taken)


def play_reconciliations():
    issuer = Issuer("reconciliations")
    created = [issuer.place(f"c-{n}").get("createdAt") for n in (1, 2)]

    def compare(text: str, query: str = "", kind: str = "application/x-ndjson", **signing) -> Answer:
        return issuer.post(f"/reconciliations{query}", raw=text, headers={"content-type": kind}, **signing)

    def differences(answer: Answer) -> list:
        return [(one["orderNo"], one["kind"]) for one in answer.get("differences", [])]

    lines = "".join(json.dumps(line) + "\n" for line in ({"orderNo": "c-2", "amount": 999, "currency": "EUR"}, {"orderNo": "c-1", "amount": 1000, "currency": "EUR"}, {"orderNo": "c-0"}))
    made = compare(lines)
    check("201: compared, one is equal", (made.status, made.get("compared"), made.get("equal"), made.get("nextCursor")) == (201, 3, 1, None), made)
    check("201: what differs, by number", differences(made) == [("c-0", "missing_here"), ("c-2", "amount")], made)
    check("200: the same read again", issuer.get(f"/reconciliations/{made.get('reconciliationId')}").body == made.body)
    csv = compare("amount,orderNo\r\n1000,c-1\r\n", f"?from={created[0]}&to=2100-01-01T00:00:00Z", "text/csv")
    check("201: CSV, and what the list lacks of a time", differences(csv) == [("c-2", "missing_there")], csv)
    refused("another media type", compare("{}", kind="application/json"), 415, "media_type_unsupported")
    refused("an order twice", compare('{"orderNo":"a"}\n{"orderNo":"a"}\n'), 422, "body_invalid", "/2")
    refused("a line that is none", compare("nonsense\n"), 422, "body_invalid", "/1")
    refused("a column that is none", compare("orderNo,colour\n", kind="text/csv"), 422, "body_invalid", "/1")
    refused("an unknown one", issuer.get("/reconciliations/rec_none"), 404, "reconciliation_unknown")


def play_self():
    issuer = Issuer("self")
    check("200: self", issuer.get("/self").get("issuerId") == issuer.id)
    changed = issuer.post("/settings", {"type": "issuer.settings", "buyerRefunds": True, "voidDecisionSeconds": 60})
    check("200: settings of its own", changed.status == 200 and changed.get("buyerRefunds") is True and changed.get("voidDecisionSeconds") == 60, changed)
    refused("a setting of operators", issuer.post("/settings", {"type": "issuer.settings", "verifyWindowSeconds": 60}), 422, "body_invalid", "/verifyWindowSeconds")
    seen = issuer.post("/preview", {"type": "issuer.preview", "quantity": 2})
    check("200: a preview", seen.status == 200 and seen.get("sms", {}).get("parts") == 1, seen)
    refused("a preview of no codes", issuer.post("/preview", {"type": "issuer.preview", "quantity": 0}), 422, "body_invalid", "/quantity")
    verified(issuer, "p-1")
    issuer.submit("p-1", code("a"))
    told = issuer.events("p-1", "order.delivered")[0]
    again = issuer.post(f"/messages/{told.id}/replay", {"type": "message.replay"})
    check("202: an event once more", again.status == 202 and again.get("id") == told.id, again)
    second = issuer.message("order.delivered", "p-1", 2)
    check("it has the same bytes and id", (second.id, second.raw) == (told.id, told.raw))
    refused("a message that is none", issuer.post("/messages/cf_none/replay", {"type": "message.replay"}), 404, "message_unknown")
    proof = issuer.get("/callback-proof")
    check("200: how the host of its callback is proved", proof.status == 200 and proof.get("required") is False and proof.get("file", {}).get("content"), proof)
    looked = issuer.post("/callback-proof", {"type": "callback.proof"})
    check("202: it is looked for", looked.status == 202 and "check" in looked.body, looked)
    refused("looked for again at once", operator("POST", f"/issuers/{issuer.id}/callback-proof", {}), 429, "rate_limited")
    refused("an address that is none", issuer.post("/callback-proof", {"type": "callback.proof", "url": "nonsense"}), 422, "body_invalid", "/url")
    check("200: an operator sees it too", operator("GET", f"/issuers/{issuer.id}/callback-proof").get("host") == proof.get("host"))
    rotated = issuer.post("/secret", {"type": "issuer.secret"})
    check("201: a secret of its own making", rotated.status == 201 and set(rotated.body) == {"secret", "oldSecretEndsAt"}, rotated)
    issuer.secrets.append(rotated.get("secret"))
    check("200: the new secret signs", issuer.get("/self").status == 200)


def play_pull():
    issuer = Issuer("pull", callback={"kind": "pull"}, codeMode="request")

    def fetched(kind: str):
        def look():
            page = issuer.get("/messages?waitSeconds=5")
            return next((one for one in page.get("data", []) if one["type"] == kind), None)

        return until(kind, look)

    def acknowledge(*results):
        return issuer.post("/messages/acknowledgement", {"type": "messages.acknowledgement", "results": list(results)})

    check("200: nothing to fetch", issuer.get("/messages").body == {"data": []})
    issuer.place("m-1")
    paid = fetched("order.paid")
    check("order.paid as it would be sent", set(paid) == {"id", "type", "timestamp", "data", "attempt"} and paid["attempt"] == 1 and paid["data"]["orderNo"] == "m-1", paid)
    check("it is this reader's for a minute", issuer.get("/messages").body == {"data": []})
    check("200: taken", acknowledge({"id": paid["id"]}).body == {"acknowledged": 1, "problems": []})
    facts = {"token": paid["data"]["token"], "quantity": paid["data"]["quantity"], "amount": paid["data"]["amount"]}
    verified_ = issuer.post("/orders/m-1/verification", {"type": "order.verification", "orderNo": "m-1", **facts})
    check("200: verified", verified_.status == 200, verified_)
    asked = fetched("order.code_requested")
    unread = acknowledge({"id": asked["id"], "answer": {"status": "unheard of"}}, {"id": "cf_none"})
    problems = sorted((one["id"] == asked["id"], one["code"]) for one in unread.get("problems", []))
    check("200: problems, and nothing is acknowledged", unread.get("acknowledged") == 0 and problems == [(False, "message_unknown"), (True, "answer_unreadable")], unread)
    codes = {"status": "issued", "codes": [code("fetched-a")]}
    check("200: the codes are taken", acknowledge({"id": asked["id"], "answer": codes}).body == {"acknowledged": 1, "problems": []})
    issuer.in_state("m-1", "delivered")
    told = fetched("order.delivered")
    check("200: an event, twice", [acknowledge({"id": told["id"]}).get("acknowledged") for _ in range(2)] == [1, 1])
    for query in ("limit=0", "waitSeconds=31", "colour=red"):
        refused(f"the query {query}", issuer.get(f"/messages?{query}"), 422, "body_invalid", f"/{query.split('=')[0]}")
    refused("no results", acknowledge(), 422, "body_invalid", "/results")
    called = Issuer("called")
    refused("who is called", called.get("/messages"), 409, "not_pull")
    refused("who is called", called.post("/messages/acknowledgement", {"type": "messages.acknowledgement", "results": [{"id": "x"}]}), 409, "not_pull")


def play_replays():
    issuer = Issuer("replays", eventDelaysSeconds=[1])
    for kind in ("order.cancelled", "order.refund_due"):
        issuer.reactions[kind] = answers(500)
    issuer.place("u-1")
    issuer.cancel("u-1")
    since = (datetime.now(tz=timezone.utc) - timedelta(hours=1)).isoformat()

    def ask(**changes) -> Answer:
        return issuer.post("/replays", {"type": "calls.replay", "since": since, **changes})

    until("two tries of both events", lambda: sum(e["event"] == "event_sent" and not e["detail"].get("ok") for e in issuer.timeline("u-1")) == 4)
    until("the order to be a failure", lambda: sum(one["kind"] == "event_given_up" for one in issuer.get("/failures").get("data", [])) == 1)
    check("200: what would go out", ask(dryRun=True).body == {"matched": 2})
    check("200: of one type", ask(dryRun=True, types=["order.cancelled"]).body == {"matched": 1})
    first = {m.id: m.raw for m in issuer.received if m.type in issuer.reactions}
    issuer.reactions.clear()
    heard = len(issuer.received)
    begun = ask()
    check("202: it goes out", begun.status == 202 and begun.get("matched") == 2, begun)
    path = f"/replays/{begun.get('replayId')}"
    until("the replay to be done", lambda: issuer.get(path).get("state") == "done")
    done = issuer.get(path)
    check("200: what came of it", [done.get(name) for name in ("matched", "sent", "taken")] == [2, 2, 2], done)
    check("the same bytes and ids", {m.id: m.raw for m in issuer.received[heard:]} == first)
    check("200: nothing is left", ask(dryRun=True).body == {"matched": 0})
    refused("an unknown one", issuer.get("/replays/rpl_none"), 404, "replay_unknown")
    refused("a type that is none", ask(types=["order.unheard"]), 422, "body_invalid", "/types/0")


class TestIssuer(Issuer):
    """Made without an operator. It fetches its messages: those who make one from anywhere have public addresses alone."""

    def __init__(self, made: Answer):
        self.id, self.secrets = made.get("issuerId"), [made.get("secret")]


def play_sandbox():
    wish = {"name": "Sandbox", "callback": {"kind": "pull"}, "codeMode": "push"}

    def make(**changes) -> Answer:
        return send("POST", "/v1/sandbox/issuers", json.dumps({**wish, **changes}).encode(), {"content-type": "application/json"})

    made = make()
    if made.status == 404:
        refused("where SANDBOX is off", made, 404, "path_unknown")
        return
    check("201: a test issuer", made.status == 201 and made.get("issuerId", "").startswith("test-") and made.get("mode") == "test", made)
    refused("an unknown field", make(colour="red"), 422, "body_invalid", "/colour")
    named = operator("POST", "/issuers", {"issuerId": "test-mine", **wish})
    refused("operators give no such id", named, 422, "body_invalid", "/issuerId")
    issuer = TestIssuer(made)
    check("201: a test order", issuer.place("t-1").status == 201)
    listed = [len(operator("GET", f"/orders?issuerId={issuer.id}{mode}").get("data")) for mode in ("", "&mode=test")]
    check("200: listed with mode=test alone", listed == [0, 1], listed)
    check("200: no mail in its inbox", issuer.get("/inbox").body == {"data": []})
    clock = {"type": "sandbox.clock", "advanceSeconds": 600}
    moved = issuer.post("/clock", clock)
    check("200: the clock is moved", moved.status == 200 and moved.body == {"orders": 1}, moved)
    expired = issuer.in_state("t-1", "expired")
    check("its window has ended", expired["closedReason"] == "verify_window", expired)
    refused("no time", issuer.post("/clock", {**clock, "advanceSeconds": 0}), 422, "body_invalid", "/advanceSeconds")
    live = Issuer("no-sandbox")
    refused("a live issuer's clock", live.post("/clock", clock), 404, "path_unknown")
    refused("a live issuer's inbox", live.get("/inbox"), 404, "path_unknown")


def play_versions():
    issuer = Issuer("versions")
    own = issuer.get("/self")
    newest = own.headers.get("codeferry-version")
    check("200: each answer says its version", re.fullmatch(r"\d{4}-\d\d-\d\d", newest or "") and own.get("apiVersion") == newest, own)
    choices = issuer.get("/settings/choices")
    check("200: the newest version is a choice", choices.get("versions")[-1]["date"] == newest)
    check("200: a channel is a choice", "page" in [one["channel"] for one in choices.get("channels")])
    check("200: the version that a request names", issuer.get("/self", **{"codeferry-version": newest}).status == 200)
    unknown = issuer.get("/self", **{"codeferry-version": "2001-01-01"})
    refused("a version that is none", unknown, 422, "version_unknown")
    check("a problem says it too", unknown.headers.get("codeferry-version") == newest, unknown)
    pinned = issuer.post("/settings", {"type": "issuer.settings", "apiVersion": newest})
    check("200: the version of an issuer", pinned.status == 200 and pinned.get("apiVersion") == newest, pinned)
    other = issuer.post("/settings", {"type": "issuer.settings", "apiVersion": "2001-01-01"})
    refused("an issuer's version that is none", other, 422, "body_invalid", "/apiVersion")


PLAYS = [
    play_signing, play_order_of_checks, play_idempotency, play_values, play_addresses, play_orders, play_verification,
    play_codes, play_refusal_and_cancellation, play_windows, play_first_interface, play_odd_answers, play_odd_requests, play_terminals, play_support, play_issuer_settings, play_feed, play_pull, play_failures, play_statements, play_reconciliations, play_replays, play_self, play_sandbox, play_versions, play_deliveries, play_page, play_operator, play_public,
]  # fmt: skip


def main() -> None:
    wanted = sys.argv[1:]
    for play in PLAYS:
        name = play.__name__.removeprefix("play_")
        if wanted and name not in wanted:
            continue
        print(f"-- {name.replace('_', ' ')}", flush=True)
        try:
            play()
        except Exception as error:
            check(f"{name} was played to its end", False, repr(error))
    print(f"{count['ok']} answers as written, {count['differs']} differ", flush=True)
    sys.exit(1 if count["differs"] else 0)


if __name__ == "__main__":
    main()
