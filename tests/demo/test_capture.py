"""The picture of the README is the real screen, and the same screen gives the same picture."""

import xml.etree.ElementTree as ET
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from PIL import Image
from rich.text import Text

from hedgewatch.demo.capture import capture, picture
from hedgewatch.demo.capture_page import SCHEMES, SIZES, small
from hedgewatch.demo.play import Wish

CHECKOUT = Path(__file__).parents[2]


def _words(svg: str) -> str:
    texts = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314  # our own
    return " ".join("".join(text.itertext()).replace("\xa0", " ").strip() for text in texts)


def test_the_same_screen_gives_the_same_picture_to_the_byte() -> None:
    assert picture(Text("margin ratio 83.3%")) == picture(Text("margin ratio 83.3%"))


def test_a_picture_shows_its_text_and_loads_nothing_from_elsewhere() -> None:
    svg = picture(Text("margin ratio 83.3%", style="bold red"))
    assert "margin ratio 83.3%" in _words(svg)
    assert "url(http" not in svg.replace('"', "")


@pytest.mark.parametrize(("size", "scheme"), [*product(SIZES, SCHEMES)])
def test_the_pictures_of_the_page_are_in_the_readme_and_load_fast(
    size: tuple[int, int], scheme: str
) -> None:
    file = CHECKOUT / "daemon" / f"page-{size[0]}-{scheme}.png"
    with Image.open(file) as opened:
        assert opened.size == size
        lightness = sum(opened.convert("L").histogram()[128:]) / (size[0] * size[1])
    assert (lightness > 0.5) == (scheme == "light")
    assert file.stat().st_size < 150_000
    assert f"daemon/{file.name}" in (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_a_picture_in_fewer_colours_is_the_same_picture() -> None:
    drawn = BytesIO()
    Image.new("RGB", (40, 30), (179, 0, 27)).save(drawn, "PNG")
    with Image.open(BytesIO(small(drawn.getvalue()))) as made:
        assert (made.size, made.convert("RGB").getpixel((20, 15))) == ((40, 30), (179, 0, 27))


@pytest.mark.live
@pytest.mark.slow
async def test_in_the_middle_of_the_squeeze_both_alerts_are_in_the_picture() -> None:
    wish = Wish(story="hedged-book", seconds=None, speed=10.0, listen="127.0.0.1:0", json=True)
    words = _words(await capture(wish, at=37.0))
    assert "83.3%" in words
    assert "1,323.64" in words
    for alert in ("HedgeDrift", "LiquidationNear", "MarginDanger"):
        assert f"{alert} firing" in " ".join(words.split())
