"""`hedgewatch demo`: a story on the paper exchange."""

import sys
from argparse import Namespace

from hedgewatch import loop
from hedgewatch.cli.answers import WELL, failed, print_json
from hedgewatch.demo.play import Wish, play
from hedgewatch.store import StoreError
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.http import CannotListenError
from hedgewatch.telemetry.redaction import Redactor


def perform(options: Namespace) -> int:
    """Play it to its end."""
    logs.configure(sys.stderr, Redactor(), level="info" if options.verbose else "error")
    wish = Wish(
        story=options.story,
        seconds=options.seconds,
        speed=options.speed,
        listen=options.listen,
        json=options.json,
    )
    try:
        seen = loop.run(play(wish))
    except (StoreError, CannotListenError) as error:
        return failed(error)
    if options.json:
        print_json(seen)
    return WELL
