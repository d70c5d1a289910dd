"""`hedgewatch check`: the configuration and its rules, on request with each key and symbol."""

import sys
from argparse import Namespace
from dataclasses import asdict

from hedgewatch import loop
from hedgewatch.cli.answers import FAILED, WELL, counted, tell, warn
from hedgewatch.config.loader import load
from hedgewatch.online import check_online
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor


def perform(options: Namespace) -> int:
    """Say what was found; a ConfigurationError says what is wrong."""
    configuration = load(options.configuration, thorough=True)
    warn(options, configuration.warnings)
    counts = {
        "accounts": len(configuration.accounts),
        "hedges": len(configuration.hedges),
        "rules": len(configuration.rules),
        "receivers": len(configuration.receivers),
    }
    seen = {**counts, "warnings": [asdict(warning) for warning in configuration.warnings]}
    if not options.online:
        tell(
            options,
            seen,
            "well: " + ", ".join(counted(n, name.removesuffix("s")) for name, n in counts.items()),
        )
        return WELL
    logs.configure(sys.stderr, Redactor(s.reveal() for s in configuration.secrets()), level="error")
    if not options.json:
        asked = ", ".join(f"{one.name} ({one.venue})" for one in configuration.accounts)
        print(f"asking {asked or 'nobody: there is no account'} …", file=sys.stderr)
    verdicts = loop.run(check_online(configuration, options.timeout))
    lines = [f"{name}: {verdict or 'well'}" for name, verdict in verdicts.items()]
    tell(options, {**seen, "online": verdicts}, "\n".join(lines))
    return FAILED if any(verdicts.values()) else WELL
