"""How the store fails."""

from pathlib import Path


class StoreError(OSError):
    """The disk did not do what was asked.

    It is an OSError so that whoever delivers alerts can go on without the disk, and need not know
    the store for that.
    """


class StoreBusyError(StoreError):
    """Another process holds the store."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(f"{path} is in use by process {pid}: stop it, or choose another `store:`")
        self.path, self.pid = path, pid
