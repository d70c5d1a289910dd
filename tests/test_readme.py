"""What the pages show is true: the configuration loads, the rule compiles, the names exist."""

import re
from pathlib import Path

import pytest

from hedgewatch.config.loader import load
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.shipped import shipped_rules
from hedgewatch.notify.apprise_process import troubles
from hedgewatch.sim.stories import STORIES
from hedgewatch.venues.guides import FULL_DEPTH, guide_to

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "daemon").rglob("*.py"))
PAGES = [
    ROOT / "README.md",
    *(ROOT / "daemon").glob("*.md"),
    *(ROOT / "daemon" / "decisions").glob("*.md"),
]


def _yaml(first_line: str) -> str:
    """The block of YAML that begins with this line."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    return next(str(block) for block in blocks if block.startswith(first_line))


def _rows(heading: str) -> dict[str, list[str]]:
    """The rows of the first table under a heading, by the name in their first cell."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([\w-]+)` \|(.+)\|$", section, flags=re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


def test_the_small_configuration_passes_the_check_as_it_stands(tmp_path: Path) -> None:
    for name in ("main.key", "main.secret"):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text("0" * 64)
    path = tmp_path / "hedgewatch.yaml"
    path.write_text(_yaml("accounts:"), encoding="utf-8")
    configuration = load(path)
    assert [hedge.name for hedge in configuration.hedges] == ["btc"]
    assert len(configuration.rules) == len(load_rules(shipped_rules()))


def test_the_example_of_a_rule_compiles_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "my-rules.yaml"
    path.write_text(_yaml("# my-rules.yaml"), encoding="utf-8")
    assert [rule.name for rule in load_rules([path])] == ["TopUpSoon"]


def test_every_url_of_the_page_is_one_that_apprise_knows() -> None:
    urls = re.findall(r"^\| [\w-]+ \| `(\w+://[^`]+)`", README, flags=re.MULTILINE)
    assert len(urls) >= 5
    assert set(troubles(urls)) == {""}


def test_the_table_of_rules_is_that_of_the_shipped_ones() -> None:
    shipped = {
        rule.name: (rule.scope.value, rule.severity.value) for rule in load_rules(shipped_rules())
    }
    assert {name: (cells[0], cells[-1]) for name, cells in _rows("Rules").items()} == shipped


def test_the_table_of_stories_has_each_story_with_its_length() -> None:
    told = {name: cells[0] for name, cells in _rows("The stories of the demo").items()}
    lengths = {name: f"{story.duration:.0f} s" for name, story in STORIES.items()}
    assert told == lengths | {"manual": "endless"}


def test_the_table_of_keys_says_what_connect_says_of_each_venue() -> None:
    section = README.partition("\n## Connect your exchange in five minutes\n")[2]
    for venue in FULL_DEPTH:
        row = next(line for line in section.splitlines() if re.match(rf"\| .*`{venue}`", line))
        assert guide_to(venue).where in row
        assert guide_to(venue).how in row
        assert guide_to(venue).bound in row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_of_the_project_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", page.read_text(encoding="utf-8"))
    roots = (ROOT, ROOT / "daemon" / "hedgewatch", ROOT / "daemon" / "hedgewatch" / "core")
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_class_and_method_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`([A-Z]\w+)\.(\w+)\b", page.read_text(encoding="utf-8"))
    missing = [
        f"{owner}.{member}"
        for owner, member in named
        if not re.search(rf"^class {owner}\b", SOURCE, re.MULTILINE)
        or not re.search(rf"\b{member}\b", SOURCE)
    ]
    assert missing == []
