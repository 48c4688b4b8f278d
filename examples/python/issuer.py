"""A small issuer: sells one order, is told that it is paid, verifies it, gives its codes, hears that they arrived.

    pip install standardwebhooks
    PLATFORM_URL=http://127.0.0.1:8080 OPERATOR_TOKEN=... python3 issuer.py

The operator token is used once, to register this issuer. An issuer that an operator has registered already sets
ISSUER_ID and ISSUER_SECRET instead, and the callback address that it was registered with as CALLBACK_PORT. With
PULL=on it has no address: it fetches its messages.
Everything that it does on the wire is explained in docs/protocol.md.
"""

import json
import os
import secrets
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

CALL_LIMIT_S = 10
WAIT_S = 20
TRIES_MAX = 5
BODY_LIMIT_BYTES = 1024 * 1024


class Problem(Exception):
    """A call that got no 2xx: `code` and `retryable` say what to do about it."""

    def __init__(self, status: int, body: dict, retry_after_s: float):
        super().__init__(f"{status} {body.get('code')}: {body.get('detail')}")
        self.status = status
        self.code = body.get("code")
        self.retryable = body.get("retryable", status >= 500 or status == 429)
        self.retry_after_s = retry_after_s


class Platform:
    """Signed calls to the platform. A repeat sends the same bytes under the same webhook-id: it can only be the same request."""

    def __init__(self, url: str, issuer_id: str, secret: str):
        self.url = url.rstrip("/")
        self.issuer_id = issuer_id
        self.webhook = Webhook(secret)

    def post(self, path: str, body: dict) -> dict:
        return self.repeated("POST", path, json.dumps(body).encode())

    def get(self, path: str) -> dict:
        return self.repeated("GET", path, None)

    def repeated(self, method: str, path: str, body: bytes | None) -> dict:
        webhook_id = str(uuid.uuid4())
        for tries in range(1, TRIES_MAX + 1):
            try:
                return self.once(method, path, body, webhook_id)
            except Problem as problem:
                if not problem.retryable or tries == TRIES_MAX:
                    raise
                time.sleep(max(problem.retry_after_s, 0.5 * 2**tries))
        raise AssertionError("the loop returns or raises")

    def once(self, method: str, path: str, body: bytes | None, webhook_id: str) -> dict:
        target = f"/v1/issuers/{self.issuer_id}{path}"
        # A request without a body signs its own first line instead.
        signed = body.decode() if body is not None else f"{method} {target}"
        now = datetime.now(tz=timezone.utc)
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.webhook.sign(webhook_id, now, signed),
        }
        request = urllib.request.Request(self.url + target, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=CALL_LIMIT_S + WAIT_S) as response:
                answer = json.load(response)
                if response.status == 202:
                    # Durable and not judged yet: the same request again gets the judgement.
                    raise Problem(202, {"code": "queued", "retryable": True}, 1)
                return answer
        except urllib.error.HTTPError as error:
            try:
                answer = json.loads(error.read() or b"{}")
            except ValueError:
                answer = {}
            raise Problem(error.code, answer, float(error.headers.get("retry-after") or 0)) from None
        except OSError as error:
            raise Problem(503, {"code": "unreachable", "detail": str(error)}, 0) from None


class Sales:
    """What this issuer sold and the codes it made: made once, and the same ones given however often it is asked."""

    def __init__(self, path: str):
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.lock = threading.Lock()
        self.database.execute("create table if not exists sale (order_no text primary key, quantity, value, currency)")
        self.database.execute("create table if not exists code (order_no, item_id, value, primary key (order_no, item_id))")
        self.database.execute("create table if not exists heard (webhook_id text primary key)")

    def sell(self, order_no: str, quantity: int, amount: dict) -> None:
        with self.lock, self.database:
            self.database.execute(
                "insert into sale values (?, ?, ?, ?)", (order_no, quantity, amount["value"], amount["currency"])
            )

    def is_sold(self, order: dict) -> bool:
        with self.lock:
            row = self.database.execute(
                "select quantity, value, currency from sale where order_no = ?", (order["orderNo"],)
            ).fetchone()
        return row == (order["quantity"], order["amount"]["value"], order["amount"]["currency"])

    def codes(self, order_no: str, quantity: int) -> list[dict]:
        with self.lock, self.database:
            for number in range(1, quantity + 1):
                self.database.execute(
                    "insert or ignore into code values (?, ?, ?)",
                    (order_no, f"item-{number}", secrets.token_hex(8).upper()),
                )
            rows = self.database.execute(
                "select item_id, value from code where order_no = ? order by rowid", (order_no,)
            ).fetchall()
        return [{"itemId": item_id, "value": value, "format": "qr"} for item_id, value in rows]

    def hears_first(self, webhook_id: str) -> bool:
        """False for a message that came before: the platform repeats what it got no answer to."""
        with self.lock, self.database:
            return self.database.execute("insert or ignore into heard values (?)", (webhook_id,)).rowcount == 1


class Issuer:
    """What happens at the callback address. Returns the status and body of the answer."""

    def __init__(self, platform: Platform, sales: Sales):
        self.platform = platform
        self.sales = sales
        self.delivered = threading.Event()

    def hear(self, webhook_id: str, message: dict) -> tuple[int, dict | None]:
        data = message["data"]
        print(f"  heard {message['type']:22} {data.get('orderNo', '')}", flush=True)
        if message["type"] == "order.paid":
            return self.verify(data)
        if message["type"] == "order.code_requested":
            return 200, {"status": "issued", "codes": self.sales.codes(data["orderNo"], data["quantity"])}
        if self.sales.hears_first(webhook_id) and message["type"] == "order.delivered":
            self.delivered.set()
        return 204, None

    def verify(self, order: dict) -> tuple[int, dict | None]:
        """The second interface: before a code is made, the platform is asked whether this order is real and paid."""
        path = f"/orders/{order['orderNo']}"
        token = order["token"]
        if not self.sales.is_sold(order):
            refusal = {"type": "order.refusal", "orderNo": order["orderNo"], "token": token, "reason": "other"}
            self.platform.post(f"{path}/refusal", refusal)
            return 204, None
        facts = {"token": token, "quantity": order["quantity"], "amount": order["amount"]}
        answer = self.platform.post(
            f"{path}/verification", {"type": "order.verification", "orderNo": order["orderNo"], **facts}
        )
        print(f"  {answer['verdict']} at {answer['verifiedAt']}", flush=True)
        return 204, None


def callback_server(issuer: Issuer, secret: str, port: int) -> ThreadingHTTPServer:
    webhook = Webhook(secret)

    class Callback(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            if size > BODY_LIMIT_BYTES:
                return self.answer(413, None)
            raw = self.rfile.read(size)
            try:
                message = webhook.verify(raw, dict(self.headers.items()))
            except (WebhookVerificationError, ValueError):
                return self.answer(401, None)
            try:
                status, body = issuer.hear(self.headers["webhook-id"], message)
            except Problem as problem:
                print(f"  {problem}", flush=True)
                status, body = 503, None
            self.answer(status, body)

        def answer(self, status: int, body: dict | None) -> None:
            raw = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if status != 204:
                self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Silent: a log line must never hold what a callback carries."""

    return ThreadingHTTPServer(("127.0.0.1", port), Callback)


def fetch_messages(platform: Platform, issuer: Issuer) -> None:
    """In place of a callback server: what is not acknowledged is given again after a minute."""
    while True:
        try:
            for message in platform.get(f"/messages?waitSeconds={WAIT_S}")["data"]:
                status, body = issuer.hear(message["id"], message)
                if status < 300:
                    result = {"id": message["id"], **({} if body is None else {"answer": body})}
                    taken = platform.post(
                        "/messages/acknowledgement", {"type": "messages.acknowledgement", "results": [result]}
                    )
                    print("".join(f"  {one['code']}\n" for one in taken["problems"]), end="", flush=True)
        except Problem as problem:
            print(f"  {problem}", flush=True)
            time.sleep(1)


def register(platform_url: str, operator_token: str, issuer_id: str, callback: dict) -> str:
    """Once in an issuer's life, by an operator. The secret is shown in this answer and never again."""
    body = {
        "issuerId": issuer_id,
        "name": "Issuer in Python",
        "callback": callback,
        "codeMode": "request",
        "terminal": {"channel": "page"},
    }
    request = urllib.request.Request(
        f"{platform_url.rstrip('/')}/v1/operator/issuers",
        data=json.dumps(body).encode(),
        headers={"authorization": f"Bearer {operator_token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=CALL_LIMIT_S) as response:
        return json.load(response)["secret"]


def main() -> None:
    platform_url = os.environ.get("PLATFORM_URL", "http://127.0.0.1:8080")
    port = int(os.environ.get("CALLBACK_PORT", "8077"))
    issuer_id = os.environ.get("ISSUER_ID") or f"python-{secrets.token_hex(3)}"
    fetches = os.environ.get("PULL") == "on"
    callback = {"kind": "pull"} if fetches else {"kind": "url", "url": f"http://127.0.0.1:{port}/callback"}
    secret = os.environ.get("ISSUER_SECRET") or register(
        platform_url, os.environ["OPERATOR_TOKEN"], issuer_id, callback
    )
    platform = Platform(platform_url, issuer_id, secret)
    sales = Sales(os.environ.get("ISSUER_DATABASE", ":memory:"))
    issuer = Issuer(platform, sales)
    if fetches:
        threading.Thread(target=fetch_messages, args=(platform, issuer), daemon=True).start()
    else:
        threading.Thread(target=callback_server(issuer, secret, port).serve_forever, daemon=True).start()

    order_no = f"python-{secrets.token_hex(4)}"
    amount = {"value": 2500, "currency": "EUR"}
    sales.sell(order_no, 2, amount)
    print(f"{issuer_id} sells {order_no}", flush=True)
    order = platform.post(
        "/orders",
        {
            "type": "order.payment",
            "orderNo": order_no,
            "product": {"id": "gift-card", "name": "Gift card"},
            "quantity": 2,
            "amount": amount,
        },
    )
    print(f"  the buyer waits at {order['pickupUrl']}", flush=True)
    if not issuer.delivered.wait(timeout=60):
        raise SystemExit("the codes did not arrive within a minute")
    order = platform.get(f"/orders/{order_no}")
    print(f"{order['state']}: {order['codes']['issued']} codes are on the pick-up page", flush=True)


if __name__ == "__main__":
    main()
