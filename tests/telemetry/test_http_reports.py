"""A report over HTTP: whatever is asked, an answer says what came of it."""

from collections.abc import Mapping

import pytest
from aiohttp import ClientSession

from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.http_reports import report_routes
from tests.telemetry.desk import Desk, busy_daemon
from tests.telemetry.test_http import ANYWHERE


class BusyError(Exception):
    pass


async def made(kind: str, at: str, zone: str) -> Mapping[str, object]:
    if at == "soon":
        raise ValueError("a date must read like 2026-11-29")
    if at == "2026-11-30":
        raise BusyError("others are being made")
    return {"kind": kind, "at": at, "zone": zone, "highest": float("inf")}


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("", 200, {"kind": "daily", "at": "", "zone": "", "highest": "inf"}),
        ("?kind=weekly&at=2026-11-29&timezone=Europe/Berlin", 200,
         {"kind": "weekly", "at": "2026-11-29", "zone": "Europe/Berlin", "highest": "inf"}),
        ("?kind=yearly", 400, {"error": "kind is daily or weekly"}),
        ("?at=soon", 400, {"error": "a date must read like 2026-11-29"}),
        ("?at=2026-11-30", 503, {"error": "others are being made"}),
    ],
)  # fmt: skip
async def test_what_is_asked_for_is_made_or_it_is_said_why_not(
    query: str, status: int, said: Mapping[str, object]
) -> None:
    equipment = Equipment(routes=report_routes(made, BusyError))
    app = application(Desk(), busy_daemon(), ANYWHERE, equipment=equipment)
    async with (
        serve(app, ANYWHERE) as url,
        ClientSession() as session,
        session.get(f"{url}/api/v1/report{query}") as answer,
    ):
        assert answer.status == status
        told = await answer.json()
    assert said.items() <= told.items()
