"""By which certificates the other end of a connection is judged."""

import ssl
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from hedgewatch.settings import LocalPath


class NoCertificateError(ValueError):
    """There is none where one was said to be."""


def trusting(ca_file: Path | None) -> ssl.SSLContext | None:
    """Those in the file; None, which are those of the system, without one. NoCertificateError
    when none can be read there.
    """
    if ca_file is None:
        return None
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # an SSLError is one
        reason = error.strerror or type(error).__name__
        raise NoCertificateError(f"no certificate can be read in {ca_file}: {reason}") from None


def _readable(ca_file: Path) -> Path:
    trusting(ca_file)
    return ca_file


CaFile = Annotated[LocalPath, AfterValidator(_readable)]
"""A file of certificates, read once when the configuration is."""
