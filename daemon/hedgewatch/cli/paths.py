"""The files that arguments name."""

from collections.abc import Sequence
from pathlib import Path

from hedgewatch.config.shipped import SHIPPED, shipped_scenarios


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Folders stand for the YAML files in them."""
    return [
        file
        for path in paths
        for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    ]


def scenario_files(names: Sequence[str]) -> list[Path]:
    """Each file once, those that come with the program where they are named."""
    return list(
        dict.fromkeys(
            file
            for name in names
            for file in (shipped_scenarios() if name == SHIPPED else files_of([Path(name)]))
        )
    )
