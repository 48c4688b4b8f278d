from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Dict, List, Mapping, Sequence

from standardwebhooks import Webhook, WebhookVerificationError

_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{8,}={0,2}")
# Proxies fold several headers into one, with commas and blanks of their own.
_ENTRY = re.compile(r"(?:^|[\s,])(v[0-9]+[a-z]*,[^\s,]+)")
_ENTRIES_MAX = 10


class SignatureInvalid(Exception):
    """Its text says what is wrong, for one's own log: the sender is told no more than 401."""


def webhooks_of(secrets: Sequence[str]) -> List[Webhook]:
    """All live secrets, the newest first: two while one is rotated."""
    if not secrets:
        raise ValueError("an issuer needs its secret")
    for secret in secrets:
        if not _SECRET.fullmatch(secret):
            raise ValueError("a secret is whsec_ and base64, as it was shown when the issuer was made")
    return [Webhook(secret) for secret in secrets]


def verify(webhooks: Sequence[Webhook], headers: Mapping[str, str], body: bytes) -> str:
    """On the bytes as they came, before anything in them is believed. Returns the `webhook-id`."""
    given: Dict[str, str] = {name.lower(): value for name, value in headers.items()}
    entries = _ENTRY.findall(given.get("webhook-signature", ""))[:_ENTRIES_MAX]
    reason = "no signature header"
    for entry in entries:
        for webhook in webhooks:
            try:
                webhook.verify(body, {**given, "webhook-signature": entry}, json_parse=False)
                return given["webhook-id"]
            except (WebhookVerificationError, ValueError) as error:
                reason = str(error)
    raise SignatureInvalid(reason)


def signed_headers(webhook: Webhook, webhook_id: str, text: str) -> Dict[str, str]:
    now = datetime.now(tz=timezone.utc)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook.sign(webhook_id, now, text),
    }
