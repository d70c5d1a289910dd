"""Where the parts of a login are: typed here, in files, variables or credentials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import PrivateAttr, ValidationError

from hedgewatch.connect.person import Person, says_yes
from hedgewatch.settings import Secret, SecretError, SecretReference
from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.settings import ADDRESS_VENUES, CREDENTIALS, AccountSettings

_NAMES = {
    "api_key": "API key",
    "secret": "secret",
    "password": "passphrase",
    "uid": "user id",
    "account_id": "account id",
}
_WAYS = {
    "file": "the path of the file that holds the {}",
    "env": "the environment variable that holds the {}",
    "credential": "the systemd credential that holds the {}",
}
_PASTE = "The {} (paste it here: it is not shown; only Enter: it is elsewhere):"
_WHERE = "Where is the key? file, env (a variable), credential (of systemd)"
_PORTFOLIO = "Is it a Portfolio Margin account (futures and margin wallet as one)?"


class HeldSecret(SecretReference):
    """A secret that its owner just typed: it is nowhere but here."""

    _held: Secret = PrivateAttr()

    @classmethod
    def of(cls, text: str) -> "HeldSecret":
        """One with this text."""
        made = cls.model_construct(env="NOWHERE_YET")  # one place must be named
        made._held = Secret(text)  # noqa: SLF001 - its own
        return made

    def read(self) -> Secret:
        """What was typed."""
        return self._held


@dataclass(frozen=True, slots=True)
class Login:
    """Where the parts of a key are, by their names; `address` in place of a key."""

    parts: Mapping[str, SecretReference] = field(default_factory=dict)
    address: str = ""
    portfolio_margin: bool = False


def ask_login(person: Person, venue: str) -> Login:
    """Each part that the venue wants; where one cannot be read, all is asked again."""
    if venue in ADDRESS_VENUES:
        return Login(address=person.ask(f"The address of the account at {venue}:"))
    wanted = [CREDENTIALS[name] for name in KNOWN[venue].login]
    person.say(f"It wants {' and '.join(_NAMES[part] for part in wanted)}.")
    while (parts := _ask_parts(person, wanted)) is None:
        pass
    whole = venue == "binance" and says_yes(person, _PORTFOLIO, default=False)
    return Login(parts, portfolio_margin=whole)


def _ask_parts(person: Person, wanted: Sequence[str]) -> dict[str, SecretReference] | None:
    """None, and said why, when one of them cannot be read. The first question is a hidden one:
    whoever has the key in his clipboard pastes it into whatever is asked.
    """
    typed = person.ask_secret(_PASTE.format(_NAMES[wanted[0]])).strip()
    way = typed if typed in _WAYS else ""
    if not typed:
        way = person.ask(_WHERE, "file", tuple(_WAYS))
        if way not in _WAYS:
            person.say(f"  one of {', '.join(_WAYS)}")
            return None
    return _placed(person, way, wanted) if way else _typed(person, typed, wanted)


def _typed(person: Person, first: str, wanted: Sequence[str]) -> dict[str, SecretReference] | None:
    """The first is there, the others are asked for."""
    parts: dict[str, SecretReference] = {wanted[0]: HeldSecret.of(first)}
    for part in wanted[1:]:
        text = person.ask_secret(f"The {_NAMES[part]} (it is not shown):").strip()
        if not text:
            person.say("  nothing was typed")
            return None
        parts[part] = HeldSecret.of(text)
    return parts


def _placed(person: Person, way: str, wanted: Sequence[str]) -> dict[str, SecretReference] | None:
    try:
        return {part: _part(person, way, _NAMES[part]) for part in wanted}
    except SecretError as error:
        person.say(f"  {error}")
    except ValidationError as error:
        person.say(f"  {error.errors()[0]['msg']}")
    if way == "credential":
        person.say("  or begin anew with CREDENTIALS_DIRECTORY=/etc/hedgewatch/credentials")
    return None


def _part(person: Person, way: str, name: str) -> SecretReference:
    place = person.ask(f"{_WAYS[way].format(name).capitalize()}:")
    known = str(Path(place).expanduser().absolute()) if way == "file" else place
    reference = SecretReference.model_validate({way: known})
    reference.read()
    return reference


def settings_of(
    name: str, venue: str, login: Login, endpoint: Mapping[str, str]
) -> AccountSettings:
    """The account as the daemon would have it; a ValidationError says what is wrong with it."""
    written: dict[str, object] = {"name": name, "venue": venue}
    written["portfolio_margin"] = login.portfolio_margin
    if login.address:
        written["address"] = login.address
    else:
        written["credentials"] = dict(login.parts)
    if endpoint:
        written["endpoint"] = dict(endpoint)
    return AccountSettings.model_validate(written)
