"""Where the daemon of a configuration answers: read alone, so that whoever asks it need not be
allowed to read its other secrets.
"""

from pathlib import Path

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import ConfigurationError, Problem
from hedgewatch.config.yaml_source import read_source
from hedgewatch.settings import Secret, SecretError
from hedgewatch.telemetry.settings import HttpSettings

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  # what is listened on, not where it is


def address_of(path: Path) -> tuple[str, Secret | None]:
    """URL and token; ConfigurationError when that much of the file is wrong."""
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
    if problems:
        raise ConfigurationError(problems)
    host = "127.0.0.1" if http.host in _EVERYWHERE else http.host
    return f"http://{f'[{host}]' if ':' in host else host}:{http.port}", token
