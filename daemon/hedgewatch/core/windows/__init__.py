"""The recent past of measures, as far as loaded rules read it: samples, one a second at most."""

from hedgewatch.core.windows.kept import Windows
from hedgewatch.core.windows.window import MOST_SAMPLES, Window

__all__ = ["MOST_SAMPLES", "Window", "Windows"]
