"""A desk in virtual time: an audience, what it was told, and who heard of it and when."""

from dataclasses import dataclass, field, replace

from hedgewatch.core.alert_model import Acknowledgement, AlertState, Change, Severity, Transition
from hedgewatch.core.alerts.telling import transition_of
from hedgewatch.notify.audience import Audience
from hedgewatch.notify.calendar import MaintenanceSettings, QuietHoursSettings
from hedgewatch.notify.ladder import Fate
from hedgewatch.notify.live import Cast
from hedgewatch.notify.message import title
from hedgewatch.notify.muting import Calendar, Muting
from hedgewatch.notify.outgoing import Delivery, Notification, delivery_key
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.silences import Silence, Silences, parse_matcher
from tests.notify.alerts import NOON, record_of, transition

MINUTE, HOUR = 60.0, 3600.0


def route(**fields: object) -> RouteSettings:
    return RouteSettings.model_validate(fields)


@dataclass(slots=True, kw_only=True)
class Desk:
    """`heard` are lines `seconds receiver title`; `dead` receivers take nothing, `refusing` ones
    refuse everything, all others take it at once.
    """

    people: tuple[str, ...] = ("phone", "desk", "boss")
    mirrors: tuple[str, ...] = ()
    displays: frozenset[str] = frozenset()
    routes: tuple[RouteSettings, ...] = ()
    quiet_hours: tuple[QuietHoursSettings, ...] = ()
    maintenance: tuple[MaintenanceSettings, ...] = ()
    silences: Silences = field(default_factory=Silences)
    dead: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    stands: bool = True
    now: float = NOON
    heard: list[str] = field(default_factory=list)
    got: list[tuple[str, Notification]] = field(default_factory=list)
    outbox: dict[str, Delivery] = field(default_factory=dict)
    audience: Audience = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.audience = Audience(
            Cast(people=self.people, mirrors=self.mirrors, displays=self.displays),
            self.routes or (route(to=self.people),),
            Muting(self.silences, Calendar(self.quiet_hours, self.maintenance)),
            tell_again=lambda told: told if self.stands else None,
            busy=lambda receiver, _: receiver in self.dead,
        )

    def restart(self, *firing: Transition, known: bool = True) -> None:
        """Another process goes on, with the records of these alerts and the outbox."""
        self.start()
        for told in firing:
            again = transition_of(record_of(told), told.at)
            names = [*self.people, *self.mirrors]
            heard = [name for name in names if delivery_key(again, name) in self.outbox]
            again = replace(again, acknowledged=told.acknowledged)
            self.audience.restore(again, heard if known else None, {}, self.now)
        for kept in self.outbox.values():
            if kept.notification.collected:
                self.audience.collect(kept, self.now)

    def tell(self, told: Transition) -> Transition:
        told = replace(told, at=self.now)
        self.take(self.audience.tell(told, self.now))
        return told

    def fire(
        self,
        alertname: str = "MarginDanger",
        severity: Severity = Severity.CRITICAL,
        *,
        silenceable: bool = True,
    ) -> Transition:
        told = transition(alertname=alertname, severity=severity)
        return self.tell(replace(told, silenceable=silenceable))

    def resolve(self, told: Transition) -> Transition:
        return self.tell(replace(told, state=AlertState.RESOLVED, change=Change.STATE))

    def acknowledge(self, told: Transition, by: str = "ops") -> Transition:
        seen = Acknowledgement(by=by, at=self.now, until=self.now + HOUR)
        return self.tell(replace(told, change=Change.ACKNOWLEDGED, acknowledged=seen))

    def lapse(self, told: Transition, change: Change = Change.LAPSED) -> Transition:
        return self.tell(replace(told, change=change, acknowledged=None))

    def silence(self, seconds: float, *matchers: str, up_to: Severity = Severity.WARNING) -> None:
        self.silences.add(
            Silence(
                id=f"s{len(self.silences.all())}",
                matchers=tuple(map(parse_matcher, matchers or ("account=main",))),
                by="ops",
                starts_at=self.now,
                ends_at=self.now + seconds,
                up_to=up_to,
            )
        )

    def wait(self, seconds: float) -> None:
        """Let time pass, second by second."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 1.0)
            self.take(self.audience.tick(self.now))
            for bundle, digest in self.audience.digests(self.now):
                for settled in bundle.deliveries:
                    del self.outbox[settled.key]
                self.take([digest])

    def told(self) -> list[str]:
        """What was heard since this was last asked."""
        heard, self.heard = self.heard, []
        return heard

    def take(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            self.outbox[delivery.key] = delivery
            if not delivery.notification.collected:
                self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        if delivery.receiver in self.dead:
            return
        fate: Fate = "refused" if delivery.receiver in self.refusing else "taken"
        if fate == "taken":
            self.got.append((delivery.receiver, delivery.notification))
            passed = self.now - NOON
            self.heard.append(f"{passed:g} {delivery.receiver} {title(delivery.notification)}")
        self.audience.settled(delivery, fate)
