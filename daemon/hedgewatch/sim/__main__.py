"""The paper exchange by itself: `python -m hedgewatch.sim --story squeeze`."""

import argparse
import asyncio
import errno
import signal
import sys
from collections.abc import Iterator

from hedgewatch.sim import DEMO_KEY, DEMO_SECRET, STORIES, PaperExchange
from hedgewatch.sim.exchange import HOME, HOST
from hedgewatch.sim.wire.wires import WIRES


def main() -> None:
    """Serve a story until interrupted."""
    options = parsed(sys.argv[1:])
    # The first process of a container would not hear it else, and be killed ten seconds later.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(serve(options))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        last = options.port + len(WIRES) - 1
        sys.exit(
            f"a port of {HOST}:{options.port} to {last} is taken by another program: "
            "stop it, or take another --port"
        )
    except KeyboardInterrupt:
        sys.stdout.write("stopped\n")


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m hedgewatch.sim", description=__doc__)
    stories = ", ".join(sorted(STORIES))
    parser.add_argument(
        "--story", choices=sorted(STORIES), default="hedged-book", metavar="NAME",
        help=f"{stories} (default: hedged-book)",
    )  # fmt: skip
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="TIMES", help="how fast it plays (default: 1)"
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="PORT",
        help="of its Binance; its other venues take the next ones (default: any that is free)",
    )  # fmt: skip
    parser.add_argument(
        "--wait", action="store_true", help="begin the story when a client listens to a price"
    )
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Say where the exchange is and what it accepts, then tell each chapter as it comes."""
    paper = PaperExchange(
        options.story, options.speed, options.port, wait_for_listener=options.wait
    )
    async with paper as exchange:
        lines = (
            f"rest    {exchange.url}",
            f"ws      {exchange.ws_url}",
            f"key     {DEMO_KEY}",
            f"secret  {DEMO_SECRET}",
        )
        sys.stdout.write("\n".join((*lines, *_elsewhere(exchange))) + "\n")
        sys.stdout.flush()
        told = ""
        while True:
            elapsed, _, chapter = exchange.progress()
            if chapter != told:
                told = chapter
                sys.stdout.write(f"{elapsed:6.1f} s  {chapter}\n")
                sys.stdout.flush()
            await asyncio.sleep(0.1)


def _elsewhere(exchange: PaperExchange) -> Iterator[str]:
    """The accounts at other venues, each with where that is and what it is logged into with."""
    for account in exchange.world.accounts.values():
        if account.venue != HOME:
            login = (account.key, account.secret, account.passphrase)
            parts = zip(("key", "secret", "passphrase"), login, strict=True)
            words = " ".join(f"{name} {part}" for name, part in parts if part)
            rest, ws = exchange.url_of(account.venue), exchange.ws_url_of(account.venue)
            yield f"at {account.venue}: {account.name}  rest {rest} ws {ws} {words}"


if __name__ == "__main__":
    main()
