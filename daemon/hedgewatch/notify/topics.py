"""Names of MQTT topics: lower case, no wildcards, nothing of the outside world unslugged."""

import hashlib
import re

from hedgewatch.core.model import Subject

_PLAIN_RULE = re.compile(r"[A-Za-z0-9_-]+")
_FOREIGN = re.compile(r"[^a-z0-9]+")
_TELLING = re.compile(r"[A-Z0-9/:-]+|[a-z0-9-]+")
_ROOT = "hedgewatch"


def availability(instance: str) -> str:
    return f"{_ROOT}/{slug(instance)}/availability"


def alert_state(instance: str, alertname: str, subject: Subject) -> str:
    """One topic an alert, named as a person would name it."""
    rule = alertname if _PLAIN_RULE.fullmatch(alertname) else slug(alertname)
    labels = [slug(value) for name, value in subject.labels if name != "venue"]
    return f"{_ROOT}/{slug(instance)}/alert/{rule}/{'_'.join(labels) or 'book'}/state"


def account_state(instance: str, account: str) -> str:
    return f"{_ROOT}/{slug(instance)}/account/{slug(account)}/state"


def event(instance: str) -> str:
    return f"{_ROOT}/{slug(instance)}/event"


def slug(text: str) -> str:
    """`BTC/USDT:USDT` as `btc-usdt-usdt`.

    Two different texts get different slugs: where more than the case of a symbol and its signs is
    lost, a digest follows.
    """
    plain = _FOREIGN.sub("-", text.lower()).strip("-")
    if plain and _TELLING.fullmatch(text):
        return plain
    return "-".join(filter(None, [plain, hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]]))
