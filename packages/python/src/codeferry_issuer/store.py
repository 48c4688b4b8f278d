from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Optional, Protocol, Union


class Store(Protocol):
    """What an issuer remembers: which messages it handled, and the codes it made. Write your own over your database."""

    def get(self, key: str) -> Optional[str]: ...

    def add(self, key: str, value: str) -> str:
        """Keeps the first value of a key for good, whoever else adds one, and returns it."""
        ...

    def remove(self, key: str) -> None:
        """For codes that the platform refused."""
        ...


class MemoryStore:
    """For a trial: after a restart an order that is asked for again would get other codes."""

    def __init__(self, keys_max: int = 100_000) -> None:
        self._keys_max = keys_max
        self._values: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Optional[str]:
        with self._lock:
            return self._values.get(key)

    def add(self, key: str, value: str) -> str:
        with self._lock:
            kept = self._values.setdefault(key, value)
            if len(self._values) > self._keys_max:
                self._values.popitem(last=False)
            return kept

    def remove(self, key: str) -> None:
        with self._lock:
            self._values.pop(key, None)


class FileStore:
    """SQLite, for one machine: several processes may share the file, which is readable by its owner alone."""

    def __init__(self, path: Union[str, Path], keep_days: int = 100) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, timeout=5, check_same_thread=False)
        with self._lock, self._database:
            self._database.execute("create table if not exists kept (key text primary key, value text, at integer)")
            self._database.execute("create index if not exists kept_at on kept (at)")
            self._database.execute("delete from kept where at < ?", (int(time.time()) - keep_days * 86_400,))

    def get(self, key: str) -> Optional[str]:
        with self._lock:
            row = self._database.execute("select value from kept where key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def add(self, key: str, value: str) -> str:
        with self._lock, self._database:
            self._database.execute("insert or ignore into kept values (?, ?, ?)", (key, value, int(time.time())))
            row = self._database.execute("select value from kept where key = ?", (key,)).fetchone()
        return str(row[0])

    def remove(self, key: str) -> None:
        with self._lock, self._database:
            self._database.execute("delete from kept where key = ?", (key,))
