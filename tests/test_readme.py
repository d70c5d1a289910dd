"""What the pages show is true: the configuration loads, the rule compiles, the names exist."""

import re
from pathlib import Path

from hedgewatch.config.loader import load
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.shipped import shipped_rules
from hedgewatch.core.measures import CATALOGUE
from hedgewatch.core.measures.stress import STRESS_MEASURES
from hedgewatch.notify.apprise_process import troubles
from hedgewatch.sim.stories import STORIES
from hedgewatch.venues.guides import FULL_DEPTH, guide_to

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RULES = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text("utf-8") for path in (ROOT / "daemon").rglob("*.py"))
PAPER = (ROOT / "deploy" / "PAPER.md").read_text(encoding="utf-8")


def _yaml(page: str, first_line: str) -> str:
    """The block of YAML that begins with this line."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    return next(str(block) for block in blocks if block.startswith(first_line))


def _section(page: str, heading: str) -> str:
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert section, heading
    return section


def _rows(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the first table under a heading, by the name in their first cell."""
    rows = re.findall(r"^\| `([\w-]+)` \|(.+)\|$", _section(page, heading), flags=re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


def _with_keys(folder: Path) -> Path:
    for name in ("main.key", "main.secret"):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text("0" * 64)
    return folder


def test_it_can_be_read_in_ten_minutes() -> None:
    assert len(README.splitlines()) <= 360


def test_the_first_screen_is_what_it_is_a_picture_of_it_and_two_commands() -> None:
    first = README.splitlines()[:13]
    assert "A live risk monitor" in first[2]
    assert any("(daemon/demo.svg)" in line for line in first)
    assert [line.partition("#")[0].strip() for line in first if line.startswith("make ")] == [
        "make demo",
        "make test",
    ]


def test_the_small_configuration_passes_the_check_as_it_stands(tmp_path: Path) -> None:
    path = _with_keys(tmp_path) / "hedgewatch.yaml"
    path.write_text(_yaml(README, "accounts:"), encoding="utf-8")
    configuration = load(path)
    assert [hedge.name for hedge in configuration.hedges] == ["btc"]
    assert len(configuration.rules) == len(load_rules(shipped_rules()))


def test_the_configuration_of_a_rehearsal_passes_the_check_as_it_stands(tmp_path: Path) -> None:
    path = _with_keys(tmp_path) / "paper.yaml"
    path.write_text(_yaml(PAPER, "# paper.yaml"), encoding="utf-8")
    configuration = load(path)
    assert [hedge.name for hedge in configuration.hedges] == ["ai-basket"]


def test_the_example_of_a_rule_compiles_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "my-rules.yaml"
    path.write_text(_yaml(README, "# my-rules.yaml"), encoding="utf-8")
    assert [rule.name for rule in load_rules([path])] == ["TopUpSoon"]


def test_the_signals_and_calendars_of_their_page_load_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "macro.ics").write_text("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n")
    page = (ROOT / "deploy" / "SIGNALS.md").read_text(encoding="utf-8")
    written = _yaml(page, "signals:").replace("/etc/hedgewatch/macro.ics", "macro.ics")
    path = _with_keys(tmp_path) / "hedgewatch.yaml"
    path.write_text(_yaml(README, "accounts:") + written, encoding="utf-8")
    configuration = load(path)
    assert [signal.name for signal in configuration.signals] == ["gpu", "fear", "ai-index"]
    assert [calendar.name for calendar in configuration.calendars] == ["unlocks", "macro"]


def test_every_url_of_the_page_is_one_that_apprise_knows() -> None:
    urls = re.findall(r"^\| [\w-]+ \| `(\w+://[^`]+)`", README, flags=re.MULTILINE)
    assert len(urls) >= 5
    assert set(troubles(urls)) == {""}


def test_the_table_of_rules_is_that_of_the_shipped_ones() -> None:
    shipped = {
        rule.name: (rule.scope.value, rule.severity.value) for rule in load_rules(shipped_rules())
    }
    told = {
        name: (cells[0], cells[-1]) for name, cells in _rows(RULES, "What comes with it").items()
    }
    assert told == shipped


def test_the_rules_that_the_first_page_names_are_shipped_and_as_many_as_it_says() -> None:
    shipped = {rule.name for rule in load_rules(shipped_rules())}
    section = _section(README, "Rules")
    rows = re.findall(r"^\| [\w ]+ \| (.+) \|$", section, flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row)}
    assert len(named) >= 20
    assert named <= shipped
    assert f"{len(shipped)} rules come with it" in section


def test_the_table_of_stories_has_each_story_with_its_length() -> None:
    told = {name: cells[0] for name, cells in _rows(PAPER, "The stories of the demo").items()}
    lengths = {name: f"{story.duration:.0f} s" for name, story in STORIES.items()}
    assert told == lengths | {"manual": "endless"}


def test_the_table_of_keys_says_what_connect_says_of_each_venue() -> None:
    section = _section(README, "Connect your exchange in five minutes")
    for venue in FULL_DEPTH:
        row = next(line for line in section.splitlines() if re.match(rf"\| .*`{venue}`", line))
        assert guide_to(venue).where in row
        assert guide_to(venue).how in row
        assert guide_to(venue).bound in row


def test_what_answers_a_question_is_a_measure() -> None:
    section = _section(README, "What it watches, what it never does")
    cells = re.findall(r"^\| .+\? \| (.+) \|$", section, flags=re.MULTILINE)
    named = [name for cell in cells for name in re.findall(r"`(\w+)", cell)]
    assert len(named) >= 20
    known = {measure.name for measure in (*CATALOGUE, *STRESS_MEASURES)}
    assert [name for name in named if name not in known] == []


def test_what_one_may_see_when_it_does_not_work_is_said_by_the_program() -> None:
    section = _section(README, "When it does not work")
    seen = re.findall(r"^\| `([^`]+)` \|", section, flags=re.MULTILINE)
    fixed = [max(re.split(r"…|\(|\)|\bN\b|^X ", text), key=len).strip() for text in seen]
    assert len(fixed) >= 8
    assert [text for text in fixed if text not in SOURCE] == []
