"""The desk of the demonstration, written as an operator would write it and read as any other."""

from pathlib import Path

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.config.shipped import demo_rules
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import DEMO_KEY, DEMO_SECRET, OKX_KEY, OKX_PASSPHRASE, OKX_SECRET

# The worked example: 500,000 coins at $0.40, covered by a short index future at $1,000.
_ONE_VENUE = """\
accounts:
  - name: main
    venue: binanceusdm
    credentials: {{api_key: {{file: key}}, secret: {{file: secret}}}}
    endpoint: {{rest: "{binance_rest}", ws: "{binance_ws}"}}
wallets:
  - name: cold
    holdings: {{ALT: {{amount: 500000, entry_price: 0.40}}}}
prices:
  ALT: {{account: main, symbol: "ALT/USDT:USDT"}}
hedges:
  - name: ai-basket
    exposure: [{{wallet: cold, asset: ALT}}]
    cover: [{{account: main, symbol: "AIX/USDT:USDT"}}]
"""

# The same with its legs on two venues, where a contract is 100 of the index.
_TWO_VENUES = """\
accounts:
  - name: spot
    venue: binance
    credentials: {{api_key: {{file: key}}, secret: {{file: secret}}}}
    endpoint: {{rest: "{binance_rest}", ws: "{binance_ws}"}}
  - name: okx
    venue: okx
    credentials:
      api_key: {{file: okx-key}}
      secret: {{file: okx-secret}}
      password: {{file: okx-passphrase}}
    endpoint: {{rest: "{okx_rest}", ws: "{okx_ws}"}}
prices:
  ALT: {{account: spot, symbol: "ALT/USDT"}}
hedges:
  - name: ai-basket
    exposure: [{{account: spot, asset: ALT}}]
    cover: [{{account: okx, symbol: "AIX/USDT:USDT"}}]
"""

# All of it is quoted and settled in USDT, which no venue of the stories prices in dollars.
_EVERY_DESK = """\
instance: demo
currency: USDT
rules: [{rules}]
receivers: [{receivers}]
http: {{listen: "{listen}"{reached}}}
store: state.db
"""

_DESKS = {("binance",): _ONE_VENUE, ("binance", "okx"): _TWO_VENUES}
"""By the venues at which a story's book lies."""

_SECRETS = {
    "key": DEMO_KEY,
    "secret": DEMO_SECRET,
    "okx-key": OKX_KEY,
    "okx-secret": OKX_SECRET,
    "okx-passphrase": OKX_PASSPHRASE,
}


def write_desk(folder: Path, exchange: PaperExchange, listen: str, *, lines: bool) -> Configuration:
    """Write the configuration of the exchange's story and its secrets into `folder`, and load it.

    `lines` prints alerts as lines, where no live table shows them.
    """
    for name, secret in _SECRETS.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(secret)
    path, venues = folder / "hedgewatch.yaml", exchange.story.venues
    addresses = {f"{venue}_rest": exchange.url_of(venue) for venue in venues}
    addresses |= {f"{venue}_ws": exchange.ws_url_of(venue) for venue in venues}
    path.write_text(
        _DESKS[venues].format(**addresses)
        + _EVERY_DESK.format(
            rules=", ".join(f'"{rules}"' for rules in demo_rules()),
            receivers="{name: terminal, console: {}}" if lines else "",
            listen=listen,
            reached="" if listen.endswith(":0") else f', external_url: "http://{listen}"',
        )
    )
    return load(path)
