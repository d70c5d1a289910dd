"""`hedgewatch connect`: a configuration, made by asking."""

import os
import sys
from argparse import Namespace

from hedgewatch.cli.answers import FAILED, WELL, failed
from hedgewatch.cli.terminal import Terminal
from hedgewatch.connect.accounts import GivenUpError
from hedgewatch.connect.dialogue import Dialogue, Wish
from hedgewatch.connect.person import Agreeing, Person
from hedgewatch.connect.service import service_of
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor


def perform(options: Namespace) -> int:
    """Talk; a ConfigurationError says what is wrong with the file that is to be added to."""
    logs.configure(sys.stderr, Redactor(()), level="critical")  # what matters is said in words
    person: Person = Agreeing(Terminal()) if options.yes else Terminal()
    endpoint = dict(zip(("rest", "ws"), options.endpoint or (), strict=False))
    service = service_of(options.out)
    if service is not None:
        if os.geteuid() != 0:
            return failed(PermissionError(f"{service.unit} is root's to set up: run this as root"))
        os.environ["CREDENTIALS_DIRECTORY"] = str(service.credentials)  # as it sees them
    wish = Wish(path=options.out, venue=options.venue or "", endpoint=endpoint, service=service)
    try:
        Dialogue(person, wish).run()
    except (GivenUpError, EOFError) as error:
        return failed(error)
    except OSError as error:
        print(f"hedgewatch: {error}", file=sys.stderr)
        return FAILED
    return WELL
