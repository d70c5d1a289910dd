"""What a receiver is: somewhere a notification can be delivered to."""

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

from hedgewatch.command import Nonces, Obeys
from hedgewatch.notify.outgoing import Notification


class DeliveryError(Exception):
    """A notification that did not arrive. Its message never holds a secret.

    `retryable` is False when the receiver will not take it as it is, however often it is sent.
    `retry_after` are the seconds that the receiver asked for.
    """

    def __init__(self, message: str, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retryable, self.retry_after = retryable, retry_after


class Receiver(Protocol):
    """Delivers, or raises DeliveryError; it may be cancelled at its deadline."""

    @property
    def name(self) -> str: ...

    async def deliver(self, notification: Notification) -> None: ...


@runtime_checkable
class Unhurried(Protocol):
    """A receiver that knows better than the worker how many seconds an attempt may take."""

    @property
    def attempt_seconds(self) -> float: ...


@runtime_checkable
class Connected(Protocol):
    """A receiver that keeps a connection: `run` holds it up until it is cancelled."""

    async def run(self) -> None: ...


@runtime_checkable
class Display(Protocol):
    """A receiver whose messages nobody need have seen: where others of a route fail, those that
    are left hear of a critical alert, although this one took it.
    """

    @property
    def display(self) -> bool: ...


@runtime_checkable
class Mirror(Protocol):
    """A receiver that shows the alerts as they stand, and must know them after a restart.

    It hears of every change of every alert, whatever routes, silences and digests say, with who
    acknowledged or silenced it as annotations; it is told nothing twice.
    """

    def remember(self, notification: Notification) -> None: ...


@runtime_checkable
class Board(Protocol):
    """A receiver that shows accounts, hedges and the desk as they stand, for as long as that may be
    believed. The desk comes last: what was not shown since it last came is gone.
    """

    def publish_state(self, account: str, payload: Mapping[str, object], expiry: float) -> None: ...

    def publish_hedge(self, hedge: str, payload: Mapping[str, object], expiry: float) -> None: ...

    def publish_desk(self, payload: Mapping[str, object], expiry: float) -> None: ...


@runtime_checkable
class Beacon(Protocol):
    """A receiver that shows a sign of life, for as long as that may be believed."""

    def publish_heartbeat(self, payload: Mapping[str, object], expiry: float) -> None: ...


@runtime_checkable
class Commanded(Protocol):
    """A receiver through which commands may come back."""

    def take_commands(self, obeys: Obeys, nonces: Nonces, clock: Callable[[], float]) -> None: ...
