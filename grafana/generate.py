"""Writes the dashboards: `python -m grafana.generate`. With --check it only says what differs."""

import json
import sys
from pathlib import Path

try:
    from grafana.account import account
    from grafana.alerts import alerts
    from grafana.builder import Json
    from grafana.daemon import daemon
    from grafana.desk import desk
    from grafana.hedge import hedge
except ModuleNotFoundError as missing:
    sys.exit(
        f"{missing.name} is not here: run it with the Python of the checkout, from its root: "
        ".venv/bin/python -m grafana.generate (make install makes it)"
    )

FOLDER = Path(__file__).parent / "dashboards"


def dashboards() -> dict[Path, Json]:
    """Every dashboard, by the file that holds it."""
    made = {"desk": desk, "hedge": hedge, "account": account, "alerts": alerts, "daemon": daemon}
    return {FOLDER / f"{name}.json": make() for name, make in made.items()}


def text_of(dashboard: Json) -> str:
    return json.dumps(dashboard, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    different = [
        (path, text)
        for path, text in ((path, text_of(each)) for path, each in dashboards().items())
        if not path.exists() or path.read_text() != text
    ]
    for path, text in different:
        print(path.name)
        if "--check" not in arguments:
            path.write_text(text)
    return 1 if different and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
