"""The event loop: uvloop, which ccxt brings along and which costs a fifth less a frame. And how
to import what takes seconds without holding it up.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

import uvloop

from hedgewatch.imports import import_for_good

Answer = TypeVar("Answer")

_IMPORTER = "import:"


def run(main: Coroutine[Any, Any, Answer]) -> Answer:
    """Run `main` to its end."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


async def imported(name: str) -> ModuleType:
    """A module, imported on a thread that nobody waits for.

    The loop joins its own threads before it closes: a process that is told to stop would have to
    end the import first.
    """
    over: Future[None] = Future()
    over.set_running_or_notify_cancel()  # from now on it cannot be cancelled, only left alone

    def work() -> None:
        try:
            import_for_good(name)
        finally:
            over.set_result(None)

    threading.Thread(target=work, name=f"{_IMPORTER}{name}", daemon=True).start()
    await asyncio.wrap_future(over)
    return import_module(name)  # at once, or with the error that it ended with


def importing() -> bool:
    """Whether a thread still imports what nobody waits for any more."""
    return any(thread.name.startswith(_IMPORTER) for thread in threading.enumerate())
