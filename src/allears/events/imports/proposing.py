"""A mapping proposed from headings and contents, each part with its confidence and its reason."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, pstdev

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from allears.events.imports import scores, times, vocabulary
from allears.events.imports.fitting import NONE, fit
from allears.events.imports.headers import key_of
from allears.events.imports.kinds import Field, FieldType, Kind
from allears.events.imports.mapping import METRICS, FieldMap, Mapping
from allears.events.imports.profiling import Profile, joint
from allears.events.imports.staging import Staged
from allears.kit.script import language_of

ENOUGH = 0.45
# Types that may be proposed by content alone, and how much content then counts.
BY_CONTENT = {FieldType.TEXT: 0.75, FieldType.TIME: 0.6, FieldType.EMAIL: 0.7, FieldType.SENTIMENT: 0.55}


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The mapping and what the user should know before trusting it."""

    mapping: Mapping
    warnings: list[str]


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    field: Field
    profile: Profile
    confidence: float
    reason: str


def propose(kind: Kind, staged: Staged, profiles: Sequence[Profile], *, filename: str, timezone: str) -> Proposal:
    """Propose a mapping of ``kind`` for a staged file."""
    chosen = _assign(kind, profiles)
    fields: dict[str, FieldMap] = {}
    warnings: list[str] = []
    for field in kind.fields:
        if candidate := chosen.get(field.name):
            made, noted = _made(candidate, chosen, staged, timezone)
            warnings += noted
            if made:
                fields[field.name] = made
    fields |= _constants(kind, fields, profiles, filename)
    _note_other_scores(kind, fields, profiles, warnings)
    mapping = Mapping(kind=kind.name, fields=fields, timezone=timezone)
    return Proposal(mapping=mapping, warnings=[*warnings, *_general_warnings(kind, fields, timezone, profiles)])


def _assign(kind: Kind, profiles: Sequence[Profile]) -> dict[str, _Candidate]:
    """The best column for each field, each column once: the surest pairs first."""
    candidates = [
        candidate for field in kind.fields for profile in profiles if (candidate := _candidate(kind, field, profile))
    ]
    candidates.sort(key=lambda each: (-round(each.confidence, 3), each.profile.place))
    chosen: dict[str, _Candidate] = {}
    taken: set[int] = set()
    for each in candidates:
        if each.field.name not in chosen and each.profile.place not in taken:
            chosen[each.field.name] = each
            taken.add(each.profile.place)
    return chosen


def _candidate(kind: Kind, field: Field, profile: Profile) -> _Candidate | None:
    heading, word = vocabulary.header_score(profile.key, field.vocabulary)
    if kind.name == "customers" and field.name == "user_id" and profile.key == "id":
        heading, word = 0.95, "id"
    judged = fit(profile, field.type, heading)
    if judged.value <= 0.2:
        return None
    if heading >= ENOUGH:
        confidence = 0.6 * heading + 0.4 * judged.value
        reason = _("the heading says “%(word)s”; %(content)s") % {"word": word, "content": judged.reason}
        if field.type is FieldType.SCORE and vocabulary.has_any(profile.key, vocabulary.preferred()):
            confidence += 0.1
    elif field.named_only:
        return None
    else:
        confidence = judged.value * BY_CONTENT.get(field.type, NONE)
        reason = _("by its content: %(content)s") % {"content": judged.reason}
    if confidence < ENOUGH - (0.15 if field.type is FieldType.TEXT else 0.0):
        return None
    return _Candidate(field=field, profile=profile, confidence=min(confidence, 0.99), reason=reason)


def _made(
    candidate: _Candidate, chosen: dict[str, _Candidate], staged: Staged, timezone: str
) -> tuple[FieldMap | None, list[str]]:
    """The field's map with the options of its type, and warnings."""
    base = FieldMap(columns=(candidate.profile.name,), confidence=candidate.confidence, reason=candidate.reason)
    if candidate.field.type is FieldType.TIME:
        return _time(base, candidate.profile, timezone)
    if candidate.field.type is FieldType.SCORE:
        return _score(base, candidate.profile)
    if candidate.field.type is FieldType.SENTIMENT:
        text = chosen.get("text")
        return _sentiment(base, candidate.profile, text.profile if text else None, staged), []
    return base, []


def _time(base: FieldMap, profile: Profile, timezone: str) -> tuple[FieldMap, list[str]]:
    made, warnings = _ordered_time(base, profile)
    if any(map(times.without_year, profile.values)):
        warning = _(
            "“%(column)s” names days without a year: each is taken for the last such day before the file’s date. "
            "Say “file_time” in a mapping if the file is older than its date."
        )
        warnings = [*warnings, warning % {"column": profile.name}]
    name = next(filter(None, map(times.ambiguous, profile.values)), "")
    if not name:
        return made, warnings
    meant = times.likely(name, timezone)
    warning = _(
        "In “%(column)s” the time zone %(name)s may mean %(places)s; it is read as %(meant)s. Choose another beside "
        "the column, or say “zone” in a mapping, if that is wrong."
    )
    told = {"column": profile.name, "name": name, "places": ", ".join(times.AMBIGUOUS[name]), "meant": meant}
    return replace(made, zone=meant, confidence=min(made.confidence, 0.6)), [*warnings, warning % told]


def _ordered_time(base: FieldMap, profile: Profile) -> tuple[FieldMap, list[str]]:
    order, proved = profile.order()
    if not order:
        return base, []
    said = _("the day stands first") if order == "dmy" else _("the month stands first")
    made = replace(base, order=order, reason=f"{base.reason}; {said}")
    if proved:
        return made, []
    warning = _(
        "In “%(column)s” nothing proves whether the day or the month stands first; it is read as: %(said)s. "
        "Say “order”: “dmy” or “mdy” in a mapping if that is wrong."
    )
    return replace(made, confidence=min(made.confidence, 0.6)), [warning % {"column": profile.name, "said": said}]


def _score(base: FieldMap, profile: Profile) -> tuple[FieldMap, list[str]]:
    labels = profile.labels if profile.labels is not None else dict.fromkeys(profile.values, 1)
    if sum(scores.number_of(value) is not None for value in labels) < len(labels) / 2:
        return replace(base, metric="csat", scale=(1, 5)), []
    found = scores.within(labels, rows=0.7)
    low, high = min(found), max(found)
    least, most = _scale_in(profile.name) or (low, high)
    metric, scale, why = metric_of(profile.key, min(low, least), max(high, most))
    made = replace(base, metric=metric, scale=scale, reason=f"{base.reason}; {why}")
    warnings = []
    if metric == "csat" and scale == (1, 5) and low == 0:
        made = replace(made, values={value: None for value in labels if scores.number_of(value) == 0})
        warnings.append(
            _("In “%(column)s” 0 is taken as “not applicable”, not as the worst score; a mapping can say otherwise.")
            % {"column": profile.name}
        )
    if any(number != int(number) for number in found) and scale == METRICS[metric]:
        warnings.append(
            _("“%(column)s” has broken numbers; they are counted as the whole number below.") % {"column": profile.name}
        )
    if scale != METRICS[metric]:
        warnings.append(
            _("“%(column)s” runs from %(low)g to %(high)g and is brought onto the scale of %(metric)s; "
              "the stated value is kept beside it.")
            % {"column": profile.name, "low": scale[0], "high": scale[1], "metric": metric}
        )  # fmt: skip
    return made, warnings


_SCALE = re.compile(r"(?<!\d)([01])\s*(?:[-–—~～]|to|至|到)\s*(5|7|10|100)(?!\d)")


def _scale_in(heading: str) -> tuple[float, float] | None:
    """The scale that a heading names, as in “(0-10)” or “1到5分”."""
    found = _SCALE.search(heading.lower())
    return (float(found.group(1)), float(found.group(2))) if found else None


def metric_of(key: str, low: float, high: float) -> tuple[str, tuple[float, float], str]:
    """(metric, the column's scale as worst and best, why) from the heading and the numbers' span."""
    words = {metric: vocabulary.has_any(key, each) for metric, each in vocabulary.metric_words().items()}
    if words["nps"] and high <= 10 and (high > 5 or low == 0 or words["nps"] in {"nps", "净推荐", "promoter"}):
        return "nps", (0, 10), _("“%(word)s” from 0 to 10 is NPS") % {"word": words["nps"]}
    if words["ces"] and high <= 7 and (high > 5 or words["ces"] in {"ces", "effort", "费力"}):
        return "ces", (1, 7), _("“%(word)s” from 1 to 7 is customer effort") % {"word": words["ces"]}
    if high <= 1:
        return "csat", (0, 1), _("shares up to 1 are satisfaction")
    if high <= 5:
        return "csat", (1, 5), _("1 to 5 is satisfaction (CSAT, stars)")
    if high <= 7 and low >= 1:
        if words["csat"]:
            return "csat", (1, 7), _("“%(word)s” from 1 to 7 is satisfaction") % {"word": words["csat"]}
        return "ces", (1, 7), _("1 to 7 is customer effort")
    if high <= 10 and not words["csat"]:
        return "nps", (0, 10), _("0 to 10 is NPS")
    if high <= 10:
        return "csat", (min(low, 1.0), 10), _("“%(word)s” up to 10 is satisfaction") % {"word": words["csat"]}
    return "csat", (0, 100), _("up to 100 is satisfaction")


def _sentiment(base: FieldMap, profile: Profile, text: Profile | None, staged: Staged) -> FieldMap | None:
    """Say which mark means which feeling; marks are believed when the heading or the texts beside them say so."""
    labels = profile.labels or {}
    words = vocabulary.sentiments()
    if all(vocabulary.folded(value) in words for value in labels):
        return base
    named = vocabulary.header_score(profile.key, "sentiment")[0] >= 0.55 and profile.key not in _VAGUE
    ordered = sorted(labels, key=lambda value: float(scores.number_of(value) or 0))
    if len(ordered) not in {2, 3}:
        return None
    tones = _tones(staged, profile, text) if text else {}
    if tones and (clear := _clear_order(tones)):
        ordered = clear
        why = _("the texts marked “%(mark)s” praise most") % {"mark": ordered[-1]}
        confidence = max(base.confidence, 0.85)
    elif named or (
        text and {value.removesuffix(".0") for value in labels} in ({"0", "1"}, {"-1", "0", "1"}) and not tones
    ):
        why, confidence = _("the greater mark is taken as the better feeling"), min(base.confidence, 0.7)
    else:
        return None
    feelings = ("negative", "positive") if len(ordered) == 2 else ("negative", "neutral", "positive")
    values: dict[str, str | None] = dict(zip(ordered, feelings, strict=True))
    return replace(base, values=values, confidence=confidence, reason=f"{base.reason}; {why}")


_VAGUE = {"label", "labels", "class", "target", "标签", "类别标签"}


def _tones(staged: Staged, labels: Profile, text: Profile) -> dict[str, list[int]]:
    """Praise less blame of the texts under each mark."""
    found: dict[str, list[int]] = {}
    for mark, words in joint(staged, [labels.place, text.place]):
        if mark and words:
            found.setdefault(mark, []).append(vocabulary.tone(words))
    return found


def _clear_order(tones: dict[str, list[int]]) -> list[str]:
    """Marks from blame to praise, when the ends differ beyond chance; else nothing."""
    means = {mark: fmean(values) for mark, values in tones.items()}
    ordered = sorted(means, key=lambda mark: means[mark])
    worst, best = tones[ordered[0]], tones[ordered[-1]]
    if min(len(worst), len(best)) < 5:
        return []
    error = (pstdev(worst) ** 2 / len(worst) + pstdev(best) ** 2 / len(best)) ** 0.5
    return ordered if means[ordered[-1]] - means[ordered[0]] > max(3 * error, 0.1) else []


def _constants(
    kind: Kind, fields: dict[str, FieldMap], profiles: Sequence[Profile], filename: str
) -> dict[str, FieldMap]:
    """Values that hold for the whole file, where no column says them."""
    made: dict[str, FieldMap] = {}
    if kind.field("source_kind") and "source_kind" not in fields:
        value, why = _source_kind(fields, profiles, filename)
        made["source_kind"] = FieldMap(value=value, confidence=0.6, reason=why)
    if kind.field("event_name") and "event_name" not in fields:
        stem = key_of(filename.split(".")[0]).replace(" ", "_")[:60] or "imported"
        why = _("no column names the event, so the file’s name does")
        made["event_name"] = FieldMap(value=stem, confidence=0.4, reason=why)
    if kind.field("language") and "language" not in fields and "text" in fields:
        text = next(each for each in profiles if each.name == fields["text"].column)
        common = Counter(language_of(value) for value in text.values[:200])
        common.pop("", None)
        fallback = common.most_common(1)[0][0] if common else ""
        if fallback:
            why = _("told from each text; mostly %(language)s") % {"language": fallback}
            made["language"] = FieldMap(fallback=fallback, confidence=0.8, reason=why)
    return made


def _source_kind(fields: dict[str, FieldMap], profiles: Sequence[Profile], filename: str) -> tuple[str, str]:
    name = key_of(filename.split(".")[0].replace("_", " ").rstrip("0123456789"))
    headings = [each.key for each in profiles]
    if "authority" in fields:
        told = " ".join([name, *headings])
        media = vocabulary.has_any(told, vocabulary.source_kinds()["media"])
        why = _("“%(column)s” names who writes") % {"column": fields["authority"].column}
        return "media" if media else "regulator", why
    for kind, words in vocabulary.source_kinds().items():
        if kind != "survey" and (word := vocabulary.has_any(name, words)):
            return kind, _("the file’s name says “%(word)s”") % {"word": word}
    for kind, words in vocabulary.source_kinds().items():
        for heading in headings:
            if kind != "survey" and (word := vocabulary.has_any(heading, words)):
                return kind, _("a heading says “%(word)s”") % {"word": word}
    if "score" in fields or "sentiment" in fields:
        return "review", _("writing with a judgement beside it")
    return "request", _("nothing says more about where it comes from")


def _note_other_scores(
    kind: Kind, fields: dict[str, FieldMap], profiles: Sequence[Profile], warnings: list[str]
) -> None:
    if not (kind.name == "responses" and "score" in fields):
        return
    mapped = {column for each in fields.values() for column in each.columns}
    others = [each.name for each in profiles if each.name not in mapped and _asks(each)]
    if others:
        text = _("“%(column)s” is taken as the main question; other answers are kept beside it: %(others)s.")
        warnings.append(text % {"column": fields["score"].column, "others": ", ".join(others[:20])})


def _asks(profile: Profile) -> bool:
    heading, _word = vocabulary.header_score(profile.key, "score")
    return heading >= ENOUGH and fit(profile, FieldType.SCORE, heading).value >= 0.5


def _empty_times(column: Profile) -> list[str]:
    empty = column.total - column.filled
    if not empty:
        return []
    text = ngettext(
        "In “%(column)s” %(n)d row is empty and gets the file’s date.",
        "In “%(column)s” %(n)d rows are empty and get the file’s date.",
        empty,
    )
    return [text % {"column": column.name, "n": empty}]


def _general_warnings(kind: Kind, fields: dict[str, FieldMap], timezone: str, profiles: Sequence[Profile]) -> list[str]:
    warnings = []
    timed = next(
        (field for field in kind.fields if field.type is FieldType.TIME and field.name != "first_seen_at"), None
    )
    if timed and timed.name not in fields:
        warnings.append(
            _(
                "No column says when it happened, so every row gets the file’s date. "
                "Name the column in a mapping if there is one."
            )
        )
    elif timed and (column := next((each for each in profiles if each.name == fields[timed.name].column), None)):
        warnings += _empty_times(column)
    leaking = [
        each.name for each in profiles if vocabulary.has_any(each.key, ("churn score", "churn reason", "churn value"))
    ]
    if leaking and kind.name == "customers":
        text = _("%(names)s tell what happened afterwards: do not use them to predict it.")
        warnings.append(text % {"names": ", ".join(f"“{name}”" for name in leaking)})
    return warnings
