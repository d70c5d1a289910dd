"""Every page: its links lead somewhere, its commands can be given, the names in it exist."""

import ast
import re
import shlex
import tomllib
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from pydantic import BaseModel

from hedgewatch.cli.arguments import parse, parser_of
from hedgewatch.config.configuration import Configuration
from hedgewatch.config.draft import Draft
from hedgewatch.config.loader import load
from hedgewatch.settings import SecretReference
from tests.support.handbook import commands

ROOT = Path(__file__).parents[1]
FOLDERS = (".", "daemon", "daemon/decisions", "deploy", "grafana", "rules")
PAGES = [page for folder in FOLDERS for page in sorted((ROOT / folder).glob("*.md"))]
FRONT = [page for page in PAGES if page.parent.name not in ("daemon", "decisions")]
"""For those who use it."""


def _named(page: Path) -> str:
    return str(page.relative_to(ROOT))


every_page = pytest.mark.parametrize("page", PAGES, ids=_named)


def _anchors(page: Path) -> set[str]:
    """The places of a page that GitHub lets a link name."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", prose, flags=re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", head.lower()).replace(" ", "-") for head in heads}


def _dead(page: Path) -> Iterator[str]:
    links = re.findall(
        r"(?:\]\(|src(?:set)?=\")(?!https?:)([^)#\"]*)#?([\w-]*)", page.read_text("utf-8")
    )
    for target, anchor in links:
        there = (page.parent / target).resolve() if target else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            yield f"{target}#{anchor}"


@every_page
def test_every_link_leads_to_a_file_and_to_a_place_in_it(page: Path) -> None:
    assert list(_dead(page)) == []


def test_a_link_to_a_place_that_is_not_there_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One\n\n```sh\n# two\n```\n[a](#one) [b](#two) [c](gone.md) [d](page.md#three)\n"
    )
    assert list(_dead(page)) == ["#two", "gone.md#", "page.md#three"]


def _given(page: Path) -> Iterator[list[str]]:
    """The words of each command of ours in the shell blocks of a page."""
    for line in commands(page.read_text(encoding="utf-8")):
        if found := re.match(r"(?:\S*/)?hedgewatch (.+)", line.partition(" # ")[0]):
            yield shlex.split(re.sub(r"\$\([^)]*\)", "…", found[1]))


@pytest.mark.parametrize("page", FRONT, ids=_named)
def test_every_command_of_a_page_can_be_given_as_it_stands(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hedgewatch.yaml").touch()
    for words in _given(page):
        if "--version" not in words:
            parse(words)  # SystemExit where it is wrong


def _commands(parser: ArgumentParser, *before: str) -> Iterator[tuple[str, ...]]:
    for action in parser._actions:  # noqa: SLF001  # argparse tells them nowhere else
        if isinstance(action, _SubParsersAction):
            for name, below in action.choices.items():
                yield from _commands(below, *before, name)
            return
    yield before


def test_every_command_is_on_a_page() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in FRONT)
    missing = [
        words for words in _commands(parser_of()) if f"hedgewatch {' '.join(words)}" not in text
    ]
    assert missing == []


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _keys(model: type[BaseModel], where: str = "") -> Iterator[str]:
    """Every key that may be written in this part of a configuration, with what is around it."""
    for name, field in model.model_fields.items():
        key = f"{where}{field.alias or name}"
        yield key
        for below in _models(field.annotation):
            if below is not SecretReference:
                yield from _keys(below, f"{key}.")


def test_every_key_of_a_configuration_is_in_the_example() -> None:
    example = (ROOT / "deploy" / "hedgewatch.example.yaml").read_text(encoding="utf-8")
    parts = [model for part in get_type_hints(Draft).values() for model in _models(part)]
    keys = {key for model in parts for key in _keys(model)}
    assert len(keys) > 100
    written = set(re.findall(r"\b(\w+):(?=[\s`]|$)", example))
    assert sorted(key for key in keys if key.rpartition(".")[2] not in written) == []


def test_every_question_and_command_of_the_api_is_on_its_page() -> None:
    page = (ROOT / "deploy" / "HTTP.md").read_text(encoding="utf-8")
    telemetry = (ROOT / "daemon" / "hedgewatch" / "telemetry").glob("*.py")
    source = "\n".join(path.read_text(encoding="utf-8") for path in telemetry)
    served = set(re.findall(r'"/api/v1/([a-z/]+)', source))
    also = re.search(r"# also (.+)", page)
    assert also is not None
    told = {name.rstrip("/") for name in re.findall(r"/api/v1/([a-z/]+)", page)}
    told |= {name.partition("?")[0] for name in also[1].split(", ")}
    assert {name.rstrip("/") for name in served} == told


def _loaded(folder: Path, text: str) -> Configuration:
    """A configuration that names whatever secrets it likes."""
    for name in re.findall(r"file: ([\w.]+)", text):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text("tgram://123:abc/1/" if name == "telegram.url" else "0" * 64)
    path = folder / "hedgewatch.yaml"
    path.write_text(f"{text}\nstore: state.db\n", encoding="utf-8")
    return load(path)


def _blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_every_account_of_the_page_of_venues_loads(tmp_path: Path) -> None:
    blocks = _blocks("deploy/VENUES.md")
    loaded = _loaded(
        tmp_path, "accounts:\n" + "".join(blocks).replace("dydx1…", f"dydx1{'q' * 38}")
    )
    venues = {account.venue for account in loaded.accounts}
    assert venues >= {"binance", "binanceusdm", "binancecoinm", "bybit", "okx", "hyperliquid"}


def test_the_receivers_of_the_readme_and_the_routes_of_their_page_load(tmp_path: Path) -> None:
    receivers = next(block for block in _blocks("README.md") if block.startswith("receivers:"))
    for name in ("desk", "partner", "boss"):
        receivers += f"  - {{name: {name}, console: {{}}}}\n"
    (routes,) = (block for block in _blocks("deploy/ALERTS.md") if block.startswith("routes:"))
    account = (
        "accounts:\n  - {name: main, venue: binanceusdm, "
        "credentials: {api_key: {file: main.key}, secret: {file: main.secret}}}\n"
    )
    loaded = _loaded(tmp_path, account + receivers + routes)
    assert len(loaded.receivers) == 8
    assert len(loaded.routes) == 2


@every_page
def test_every_module_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", page.read_text(encoding="utf-8"))
    roots = (ROOT, ROOT / "daemon" / "hedgewatch", ROOT / "daemon" / "hedgewatch" / "core")
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []


@cache
def _classes() -> dict[str, tuple[set[str], set[str]]]:
    """By its name, what each class of the program has itself, and the names of its bases."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for path in (ROOT / "daemon").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                members, bases = found.setdefault(node.name, (set(), set()))
                members |= set(_members(node))
                bases |= {ast.unparse(base).partition("[")[0] for base in node.bases}
    return found


def _members(node: ast.ClassDef) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part.name
        elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.attr
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _has(owner: str, member: str) -> bool:
    members, bases = _classes().get(owner, (set(), set()))
    return member in members or any(_has(base, member) for base in bases)


@every_page
def test_every_class_and_method_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`([A-Z]\w+)\.(?!md\b)(\w+)\b", page.read_text(encoding="utf-8"))
    assert [f"{owner}.{member}" for owner, member in named if not _has(owner, member)] == []


def test_a_method_that_moved_to_another_class_is_found() -> None:
    assert _has("Monitor", "publish")
    assert not _has("Monitor", "handle")
    assert not _has("Connection", "_pass_on")


def test_the_maps_of_the_architecture_are_the_layers_that_are_enforced() -> None:
    text = (ROOT / "daemon" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    enforced = [each["layers"] for each in contracts if each["type"] == "layers"][:2]
    maps = re.findall(r"^```\n((?:__main__|engine)\b.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for layers, shown in zip(enforced, maps, strict=True):
        place = {name: at for at, layer in enumerate(layers) for name in layer.split(" | ")}
        lines = [re.split(r"\s{2,}", line)[0].split(" | ") for line in shown.splitlines()]
        told = [name for line in lines for name in line]
        assert sorted(told) == sorted(place)
        assert [place[name] for name in told] == sorted(place.values())
        assert all(len({place[name] for name in line}) == 1 for line in lines)
