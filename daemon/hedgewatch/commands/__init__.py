"""Commands of people: acknowledge and silence, the same from the shell, HTTP and MQTT."""

from hedgewatch.commands.audit import Audit
from hedgewatch.commands.commands import Commands
from hedgewatch.commands.reach import Reach, end_silences
from hedgewatch.commands.shelf import Shelf

__all__ = ["Audit", "Commands", "Reach", "Shelf", "end_silences"]
