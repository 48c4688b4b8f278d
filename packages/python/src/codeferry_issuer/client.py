from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.request
import uuid
from typing import Any, Dict, Mapping, Optional
from urllib.parse import quote, urlencode, urlsplit

from .calls import Calls
from .problem import Problem
from .signing import signed_headers, webhooks_of

_BACKOFF_FIRST_S = 0.5
_BACKOFF_MAX_S = 15.0
_QUEUED_DELAY_S = 1.0
_RETRY_AFTER_MAX_S = 300.0
_ANSWER_MAX_BYTES = 64 * 1024 * 1024


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected request would not fit its signature."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Client(Calls):
    """Signed calls. A repeat sends the same bytes under the same `webhook-id`: it can only be the same request."""

    def __init__(
        self,
        url: str,
        issuer_id: str,
        secret: str,
        *,
        tries_max: int = 5,
        try_limit_s: float = 10,
        total_limit_s: float = 60,
    ) -> None:
        at = urlsplit(url)
        if at.scheme not in ("http", "https") or not at.netloc:
            raise ValueError("the platform's address begins with https://")
        self._origin = f"{at.scheme}://{at.netloc}"
        self._base = f"{at.path.rstrip('/')}/v1/issuers/{quote(issuer_id, safe='')}"
        self._webhook = webhooks_of([secret])[0]
        self._tries_max = tries_max
        self._try_limit_s = try_limit_s
        self._total_limit_s = total_limit_s
        self._opener = urllib.request.build_opener(_NoRedirects())

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
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = f"{self._base}{path}" + (f"?{urlencode(given)}" if given else "")
        text = lines if lines is not None else None if body is None else json.dumps(body)
        named = webhook_id or str(uuid.uuid4())
        waits_s = float(given.get("waitSeconds", 0))
        end_at = time.monotonic() + (self._total_limit_s if within_s is None else within_s) + waits_s
        failed = 0
        while True:
            left_s = max(end_at - time.monotonic(), 0.1)
            try:
                limit_s = min(self._try_limit_s + waits_s, left_s)
                return self._once(method, target, text, lines is not None, is_queued, is_text, named, limit_s)
            except Problem as problem:
                is_waiting = problem.status == 202
                failed += 0 if is_waiting else 1
                if not problem.retryable or failed >= self._tries_max:
                    raise
                delay_s = max(problem.retry_after_s, _QUEUED_DELAY_S if is_waiting else _backoff_s(failed))
                if time.monotonic() + delay_s > end_at:
                    raise
                time.sleep(delay_s)

    def _once(
        self,
        method: str,
        target: str,
        text: Optional[str],
        is_lines: bool,
        is_queued: bool,
        is_text: bool,
        webhook_id: str,
        limit_s: float,
    ) -> Any:
        # A request without a body signs its own first line instead.
        signed = f"{method} {target}" if text is None else text
        headers = signed_headers(self._webhook, webhook_id, signed)
        headers["accept"] = "application/x-ndjson" if is_text else "application/json"
        if text is not None:
            headers["content-type"] = "application/x-ndjson" if is_lines else "application/json"
        data = None if text is None else text.encode()
        request = urllib.request.Request(self._origin + target, data=data, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=limit_s) as response:
                answer = response.read(_ANSWER_MAX_BYTES).decode("utf-8-sig")
                status: int = response.status
        except urllib.error.HTTPError as error:
            raise Problem(error.code, _fields_of(error), _seconds(error.headers.get("retry-after"))) from None
        except (OSError, http.client.HTTPException, UnicodeDecodeError) as error:
            fields = {"code": "unreachable", "retryable": True, "detail": f"no answer: {type(error).__name__}"}
            raise Problem(0, fields) from error
        if status == 202 and is_queued:
            # Durable and not judged yet: the same request again gets the judgement.
            raise Problem(202, {"code": "queued", "retryable": True, "detail": "it is not judged yet"})
        if is_text:
            return answer
        try:
            return json.loads(answer)
        except ValueError:
            raise Problem(status, {"detail": "the answer is no JSON"}) from None


def _fields_of(error: urllib.error.HTTPError) -> Dict[str, Any]:
    try:
        fields = json.loads(error.read(_ANSWER_MAX_BYTES))
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    return fields if isinstance(fields, dict) else {}


def _seconds(retry_after: Optional[str]) -> float:
    try:
        return min(max(float(retry_after or 0), 0), _RETRY_AFTER_MAX_S)
    except ValueError:
        return 0


def _backoff_s(failed: int) -> float:
    return float(min(_BACKOFF_FIRST_S * 2 ** (failed - 1), _BACKOFF_MAX_S) * random.uniform(0.75, 1.25))
