"""Names of hosts, checked before anything dials them: a resolver raises at some, and a mistyped
name must not end the daemon.
"""


def dialable(host: str) -> str:
    """The name, unless no resolver can take it: a ValueError says so."""
    try:
        host.encode("idna")
    except UnicodeError:
        raise ValueError("the host has an empty or too long part: check its name") from None
    return host
