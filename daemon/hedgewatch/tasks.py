"""The only maker of tasks: each is named, none is lost, and a dead one ends the process."""

import asyncio
from collections.abc import Coroutine, Iterable
from types import TracebackType
from typing import Any, Self


class TaskLostError(Exception):
    """A task is gone that should be there: it was cancelled by nobody, or ended too early."""


class Tasks:
    """A TaskGroup that lives as long as the daemon, and is emptied when the daemon stops.

    asyncio minds only a task that dies of an error. Of tasks that are kept, two other ends are a
    death as well: to be cancelled by what they waited for, and to end at all.
    """

    def __init__(self) -> None:
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()
        self._lost: list[str] = []
        self._mourn = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self.spawn("tasks", self._fail_for_the_lost())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in tuple(self._running):
            if not task.cancelling():  # twice would break off what it tidies up
                task.cancel()
        await self._group.__aexit__(kind, error, trace)

    def spawn(self, name: str, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run it until it ends or the daemon stops."""
        task = self._group.create_task(coroutine, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def keep(self, name: str, coroutine: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run what has no end, unless it is cancelled, until the daemon stops."""
        task = self.spawn(name, coroutine)
        task.add_done_callback(self._mind)
        return task

    def _mind(self, task: "asyncio.Task[None]") -> None:
        if task.cancelling():
            return  # whoever did that knows
        if task.cancelled():
            self._lost.append(f"{task.get_name()} was cancelled by what it waited for")
        elif task.exception() is None:
            self._lost.append(f"{task.get_name()} has ended")
        if self._lost:
            self._mourn.set()

    async def _fail_for_the_lost(self) -> None:
        await self._mourn.wait()
        raise TaskLostError("; ".join(self._lost))


async def all_of(works: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Run them until all have ended, or until one fails, which ends the others (ExceptionGroup).

    It waits inside of the group: when a task fails while its TaskGroup is being left, Python (up to
    3.12) forgets to take back that it had the parent cancelled, which then counts as cancelled for
    ever. Nobody would end it any more, and what is cancelled beside it would end it.
    """
    async with asyncio.TaskGroup() as group:
        if running := [group.create_task(work) for work in works]:
            await asyncio.wait(running)


def being_cancelled() -> bool:
    """True when this very task is to end. Libraries cancel futures that others wait for, too."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def end_if_cancelled() -> None:
    """For what goes on after errors. A cancellation comes but once, and an error may come in its
    place: of a library, or of a task in a TaskGroup that fails while the group is cancelled.
    """
    if being_cancelled():
        raise asyncio.CancelledError
