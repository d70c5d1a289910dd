"""Puts secrets and the configuration onto the disk: all of it, or nothing."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_OWNER_ALONE, _OWNER_AND_GROUP, _EVERYBODY = 0o600, 0o640, 0o644
_FOLDER, _OPEN_FOLDER = 0o700, 0o755


class Keeping:
    """Files that were made; what is not `kept` in the end is taken away again."""

    def __init__(self) -> None:
        self._made: list[Path] = []
        self._folders: list[Path] = []

    def __enter__(self) -> Self:
        """Nothing is made yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Whatever ended it (Ctrl-C, too): half of it is nothing."""
        for path in self._made:
            path.unlink(missing_ok=True)
        for folder in reversed(self._folders):
            with suppress(OSError):  # somebody else has put something into it
                folder.rmdir()

    def secret(self, folder: Path, name: str, text: str) -> Path:
        """A file of its own that only its owner reads; none that is there is touched."""
        self._make(folder)
        for path in _free(folder, name):
            try:
                self._write(path, text + "\n", _OWNER_ALONE)
            except FileExistsError:
                continue
            return path
        raise FileExistsError(folder / name)

    def _make(self, folder: Path, mode: int = _FOLDER) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode)
            self._folders.append(one)

    def _write(self, path: Path, text: str, mode: int) -> None:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        self._made.append(path)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def draft(self, path: Path, text: str, *, for_all: bool = False) -> Iterator[Path]:
        """A file without secrets beside the place where it will be: `kept` puts it there. A service
        has a user of its own, who reads what is `for_all`.
        """
        self._make(path.parent, _OPEN_FOLDER if for_all else _FOLDER)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        self._write(draft, text, _OWNER_AND_GROUP)
        if for_all or path.exists():
            before = path.stat().st_mode & 0o777 if path.exists() else _OWNER_ALONE
            draft.chmod(before | _EVERYBODY if for_all else before)  # whatever the umask is
        yield draft

    def kept(self, *drafts: tuple[Path, Path]) -> None:
        """Now all of it is there: each draft in its place."""
        for draft, path in drafts:
            draft.replace(path)
        self._made.clear()
        self._folders.clear()


def _free(folder: Path, name: str) -> Iterable[Path]:
    yield folder / name
    yield from (folder / f"{name}-{number}" for number in range(2, 100))
