"""Run with `python -m unittest`: a real platform's part is played by an HTTP server of this process."""

from __future__ import annotations

import asyncio
import io
import json
import os
import stat
import tempfile
import threading
import time
import unittest
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Optional

from codeferry_issuer import Code, FileStore, Issuer, Later, MemoryStore, Problem, Refusal
from codeferry_issuer.client import Client
from codeferry_issuer.signing import SignatureInvalid, verify, webhooks_of
from standardwebhooks import Webhook

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OLD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ORDER = {
    "issuerId": "acme",
    "orderNo": "A-1",
    "token": "t",
    "product": {"id": "card", "name": "Card"},
    "quantity": 2,
    "metadata": {},
    "verifyBy": "2026-01-01T00:10:00Z",
    "fieldOfTomorrow": {"x": [1]},
}
PAID = {**ORDER, "amount": {"value": 100, "currency": "EUR"}}
ASKED = {**ORDER, "outstanding": 2, "issueBy": "2026-01-01T00:10:00Z"}
VERIFIED = {"verdict": "verified", "orderNo": "A-1", "verifiedAt": "2026-01-01T00:00:01Z", "issueBy": "2026-01-01T00:10:01Z"}


class Platform:
    """Answers as told, in turn, and keeps what it was sent; signatures are checked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any, str]] = []
        self.answers: dict[str, list[tuple[int, Any, dict[str, str]]]] = {}
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                text = body.decode() or f"{self.command} {self.path}"
                Webhook(SECRET).verify(text, dict(self.headers.items()), json_parse=False)
                name = self.path.split("?")[0].rsplit("/", 1)[-1]
                platform.calls.append((name, json.loads(body or b"null"), self.headers["webhook-id"]))
                queue = platform.answers.get(name, [])
                status, content, headers = queue.pop(0) if queue else platform.usual(name)
                raw = json.dumps(content).encode()
                self.send_response(status)
                for key, value in {**headers, "content-length": str(len(raw))}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    @staticmethod
    def usual(name: str) -> tuple[int, Any, dict[str, str]]:
        return 200, VERIFIED if name == "verification" else {"accepted": 2, "outstanding": 0}, {}

    def names(self) -> list[str]:
        return [name for name, _, _ in self.calls]


def signed(
    kind: str, data: Any, webhook_id: str = "cf_1", secret: str = SECRET, age_s: int = 0
) -> tuple[dict[str, str], bytes]:
    body = json.dumps({"type": kind, "timestamp": "2026-01-01T00:00:00Z", "data": data, "newer": True})
    now = datetime.now(tz=timezone.utc) - timedelta(seconds=age_s)
    return {
        "Webhook-Id": webhook_id,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(webhook_id, now, body),
    }, body.encode()


class Tests(unittest.TestCase):
    def setUp(self) -> None:
        self.platform = Platform()
        self.made = 0
        self.issuer = self.new_issuer()

    def tearDown(self) -> None:
        self.platform.server.shutdown()
        self.platform.server.server_close()

    def new_issuer(self, store: Optional[MemoryStore | FileStore] = None) -> Issuer:
        issuer = Issuer(self.platform.url, "acme", [SECRET, OLD_SECRET], store)

        @issuer.codes
        def make(order: Any) -> list[str]:
            self.made += 1
            return [f"CODE-{self.made}-{n}" for n in range(order["outstanding"])]

        return issuer

    def answer(self, kind: str, data: Any, webhook_id: str = "cf_1", issuer: Optional[Issuer] = None) -> tuple[int, Any]:
        response = (issuer or self.issuer).handle(*signed(kind, data, webhook_id))
        return response.status, json.loads(response.body) if response.body else None

    def test_the_published_vectors_of_standard_webhooks(self) -> None:
        webhook = webhooks_of([OLD_SECRET])[0]
        at = datetime.fromtimestamp(1614265330, tz=timezone.utc)
        signature = webhook.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
        self.assertEqual(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_a_signature_that_does_not_fit_is_answered_401(self) -> None:
        headers, body = signed("order.paid", PAID)
        old, _ = signed("order.paid", PAID, age_s=310)
        early, _ = signed("order.paid", PAID, age_s=-310)
        broken = {**headers, "Webhook-Signature": "v1,é v1, x,y,z v1,%%%"}
        for wrong in ({}, old, early, broken, {**headers, "Webhook-Id": "cf_2"}):
            self.assertEqual(self.issuer.handle(wrong, body).status, 401)
        self.assertEqual(self.issuer.handle(headers, body + b" ").status, 401)
        self.assertEqual(self.issuer.handle(headers, b"\xff").status, 401)
        self.assertEqual(self.issuer.handle(headers, body, "GET").status, 405)
        self.assertEqual(self.platform.calls, [])

    def test_either_secret_fits_while_one_is_rotated_and_one_good_signature_of_many_is_enough(self) -> None:
        headers, body = signed("echo", {}, secret=OLD_SECRET)
        self.assertEqual(self.issuer.handle(headers, body).status, 204)
        folded = {**headers, "Webhook-Signature": f"v1,AAAA, v2,x {headers['Webhook-Signature']}"}
        self.assertEqual(self.issuer.handle(folded, body).status, 204)
        only_new = webhooks_of([SECRET])
        with self.assertRaises(SignatureInvalid):
            verify(only_new, headers, body)

    def test_a_secret_that_is_none_is_refused_at_once(self) -> None:
        for wrong in ([], ["whsec_"], ["abc"], [SECRET, ""]):
            with self.assertRaises(ValueError):
                Issuer(self.platform.url, "acme", wrong)
        with self.assertRaises(ValueError):
            Issuer("file:///etc/passwd", "acme", SECRET)

    def test_a_paid_order_is_verified_and_its_codes_are_given_once(self) -> None:
        self.assertEqual(self.answer("order.paid", PAID), (204, None))
        self.assertEqual(self.answer("order.paid", PAID), (204, None))
        self.assertEqual(self.platform.names(), ["verification", "codes"])
        sent = self.platform.calls[1][1]
        codes = [{"itemId": "1", "value": "CODE-1-0"}, {"itemId": "2", "value": "CODE-1-1"}]
        self.assertEqual(sent, {"type": "order.codes", "orderNo": "A-1", "token": "t", "codes": codes})
        self.assertEqual(self.answer("order.code_requested", ASKED, "cf_2"), (200, {"status": "issued", "codes": codes}))
        self.assertEqual(self.answer("order.closing", ASKED, "cf_3"), (200, {"status": "issued", "codes": codes}))
        self.assertEqual(self.made, 1)

    def test_no_code_is_made_for_an_order_that_is_not_verified(self) -> None:
        problem = {"code": "order_closed", "retryable": False, "detail": "closed"}
        self.platform.answers["verification"] = [(409, problem, {})]
        self.assertEqual(self.answer("order.paid", PAID), (204, None))
        self.platform.answers["verification"] = [(401, {"code": "signature_invalid", "retryable": False}, {})]
        self.assertEqual(self.answer("order.paid", PAID, "cf_2")[0], 503)
        self.assertEqual((self.made, self.platform.names()), (0, ["verification", "verification"]))

    def test_what_was_never_sold_is_refused_unverified(self) -> None:
        self.issuer.check(lambda order: Refusal("price_changed", "no"))
        self.assertEqual(self.answer("order.paid", PAID), (204, None))
        body = {"type": "order.refusal", "orderNo": "A-1", "token": "t", "reason": "price_changed", "detail": "no"}
        self.assertEqual([call[:2] for call in self.platform.calls], [("refusal", body)])

    def test_codes_refused_or_later_are_said_so(self) -> None:
        self.issuer.codes(lambda order: None)
        self.assertEqual(self.answer("order.code_requested", ASKED), (200, {"status": "issuing"}))
        self.issuer.codes(lambda order: Refusal("out_of_stock"))
        self.assertEqual(self.answer("order.code_requested", ASKED), (200, {"status": "refused", "reason": "out_of_stock"}))

    def test_a_last_call_makes_what_is_lacking_alone(self) -> None:
        self.issuer.codes(lambda order: ["FIRST"])
        self.answer("order.code_requested", ASKED)
        seen: list[Any] = []
        self.issuer.codes(lambda order: seen.append(order) or ["SECOND", "TOO-MANY"])
        status, answer = self.answer("order.closing", {**ASKED, "closesBy": "2026-01-01T00:10:00Z"}, "cf_2")
        self.assertEqual([code["value"] for code in answer["codes"]], ["FIRST", "SECOND"])
        self.assertEqual((seen[0]["outstanding"], seen[0]["closesBy"]), (1, "2026-01-01T00:10:00Z"))

    def test_codes_that_the_platform_does_not_take_are_made_again(self) -> None:
        self.platform.answers["codes"] = [(422, {"code": "body_invalid", "retryable": False}, {})]
        self.answer("order.paid", PAID)
        self.assertEqual(self.answer("order.code_requested", ASKED, "cf_2")[1]["codes"][0]["value"], "CODE-2-0")

    def test_more_codes_than_one_call_takes_go_in_parts(self) -> None:
        self.answer("order.paid", {**PAID, "quantity": 450})
        self.assertEqual([len(body["codes"]) for name, body, _ in self.platform.calls if name == "codes"], [200, 200, 50])
        self.assertEqual(self.answer("order.code_requested", {**ASKED, "quantity": 450}, "cf_2"), (200, {"status": "issuing"}))

    def test_a_request_for_money_back_is_decided_once(self) -> None:
        asked = {"issuerId": "acme", "orderNo": "A-1", "token": "t", "requestId": "r", "itemIds": ["1"], "reason": "x"}
        self.assertEqual(self.answer("order.void_requested", asked), (204, None))
        seen: list[Any] = []
        self.issuer.void_requested(lambda request: seen.append(request) or {"status": "destroyed"})
        for _ in range(2):
            self.assertEqual(self.answer("order.void_requested", asked, "cf_2"), (200, {"status": "destroyed"}))
        self.assertEqual(len(seen), 1)

    def test_an_event_is_heard_once_unless_it_failed_and_what_is_unknown_is_taken(self) -> None:
        heard: list[Any] = []

        def hear(event: Any) -> None:
            heard.append(event)
            if len(heard) == 1:
                raise Later(7)

        self.issuer.event(hear)
        response = self.issuer.handle(*signed("order.delivered", {"orderNo": "A-1", "sequence": 1}))
        self.assertEqual((response.status, response.headers["retry-after"]), (503, "7"))
        for _ in range(2):
            self.assertEqual(self.answer("order.delivered", {"orderNo": "A-1", "sequence": 1}), (204, None))
        self.assertEqual(([event["id"] for event in heard], heard[1]["type"]), (["cf_1", "cf_1"], "order.delivered"))
        self.assertEqual(self.answer("order.of_tomorrow", {}, "cf_2"), (204, None))
        self.issuer.event(lambda event: 1 / 0)
        with self.assertLogs("codeferry_issuer"):
            self.assertEqual(self.answer("order.expired", {}, "cf_3")[0], 500)

    def test_repeats_that_come_together_are_worked_on_once(self) -> None:
        answers: list[tuple[int, Any]] = []
        make = self.new_issuer()._make
        self.issuer.codes(lambda order: time.sleep(0.05) or make(order))  # type: ignore[misc]
        ask = lambda: answers.append(self.answer("order.code_requested", ASKED))  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((self.made, len(answers), answers.count(answers[0])), (1, 8, 8))

    def test_a_file_gives_the_same_codes_after_a_restart(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/issuer.db"
            first = self.answer("order.code_requested", ASKED, issuer=self.new_issuer(FileStore(path)))
            again = self.answer("order.code_requested", ASKED, issuer=self.new_issuer(FileStore(path)))
            self.assertEqual((first, self.made), (again, 1))
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_a_call_is_repeated_under_its_id_after_the_time_that_was_asked_for(self) -> None:
        busy = {"code": "rate_limited", "retryable": True}
        self.platform.answers["void"] = [(429, busy, {"retry-after": "1"}), (202, {"status": "queued"}, {}), (200, {}, {})]
        started = datetime.now()
        self.issuer.client.void_items("A-1", {"token": "t", "reason": "lost"})
        self.assertGreaterEqual((datetime.now() - started).total_seconds(), 2)
        self.assertEqual([name for name, _, _ in self.platform.calls], ["void"] * 3)
        self.assertEqual(len({webhook_id for _, _, webhook_id in self.platform.calls}), 1)

    def test_a_problem_says_its_code_and_is_not_repeated_in_vain(self) -> None:
        self.platform.answers["void"] = [(409, {"code": "code_redeemed", "retryable": False, "itemIds": ["1"]}, {})]
        with self.assertRaises(Problem) as caught:
            self.issuer.client.void_items("A-1", {"token": "t", "reason": "lost"}, webhook_id="mine-1")
        problem = caught.exception
        self.assertEqual((problem.status, problem.code, problem.item_ids), (409, "code_redeemed", ["1"]))
        self.assertEqual([call[2] for call in self.platform.calls], ["mine-1"])
        self.platform.answers["self"] = [(302, {}, {"location": "/elsewhere"})]
        with self.assertRaises(Problem) as moved:
            self.issuer.client.read_self()
        self.assertEqual((moved.exception.status, len(self.platform.calls)), (302, 2))

    def test_nobody_there_is_a_problem_within_the_limit(self) -> None:
        client = Client("http://127.0.0.1:9", "acme", SECRET, total_limit_s=0.2)
        with self.assertRaises(Problem) as caught:
            client.read_self()
        self.assertEqual((caught.exception.code, caught.exception.status), ("unreachable", 0))

    def test_messages_are_fetched_answered_and_acknowledged(self) -> None:
        stop = threading.Event()
        given = {"id": "cf_9", "type": "order.code_requested", "timestamp": "", "data": ASKED, "attempt": 1}
        event = {"id": "cf_10", "type": "order.delivered", "timestamp": "", "data": {"orderNo": "A-1"}, "attempt": 1}
        lost = (400, {"code": "body_malformed", "retryable": False}, {})
        self.platform.answers["messages"] = [(200, {"data": [given, event]}, {})]
        self.platform.answers["acknowledgement"] = [lost, (200, {"acknowledged": 1, "problems": []}, {})]
        self.issuer.event(lambda event: stop.set())
        self.issuer.fetch(stop)
        results = [body["results"][0] for name, body, _ in self.platform.calls if name == "acknowledgement"]
        results.sort(key=lambda result: result["id"])
        self.assertEqual((results[0], results[1]["answer"]["status"]), ({"id": "cf_10"}, "issued"))

    def test_it_is_served_by_wsgi_asgi_and_itself(self) -> None:
        headers, body = signed("order.code_requested", ASKED)
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        environ |= {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        begun: list[Any] = []
        by_wsgi = b"".join(self.issuer.wsgi(environ, lambda status, sent: begun.append(status)))
        sent: list[Any] = []
        scope = {"type": "http", "method": "POST", "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()]}

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.issuer.asgi(scope, receive, send))
        self.assertEqual((begun, sent[0]["status"]), (["200 OK"], 200))
        self.assertEqual(sent[1]["body"], by_wsgi)
        too_large = {**environ, "CONTENT_LENGTH": str(2**21)}
        self.issuer.wsgi(too_large, lambda status, sent: begun.append(status))
        self.assertEqual(begun[1], "413 -")

    def test_a_code_of_its_own_shape_keeps_it(self) -> None:
        code: Code = {"itemId": "seat-7", "value": "4006381333931", "format": "ean13", "uses": 2}
        self.issuer.codes(lambda order: [code, "PLAIN"])
        answer = self.answer("order.code_requested", ASKED)[1]
        self.assertEqual(answer["codes"], [code, {"itemId": "2", "value": "PLAIN"}])


if __name__ == "__main__":
    unittest.main()
