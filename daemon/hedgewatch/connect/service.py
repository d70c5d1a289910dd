"""A configuration that a unit of systemd runs: where its keys go, and how the unit gets them.

The unit has a user that exists only while it runs, and writes nowhere but into its StateDirectory:
what root alone reads reaches it as a credential (systemd.exec(5), LoadCredential=).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_CONFIGURATIONS = Path("/etc/hedgewatch")
_UNITS = Path("/etc/systemd/system")
_OWN = "hedgewatch"
_PROGRAM = "/opt/hedgewatch/bin/hedgewatch"
_HEAD = "# Made by `hedgewatch connect`: the keys that systemd hands to the service.\n[Service]\n"
_NAMES = {"api_key": "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A unit of `install.sh`, which runs one configuration. `credentials` is the folder of its
    keys, for root alone; `drop_in` the file that hands them to it; `store` what it may write.
    """

    unit: str
    credentials: Path
    drop_in: Path
    store: Path

    def loads(self, before: str, names: Iterable[str]) -> str:
        """The drop-in with a line for each of these keys, after what was in it `before`."""
        text = before or _HEAD
        lines = [f"LoadCredential={name}:{self.credentials / name}" for name in names]
        new = [line for line in lines if line not in text.splitlines()]
        return "\n".join([text.removesuffix("\n"), *new, ""])

    def steps(self, path: Path, *, is_new: bool) -> Sequence[str]:
        """What is to be done once `path` is written, as root. A key more needs a restart."""
        start = f"enable --now {self.unit}" if is_new else f"restart {self.unit}"
        return (
            f"export CREDENTIALS_DIRECTORY={self.credentials}",
            f"{_PROGRAM} check -c {path} --online",
            "systemctl daemon-reload",
            f"systemctl {start}",
        )


def service_of(path: Path) -> Service | None:
    """The unit that runs a configuration of this path, None where none of ours does."""
    whole = path.expanduser().absolute()
    if whole.parent != _CONFIGURATIONS or whole.suffix != ".yaml":
        return None
    own = whole.stem == _OWN
    unit = _OWN if own else f"{_OWN}@{whole.stem}"
    state = _OWN if own else f"{_OWN}-{whole.stem}"
    return Service(
        unit=unit,
        credentials=_CONFIGURATIONS / "credentials",
        drop_in=_UNITS / f"{unit}.service.d" / "connect.conf",
        store=Path("/var/lib") / state / "state.db",
    )


def credential_name(account: str, part: str) -> str:
    """As the shipped drop-in has it: main-key, main-secret."""
    return f"{account}-{_NAMES.get(part, part)}"
