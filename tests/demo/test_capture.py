"""The picture of the README is the real screen, and the same screen gives the same picture."""

import xml.etree.ElementTree as ET

import pytest
from rich.text import Text

from hedgewatch.demo.capture import capture, picture
from hedgewatch.demo.play import Wish


def _words(svg: str) -> str:
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314  # our own
    return " ".join("".join(text.itertext()).replace("\xa0", " ").strip() for text in texts)


def test_the_same_screen_gives_the_same_picture_to_the_byte() -> None:
    assert picture(Text("margin ratio 83.3%")) == picture(Text("margin ratio 83.3%"))


def test_a_picture_shows_its_text_and_loads_nothing_from_elsewhere() -> None:
    svg = picture(Text("margin ratio 83.3%", style="bold red"))
    assert "margin ratio 83.3%" in _words(svg)
    assert "url(http" not in svg.replace('"', "")


@pytest.mark.live
@pytest.mark.slow
async def test_in_the_middle_of_the_squeeze_both_alerts_are_in_the_picture() -> None:
    wish = Wish(story="hedged-book", seconds=None, speed=10.0, listen="127.0.0.1:0", json=True)
    words = _words(await capture(wish, at=37.0))
    assert "83.3%" in words
    assert "1,323.64" in words
    for alert in ("HedgeDrift", "LiquidationNear", "MarginDanger"):
        assert f"{alert} firing" in " ".join(words.split())
