from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional

from .contract import RefusalReason


@dataclass(frozen=True)
class Response:
    """What the platform is answered, for whatever serves it."""

    status: int
    headers: Dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Refusal:
    """Given in place of codes: this order gets none."""

    reason: RefusalReason
    detail: Optional[str] = None

    def fields(self) -> Dict[str, str]:
        return {"reason": self.reason, **({} if self.detail is None else {"detail": self.detail})}


class Later(Exception):
    """Raised by your function: the platform sends the message once more, not before `retry_after_s`."""

    def __init__(self, retry_after_s: int = 1) -> None:
        super().__init__(f"later: {retry_after_s} s")
        self.retry_after_s = retry_after_s


def taken(answer: Optional[Mapping[str, Any]] = None) -> Response:
    return Response(204) if answer is None else json_response(200, answer)


def json_response(status: int, content: Mapping[str, Any], headers: Optional[Mapping[str, str]] = None) -> Response:
    body = json.dumps(content).encode()
    return Response(status, {"content-type": "application/json", **(headers or {})}, body)


def later(retry_after_s: int) -> Response:
    return json_response(503, {"error": "later"}, {"retry-after": str(retry_after_s)})
