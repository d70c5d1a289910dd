"""Where the daemon of a configuration answers: read alone, so that whoever asks it need not be
allowed to read its other secrets.
"""

from dataclasses import dataclass
from pathlib import Path

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import ConfigurationError, Problem
from hedgewatch.config.web_file import WebFile, read_web_file
from hedgewatch.config.yaml_source import read_source
from hedgewatch.settings import Secret, SecretError
from hedgewatch.telemetry.settings import HttpSettings

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  # what is listened on, not where it is


@dataclass(frozen=True, slots=True)
class Address:
    """Where it answers, what it wants to be told, and which certificate it shows there (None: it
    speaks no TLS).
    """

    url: str
    token: Secret | None = None
    certificate: Path | None = None


def address_of(path: Path) -> Address:
    """ConfigurationError when that much of the file is wrong."""
    problems: list[Problem] = []
    source = read_source(path, problems)
    http = HttpSettings()
    if source.get(("http",)) is not None:
        http = validated(HttpSettings, source, ("http",), problems) or http
    token = None
    try:
        token = None if http.token is None else http.token.read()
    except SecretError as error:
        problems.append(source.problem(("http", "token"), str(error)))
    web = read_web_file(http)
    if problems or web.problems:
        raise ConfigurationError([*problems, *web.problems])
    tls = None if web.settings is None else web.settings.tls_server_config
    return Address(url_here(http, web), token, None if tls is None else tls.cert_file)


def url_here(http: HttpSettings, web: WebFile) -> str:
    """Where this machine finds it; empty while nobody knows (port 0: any that is free)."""
    if not http.port:
        return ""
    host = "127.0.0.1" if http.host in _EVERYWHERE else http.host
    has_tls = web.settings is not None and web.settings.tls_server_config is not None
    return f"http{'s' if has_tls else ''}://{f'[{host}]' if ':' in host else host}:{http.port}"
