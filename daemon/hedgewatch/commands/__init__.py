"""Commands of people: acknowledge and silence, the same from the shell, HTTP and MQTT."""

from hedgewatch.commands.audit import Audit
from hedgewatch.commands.commands import Commands, Reach
from hedgewatch.commands.shelf import Shelf

__all__ = ["Audit", "Commands", "Reach", "Shelf"]
