"""The text of a configuration: a new one, or what an old one gets beside all that it has."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from hedgewatch.connect.plan import Plan, PlannedAccount
from hedgewatch.connect.proposals import Leg, Proposal

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_NOT_PLAIN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML, or an older one, takes for something else than a text."""

_HEAD = """\
# Made by `hedgewatch connect`. Change what you like, then look it over and run it:
#
{steps}
#
# Secrets are not in here, only where they are. All that can be said is in
# deploy/hedgewatch.example.yaml.
"""
ABOUT = {
    "accounts": "# One login at one venue each. A key that can do more than read is not used.\n",
    "wallets": "# Coins that lie elsewhere. With entry_price their profit is counted from there:\n"
    "# ALT: {amount: 500000, entry_price: 0.40}\n",
    "prices": "# What a coin is worth whose own contract is in no hedge.\n",
    "hedges": "# What is owned (exposure) and what offsets it (cover). target: 0.5 covers half.\n",
}
"""What is said above each section."""

_TAIL = """\
# Where alerts go: the terminal, or the journal of a service. README.md shows phones, MQTT, mail.
receivers:
  - {{name: terminal, console: {{}}}}

# Alerts that fire and messages not yet delivered: they survive a restart.
store: {store}

# How you reach the daemon's pages from elsewhere: messages link to them there. Without it they link
# to 127.0.0.1, which only this machine opens.
# http: {{external_url: "https://desk.example.org"}}
"""
_CURRENCY = """\
# What totals are told in. In USD, as they come, they would be unknown: nothing that is watched here
# says what {currency} is in dollars.
currency: {currency}
"""
_NO_HEDGES = """\
# Which hedge is watched, once there is one:
# hedges:
#   - name: btc
#     exposure: [{wallet: cold, asset: BTC}]
#     cover: [{account: main, symbol: "BTC/USDT:USDT"}]
"""


def new_file(plan: Plan, steps: Iterable[str], store: str = "state.db") -> str:
    """A whole configuration, with a comment on each part; `steps` are the commands after it."""
    sections = [
        ABOUT[section] + f"{section}:\n" + "".join(_indented(items))
        for section, items in sections_of(plan).items()
    ]
    hedges = () if plan.hedges else (_NO_HEDGES,)
    currency = (_CURRENCY.format(currency=plan.currency),) if plan.currency else ()
    head = _HEAD.format(steps="\n".join(f"#     {step}" for step in steps))
    return "\n".join((head, *sections, *hedges, *currency, _TAIL.format(store=store)))


def sections_of(plan: Plan) -> dict[str, list[str]]:
    """The items of each section that has any: text without indentation, with its line end."""
    found = {
        "accounts": [_account(account) for account in plan.accounts],
        "wallets": list(_wallets(plan)),
        "prices": [_price(asset, *where) for asset, where in plan.prices.items()],
        "hedges": [_hedge(hedge) for hedge in plan.hedges],
    }
    return {section: items for section, items in found.items() if items}


def _indented(items: Iterable[str]) -> Iterator[str]:
    for item in items:
        yield "".join(f"  {line}" for line in item.splitlines(keepends=True))


def quoted(text: str) -> str:
    """A text that every YAML reads as this very text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return json.dumps(text, ensure_ascii=False)


def flow(pairs: Mapping[str, str]) -> str:
    """One line of names and texts."""
    return "{" + ", ".join(f"{name}: {quoted(text)}" for name, text in pairs.items()) + "}"


def _account(account: PlannedAccount) -> str:
    lines = [f"- name: {quoted(account.name)}", f"  venue: {account.venue}"]
    if account.address:
        lines.append(f"  address: {quoted(account.address)} # everybody may read it")
    else:
        lines.append("  credentials:")
        parts = account.parts.items()
        lines += [f"    {part}: {flow({kind: place})}" for part, (kind, place) in parts]
    if account.portfolio_margin:
        lines.append("  portfolio_margin: true # watched whole")
    if account.endpoint:
        lines.append(f"  endpoint: {flow(account.endpoint)}")
    if account.allow_unverified_key:
        lines.append("  allow_unverified_key: true # the venue does not tell what its keys may do")
    return "\n".join(lines) + "\n"


def _wallets(plan: Plan) -> Iterator[str]:
    """What no account can price would be a mistake: it stays as a comment."""
    for name, holdings in plan.wallets.items():
        priced = {asset: amount for asset, amount in holdings.items() if asset not in plan.unpriced}
        if not priced:
            continue
        lines = [f"- name: {quoted(name)}", "  holdings:"]
        lines += [f"    {quoted(asset)}: {amount}" for asset, amount in priced.items()]
        lines += [
            f"    # {quoted(asset)}: {amount} # no account here has a price of it"
            for asset, amount in holdings.items()
            if asset in plan.unpriced
        ]
        yield "\n".join(lines) + "\n"


def _price(asset: str, account: str, symbol: str) -> str:
    return f"{quoted(asset)}: {flow({'account': account, 'symbol': symbol})}\n"


def _hedge(hedge: Proposal) -> str:
    lines = [f"- name: {quoted(hedge.name)}{_comment(hedge)}"]
    for side, legs in (("exposure", hedge.exposure), ("cover", hedge.cover)):
        lines.append(f"  {side}:")
        lines += [f"    - {flow(_leg(leg))}" for leg in legs]
    return "\n".join(lines) + "\n"


def _comment(hedge: Proposal) -> str:
    if not hedge.is_certain:
        return " # one coin covers another: judged by worth"
    return "" if hedge.covered is None else f" # {hedge.covered:.0%} covered when this was written"


def _leg(leg: Leg) -> dict[str, str]:
    said = {"wallet": leg.wallet, "account": leg.account, "asset": leg.asset, "symbol": leg.symbol}
    return {name: text for name, text in said.items() if text}
