"""The desk of the demonstration, written as an operator would write it and read as any other."""

from pathlib import Path

from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.config.shipped import demo_rules
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import DEMO_KEY, DEMO_SECRET

# The worked example: 500,000 coins at $0.40, covered by a short index future at $1,000.
_CONFIGURATION = """\
instance: demo
accounts:
  - name: main
    venue: binanceusdm
    credentials: {{api_key: {{file: key}}, secret: {{file: secret}}}}
    endpoint: {{rest: "{rest}", ws: "{ws}"}}
wallets:
  - name: cold
    holdings: {{ALT: {{amount: 500000, entry_price: 0.40}}}}
prices:
  ALT: {{account: main, symbol: "ALT/USDT:USDT"}}
hedges:
  - name: ai-basket
    exposure: [{{wallet: cold, asset: ALT}}]
    cover: [{{account: main, symbol: "AIX/USDT:USDT"}}]
rules: [{rules}]
receivers: [{receivers}]
http: {{listen: "{listen}"{reached}}}
store: state.db
"""


def write_desk(folder: Path, exchange: PaperExchange, listen: str, *, lines: bool) -> Configuration:
    """Write the configuration and its two secrets into `folder`, and load it.

    `lines` prints alerts as lines, where no live table shows them.
    """
    for name, secret in (("key", DEMO_KEY), ("secret", DEMO_SECRET)):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(secret)
    path = folder / "hedgewatch.yaml"
    text = _CONFIGURATION.format(
        rest=exchange.url,
        ws=exchange.ws_url,
        rules=", ".join(f'"{rules}"' for rules in demo_rules()),
        receivers="{name: terminal, console: {}}" if lines else "",
        listen=listen,
        reached="" if listen.endswith(":0") else f', external_url: "http://{listen}"',
    )
    path.write_text(text)
    return load(path)
