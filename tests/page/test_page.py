"""The status page as a browser shows it: on a phone and on a desk, by day and by night."""

import json
import re
import signal
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from hedgewatch.core.alert_model import Acknowledgement
from hedgewatch.core.book.rows.outside import CalendarRow, SignalRow
from hedgewatch.core.events import Appointment
from hedgewatch.core.model import SignalPlan
from hedgewatch.demo.browser import Page
from hedgewatch.demo.capture_page import SCHEMES
from hedgewatch.settings import Secret
from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.stream import Stream
from tests.page.conftest import Stage
from tests.support.browsers import HOSTILE
from tests.telemetry.desk import Desk, alert, busy_daemon

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
SEEN = "(document.getElementById('{}')?.innerText ?? '').replaceAll('\\u00a0', ' ')"
AT_ONCE = 2.0
NOW = 1_700_000_000.0


def shows(place: str, text: str) -> str:
    """A condition: that part of the page shows that text."""
    return f"{SEEN.format(place)}.includes({text!r})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
async def test_all_fits_and_can_be_read_on_a_phone_and_a_desk_by_day_and_by_night(
    stage: Stage, page: Page, width: int, height: int, scheme: Literal["light", "dark"]
) -> None:
    stage.exchange.world.set_mark("AIXUSDT", 1310)  # every colour is on it
    await page.look_like(width, height, scheme)
    await page.until(shows("alerts", "LiquidationNear"), 5)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    brightness = await page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]"
    )
    assert (brightness > 128) == (scheme == "light")
    assert await page.evaluate(CONTRAST) == []


async def test_the_first_screen_of_a_phone_says_whether_one_is_safe_and_what_to_do(
    stage: Stage, page: Page
) -> None:
    assert await page.evaluate(SEEN.format("verdict")) != ""
    assert "All well" in await page.evaluate("document.querySelector('h1').innerText")
    stage.exchange.world.set_mark("AIXUSDT", 1400)
    await page.until(shows("verdict", "Act now"), 5)
    await page.until(shows("verdict", "To be safe: put "), 5)
    low = await page.evaluate("document.getElementById('verdict').getBoundingClientRect().bottom")
    assert low < 844


async def test_an_alert_that_begins_at_the_exchange_comes_to_the_page_by_itself(
    stage: Stage, page: Page
) -> None:
    assert not await page.evaluate(shows("alerts", "LiquidationNear"))
    stage.exchange.world.set_mark("AIXUSDT", 1400)
    await page.until(shows("alerts", "LiquidationNear"), AT_ONCE)
    await page.until("document.getElementById('alarm').textContent.includes('LiquidationNear')", 1)
    stage.exchange.world.set_mark("AIXUSDT", 1000)
    await page.until(f"!{shows('alerts', 'LiquidationNear')}", 10)
    await page.until(shows("lately", "LiquidationNear is over"), 2)


async def test_numbers_are_those_of_the_daemon_as_people_read_them(page: Page) -> None:
    pools = await page.evaluate(SEEN.format("pools"))
    for part in ("main/USDT", "8.5 %", "100,000", "8,500.00", "91,500.00", "mark 1,000.00"):
        assert part in pools
    assert "↑ 1,427.27\n+42.7 %" in pools
    assert "↓ none" in pools
    hedges = await page.evaluate(SEEN.format("hedges"))
    for part in ("fits to the contract", "cold ALT 500,000 = 200,000", "−200 = −200,000"):
        assert part in hedges


async def test_what_is_unknown_never_hides_the_worst_that_is_known(page: Page) -> None:
    unknown = {"unknown": "no tiers", "since": None}
    far, near = {"liquidation_distance": 0.5}, {"liquidation_distance": 0.02}
    of_line = {"mark_price": 100.0, "liquidation_price_down": 98.0, "liquidation_price_up": "inf"}
    state = {
        "pools": [
            {
                "account": "a", "pool": "USDT", "margin_ratio": unknown,
                "positions": [{"symbol": "X/USDT", **of_line, "liquidation_distance": unknown}],
            },
            {
                "account": "b", "pool": "USDT", "margin_ratio": 0.9,
                "positions": [
                    {"symbol": "F/USDT", **of_line, **far},
                    {"symbol": "N/USDT", **of_line, **near},
                ],
            },
        ],
        "hedges": [
            {"hedge": "dark", "hedge_drift": unknown},
            {"hedge": "off", "hedge_drift": -0.2},
        ],
    }  # fmt: skip
    card = f"m.verdictCard({{title: '', why: '', more: ''}}, {json.dumps(state)})"
    shown = await page.evaluate(
        f"import('/page/verdict.js').then((m) => {card}.filter(Boolean).at(-1).innerHTML)"
    )
    tiles = re.findall(
        r'<div class="(\w+)"><dt>(.*?)</dt><dd><strong>(.*?)</strong><small>(.*?)<', shown
    )
    assert [(kind, term, about) for kind, term, _, about in tiles] == [
        ("critical", "margin ratio", "b/USDT, 1 unknown"),
        ("critical", "liquidation", "N at 98.0000, 1 unknown"),
        ("warning", "hedge drift", "off, 1 unknown"),
    ]


async def test_numbers_of_any_length_leave_the_page_as_wide_as_the_phone(page: Page) -> None:
    """Of a coin that is worth next to nothing one holds billions."""
    wide = """(() => {
      const told = [...document.querySelectorAll('td.number')];
      for (const each of told) each.textContent = '−1,234,567,890,123.123456';
      return [told.length > 8, document.documentElement.scrollWidth];
    })()"""
    assert await page.evaluate(wide) == [True, 390]


async def test_a_margin_that_is_the_venues_own_word_is_said_to_be(page: Page) -> None:
    unknown = {"unknown": "a simulation of the venue's own", "since": None}
    pool = {
        "account": "a", "venue": "okx", "pool": "account", "currency": "USD", "positions": [],
        "margin_ratio": 0.7, "equity": 10.0, "maintenance_margin": 7.0, "headroom": 3.0,
        "shock_down": unknown, "shock_up": unknown, "margin_by_venue": True,
    }  # fmt: skip
    grave = "{pool: () => true, position: () => true}"
    drawn = f"m.poolCards({json.dumps({'pools': [pool]})}, null, {grave})"
    words = f"{drawn}.flat().map((each) => each.innerHTML ?? '').join()"
    shown = await page.evaluate(f"import('/page/pools.js').then((m) => {words})")
    assert "margin ratio, as okx tells it" in shown
    assert 'aria-label="a/account: margin ratio, as okx tells it 70.0' in shown  # to who listens


async def test_of_what_nobody_sees_the_first_screen_tells_the_worst_case(page: Page) -> None:
    unknown = {"unknown": "no price", "since": None}
    held = [
        {"symbol": symbol, "liquidation_distance": unknown, "liquidation_distance_worst": worst}
        for symbol, worst in (("F/USDT", 0.4), ("N/USDT", 0.061), ("U/USDT", unknown))
    ]
    state = {
        "pools": [{"account": "a", "pool": "USDT", "margin_ratio": unknown, "positions": held}],
        "hedges": [{"hedge": "dark", "hedge_drift": unknown, "hedge_drift_worst": -0.07}],
    }
    card = f"m.verdictCard({{title: '', why: '', more: ''}}, {json.dumps(state)})"
    shown = await page.evaluate(
        f"import('/page/verdict.js').then((m) => {card}.filter(Boolean).at(-1).innerText)"
    )
    for part in ("N, at worst 6.1 %", "dark, at worst −7.0 %"):
        assert part in shown.replace("\xa0", " ")


async def test_what_an_alert_says_stays_text(page: Page) -> None:
    assert HOSTILE in await page.evaluate(SEEN.format("alerts"))
    assert await page.evaluate("document.querySelectorAll('img, #alerts a').length") == 0
    assert await page.evaluate("document.title") != "owned"


async def test_the_keyboard_reaches_links_and_the_slider_and_moves_it(page: Page) -> None:
    reached = []
    for _ in range(12):
        await page.press("Tab")
        reached.append(
            await page.evaluate(
                "document.activeElement.id || document.activeElement.innerText || 'body'"
            )
        )
        if reached[-1] == "move":
            break
    assert reached[0] == "Skip to what fires"
    assert reached[-1] == "move"
    assert "seek" not in reached  # a small book needs none
    for _ in range(3):
        await page.press("ArrowRight")
    assert await page.evaluate("document.getElementById('moved').textContent") == "+3 %"
    await page.until(shows("whatif", "9.4 %"), 12)  # asked every five seconds
    live = "document.getElementById('whatif').getAttribute('aria-live')"
    assert await page.evaluate(live) == "polite"
    await page.until(f"{live} === 'off'", 12)  # what it says again without a move is read by nobody
    await page.press("Tab")
    assert "What to do" in await page.evaluate("document.activeElement.innerText")


async def test_a_screen_reader_is_told_the_names_of_all_that_is_drawn(page: Page) -> None:
    await page.until("document.querySelector('#whatif table') && true", 5)
    nodes = (await page.ask("Accessibility.getFullAXTree"))["nodes"]
    named = {
        (node["role"]["value"], node.get("name", {}).get("value", "").replace("\xa0", " "))
        for node in nodes
        if not node.get("ignored")
    }
    texts = {name for _, name in named}
    for heading in ("What fires", "Margin pools", "Hedges", "Sight", "Lately"):
        assert ("heading", heading) in named
    assert ("heading", "All well") in named
    (slider,) = (name for role, name in named if role == "slider")
    assert slider.startswith("A common move, with your betas:")
    assert {"banner", "main", "contentinfo", "navigation"} <= {role for role, _ in named}
    assert {"alert", "region", "table"} <= {role for role, _ in named}
    assert any(name.startswith("main/USDT: margin ratio 8.5 %") for name in texts)
    assert any(name.startswith("AIX/USDT:USDT: mark 1,000.00; liquidated at") for name in texts)
    assert any(name.startswith("cover: 200,000, wanted 200,000") for name in texts)


async def test_what_is_unknown_is_said_to_be_and_why(stage: Stage, page: Page) -> None:
    stage.exchange.faults.silence()
    await page.until(shows("verdict", "Not all is in sight"), 15)
    await page.until(shows("pools", "distance unknown: "), 3)
    assert "+42.7 %" not in await page.evaluate(SEEN.format("pools"))
    stage.exchange.faults.resume()
    await page.until(shows("verdict", "All well"), 15)


async def test_a_silent_daemon_is_said_at_once_and_its_numbers_are_not_shown_as_fresh(
    stage: Stage,
) -> None:
    await stage.calm()
    page = await stage.page()
    await page.go(stage.url)
    await page.until(shows("verdict", "All well"), 10)
    stage.daemon.tell(signal.SIGSTOP)
    try:
        await page.until(shows("lost", "No news for "), 5)
        assert await page.evaluate(shows("verdict", "Not known"))
        assert not await page.evaluate(shows("verdict", "All well"))
        assert "below is how it was at" in await page.evaluate(SEEN.format("lost"))
        heard = await page.evaluate("document.getElementById('alarm').textContent")
        assert heard.startswith("No news for ")  # to who listens it is said once
        await page.until(f"document.getElementById('lost').textContent !== {heard!r}", 5)
        assert await page.evaluate("document.getElementById('alarm').textContent") == heard
    finally:
        stage.daemon.tell(signal.SIGCONT)
    await page.until(shows("verdict", "All well"), 10)
    assert await page.evaluate("document.getElementById('news').textContent") == "Live again."
    await stage.daemon.stop()
    await page.until(shows("line", "no connection"), 1)
    await stage.daemon.start()
    await page.until(shows("line", "live"), 30)
    await page.close()


async def test_with_a_token_the_browser_is_asked_once_and_then_everything_is_there(
    stage: Stage,
) -> None:
    desk = Desk()
    seen = Acknowledgement(by="anna", at=NOW, comment="topping up")
    words = {"summary": "about to be liquidated", "resolved": "margin ratio 6.9 % again"}
    calm = replace(alert("MarginCritical"), clear_since=NOW - 26, annotations=words)
    desk.standing = [replace(alert(), acknowledged=seen), replace(calm, acknowledged=seen)]
    signal_row = SignalRow(SignalPlan(name="gpu", unit="busy", stale_after=60.0))
    calendar = CalendarRow("unlocks")
    calendar.appointments = (Appointment(NOW + 7200, NOW + 7300, "ALT unlock"),)
    calendar.look(NOW)
    desk.held += [signal_row, calendar]
    stream = Stream(desk, NOW)
    stream.look(NOW)
    settings, equipment = HttpSettings(listen="127.0.0.1:0"), Equipment(stream=stream)
    app = application(desk, busy_daemon(), settings, Secret("of-some-length"), equipment=equipment)
    async with serve(app, settings) as url:
        page = await stage.page()
        await page.go(url)
        await page.until("document.readyState === 'complete'", 5)
        assert not await page.evaluate(shows("verdict", "acknowledged"))
        await page.go(url.replace("//", "//anna:of-some-length@"))
        await page.until(shows("verdict", "Critical, acknowledged"), 5)
        assert await page.evaluate(shows("alerts", "acknowledged by anna: topping up"))
        assert await page.evaluate(shows("alerts", "margin ratio 6.9 % again"))
        assert await page.evaluate(shows("alerts", "Its condition has not held for 26 s"))
        assert not await page.evaluate(shows("alerts", "about to be liquidated"))
        outside = await page.evaluate(SEEN.format("outside"))
        assert "unknown: nothing was heard yet" in outside
        assert "ALT unlock" in outside
        assert "in 2 h" in outside
        await page.close()


async def test_when_all_that_is_critical_is_calm_the_headline_is_no_alarm(stage: Stage) -> None:
    desk = Desk()
    words = {"summary": "about to be liquidated", "resolved": "margin ratio 6.9 % again"}
    desk.standing = [replace(alert("MarginCritical"), clear_since=NOW - 26, annotations=words)]
    stream = Stream(desk, NOW)
    stream.look(NOW)
    settings, equipment = HttpSettings(listen="127.0.0.1:0"), Equipment(stream=stream)
    async with serve(
        application(desk, busy_daemon(), settings, equipment=equipment), settings
    ) as url:
        page = await stage.page()
        await page.go(url)
        await page.until(shows("verdict", "Calm for now"), 5)
        for part in ("margin ratio 6.9 % again", "1 critical: resolved if that lasts"):
            assert await page.evaluate(shows("verdict", part))
        for part in ("To be safe", "about to be liquidated"):
            assert not await page.evaluate(shows("verdict", part))
        assert await page.evaluate("document.getElementById('alarm').textContent") == ""
        await page.close()


async def test_the_link_of_an_alert_leads_on_a_phone_to_what_to_do_about_it(
    stage: Stage, page: Page
) -> None:
    stage.exchange.world.set_mark("AIXUSDT", 1400)
    link = "#alerts a[href$='#liquidationnear']"
    await page.until(f'document.querySelector("{link}") && true', 5)
    await page.tap(link)
    await page.until("document.querySelector('#liquidationnear:target') && true", 5)
    top = "document.querySelector(':target').getBoundingClientRect().top"
    assert 40 < await page.evaluate(top) < 120  # below the bar, which leads back
    assert "Do:" in await page.evaluate("document.querySelector(':target').innerText")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    for scheme in SCHEMES:
        await page.look_like(390, 844, scheme)
        assert await page.evaluate(CONTRAST) == []
    await page.tap("pre")
    whole = "document.querySelector('pre').textContent.trim()"
    await page.until(f"getSelection().toString().trim() === {whole}", 2)
    await page.tap(".bar a")
    await page.until("document.getElementById('verdict') && true", 5)
