"""`hedgewatch alerts`: what stands at the running daemon."""

from argparse import Namespace

from hedgewatch.cli.alert_table import alert_lines
from hedgewatch.cli.answers import WELL, failed, tell
from hedgewatch.cli.asking import NoAnswerError, ask


def perform(options: Namespace) -> int:
    """Print it."""
    try:
        alerts = ask(options, "/api/v1/alerts")["alerts"]
    except NoAnswerError as error:
        return failed(error)
    pending = [alert for alert in alerts if alert["alertstate"] == "pending"]
    shown = [alert for alert in alerts if options.all or alert not in pending]
    lines = alert_lines(shown) or ["no alert stands"]
    if pending and not options.all:
        lines.append(f"{len(pending)} more pending: --all shows them")
    tell(options, {"alerts": shown}, "\n".join(lines))
    return WELL
