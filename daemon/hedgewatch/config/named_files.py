"""The files that a configuration names by paths and patterns, or leaves to what is shipped."""

import glob
from collections.abc import Callable
from pathlib import Path

from hedgewatch.config.draft import Draft
from hedgewatch.config.problems import Problem
from hedgewatch.config.shipped import SHIPPED


def named_files(
    draft: Draft, key: str, shipped: Callable[[], list[Path]], problems: list[Problem]
) -> list[Path]:
    """The files under a key, each once; the shipped ones when it is not there, or says so."""
    patterns = draft.source.get((key,))
    if patterns is None:
        return _shipped(draft, key, shipped(), problems)
    paths: dict[Path, None] = {}
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        place = (key, index)
        if not isinstance(pattern, str):
            message = f"a {key.removesuffix('s')} file is named by its path"
            problems.append(draft.source.problem(place, message))
            continue
        found = shipped() if pattern == SHIPPED else _matching(Path(draft.source.file), pattern)
        if not found:
            message = f"no file matches {pattern}, seen from {draft.source.folder}"
            problems.append(draft.source.problem(place, message))
        paths |= dict.fromkeys(found)
    return list(paths)


def _shipped(draft: Draft, key: str, paths: list[Path], problems: list[Problem]) -> list[Path]:
    if not paths:
        message = f"this installation has lost its {key}: name yours, {key}: [{key}/*.yaml]"
        problems.append(draft.source.problem((), message))
    return paths


def _matching(file: Path, pattern: str) -> list[Path]:
    """Unlike `Path.glob`, this takes absolute patterns as well, and first a file of that name."""
    folder = file.parent
    if (folder / pattern).is_file():
        return [folder / pattern]
    rooted = str(Path(glob.escape(str(folder))) / pattern)
    found = glob.glob(rooted, recursive=True)  # noqa: PTH207
    return sorted(path for path in map(Path, found) if path.is_file())
