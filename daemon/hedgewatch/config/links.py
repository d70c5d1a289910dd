"""Links of alerts, made absolute, so that they lead somewhere from a phone as well."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from hedgewatch.core.model import Pages
from hedgewatch.core.rules import Rule
from hedgewatch.core.templates import Template

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
"""Begins what is no relative address (RFC 3986, 3.1): `https:`, and `javascript:` as well."""

_RUNBOOKS = "runbooks/"
"""Where the daemon itself shows the runbooks of the shipped rules."""


def pages_of(*, external_url: str, here: str, runbooks: str) -> Pages:
    """Where messages lead, of how others reach the daemon's pages, where its owner said so, how
    this machine does, and where his own runbooks are: all of them may be empty. An address of this
    machine alone is better for a runbook than none.
    """
    page = external_url or here
    own = _folder(runbooks) if runbooks else ""
    return Pages(
        runbooks=own or (_folder(page) + _RUNBOOKS if page else ""),
        status=_folder(external_url) if external_url else "",
    )


def linked(rules: Iterable[Rule], pages: Pages) -> Iterator[Rule]:
    """The rules with the address of the status page, and with absolute runbooks."""
    for rule in rules:
        texts = dict(rule.annotations)
        runbook = texts.get("runbook_url")
        if pages.runbooks and runbook is not None and not _SCHEME.match(runbook.text):
            texts["runbook_url"] = _below(pages.runbooks, runbook)
        if pages.status:
            texts.setdefault("status_url", _fixed(pages.status))
        yield replace(rule, annotations=texts)


def _folder(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def _fixed(text: str) -> Template:
    return Template(text, frozenset(), lambda _: text)


def _below(base: str, link: Template) -> Template:
    return Template(base + link.text, link.names, lambda value_of: base + link.render(value_of))
