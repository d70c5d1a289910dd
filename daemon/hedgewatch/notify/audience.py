"""Who hears of what, and when: routes, muting, ladder, repetition and digests brought together.

It is told what happened and answers with deliveries; it sends nothing and waits for nothing.
Mirrors hear of everything at once: they show how it stands. All the rest is about people.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from hedgewatch.core.alert_model import Change, Transition
from hedgewatch.notify.digest import Bundle, Digests, digest_of
from hedgewatch.notify.ladder import Fate, Ladder, Step
from hedgewatch.notify.live import Cast, Live, alert_of, annotated, merged, news, reminded
from hedgewatch.notify.muting import Calendar, Muting
from hedgewatch.notify.outgoing import Delivery, delivery_key
from hedgewatch.notify.reminders import Reminders
from hedgewatch.notify.routing import RouteSettings, route_for
from hedgewatch.notify.silences import Silence

TellAgain = Callable[[Transition], Transition | None]
Busy = Callable[[str, str], bool]
"""Whether something about an alert (second) is still on its way to a receiver (first)."""

_log = structlog.get_logger()


class Audience:
    """`tell_again` puts an alert into the words of now, None when it does not stand any more;
    `busy` knows the queues.
    """

    def __init__(
        self,
        cast: Cast,
        routes: Sequence[RouteSettings],
        muting: Muting,
        *,
        tell_again: TellAgain,
        busy: Busy,
    ) -> None:
        self._cast = cast
        self.routes = tuple(routes)
        self._muting = muting
        self._tell_again = tell_again
        self._busy = busy
        self._ladder = Ladder(cast.people, cast.displays | frozenset(cast.mirrors))
        self._reminders = Reminders()
        self._digests = Digests()
        self._live: dict[str, Live] = {}

    def reroute(self, routes: Sequence[RouteSettings], calendar: Calendar) -> None:
        """What comes from now on goes by other routes, and is kept quiet at other hours."""
        self.routes = tuple(routes)
        self._muting.calendar = calendar

    def tell(self, transition: Transition, now: float, *, stands: bool = True) -> list[Delivery]:
        """What follows from a change of an alert. One that does not stand afterwards cannot be
        acknowledged, even where its end alarms.
        """
        route = route_for(transition, self.routes)
        if route is None:
            _log.warning("alert_without_route", alertname=transition.alertname)
        live = Live(transition=transition, route=route, since=transition.at, once=not stands)
        live.muted = self._muting.reason(transition, now)
        told = self._to_mirrors(transition, live.muted, now)
        if transition.change is Change.ACKNOWLEDGED:
            return told + self._acknowledged(live, now)
        return told + (self._fires(live, now) if transition.is_live else self._is_over(live, now))

    def settled(self, delivery: Delivery, fate: Fate) -> None:
        """What became of a delivery."""
        self._ladder.settled(delivery.notification.alert, delivery.key, fate)

    def tick(self, now: float) -> list[Delivery]:
        """What the passing of time calls for; once a second is enough."""
        told = [one for live in self._live.values() for one in self._unmuted(live, now)]
        for transition in self._reminders.due(now):
            told += self._reminded(transition, now)
        for step in list(self._ladder.due(now)):
            told += self._step(step, now)
        for silence in self._muting.half_over(now):
            told += self._half_over(silence, now)
        return told

    def digests(self, now: float) -> Iterator[tuple[Bundle, Delivery]]:
        """The digests that are due, and what goes into each. What is muted waits for the next."""
        for bundle in self._digests.due(now):
            ready = tuple(one for one in bundle.deliveries if self._may_be_told(one, now))
            for waits in bundle.deliveries:
                if waits not in ready:
                    self._digests.collect(waits, now)
            if ready:
                told = Bundle(bundle.receiver, ready)
                yield told, self._digest(told, now)

    def collect(self, delivery: Delivery, now: float) -> None:
        """What the outbox kept of an unfinished digest."""
        self._digests.collect(delivery, now)

    def restore(
        self,
        transition: Transition,
        heard: Iterable[str] | None,
        waiting: Mapping[str, str],
        now: float,
    ) -> list[Delivery]:
        """Go on with an alert that was live before a restart. `heard` are the people who were told,
        None when that is not known; `waiting` the deliveries still on their way (receiver by key).
        The answer is for mirrors to remember, not to be sent.
        """
        live = Live(
            transition=transition,
            route=route_for(transition, self.routes),
            since=transition.at,
            muted=self._muting.reason(transition, now),
        )
        routed = self._cast.people_of(live.to)
        live.heard = dict.fromkeys(routed if heard is None else self._cast.people_of(heard))
        unseen = transition.acknowledged is None
        live.held = bool(routed) and not live.heard and unseen and not live.collected
        self._live[alert_of(transition)] = live
        if live.heard and unseen:
            self._watch(live, waiting, now)
        return self._to_mirrors(transition, live.muted, now)

    def _to_mirrors(
        self, transition: Transition, muted: str, now: float, *, reminder: bool = False
    ) -> list[Delivery]:
        shown = annotated(transition, muted)
        return [Delivery.of(shown, name, now, reminder=reminder) for name in self._cast.mirrors]

    def _fires(self, live: Live, now: float) -> list[Delivery]:
        alert = alert_of(live.transition)
        before = self._live.get(alert)
        live.heard = before.heard if before is not None else {}
        self._live[alert] = live
        if live.collected:
            return self._collect(live, now)
        if live.muted:
            live.held = True
            self._rest(live.transition)
            return []
        return self._told(live, live.transition, now)

    def _is_over(self, end: Live, now: float) -> list[Delivery]:
        """Whoever believes that it fires hears that it is over, wherever the routes lead by now;
        of what nobody heard, nobody does.
        """
        live = self._live.pop(alert_of(end.transition), None)
        self._rest(end.transition)
        if live is not None and not live.heard:
            return []
        end.heard = live.heard if live is not None else {}
        if end.collected:
            return self._collect(end, now)
        routed = [] if end.muted else self._cast.people_of(end.to)
        return [Delivery.of(end.transition, name, now) for name in merged(routed, live)]

    def _acknowledged(self, seen: Live, now: float) -> list[Delivery]:
        """Whoever heard of it hears that somebody cares; nothing is repeated any more."""
        transition = seen.transition
        live = self._live.get(alert_of(transition))
        self._rest(transition)
        if live is None:
            return []
        live.transition, live.held = transition, False
        if not transition.is_live:
            del self._live[alert_of(transition)]
        if seen.muted or live.collected:
            return []
        return [Delivery.of(transition, name, now) for name in live.heard]

    def _told(self, live: Live, said: Transition, now: float, note: str = "") -> list[Delivery]:
        """Tell all who ought to know, in the words of `said`, and watch over it."""
        names = merged(self._cast.people_of(live.to), live)
        told = [news(live.transition, said, name, now, note) for name in names]
        live.held, live.since = False, said.at
        live.heard |= dict.fromkeys(names)
        self._watch(live, {one.key: one.receiver for one in told}, now)
        return told

    def _watch(self, live: Live, waiting: Mapping[str, str], now: float) -> None:
        """The ladder waits for mirrors too, where the route names them."""
        told, route = replace(live.transition, at=live.since), live.route
        if route is None:
            return
        named = (name for name in self._cast.mirrors if name in route.to)
        shown = {delivery_key(live.transition, name): name for name in named}
        expected = {**shown, **waiting} if waiting or not live.heard else {}
        rungs = () if live.once else route.escalate
        self._ladder.begin(told, rungs, expected, live.heard, now)
        self._reminders.note(told, None if live.once else route.pace(told), now)

    def _rest(self, transition: Transition) -> None:
        """Nothing more is to be said of it by itself."""
        self._ladder.end(alert_of(transition))
        self._reminders.note(transition, None, transition.at)

    def _collect(self, live: Live, now: float) -> list[Delivery]:
        """For the digest of each; the outbox keeps it until then."""
        names = merged(self._cast.people_of(live.to), live)
        live.heard |= dict.fromkeys(names)
        period = (live.route.digest if live.route is not None else None) or 0.0
        told = [Delivery.of(live.transition, name, now).collected(period) for name in names]
        for one in told:
            self._digests.collect(one, now)
        return told

    def _unmuted(self, live: Live, now: float) -> list[Delivery]:
        """What changes with what keeps an alert quiet: mirrors show it, and people are told at its
        end what they were not told before, and what they were that it still fires.
        """
        muted, before = self._muting.reason(live.transition, now), live.muted
        if muted == before and (muted or not live.held):
            return []
        said, told = self._said(live, now), []
        if said is None:
            return []
        live.muted = muted
        if muted != before:
            told += self._to_mirrors(said, muted, now, reminder=True)
        return told if muted else [*told, *self._after_all(live, said, before, now)]

    def _after_all(self, live: Live, said: Transition, before: str, now: float) -> list[Delivery]:
        if live.held:
            _log.info("told_after_all", alertname=said.alertname, kept_quiet_by=before)
            note = f"kept quiet until now by {before}" if before else "not told before"
            return self._told(live, said, now, note)
        if before and said.acknowledged is None and not live.collected:
            note = f"kept quiet until now by {before}, and it still fires"
            return [reminded(said, name, now, note) for name in live.heard]
        return []

    def _reminded(self, transition: Transition, now: float) -> list[Delivery]:
        """None to a receiver that has not even got the last message about it."""
        alert = alert_of(transition)
        live = self._live.get(alert)
        said = self._said(live, now) if live is not None and not live.muted else None
        if live is None or said is None:
            return []
        route = route_for(transition, self.routes)
        names = merged(self._cast.people_of(route.to if route is not None else ()), live)
        live.heard |= dict.fromkeys(names)
        free = [name for name in names if not self._busy(name, alert)]
        return [Delivery.of(said, name, now, reminder=True) for name in free]

    def _step(self, step: Step, now: float) -> list[Delivery]:
        live = self._live.get(step.alert)
        said = self._said(live, now) if live is not None and not live.muted else None
        if live is None or said is None:
            return []
        _log.warning("told_to_the_next", alert=step.alert, to=step.to, reason=step.reason)
        told = [news(live.transition, said, name, now, step.reason) for name in step.to]
        live.heard |= dict.fromkeys(step.to)
        self._ladder.told(step.alert, {one.key: one.receiver for one in told}, now)
        return told

    def _half_over(self, silence: Silence, now: float) -> list[Delivery]:
        """What fires under a silence is called to mind: silenced is not forgotten."""
        until = datetime.fromtimestamp(silence.ends_at, UTC).strftime("%H:%M UTC")
        note = f"silenced by {silence.by} until {until}: half of that is over, and this still fires"
        by_name: dict[str, list[Transition]] = {}
        for live in self._live.values():
            told = live.transition
            hidden = silence.covers(told, now) and told.acknowledged is None
            said = self._said(live, now) if hidden else None
            if said is not None and not self._muting.by_calendar(told, now):
                for name in merged(self._cast.people_of(live.to), live):
                    by_name.setdefault(name, []).append(said)
        return [
            digest_of(name, alerts, now, heading="SILENCED", note=note)
            for name, alerts in by_name.items()
        ]

    def _digest(self, bundle: Bundle, now: float) -> Delivery:
        """What is new, and all that still fires beside it."""
        new = [one.notification.transition for one in bundle.deliveries]
        still = [
            self._said(live, live.transition.at)
            for live in self._live.values()
            if bundle.receiver in live.heard and live.collected and not live.muted
        ]
        told = [*new, *(one for one in still if one is not None)]
        return digest_of(bundle.receiver, sorted(told, key=_moment), now)

    def _said(self, live: Live, at: float) -> Transition | None:
        """It in the words of now, said at `at`; None when it does not stand any more."""
        said = live.transition if live.once else self._tell_again(live.transition)
        return replace(said, at=at) if said is not None and said.is_live else None

    def _may_be_told(self, delivery: Delivery, now: float) -> bool:
        return not self._muting.reason(delivery.notification.transition, now)


def _moment(transition: Transition) -> float:
    return transition.at
