"""HTML to the words a person would read, without running or fetching anything."""

import re
from html import unescape
from html.parser import HTMLParser

_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "hr", "pre"}
_CELLS = {"td", "th", "option"}  # beside one another
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
_LOOKS_LIKE_HTML = re.compile(r"<(?:[a-zA-Z!/][^<>]*)>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_STYLE = re.compile(r"<(/?)style\b", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/]")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


class _Reader(HTMLParser):
    def __init__(self, mute: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._mute = mute
        self._silent: list[str] = []

    @property
    def unclosed(self) -> frozenset[str]:
        """The silent tags that the document never ended."""
        return frozenset(self._silent)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._mute:
            self._silent.append(tag)
        elif tag in _BREAKS:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def html_text(html: str, *, without: frozenset[str] = frozenset()) -> str:
    """The words of an HTML document, with a line for each block; those inside the tags ``without`` are left out."""
    html = _with_style_ended(html)
    reader = _read(html, _SILENT | without)
    if open_ones := reader.unclosed & _SILENT:  # HTML lets </head> be left out; others forget it
        reader = _read(html, (_SILENT - open_ones) | without)
    return tidy("".join(part if part == "\n" else re.sub(r"\s+", " ", part) for part in reader.parts))


def _read(html: str, mute: frozenset[str]) -> _Reader:
    reader = _Reader(mute)
    reader.feed(html)
    reader.close()
    return reader


def _with_style_ended(html: str) -> str:
    """A style sheet that is never ended would take the whole mail with it: it ends at the next tag."""
    tags = list(_STYLE.finditer(html))
    if not tags or tags[-1][1]:
        return html
    begun = html.find(">", tags[-1].end())
    following = _TAG.search(html, begun) if begun > 0 else None
    return f"{html[: following.start()]}</style>{html[following.start() :]}" if following else html


def plain_text(text: str) -> str:
    """Words that may or may not be HTML."""
    if _LOOKS_LIKE_HTML.search(text):
        return html_text(text)
    return tidy(unescape(text) if _ENTITY.search(text) else text)


def tidy(text: str) -> str:
    """Without unseen characters, trailing space and more than one empty line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\x00", "").translate(_UNSEEN)
    lines = [line.strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
