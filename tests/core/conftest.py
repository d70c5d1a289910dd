"""Examples are drawn the same way every time, and a slow machine fails none of them."""

from hypothesis import settings

settings.register_profile("core", derandomize=True, deadline=None, database=None)
settings.load_profile("core")
