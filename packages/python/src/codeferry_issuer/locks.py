from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Iterator, Set


class Busy(Exception):
    """The same work is being done, and took longer than this waits for it."""


class KeyedLocks:
    """One holder of a key at a time, within this process."""

    def __init__(self, wait_limit_s: float) -> None:
        self._wait_limit_s = wait_limit_s
        self._held: Set[str] = set()
        self._freed = threading.Condition()

    @contextmanager
    def held(self, key: str) -> Iterator[None]:
        with self._freed:
            if not self._freed.wait_for(lambda: key not in self._held, self._wait_limit_s):
                raise Busy
            self._held.add(key)
        try:
            yield
        finally:
            with self._freed:
                self._held.discard(key)
                self._freed.notify_all()
