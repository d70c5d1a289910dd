"""The certificates of the HTTP server, read anew when their files change.

Every handshake looks at the times of the files: some microseconds. What can no longer be read is
said in the log, and the certificates of before go on.
"""

import ssl
from collections.abc import Iterable
from pathlib import Path

import structlog

from hedgewatch.telemetry.web_settings import TlsSettings

_CLIENTS = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}

_log = structlog.get_logger()

_Stamp = tuple[tuple[int, int, int], ...]


class UnusableTlsError(Exception):
    """`key` of the settings names a file that does not do what it should."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key


def context_of(settings: TlsSettings) -> ssl.SSLContext:
    """What a server of these settings shows and asks for. UnusableTlsError names the file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[settings.min_version]
    context.maximum_version = _VERSIONS[settings.max_version]
    context.verify_mode = _CLIENTS[settings.client_auth_type]
    for key in ("cert_file", "key_file", "client_ca_file"):
        _look(key, getattr(settings, key))
    try:
        context.load_cert_chain(settings.cert_file, settings.key_file, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        why = f"no key in {settings.key_file} for the certificate in {settings.cert_file}"
        raise UnusableTlsError("key_file", f"{why}: {_reason(error)}") from None
    if settings.client_ca_file is not None:
        try:
            context.load_verify_locations(settings.client_ca_file)
        except ssl.SSLError as error:
            why = f"no certificate can be read in {settings.client_ca_file}: {_reason(error)}"
            raise UnusableTlsError("client_ca_file", why) from None
    return context


def serving(settings: TlsSettings) -> ssl.SSLContext:
    """The same for a server that runs: each handshake is shown what the files hold by then."""
    current = _Current(settings)
    context = context_of(settings)
    context.sni_callback = current.show
    return context


class _Current:
    """The context of now. Its files are small and local: to read them holds up nobody."""

    def __init__(self, settings: TlsSettings) -> None:
        self._settings = settings
        self._context: ssl.SSLContext | None = None
        self._stamp = _stamp(self._files())

    def show(self, line: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """Called by OpenSSL in each handshake, whether a name was asked for or not."""
        stamp = _stamp(self._files())
        if stamp != self._stamp:
            self._stamp = stamp
            self._read()
        if self._context is not None:
            line.context = self._context

    def _read(self) -> None:
        try:
            self._context = context_of(self._settings)
        except UnusableTlsError as error:
            _log.error("certificates_unusable", problem=str(error), going_on="with those of before")
        else:
            _log.info("certificates_read", file=str(self._settings.cert_file))

    def _files(self) -> Iterable[Path]:
        told = self._settings
        return filter(None, (told.cert_file, told.key_file, told.client_ca_file))


def _stamp(files: Iterable[Path]) -> _Stamp:
    """What differs when one of them was written or replaced; empty while one is missing."""
    try:
        seen = [file.stat() for file in files]
    except OSError:
        return ()
    return tuple((each.st_mtime_ns, each.st_ino, each.st_size) for each in seen)


def _look(key: str, file: Path | None) -> None:
    try:
        if file is not None:
            file.read_bytes()
    except OSError as error:
        raise UnusableTlsError(key, f"{file} cannot be read: {error.strerror or error}") from None


def _no_password() -> str:
    """Instead of OpenSSL's question on the terminal."""
    raise ValueError("it is encrypted, and nobody is there to type its password")


def _reason(error: Exception) -> str:
    return getattr(error, "reason", None) or str(error) or type(error).__name__
