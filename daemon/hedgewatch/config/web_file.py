"""The file that `http.web_config` names, in exporter-toolkit's format, and whether what is listened
on is safe with it. Each mistake with its place in that file.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass

from hedgewatch.config.draft import Draft
from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import ConfigurationError, Problem
from hedgewatch.config.yaml_source import Source, read_source
from hedgewatch.telemetry.settings import HttpSettings, is_loopback
from hedgewatch.telemetry.tls import UnusableTlsError, context_of
from hedgewatch.telemetry.web_settings import WebSettings


@dataclass(frozen=True, slots=True)
class WebFile:
    """What it holds, None where that is wrong or there is none, and every mistake of it."""

    settings: WebSettings | None
    problems: tuple[Problem, ...] = ()


def read_web_file(http: HttpSettings) -> WebFile:
    """The file, and the certificates that it names, read once now."""
    if http.web_config is None:
        return WebFile(None)
    problems: list[Problem] = []
    try:
        source = read_source(http.web_config, problems)
    except ConfigurationError as error:
        return WebFile(None, error.problems)
    if source.value is None:
        return WebFile(WebSettings(), tuple(problems))
    settings = validated(WebSettings, source, (), problems)
    if settings is not None:
        problems += _unusable(settings, source)
    return WebFile(settings, tuple(problems))


def web_problems(draft: Draft) -> Iterator[Problem]:
    """What is wrong in that file, and who could read what they should not."""
    http = draft.http
    web = read_web_file(http)
    yield from web.problems
    if web.problems or http.web_config is None or web.settings is None:
        return
    if http.token is None and not is_loopback(http.host) and not web.settings.keeps_strangers_out:
        yield draft.source.problem(
            ("http", "listen"),
            f"listen: {http.host} can be reached by other machines: set http.token, or in "
            f"{http.web_config.name} tls_server_config with RequireAndVerifyClientCert or with "
            "basic_auth_users",
        )


def _unusable(settings: WebSettings, source: Source) -> Iterator[Problem]:
    tls = settings.tls_server_config
    if tls is None:
        return
    try:
        context_of(tls)
    except UnusableTlsError as error:
        yield source.problem(("tls_server_config", error.key), str(error))
        return
    if tls.key_file.stat().st_mode & stat.S_IRWXO:
        mend = f"{tls.key_file} is readable by everybody: chmod 640 {tls.key_file}"
        yield source.problem(("tls_server_config", "key_file"), mend)
