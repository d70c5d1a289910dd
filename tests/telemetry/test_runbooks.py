"""The page of runbooks: what a link of a message leads to, and what may be on it."""

import re

from hedgewatch.config.shipped import shipped_rules, shipped_runbooks
from hedgewatch.telemetry.runbooks import runbook_page

SHIPPED = runbook_page(shipped_runbooks())
HREF = re.compile(r'href="([^"]*)"')


def test_every_shipped_rule_has_its_place_and_so_has_every_link_on_the_page() -> None:
    places = re.findall(r'<section id="([^"]+)"', SHIPPED)
    assert len(places) == len(set(places))
    rules = "".join(path.read_text(encoding="utf-8") for path in shipped_rules())
    named = re.findall(r"runbook_url: rules/README\.md#(\S+)", rules)
    assert len(named) > 50
    assert set(named) <= set(places)
    here = {link[1:] for link in HREF.findall(SHIPPED) if link.startswith("#")}
    assert here <= {*places, "contents"}


def test_no_link_leads_to_what_is_not_served() -> None:
    page = runbook_page("[a](../deploy/A.md) [b](https://b.example/) [c](javascript:alert(1))")
    assert set(HREF.findall(page)) - set(HREF.findall(runbook_page(""))) == {"https://b.example/"}
    assert "a <a" in page


def test_the_name_of_an_alert_leads_to_what_to_do_about_it() -> None:
    page = runbook_page("see `HedgeBroken` and `no_section`\n\n### HedgeBroken\n\n**Do:** run.")
    assert '<a href="#hedgebroken"><code>HedgeBroken</code></a>' in page
    assert "and <code>no_section</code>" in page


def test_a_link_that_names_an_alert_as_it_is_written_leads_there_too() -> None:
    """Grafana has the name, and no way to spell it small."""
    for path in shipped_rules():
        for name in re.findall(r"^\s+- alert: (\w+)$", path.read_text(), re.MULTILINE):
            assert SHIPPED.count(f'<section id="{name.lower()}"') == 1
            assert SHIPPED.count(f'id="{name}"') == 1, name
    assert '<span id="Plain"' not in runbook_page("## Plain\n")


def test_what_to_do_stands_on_its_own() -> None:
    page = runbook_page("It burns.\n**Do:** put it\nout.")
    assert "<p>It burns.</p>\n<p><strong>Do:</strong> put it\nout.</p>" in page


def test_headings_of_one_name_are_different_places() -> None:
    page = runbook_page("# A & B\n\n## C\n\n## C\n")
    assert re.findall(r'<section id="([^"]+)"', page) == ["a--b", "c", "c-1"]
    assert page.count("<section") == page.count("</section>") == 3


def test_markup_and_pictures_in_the_text_stay_text() -> None:
    page = runbook_page("# <b>x</b>\n\n<script>1</script>\n\n![p](https://x/)\n\n```\n<i>\n```\n")
    for markup in ("<b>", "<script>", "<img", "<i>"):
        assert markup not in page
    assert "&lt;script&gt;1&lt;/script&gt;" in page
