from __future__ import annotations

from typing import Any, Mapping, Optional


class Problem(Exception):
    """A call that got no 2xx, after the repeats that could have helped. Decide by `code`.

    Beside the platform's codes: `unreachable`, `queued` and `answer_malformed`. `status` is 0 when nothing answered.
    """

    def __init__(self, status: int, fields: Mapping[str, Any], retry_after_s: float = 0) -> None:
        code = fields.get("code")
        detail = fields.get("detail")
        retryable = fields.get("retryable")
        self.status = status
        self.code: str = code if isinstance(code, str) else "answer_malformed"
        self.detail: str = detail if isinstance(detail, str) else f"answered {status}"
        self.retryable: bool = retryable if isinstance(retryable, bool) else status >= 500 or status == 429
        self.request_id: Optional[str] = fields.get("requestId")
        self.errors: Any = fields.get("errors", [])
        self.item_ids: Any = fields.get("itemIds", [])
        self.retry_after_s = retry_after_s
        super().__init__(f"{self.code}: {self.detail}")
