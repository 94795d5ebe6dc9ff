"""Bytes of a feed to voices. Pure."""

import math
import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import msgspec

from allears.events.imports import times
from allears.events.imports.errors import BadCellError
from allears.kit import lax
from allears.kit.lazy import LazyModule
from allears.listen.sources.base import Saying, SourceTrouble
from allears.listen.sources.plain import plain_text

if TYPE_CHECKING:
    import feedparser
else:
    feedparser = LazyModule("feedparser")

# The fields of an entry, and under which names a JSON list may have them where nothing is said.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "guid", "review_id", "uuid", "_id", "id.label"),
    "link": ("url", "link", "permalink", "external_url", "link.attributes.href", "link.0.attributes.href"),
    "title": ("title", "headline", "subject", "title.label"),
    "text": ("content_text", "text", "body", "content", "comment", "review", "content_html", "summary", "description",
             "content.label", "content.0.label"),
    "author": ("author.name", "author", "authors.0.name", "user.name", "user", "reviewer", "nickname",
               "author.name.label"),
    "rating": ("rating", "stars", "score", "rating.value", "reviewRating.ratingValue", "im:rating.label"),
    "language": ("language", "lang", "locale"),
    "time": ("date_published", "published_at", "created_at", "date", "time", "published", "createdAt", "updated_at",
             "updated.label"),
}  # fmt: skip
FEED_RATINGS = ("im_rating", "rating", "media_starrating", "review_rating", "gd_rating", "stars")
LONGEST = 10_000
OLDEST_YEAR, LATEST_YEAR = 1990, 9999  # beyond them is no time of our age
OLDEST_STAMP = 631_152_000  # 1990
_IN_DOUBT = re.compile(r"\s*(?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|1[0-2])[-/.]")  # the day or the month first
CHINA = ZoneInfo("Asia/Shanghai")
MILLISECONDS = 100_000_000_000


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry, whatever the form of its feed."""

    id: str
    link: str
    title: str
    text: str
    author: str
    rating: str
    language: str
    time: datetime | None


def sayings(body: bytes, *, url: str, settings: Mapping[str, Any], now: datetime) -> tuple[list[Saying], int]:
    """(voices in the order of their times, how many entries had no words and no rating)."""
    found, empty = [], 0
    for entry in _entries(body, url, settings):
        saying = _saying(entry, url, settings, now)
        if saying is None:
            empty += 1
        else:
            found.append(saying)
    return sorted(found, key=lambda each: each.said_at), empty


def _entries(body: bytes, url: str, settings: Mapping[str, Any]) -> Iterator[Entry]:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return _json_entries(body, url, settings)
    return _feed_entries(body, url)


def _saying(entry: Entry, url: str, settings: Mapping[str, Any], now: datetime) -> Saying | None:
    text, title = plain_text(entry.text), plain_text(entry.title)
    words = f"{title}\n{text}" if title and text and not text.startswith(title) else text or title
    score = _score(entry.rating, settings["worst"], settings["best"])
    if not words and score is None:
        return None
    name = entry.id or entry.link or "\x1f".join([entry.author, title, text])
    link = urljoin(url, entry.link) if entry.link else ""
    stated = {"author": entry.author[:200], "link": link[:500], "rating": entry.rating[:20]}
    return Saying(
        key="feed:" + blake2b("\x1f".join([url, name]).encode(), digest_size=24).hexdigest(),
        text=words[:LONGEST],
        said_at=min(entry.time or now, now),  # a clock that goes ahead
        source_kind=settings["source_kind"],
        channel="feed",
        language=entry.language[:2].lower() if re.match(r"[A-Za-z]{2}(\b|[-_])", entry.language) else "",
        metric="csat" if score is not None else "",
        score=score,
        public=True,
        touchpoint_key=settings["touchpoint"],
        edited=bool(entry.id or entry.link),
        attributes={key: value for key, value in stated.items() if value},
    )


def _score(stated: str, worst: float, best: float) -> int | None:
    """The rating on our scale of 1 to 5; None where it is none or lies outside its own scale."""
    found = re.search(r"-?\d+(?:[.,]\d+)?", stated)
    if not found:
        return None
    share = (float(found[0].replace(",", ".")) - worst) / (best - worst)
    return math.floor(1 + 4 * share + 0.5) if -1e-9 <= share <= 1 + 1e-9 else None


def _feed_entries(body: bytes, url: str) -> Iterator[Entry]:
    parsed = feedparser.parse(BytesIO(body))
    if not parsed.get("version") and not parsed.entries:
        raise SourceTrouble("not_a_feed", url=url)
    language = str(parsed.feed.get("language", ""))
    for entry in parsed.entries:
        rating = next((entry[name] for name in FEED_RATINGS if entry.get(name)), "")
        if isinstance(rating, dict):
            rating = rating.get("average") or rating.get("value") or ""
        yield Entry(
            id=str(entry.get("id", "")),
            link=str(entry.get("link", "")),
            title=str(entry.get("title", "")),
            text=_longest(entry),
            author=str(entry.get("author", "")),
            rating=str(rating),
            language=str(entry.get("language", "") or language),
            time=_feed_time(entry, language),
        )


def _longest(entry: Any) -> str:
    contents = [str(each.get("value", "")) for each in entry.get("content", [])]
    return max([*contents, str(entry.get("summary", ""))], key=len)


def _feed_time(entry: Any, language: str) -> datetime | None:
    """As we read it; of times in further languages what feedparser makes, which guesses too much in figures alone."""
    stated, parsed = next(
        ((str(entry[name]), entry.get(f"{name}_parsed")) for name in ("published", "updated") if entry.get(name)),
        ("", None),
    )
    if (found := _time(stated, language)) or not parsed or stated.isascii():
        return found
    return _of_our_age(datetime.fromtimestamp(timegm(parsed), UTC))


def _of_our_age(found: datetime) -> datetime | None:
    """In UTC; None for what programs write where they know no time, such as the year 1 or 1970."""
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if OLDEST_YEAR <= found.year < LATEST_YEAR else None


def _chinese_time(stated: str) -> datetime | None:
    """“2026年3月5日 10:00”, which says no zone and is China's; None where the time is not written in characters."""
    if not re.search("[年月]", stated):
        return None
    try:
        return _china_time(stated)
    except BadCellError:
        return None


def _json_entries(body: bytes, url: str, settings: Mapping[str, Any]) -> Iterator[Entry]:
    try:
        document = lax.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SourceTrouble("not_a_feed", url=url) from error
    items = at(document, settings["items"]) if settings["items"] else _the_list(document)
    if not isinstance(items, list):
        raise SourceTrouble("not_a_feed", url=url)
    paths = {name: (settings["paths"].get(name),) if settings["paths"].get(name) else NAMES[name] for name in NAMES}
    language = str(document.get("language", "")) if isinstance(document, dict) else ""
    for item in items:
        if isinstance(item, dict):
            found = {name: _first(item, paths[name]) for name in NAMES}
            found["language"] = found["language"] or language
            moment = _time(found.pop("time"), found["language"])
            yield Entry(**found, time=moment)


def _the_list(document: Any) -> Any:
    """The list itself, that of a JSON Feed, or the only list there is."""
    if not isinstance(document, dict):
        return document
    if isinstance(document.get("items"), list):
        return document["items"]
    if isinstance(feed := document.get("feed"), dict):
        return _of_a_store(feed)
    lists = [value for value in document.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else None


def _of_a_store(feed: dict[str, Any]) -> list[Any]:
    """The entries of an App Store's customer reviews, ``…/rss/customerreviews/id=…/json``.

    It is Atom written as JSON: one review stands there by itself, none leaves ``entry`` out, and on the first page of
    some shops the app itself stands among the reviews, without a rating.
    """
    entries = feed.get("entry", [])
    found = entries if isinstance(entries, list) else [entries]
    return [each for each in found if not (isinstance(each, dict) and "im:name" in each and "im:rating" not in each)]


def at(item: Any, path: str) -> Any:
    """The value at a dotted path; numbers count in lists. None where there is nothing."""
    for part in str(path).split("."):
        if isinstance(item, dict):
            item = item.get(part)
        elif isinstance(item, list) and part.isdigit() and int(part) < len(item):
            item = item[int(part)]
        else:
            return None
    return item


def _first(item: dict[str, Any], paths: tuple[str, ...]) -> str:
    for path in paths:
        value = item[path] if path in item else at(item, path)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _time(stated: str, language: str) -> datetime | None:
    """A time in any form that leaves no doubt; one without a zone is UTC's, CST is China's in a Chinese feed."""
    if chinese := _chinese_time(stated):
        return chinese
    if re.fullmatch(r"\d{9,13}(\.\d+)?", stated):
        number = float(stated)
        number = number / 1000 if number > MILLISECONDS else number
        return datetime.fromtimestamp(number, UTC) if number > OLDEST_STAMP else None
    of_china = language.lower().startswith("zh") and re.search(r"\bCST\b", stated)
    for read in (_china_time,) if of_china else (datetime.fromisoformat, parsedate_to_datetime, times.parse):
        try:
            return None if _IN_DOUBT.match(stated) else _of_our_age(read(stated))
        except (ValueError, TypeError, BadCellError):
            continue
    return None


def _china_time(stated: str) -> datetime:
    return times.parse(stated, zone=CHINA)
