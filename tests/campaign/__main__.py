"""`python -m tests.campaign [PART …]`: what is promised, under attack; the counts are printed.

`kills`, `subsets` and `silence` are what `make campaign` runs, `soak` and `venues` what `make soak`
does.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.campaign.kills import prepared
from tests.campaign.progress import on_terminal
from tests.campaign.report import Report
from tests.campaign.silence import silence
from tests.campaign.soak import soak
from tests.campaign.subsets import subsets
from tests.campaign.venues import venues

PARTS = ("kills", "subsets", "silence", "soak", "venues")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same moments")
    parser.add_argument("--kills", type=int, default=500, metavar="N")
    parser.add_argument("--minutes", type=float, default=60.0, help="of the soak")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    reports = []
    for part in options.parts or PARTS:
        with TemporaryDirectory(prefix="hedgewatch-campaign-") as folder:
            reports.append(asyncio.run(_run(part, Path(folder), options)))
        print("\n".join(reports[-1].lines()), flush=True)
    return 0 if all(report.holds for report in reports) else 1


async def _run(part: str, folder: Path, options: argparse.Namespace) -> Report:
    if part == "soak":
        return await soak(folder, options.seed, options.minutes, on_terminal)
    if part == "venues":
        return await venues(folder, options.seed, options.minutes, on_terminal)
    if part == "subsets":
        return await subsets(1.0, on_terminal)
    if part == "silence":
        return await silence(folder, on_terminal)
    async with prepared(folder, options.seed, options.kills) as campaign:
        return await campaign.run(on_terminal)


if __name__ == "__main__":
    sys.exit(main())
