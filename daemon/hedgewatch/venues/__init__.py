"""ccxt, and what it takes to trust it: connect, stream, read again, stay read-only.

Importing this package does not import ccxt, which takes seconds: `venues.supervisor` does.
"""
