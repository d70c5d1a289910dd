"""Whatever happens to alerts, to Alertmanager and to the way there: it believes what is so."""

import json
from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hedgewatch.core.alert_model import AlertState, Severity, Transition
from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.standing import Alerts
from tests.notify.alerts import NOON, notification, transition
from tests.support.chance import examples

RESEND = 15.0
NAMES = st.sampled_from(["MarginDanger", "HedgeDrift", "FeedLost"])
Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Memory:
    """Alertmanager's: the last end that it was told of each set of labels."""

    ends: dict[Labels, str] = field(default_factory=dict)

    def take(self, posted: bytes) -> None:
        alert = json.loads(posted)
        self.ends[tuple(sorted(alert["labels"].items()))] = alert["endsAt"]

    def firing(self, now: float) -> set[tuple[str, str]]:
        return {
            (dict(labels)["alertname"], dict(labels)["severity"])
            for labels, ends in self.ends.items()
            if ends > rfc3339(now)
        }


class Night(RuleBasedStateMachine):
    """Alerts fire, get graver and are over; re-sends are lost, Alertmanager forgets."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.alerts = Alerts("desk-1", RESEND)
        self.memory = Memory()
        self.live: dict[str, Transition] = {}
        self.lost = 0
        self.amnesia = False

    def tell(self, change: Transition) -> None:
        """At once, and nothing of it is lost: delivery tries until it is taken."""
        for standing in self.alerts.take(notification(change), self.now):
            self.memory.take(self.alerts.posted(standing, self.now))

    @rule(name=NAMES, severity=st.sampled_from(Severity))
    def fires(self, name: str, severity: Severity) -> None:
        before = self.live.get(name)
        known_as = None if before is None or before.severity is severity else before.severity
        began = self.now if before is None else before.active_since
        told = transition(alertname=name, severity=severity, at=self.now)
        self.live[name] = replace(told, active_since=began, severity_before=known_as)
        self.tell(self.live[name])

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def is_over(self, data: st.DataObject) -> None:
        told = self.live.pop(data.draw(st.sampled_from(sorted(self.live))))
        self.tell(replace(told, state=AlertState.RESOLVED, at=self.now))

    @rule()
    def is_said_again(self) -> None:
        self.now += RESEND
        for standing in self.alerts.standing(self.now):
            self.memory.take(self.alerts.posted(standing, self.now))
        self.lost, self.amnesia = 0, False

    @precondition(lambda self: self.lost < 3)
    @rule()
    def a_resend_is_lost(self) -> None:
        self.now += RESEND
        self.lost += 1

    @rule()
    def alertmanager_loses_its_memory(self) -> None:
        self.memory.ends.clear()
        self.amnesia = True

    @invariant()
    def alertmanager_believes_what_is_so(self) -> None:
        firing = self.memory.firing(self.now)
        wanted = {(name, told.severity.value) for name, told in self.live.items()}
        assert firing <= wanted, "nothing that is over fires on"
        assert self.amnesia or firing == wanted


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=examples(15), stateful_step_count=30, deadline=None)
