"""How far each language of a survey is: what is missing, and what was changed in the first one only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allears.listen.checking import missing_texts, texts
from allears.listen.definition import Definition


@dataclass(frozen=True, kw_only=True)
class LanguageStatus:
    """One language of a definition."""

    language: str
    offered: bool  # customers can choose it
    total: int  # texts there are to be written
    missing: list[str]  # places
    to_check: list[str]  # places whose first language changed since the published version, and this one did not

    @property
    def done(self) -> int:
        return self.total - len(self.missing)


def statuses(definition: Definition, published: Definition | None = None) -> list[LanguageStatus]:
    """Each language, offered ones first; the first language is the one that others are translated from."""
    found = []
    written = [text for _, text, needed in texts(definition) if needed or any(each.strip() for each in text.values())]
    for language in [*definition.languages, *definition.preparing]:
        missing = [place.rpartition(".")[0] for place, _ in missing_texts(definition, [language])]
        found.append(
            LanguageStatus(
                language=language,
                offered=language in definition.languages,
                total=len(written),
                missing=missing,
                to_check=_stale(definition, published, language, set(missing)),
            )
        )
    return found


def _stale(definition: Definition, published: Definition | None, language: str, missing: set[str]) -> list[str]:
    if published is None or not definition.languages or language == definition.languages[0]:
        return []
    source = definition.languages[0]
    before = _by_key(published)
    now = {place: (key, text) for (place, text, _), key in zip(texts(definition), _keys(definition), strict=True)}
    return [
        place
        for place, (key, text) in now.items()
        if place not in missing
        and key in before
        and before[key].get(source) != text.get(source)
        and before[key].get(language, "") == text.get(language, "")
        and text.get(language)
    ]


def _keys(definition: Definition) -> list[str]:
    """The places by names instead of numbers, so that moving a question makes no translation stale."""
    names = [question.name for question in definition.questions]
    found = []
    for place, _, _ in texts(definition):
        if place.startswith("$.questions["):
            number, _, rest = place.removeprefix("$.questions[").partition("]")
            place = f"{names[int(number)]}{rest}"
        found.append(place)
    return found


def _by_key(definition: Definition) -> Mapping[str, Any]:
    return dict(zip(_keys(definition), (text for _, text, _ in texts(definition)), strict=True))
