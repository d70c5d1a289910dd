"""Markets, rows and frames of OKX, in the form of its documentation, of the worked example."""

from typing import Any

from hedgewatch.venues.dialects.okx import Okx

Row = dict[str, Any]


def _contract(name: str, symbol: str, *, size: str, linear: bool = True, **info: str) -> Row:
    family = "-".join(name.split("-")[:2])
    base, quote = family.split("-")
    told = {
        "instId": name, "instType": "SWAP", "instFamily": family, "uly": family, "ctVal": size,
        "ctMult": "1", "ctType": "linear" if linear else "inverse",
        "lotSz": "0.1", "tickSz": "0.01", "state": "live", "groupId": "4",
        "expTime": "", **info,
    }  # fmt: skip
    return {
        "id": name, "symbol": symbol, "base": base, "quote": quote,
        "settle": quote if linear else base, "linear": linear, "info": told,
    }  # fmt: skip


LISTED: dict[str, Row] = {
    "AIX/USDT:USDT": _contract("AIX-USDT-SWAP", "AIX/USDT:USDT", size="100"),
    "BTC/USDT:USDT": _contract("BTC-USDT-SWAP", "BTC/USDT:USDT", size="0.01"),
    "BTC/USD:BTC": _contract("BTC-USD-SWAP", "BTC/USD:BTC", size="100", linear=False),
    "BTC/USDT:USDT-261225": _contract(
        "BTC-USDT-261225", "BTC/USDT:USDT-261225", size="0.01", instType="FUTURES",
        expTime="1798185600000",
    ),
    "ALT/USDT": {
        "id": "ALT-USDT", "symbol": "ALT/USDT", "base": "ALT", "quote": "USDT", "settle": None,
        "linear": None,
        "info": {
            "instId": "ALT-USDT", "instType": "SPOT", "ctVal": "", "lotSz": "0.1",
            "tickSz": "0.00001", "state": "live",
        },
    },
}  # fmt: skip

POSITION: Row = {
    "instId": "AIX-USDT-SWAP", "instType": "SWAP", "mgnMode": "cross", "posSide": "net",
    "pos": "-2", "avgPx": "1000", "liqPx": "1427.9", "lever": "5", "margin": "", "mmr": "10500",
    "mgnRatio": "8.486562942", "adl": "2", "uTime": "1743609600000",
}  # fmt: skip

USDT: Row = {
    "ccy": "USDT", "cashBal": "100000", "eq": "90000", "upl": "-10000", "isoEq": "0",
    "isoUpl": "0", "stgyEq": "0", "ordFrozen": "0", "fixedBal": "0", "liab": "", "interest": "",
    "imr": "42000", "mmr": "10500", "mgnRatio": "8.486562942", "uTime": "1743609600000",
}  # fmt: skip


LONG = _contract(
    "ETH-USD-310404", "ETH/USD:USD-310404", size="0.1", instType="FUTURES", ruleType="xperp",
    expTime="1933027200000",
)  # fmt: skip
"""A future of many years that pays funding."""


def funds(*details: Row) -> Row:
    """A row of `account/balance`."""
    return {
        "adjEq": "", "imr": "", "mmr": "", "mgnRatio": "", "isoEq": "0", "totalEq": "90000",
        "uTime": "1743609600000", "details": list(details or (USDT,)),
    }  # fmt: skip


def config(**changes: str) -> Row:
    """`account/config`: of a key that reads, in futures mode."""
    row = {"acctLv": "2", "posMode": "net_mode", "perm": "read_only", "ip": "", "uid": "44705"}
    return {"code": "0", "data": [{**row, **changes}], "msg": ""}


def okx() -> Okx:
    """The dialect, with these markets."""
    dialect = Okx("main")
    dialect.list_markets(LISTED)
    return dialect


def push(channel: str, *rows: Row, about: str = "", **more: Any) -> Row:
    """A frame that tells something."""
    argument = {"channel": channel, **({"instId": about} if about else {})}
    return {"arg": argument, "data": list(rows), **more}


def mark(price: str, at: float, name: str = "AIX-USDT-SWAP") -> Row:
    """A frame of the channel `mark-price`, of a moment in seconds."""
    row = {"instType": "SWAP", "instId": name, "markPx": price, "ts": str(round(at * 1000))}
    return push("mark-price", row, about=name)
