"""Why a line to a venue does not come to stand, from below ccxt, which calls all of it a failure of
the network: certificates and names are another matter than a cable.
"""

import socket
import ssl
from collections.abc import Iterator

import aiohttp

_DEEPEST = 8


def why_no_line(error: BaseException) -> str:
    """In words, empty when it is neither TLS nor DNS."""
    for cause in _causes(error, _DEEPEST):
        if isinstance(cause, aiohttp.ClientError):
            continue  # some are errors of TLS by name, and have one within that tells more
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"TLS: the certificate that is shown for the venue is refused "
                f"({cause.verify_message}): nothing was sent. Is somebody between here and there?"
            )
        if isinstance(cause, ssl.SSLError):
            return f"TLS: no safe line can be agreed on ({cause.reason or 'it broke off'})"
        if isinstance(cause, socket.gaierror):
            return f"DNS: the name of the venue is not found ({cause.strerror})"
    return ""


def _causes(error: BaseException, deepest: int) -> Iterator[BaseException]:
    """It, and whatever it was raised from or was made of."""
    yield error
    if not deepest:
        return
    made_of = [each for each in error.args if isinstance(each, BaseException)]
    for cause in (error.__cause__, error.__context__, *made_of):
        if cause is not None:
            yield from _causes(cause, deepest - 1)
