"""How well a column's content suits a type of field: 0 (cannot be) to 1, with the reason in words.

Headings lie and data sets differ, so content has the last word: a column of numbers called "review" is no text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.events.imports import scores, vocabulary
from allears.events.imports.kinds import FieldType
from allears.events.imports.profiling import Profile
from allears.kit.numbers import percent

NONE = 0.0
PLAIN = 0.9  # a heading that is the field's own name
MOST_LABELS = 40
SENTIMENT_SETS = (
    {"0", "1"},
    {"-1", "1"},
    {"-1", "0", "1"},
    {"0", "1", "2"},
    {"1", "2", "3"},
    {"0", "2", "4"},
    {"0", "4"},
)
_CHINESE_NAME = re.compile(r"^[\u4e00-\u9fff]{2,4}$")
LANGUAGES = {
    "en": "en eng english 英语 英文", "zh": "zh chi zho chinese mandarin cn 中文 汉语 简体中文 繁体中文 普通话",
    "es": "es spa spanish", "fr": "fr fra fre french", "de": "de deu ger german", "pt": "pt por portuguese",
    "ja": "ja jpn japanese 日语", "ko": "ko kor korean 韩语", "it": "it ita italian", "ru": "ru rus russian",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fit:
    """How well, and why."""

    value: float
    reason: str = ""


def fit(profile: Profile, kind: FieldType, heading: float) -> Fit:
    """Judge ``profile`` for a field type; ``heading`` (0…1) is how plainly its name speaks for the field."""
    if not profile.values:
        return Fit(NONE)
    return _JUDGES[kind](profile, heading)


def _no_writing(profile: Profile) -> bool:
    return profile.numbers > 0.5 or profile.emails > 0.5 or profile.urls > 0.5 or profile.dates > 0.5


def _text(profile: Profile, heading: float) -> Fit:
    if _no_writing(profile) or (heading < 0.45 and _few_words(profile)):
        return Fit(NONE)
    length = min(1.0, profile.width / 30)
    value = (0.55 * length + 0.25 * min(1.0, profile.variety / 0.5) + 0.2 * profile.spoken) * (
        0.75 + 0.25 * profile.fill
    )
    if profile.spoken < 0.15 and profile.width < 25:
        value *= 0.4
    if heading >= PLAIN and profile.variety > 0.5:  # a short comment is one all the same
        value = max(value, 0.4)
    return Fit(value, _("writing of %(n)d characters on average") % {"n": round(profile.width)})


def _few_words(profile: Profile) -> bool:
    """The same few entries again and again: names of classes, not writing."""
    return profile.labels is not None and len(profile.labels) < max(20, 0.2 * profile.filled)


def _title(profile: Profile, heading: float) -> Fit:
    if _no_writing(profile) or heading < 0.45:
        return Fit(NONE)
    if profile.variety < 0.05 and profile.spoken < 0.5:
        return Fit(NONE)
    return Fit(0.7 if profile.spoken > 0.3 else 0.4, _("short writing"))


def _time(profile: Profile, heading: float) -> Fit:
    share = profile.dates
    if share < (0.5 if heading >= 0.9 else 0.75):
        return Fit(NONE)
    if profile.numbers > 0.5:  # epochs, 20260131 or a spreadsheet's day numbers: only where the heading says so
        share = share * 0.8 if heading >= 0.5 else NONE
    return Fit(share, _("%(share)s of the values read as times") % {"share": percent(profile.dates, digits=0)})


def _score(profile: Profile, heading: float) -> Fit:
    labels = profile.labels
    if labels is None:
        return _many_scores(profile, heading)
    rows = sum(labels.values())
    numbers = {value: scores.number_of(value) for value in labels}
    numeric = sum(count for value, count in labels.items() if numbers[value] is not None)
    worded = sum(count for value, count in labels.items() if numbers[value] is None and scores.word_score(value))
    if rows == 0 or numeric + worded < (0.7 if heading >= PLAIN else 0.9) * rows:
        return Fit(NONE)
    if worded > numeric:
        reason = _("answers in words on a scale of five")
        return Fit(0.9 if len(labels) > 2 or heading >= 0.9 else 0.5, reason)
    found = scores.within(labels, rows=0.7 if heading >= PLAIN else 1.0)
    if not found:
        return Fit(NONE)
    low, high = min(found), max(found)
    reason = _("numbers from %(low)g to %(high)g") % {"low": low, "high": high}
    if {*found} <= {0.0, 1.0}:
        return Fit(NONE)
    if high <= 10:
        return Fit(1.0 if len(labels) >= 3 else 0.6, reason)
    return Fit(0.5 if heading >= 0.9 else NONE, reason)


def _many_scores(profile: Profile, heading: float) -> Fit:
    """Broken numbers of many values, such as averages: a score only where the heading plainly says so."""
    numbers = [number for value in profile.values if (number := scores.number_of(value)) is not None]
    if heading < 0.9 or len(numbers) < 0.95 * len(profile.values) or min(numbers) < 0 or max(numbers) > 100:
        return Fit(NONE)
    return Fit(0.4, _("numbers from %(low)g to %(high)g") % {"low": min(numbers), "high": max(numbers)})


def _sentiment(profile: Profile, heading: float) -> Fit:
    labels = profile.labels
    if not labels or len(labels) > 12:
        return Fit(NONE)
    words = vocabulary.sentiments()
    rows = sum(labels.values())
    known = sum(count for value, count in labels.items() if vocabulary.folded(value) in words)
    distinct = {words.get(vocabulary.folded(value)) for value in labels}
    if known >= 0.95 * rows and len(distinct - {None}) >= 2:
        return Fit(1.0, _("words of feeling: %(names)s") % {"names": ", ".join(list(labels)[:4])})
    normal = {value.removesuffix(".0") for value in labels}
    if len(normal) >= 2 and any(normal <= each for each in SENTIMENT_SETS):
        return Fit(0.55, _("marks %(names)s") % {"names": ", ".join(sorted(labels))})
    return Fit(NONE)


def _key(profile: Profile, heading: float) -> Fit:
    if heading < 0.5 or profile.width > 80 or profile.spoken > 0.3 or profile.dates > 0.5 > profile.numbers:
        return Fit(NONE)
    return Fit(1.0, _("every row has its own value")) if profile.is_key() else Fit(NONE)


def _who(profile: Profile, heading: float) -> Fit:
    if profile.key == "case concept name":
        return Fit(0.9, _("the cases of an event log"))
    if heading < 0.45 or profile.width > 80 or profile.fill < 0.02 or profile.urls > 0.2:
        return Fit(NONE)
    if profile.dates > 0.5 > profile.numbers or (
        profile.labels is not None and len(profile.labels) < 3 < profile.total
    ):
        return Fit(NONE)
    if any("." in value for value in profile.values[:50]) and profile.numbers > 0.5:
        return Fit(NONE)
    if profile.spoken > 0.4 or profile.share(_CHINESE_NAME) > 0.5:
        return Fit(NONE)  # names of people: two may have the same
    return Fit(0.9, _("values that name someone"))


def _email(profile: Profile, heading: float) -> Fit:
    return Fit(profile.emails if profile.emails > 0.6 else NONE, _("e-mail addresses"))


def _phone(profile: Profile, heading: float) -> Fit:
    share = profile.dialled if heading >= PLAIN else profile.phones if heading >= 0.5 or profile.phones > 0.9 else NONE
    return Fit(share if share > 0.5 and profile.dates < 0.5 else NONE, _("telephone numbers"))


def _name(profile: Profile, heading: float) -> Fit:
    if heading < 0.45 or profile.numbers > 0.2 or profile.width > 60 or profile.emails > 0.2:
        return Fit(NONE)
    return Fit(0.8, _("names"))


def _label(profile: Profile, heading: float) -> Fit:
    labels = profile.labels
    if heading < 0.45 or not labels or len(labels) > MOST_LABELS or profile.width > 60:
        return Fit(NONE)
    if profile.numbers > 0.5 or profile.dates > 0.5 or (len(labels) > 10 and len(labels) > 0.5 * profile.filled):
        return Fit(NONE)
    return Fit(0.8, ngettext("%(n)d different word", "%(n)d different words", len(labels)) % {"n": len(labels)})


def _language(profile: Profile, heading: float) -> Fit:
    if heading < 0.45 or not profile.labels:
        return Fit(NONE)
    known = sum(count for value, count in profile.labels.items() if language_code(value))
    share = known / max(1, sum(profile.labels.values()))
    return Fit(share if share > 0.8 else NONE, _("names of languages"))


def language_code(text: str) -> str:
    """``zh`` for zh-CN, Chinese, 中文 …; empty for what names no language known here."""
    word = vocabulary.folded(text)
    first = word.split(" ")[0]
    return next((code for code, names in LANGUAGES.items() if word in names.split() or first == code), "")


def _source_kind(profile: Profile, heading: float) -> Fit:
    if heading < 0.45 or not profile.labels or len(profile.labels) > 30:
        return Fit(NONE)
    known = sum(count for value, count in profile.labels.items() if source_kind_of(value))
    share = known / max(1, sum(profile.labels.values()))
    return Fit(share if share > 0.8 else NONE, _("kinds of voices"))


def source_kind_of(text: str) -> str:
    """complaint, praise, request … for a word that names one."""
    word = vocabulary.folded(text)
    for kind, words in vocabulary.source_kinds().items():
        if word == kind or vocabulary.has_any(word, words):
            return kind
    return ""


def _flag(profile: Profile, heading: float) -> Fit:
    if heading < 0.45 or not profile.labels:
        return Fit(NONE)
    known = sum(count for value, count in profile.labels.items() if vocabulary.yes_or_no(value) is not None)
    share = known / max(1, sum(profile.labels.values()))
    return Fit(share if share > 0.9 else NONE, _("yes or no"))


_JUDGES: dict[FieldType, Callable[[Profile, float], Fit]] = {
    FieldType.TEXT: _text,
    FieldType.TITLE: _title,
    FieldType.TIME: _time,
    FieldType.SCORE: _score,
    FieldType.SENTIMENT: _sentiment,
    FieldType.KEY: _key,
    FieldType.WHO: _who,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.NAME: _name,
    FieldType.LABEL: _label,
    FieldType.LANGUAGE: _language,
    FieldType.SOURCE_KIND: _source_kind,
    FieldType.FLAG: _flag,
}
