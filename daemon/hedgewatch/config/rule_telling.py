"""What would have been told in a rule test: the same routes, repetition, ladders, silences and
quiet hours as live, in the time of the test. Every receiver takes what it is given at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import floor

from hedgewatch.config.rule_test_schema import RuleTestFileSettings
from hedgewatch.core.alert_model import AlertState, Change, Transition
from hedgewatch.notify.audience import Audience
from hedgewatch.notify.live import Cast
from hedgewatch.notify.message import body, title
from hedgewatch.notify.muting import Calendar, Muting
from hedgewatch.notify.outgoing import Delivery, Notification
from hedgewatch.notify.routing import RouteSettings, everywhere
from hedgewatch.notify.silences import Silence, Silences

EVERYBODY = "everybody"
"""The receiver of a test without routes."""

_TOLD = frozenset({AlertState.FIRING, AlertState.RESOLVED, AlertState.ENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a test: when, to whom, and of which rules it tells."""

    at: float
    receiver: str
    kind: str
    alertnames: frozenset[str]
    title: str
    body: str

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:g}s to {self.receiver}: {self.title}"


class Telling:
    """Takes the transitions of a story as delivery would. `started` is when it began."""

    def __init__(
        self,
        file: RuleTestFileSettings,
        told_again: Callable[[Transition], Transition],
        started: float,
    ) -> None:
        routes = file.routes or everywhere([EVERYBODY])
        self.told: list[Message] = []
        self._started = started
        self._ticked = floor(started)
        self._silences = Silences()
        calendar = Calendar(quiet_hours=file.quiet_hours, maintenance=file.maintenance)
        self._audience = Audience(
            Cast(people=tuple(dict.fromkeys(named(routes)))),
            routes,
            Muting(self._silences, calendar),
            tell_again=told_again,
            busy=lambda _receiver, _alert: False,
        )

    def silence(self, silence: Silence) -> None:
        """Somebody asked not to be told."""
        self._silences.add(silence)

    def let_pass(self, now: float) -> None:
        """What the seconds until now call for: repetition, ladders, digests, ends of silences."""
        for second in range(self._ticked + 1, floor(now) + 1):
            self._silences.expire(second)
            self._take(self._audience.tick(second), second)
            digests = [delivery for _, delivery in self._audience.digests(second)]
            self._take(digests, second)
        self._ticked = max(self._ticked, floor(now))

    def tell(self, transitions: Iterable[Transition], now: float) -> None:
        """What follows from these changes."""
        for each in transitions:
            if each.state in _TOLD or each.change is Change.ACKNOWLEDGED:
                self._take(self._audience.tell(each, now), now)

    def _take(self, deliveries: Iterable[Delivery], now: float) -> None:
        for delivery in deliveries:
            self._audience.settled(delivery, "taken")
            said = delivery.notification
            if not said.collected:
                self.told.append(
                    Message(
                        at=now - self._started,
                        receiver=delivery.receiver,
                        kind=kind_of(said),
                        alertnames=frozenset(_alertnames(said)),
                        title=title(said),
                        body=body(said),
                    )
                )


def kind_of(said: Notification) -> str:
    """What sort of news a message is."""
    if said.digest:
        return "digest"
    if said.reminder:
        return "repeat"
    if said.transition.change is not Change.STATE:
        return said.transition.change.value
    return said.transition.state.value


def _alertnames(said: Notification) -> Iterator[str]:
    yield said.transition.alertname
    yield from (each.alertname for each in said.digest)


def named(routes: Sequence[RouteSettings]) -> Iterator[str]:
    """Every receiver that routes name, as often as they do."""
    for route in routes:
        yield from route.to
        for rung in route.escalate:
            yield from rung.to
