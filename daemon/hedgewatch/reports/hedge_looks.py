"""One hedge, looked at each second of a minute."""

from dataclasses import dataclass, field

from hedgewatch.core.book.rows import HedgeRow
from hedgewatch.core.model import Known, Unknown
from hedgewatch.reports.minute import HedgeMinute

_NUMBERS = {
    "exposure": "exposure_value",
    "cover": "cover_value",
    "residual": "residual_delta",
    "ratio": "hedge_ratio",
    "target": "target",
    "drift": "hedge_drift",
}


@dataclass(slots=True)
class HedgeLooks:
    """What it was last, and the worst of its drift: nothing stands in for what is unknown."""

    _last: dict[str, float] = field(default_factory=dict)
    _worst: float | None = None

    def look(self, hedge: HedgeRow) -> Unknown | None:
        """Take it as it stands; why its drift is not known, None when it is."""
        told: dict[str, Known] = {name: getattr(hedge, each) for name, each in _NUMBERS.items()}
        self._last = {name: each for name, each in told.items() if not isinstance(each, Unknown)}
        drift = told["drift"]
        if isinstance(drift, Unknown):
            return drift
        self._worst = drift if self._worst is None else max(drift, self._worst, key=abs)
        return None

    def end(self, hedge: HedgeRow) -> HedgeMinute:
        """What the minute was; the next begins."""
        told = HedgeMinute(money=hedge.money, worst=self._worst, **self._last)
        self._last, self._worst = {}, None
        return told
