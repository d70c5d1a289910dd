"""Names of MQTT topics: the words of the configuration where they fit, slugs where they do not."""

import hashlib
import re

from hedgewatch.core.model import Subject

_ROOT = "hedgewatch"
_FITS = re.compile(r"[A-Za-z0-9._-]+")
_FOREIGN = re.compile(r"[^a-z0-9_]+")
_TELLING = re.compile(r"[A-Z0-9/:-]+|[a-z0-9_-]+")


def availability(instance: str) -> str:
    """`online` or `offline`, retained."""
    return f"{_ROOT}/{_level(instance)}/availability"


def alert_state(instance: str, alertname: str, subject: Subject) -> str:
    """One alert as it stands, retained."""
    labels = [slug(value) for name, value in subject.labels if name != "venue"]
    place = "_".join(labels) or subject.scope.value
    return f"{_ROOT}/{_level(instance)}/alert/{_level(alertname)}/{place}/state"


def account_state(instance: str, account: str) -> str:
    """One account as it stands, retained until it expires."""
    return f"{_ROOT}/{_level(instance)}/account/{_level(account)}/state"


def hedge_state(instance: str, hedge: str) -> str:
    """One hedge as it stands, retained until it expires."""
    return f"{_ROOT}/{_level(instance)}/hedge/{_level(hedge)}/state"


def desk_state(instance: str) -> str:
    """How many alerts stand, and the worst of them, retained until it expires."""
    return f"{_ROOT}/{_level(instance)}/desk/state"


def report(instance: str, kind: str) -> str:
    """The last report of a kind, retained."""
    return f"{_ROOT}/{_level(instance)}/report/{_level(kind)}"


def heartbeat(instance: str) -> str:
    """A sign of life, retained until it expires."""
    return f"{_ROOT}/{_level(instance)}/heartbeat"


def event(instance: str) -> str:
    """Every transition, once."""
    return f"{_ROOT}/{_level(instance)}/event"


def commands(instance: str) -> str:
    """Where commands are given: below it, by their names."""
    return f"{_ROOT}/{_level(instance)}/cmd"


def replies(instance: str) -> str:
    """Where they are answered: below it, as the asker names it."""
    return f"{_ROOT}/{_level(instance)}/reply"


def slug(text: str) -> str:
    """`BTC/USDT:USDT` as `btc-usdt-usdt`.

    Where more than the case and the signs of a symbol would be lost, a digest keeps two texts
    apart: one alert must not overwrite another's state.
    """
    plain = _FOREIGN.sub("-", text.lower()).strip("-")
    if plain and _TELLING.fullmatch(text):
        return plain
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else digest


def _level(text: str) -> str:
    return text if _FITS.fullmatch(text) else slug(text)
