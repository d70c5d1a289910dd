"""The runbooks, which are written in Markdown, as a page for whoever has a phone in the hand.

Each heading opens a section that a link of a message can name, and the name of an alert in the text
leads to its section. Markup in the text stays text: what is shown is ours and nobody else's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>hedgewatch: runbooks</title>
<link rel="icon" href="/page/icon.svg">
<link rel="stylesheet" href="/page/page.css">
<link rel="stylesheet" href="/page/runbook.css">
<script type="module" src="/page/runbook.js"></script>
</head>
<body>
<header class="bar"><a href="/">Status page</a> <a href="#contents">Contents</a></header>
<main class="runbook">
"""
_FOOT = "</main>\n</body>\n</html>\n"

_LED_TO = re.compile(r"#|https?://")
"""What a link may lead to from here: a place on this page, or the web. Files beside the text are
not served."""

_DO = re.compile(r"\s(?=\*\*Do:\*\*)")
"""Before what to do, which is what one came for: it begins a paragraph."""

_NAME = re.compile(r"[A-Z][a-z]+([A-Z][a-z]+)+")
"""The name of an alert. A link of Grafana can name it, and cannot spell it small."""

_OPEN, _CLOSED = '<section id="{0}" aria-labelledby="{0}-title">\n', "</section>\n"


def runbook_page(text: str) -> str:
    """The whole page; `text` is CommonMark with tables."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = reader.parse(_DO.sub("\n\n", text))
    titles = dict(_titles(tokens))
    names = {title: anchor for anchor, title in titles.values()}
    parts = _linked(_sections(tokens, titles), names)
    shown: str = reader.renderer.render(parts, reader.options, {})
    return _HEAD + shown + _FOOT


def _titles(tokens: Sequence[Token]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Of each heading, by the place of its token: its anchor, unique as GitHub makes it, and its
    text.
    """
    seen: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = "".join(part.content for part in tokens[place + 1].children or ())
            anchor = _anchor(title)
            seen[anchor] = seen.get(anchor, -1) + 1
            yield place, (f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor, title)


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def _sections(tokens: Sequence[Token], titles: Mapping[int, tuple[str, str]]) -> Iterator[Token]:
    """Each heading with what stands below it in a section of its own; before the first section of
    the page their list.
    """
    open_levels: list[str] = []
    contents = _contents(titles, tokens)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            if token.tag != "h1" and contents:
                yield _markup(contents)
                contents = ""
            while open_levels and open_levels[-1] >= token.tag:
                open_levels.pop()
                yield _markup(_CLOSED)
            open_levels.append(token.tag)
            anchor, title = titles[place]
            yield _markup(_OPEN.format(anchor))
            if _NAME.fullmatch(title) and anchor == title.lower():
                yield _markup(f'<span id="{title}"></span>\n')
            token.attrSet("id", f"{anchor}-title")
        yield from _wide(token)
    yield from (_markup(_CLOSED) for _ in open_levels)


def _wide(token: Token) -> Iterator[Token]:
    """Tables and code may be wider than a phone: they are moved by themselves, with the keyboard,
    too.
    """
    match token.type:
        case "table_open":
            yield _markup('<div class="wide" tabindex="0" role="group" aria-label="Table">')
            yield token
        case "table_close":
            yield token
            yield _markup("</div>\n")
        case "fence" | "code_block":
            yield _markup(f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>\n')
        case _:
            yield token


def _linked(tokens: Iterable[Token], names: Mapping[str, str]) -> list[Token]:
    told = list(tokens)
    for token in told:
        if token.children:
            token.children = list(_links(token.children, names))
    return told


def _links(parts: Iterable[Token], names: Mapping[str, str]) -> Iterator[Token]:
    """Links that lead somewhere, and one where the name of a section stands as code."""
    leads, inside = True, False
    for part in parts:
        if part.type in ("link_open", "link_close"):
            inside = part.type == "link_open"
            if inside:
                leads = _LED_TO.match(str(part.attrs["href"])) is not None
                part.attrSet("rel", "noreferrer")
            if leads:
                yield part
        elif part.type == "code_inline" and not inside and part.content in names:
            yield Token("link_open", "a", 1, attrs={"href": f"#{names[part.content]}"})
            yield part
            yield Token("link_close", "a", -1)
        else:
            yield part


def _contents(titles: Mapping[int, tuple[str, str]], tokens: Sequence[Token]) -> str:
    """A list of the sections, but for the page itself."""
    listed = "".join(
        f'<li class="{tokens[place].tag}"><a href="#{anchor}">{escape(title)}</a></li>\n'
        for place, (anchor, title) in titles.items()
        if tokens[place].tag != "h1"
    )
    return f'<nav id="contents" aria-label="Contents"><ul>\n{listed}</ul></nav>\n'


def _markup(text: str) -> Token:
    return Token("html_block", "", 0, content=text)
