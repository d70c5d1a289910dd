"""`hedgewatch keys`: what each key may do, by the venue's own word."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import isinf

from hedgewatch import loop
from hedgewatch.cli.answers import FAILED, WELL, WRONG, print_json, tell
from hedgewatch.cli.progress import progress
from hedgewatch.clock import Clock
from hedgewatch.config.loader import load
from hedgewatch.config.problems import did_you_mean
from hedgewatch.core.wording import spoken
from hedgewatch.keys import look_at_keys
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor
from hedgewatch.venues.key_seen import KeySeen
from hedgewatch.venues.settings import AccountSettings

_NOT_TOLD = "the venue does not say"


def perform(options: Namespace) -> int:
    """Ask, and say; a ConfigurationError says what is wrong before anybody is asked."""
    configuration = load(options.configuration)
    known = [account.name for account in configuration.accounts]
    if mistake := _mistake(options.accounts, known):
        return _wrong(options, mistake)
    redactor = Redactor(secret.reveal() for secret in configuration.secrets())
    logs.configure(sys.stderr, redactor, level="error")
    wanted = options.accounts or known
    seen = _look([one for one in configuration.accounts if one.name in wanted], options.timeout)
    now = Clock().now()
    text = "\n\n".join(key_in_words(one, now) for one in seen)
    tell(options, {"accounts": [_as_json(one, now) for one in seen]}, text)
    return WELL if all(one.is_well for one in seen) else FAILED


def _look(accounts: Sequence[AccountSettings], patience: float) -> list[KeySeen]:
    with progress("asking the venues") as line:
        return loop.run(look_at_keys(accounts, patience, line.told))


def _mistake(named: Iterable[str], known: Sequence[str]) -> str:
    for name in named:
        if name not in known:
            return f"unknown account '{name}'{did_you_mean(name, known)}"
    return "" if known else "the configuration has no accounts: `hedgewatch connect` adds one"


def _wrong(options: Namespace, mistake: str) -> int:
    if options.json:
        print_json({"problems": [{"message": mistake}]})
    else:
        print(f"hedgewatch: {mistake}", file=sys.stderr)
    return WRONG


def key_in_words(seen: KeySeen, now: float) -> str:
    """One key, a line a fact."""
    facts = {"may": seen.may(), **_facts(seen, now), "why": seen.reason}
    facts["to do"] = seen.to_do(now)
    lines = [f"{seen.account} ({seen.venue}): {'well' if seen.is_well else 'NOT WELL'}"]
    return "\n".join([*lines, *(f"  {name:<6} {fact}" for name, fact in facts.items() if fact)])


def _facts(seen: KeySeen, now: float) -> dict[str, str]:
    """What only a key has that the venue told of."""
    if seen.rights is None or seen.by_address:
        return {}
    where = {True: "the addresses that it is bound to", False: "everywhere", None: _NOT_TOLD}
    return {
        "from": where[seen.rights.bound_to_address],
        "until": _end(seen.rights.expires_at, now),
    }


def _end(at: float | None, now: float) -> str:
    if at is None:
        return _NOT_TOLD
    if isinf(at):
        return "it has no end"
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    return f"{day}, in {spoken(at - now)}" if at > now else f"{day}: IT IS OVER"


def _as_json(seen: KeySeen, now: float) -> dict[str, object]:
    rights = seen.rights
    ends = None if rights is None else rights.expires_at
    return {
        "account": seen.account,
        "venue": seen.venue,
        "verdict": seen.verdict,
        "well": seen.is_well,
        "powers": [] if rights is None else sorted(rights.powers),
        "bound_to_address": None if rights is None else rights.bound_to_address,
        "expires_at": "inf" if ends is not None and isinf(ends) else ends,
        "reason": seen.reason,
        "to_do": seen.to_do(now),
    }
