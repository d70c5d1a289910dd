"""What one receiver still has to get, in the order in which it may be sent."""

from collections import deque
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count

from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.outgoing import Delivery

_URGENCY = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Queue:
    """Each alert has a lane, in which nothing overtakes: "resolved" must not arrive before the
    "firing" that is being retried. Of the lanes whose head is due, the most severe goes first, so
    that neither a storm of warnings nor one poisoned message holds up the alert that matters. A
    lane is as severe as the worst that waits in it: what is in front of that is not to hold it up.

    The queue grows while its receiver is down; the outbox' expiry is what bounds it.
    """

    def __init__(self) -> None:
        self._lanes: dict[str, deque[Delivery]] = {}
        self._later: list[tuple[float, int, Delivery]] = []
        self._due: list[tuple[int, float, int, Delivery]] = []
        self._order = count()
        self._out: set[str] = set()

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def put(self, delivery: Delivery) -> None:
        """The last of its lane. What is critical lets the head of its lane wait no longer."""
        alert = delivery.notification.alert
        lane = self._lanes.setdefault(alert, deque())
        lane.append(delivery)
        if len(lane) == 1:
            self._schedule(delivery)
        elif alert not in self._out and _urgency(delivery) == 0:
            lane[0] = replace(lane[0], next_at=min(lane[0].next_at, delivery.next_at))
            self._schedule(lane[0])

    def holds(self, alert: str) -> bool:
        """Whether something about this alert is still on its way."""
        return alert in self._lanes

    def take(self, now: float, *, critical_only: bool = False) -> Delivery | None:
        """The next to be sent; it stays the head of its lane until `finish` or `postpone`."""
        while self._later and self._later[0][0] <= now:
            _, _, head = heappop(self._later)
            if self._is_head(head):
                urgency = min(map(_urgency, self._lanes[head.notification.alert]))
                heappush(self._due, (urgency, head.created_at, next(self._order), head))
        while self._due and not self._is_head(self._due[0][-1]):
            heappop(self._due)
        if not self._due or (critical_only and self._due[0][0] > 0):
            return None
        head = heappop(self._due)[-1]
        self._out.add(head.notification.alert)
        return head

    def is_urgent(self, alert: str) -> bool:
        """Whether something critical waits in its lane."""
        return any(_urgency(one) == 0 for one in self._lanes.get(alert, ()))

    def next_at(self) -> float | None:
        """When the earliest of those that wait is due, None when none waits."""
        return self._later[0][0] if self._later else None

    def overdue_since(self, now: float) -> float | None:
        """When the oldest was made of what should have gone by now; None when nothing should."""
        heads = (lane[0] for lane in self._lanes.values())
        made = (head.created_at for head in heads if head.attempts or head.next_at <= now)
        return min(made, default=None)

    def lesser(self) -> tuple[Delivery, ...]:
        """All of the lanes in which nothing is critical, each lane in its order; no reports."""
        return tuple(
            delivery
            for lane in self._lanes.values()
            if all(map(_urgency, lane)) and not any(map(_reports, lane))
            for delivery in lane
        )

    def finish(self, delivery: Delivery) -> None:
        """It is out of the way: the next of its lane may go."""
        alert = delivery.notification.alert
        self._out.discard(alert)
        lane = self._lanes[alert]
        lane.popleft()
        if lane:
            self._schedule(lane[0])
        else:
            del self._lanes[alert]

    def postpone(self, delivery: Delivery) -> None:
        """It goes again at its `next_at`; the rest of its lane waits for it."""
        self._out.discard(delivery.notification.alert)
        self._lanes[delivery.notification.alert][0] = delivery
        self._schedule(delivery)

    def _schedule(self, head: Delivery) -> None:
        heappush(self._later, (head.next_at, next(self._order), head))

    def _is_head(self, delivery: Delivery) -> bool:
        """What was sent with others leaves its place in the schedule behind."""
        lane = self._lanes.get(delivery.notification.alert)
        return lane is not None and lane[0] is delivery


def _reports(delivery: Delivery) -> bool:
    return delivery.notification.report is not None


def _urgency(delivery: Delivery) -> int:
    return _URGENCY[delivery.notification.transition.severity]
