"""Why a command is not obeyed."""

from collections.abc import Iterable

from hedgewatch.core.alert_model import AlertRecord


class RefusedError(Exception):
    """Says why, for the person who gave the command: as the status of an answer, with every
    `problem` of what was written, or the alerts to choose from.
    """

    def __init__(
        self,
        why: str,
        *,
        status: int,
        problems: Iterable[str] = (),
        alerts: Iterable[AlertRecord] = (),
    ) -> None:
        super().__init__(why)
        self.status, self.problems, self.alerts = status, tuple(problems), tuple(alerts)
