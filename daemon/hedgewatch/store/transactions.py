"""The store as those need it who keep rows of their own in it."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

Answer = TypeVar("Answer")


class Transactions(Protocol):
    """Its one thread, and its transactions."""

    async def on_thread(self, work: Callable[[], Answer]) -> Answer: ...
    def transaction(self) -> AbstractContextManager[sqlite3.Connection]: ...
