"""Links of alerts, made absolute, so that they lead somewhere from a phone as well."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hedgewatch.core.rules import Rule, Template

_RUNBOOKS = "runbooks/"
"""Where the daemon itself shows the runbooks of the shipped rules."""


def linked(rules: Iterable[Rule], external_url: str, runbooks: str) -> Iterator[Rule]:
    """The rules with the address of the status page, and with absolute runbooks where there is an
    address that they can be relative to.
    """
    status = external_url and _folder(external_url)
    base = _folder(runbooks) if runbooks else status and status + _RUNBOOKS
    for rule in rules:
        texts = dict(rule.annotations)
        runbook = texts.get("runbook_url")
        if base and runbook is not None and "://" not in runbook.text:
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
