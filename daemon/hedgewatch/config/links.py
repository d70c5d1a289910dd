"""Links of alerts, made absolute, so that they lead somewhere from a phone as well."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hedgewatch.core.rules import Rule, Template

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
"""Begins what is no relative address (RFC 3986, 3.1): `https:`, and `javascript:` as well."""

_RUNBOOKS = "runbooks/"
"""Where the daemon itself shows the runbooks of the shipped rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """How others reach the daemon's pages, where its owner said so (`external_url`), how this
    machine does (`here`), and where his own runbooks are. All of them may be empty.
    """

    external_url: str
    here: str
    runbooks: str


def linked(rules: Iterable[Rule], links: Links) -> Iterator[Rule]:
    """The rules with the address of the status page, and with absolute runbooks where there is an
    address that they can be relative to: one of this machine alone is better than none.
    """
    status = links.external_url and _folder(links.external_url)
    page = status or (links.here and _folder(links.here))
    base = _folder(links.runbooks) if links.runbooks else page and page + _RUNBOOKS
    for rule in rules:
        texts = dict(rule.annotations)
        runbook = texts.get("runbook_url")
        if base and runbook is not None and not _SCHEME.match(runbook.text):
            texts["runbook_url"] = _below(base, runbook)
        if status:
            texts.setdefault("status_url", _fixed(status))
        yield replace(rule, annotations=texts)


def _folder(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def _fixed(text: str) -> Template:
    return Template(text, frozenset(), lambda _: text)


def _below(base: str, link: Template) -> Template:
    return Template(base + link.text, link.names, lambda value_of: base + link.render(value_of))
