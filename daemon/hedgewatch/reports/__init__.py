"""Daily and weekly reports: what is kept of each minute, the figures made of it, how they read."""
