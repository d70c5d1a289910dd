"""Where rules and scenarios that come with the program are: in the wheel, or beside a checkout."""

from pathlib import Path

SHIPPED = "shipped"
"""What a list of files calls those that come with the program."""

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "shipped" / "rules", _PACKAGE.parents[1] / "rules")


def shipped_rules() -> list[Path]:
    """The shipped rule files; empty only where the installation lost them."""
    return _files("*.yaml")


def shipped_scenarios() -> list[Path]:
    """The shipped scenario files."""
    return _files("scenarios/*.yaml")


def demo_rules() -> list[Path]:
    """The same rules, quick enough for a demonstration of a minute."""
    return _files("demo/*.yaml")


def shipped_runbooks() -> str:
    """The page of the shipped rules, with what to do about each."""
    return "".join(path.read_text(encoding="utf-8") for path in _files("README.md"))


def _files(pattern: str) -> list[Path]:
    folder = next((place for place in _PLACES if place.is_dir()), None)
    return [] if folder is None else sorted(folder.glob(pattern))
