"""No task of ours is gone without the process knowing."""

import asyncio
from collections.abc import Callable

import pytest

from hedgewatch.tasks import TaskLostError, Tasks, all_of, being_cancelled
from tests.support.patience import PATIENCE


async def _ends() -> None:
    await asyncio.sleep(0)


async def _waits(for_what: "asyncio.Future[None]") -> None:
    await for_what


async def _fails() -> None:
    await asyncio.sleep(0)
    raise ZeroDivisionError


Begin = Callable[[Tasks], object]


async def _live(begin: Begin) -> None:
    """Until a task ends it."""
    async with asyncio.timeout(PATIENCE), Tasks() as tasks:
        begin(tasks)
        await asyncio.Event().wait()


async def test_a_task_that_fails_ends_all_of_them() -> None:
    with pytest.raises(ExceptionGroup) as ended:
        await _live(lambda tasks: tasks.spawn("fails", _fails()))
    assert ended.group_contains(ZeroDivisionError)


async def test_a_kept_task_that_ends_ends_all_of_them_and_is_named() -> None:
    with pytest.raises(ExceptionGroup) as ended:
        await _live(lambda tasks: tasks.keep("monitor", _ends()))
    assert ended.group_contains(TaskLostError, match="^monitor has ended$")


async def test_a_kept_task_that_is_cancelled_by_what_it_waits_for_is_not_lost_in_silence() -> None:
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, answer.cancel)
    with pytest.raises(ExceptionGroup) as ended:
        await _live(lambda tasks: tasks.keep("notify:phone", _waits(answer)))
    assert ended.group_contains(TaskLostError, match="^notify:phone was cancelled by what it wait")


async def test_what_may_end_and_what_somebody_cancels_is_no_loss() -> None:
    async with asyncio.timeout(PATIENCE), Tasks() as tasks:
        ended = tasks.spawn("reconcile:main", _ends())
        account = tasks.keep("account:main", asyncio.Event().wait())  # type: ignore[arg-type]
        await ended
        account.cancel()
        await asyncio.wait({account})
        await asyncio.sleep(0.01)
    assert account.cancelled()


async def test_what_one_of_many_failed_at_leaves_no_trace_on_who_ran_them() -> None:
    """A TaskGroup that is left meanwhile makes its task count as cancelled for ever."""
    with pytest.raises(ExceptionGroup) as ended:
        await all_of((_fails(), asyncio.Event().wait()))
    assert ended.group_contains(ZeroDivisionError)
    assert not being_cancelled()
    await all_of(())
    await all_of((_ends(), _ends()))
