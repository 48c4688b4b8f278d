"""A small issuer: sells one order, is told that it is paid, verifies it, gives its codes, hears that they arrived.

    pip install ./packages/python
    PLATFORM_URL=http://127.0.0.1:8080 OPERATOR_TOKEN=... python3 issuer.py

The operator token is used once, to register this issuer. An issuer that an operator has registered already sets
ISSUER_ID and ISSUER_SECRET instead, and the callback address that it was registered with as CALLBACK_PORT. With
PULL=on it has no address: it fetches its messages. ISSUER_DATABASE keeps what it sold and made in a file. With SELL=off
it sells nothing itself, and serves until it is interrupted, as for `npx codeferry conform`.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import urllib.request

from codeferry_issuer import Code, CodeRequest, Event, FileStore, Issuer, MemoryStore, Paid, Refusal
from codeferry_issuer import VoidAnswer, VoidRequested
from codeferry_issuer.contract import Amount

CALL_LIMIT_S = 10


class Sales:
    """What this issuer sold: it refuses to make codes for anything else."""

    def __init__(self, path: str):
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.lock = threading.Lock()
        self.database.execute("create table if not exists sale (order_no text primary key, quantity, value, currency)")

    def sell(self, order_no: str, quantity: int, amount: Amount) -> None:
        with self.lock, self.database:
            self.database.execute(
                "insert into sale values (?, ?, ?, ?)", (order_no, quantity, amount["value"], amount["currency"])
            )

    def look_at(self, order: Paid) -> Refusal | None:
        if is_of_a_test(order):
            return None
        with self.lock:
            row = self.database.execute(
                "select quantity, value, currency from sale where order_no = ?", (order["orderNo"],)
            ).fetchone()
        is_sold = row == (order["quantity"], order["amount"]["value"], order["amount"]["currency"])
        return None if is_sold else Refusal("other", "never sold here")


def is_of_a_test(order: Paid | CodeRequest) -> bool:
    """A conformance run's: nobody paid for it, and the code that it gets must be worth nothing."""
    return order["orderNo"].startswith("conform-") and order["product"]["id"].startswith("test_")


def make_codes(order: CodeRequest) -> list[Code]:
    """Called for `order.paid`, `order.code_requested` and `order.closing`; what it gave is kept, and given again."""
    print(f"  makes {order['outstanding']} codes for {order['orderNo']}", flush=True)
    before = "WORTHLESS-" if is_of_a_test(order) else ""
    return [
        {"itemId": f"card-{secrets.token_hex(4)}", "value": before + secrets.token_hex(8).upper(), "format": "qr"}
        for _ in range(order["outstanding"])
    ]


def decide(request: VoidRequested) -> VoidAnswer:
    """These cards are used nowhere yet, so they can always be destroyed."""
    print(f"  destroys {', '.join(request['itemIds'])} of {request['orderNo']}", flush=True)
    return {"status": "destroyed"}


def register(platform_url: str, operator_token: str, issuer_id: str, callback: dict[str, str]) -> str:
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
        return str(json.load(response)["secret"])


def main() -> None:
    platform_url = os.environ.get("PLATFORM_URL", "http://127.0.0.1:8080")
    port = int(os.environ.get("CALLBACK_PORT", "8077"))
    issuer_id = os.environ.get("ISSUER_ID") or f"python-{secrets.token_hex(3)}"
    fetches = os.environ.get("PULL") == "on"
    callback = {"kind": "pull"} if fetches else {"kind": "url", "url": f"http://127.0.0.1:{port}/callback"}
    secret = os.environ.get("ISSUER_SECRET") or register(
        platform_url, os.environ["OPERATOR_TOKEN"], issuer_id, callback
    )
    path = os.environ.get("ISSUER_DATABASE")
    sales = Sales(path or ":memory:")
    issuer = Issuer(platform_url, issuer_id, secret, FileStore(path) if path else MemoryStore())
    issuer.check(sales.look_at)
    issuer.codes(make_codes)
    issuer.void_requested(decide)
    delivered = threading.Event()

    @issuer.event
    def hear(event: Event) -> None:
        print(f"  heard {event['type']} {event['data']['orderNo']}", flush=True)
        if event["type"] == "order.delivered":
            delivered.set()

    serving = issuer.fetch if fetches else issuer.server(port).serve_forever
    if os.environ.get("SELL") == "off":
        return serving()
    threading.Thread(target=serving, daemon=True).start()

    order_no = f"python-{secrets.token_hex(4)}"
    amount: Amount = {"value": 2500, "currency": "EUR"}
    sales.sell(order_no, 2, amount)
    print(f"{issuer_id} sells {order_no}", flush=True)
    order = issuer.client.place_order(
        {"orderNo": order_no, "product": {"id": "gift-card", "name": "Gift card"}, "quantity": 2, "amount": amount}
    )
    print(f"  the buyer waits at {order['pickupUrl']}", flush=True)
    if not delivered.wait(timeout=60):
        raise SystemExit("the codes did not arrive within a minute")
    order = issuer.client.read_order(order_no)
    print(f"{order['state']}: {order['codes']['issued']} codes are on the pick-up page", flush=True)


if __name__ == "__main__":
    main()
